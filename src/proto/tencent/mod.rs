//! Tencent's REST dialects: one gateway, several services.
//!
//! Job: find and admit a request by its line and query ([`Gateway::find`], [`Gateway::admit`]), then perform it with its body
//! ([`Gateway::perform`]). Promise: whatever comes in, an [`Answer`] goes out. The services
//! themselves are the modules below, which do not know each other.

mod body;
pub mod chat;
mod codes;
mod command;
mod dialect;
mod fault;
mod field;
mod gateway;
mod head;
mod json;
mod nearest;
mod object;
mod record;
mod redact;
mod refused;
mod reply;
pub mod room;
mod schema;
#[cfg(test)]
mod tests;

pub use codes::GATEWAY_CODES;
pub use command::{Call, Command, Entry, MayCall, Spec};
pub use dialect::{Dialect, Envelope, UnknownCommand};
pub use field::{AccountText, FieldFault, Text};
pub use gateway::{Admitted, AllowOrigin, Answer, Found, Gateway, Origins, commands, dialects};
pub use head::{Head, Parameters, shown_path};
pub use redact::redact;
pub use refused::{GatewayRefusal, Quota, Refused, Wire};
pub use reply::{MAX_REPLY_BYTES, Reply};

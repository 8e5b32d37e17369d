//! Tencent's REST dialects: one gateway, one envelope, several services.
//!
//! Job: admit a request by its line and query ([`Gateway::admit`]), then perform it with its body
//! ([`Gateway::perform`]). Promise: whatever comes in, an [`Answer`] goes out. The services
//! themselves are the modules below, which do not know each other.

mod body;
mod codes;
mod command;
mod field;
mod gateway;
mod head;
mod json;
mod refused;
mod reply;
pub mod room;
#[cfg(test)]
mod tests;

pub use command::{Call, Command, Entry, MayCall, Spec};
pub use field::{AccountText, FieldFault, Text};
pub use gateway::{Admission, Admitted, AllowOrigin, Answer, Gateway, Origins};
pub use head::Head;
pub use refused::{GatewayRefusal, Refused, Wire};
pub use reply::Reply;

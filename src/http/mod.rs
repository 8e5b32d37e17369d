//! Sockets: listeners, connections, and the main listener's one service.
//!
//! Job: accept, bound and end connections; read bodies to a limit; turn anything that can happen
//! into an answer. Promise: no client can hold a connection by being slow, nor many together fill
//! memory with bodies, or make a panic visible as anything but its dialect's envelope; a stop answers what was
//! accepted. Not here: what the requests mean.

mod body;
mod connection;
mod ending;
mod fault;
mod listener;
mod opening;
mod tls;
mod vendor;
mod zego;

pub use body::Answered;
pub use ending::Said;
pub use fault::FaultDoor;
pub use listener::{Limits, Listening, bind, serve};
pub use opening::not_yet;
pub use tls::{Tls, TlsError};
pub use vendor::{Bounds, VendorService};
pub use zego::ZegoService;

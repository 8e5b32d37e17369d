//! Sockets: listeners, connections, and the main listener's one service.
//!
//! Job: accept, bound and end connections; read bodies to a limit; turn anything that can happen
//! into an answer. Promise: no client can hold a connection by being slow, fill memory with a
//! body, or make a panic visible as anything but its dialect's envelope; a stop answers what was
//! accepted. Not here: what the requests mean.

mod body;
mod connection;
mod listener;
mod vendor;

pub use listener::{Limits, Listening, bind, serve};
pub use vendor::VendorService;

//! The dialects: what the vendors' clients send, and what they want to hear.
//!
//! Job: wire types, authentication, envelopes and codes, each command in a file of its own.
//! Promise: wire words stop here. Not here: rules, and anything about sockets.

pub mod origin;
pub mod tencent;
pub mod zego;

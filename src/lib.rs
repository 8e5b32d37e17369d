//! guestlist answers the membership APIs of the big room vendors from one list of who is in which
//! room.
//!
//! The modules are floors of one house; imports only look down (see `ARCHITECTURE.md`).

pub mod app;
pub mod callback;
pub mod config;
pub mod control;
pub mod domain;
pub mod engine;
pub mod http;
pub mod proto;
pub mod sig;
pub mod store;
pub mod telemetry;
pub mod testing;

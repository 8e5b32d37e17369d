//! The control plane through its socket: every route, every status, every limit.

mod access;
mod apps;
mod entries;
mod exchange;
mod faults;
pub(crate) mod harness;
mod members;
mod open;
mod openapi;
mod paths;
mod presence;
mod requests;
mod rooms;
mod rules;
mod seat_queue;
mod snapshots;

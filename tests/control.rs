//! The control plane through its socket: every route, every status, every limit.

#[path = "control/access.rs"]
mod access;
#[path = "control/apps.rs"]
mod apps;
#[path = "control/entries.rs"]
mod entries;
#[path = "control/faults.rs"]
mod faults;
#[path = "control/harness.rs"]
mod harness;
#[path = "control/members.rs"]
mod members;
#[path = "control/paths.rs"]
mod paths;
#[path = "control/rooms.rs"]
mod rooms;

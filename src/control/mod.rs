//! The control plane: what no vendor's API lets anybody do, as plain HTTP and JSON.
//!
//! Job: let people enter and leave, show apps, rooms and members, take an app back to its
//! beginning, say that the process is there. Promise: whoever may not ask changes nothing, and
//! every answer that is no success is a problem document with one of the documented statuses. Not
//! here: rules, sockets, and whether there is a control plane at all (`app` decides that).
//!
//! The routes stand in `routes` with what is documented of each, the layers around them in `layers`,
//! each noun in a file of its own. `docs/control-plane.md` is the manual; `openapi` makes the
//! document for programs, of these routes and of the dialects' commands.

mod access;
mod apps;
mod body;
mod callbacks;
mod clock;
mod entries;
mod exchange;
mod explain;
mod fault_fields;
mod fault_kinds;
mod faults;
mod hosts;
mod layers;
mod leases;
mod member;
mod members;
mod metrics;
mod openapi;
mod page;
mod path;
mod presence;
mod probes;
mod problem;
mod query;
mod reply;
mod requests;
mod room;
mod rooms;
mod route;
mod routes;
mod seat_queue;
mod seats;
mod snapshots;
mod tail;
mod token;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use tokio_util::sync::CancellationToken;

pub use access::Access;
pub use fault_kinds::request_fault;
pub use openapi::document;
pub use probes::{OPENING, RETRY_AFTER_S, not_yet};
pub use routes::router;

use self::hosts::Hosts;
use self::problem::Problem;
use crate::callback::Sender;
use crate::config::{AccessLog, Settings};
use crate::engine::Engine;

/// What the control plane needs to know to answer.
pub struct Plane {
    engine: Arc<Engine>,
    sender: Arc<Sender>,
    access: Access,
    hosts: Hosts,
    body_limit_bytes: usize,
    request_timeout: Duration,
    access_log: AccessLog,
    /// The OpenAPI document, once somebody asked for it.
    document: OnceLock<Bytes>,
    bench: bool,
    /// Ends every wait.
    stop: CancellationToken,
}

impl Plane {
    /// A control plane over an engine. It has the body limit and the time-out of the main listener.
    /// Once `stop` is asked for, nobody waits for what has yet to come.
    #[must_use]
    pub fn new(
        engine: &Arc<Engine>,
        sender: &Arc<Sender>,
        access: Access,
        settings: &Settings,
        stop: CancellationToken,
    ) -> Self {
        Self {
            engine: Arc::clone(engine),
            sender: Arc::clone(sender),
            access,
            hosts: Hosts::new(&settings.control.hosts),
            body_limit_bytes: settings.server.body_limit_bytes,
            request_timeout: settings.server.request_timeout,
            access_log: settings.log.access,
            document: OnceLock::new(),
            bench: settings.bench.enabled,
            stop,
        }
    }

    /// Whether tests may do what only tests do.
    fn bench(&self) -> Result<(), Problem> {
        if self.bench { Ok(()) } else { Err(Problem::no_bench()) }
    }
}

//! What the end of a large room is to the others.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::cell::{Cell, RefCell};
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::time::sleep;

use crate::compare::Spread;
use crate::journal::{directory, settings};
use crate::load::{Client, Connection, Load, PATIENCE};
use crate::reply::Door;
use crate::report;
use crate::requests::{PAGE, Requests};
use crate::scenarios::Bench;
use crate::spawned::Spawned;

/// Connections that update another room meanwhile.
const CONNECTIONS: usize = 16;
/// How often a large room is made and destroyed: it takes a while to fill one.
const ROUNDS: usize = 7;
/// How long the updates are watched: as long as the rows of a large room take to go.
const WATCHED: Duration = Duration::from_secs(3);
/// Nothing is written any more if nothing was for so long.
const QUIET: Duration = Duration::from_millis(300);

impl Bench<'_> {
    /// Updates of a small room while a large one is destroyed, beside the same without.
    pub(crate) fn destroying(&self) {
        let members = self.options.members;
        for kind in ["memory", "journal"] {
            let name = format!("destroying {members} members, {kind}");
            if !self.options.wants(&name) {
                continue;
            }
            let directory = directory();
            let settings = if kind == "journal" { settings(directory.path()) } else { vec![] };
            let mut server = Spawned::guestlist_with(self.options.workers(), &settings);
            server.fill(PAGE);
            let updates = Requests::updates(PAGE, &self.ticket);
            let destruction = Requests::destruction(members, &self.ticket);
            let (mut answer, mut quiet_p99, mut ratio) = (Vec::new(), Vec::new(), Vec::new());
            for _ in 0..ROUNDS {
                server.fill(members);
                if kind == "journal" {
                    settle(&mut server);
                }
                let load = Load { server: &server, requests: &updates, connections: CONNECTIONS };
                let quiet = self.client.latencies(load, None).0;
                let (busy, took) = self.client.latencies(load, Some(&destruction));
                answer.push(took.as_secs_f64() * 1_000.0);
                quiet_p99.push(quiet * 1_000.0);
                ratio.push(busy / quiet);
            }
            report::figure(&format!("{name}: the answer, ms"), Spread::of(answer));
            report::figure(&format!("{name}: p99 of others without, ms"), Spread::of(quiet_p99));
            report::figure(&format!("{name}: p99 of others, with for without"), Spread::of(ratio));
        }
    }
}

/// Waits until the rows of the room before are gone: nothing is written any more.
fn settle(server: &mut Spawned) {
    loop {
        let before = server.written();
        std::thread::sleep(QUIET);
        if server.written() == before {
            return;
        }
    }
}

impl Client {
    /// The 99th percentile of what requests take, in seconds, from the moment on at which another
    /// one is sent, and what that one takes.
    fn latencies(&self, load: Load<'_>, other: Option<&Requests>) -> (f64, Duration) {
        let address = load.server.door(Door::Vendor);
        let measuring = async {
            let (stop, counts) = (Cell::new(false), Cell::new(false));
            let took: RefCell<Vec<f64>> = RefCell::default();
            let opening = (0..load.connections).map(|_| Connection::open(address));
            let connections = join_all(opening).await;
            let asking = connections.into_iter().enumerate().map(async |(nth, mut connection)| {
                while !stop.get() {
                    let began = Instant::now();
                    let reply = connection.ask(load.requests.next_of(nth)).await;
                    load.requests.door.assert_success(reply);
                    if counts.get() {
                        took.borrow_mut().push(began.elapsed().as_secs_f64());
                    }
                }
            });
            let watching = async {
                let mut connection = Connection::open(address).await;
                sleep(WATCHED / 6).await;
                counts.set(true);
                let began = Instant::now();
                if let Some(other) = other {
                    other.door.assert_success(connection.ask(other.next()).await);
                }
                let answered = began.elapsed();
                sleep(WATCHED.saturating_sub(answered)).await;
                stop.set(true);
                answered
            };
            let answered = tokio::join!(watching, join_all(asking)).0;
            let mut took = took.take();
            took.sort_by(f64::total_cmp);
            (took[took.len() * 99 / 100], answered)
        };
        self.in_time(WATCHED + PATIENCE, measuring)
    }
}

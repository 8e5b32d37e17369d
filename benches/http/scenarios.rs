//! What is measured, in order.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::process::{Command, Stdio};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use crate::common::{self, FORGOTTEN_TICKETS, FRESH_TICKETS};
use crate::compare::{Spread, compare};
use crate::load::{Client, Load};
use crate::options::Options;
use crate::process::resident_bytes;
use crate::report;
use crate::requests::{Change, LANES, Members, PAGE, Requests};
use crate::spawned::Spawned;

/// Connections of every load but one.
const CONNECTIONS: usize = LANES;
/// Connections of that one.
const MANY_CONNECTIONS: usize = 512;
/// Members of the large room in which things are changed.
const CHANGED_MEMBERS: u32 = 100_000;
/// How often the program is started.
const STARTS: usize = 9;

/// What every scenario needs.
pub(crate) struct Bench<'a> {
    pub(crate) options: &'a Options,
    pub(crate) client: Client,
    /// The ticket that is reused.
    pub(crate) ticket: String,
    now_s: u64,
}

/// Measures everything that the options want.
pub(crate) fn run(options: &Options) {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970");
    let now_s = since_1970.as_secs();
    let ticket = common::tickets(now_s, 1).remove(0);
    let bench = Bench { options, client: Client::new(), ticket, now_s };
    report::circumstances(options);
    report::comparisons();
    bench.against_bare_apps();
    let bytes_each = bench.large_room();
    bench.changes();
    let community_bytes_each = bench.profiles();
    bench.callbacks();
    let journal = bench.journal();
    report::figures();
    if let Some(bytes_each) = bytes_each {
        report::figure("memory for each further member, bytes", bytes_each);
    }
    if let Some(bytes_each) = community_bytes_each {
        report::figure("memory for each further member of a community, bytes", bytes_each);
    }
    bench.drain();
    journal.into_iter().for_each(|(name, spread)| report::figure(&name, spread));
    bench.journal_starts();
    bench.destroying();
    bench.starts();
}

impl Bench<'_> {
    /// guestlist beside bare apps that give the same replies.
    fn against_bare_apps(&self) {
        let reused = "list of 50, reused signature; bare axum app";
        let fresh = "list of 50, fresh signature; bare axum app";
        let updated = "update, reused signature; bare axum app";
        let many = "list of 50, 512 connections; 32 connections";
        if ![reused, fresh, updated, many].iter().any(|name| self.options.wants(name)) {
            return;
        }
        let guestlist = self.guestlist(&[PAGE]);
        let list = Requests::first_page(PAGE, [&self.ticket]);
        let bare = self.bare_twin(&guestlist, &list);
        self.compare(reused, (&bare, &list), (&guestlist, &list));
        if self.options.wants(fresh) {
            let tickets = common::tickets(self.now_s, FORGOTTEN_TICKETS + FRESH_TICKETS);
            let (forgotten, tickets) = tickets.split_at(FORGOTTEN_TICKETS);
            let list = Requests::first_page(PAGE, forgotten);
            self.client.ask_many(&guestlist, &list, FORGOTTEN_TICKETS);
            let list = Requests::first_page(PAGE, tickets);
            self.compare(fresh, (&bare, &list), (&guestlist, &list));
        }
        let update = Requests::updates(PAGE, &self.ticket);
        let bare = self.bare_twin(&guestlist, &update);
        self.compare(updated, (&bare, &update), (&guestlist, &update));
        if self.options.wants(many) {
            let few = Load { server: &guestlist, requests: &list, connections: CONNECTIONS };
            let load = Load { connections: MANY_CONNECTIONS, ..few };
            report::comparison(many, &compare(&self.client, self.options, few, load));
        }
    }

    /// A large room beside one of a page, in one server. Tells the memory for each further member.
    fn large_room(&self) -> Option<Spread> {
        let members = self.options.members;
        let first = format!("first page of 50 of {members}; of 50");
        let random = format!("random page of 50 of {members}; first of 50");
        let memory = "memory";
        if ![&first, &random, memory].iter().any(|name| self.options.wants(name)) {
            return None;
        }
        let mut server = self.guestlist(&[PAGE]);
        let small = Requests::first_page(PAGE, [&self.ticket]);
        self.client.ask(&server, &small);
        let before = resident_bytes(server.pid());
        server.fill(members);
        let more_bytes = resident_bytes(server.pid()) - before;
        let large = Requests::first_page(members, [&self.ticket]);
        self.compare(&first, (&server, &small), (&server, &large));
        let large = Requests::random_pages(members, &self.ticket);
        self.compare(&random, (&server, &small), (&server, &large));
        Some(Spread::of([more_bytes as f64 / f64::from(members)]))
    }

    /// Changes in a large room beside the same in one of a page, in one server for each row: what a
    /// row leaves half done is nobody else's.
    fn changes(&self) {
        let rows = [("the same accounts", Members::OneEach), ("random accounts", Members::Random)];
        for (change_name, change) in Change::ALL {
            for (whose, members) in rows {
                let name = format!("{change_name}: {whose}, of {CHANGED_MEMBERS}; of {PAGE}");
                if !self.options.wants(&name) {
                    continue;
                }
                let server = self.guestlist(&[PAGE, CHANGED_MEMBERS]);
                let small = Requests::changes(change, PAGE, Members::OneEach, &self.ticket);
                let large = Requests::changes(change, CHANGED_MEMBERS, members, &self.ticket);
                self.compare(&name, (&server, &small), (&server, &large));
            }
        }
    }

    /// Chosen profiles of a large community beside those of one of a page, in one server. Tells the
    /// memory for each further member.
    fn profiles(&self) -> Option<Spread> {
        let members = CHANGED_MEMBERS;
        let same = format!("50 chosen profiles: the same accounts, of {members}; of {PAGE}");
        let random = format!("50 chosen profiles: random accounts, of {members}; of {PAGE}");
        let memory = "memory";
        if ![&same, &random, memory].iter().any(|name| self.options.wants(name)) {
            return None;
        }
        let mut server = self.guestlist(&[]);
        server.fill_community(PAGE);
        let small = Requests::profiles(PAGE, Members::OneEach, &self.ticket);
        self.client.ask(&server, &small);
        let before = resident_bytes(server.pid());
        server.fill_community(members);
        let more_bytes = resident_bytes(server.pid()) - before;
        let large = Requests::profiles(members, Members::OneEach, &self.ticket);
        self.compare(&same, (&server, &small), (&server, &large));
        let large = Requests::profiles(members, Members::Random, &self.ticket);
        self.compare(&random, (&server, &small), (&server, &large));
        Some(Spread::of([more_bytes as f64 / f64::from(members)]))
    }

    /// The program itself, from its start to its first answer, and what it holds then.
    fn starts(&self) {
        if !self.options.wants("start") {
            return;
        }
        let creation = Requests::creation(&self.ticket);
        let start = |_| {
            let began = Instant::now();
            let server = self.program(&[]);
            self.client.ask(&server, &creation);
            let took_ms = began.elapsed().as_secs_f64() * 1_000.0;
            let resident_mib = resident_bytes(server.pid()) as f64 / (1024.0 * 1024.0);
            server.kill();
            (took_ms, resident_mib)
        };
        let (took_ms, resident_mib): (Vec<_>, Vec<_>) = (0..STARTS).map(start).unzip();
        report::figure("start to first answer, ms", Spread::of(took_ms));
        report::figure("idle memory, MiB", Spread::of(resident_mib));
    }

    pub(crate) fn compare(&self, name: &str, a: (&Spawned, &Requests), b: (&Spawned, &Requests)) {
        if self.options.wants(name) {
            let load = |(server, requests)| Load { server, requests, connections: CONNECTIONS };
            report::comparison(name, &compare(&self.client, self.options, load(a), load(b)));
        }
    }

    fn guestlist(&self, rooms: &[u32]) -> Spawned {
        Spawned::guestlist(self.options.workers(), rooms)
    }

    /// A bare app that gives one of a server's replies.
    fn bare_twin(&self, server: &Spawned, requests: &Requests) -> Spawned {
        let reply = self.client.ask(server, requests);
        Spawned::bare(self.options.workers(), &reply)
    }

    /// `guestlist serve`, without this shell's settings.
    pub(crate) fn program(&self, settings: &[String]) -> Spawned {
        let mut command = Command::new(env!("CARGO_BIN_EXE_guestlist"));
        command.env_clear().arg("serve").stderr(Stdio::null());
        command.env("TOKIO_WORKER_THREADS", self.options.workers().to_string());
        for setting in common::overrides().iter().chain(settings) {
            command.args(["--set", setting]);
        }
        Spawned::start(&mut command, "", |line| {
            let started: serde_json::Value = serde_json::from_str(line).ok()?;
            Some((started.get("listen")?.as_str()?.parse().ok()?, None))
        })
    }
}

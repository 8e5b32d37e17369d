//! The journal beside memory, beside the disk alone, and from its files to the first answer.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::fs;
use std::path::Path;
use std::time::Instant;

use crate::compare::Spread;
use crate::disk::{self, BareLoop};
use crate::load::Load;
use crate::process::resident_bytes;
use crate::report;
use crate::requests::{PAGE, Requests};
use crate::scenarios::Bench;
use crate::spawned::Spawned;

/// Connections that update at one time.
const CONNECTIONS: usize = 64;
/// How often the program is started on the same files.
const STARTS: usize = 5;

/// What the settings say of a journal in a directory.
pub(crate) fn settings(directory: &Path) -> Vec<String> {
    let path = format!("store.path={}", directory.join("store").display());
    vec!["store.kind=journal".to_owned(), path]
}

/// A directory that goes when it is dropped, on the disk of the build.
pub(crate) fn directory() -> tempfile::TempDir {
    tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory")
}

impl Bench<'_> {
    /// Updates and reads of a journal beside those in memory. Tells the figures that are no
    /// comparisons of processor time.
    pub(crate) fn journal(&self) -> Vec<(String, Spread)> {
        let mut figures = Vec::new();
        let reads = "list of 50, journal; memory";
        let many = format!("journal: updates of {CONNECTIONS} connections");
        let alone = "journal: an update of one connection alone";
        if ![reads, &many, alone].iter().any(|name| self.options.wants(name)) {
            return figures;
        }
        let directory = directory();
        let workers = self.options.workers();
        let memory = Spawned::guestlist(workers, &[PAGE]);
        let mut journal = Spawned::guestlist_with(workers, &settings(directory.path()));
        journal.fill(PAGE);
        let list = Requests::first_page(PAGE, [&self.ticket]);
        self.compare(reads, (&memory, &list), (&journal, &list));
        let updates = Requests::updates(PAGE, &self.ticket);
        if self.options.wants(&many) {
            let bare = BareLoop::open(directory.path());
            figures.extend(self.updates(&many, &memory, &mut journal, &bare, &updates));
        }
        if self.options.wants(alone) {
            figures.extend(self.one_alone(alone, &journal, directory.path(), &updates));
        }
        figures
    }

    /// Updates of many connections a second: of the journal, for those of memory, and for the rows
    /// that a bare loop writes in groups of the same size.
    fn updates(
        &self,
        name: &str,
        memory: &Spawned,
        journal: &mut Spawned,
        bare: &BareLoop,
        updates: &Requests,
    ) -> Vec<(String, Spread)> {
        let (mut each, mut groups, mut of_memory, mut of_bare) =
            (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for _ in 0..self.options.pairs() {
            let per_second = |server: &Spawned| {
                let load = Load { server, requests: updates, connections: CONNECTIONS };
                self.client.measure(load, self.options.window()).per_second()
            };
            let in_memory = per_second(memory);
            let before = journal.written();
            let durably = per_second(journal);
            let after = journal.written();
            let group = (after.1 - before.1) as f64 / (after.0 - before.0) as f64;
            let bare = bare.per_second(group.round() as usize, self.options.window());
            each.push(durably);
            groups.push(group);
            of_memory.push(durably / in_memory);
            of_bare.push(durably / bare);
        }
        vec![
            (format!("{name}, a second"), Spread::of(each)),
            (format!("{name}, of one group"), Spread::of(groups)),
            (format!("{name}, for one of memory"), Spread::of(of_memory)),
            (format!("{name}, for one of a bare loop of batches"), Spread::of(of_bare)),
        ]
    }

    /// The time of an update when nobody else asks, for that of a bare append and its sync.
    fn one_alone(
        &self,
        name: &str,
        journal: &Spawned,
        directory: &Path,
        updates: &Requests,
    ) -> Vec<(String, Spread)> {
        let (mut of_sync, mut syncs) = (Vec::new(), Vec::new());
        for _ in 0..self.options.pairs() {
            let sync_s = disk::sync(directory, self.options.window()).as_secs_f64();
            let load = Load { server: journal, requests: updates, connections: 1 };
            let per_second = self.client.measure(load, self.options.window()).per_second();
            syncs.push(sync_s * 1_000_000.0);
            of_sync.push(1.0 / per_second / sync_s);
        }
        vec![
            (format!("{name}, for a sync"), Spread::of(of_sync)),
            ("a bare append and its sync, us".to_owned(), Spread::of(syncs)),
        ]
    }

    /// The program itself on a store that holds a large room, from its start until it is ready:
    /// as the server left it that was killed when the room was full, and as one left it in good
    /// order.
    pub(crate) fn journal_starts(&self) {
        let members = self.options.members;
        let name = format!("journal: {members} members");
        if !self.options.wants(&name) {
            return;
        }
        let directory = directory();
        let (kept, used) = (directory.path().join("kept"), directory.path().join("used"));
        let mut server = Spawned::guestlist_with(self.options.workers(), &settings(&kept));
        server.fill(members);
        server.kill();
        let start = || {
            let began = Instant::now();
            let server = self.program(&settings(&used));
            let took_s = began.elapsed().as_secs_f64();
            let resident_mib = resident_bytes(server.pid()) as f64 / (1024.0 * 1024.0);
            // It is usable, and has not forgotten anybody.
            let list = Requests::first_page(members, [&self.ticket]);
            let page = self.client.ask(&server, &list);
            assert!(page.contains(&crate::common::name_card(PAGE - 1)), "{page}");
            (server, took_s, resident_mib)
        };
        let mut rows = [const { (Vec::new(), Vec::new()) }; 2];
        for _ in 0..STARTS {
            let _ = fs::remove_dir_all(&used);
            copy(&kept, &used);
            for (took, resident) in &mut rows {
                let (server, took_s, resident_mib) = start();
                took.push(took_s);
                resident.push(resident_mib);
                server.end();
            }
        }
        let ends = ["killed", "ended"];
        for (end, (took, resident)) in ends.into_iter().zip(rows) {
            report::figure(&format!("{name}, {end} before: start, s"), Spread::of(took));
            report::figure(&format!("{name}, {end} before: memory, MiB"), Spread::of(resident));
        }
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir(to).expect("it is new");
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a type").is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("a disk with room");
        }
    }
}

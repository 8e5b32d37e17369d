//! The disk itself, without a server: what a sync takes, and what a bare loop of batches does.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use fjall::{Database, Keyspace, KeyspaceCreateOptions, PersistMode};

/// A key of a member's row, in bytes.
const KEY_BYTES: usize = 42;
/// The row, in bytes.
const ROW_BYTES: usize = 80;
/// What a group of one such row is in a journal, in bytes.
const GROUP_BYTES: usize = 256;
/// Rows that are written over and over, as members are.
const ROWS: usize = 4_096;

/// How long a file takes for some bytes at its end and their sync: appends one after the other, for
/// so long.
pub(crate) fn sync(directory: &Path, window: Duration) -> Duration {
    let mut file = File::create(directory.join("appended")).expect("a directory of the bench's");
    let bytes = [7; GROUP_BYTES];
    let (began, mut syncs) = (Instant::now(), 0);
    while began.elapsed() < window {
        file.write_all(&bytes).and_then(|()| file.sync_data()).expect("a disk with room");
        syncs += 1;
    }
    began.elapsed() / syncs
}

/// The embedded store alone, with the options that guestlist gives it.
pub(crate) struct BareLoop {
    db: Database,
    rows: Keyspace,
}

impl BareLoop {
    pub(crate) fn open(directory: &Path) -> Self {
        let db = Database::builder(directory.join("bare"))
            .max_journaling_size(64 * 1024 * 1024)
            .cache_size(4 * 1024 * 1024)
            .worker_threads(1)
            .open();
        let db = db.expect("a directory of the bench's");
        let options = || {
            let options = KeyspaceCreateOptions::default().max_memtable_size(16 * 1024 * 1024);
            options.manual_journal_persist(true)
        };
        let rows = db.keyspace("rows", options).expect("a new store");
        Self { db, rows }
    }

    /// Rows a second, so many in each batch, each batch synced.
    pub(crate) fn per_second(&self, group: usize, window: Duration) -> f64 {
        let key = |nth: usize| format!("{:0width$}", nth % ROWS, width = KEY_BYTES);
        let row = [b'r'; ROW_BYTES];
        let (began, mut written) = (Instant::now(), 0);
        while began.elapsed() < window {
            let mut batch = self.db.batch().durability(Some(PersistMode::SyncData));
            (written..written + group).for_each(|nth| batch.insert(&self.rows, key(nth), row));
            batch.insert(&self.rows, "N", [0; 8]);
            batch.commit().expect("a disk with room");
            written += group;
        }
        written as f64 / began.elapsed().as_secs_f64()
    }
}

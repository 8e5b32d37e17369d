//! The embedded store, as far as it is used.
//!
//! Job: open it with options for this load, write a group, sync. Promise: [`Disk::write`] returns
//! when what it wrote is on disk; nothing else here syncs, and fjall does not by itself. Not here:
//! what rows mean.

use std::io::ErrorKind;
use std::ops::Bound;
use std::path::Path;

use fjall::config::{BlockSizePolicy, FilterPolicy};
use fjall::{
    Database, Guard, Keyspace, KeyspaceCreateOptions, PersistMode, Readable, Snapshot, UserValue,
};

/// What the journals of the embedded store may hold together, in bytes: recovery reads all of it.
pub(super) const MAX_JOURNAL_BYTES: u64 = 64 * 1024 * 1024;
/// Rows in memory that are not in a table yet, in bytes. Tests come to tables sooner.
const MEMTABLE_BYTES: u64 = if cfg!(test) { 256 * 1024 } else { 16 * 1024 * 1024 };
/// Blocks of tables in memory, in bytes: rows are read once, at the start.
const CACHE_BYTES: u64 = 4 * 1024 * 1024;
/// Threads that write and merge tables.
const WORKERS: usize = 1;
/// A block of a table, in bytes: rows are read in order.
const BLOCK_BYTES: u32 = 32 * 1024;
/// What the system says of a block that it cannot read: `EIO`.
const BAD_BLOCK: i32 = 5;
/// The one keyspace.
const ROWS: &str = "rows";

/// The store on disk.
pub(super) struct Disk {
    db: Database,
    rows: Keyspace,
}

/// Whether an error says that files are not as they were written. Else the system is in the way, and
/// they may be whole.
pub(super) fn is_damage(error: &fjall::Error) -> bool {
    let (fjall::Error::Io(error) | fjall::Error::Storage(fjall::LsmError::Io(error))) = error
    else {
        return !matches!(error, fjall::Error::Locked | fjall::Error::Poisoned);
    };
    let kinds = [ErrorKind::NotFound, ErrorKind::UnexpectedEof, ErrorKind::InvalidData];
    kinds.contains(&error.kind()) || error.raw_os_error() == Some(BAD_BLOCK)
}

/// A row that is written or removed.
pub(super) type Write<'a> = (&'a [u8], Option<&'a [u8]>);

impl Disk {
    /// Opens the store in a directory, or makes one there.
    pub(super) fn open(path: &Path) -> Result<Self, fjall::Error> {
        let db = Database::builder(path)
            .max_journaling_size(MAX_JOURNAL_BYTES)
            .cache_size(CACHE_BYTES)
            .worker_threads(WORKERS)
            .open()?;
        let options = || {
            KeyspaceCreateOptions::default()
                .max_memtable_size(MEMTABLE_BYTES)
                // Nobody asks for one row: filters would be memory for nothing.
                .filter_policy(FilterPolicy::disabled())
                .data_block_size_policy(BlockSizePolicy::all(BLOCK_BYTES))
                .manual_journal_persist(true)
        };
        let rows = db.keyspace(ROWS, options)?;
        Ok(Self { db, rows })
    }

    /// Writes rows at once or not at all, and returns when they are on disk.
    pub(super) fn write<'a>(
        &self,
        writes: impl Iterator<Item = Write<'a>>,
    ) -> Result<(), fjall::Error> {
        // The one place that syncs.
        let mut batch = self.db.batch().durability(Some(PersistMode::SyncData));
        for (key, value) in writes {
            match value {
                Some(value) => batch.insert(&self.rows, key, value),
                None => batch.remove(&self.rows, key),
            }
        }
        batch.commit()
    }

    /// What the files take, in bytes; 0 if nobody can say.
    pub(super) fn size_bytes(&self) -> u64 {
        self.db.disk_space().unwrap_or_default()
    }

    /// The rows whose keys begin so and stand behind one of them, in order. What was removed before
    /// that one is not walked over: it stays in the way until tables are merged.
    pub(super) fn rows_behind(
        &self,
        prefix: &[u8],
        last: &[u8],
    ) -> impl Iterator<Item = Result<Pair, fjall::Error>> {
        let behind = (Bound::Excluded(last), Bound::Unbounded);
        let rows = self.rows.range::<&[u8], _>(behind).map(Guard::into_inner);
        rows.take_while(move |pair| pair.as_ref().map_or(true, |(key, _)| key.starts_with(prefix)))
    }

    /// The rows whose keys begin so, in order.
    pub(super) fn rows_of(
        &self,
        prefix: &[u8],
    ) -> impl Iterator<Item = Result<Pair, fjall::Error>> {
        self.rows.prefix(prefix).map(Guard::into_inner)
    }

    /// Everything as it is now, for as long as it is looked at. What is removed meanwhile stays on
    /// disk until then.
    pub(super) fn moment(&self) -> Moment {
        Moment { snapshot: self.db.snapshot(), rows: self.rows.clone() }
    }
}

/// The store at one moment.
pub(super) struct Moment {
    snapshot: Snapshot,
    rows: Keyspace,
}

/// Rows of one moment, in order.
pub(super) type Rows = Box<dyn Iterator<Item = Result<Pair, fjall::Error>> + Send>;

impl Moment {
    /// A row.
    pub(super) fn get(&self, key: &[u8]) -> Result<Option<UserValue>, fjall::Error> {
        self.snapshot.get(&self.rows, key)
    }

    /// The rows whose keys begin so, in order.
    pub(super) fn rows_of(&self, prefix: &[u8]) -> Rows {
        Box::new(self.snapshot.prefix(&self.rows, prefix).map(Guard::into_inner))
    }
}

/// A key and its value.
pub(super) type Pair = (fjall::UserKey, fjall::UserValue);

//! From the rows on disk back to rooms.
//!
//! Job: read every row once, put back what is alive, say what is dead and what does not hold
//! together. Promise: every row is read, so that a damaged table is found; a room is put back only
//! with its facts. Not here: what is done about damage.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::keys::{self, Key, Life};
use super::queue::Numbers;
use super::writer::Counter;
use super::{rooms, rows};
use crate::domain::{AppId, Destination, Letter, Notice};
use crate::store::memory::MemoryStore;
use crate::store::memory::outbox::{Progress, RestoredLetter};

/// The most faults that are told: one damaged table can make many.
const MAX_FAULTS: usize = 10;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// The number of the latest commit.
    pub(super) commit: u64,
    pub(super) counters: HashMap<Life, Counter>,
    /// Rooms that ended and have rows left.
    pub(super) dead: Vec<(Life, u64)>,
    /// Lives of apps that are over and have rows left.
    pub(super) over: BTreeSet<Life>,
    /// What does not hold together, for people.
    pub(super) faults: Vec<String>,
}

impl Found {
    pub(super) fn fault(&mut self, text: impl FnOnce() -> String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(text());
        }
    }

    /// The record of a row, if it can be read.
    pub(super) fn record<T: DeserializeOwned>(&mut self, key: &[u8], row: &[u8]) -> Option<T> {
        match rows::decode(row) {
            Ok(record) => Some(record),
            Err(fault) => {
                self.fault(|| format!("row {}: {fault}", key.escape_ascii()));
                None
            }
        }
    }
}

/// Reads all rows into a store that is empty.
pub(super) fn recover(disk: &Disk, memory: &MemoryStore) -> Found {
    let mut found = Found::default();
    let mut epochs: HashMap<AppId, u64> = HashMap::new();
    each(disk, b"E", &mut found, |key, row, found| {
        if let (Some(Key::Epoch(app)), Some(epoch)) = (keys::read(key), found.record(key, row)) {
            epochs.insert(app, epoch);
        }
    });
    for (app, epoch) in &epochs {
        memory.restore_app(*app, *epoch);
    }
    each(disk, keys::COMMIT, &mut found, |key, row, found| {
        let numbers: Option<Numbers> = found.record(key, row);
        found.commit = numbers.unwrap_or_default().1;
    });
    rooms::recover(disk, memory, &epochs, &mut found);
    letters(disk, memory, &epochs, &mut found);
    found
}

/// Visits the rows whose keys begin so, as far as they can be read.
pub(super) fn each(
    disk: &Disk,
    prefix: &[u8],
    found: &mut Found,
    mut see: impl FnMut(&[u8], &[u8], &mut Found),
) {
    for pair in disk.rows_of(prefix) {
        match pair {
            Ok((key, row)) => see(&key, &row, found),
            Err(error) => return found.fault(|| format!("a table cannot be read: {error}")),
        }
    }
}

fn letters(disk: &Disk, memory: &MemoryStore, epochs: &HashMap<AppId, u64>, found: &mut Found) {
    let mut progress: HashMap<(AppId, Destination, u64), Progress> = HashMap::new();
    each(disk, b"P", found, |key, row, found| {
        if let (Some(Key::PutOff(app, to, id)), Some(row)) =
            (keys::read(key), found.record(key, row))
        {
            progress.insert((app, to, id), row);
        }
    });
    each(disk, b"L", found, |key, row, found| {
        let Some(Key::Letter(app, to, id)) = keys::read(key) else { return };
        let Some((epoch, parts, notice)) = found.record::<(u64, u32, Notice)>(key, row) else {
            return;
        };
        if epoch == epochs.get(&app).copied().unwrap_or_default() {
            let letter = Letter { to, notice: Arc::new(notice), parts };
            let progress = progress.remove(&(app, to, id)).unwrap_or_default();
            memory.restore_letter(app, RestoredLetter { id, letter, progress });
        }
    });
}

//! From the rows on disk back to rooms.
//!
//! Job: read every row once, put back what is alive, say what is dead and what does not hold
//! together, and which rows mend it. Promise: every row is read, so that a damaged table is found; a
//! room is put back only with its facts. Not here: whether anybody accepts that.

use std::collections::{BTreeSet, HashMap};

use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::kept::Ended;
use super::keys::{self, Key, Life};
use super::letters::WaitingLetter;
use super::rows::{self, Row};
use super::writer::{Commit, Counter};
use super::{letters, rooms};
use crate::domain::AppId;
use crate::store::memory::MemoryStore;

/// The most faults that are told: one damaged table can make many.
const MAX_FAULTS: usize = 10;

/// What was found.
#[derive(Default)]
pub(super) struct Found {
    /// The number of the latest commit.
    pub(super) commit: u64,
    pub(super) counters: HashMap<Life, Counter>,
    /// Rooms that ended and have rows left, which nobody needs.
    pub(super) dead: Vec<Ended>,
    /// Letters that need the rows of a room that ended.
    pub(super) kept: Vec<(u64, Ended)>,
    /// Lives of apps that are over and have rows left.
    pub(super) over: BTreeSet<Life>,
    /// What does not hold together, for people.
    pub(super) faults: Vec<String>,
    /// What makes the rows hold together again, without what is lost.
    pub(super) mended: Vec<Row>,
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
                self.mended.push(Row::remove(key.to_vec()));
                None
            }
        }
    }
}

/// Reads all rows into a store that is empty. Of `salvaged` rows any may be missing.
pub(super) fn recover(disk: &Disk, memory: &MemoryStore, salvaged: bool) -> Found {
    let mut found = Found::default();
    let mut epochs: HashMap<AppId, u64> = HashMap::new();
    each(disk, b"E", &mut found, |key, row, found| {
        if let (Some(Key::Epoch(app)), Some(epoch)) = (keys::read(key), found.record(key, row)) {
            epochs.insert(app, epoch);
        }
    });
    if salvaged {
        // Of the life that is said to be the present one nothing may be left: then it was over, and
        // the latest one that has rows is not.
        let mut lives: BTreeSet<Life> = BTreeSet::new();
        each(disk, b"A", &mut found, |key, _, _| {
            if let Some(Key::Row { life, .. }) = keys::read(key) {
                lives.insert(life);
            }
        });
        for Life { app, epoch: latest } in lives.iter().copied() {
            let present = epochs.get(&app).copied().unwrap_or_default();
            if latest > present && !lives.contains(&Life { app, epoch: present }) {
                epochs.insert(app, latest);
                found.mended.push(Row::put(keys::epoch(app), &latest));
            }
        }
    }
    for (app, epoch) in &epochs {
        memory.restore_app(*app, *epoch);
    }
    each(disk, keys::COMMIT, &mut found, |key, row, found| {
        let commit: Option<Commit> = found.record(key, row);
        found.commit = commit.unwrap_or_default().last;
    });
    let waiting = letters::waiting(disk, memory, &epochs, &mut found);
    let needed = waiting.iter().filter_map(WaitingLetter::needs);
    let departing = needed.map(|ended| (ended, memory.departing())).collect();
    let departing = rooms::recover(disk, memory, &epochs, departing, &mut found);
    letters::post(memory, waiting, departing, &mut found);
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
            // What stands behind it may be read.
            Err(error) => found.fault(|| format!("a table cannot be read: {error}")),
        }
    }
}

//! The one thread that writes.
//!
//! Job: take what waits as one group, write it, say so. While one group is on its way to the disk
//! the next gathers: that is what makes many small changes cheap. Promise: groups are written in the
//! order of the queue; of a key that is written twice in a group the last counts; the number of the
//! latest commit is written with each group, and noted beside the store after it. A write that fails
//! is never tried again.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use super::disk::Disk;
use super::keys::{self, Kind, Life};
use super::queue::{Census, Group, Queue};
use super::rows;
use super::synced::Synced;

/// How many rooms a life of an app has, and the latest number that one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Counter {
    pub(super) rooms: u64,
    pub(super) incarnations: u64,
}

/// What the latest commit's row says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize, serde::Deserialize)]
pub(super) struct Commit {
    /// The number of the group's first entry.
    pub(super) first: u64,
    /// That of its last.
    pub(super) last: u64,
    /// Which process wrote it: a random number that is known nowhere else.
    pub(super) mark: u64,
}

pub(super) struct Writer {
    pub(super) disk: Arc<Disk>,
    pub(super) queue: Arc<Queue>,
    pub(super) synced: Synced,
    pub(super) counters: HashMap<Life, Counter>,
    /// The mark of this process.
    pub(super) mark: u64,
}

#[expect(clippy::disallowed_methods, reason = "how long the disk takes is real time")]
fn now() -> Instant {
    Instant::now()
}

impl Writer {
    /// Writes until the queue is closed and empty.
    ///
    /// # Errors
    /// The first write that fails; what waits stays unwritten.
    pub(super) fn run(mut self) -> Result<(), String> {
        while let Some(group) = self.queue.take() {
            let began = now();
            self.write(&group)?;
            self.queue.synced(group.numbers, began.elapsed());
        }
        Ok(())
    }

    fn write(&mut self, group: &Group) -> Result<(), String> {
        let counted = self.count(group);
        let (first, last) = group.numbers;
        let commit = rows::encode(&Commit { first, last, mark: self.mark });
        let mut latest: HashMap<&[u8], Option<&[u8]>> = HashMap::new();
        for row in group.entries.iter().flat_map(|entry| &entry.rows) {
            latest.insert(&row.key, row.value.as_deref());
        }
        latest.extend(counted.iter().map(|(key, value)| (&key[..], Some(&value[..]))));
        latest.insert(keys::COMMIT, Some(&commit));
        self.disk.write(latest.into_iter()).map_err(|error| error.to_string())?;
        self.synced.note(last).map_err(|error| error.to_string())
    }

    /// The counters that change with a group.
    fn count(&mut self, group: &Group) -> Vec<(Vec<u8>, Vec<u8>)> {
        let mut changed = Vec::new();
        for Census { life, incarnation, born } in
            group.entries.iter().filter_map(|entry| entry.census)
        {
            let counter = self.counters.entry(life).or_default();
            counter.incarnations = counter.incarnations.max(incarnation);
            counter.rooms = if born { counter.rooms + 1 } else { counter.rooms.saturating_sub(1) };
            changed.push(life);
        }
        changed.sort_unstable();
        changed.dedup();
        let row =
            |life: Life| (keys::room(life, Kind::Counter, 0), rows::encode(&self.counters[&life]));
        changed.into_iter().map(row).collect()
    }
}

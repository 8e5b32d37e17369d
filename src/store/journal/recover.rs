//! From the rows on disk back to rooms.
//!
//! Job: read every row once, put back what is alive, say what is dead and what does not hold
//! together. Promise: every row is read, so that a damaged table is found; a room is put back only
//! with its facts. Not here: what is done about damage.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::keys::{self, Key, Kind, Life};
use super::queue::Numbers;
use super::rows;
use super::writer::Counter;
use crate::domain::{
    AccountRecord, AppId, Destination, Facts, ForbidRule, Letter, Notice, ReceiverRecord, RoomId,
    Seats, Tally,
};
use crate::store::memory::MemoryStore;
use crate::store::memory::outbox::{Progress, RestoredLetter};
use crate::store::memory::space::{RestoredPart, RestoredRoom};

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
    fn fault(&mut self, text: impl FnOnce() -> String) {
        if self.faults.len() < MAX_FAULTS {
            self.faults.push(text());
        }
    }

    /// The record of a row, if it can be read.
    fn record<T: DeserializeOwned>(&mut self, key: &[u8], row: &[u8]) -> Option<T> {
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
    let mut rooms = Rooms {
        memory,
        epochs: &epochs,
        halves: BTreeMap::new(),
        alive: HashMap::new(),
        orphans: BTreeSet::new(),
        rules: Vec::new(),
    };
    each(disk, b"A", &mut found, |key, row, found| rooms.row(key, row, found));
    rooms.end(&mut found);
    letters(disk, memory, &epochs, &mut found);
    found
}

/// Visits the rows whose keys begin so, as far as they can be read.
fn each(
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

/// A room's row of facts.
#[derive(Deserialize)]
struct FactsRow {
    room: RoomId,
    facts: Facts,
}

/// A room of which not everything was read yet.
struct Half {
    room: RoomId,
    facts: Facts,
    tally: Option<Tally>,
    seats: Seats,
}

/// The rooms and accounts of all apps, row by row: of a life the facts come first, then the counts,
/// then what a room has many of.
struct Rooms<'a> {
    memory: &'a MemoryStore,
    epochs: &'a HashMap<AppId, u64>,
    halves: BTreeMap<(Life, u64), Half>,
    alive: HashMap<(Life, u64), RoomId>,
    /// Rooms without facts that have rows: they ended, or something is lost.
    orphans: BTreeSet<(Life, u64)>,
    /// Rules with their places; they stand by key, and are put back by place.
    rules: Vec<(AppId, u64, ForbidRule)>,
}

impl Rooms<'_> {
    fn row(&mut self, key: &[u8], row: &[u8], found: &mut Found) {
        let Some(Key::Row { life, kind, incarnation, .. }) = keys::read(key) else {
            return found
                .fault(|| format!("row {}: not one of this program's", key.escape_ascii()));
        };
        if life.epoch != self.epochs.get(&life.app).copied().unwrap_or_default() {
            self.memory.epochs_go_on_behind(life.app, life.epoch);
            found.over.insert(life);
            return;
        }
        let at = (life, incarnation);
        match kind {
            Kind::Counter => {
                if let Some(counter) = found.record::<Counter>(key, row) {
                    self.memory.restore_numbers(life.app, counter.incarnations);
                    found.counters.insert(life, counter);
                }
            }
            Kind::Facts => {
                if let Some(FactsRow { room, facts }) = found.record(key, row) {
                    let half = Half { room, facts, tally: None, seats: Seats::default() };
                    self.halves.insert(at, half);
                }
            }
            Kind::Tally => match (self.halves.get_mut(&at), found.record(key, row)) {
                (Some(half), tally) => half.tally = tally,
                (None, _) => drop(self.orphans.insert(at)),
            },
            Kind::Seats => match (self.halves.get_mut(&at), found.record(key, row)) {
                (Some(half), Some(seats)) => half.seats = seats,
                (Some(_), None) => {}
                (None, _) => drop(self.orphans.insert(at)),
            },
            Kind::Member => self.part(at, key, row, found, RestoredPart::Member),
            Kind::Ban => self.part(at, key, row, found, RestoredPart::Ban),
            Kind::Mute => self.part(at, key, row, found, RestoredPart::Mute),
            Kind::Stream => self.part(at, key, row, found, RestoredPart::Stream),
            Kind::Dead => {
                self.orphans.remove(&at);
                found.dead.push(at);
            }
            Kind::Rule => {
                if let Some((place, rule)) = found.record::<(u64, ForbidRule)>(key, row) {
                    self.rules.push((life.app, place, rule));
                }
            }
            Kind::Receiver => {
                if let Some(receiver) = found.record::<Option<ReceiverRecord>>(key, row) {
                    self.memory.restore_receiver(life.app, receiver);
                }
            }
            Kind::Account => {
                if let Some(record) = found.record::<AccountRecord>(key, row) {
                    self.memory.restore_account(life.app, &record);
                }
            }
        }
    }

    fn part<T: DeserializeOwned>(
        &mut self,
        at: (Life, u64),
        key: &[u8],
        row: &[u8],
        found: &mut Found,
        part: fn(T) -> RestoredPart,
    ) {
        self.make(found);
        let Some(room) = self.alive.get(&at) else {
            self.orphans.insert(at);
            return;
        };
        if let Some(record) = found.record(key, row) {
            self.memory.restore_part(at.0.app, room, part(record));
        }
    }

    /// Makes the rooms of which facts and counts are there.
    fn make(&mut self, found: &mut Found) {
        while let Some(((life, incarnation), half)) = self.halves.pop_first() {
            let Half { room: id, facts, tally, seats } = half;
            let app = life.app;
            if tally.is_none() {
                found.fault(|| format!("room {id} of app {app} has no counts"));
            }
            self.alive.insert((life, incarnation), id.clone());
            let tally = tally.unwrap_or_default();
            self.memory.restore_room(app, RestoredRoom { incarnation, id, facts, tally, seats });
        }
    }

    /// All rows were read: holds them together.
    fn end(mut self, found: &mut Found) {
        self.make(found);
        self.rules.sort_by_key(|(_, place, _)| *place);
        for (app, _, rule) in &self.rules {
            self.memory.put_rule_now(*app, rule, u64::MAX, 0);
        }
        for (Life { app, .. }, incarnation) in self.orphans {
            found.fault(|| format!("room number {incarnation} of app {app} has no facts"));
        }
        for (life, counter) in found.counters.clone() {
            let (app, had) = (life.app, counter.rooms);
            let rooms = self.alive.keys().filter(|(other, _)| *other == life).count() as u64;
            if rooms != had {
                found.fault(|| format!("app {app} has {rooms} rooms, and had {had}"));
                found.counters.insert(life, Counter { rooms, ..counter });
            }
            for room in self.memory.mend(app) {
                found.fault(|| format!("room {room} of app {app} lacks members that it counts"));
            }
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
        if epoch != epochs.get(&app).copied().unwrap_or_default() {
            memory.epochs_go_on_behind(app, epoch);
            found.over.insert(Life { app, epoch });
        } else {
            let letter = Letter { to, notice: Arc::new(notice), parts };
            let progress = progress.remove(&(app, to, id)).unwrap_or_default();
            memory.restore_letter(app, RestoredLetter { id, letter, progress });
        }
    });
}

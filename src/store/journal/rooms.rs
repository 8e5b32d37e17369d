//! From the rows of apps back to rooms and accounts.
//!
//! Job: put back rooms with all that is in them, accounts and rules, row by row; say what does not
//! hold together. What rooms have many of is put into them by a second thread, while the first reads
//! on: each has about half of the work. Promise: a room is put back only with its facts; what was read
//! is held together when all of it is in its place.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::panic::resume_unwind;
use std::sync::mpsc::{SyncSender, sync_channel};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::disk::Disk;
use super::kept::Ended;
use super::keys::{self, Key, Kind, Life};
use super::recover::{Found, each};
use super::rows::Row;
use super::scribe;
use super::writer::Counter;
use crate::domain::{
    AccountRecord, AppId, Facts, ForbidRule, Member, ReceiverRecord, RoomId, Seats, Tally,
};
use crate::store::memory::MemoryStore;
use crate::store::memory::departed::Departing;
use crate::store::memory::space::{RestoredPart, RestoredRoom};

/// Records of a room that are put back at once.
const PARTS: usize = 512;
/// So many of these wait to be put back at most.
const WAITING: usize = 8;

/// Reads the rows of all apps into a store, given which life of each app is the present one. The
/// people of rooms that ended and are asked for are put where they are asked for; answers these.
pub(super) fn recover(
    disk: &Disk,
    memory: &MemoryStore,
    epochs: &HashMap<AppId, u64>,
    departing: HashMap<Ended, Departing>,
    found: &mut Found,
) -> HashMap<Ended, Departing> {
    std::thread::scope(|scope| {
        let (parts, waiting) = sync_channel::<Parts>(WAITING);
        let filling = scope.spawn(move || {
            for Parts { app, room, parts } in waiting {
                memory.restore_parts(app, &room, parts);
            }
        });
        let mut rooms = Rooms {
            memory,
            epochs,
            departing,
            halves: BTreeMap::new(),
            alive: HashMap::new(),
            orphans: BTreeSet::new(),
            rules: Vec::new(),
            open: None,
            filling: parts,
        };
        each(disk, b"A", found, |key, row, found| rooms.row(key, row, found));
        let whole = rooms.rows_end(found);
        filling.join().unwrap_or_else(|panic| resume_unwind(panic));
        whole.end(found)
    })
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

/// Records of one room.
struct Parts {
    app: AppId,
    room: RoomId,
    parts: Vec<RestoredPart>,
}

/// The room whose records are being read: they stand together.
struct Open {
    at: (Life, u64),
    alive: Alive,
    parts: Vec<RestoredPart>,
}

/// A room that was put back.
#[derive(Clone)]
struct Alive {
    room: RoomId,
    is_group: bool,
}

/// The rooms and accounts of all apps, row by row: of a life the facts come first, then the counts,
/// then what a room has many of.
struct Rooms<'a> {
    memory: &'a MemoryStore,
    epochs: &'a HashMap<AppId, u64>,
    halves: BTreeMap<(Life, u64), Half>,
    alive: HashMap<(Life, u64), Alive>,
    /// The people of rooms that ended, of whom letters tell.
    departing: HashMap<Ended, Departing>,
    /// Rooms without facts that have rows: they ended, or something is lost.
    orphans: BTreeSet<(Life, u64)>,
    /// Rules with their places; they stand by key, and are put back by place.
    rules: Vec<(AppId, u64, ForbidRule)>,
    open: Option<Open>,
    /// Whoever puts records into their rooms.
    filling: SyncSender<Parts>,
}

impl<'a> Rooms<'a> {
    fn row(&mut self, key: &[u8], row: &[u8], found: &mut Found) {
        let Some(Key::Row { life, kind, incarnation, .. }) = keys::read(key) else {
            found.mended.push(Row::remove(key.to_vec()));
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
            Kind::Member => match self.departing.get_mut(&at) {
                Some(departing) => {
                    let member: Option<Member> = found.record(key, row);
                    member.iter().for_each(|member| departing.put(member));
                }
                None => self.part(at, key, row, found, RestoredPart::Member),
            },
            Kind::Ban => self.part(at, key, row, found, RestoredPart::Ban),
            Kind::Mute => self.part(at, key, row, found, RestoredPart::Mute),
            Kind::Stream => self.part(at, key, row, found, RestoredPart::Stream),
            Kind::Dead => {
                self.orphans.remove(&at);
                if !self.departing.contains_key(&at) {
                    found.dead.push(at);
                }
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
        if self.open.as_ref().is_none_or(|open| open.at != at || open.parts.len() == PARTS) {
            self.flush();
            let Some(alive) = self.alive.get(&at).cloned() else {
                self.orphans.insert(at);
                return;
            };
            self.open = Some(Open { at, alive, parts: Vec::with_capacity(PARTS) });
        }
        if let (Some(open), Some(record)) = (&mut self.open, found.record(key, row)) {
            let part = part(record);
            if let RestoredPart::Member(member) = &part {
                let is_group = open.alive.is_group;
                self.memory.restore_joined(at.0.app, at.1, is_group, member);
            }
            open.parts.push(part);
        }
    }

    /// Has what was read of a room put into it.
    fn flush(&mut self) {
        if let Some(Open { at, alive, parts }) = self.open.take() {
            let parts = Parts { app: at.0.app, room: alive.room, parts };
            // It ends early only by a panic, which goes on here when it is joined.
            let _ = self.filling.send(parts);
        }
    }

    /// Makes the rooms of which facts and counts are there: of several with one id the latest.
    fn make(&mut self, found: &mut Found) {
        while let Some((at, half)) = self.halves.pop_last() {
            let (life, incarnation) = at;
            let Half { room: id, facts, tally, seats } = half;
            let app = life.app;
            if tally.is_none() {
                found.fault(|| format!("room {id} of app {app} has no counts"));
                let key = keys::room(life, Kind::Tally, incarnation);
                found.mended.push(Row::put(key, &Tally::default()));
            }
            let alive = Alive { room: id.clone(), is_group: facts.kind.is_group() };
            let tally = tally.unwrap_or_default();
            let room = RestoredRoom { incarnation, id: id.clone(), facts, tally, seats };
            if self.memory.restore_room(app, room) {
                self.alive.insert(at, alive);
            } else {
                found.fault(|| format!("room {id} of app {app} is there twice"));
                bury(at, found);
            }
        }
    }

    /// All rows were read: nothing more is put into rooms.
    fn rows_end(mut self, found: &mut Found) -> Whole<'a> {
        self.make(found);
        self.flush();
        let Self { memory, alive, departing, orphans, rules, .. } = self;
        Whole { memory, alive, departing, orphans, rules }
    }
}

/// All that was read.
struct Whole<'a> {
    memory: &'a MemoryStore,
    alive: HashMap<(Life, u64), Alive>,
    departing: HashMap<Ended, Departing>,
    orphans: BTreeSet<(Life, u64)>,
    rules: Vec<(AppId, u64, ForbidRule)>,
}

impl Whole<'_> {
    /// Holds it together. Answers who is told of by letters.
    fn end(mut self, found: &mut Found) -> HashMap<Ended, Departing> {
        self.rules.sort_by_key(|(_, place, _)| *place);
        for (app, _, rule) in &self.rules {
            self.memory.put_rule_now(*app, rule, u64::MAX, 0);
        }
        let dead: HashSet<(Life, u64)> = found.dead.iter().copied().collect();
        let orphans = std::mem::take(&mut self.orphans);
        for at in orphans.into_iter().filter(|at| !dead.contains(at)) {
            let (Life { app, .. }, incarnation) = at;
            found.fault(|| format!("room number {incarnation} of app {app} has no facts"));
            bury(at, found);
        }
        let mut rooms: HashMap<Life, (u64, u64)> = HashMap::new();
        for (life, incarnation) in self.alive.keys() {
            let (count, latest) = rooms.entry(*life).or_default();
            (*count, *latest) = (*count + 1, *incarnation.max(latest));
        }
        let lives: BTreeSet<Life> = rooms.keys().chain(found.counters.keys()).copied().collect();
        for life in lives {
            let (rooms, latest) = rooms.get(&life).copied().unwrap_or_default();
            self.count(life, rooms, latest, found);
        }
        self.departing
    }

    /// Holds the rooms of a life against their counts.
    fn count(&self, life: Life, rooms: u64, latest: u64, found: &mut Found) {
        let app = life.app;
        let counter = found.counters.get(&life).copied().unwrap_or_default();
        if rooms != counter.rooms || latest > counter.incarnations {
            let had = counter.rooms;
            found.fault(|| format!("app {app} has {rooms} rooms, and had {had}"));
            let counter = Counter { rooms, incarnations: latest.max(counter.incarnations) };
            found.mended.push(Row::put(keys::room(life, Kind::Counter, 0), &counter));
            found.counters.insert(life, counter);
        }
        for (room, incarnation, tally) in self.memory.mend(app) {
            found.fault(|| format!("room {room} of app {app} lacks members that it counts"));
            let key = keys::room(life, Kind::Tally, incarnation);
            found.mended.push(Row::put(key, &tally));
        }
    }
}

/// What is left of a room is to go.
fn bury(at: Ended, found: &mut Found) {
    let (life, incarnation) = at;
    found.mended.extend(scribe::ended(life, incarnation));
    found.dead.push(at);
}

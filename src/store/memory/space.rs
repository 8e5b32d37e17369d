//! One app's rooms in one epoch.
//!
//! Job: change a room by what its rules decide, and keep the indexes of all rooms in step with it. Promise:
//! a change is whole for whoever looks, and its letters are posted under the same lock; a room that is not
//! made leaves nothing behind. The order of locks: a room, who is where, the other indexes. Not here: what
//! is read of rooms (`reading`), and how they come back (`restoring`).

pub(in crate::store) mod copying;
mod reading;
mod restoring;
mod room;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use parking_lot::{RwLock, RwLockWriteGuard};

pub(in crate::store) use self::restoring::{RestoredPart, RestoredRoom};
use self::room::{Room, Ruins, forget_members};
use super::ages::Ages;
use super::joined::Joined;
use super::members::Members;
use super::outbox::Outbox;
use super::sanctions::Sanctions;
use super::scribe::{Change, Scribe};
use super::streams::Streams;
use super::sweeper::Debris;
use crate::domain::{
    AppId, Delta, Facts, FactsWrite, MemberWrite, Need, Refusal, RoomId, Seats, Slice, Tally,
};
use crate::store::{Decide, TxError};

/// A room of more members, bans and mutes than this is taken to pieces off the request threads.
const LARGE: usize = 1024;

enum State {
    /// Being made: in the directory, but not a room yet.
    Vacant,
    Live(Box<Room>),
    /// No longer in the directory. Look again.
    Dead,
}

type Cell = RwLock<State>;

/// A cell under its lock. A room that was not made leaves no cell behind, whether the rules said
/// no, wrote nothing, or panicked.
struct Visit<'a> {
    space: &'a Space,
    id: &'a RoomId,
    cell: &'a Arc<Cell>,
    state: RwLockWriteGuard<'a, State>,
}

impl Drop for Visit<'_> {
    fn drop(&mut self) {
        if matches!(*self.state, State::Vacant) {
            self.space.bury(self.id, self.cell, &mut self.state);
        }
    }
}

/// One app's rooms in one epoch.
pub(super) struct Space {
    app: AppId,
    /// Which life of the app this is.
    epoch: u64,
    /// Whoever writes down what changes, if anybody does.
    scribe: Option<Arc<dyn Scribe>>,
    /// Of all apps. Locked after a room, never before.
    outbox: Arc<Outbox>,
    directory: DashMap<RoomId, Arc<Cell>>,
    /// The live rooms by age. Locked after a room and after who is where, never before.
    by_age: RwLock<Ages>,
    /// Who is where. Locked after a room, never before.
    joined: Arc<Joined>,
    /// The live rooms by id. Locked after a room, never before.
    by_id: RwLock<BTreeMap<RoomId, Arc<Cell>>>,
    /// The rooms that somebody has to look at, by when. Locked after a room, never before.
    by_due: RwLock<BTreeSet<(u64, RoomId)>>,
    members: AtomicU64,
    incarnations: AtomicU64,
    hasher: RandomState,
}

impl Space {
    pub(super) fn new(
        app: AppId,
        epoch: u64,
        hasher: RandomState,
        outbox: Arc<Outbox>,
        scribe: Option<Arc<dyn Scribe>>,
    ) -> Self {
        Self {
            app,
            epoch,
            scribe,
            outbox,
            directory: DashMap::new(),
            by_age: RwLock::default(),
            joined: Arc::new(Joined::new(hasher.clone())),
            by_id: RwLock::default(),
            by_due: RwLock::default(),
            members: AtomicU64::new(0),
            incarnations: AtomicU64::new(0),
            hasher,
        }
    }

    pub(super) fn transact(
        &self,
        id: &RoomId,
        need: Need<'_>,
        decide: Decide<'_>,
    ) -> Result<Option<Debris>, TxError> {
        loop {
            let cell = self.cell(id, need.create)?;
            let mut visit = Visit { space: self, id, cell: &cell, state: cell.write() };
            let decided = match &*visit.state {
                State::Dead => continue,
                State::Live(room) => {
                    room.show(need, |account| self.is_present(account), |seen| decide.decide(seen))
                }
                State::Vacant if need.create => decide.decide(&Slice::default()),
                State::Vacant => Err(Refusal::NoSuchRoom),
            };
            let mut delta = decided?;
            let letters = self.outbox.number(std::mem::take(&mut delta.outbox));
            let incarnation = self.incarnation(&visit.state, &delta);
            if let (Some(scribe), Some((incarnation, born))) = (&self.scribe, incarnation) {
                let (app, epoch, delta, letters) = (self.app, self.epoch, &delta, &letters);
                let room = id;
                scribe.change(&Change { app, epoch, room, incarnation, born, delta, letters });
            }
            let debris = self.commit(id, &cell, &mut visit.state, delta, incarnation);
            let dropped = self.outbox.post(self.app, letters);
            if let Some(scribe) = self.scribe.as_ref().filter(|_| !dropped.is_empty()) {
                scribe.dropped(&dropped);
            }
            decide.committed(dropped);
            return Ok(debris);
        }
    }

    fn with_room<T>(&self, id: &RoomId, see: impl FnOnce(&Room) -> T) -> Result<T, TxError> {
        let cell = self.cell(id, false)?;
        match &*cell.read() {
            State::Live(room) => Ok(see(room)),
            // Being made or just ended: either way it is not there at this moment.
            State::Vacant | State::Dead => Err(Refusal::NoSuchRoom.into()),
        }
    }

    fn cell(&self, id: &RoomId, create: bool) -> Result<Arc<Cell>, Refusal> {
        if let Some(cell) = self.directory.get(id) {
            return Ok(Arc::clone(&cell));
        }
        if !create {
            return Err(Refusal::NoSuchRoom);
        }
        let vacant = || Arc::new(Cell::new(State::Vacant));
        Ok(Arc::clone(&self.directory.entry(id.clone()).or_insert_with(vacant)))
    }

    pub(super) fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Which room a delta is about, and whether it is born by it; none if it makes no room where
    /// none is.
    fn incarnation(&self, state: &State, delta: &Delta) -> Option<(u64, bool)> {
        match (state, &delta.facts) {
            (State::Live(room), _) => Some((room.incarnation, false)),
            (_, FactsWrite::Put(_)) => {
                Some((self.incarnations.fetch_add(1, Ordering::Relaxed) + 1, true))
            }
            _ => None,
        }
    }

    /// Writes a delta. What is large and no longer needed is returned, to be dropped elsewhere.
    fn commit(
        &self,
        id: &RoomId,
        cell: &Arc<Cell>,
        state: &mut State,
        delta: Delta,
        incarnation: Option<(u64, bool)>,
    ) -> Option<Debris> {
        let facts = match delta.facts {
            FactsWrite::Destroy => return self.end(id, cell, state),
            FactsWrite::Put(facts) => Some(*facts),
            FactsWrite::Keep => None,
        };
        if let State::Live(room) = state {
            if let Some(facts) = facts {
                debug_assert_eq!(room.facts.kind, facts.kind, "the indexes know rooms by kind");
                room.facts = facts;
            }
        } else {
            let facts = facts?;
            let room = self.born(incarnation?.0, facts);
            self.by_age.write().insert(room.incarnation, room.facts.kind, id);
            *state = State::Live(Box::new(room));
            self.by_id.write().insert(id.clone(), Arc::clone(cell));
        }
        let State::Live(room) = state else { return None };
        if let Some(tally) = delta.tally {
            self.recount(u64::from(room.tally.members), u64::from(tally.members));
            self.set_due(id, room.tally.due_ms, tally.due_ms);
            room.tally = tally;
        }
        for write in delta.members {
            match write {
                MemberWrite::Put(member) => {
                    if room.members_mut().put(&member) != Some(member.entered) {
                        let present = member.entered && !room.facts.kind.is_group();
                        self.joined.put(member.account.as_str(), room.incarnation, present);
                    }
                }
                MemberWrite::Remove(account) => {
                    room.members_mut().remove(account.as_str());
                    self.joined.remove(account.as_str(), room.incarnation);
                }
            }
        }
        delta.bans.into_iter().for_each(|write| room.bans.write(write));
        delta.mutes.into_iter().for_each(|write| room.mutes.write(write));
        if let Some(seats) = delta.seats {
            room.seats = seats;
        }
        delta.streams.into_iter().for_each(|write| room.streams.write(write));
        None
    }

    fn born(&self, incarnation: u64, facts: Facts) -> Room {
        Room {
            incarnation,
            facts,
            tally: Tally::default(),
            members: Arc::new(Members::new(self.hasher.clone())),
            bans: Sanctions::new(self.hasher.clone()),
            mutes: Sanctions::new(self.hasher.clone()),
            seats: Seats::default(),
            streams: Streams::default(),
        }
    }

    fn end(&self, id: &RoomId, cell: &Arc<Cell>, state: &mut State) -> Option<Debris> {
        self.by_id.write().remove(id);
        let State::Live(room) = self.bury(id, cell, state) else { return None };
        self.recount(u64::from(room.tally.members), 0);
        self.set_due(id, room.tally.due_ms, None);
        self.by_age.write().remove(room.incarnation, room.facts.kind);
        if room.members.len() + room.bans.len() + room.mutes.len() > LARGE {
            return Some(Box::new(Ruins { room, joined: Arc::clone(&self.joined) }));
        }
        forget_members(&room, &self.joined);
        None
    }

    /// Takes a cell out of the directory and says so to everybody who waits for its lock.
    fn bury(&self, id: &RoomId, cell: &Arc<Cell>, state: &mut State) -> State {
        self.directory.remove_if(id, |_, other| Arc::ptr_eq(other, cell));
        std::mem::replace(state, State::Dead)
    }

    fn set_due(&self, id: &RoomId, before: Option<u64>, after: Option<u64>) {
        if before == after {
            return;
        }
        let mut by_due = self.by_due.write();
        if let Some(at_ms) = before {
            by_due.remove(&(at_ms, id.clone()));
        }
        by_due.extend(after.map(|at_ms| (at_ms, id.clone())));
    }

    fn recount(&self, before: u64, after: u64) {
        self.members.fetch_add(after.wrapping_sub(before), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;

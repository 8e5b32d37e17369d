//! One app's rooms in one epoch.

pub(in crate::store) mod copying;

use std::collections::{BTreeMap, BTreeSet};
use std::hash::RandomState;
use std::ops::{Bound, ControlFlow};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use parking_lot::{RwLock, RwLockWriteGuard};

use super::ages::Ages;
use super::departed::Departed;
use super::joined::Joined;
use super::members::Members;
use super::outbox::Outbox;
use super::sanctions::Sanctions;
use super::scribe::{Change, Scribe};
use super::streams::Streams;
use super::sweeper::Debris;
use crate::domain::{
    Account, AppId, Aside, Delta, Facts, FactsWrite, GroupType, Member, MemberView, MemberWrite,
    Need, PageEnd, PageQuery, PageSink, Position, Refusal, RoomId, RoomView, Roster, Sanction,
    SanctionKind, SanctionWrite, Seats, Slice, Stream, Tally,
};
use crate::store::{Counts, Decide, Due, See, SeeJoined, SeeRoom, SeeSanction, TxError};

/// A room of more members, bans and mutes than this is taken to pieces off the request threads.
const LARGE: usize = 1024;

struct Room {
    incarnation: u64,
    facts: Facts,
    tally: Tally,
    members: Arc<Members>,
    bans: Sanctions,
    mutes: Sanctions,
    seats: Seats,
    streams: Streams,
}

impl Room {
    fn view(&self) -> RoomView<'_> {
        RoomView { incarnation: self.incarnation, facts: &self.facts, tally: &self.tally }
    }

    fn sanctions(&self, kind: SanctionKind) -> &Sanctions {
        match kind {
            SanctionKind::Ban => &self.bans,
            SanctionKind::Mute => &self.mutes,
        }
    }

    fn everybody(&self) -> Arc<dyn Roster> {
        Arc::new(Departed::new(Arc::clone(&self.members)))
    }

    /// The members, to be changed.
    fn members_mut(&mut self) -> &mut Members {
        Arc::get_mut(&mut self.members).expect("who keeps the people of a room ends it")
    }

    /// Shows the records of a need to somebody.
    fn show<T>(
        &self,
        need: Need<'_>,
        is_present: impl Fn(&Account) -> bool,
        see: impl FnOnce(&Slice<'_>) -> T,
    ) -> T {
        let ending_bans = self.bans.ending(need.ending_bans);
        let ending_mutes = self.mutes.ending(need.ending_mutes);
        let seats = need.seats.then_some(&self.seats);
        let owner = self.facts.owner.as_ref().filter(|_| need.owner);
        let everybody = need.everybody.then(|| self.everybody());
        let slice = Slice {
            room: Some(self.view()),
            owner: owner.and_then(|owner| self.members.get(owner.as_str())),
            ending_bans: &ending_bans,
            ending_mutes: &ending_mutes,
            seats,
            streams: if need.streams { self.streams.all() } else { &[] },
            everybody: everybody.as_ref(),
            ..Slice::default()
        };
        let member = |account: &Account| self.members.get(account.as_str());
        let ban = |account: &Account| self.bans.get(account.as_str());
        let mute = |account: &Account| self.mutes.get(account.as_str());
        let wanted = |wants: bool| if wants { need.accounts } else { &[] };
        // Most operations need one account or none: they cost no allocation.
        match need.accounts {
            [] => see(&slice),
            [account] => {
                let one = |wants: bool| ..usize::from(wants);
                let (members, bans, mutes) = ([member(account)], [ban(account)], [mute(account)]);
                let presence = [need.presence && is_present(account)];
                see(&Slice {
                    members: &members,
                    bans: &bans[one(need.bans)],
                    mutes: &mutes[one(need.mutes)],
                    presence: &presence[one(need.presence)],
                    ..slice
                })
            }
            accounts => {
                let members: Vec<Option<MemberView<'_>>> = accounts.iter().map(member).collect();
                let bans: Vec<_> = wanted(need.bans).iter().map(ban).collect();
                let mutes: Vec<_> = wanted(need.mutes).iter().map(mute).collect();
                let presence: Vec<_> = wanted(need.presence).iter().map(is_present).collect();
                let (bans, mutes, presence) = (&bans, &mutes, &presence);
                see(&Slice { members: &members, bans, mutes, presence, ..slice })
            }
        }
    }
}

/// A large room that ended. Its members are taken out of the index of who is where when it is
/// dropped.
struct Ruins {
    room: Box<Room>,
    joined: Arc<Joined>,
}

impl Drop for Ruins {
    fn drop(&mut self) {
        forget_members(&self.room, &self.joined);
    }
}

fn forget_members(room: &Room, joined: &Joined) {
    for member in room.members.iter() {
        joined.remove(member.account, room.incarnation);
    }
}

/// A room that was there before the process began.
pub(in crate::store) struct RestoredRoom {
    pub(in crate::store) incarnation: u64,
    pub(in crate::store) id: RoomId,
    pub(in crate::store) facts: Facts,
    pub(in crate::store) tally: Tally,
    pub(in crate::store) seats: Seats,
}

/// A record of a room that was there before the process began.
pub(in crate::store) enum RestoredPart {
    Member(Member),
    Ban(Sanction),
    Mute(Sanction),
    Stream(Stream),
}

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

    pub(super) fn read(&self, id: &RoomId, need: Need<'_>, see: See<'_>) -> Result<(), TxError> {
        self.with_room(id, |room| room.show(need, |account| self.is_present(account), see))
    }

    pub(super) fn page(
        &self,
        id: &RoomId,
        query: PageQuery<'_>,
        sink: &mut dyn PageSink,
    ) -> Result<PageEnd, TxError> {
        self.with_room(id, |room| {
            let mut members = room.members.wanted(&query);
            let seats = if query.seats { &room.seats } else { Seats::NONE };
            sink.begin(&room.view(), query.limit.min(room.members.len()), seats)?;
            let mut last = None;
            for member in members.by_ref().take(query.limit) {
                let aside = if query.asides { self.aside(room, &member) } else { Aside::default() };
                last = Some(member);
                if sink.member(&member, &aside).is_break() {
                    break;
                }
            }
            let more = members.next().is_some();
            let next = last.filter(|_| more).map(|member| Position {
                joined_ms: member.joined_ms,
                account: Account::parse(member.account).expect("kept accounts are right"),
            });
            Ok(PageEnd { next, count: room.tally.members })
        })?
    }

    fn aside(&self, room: &Room, member: &MemberView<'_>) -> Aside {
        let mute = room.mutes.get(member.account);
        Aside {
            muted_until_ms: mute.map_or(0, |mute| mute.until_ms),
            present: self.is_present_by_name(member.account),
        }
    }

    fn is_present(&self, account: &Account) -> bool {
        self.is_present_by_name(account.as_str())
    }

    fn is_present_by_name(&self, account: &str) -> bool {
        let lives = |incarnation| self.by_age.read().room(incarnation).is_some();
        self.joined.is_present(account, lives)
    }

    pub(super) fn sanctions(
        &self,
        id: &RoomId,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'_>,
    ) -> Result<(), TxError> {
        self.with_room(id, |room| {
            // Whoever looks says when it is enough.
            let mut behind = room.sanctions(kind).after(after);
            let _: ControlFlow<()> = behind.try_for_each(|sanction| see(&sanction));
        })
    }

    pub(super) fn joined(&self, account: &Account, see: SeeJoined<'_>) {
        for incarnation in self.joined.rooms(account.as_str()) {
            let room = self.by_age.read().room(incarnation).cloned();
            let Some(id) = room else { continue };
            let Some(cell) = self.directory.get(&id).map(|cell| Arc::clone(&cell)) else {
                continue;
            };
            if let State::Live(room) = &*cell.read()
                && room.incarnation == incarnation
                && let Some(member) = room.members.get(account.as_str())
            {
                see(&id, &room.view(), &member);
            }
        }
    }

    pub(super) fn rooms_by_age(
        &self,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'_>,
    ) -> Option<u64> {
        // The index is let go before a room is locked: the lock order is room, then index.
        let mut found: Vec<(u64, RoomId)> = Vec::new();
        let by_age = self.by_age.read();
        let behind = by_age.after(only, after).take(limit.saturating_add(1));
        found.extend(behind.map(|(incarnation, id)| (incarnation, id.clone())));
        drop(by_age);
        let more = found.len() > limit;
        found.truncate(limit);
        for (incarnation, id) in &found {
            let Some(cell) = self.directory.get(id).map(|cell| Arc::clone(&cell)) else { continue };
            if let State::Live(room) = &*cell.read()
                && room.incarnation == *incarnation
            {
                see(id, &room.view());
            }
        }
        found.pop().filter(|_| more).map(|(incarnation, _)| incarnation)
    }

    pub(super) fn rooms(
        &self,
        after: Option<&RoomId>,
        limit: usize,
        see: SeeRoom<'_>,
    ) -> Option<RoomId> {
        let from = after.map_or(Bound::Unbounded, Bound::Excluded);
        // The index is let go before a room is locked: the lock order is room, then index.
        let mut found: Vec<(RoomId, Arc<Cell>)> = self
            .by_id
            .read()
            .range::<RoomId, _>((from, Bound::Unbounded))
            .take(limit.saturating_add(1))
            .map(|(id, cell)| (id.clone(), Arc::clone(cell)))
            .collect();
        let more = found.len() > limit;
        found.truncate(limit);
        for (id, cell) in &found {
            if let State::Live(room) = &*cell.read() {
                see(id, &room.view());
            }
        }
        found.pop().filter(|_| more).map(|(id, _)| id)
    }

    pub(super) fn due(&self, until_ms: u64, limit: usize) -> Vec<Due> {
        let by_due = self.by_due.read();
        let due = by_due.iter().take_while(|(at_ms, _)| *at_ms <= until_ms).take(limit);
        due.map(|(at_ms, room)| Due { at_ms: *at_ms, room: room.clone() }).collect()
    }

    pub(super) fn counts(&self) -> Counts {
        let by_age = self.by_age.read();
        Counts {
            rooms: by_age.len() as u64,
            members: self.members.load(Ordering::Relaxed),
            of_type: by_age.of_type(),
            groups: by_age.groups(),
            ..Counts::default()
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

    /// Numbers for rooms go on behind this one.
    pub(super) fn give_from(&self, incarnation: u64) {
        self.incarnations.fetch_max(incarnation, Ordering::Relaxed);
    }

    /// Puts back a room that was there before, without the records it has many of. Answers whether
    /// no other one of its id was put back before.
    pub(super) fn restore(&self, restored: RestoredRoom) -> bool {
        let RestoredRoom { incarnation, id, facts, tally, seats } = restored;
        if self.directory.contains_key(&id) {
            return false;
        }
        self.give_from(incarnation);
        let mut room = self.born(incarnation, facts);
        self.recount(0, u64::from(tally.members));
        self.set_due(&id, None, tally.due_ms);
        (room.tally, room.seats) = (tally, seats);
        self.by_age.write().insert(incarnation, room.facts.kind, &id);
        let cell = Arc::new(Cell::new(State::Live(Box::new(room))));
        self.by_id.write().insert(id.clone(), Arc::clone(&cell));
        self.directory.insert(id, cell);
        true
    }

    /// Puts back that a member is in a room that was put back before.
    pub(super) fn restore_joined(&self, incarnation: u64, is_group: bool, member: &Member) {
        let present = member.entered && !is_group;
        self.joined.put(member.account.as_str(), incarnation, present);
    }

    /// Puts back records of a room that was put back before. Who is where is put back by itself.
    pub(super) fn restore_parts(&self, id: &RoomId, parts: Vec<RestoredPart>) {
        let Some(cell) = self.directory.get(id).map(|cell| Arc::clone(&cell)) else { return };
        let State::Live(room) = &mut *cell.write() else { return };
        for part in parts {
            // Should the counts have been lost, no place is given twice all the same.
            let Tally { newest_ban, newest_mute, newest_stream, .. } = &mut room.tally;
            match &part {
                RestoredPart::Member(_) => {}
                RestoredPart::Ban(ban) => *newest_ban = ban.nth.max(*newest_ban),
                RestoredPart::Mute(mute) => *newest_mute = mute.nth.max(*newest_mute),
                RestoredPart::Stream(stream) => *newest_stream = stream.nth.max(*newest_stream),
            }
            match part {
                RestoredPart::Member(member) => drop(room.members_mut().put(&member)),
                RestoredPart::Ban(ban) => room.bans.write(SanctionWrite::Put(ban)),
                RestoredPart::Mute(mute) => room.mutes.write(SanctionWrite::Put(mute)),
                RestoredPart::Stream(stream) => room.streams.restore(stream),
            }
        }
    }

    /// Whether a room was put back.
    pub(super) fn has(&self, id: &RoomId) -> bool {
        self.directory.contains_key(id)
    }

    /// Puts back a record of a room that was put back before, unless it has one of that name.
    /// Answers whether it is put back.
    pub(super) fn restore_part(&self, id: &RoomId, part: RestoredPart) -> bool {
        let Some(cell) = self.directory.get(id).map(|cell| Arc::clone(&cell)) else { return false };
        let State::Live(room) = &mut *cell.write() else { return false };
        let is_there = match &part {
            RestoredPart::Member(member) => room.members.get(member.account.as_str()).is_some(),
            RestoredPart::Ban(ban) => room.bans.get(ban.account.as_str()).is_some(),
            RestoredPart::Mute(mute) => room.mutes.get(mute.account.as_str()).is_some(),
            RestoredPart::Stream(stream) => {
                room.streams.all().iter().any(|other| other.id == stream.id)
            }
        };
        if is_there {
            return false;
        }
        match part {
            RestoredPart::Member(member) => {
                room.members_mut().put(&member);
                let present = member.entered && !room.facts.kind.is_group();
                self.joined.put(member.account.as_str(), room.incarnation, present);
            }
            RestoredPart::Ban(ban) => room.bans.write(SanctionWrite::Put(ban)),
            RestoredPart::Mute(mute) => room.mutes.write(SanctionWrite::Put(mute)),
            RestoredPart::Stream(stream) => room.streams.restore(stream),
        }
        true
    }

    /// Holds what was put back together: the rooms that count more or fewer members than there are,
    /// and counts them anew.
    pub(super) fn mend(&self) -> Vec<(RoomId, u64, Tally)> {
        let rooms: Vec<(RoomId, Arc<Cell>)> =
            self.by_id.read().iter().map(|(id, cell)| (id.clone(), Arc::clone(cell))).collect();
        let wrong = |(id, cell): (RoomId, Arc<Cell>)| {
            let State::Live(room) = &mut *cell.write() else { return None };
            if room.tally.members as usize == room.members.len() {
                return None;
            }
            let counted = room.tally.counting(room.members.iter());
            self.recount(u64::from(room.tally.members), u64::from(counted.members));
            room.tally = counted;
            Some((id, room.incarnation, room.tally))
        };
        rooms.into_iter().filter_map(wrong).collect()
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
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use super::*;
    use crate::domain::{Gate, GroupProfile, RoomKind, Silenced};

    fn space() -> Space {
        Space::new(AppId(1), 0, RandomState::new(), Arc::new(Outbox::new(0)), None)
    }

    #[test]
    fn a_room_that_is_not_made_leaves_no_cell_behind() {
        let create = Need { create: true, ..Need::default() };
        let space = space();
        let id = RoomId::parse("nowhere").unwrap();
        let refused = space.transact(&id, create, &mut |_: &Slice<'_>| Err(Refusal::RoomExists));
        assert!(refused.is_err());
        assert_eq!(space.directory.len(), 0, "after a refusal");

        assert!(space.transact(&id, create, &mut |_: &Slice<'_>| Ok(Delta::default())).is_ok());
        assert_eq!(space.directory.len(), 0, "after nothing was to be done");

        let facts = FactsWrite::Destroy;
        let end = |_: &Slice<'_>| Ok(Delta { facts: facts.clone(), ..Delta::default() });
        assert!(space.transact(&id, create, &mut { end }).is_ok());
        assert_eq!(space.directory.len(), 0, "after the end of what never was");

        let mut broken = |_: &Slice<'_>| resume_unwind(Box::new("a broken rule"));
        let unwound =
            catch_unwind(AssertUnwindSafe(|| space.transact(&id, create, &mut broken).map(|_| ())));
        assert!(unwound.is_err());
        assert_eq!(space.directory.len(), 0, "after a panic");
    }

    /// Makes a room of so many members.
    fn fill(space: &Space, id: &RoomId, members: usize) {
        let facts = Facts {
            kind: RoomKind::Conference,
            serial: 1,
            name: "".into(),
            owner: None,
            created_ms: 0,
            schedule: None,
            max_member_count: 0,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            profile: GroupProfile::default(),
        };
        let member = |nth| Member::named(Account::parse(&format!("{nth}")).unwrap(), 0);
        let members = (0..members).map(member).map(MemberWrite::Put);
        let facts = FactsWrite::Put(Box::new(facts));
        let delta = Delta { facts, members: members.collect(), ..Delta::default() };
        let need = Need { create: true, ..Need::default() };
        assert!(space.transact(id, need, &mut |_: &Slice<'_>| Ok(delta.clone())).is_ok());
    }

    fn rooms_of(space: &Space, account: &str) -> usize {
        let mut rooms = 0;
        space.joined(&Account::parse(account).unwrap(), &mut |_, _, _| rooms += 1);
        rooms
    }

    #[test]
    fn a_room_that_ended_leaves_nobody_in_the_index_once_it_is_swept() {
        let space = space();
        let (id, other) = (RoomId::parse("room").unwrap(), RoomId::parse("other").unwrap());
        fill(&space, &other, 2);
        for (members, is_large) in [(LARGE, false), (LARGE + 1, true)] {
            fill(&space, &id, members);
            assert_eq!((space.joined.len(), rooms_of(&space, "1")), (members + 2, 2));
            let end = |_: &Slice<'_>| Ok(Delta { facts: FactsWrite::Destroy, ..Delta::default() });
            let debris = space.transact(&id, Need::default(), &mut { end }).unwrap();
            assert_eq!(debris.is_some(), is_large, "{members} members");
            // Nobody is there any more, whether it is swept or not; the next room is another.
            assert_eq!((rooms_of(&space, "1"), rooms_of(&space, "2")), (1, 0));
            fill(&space, &id, 2);
            assert_eq!(rooms_of(&space, "1"), 2);
            drop(debris);
            assert_eq!((space.joined.len(), rooms_of(&space, "1")), (4, 2), "{members} members");
            space.transact(&id, Need::default(), &mut { end }).unwrap();
            assert_eq!(space.joined.len(), 2, "the other room is as it was");
        }
    }
}

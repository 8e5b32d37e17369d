//! Rooms that were there before the process began, or are read from elsewhere.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::{Cell, Space, State};
use crate::domain::{Facts, Member, RoomId, Sanction, SanctionWrite, Seats, Stream, Tally};

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

impl Space {
    /// Numbers for rooms go on behind this one.
    pub(in crate::store::memory) fn give_from(&self, incarnation: u64) {
        self.incarnations.fetch_max(incarnation, Ordering::Relaxed);
    }

    /// Puts back a room that was there before, without the records it has many of. Answers whether
    /// no other one of its id was put back before.
    pub(in crate::store::memory) fn restore(&self, restored: RestoredRoom) -> bool {
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
    pub(in crate::store::memory) fn restore_joined(
        &self,
        incarnation: u64,
        is_group: bool,
        member: &Member,
    ) {
        let present = member.entered && !is_group;
        self.joined.put(member.account.as_str(), incarnation, present);
    }

    /// Puts back records of a room that was put back before. Who is where is put back by itself.
    pub(in crate::store::memory) fn restore_parts(&self, id: &RoomId, parts: Vec<RestoredPart>) {
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
    pub(in crate::store::memory) fn has(&self, id: &RoomId) -> bool {
        self.directory.contains_key(id)
    }

    /// Puts back a record of a room that was put back before, unless it has one of that name.
    /// Answers whether it is put back.
    pub(in crate::store::memory) fn restore_part(&self, id: &RoomId, part: RestoredPart) -> bool {
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
    pub(in crate::store::memory) fn mend(&self) -> Vec<(RoomId, u64, Tally)> {
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
}

//! Rooms, copied to be read elsewhere.
//!
//! Job: copy one room with everything of its own, in the order of [`Record`]. Promise: a copy is of
//! one moment of the room, its letters included; it is one block of bytes, several times smaller than
//! the room, so that the room's lock is held no longer than it takes to write them. Changes of that
//! room wait meanwhile, others do not.

use super::room::Room;
use super::{Space, State};
use crate::domain::{
    Account, PageQuery, Record, RoomId, RoomRecord, Sanction, SanctionKind, SanctionView,
};
use crate::store::memory::outbox::Waiting;

/// Records that were copied and not read yet.
#[derive(Default)]
pub(in crate::store) struct Copied {
    bytes: Vec<u8>,
    at: usize,
}

impl Copied {
    fn push(&mut self, record: &Record) {
        let bytes = std::mem::take(&mut self.bytes);
        self.bytes = postcard::to_extend(record, bytes).expect("records are plain data");
    }
}

impl Iterator for Copied {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        let bytes = self.bytes.get(self.at..).filter(|bytes| !bytes.is_empty())?;
        let (record, rest) = postcard::take_from_bytes(bytes).expect("they were written here");
        self.at = self.bytes.len() - rest.len();
        Some(record)
    }
}

impl Space {
    /// The latest number that a room was given.
    pub(in crate::store::memory) fn newest(&self) -> u64 {
        self.incarnations.load(std::sync::atomic::Ordering::Relaxed)
    }

    /// The rooms behind a place in the order of their making, at most so many.
    pub(in crate::store::memory) fn behind(&self, after: u64, limit: usize) -> Vec<(u64, RoomId)> {
        let by_age = self.by_age.read();
        by_age.after(None, after).take(limit).map(|(at, id)| (at, id.clone())).collect()
    }

    /// Copies a room, if it still lives, and adds its letters to others.
    pub(in crate::store::memory) fn copy(
        &self,
        incarnation: u64,
        id: &RoomId,
        letters: &mut Vec<Waiting>,
    ) -> Copied {
        let mut copied = Copied::default();
        let Some(cell) = self.directory.get(id).map(|cell| std::sync::Arc::clone(&cell)) else {
            return copied;
        };
        if let State::Live(room) = &*cell.read()
            && room.incarnation == incarnation
        {
            room.copy(id, &mut copied);
            self.outbox.waiting_of(self.app, id, letters);
        }
        copied
    }
}

impl Room {
    fn copy(&self, id: &RoomId, into: &mut Copied) {
        let (facts, tally, seats) = (self.facts.clone(), self.tally, self.seats.clone());
        let room = RoomRecord { id: id.clone(), facts, tally, seats };
        into.push(&Record::Room(Box::new(room)));
        for stream in self.streams.all() {
            into.push(&Record::Stream(stream.clone()));
        }
        for member in self.members.wanted(&PageQuery::first(usize::MAX)) {
            let account = Account::parse(member.account).expect("kept accounts are right");
            into.push(&Record::Member(Box::new(member.to_member(&account))));
        }
        for (kind, record) in [
            (SanctionKind::Ban, Record::Ban as fn(Sanction) -> Record),
            (SanctionKind::Mute, Record::Mute),
        ] {
            self.sanctions(kind).after(0).for_each(|view| into.push(&record(kept(&view))));
        }
    }
}

fn kept(view: &SanctionView<'_>) -> Sanction {
    let account = Account::parse(view.account).expect("kept accounts are right");
    Sanction { account, until_ms: view.until_ms, nth: view.nth }
}

//! Putting back what was there before the process began.
//!
//! Job: take rooms, accounts and letters as they were written down. Promise: nobody is told of them,
//! and nothing of them is written down again. Not here: where they come from, and whether they are
//! right.

use std::sync::Arc;

use super::MemoryStore;
use super::departed::Departing;
use super::outbox::RestoredLetter;
use super::space::{RestoredPart, RestoredRoom};
use crate::domain::{AccountRecord, AppId, Member, ReceiverRecord, RoomId, Tally};

impl MemoryStore {
    /// Begins to put back an app: which life of it this is.
    pub(in crate::store) fn restore_app(&self, app: AppId, epoch: u64) {
        self.spaces.insert(app, Arc::new(self.empty(app, epoch)));
        self.epochs_go_on_behind(app, epoch);
    }

    /// Numbers for an app's rooms go on behind this one.
    pub(in crate::store) fn restore_numbers(&self, app: AppId, incarnations: u64) {
        self.space(app).give_from(incarnations);
    }

    /// Puts back a room. Answers whether no other one of its id was put back before.
    pub(in crate::store) fn restore_room(&self, app: AppId, room: RestoredRoom) -> bool {
        self.space(app).restore(room)
    }

    /// Puts back records of a room that was put back before. Who is where is put back by itself.
    pub(in crate::store) fn restore_parts(
        &self,
        app: AppId,
        room: &RoomId,
        parts: Vec<RestoredPart>,
    ) {
        self.space(app).restore_parts(room, parts);
    }

    /// Puts back that a member is in a room that was put back before.
    pub(in crate::store) fn restore_joined(
        &self,
        app: AppId,
        incarnation: u64,
        is_group: bool,
        member: &Member,
    ) {
        self.space(app).restore_joined(incarnation, is_group, member);
    }

    /// Holds the rooms that were put back together: those that count more or fewer members
    /// than there are, and counts them anew. Answers their numbers and what they count now too.
    pub(in crate::store) fn mend(&self, app: AppId) -> Vec<(RoomId, u64, Tally)> {
        self.space(app).mend()
    }

    /// Puts back an account.
    pub(in crate::store) fn restore_account(&self, app: AppId, record: &AccountRecord) {
        self.accounts(app).put(record, u64::MAX);
    }

    /// Puts back what was said of an app's receiver.
    pub(in crate::store) fn restore_receiver(&self, app: AppId, receiver: Option<ReceiverRecord>) {
        self.receivers.insert(app, receiver);
    }

    /// Begins to put back the people of a room that ended, for letters that tell of them.
    pub(in crate::store) fn departing(&self) -> Departing {
        Departing::new(self.hasher.clone())
    }

    /// Puts back a letter. Called in the order of their numbers.
    pub(in crate::store) fn restore_letter(&self, app: AppId, letter: RestoredLetter) {
        self.outbox.restore(app, letter);
    }
}

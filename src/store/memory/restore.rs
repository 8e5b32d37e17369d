//! Putting back what was there before the process began.
//!
//! Job: take rooms, accounts and letters as they were written down. Promise: nobody is told of them,
//! and nothing of them is written down again. Not here: where they come from, and whether they are
//! right.

use std::sync::Arc;

use super::MemoryStore;
use super::outbox::RestoredLetter;
use super::space::{RestoredPart, RestoredRoom};
use crate::domain::{AccountRecord, AppId, ReceiverRecord, RoomId};

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

    /// Puts back a room.
    pub(in crate::store) fn restore_room(&self, app: AppId, room: RestoredRoom) {
        self.space(app).restore(room);
    }

    /// Puts back a record of a room that was put back before.
    pub(in crate::store) fn restore_part(&self, app: AppId, room: &RoomId, part: RestoredPart) {
        // No two rows have one key, so none is there already.
        let _ = self.space(app).restore_part(room, part);
    }

    /// Holds the rooms that were put back together: those that count more or fewer members
    /// than there are, and counts them anew.
    pub(in crate::store) fn mend(&self, app: AppId) -> Vec<RoomId> {
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

    /// Puts back a letter. Called in the order of their numbers.
    pub(in crate::store) fn restore_letter(&self, app: AppId, letter: RestoredLetter) {
        self.outbox.restore(app, letter);
    }
}

//! Rooms that ended and whose members are still to be told of.
//!
//! Job: say which room's rows a letter needs, and when nobody needs them any more. Promise: a room's
//! rows are swept when its letter is done with, and not before; one room has at most one.

use std::collections::HashMap;

use parking_lot::Mutex;

use super::keys::Life;

/// A room that ended: the life of its app, and its incarnation.
pub(super) type Ended = (Life, u64);

/// Which letter keeps which room.
#[derive(Default)]
pub(super) struct Kept(Mutex<HashMap<u64, Ended>>);

impl Kept {
    /// A letter needs the rows of a room.
    pub(super) fn keep(&self, letter: u64, room: Ended) {
        self.0.lock().insert(letter, room);
    }

    /// A letter is done with: the room that is to be swept, if it kept one.
    pub(super) fn release(&self, letter: u64) -> Option<Ended> {
        self.0.lock().remove(&letter)
    }

    /// A life of an app is over, and all its rows are swept.
    pub(super) fn forget(&self, over: Life) {
        self.0.lock().retain(|_, (life, _)| *life != over);
    }
}

//! Whoever writes down what changes, so that it outlives the process.
//!
//! Job: say what is told of each change. Promise: a change is told under the lock of its room, just
//! before it is made: what is told of one room is told in the order in which it happens. Not here:
//! what becomes of it.

use crate::domain::{AppId, Delta, Letter, RoomId};
use crate::store::DroppedLetter;

/// What is about to change in one room.
pub(in crate::store) struct Change<'a> {
    pub(in crate::store) app: AppId,
    /// Which life of the app.
    pub(in crate::store) epoch: u64,
    pub(in crate::store) room: &'a RoomId,
    pub(in crate::store) incarnation: u64,
    /// The room is made by this.
    pub(in crate::store) born: bool,
    /// What is written, but for its letters.
    pub(in crate::store) delta: &'a Delta,
    /// What is posted with it, each with its number.
    pub(in crate::store) letters: &'a [(u64, Letter)],
}

/// Whoever writes down what changes.
pub(in crate::store) trait Scribe: Send + Sync {
    /// A room is about to change. Called under its lock: returns soon, and cannot fail.
    fn change(&self, change: &Change<'_>);

    /// These letters had to go unsent.
    fn dropped(&self, letters: &[DroppedLetter]);
}

//! Ending a room that nobody came back to.

use crate::domain::event::Event;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};

/// Ends a room that stood empty for too long, if it still does: this runs when it is due, and
/// somebody may have come in meanwhile.
#[derive(Debug, Clone, Copy)]
pub struct Reclaim;

impl Operation for Reclaim {
    /// Whether the room was ended.
    type Output = bool;

    fn need(&self) -> Need<'_> {
        Need { streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<bool> {
        let tally = seen.room()?.tally;
        if tally.due_ms.is_none_or(|due_ms| due_ms > env.now_ms) {
            return Ok((Delta::default(), false));
        }
        let mut events = Vec::from_iter(Event::streams_end_with_room(seen.streams.to_vec()));
        events.push(Event::RoomReclaimed { last_went: None });
        Ok((Delta { facts: FactsWrite::Destroy, events, ..Delta::default() }, true))
    }
}

//! Ending a room.

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::everybody::Everybody;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};

/// Ends a room and everything in it. The id is free again at once; nothing of it survives.
#[derive(Debug, Clone)]
pub struct DestroyRoom {
    /// Who asks.
    pub by: Account,
    /// Whoever follows only who comes and goes is not to hear of the room's end.
    pub quietly: bool,
}

impl Operation for DestroyRoom {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { streams: true, everybody: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        let tally = seen.room()?.tally;
        let mut events = Vec::from_iter(Event::streams_end_with_room(seen.streams.to_vec()));
        let count = tally.present.saturating_sub(tally.robots);
        let roster = seen.everybody.filter(|_| count > 0).map(Arc::clone);
        events.extend(roster.map(|roster| Event::EverybodyLeft {
            people: Everybody::of(count, tally.passages, roster),
        }));
        events.push(Event::RoomDestroyed { by: self.by.clone(), quietly: self.quietly });
        Ok((Delta { facts: FactsWrite::Destroy, events, ..Delta::default() }, ()))
    }
}

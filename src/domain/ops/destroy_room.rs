//! Ending a room.

use crate::domain::event::Event;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};

/// Ends a room and everything in it. The id is free again at once; nothing of it survives.
#[derive(Debug, Clone)]
pub struct DestroyRoom {
    /// Who asks.
    pub by: Account,
}

impl Operation for DestroyRoom {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need::default()
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        seen.room()?;
        let events = vec![Event::RoomDestroyed { by: self.by.clone() }];
        Ok((Delta { facts: FactsWrite::Destroy, events, ..Delta::default() }, ()))
    }
}

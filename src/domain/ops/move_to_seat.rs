//! Moving a seated member to another seat.

use super::seat_at;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// What is done when somebody sits on the seat in question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum IfTaken {
    /// Nobody moves.
    GiveUp,
    /// Whoever sits there gets up, and stays in the room.
    PushOff,
    /// The two change places.
    Swap,
}

/// Moves a seated member to another seat. To move to one's own seat changes nothing.
///
/// Refused, in this order: an unknown room, one without seats, somebody who does not sit, no such
/// seat, a locked one, a taken one if that is to be given up for.
#[derive(Debug, Clone)]
pub struct MoveToSeat {
    /// Who asks.
    pub by: Account,
    /// Who moves.
    pub account: Account,
    /// Where to.
    pub index: u32,
    /// What is done when somebody sits there.
    pub if_taken: IfTaken,
}

impl Operation for MoveToSeat {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        seen.room()?;
        let seats = seen.seats();
        if seats.count() == 0 {
            return Err(Refusal::NoSeats);
        }
        let Some(from) = seats.seat_of(self.account.as_str()) else {
            return Err(Refusal::NotSeated { account: self.account.clone() });
        };
        let target = seat_at(seats, self.index)?;
        if from == self.index {
            return Ok((Delta::default(), ()));
        }
        if target.locked {
            return Err(Refusal::SeatLocked { index: self.index });
        }
        let left_behind = match (&target.taken_by, self.if_taken) {
            (None, _) | (Some(_), IfTaken::PushOff) => None,
            (Some(occupant), IfTaken::Swap) => Some(occupant.clone()),
            (Some(_), IfTaken::GiveUp) => return Err(Refusal::SeatTaken { index: self.index }),
        };
        let mut after = seats.clone();
        after.seat_mut(from).taken_by = left_behind;
        after.seat_mut(self.index).taken_by = Some(self.account.clone());
        let mut delta = Delta::default();
        delta.reseat(seats, after, &self.by);
        Ok((delta, ()))
    }
}

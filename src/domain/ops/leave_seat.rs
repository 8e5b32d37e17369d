//! Taking a member off a seat.

use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// Takes somebody off the seat; the member stays in the room.
///
/// Refused: an unknown room, one without seats, somebody who does not sit.
#[derive(Debug, Clone)]
pub struct LeaveSeat {
    /// Who asks.
    pub by: Account,
    /// Who is to get up.
    pub account: Account,
}

impl Operation for LeaveSeat {
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
        if seats.seat_of(self.account.as_str()).is_none() {
            return Err(Refusal::NotSeated { account: self.account.clone() });
        }
        let mut delta = Delta::default();
        delta.vacate(seats, std::slice::from_ref(&self.account), &self.by);
        Ok((delta, ()))
    }
}

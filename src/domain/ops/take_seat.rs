//! Putting a member on a seat.

use super::seat_at;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// Puts a member on a free seat, whatever the mode of taking seats is.
///
/// Refused, in this order: an unknown room, one without seats, somebody who is not in it, no such
/// seat, one who sits already or waits for a seat, a locked seat, a room in which every seat is
/// taken, a seat that is.
#[derive(Debug, Clone)]
pub struct TakeSeat {
    /// Who asks.
    pub by: Account,
    /// Who is to sit.
    pub account: Account,
    /// Where.
    pub index: u32,
}

impl Operation for TakeSeat {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: std::slice::from_ref(&self.account), seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        seen.room()?;
        let seats = seen.seats();
        if seats.count() == 0 {
            return Err(Refusal::NoSeats);
        }
        let account = || self.account.clone();
        let member = seen.member().ok_or_else(|| Refusal::NotAMember { account: account() })?;
        let seat = seat_at(seats, self.index)?;
        if seats.seat_of(self.account.as_str()).is_some() {
            return Err(Refusal::SeatedAlready { account: account() });
        }
        if member.awaits_seat {
            return Err(Refusal::AwaitsSeat { account: account() });
        }
        if seat.locked {
            return Err(Refusal::SeatLocked { index: self.index });
        }
        if seats.iter().all(|(_, seat)| seat.taken_by.is_some()) {
            return Err(Refusal::SeatsFull { count: seats.count() });
        }
        if seat.taken_by.is_some() {
            return Err(Refusal::SeatTaken { index: self.index });
        }
        let mut after = seats.clone();
        after.seat_mut(self.index).taken_by = Some(account());
        let mut delta = Delta::default();
        delta.reseat(seats, after, &self.by);
        Ok((delta, ()))
    }
}

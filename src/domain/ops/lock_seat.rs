//! Locking a seat, and what whoever sits there may do.

use super::seat_at;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// What is to be different about a seat; what is absent stays as it is.
#[derive(Debug, Clone, Copy, Default)]
pub struct SeatChange {
    /// Nobody may take it. Whoever sits there gets up first.
    pub locked: Option<bool>,
    /// Whoever sits there may not show a camera.
    pub video_off: Option<bool>,
    /// Whoever sits there may not speak.
    pub audio_off: Option<bool>,
}

/// Locks or unlocks a seat, or changes what it allows.
///
/// Refused: an unknown room, one without seats, no such seat.
#[derive(Debug, Clone)]
pub struct LockSeat {
    /// Who asks.
    pub by: Account,
    /// Which seat.
    pub index: u32,
    /// What is to be different.
    pub change: SeatChange,
}

impl Operation for LockSeat {
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
        seat_at(seats, self.index)?;
        let mut after = seats.clone();
        let seat = after.seat_mut(self.index);
        let SeatChange { locked, video_off, audio_off } = self.change;
        seat.locked = locked.unwrap_or(seat.locked);
        seat.video_off = video_off.unwrap_or(seat.video_off);
        seat.audio_off = audio_off.unwrap_or(seat.audio_off);
        if seat.locked {
            seat.taken_by = None;
        }
        let mut delta = Delta::default();
        delta.reseat(seats, after, &self.by);
        Ok((delta, ()))
    }
}

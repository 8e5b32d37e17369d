//! Seats and bans as the control plane shows them.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{Account, Seat, Seats};

/// A seat of a room.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct SeatRow<'a> {
    /// Which, from 0.
    index: u32,
    /// Who sits there.
    account: Option<&'a str>,
    /// Nobody may take it.
    locked: bool,
    /// Whoever sits there may not show a camera.
    video_disabled: bool,
    /// Whoever sits there may not speak.
    audio_disabled: bool,
}

impl<'a> SeatRow<'a> {
    pub(super) fn new((index, seat): (u32, &'a Seat)) -> Self {
        Self {
            index,
            account: seat.taken_by.as_ref().map(Account::as_str),
            locked: seat.locked,
            video_disabled: seat.video_off,
            audio_disabled: seat.audio_off,
        }
    }
}

/// A ban that is in force.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct BanRow {
    /// Who may not enter.
    pub(super) account: Box<str>,
    /// Until when, in Unix milliseconds of the app's clock.
    pub(super) until_ms: u64,
}

/// Who sits where, for the rows of a page.
#[derive(Default)]
pub(super) struct Seating(Vec<(Account, u32)>);

impl Seating {
    pub(super) fn new(seats: &Seats) -> Self {
        let taken = |(index, seat): (u32, &Seat)| Some((seat.taken_by.clone()?, index));
        let mut taken: Vec<_> = seats.iter().filter_map(taken).collect();
        taken.sort_unstable();
        Self(taken)
    }

    pub(super) fn seat_of(&self, account: &str) -> Option<u32> {
        let found = self.0.binary_search_by(|(sits, _)| sits.as_str().cmp(account));
        found.ok().map(|at| self.0[at].1)
    }
}

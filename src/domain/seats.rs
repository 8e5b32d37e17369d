//! The seats of a room: who sits where, and what each seat allows.

use serde::{Deserialize, Serialize};

use super::ids::Account;

/// The most seats of a room.
pub const MAX_SEATS: u32 = 100;

/// One seat.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Seat {
    /// Who sits there.
    pub taken_by: Option<Account>,
    /// Nobody may take it. A locked seat is free.
    pub locked: bool,
    /// Whoever sits there may not show a camera.
    pub video_off: bool,
    /// Whoever sits there may not speak.
    pub audio_off: bool,
}

/// All seats of a room, by their index from 0: one record, of at most [`MAX_SEATS`] seats. A room
/// without seats has none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Seats(Vec<Seat>);

impl Seats {
    /// The seats of a room without any.
    pub const NONE: &'static Self = &Self(Vec::new());

    /// So many free seats.
    #[must_use]
    pub fn free(count: u32) -> Self {
        Self((0..count).map(|_| Seat::default()).collect())
    }

    /// Each seat with its index.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Seat)> {
        (0..).zip(&self.0)
    }

    /// How many there are.
    #[must_use]
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).expect("a room has at most 100 seats")
    }

    /// A seat by its index.
    #[must_use]
    pub fn get(&self, index: u32) -> Option<&Seat> {
        self.0.get(index as usize)
    }

    /// Where an account sits.
    #[must_use]
    pub fn seat_of(&self, account: &str) -> Option<u32> {
        let sits = |seat: &Seat| seat.taken_by.as_ref().is_some_and(|by| by.as_str() == account);
        self.iter().find(|(_, seat)| sits(seat)).map(|(index, _)| index)
    }

    /// A seat to be changed.
    pub(super) fn seat_mut(&mut self, index: u32) -> &mut Seat {
        &mut self.0[index as usize]
    }

    /// The seats that are others than before, as they are now.
    pub(super) fn changed_since(&self, before: &Self) -> Vec<(u32, Seat)> {
        let pairs = self.iter().zip(&before.0);
        let changed = pairs.filter(|((_, now), before)| now != before);
        changed.map(|((index, now), _)| (index, now.clone())).collect()
    }
}

impl FromIterator<Seat> for Seats {
    fn from_iter<I: IntoIterator<Item = Seat>>(seats: I) -> Self {
        Self(seats.into_iter().collect())
    }
}

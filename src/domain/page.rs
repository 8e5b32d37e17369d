//! Walking a room's list in pages.

use std::ops::ControlFlow;

use super::member::{MemberView, Roles};
use super::position::Position;
use super::refusal::Refusal;
use super::room::RoomView;
use super::seats::Seats;

/// Which part of a list is visited.
#[derive(Debug, Clone, Copy)]
pub struct PageQuery<'a> {
    /// Begin behind this place; at the start when absent. What is behind and where the start is
    /// goes by the order of the visit.
    pub after: Option<&'a Position>,
    /// Visit from the end of the list to its start.
    pub descending: bool,
    /// Visit those who have one of these roles, and pass over the others.
    pub roles: Roles,
    /// Pass over so many of those who would be visited.
    pub skip: usize,
    /// Visit at most so many.
    pub limit: usize,
    /// The sink is to see the seats.
    pub seats: bool,
    /// The sink is to know what else is kept of each account.
    pub asides: bool,
}

impl PageQuery<'_> {
    /// So many of the first, whoever they are, and nothing else.
    #[must_use]
    pub const fn first(limit: usize) -> Self {
        Self {
            after: None,
            descending: false,
            roles: Roles::ALL,
            skip: 0,
            limit,
            seats: false,
            asides: false,
        }
    }
}

/// What is kept of an account beside its record in the room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Aside {
    /// When its mute in this room ends, over or not, in Unix milliseconds; 0 if there is none,
    /// `u64::MAX` if it never does.
    pub muted_until_ms: u64,
    /// It came into some room of the app that is no group, and is still there.
    pub present: bool,
}

/// Whoever is shown a page. Called under the room's lock: take what you need and return.
pub trait PageSink: Send {
    /// The page of a room begins; at most so many members will follow. The seats are of the same
    /// moment, and none unless [`PageQuery::seats`] asks.
    ///
    /// # Errors
    /// Wants no page of this room: then nothing follows.
    fn begin(&mut self, room: &RoomView<'_>, at_most: usize, seats: &Seats) -> Result<(), Refusal>;
    /// The next member in the room's order, and whether that is enough. The aside is empty unless
    /// [`PageQuery::asides`] asks.
    fn member(&mut self, member: &MemberView<'_>, aside: &Aside) -> ControlFlow<()>;
}

/// How a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnd {
    /// The place of the last member shown; absent when nobody follows who would be visited.
    pub next: Option<Position>,
    /// How many members the whole list has.
    pub count: u32,
}

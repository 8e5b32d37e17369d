//! Walking a room's list in pages.

use super::member::MemberView;
use super::position::Position;
use super::seats::Seats;

/// Which part of a list is visited.
#[derive(Debug, Clone, Copy)]
pub struct PageQuery<'a> {
    /// Begin behind this place; at the start when absent.
    pub after: Option<&'a Position>,
    /// Visit at most so many.
    pub limit: usize,
    /// The sink is to see the seats.
    pub seats: bool,
}

/// Whoever is shown a page. Called under the room's lock: take what you need and return.
pub trait PageSink: Send {
    /// The page begins; at most so many members will follow. The seats are of the same moment, and
    /// none unless [`PageQuery::seats`] asks.
    fn begin(&mut self, at_most: usize, seats: &Seats);
    /// The next member in the room's order.
    fn member(&mut self, member: &MemberView<'_>);
}

/// How a page ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PageEnd {
    /// The place of the last member shown; absent when nobody stands behind it.
    pub next: Option<Position>,
    /// How many members the whole list has.
    pub count: u32,
}

//! A place in a room's order of members.

use super::ids::Account;

/// A place in the order `(joined_ms, account)`. A walk that goes on after a position meets each
/// member who stayed exactly once, whoever came and went meanwhile, the one at the position
/// included.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Unix milliseconds.
    pub joined_ms: u64,
    /// Breaks ties.
    pub account: Account,
}

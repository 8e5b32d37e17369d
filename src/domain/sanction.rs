//! Sanctions: what holds against an account in a room until a time, whether it is a member or not.

use serde::{Deserialize, Serialize};

use super::ids::Account;

/// What is forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SanctionKind {
    /// Coming in.
    Ban,
    /// Speaking.
    Mute,
}

/// A sanction's record. It ends by itself, by the clock of whoever asks; the record stays until
/// somebody removes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sanction {
    /// Against whom.
    pub account: Account,
    /// When it ends, in Unix milliseconds of the app's clock. At that moment it is over.
    /// `u64::MAX` is never.
    pub until_ms: u64,
    /// The place in the room's order of sanctions of its kind, from 1. Not given twice in a room.
    pub nth: u64,
}

impl Sanction {
    /// The record as a store would show it.
    #[must_use]
    pub fn view(&self) -> SanctionView<'_> {
        SanctionView { account: self.account.as_str(), until_ms: self.until_ms, nth: self.nth }
    }
}

/// A sanction's record, borrowed from wherever the store keeps it. Fields as in [`Sanction`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SanctionView<'a> {
    /// Against whom.
    pub account: &'a str,
    /// When it ends, in Unix milliseconds.
    pub until_ms: u64,
    /// The place in the order of sanctions of its kind, from 1.
    pub nth: u64,
}

impl SanctionView<'_> {
    /// Whether it still holds, by a clock.
    #[must_use]
    pub fn in_force(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }
}

/// What becomes of one sanction's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SanctionWrite {
    /// The record is this now, whether there was one or not.
    Put(Sanction),
    /// The record is gone.
    Remove(Account),
}

//! Bans: who may not come in, and until when.

use super::ids::Account;

/// A ban's record. It ends by itself, by the clock of whoever asks; the record stays until
/// somebody removes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ban {
    /// Who may not come in.
    pub account: Account,
    /// When it ends, in Unix milliseconds of the app's clock. At that moment it is over.
    pub until_ms: u64,
    /// The place in the room's order of banning, from 1. Not given twice in a room.
    pub nth: u64,
}

impl Ban {
    /// The record as a store would show it.
    #[must_use]
    pub fn view(&self) -> BanView<'_> {
        BanView { account: self.account.as_str(), until_ms: self.until_ms, nth: self.nth }
    }
}

/// A ban's record, borrowed from wherever the store keeps it. Fields as in [`Ban`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BanView<'a> {
    /// Who may not come in.
    pub account: &'a str,
    /// When it ends, in Unix milliseconds.
    pub until_ms: u64,
    /// The place in the order of banning, from 1.
    pub nth: u64,
}

impl BanView<'_> {
    /// Whether it keeps anybody out, by a clock.
    #[must_use]
    pub fn in_force(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }
}

/// What becomes of one ban's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BanWrite {
    /// The record is this now, whether there was one or not.
    Put(Ban),
    /// The record is gone.
    Remove(Account),
}

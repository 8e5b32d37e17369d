//! Numbers for notices that come from elsewhere.
//!
//! Job: give each one that nothing else has. They go down from the first number of this process,
//! where its own go up: so they count as those of a process before this one, whose notices are
//! entered in the log when they are taken, and meet those of no other.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::engine::clock::real_ms;
use crate::engine::serials::Serials;

/// Gives numbers away.
pub struct NoticeIds(AtomicU64);

impl NoticeIds {
    /// Those below a number.
    pub(in crate::engine) fn below(first: u64) -> Self {
        Self(AtomicU64::new(first))
    }

    /// Those below the first number of a process that begins now.
    #[must_use]
    pub fn of_now() -> Self {
        Self::below(Serials::since(real_ms()).next())
    }

    /// The next one.
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_sub(1, Ordering::Relaxed) - 1
    }
}

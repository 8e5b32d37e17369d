//! Numbers that no two callbacks share. They need to differ, not to be secret.

use std::sync::atomic::{AtomicU64, Ordering};

use super::request_id::mix;

/// Gives numbers away: a counter, mixed with a seed.
pub struct Nonces {
    seed: u64,
    given: AtomicU64,
}

impl Nonces {
    pub(super) fn new(seed: u64) -> Self {
        Self { seed, given: AtomicU64::new(0) }
    }

    /// The next one.
    #[must_use]
    pub fn next(&self) -> u64 {
        mix(self.seed.wrapping_add(self.given.fetch_add(1, Ordering::Relaxed)))
    }
}

//! Numbers that no two callbacks share. They need to differ, not to be secret.

use std::sync::atomic::{AtomicU64, Ordering};

use super::random;
use super::request_id::mix;

/// Gives numbers away: a counter, mixed with a seed.
pub struct Nonces {
    seed: u64,
    given: AtomicU64,
}

/// With a seed from the machine.
impl Default for Nonces {
    fn default() -> Self {
        Self { seed: random::seed()[0], given: AtomicU64::new(0) }
    }
}

impl Nonces {
    /// The next one.
    #[must_use]
    pub fn next(&self) -> u64 {
        mix(self.seed.wrapping_add(self.given.fetch_add(1, Ordering::Relaxed)))
    }
}

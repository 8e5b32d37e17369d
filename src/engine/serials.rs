//! Numbers that nothing else of this process has, nor any process before it.
//!
//! ZEGO names rooms and streams by such numbers, above 2^53. They begin with the time at which the
//! process started, so that those of a later one are greater.

use std::sync::atomic::{AtomicU64, Ordering};

/// How many numbers there are for each millisecond since the epoch: one that gives away more than
/// that, for all the time it runs, runs into those of the next.
const PER_MS_BITS: u32 = 20;

/// Gives numbers away.
pub(super) struct Serials(AtomicU64);

impl Serials {
    /// Those of a process that started at a moment, in Unix milliseconds.
    pub(super) fn since(start_ms: u64) -> Self {
        Self(AtomicU64::new(start_ms << PER_MS_BITS))
    }

    /// The next one.
    pub(super) fn next(&self) -> u64 {
        self.0.fetch_add(1, Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn they_are_above_2_to_the_53rd_and_never_the_same() {
        let serials = Serials::since(1_700_000_000_000);
        let (first, second) = (serials.next(), serials.next());
        assert!(first > 1 << 53 && second > first, "{first} {second}");
        assert!(Serials::since(1_700_000_000_001).next() > second);
        assert!(i64::try_from(Serials::since(4_000_000_000_000).next()).is_ok());
    }
}

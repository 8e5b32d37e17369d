//! Calls per second: the generic cell rate algorithm, one number a cell.
//!
//! A full second's calls may come at once; after that they are let in at the rate itself. Rates
//! refill by real time, so that a frozen app is not starved.

use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;

const SECOND_NS: u64 = 1_000_000_000;

/// Which limit was hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateRefusal {
    /// The command's.
    Command {
        /// The limit.
        calls_per_second: u32,
    },
    /// The app's, over all commands.
    App {
        /// The limit.
        calls_per_second: u32,
    },
}

/// One limit's memory: when the calls let in so far are used up, in nanoseconds.
#[derive(Default)]
struct Cell {
    used_until_ns: AtomicU64,
}

impl Cell {
    /// Lets a call in, or not.
    fn admit(&self, calls_per_second: u32, now_ns: u64) -> bool {
        let each_ns = SECOND_NS / u64::from(calls_per_second.max(1));
        let admit = |used_until_ns: u64| {
            let next = used_until_ns.max(now_ns) + each_ns;
            (next <= now_ns + SECOND_NS).then_some(next)
        };
        self.used_until_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, admit).is_ok()
    }
}

/// The limits of one app.
pub(super) struct Rates {
    unlimited: bool,
    /// Zero is no limit.
    total_per_second: u32,
    total: Cell,
    /// By command, of which there are as many as the program has.
    commands: DashMap<&'static str, Cell>,
}

impl Rates {
    pub(super) fn new(unlimited: bool, total_per_second: u32) -> Self {
        Self { unlimited, total_per_second, total: Cell::default(), commands: DashMap::new() }
    }

    pub(super) fn count(
        &self,
        command: &'static str,
        calls_per_second: u32,
        now_ns: u64,
    ) -> Result<(), RateRefusal> {
        if self.unlimited {
            return Ok(());
        }
        let admitted = match self.commands.get(command) {
            Some(cell) => cell.admit(calls_per_second, now_ns),
            None => self.commands.entry(command).or_default().admit(calls_per_second, now_ns),
        };
        if !admitted {
            return Err(RateRefusal::Command { calls_per_second });
        }
        let calls_per_second = self.total_per_second;
        if calls_per_second > 0 && !self.total.admit(calls_per_second, now_ns) {
            return Err(RateRefusal::App { calls_per_second });
        }
        Ok(())
    }

    pub(super) fn forget(&self) {
        self.commands.clear();
        self.total.used_until_ns.store(0, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_holds_n_calls_and_not_n_plus_1() {
        let rates = Rates::new(false, 0);
        let now = 5 * SECOND_NS;
        for _ in 0..200 {
            assert_eq!(rates.count("list", 200, now), Ok(()));
        }
        let refused = Err(RateRefusal::Command { calls_per_second: 200 });
        assert_eq!(rates.count("list", 200, now), refused);
        assert_eq!(rates.count("update", 200, now), Ok(()));
        let later = now + SECOND_NS / 200;
        assert_eq!(rates.count("list", 200, later - 1), refused);
        assert_eq!(rates.count("list", 200, later), Ok(()));
        assert_eq!(rates.count("list", 200, later), refused);
        rates.forget();
        assert_eq!(rates.count("list", 200, later), Ok(()));
    }

    #[test]
    fn the_app_has_a_limit_of_its_own_over_all_commands() {
        let rates = Rates::new(false, 2);
        assert_eq!(rates.count("list", 200, 0), Ok(()));
        assert_eq!(rates.count("update", 200, 0), Ok(()));
        let refused = Err(RateRefusal::App { calls_per_second: 2 });
        assert_eq!(rates.count("create", 200, 0), refused);
    }

    #[test]
    fn unlimited_is_without_limit() {
        let rates = Rates::new(true, 1);
        assert!((0..1_000).all(|_| rates.count("list", 1, 0).is_ok()));
    }
}

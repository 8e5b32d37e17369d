//! Calls per second: the generic cell rate algorithm, one number a cell.
//!
//! A full second's calls may come at once; after that they are let in at the rate itself. Rates
//! refill by real time, so that a frozen app is not starved.

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use parking_lot::Mutex;

use crate::domain::RoomId;

const SECOND_NS: u64 = 1_000_000_000;
/// The most rooms of an app whose calls are counted at one time.
const MAX_ROOMS: usize = 10_000;

/// A room's one call is used up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RoomBusy;

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
    /// By command and room: until when the room's one call is used up, in nanoseconds.
    rooms: Mutex<HashMap<(&'static str, RoomId), u64>>,
}

impl Rates {
    pub(super) fn new(unlimited: bool, total_per_second: u32) -> Self {
        let (total, commands, rooms) = (Cell::default(), DashMap::new(), Mutex::default());
        Self { unlimited, total_per_second, total, commands, rooms }
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

    /// Counts a call that may come once in so many seconds for each room. Only rooms whose call is
    /// not used up yet are remembered, and not more than [`MAX_ROOMS`]: beyond that nobody is kept
    /// waiting.
    pub(super) fn count_room(
        &self,
        command: &'static str,
        room: &RoomId,
        period_s: u32,
        now_ns: u64,
    ) -> Result<(), RoomBusy> {
        if self.unlimited {
            return Ok(());
        }
        let mut rooms = self.rooms.lock();
        let key = (command, room.clone());
        if rooms.get(&key).is_some_and(|until_ns| *until_ns > now_ns) {
            return Err(RoomBusy);
        }
        if rooms.len() >= MAX_ROOMS {
            rooms.retain(|_, until_ns| *until_ns > now_ns);
        }
        if rooms.len() < MAX_ROOMS {
            rooms.insert(key, now_ns + u64::from(period_s) * SECOND_NS);
        }
        Ok(())
    }

    pub(super) fn forget(&self) {
        self.rooms.lock().clear();
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
    fn a_room_has_one_call_in_its_period_and_strange_rooms_fill_nothing() {
        let rates = Rates::new(false, 0);
        let room = |text: &str| RoomId::parse(text).unwrap();
        let (a, b) = (room("a"), room("b"));
        assert_eq!(rates.count_room("list", &a, 10, 0), Ok(()));
        assert_eq!(rates.count_room("list", &a, 10, 10 * SECOND_NS - 1), Err(RoomBusy));
        assert_eq!(rates.count_room("list", &b, 10, 0), Ok(()));
        assert_eq!(rates.count_room("other", &a, 10, 0), Ok(()));
        assert_eq!(rates.count_room("list", &a, 10, 10 * SECOND_NS), Ok(()));
        for nth in 0..2 * MAX_ROOMS {
            let strange = room(&nth.to_string());
            assert_eq!(rates.count_room("list", &strange, 1, 11 * SECOND_NS), Ok(()));
        }
        assert_eq!(rates.rooms.lock().len(), MAX_ROOMS);
        rates.forget();
        assert_eq!(rates.count_room("list", &a, 10, 11 * SECOND_NS), Ok(()));
        assert_eq!(Rates::new(true, 0).count_room("list", &a, 10, 0), Ok(()));
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

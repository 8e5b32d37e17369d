//! The one place that asks the machine for the time. Everybody else is told.

#![expect(clippy::disallowed_methods, reason = "this module owns the time")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::RwLock;

/// The last moment that a clock shows: the end of the year 9999, in Unix milliseconds.
const MAX_MS: u64 = 253_402_300_799_999;

/// What an app's clock shows, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockReading {
    /// The app's time, in Unix milliseconds.
    pub now_ms: u64,
    /// Whether it stands still.
    pub frozen: bool,
    /// How far it is ahead of real time, in milliseconds; negative if a frozen one fell behind.
    pub offset_ms: i64,
}

/// Which clock an app is to have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClockSetting {
    /// The moment it shows, in Unix milliseconds; the present one if absent.
    pub now_ms: Option<u64>,
    /// Whether it stands still from there on.
    pub frozen: bool,
}

/// A clock goes forward only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the clock shows {now_ms} and goes forward only; resetting the app takes it back")]
pub struct ClockBackwards {
    /// What it shows, in Unix milliseconds.
    pub now_ms: u64,
}

/// How the time is told.
#[derive(Debug, Clone, Copy)]
pub(super) enum Mode {
    /// Real time and so many milliseconds; fewer than none if a frozen clock went on.
    Running {
        /// In milliseconds.
        offset_ms: i64,
    },
    /// Always this.
    Frozen {
        /// In Unix milliseconds.
        at_ms: u64,
    },
}

/// An app's clock: real time plus an offset, or frozen.
pub(super) struct Clock {
    started: Instant,
    /// Where it stands still at first and after a reset, in Unix milliseconds, if it does.
    start_ms: Option<u64>,
    mode: RwLock<Mode>,
    /// How far the clock was ever advanced, in nanoseconds: rates refill by it too.
    advanced_ns: AtomicU64,
}

impl Clock {
    /// A clock that shows the time of day, or stands still at a moment, in Unix milliseconds.
    pub(super) fn new(start_ms: Option<u64>) -> Self {
        Self {
            started: Instant::now(),
            start_ms,
            mode: RwLock::new(Mode::first(start_ms)),
            advanced_ns: AtomicU64::new(0),
        }
    }

    /// The app's time, in Unix milliseconds.
    pub(super) fn now_ms(&self) -> u64 {
        self.mode.read().now_ms()
    }

    pub(super) fn read(&self) -> ClockReading {
        let mode = *self.mode.read();
        let (now_ms, real_ms) = (mode.now_ms(), real_ms());
        let offset_ms = match mode {
            Mode::Running { offset_ms } => offset_ms,
            Mode::Frozen { .. } => now_ms.cast_signed() - real_ms.cast_signed(),
        };
        ClockReading { now_ms, frozen: matches!(mode, Mode::Frozen { .. }), offset_ms }
    }

    /// Sets the clock, forward only.
    pub(super) fn set(&self, setting: ClockSetting) -> Result<(), ClockBackwards> {
        let mut mode = self.mode.write();
        let now_ms = mode.now_ms();
        let at_ms = setting.now_ms.unwrap_or(now_ms).min(MAX_MS);
        if at_ms < now_ms {
            return Err(ClockBackwards { now_ms });
        }
        *mode = if setting.frozen { Mode::Frozen { at_ms } } else { Mode::at(at_ms) };
        self.advanced(at_ms - now_ms);
        Ok(())
    }

    /// Moves the clock to a moment, frozen or not; one that has passed changes nothing.
    pub(super) fn forward_to(&self, at_ms: u64) {
        let mut mode = self.mode.write();
        let (now_ms, at_ms) = (mode.now_ms(), at_ms.min(MAX_MS));
        if at_ms > now_ms {
            *mode = match *mode {
                Mode::Frozen { .. } => Mode::Frozen { at_ms },
                Mode::Running { .. } => Mode::at(at_ms),
            };
            self.advanced(at_ms - now_ms);
        }
    }

    /// Takes the clock back to where it was at first.
    pub(super) fn reset(&self) {
        *self.mode.write() = Mode::first(self.start_ms);
    }

    /// How it tells the time.
    pub(super) fn mode(&self) -> Mode {
        *self.mode.read()
    }

    /// Tells the time as it once did, be that earlier: for whoever takes the app back with it.
    pub(super) fn put_back(&self, mode: Mode) {
        *self.mode.write() = mode;
    }

    /// Nanoseconds since the clock was made, by which rates refill: of real time, and all that the
    /// clock was advanced. Never goes back.
    pub(super) fn elapsed_ns(&self) -> u64 {
        let real_ns = u64::try_from(self.started.elapsed().as_nanos()).unwrap_or(u64::MAX);
        real_ns.saturating_add(self.advanced_ns.load(Ordering::Relaxed))
    }

    fn advanced(&self, by_ms: u64) {
        // Where the sum ends, rates are refilled long since.
        let add = |ns: u64| Some(ns.saturating_add(by_ms.saturating_mul(1_000_000)).min(1 << 62));
        let _ = self.advanced_ns.fetch_update(Ordering::Relaxed, Ordering::Relaxed, add);
    }
}

impl Mode {
    fn first(start_ms: Option<u64>) -> Self {
        start_ms.map_or(Self::Running { offset_ms: 0 }, |at_ms| Self::Frozen { at_ms })
    }

    /// A clock that shows this moment now and goes on from there.
    fn at(at_ms: u64) -> Self {
        Self::Running { offset_ms: at_ms.cast_signed() - real_ms().cast_signed() }
    }

    /// What is shown now, in Unix milliseconds.
    pub(super) fn now_ms(self) -> u64 {
        match self {
            Self::Running { offset_ms } => real_ms().saturating_add_signed(offset_ms).min(MAX_MS),
            Self::Frozen { at_ms } => at_ms,
        }
    }
}

/// The machine's time, in Unix milliseconds: what leaves the process may need it.
pub(super) fn real_ms() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or(Duration::ZERO);
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// Measures how long something takes.
#[derive(Debug, Clone, Copy)]
pub struct Stopwatch(Instant);

impl Stopwatch {
    /// Starts now.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }

    /// The time since the start.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.0.elapsed()
    }
}

/// A moment of real time from which on something is over.
#[derive(Debug, Clone, Copy)]
pub(super) struct Deadline(Instant);

impl Deadline {
    /// So far from now.
    pub(super) fn after(time: Duration) -> Self {
        Self(Instant::now() + time)
    }

    /// Whether it has passed.
    pub(super) fn is_over(self) -> bool {
        Instant::now() >= self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DAY_MS: u64 = 86_400_000;

    fn frozen(now_ms: u64) -> ClockSetting {
        ClockSetting { now_ms: Some(now_ms), frozen: true }
    }

    #[test]
    fn a_frozen_clock_stands_and_goes_on_from_there() {
        let clock = Clock::new(None);
        assert_eq!(clock.read().offset_ms, 0);
        let then = clock.now_ms() + DAY_MS;
        clock.set(frozen(then)).unwrap();
        assert_eq!(clock.now_ms(), then);
        assert!(clock.read().frozen && clock.read().offset_ms > 0);
        clock.forward_to(then + 5);
        clock.forward_to(then);
        assert_eq!(clock.now_ms(), then + 5);
        clock.set(ClockSetting { now_ms: None, frozen: false }).unwrap();
        let reading = clock.read();
        assert!(!reading.frozen && reading.now_ms >= then + 5);
        clock.reset();
        assert!(clock.now_ms() < then);
    }

    #[test]
    fn a_clock_that_stood_may_run_late() {
        let clock = Clock::new(None);
        *clock.mode.write() = Mode::Frozen { at_ms: 1_000 };
        clock.set(ClockSetting { now_ms: None, frozen: false }).unwrap();
        assert!((1_000..60_000).contains(&clock.now_ms()));
        assert!(clock.read().offset_ms < 0);
        clock.forward_to(DAY_MS);
        assert!((DAY_MS..DAY_MS + 60_000).contains(&clock.now_ms()));
    }

    #[test]
    fn it_goes_forward_only_and_not_beyond_its_end() {
        let clock = Clock::new(None);
        let then = clock.now_ms() + DAY_MS;
        clock.set(frozen(then)).unwrap();
        assert_eq!(clock.set(frozen(then - 1)), Err(ClockBackwards { now_ms: then }));
        assert_eq!(clock.now_ms(), then);
        clock.forward_to(u64::MAX);
        assert_eq!(clock.now_ms(), MAX_MS);
        clock.set(ClockSetting { now_ms: None, frozen: false }).unwrap();
        assert_eq!(clock.now_ms(), MAX_MS);
    }

    #[test]
    fn it_is_put_back_to_how_it_told_the_time() {
        let clock = Clock::new(None);
        let ran = clock.mode();
        clock.set(frozen(clock.now_ms() + DAY_MS)).unwrap();
        let stood = clock.mode();
        let then = clock.now_ms();
        clock.forward_to(then + DAY_MS);
        let elapsed_ns = clock.elapsed_ns();
        clock.put_back(stood);
        assert_eq!((clock.now_ms(), clock.read().frozen), (then, true));
        clock.put_back(ran);
        assert_eq!((clock.read().offset_ms, clock.read().frozen), (0, false));
        assert!(clock.elapsed_ns() >= elapsed_ns, "rates do not go back");
    }

    #[test]
    fn what_is_advanced_counts_for_rates() {
        let clock = Clock::new(None);
        let before = clock.elapsed_ns();
        clock.forward_to(clock.now_ms() + 10_000);
        let after = clock.elapsed_ns();
        assert!(after - before >= 9_999_000_000, "{before} {after}");
        clock.forward_to(u64::MAX);
        assert!(clock.elapsed_ns() >= after);
    }
}

//! Which of the things that a fault matches it strikes.
//!
//! Job: one decision for each match, in their order. Promise: it hangs on nothing but the schedule,
//! the number of the match and how often the fault struck before: no clock, no state of the machine.
//! So the same matches in the same order are struck the same in every run, on every platform. Not
//! here: what matches, and what a strike does.

use crate::engine::request_id::mix;

/// When a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Schedule {
    /// The first match that may be struck, from 1.
    pub nth: u32,
    /// How often it strikes at most; nothing is no such limit.
    pub times: Option<u32>,
    /// The chance of each match from there on.
    pub chance: Chance,
    /// Where the chances come from.
    pub seed: u64,
}

/// Strikes each match.
impl Default for Schedule {
    fn default() -> Self {
        Self { nth: 1, times: None, chance: Chance::CERTAIN, seed: 0 }
    }
}

/// A probability.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chance(f64);

/// How many different draws there are. A probability times this is exact, as every product with a
/// power of two is, and so is each draw: no platform rounds them otherwise.
const DRAWS: f64 = (1_u64 << 53) as f64;

impl Chance {
    /// Always.
    pub const CERTAIN: Self = Self(1.0);

    /// A probability from 0 to 1; nothing if it is another number, or none.
    #[must_use]
    pub fn new(probability: f64) -> Option<Self> {
        (0.0..=1.0).contains(&probability).then_some(Self(probability))
    }

    /// As a number from 0 to 1.
    #[must_use]
    pub fn probability(self) -> f64 {
        self.0
    }

    /// Whether the nth draw from a seed hits.
    fn hits(self, seed: u64, nth: u64) -> bool {
        // Mixed before they are added: seeds that follow each other draw nothing alike.
        let draw = mix(mix(seed).wrapping_add(nth)) >> 11;
        (draw as f64) < self.0 * DRAWS
    }
}

/// How far a schedule has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Progress {
    /// How many matches there were.
    pub(super) matched: u64,
    /// How many of them were struck.
    pub(super) struck: u64,
}

impl Schedule {
    /// Counts the next match, and says whether it is to be struck. Whoever does counts that.
    pub(super) fn wants_next(&self, progress: &mut Progress) -> bool {
        progress.matched += 1;
        progress.matched >= u64::from(self.nth)
            && !self.is_spent(progress)
            && self.chance.hits(self.seed, progress.matched)
    }

    /// Whether it will never strike again.
    pub(super) fn is_spent(&self, progress: &Progress) -> bool {
        self.times.is_some_and(|times| progress.struck >= u64::from(times))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn struck(schedule: &Schedule, matches: u64) -> Vec<u64> {
        let mut progress = Progress::default();
        let strikes = |_: &u64| {
            let strikes = schedule.wants_next(&mut progress);
            progress.struck += u64::from(strikes);
            strikes
        };
        (1..=matches).filter(strikes).collect()
    }

    fn schedule(nth: u32, times: impl Into<Option<u32>>) -> Schedule {
        Schedule { nth, times: times.into(), ..Schedule::default() }
    }

    fn by_chance(probability: f64, seed: u64) -> Schedule {
        let chance = Chance::new(probability).unwrap();
        Schedule { chance, seed, ..Schedule::default() }
    }

    #[test]
    fn from_the_nth_match_on_so_many_are_struck() {
        let none: [u64; 0] = [];
        assert_eq!(struck(&Schedule::default(), 4), [1, 2, 3, 4]);
        assert_eq!(struck(&schedule(2, 1), 5), [2]);
        assert_eq!(struck(&schedule(1, 3), 5), [1, 2, 3]);
        assert_eq!(struck(&schedule(3, 2), 9), [3, 4]);
        assert_eq!(struck(&schedule(4, None), 6), [4, 5, 6]);
        assert_eq!(struck(&schedule(u32::MAX, 1), 9), none);
    }

    #[test]
    fn a_schedule_is_spent_with_its_last_strike_and_not_before() {
        let (schedule, mut progress) = (schedule(2, 2), Progress::default());
        let spent: Vec<bool> = (0..4)
            .map(|_| {
                progress.struck += u64::from(schedule.wants_next(&mut progress));
                schedule.is_spent(&progress)
            })
            .collect();
        assert_eq!(spent, [false, false, true, true]);
    }

    #[test]
    fn the_draws_of_a_seed_are_written_down() {
        assert_eq!(struck(&by_chance(0.5, 0), 24), [2, 3, 5, 6, 7, 9, 11, 17, 19, 24]);
        assert_eq!(struck(&by_chance(0.5, 1), 24), [3, 7, 13, 16, 18, 19, 21, 24]);
        assert_eq!(struck(&by_chance(0.1, 7), 40), [23, 40]);
    }

    #[test]
    fn never_and_always_are_exact_and_no_other_number_is_a_chance() {
        assert_eq!(struck(&by_chance(0.0, 3), 10_000), [0; 0]);
        assert_eq!(struck(&by_chance(1.0, 3), 10_000).len(), 10_000);
        for none in [-f64::MIN_POSITIVE, 1.0 + f64::EPSILON, f64::NAN, f64::INFINITY] {
            assert_eq!(Chance::new(none), None, "{none}");
        }
        for same in [0.0, 0.1, 0.25, 1.0 / 3.0, 1.0 - f64::EPSILON / 2.0, 1.0] {
            assert_eq!(Chance::new(same).unwrap().probability(), same);
        }
    }

    proptest! {
        #[test]
        fn the_same_matches_are_struck_the_same(
            nth in 1u32..50,
            times in proptest::option::of(1u32..50),
            probability in 0.0f64..=1.0,
            seed: u64,
        ) {
            let schedule = Schedule { nth, times, ..by_chance(probability, seed) };
            let once = struck(&schedule, 200);
            prop_assert_eq!(&once, &struck(&schedule, 200));
            prop_assert!(once.iter().all(|at| *at >= u64::from(nth)));
            prop_assert!(times.is_none_or(|times| once.len() <= times as usize));
            // The limit takes the first ones, and changes nothing of which those are.
            let without = struck(&Schedule { times: None, ..schedule }, 200);
            prop_assert!(without.starts_with(&once));
            // A later beginning takes nothing from what follows.
            let all = struck(&by_chance(probability, seed), 200);
            let late: Vec<u64> = all.into_iter().filter(|at| *at >= u64::from(nth)).collect();
            prop_assert_eq!(without, late);
        }

        #[test]
        fn so_many_of_a_thousand_are_struck_as_the_chance_says(seed: u64, percent in 0u32..=100) {
            let struck = struck(&by_chance(f64::from(percent) / 100.0, seed), 1000).len() as f64;
            let expected = f64::from(percent) * 10.0;
            // Seven standard deviations, and a step for the ends.
            let bound = 7.0 * (expected * (1.0 - expected / 1000.0)).sqrt() + 1.0;
            prop_assert!((struck - expected).abs() <= bound, "{struck} of {expected}");
        }
    }
}

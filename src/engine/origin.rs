//! Where ids and times begin.
//!
//! Job: make a run repeatable for tests that compare it as text. Promise: with a seed, whoever asks
//! the same in the same order is given the same ids; with a start, the clocks stand still there.
//! Without either nothing repeats. Not here: secrets, which no seed reaches.

use super::clock::real_ms;
use super::group_ids::GroupIds;
use super::nonce::Nonces;
use super::random;
use super::request_id::{RequestIds, mix};
use super::serials::Serials;

/// The moment from which numbers count that come from a seed: it makes them as large as the others.
const NUMBERS_FROM_MS: u64 = 1_600_000_000_000;
/// How many such moments there are.
const NUMBERS_MS: u64 = 1_000_000_000_000;

/// Where ids and times begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Origin {
    /// What ids come from; none is the machine's randomness.
    pub seed_ids: Option<u64>,
    /// Where clocks stand still at first and after a reset, in Unix milliseconds; none is the time
    /// of day.
    pub start_ms: Option<u64>,
}

/// What is given ids of its own.
#[derive(Debug, Clone, Copy)]
enum Kind {
    Requests = 1,
    Groups,
    Nonces,
}

impl Origin {
    fn seed(self, kind: Kind) -> [u64; 2] {
        let of = |seed: u64| [mix(seed ^ kind as u64), mix(!seed ^ kind as u64)];
        self.seed_ids.map_or_else(random::seed, of)
    }

    pub(super) fn request_ids(self) -> RequestIds {
        RequestIds::new(self.seed(Kind::Requests))
    }

    pub(super) fn group_ids(self) -> GroupIds {
        GroupIds::new(self.seed(Kind::Groups)[0])
    }

    pub(super) fn serials(self) -> Serials {
        let of = |seed: u64| NUMBERS_FROM_MS + seed % NUMBERS_MS;
        Serials::since(self.seed_ids.map_or_else(real_ms, of))
    }

    pub(super) fn nonces(self) -> Nonces {
        Nonces::new(self.seed(Kind::Nonces)[0])
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::GroupType;

    fn ids(seed_ids: Option<u64>) -> [String; 4] {
        let origin = Origin { seed_ids, start_ms: None };
        let group = origin.group_ids().next(GroupType::Public);
        let (serial, nonce) = (origin.serials().next(), origin.nonces().next());
        let request = origin.request_ids().next();
        [group.to_string(), serial.to_string(), nonce.to_string(), request.to_string()]
    }

    #[test]
    fn one_seed_gives_one_row_of_each_and_without_one_nothing_repeats() {
        for seed in [1, 2, u64::MAX >> 1] {
            assert_eq!(ids(Some(seed)), ids(Some(seed)));
            for other in [Some(seed + 1), None] {
                let pairs = ids(Some(seed)).into_iter().zip(ids(other));
                pairs.for_each(|(one, other)| assert_ne!(one, other, "{seed}"));
            }
        }
        let serial = Origin { seed_ids: Some(1), start_ms: Some(1) }.serials().next();
        assert!(serial > 1 << 53, "as every number of a room");
    }
}

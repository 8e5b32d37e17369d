//! How it goes with one app's receiver: how many letters may be sent to it now.
//!
//! Pure bookkeeping. Promise: at most [`MAX_IN_FLIGHT`] are on their way; to a receiver that was not
//! reached, one at a time and not before its time, whatever becomes of the letter that found it so.

use super::sender::MAX_IN_FLIGHT;
use crate::domain::{CallbackUrl, RoomId};

/// How it goes with one app's receiver.
#[derive(Debug, Default)]
pub(super) struct Standing {
    /// Letters that are on their way, and those that are being taken.
    pub(super) in_flight: usize,
    pub(super) down: Option<Down>,
    /// None may be sent now. Whoever makes that another looks at the letters himself.
    pub(super) shut: bool,
    /// How many attempts were ever made.
    pub(super) made: u64,
}

/// A receiver that was not reached.
#[derive(Debug)]
pub(super) struct Down {
    pub(super) url: CallbackUrl,
    /// The room whose letter is tried next; if none is named, whichever is ready first.
    pub(super) probe: Option<RoomId>,
    /// When it is tried next, in Unix milliseconds of the app's clock. The letter that was tried may
    /// be gone by then: this holds for whichever comes in its place.
    pub(super) until_ms: u64,
}

/// What may be taken from the outbox.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Allowance {
    pub(super) at_most: usize,
    pub(super) only: Option<RoomId>,
}

impl Standing {
    /// How many letters may be taken now for a receiver; they count as on their way from here on.
    pub(super) fn allow(&mut self, url: &CallbackUrl, now_ms: u64) -> Allowance {
        if self.down.as_ref().is_some_and(|down| down.url != *url) {
            self.down = None;
        }
        let bound = match &self.down {
            None => MAX_IN_FLIGHT,
            Some(down) if down.until_ms > now_ms => 0,
            Some(_) => 1,
        };
        let at_most = bound.saturating_sub(self.in_flight);
        self.in_flight += at_most;
        self.shut = at_most == 0;
        Allowance { at_most, only: self.down.as_ref().and_then(|down| down.probe.clone()) }
    }

    /// Notes whether a receiver was reached with a room's letter: when it is to be tried again if
    /// it was not.
    pub(super) fn learn(
        &mut self,
        url: &CallbackUrl,
        room: &RoomId,
        unreachable_until_ms: Option<u64>,
    ) {
        self.made += 1;
        match (&mut self.down, unreachable_until_ms) {
            // That was another receiver.
            (Some(down), _) if down.url != *url => {}
            (down, None) => *down = None,
            (Some(down), Some(until_ms)) if down.probe.as_ref() == Some(room) => {
                down.until_ms = until_ms;
            }
            // It was on its way already when another found so.
            (Some(_), Some(_)) => {}
            (down, Some(until_ms)) => {
                *down = Some(Down { url: url.clone(), probe: Some(room.clone()), until_ms });
            }
        }
    }

    /// Nothing is known of the receiver.
    pub(super) fn forget(&mut self) {
        (self.down, self.shut) = (None, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn url(text: &str) -> CallbackUrl {
        CallbackUrl::parse(text).unwrap()
    }

    fn room(text: &str) -> RoomId {
        RoomId::parse(text).unwrap()
    }

    fn allowed(standing: &mut Standing, text: &str, now_ms: u64) -> (usize, Option<RoomId>) {
        let Allowance { at_most, only } = standing.allow(&url(text), now_ms);
        (at_most, only)
    }

    #[test]
    fn so_many_are_on_their_way_and_not_one_more() {
        let mut standing = Standing::default();
        assert_eq!(allowed(&mut standing, "http://a/", 0), (64, None));
        assert!(!standing.shut);
        assert_eq!(allowed(&mut standing, "http://a/", 0), (0, None));
        assert!(standing.shut);
        standing.in_flight -= 1;
        assert_eq!(allowed(&mut standing, "http://a/", 0), (1, None));
    }

    #[test]
    fn one_that_was_not_reached_is_probed_at_its_time_by_whoever_found_it_so() {
        let (mut standing, a) =
            (Standing { in_flight: 2, ..Standing::default() }, url("http://a/"));
        standing.learn(&a, &room("r"), Some(100));
        standing.learn(&a, &room("s"), Some(500));
        standing.in_flight = 0;
        assert_eq!(allowed(&mut standing, "http://a/", 99), (0, Some(room("r"))));
        assert!(standing.shut);
        assert_eq!(allowed(&mut standing, "http://a/", 100), (1, Some(room("r"))));
        standing.learn(&a, &room("r"), Some(300));
        standing.in_flight = 0;
        // Its letter may be gone: the pause is not.
        standing.down.as_mut().unwrap().probe = None;
        assert_eq!(allowed(&mut standing, "http://a/", 299), (0, None));
        assert_eq!(allowed(&mut standing, "http://a/", 300), (1, None));
        standing.learn(&a, &room("t"), None);
        assert_eq!(allowed(&mut standing, "http://a/", 300), (63, None));
        assert_eq!(standing.made, 4);
    }

    #[test]
    fn another_receiver_begins_anew_and_hears_nothing_of_the_old() {
        let mut standing = Standing::default();
        standing.learn(&url("http://a/"), &room("r"), Some(100));
        assert_eq!(allowed(&mut standing, "http://b/", 0).0, 64);
        standing.learn(&url("http://b/"), &room("r"), Some(100));
        standing.learn(&url("http://a/"), &room("s"), None);
        assert!(standing.down.is_some(), "that it was reached says nothing of this one");
        standing.forget();
        assert!(standing.down.is_none() && !standing.shut);
    }
}

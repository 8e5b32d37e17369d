//! Doing what is due: ordinary operations, at their time by the app's clock.
//!
//! A task looks every second of real time, and at once when a clock was set. Moving a clock does
//! the same in its own call, one due time after the other, so that a test sees what happened when
//! the answer is there. An operation checks again whether it is still due.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::app::App;
use super::clock::{ClockBackwards, ClockReading, ClockSetting, Stopwatch};
use super::{Engine, Failure};
use crate::domain::{Reclaim, Refusal};
use crate::store::Due;

/// How often somebody looks whether something is due.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is done for one app before the next has its turn.
const STEP: usize = 100;
/// One call that moves a clock does at most so much.
const MAX_ENTRIES: u64 = 10_000;
/// One call that moves a clock takes at most so long.
const MAX_TIME: Duration = Duration::from_secs(60);

/// What moving a clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Advanced {
    /// What the clock shows now, in Unix milliseconds.
    pub now_ms: u64,
    /// How many due entries were run.
    pub ran: u64,
    /// How many are left that were due by then: the call has its bounds.
    pub left: u64,
}

/// Why a clock was not moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvanceRefusal {
    /// Somebody else is moving it.
    #[error("the clock is being advanced by another request")]
    Busy,
    /// The store cannot do it now. The clock stands where it was brought.
    #[error(transparent)]
    Failed(#[from] Failure),
}

impl Engine {
    /// Does what is due in all apps, until told to stop.
    pub async fn keep_time(&self, stop: CancellationToken) {
        let _watch = self.watch();
        let look = async {
            loop {
                for app in self.apps() {
                    self.do_due(&app).await;
                }
                self.end_leases().await;
                let moved = self.clock_moved.notified();
                // Either is a reason to look again.
                let _ = tokio::time::timeout(LOOK_EVERY, moved).await;
            }
        };
        stop.run_until_cancelled(look).await;
    }

    async fn do_due(&self, app: &App) {
        let now_ms = app.now_ms();
        loop {
            let done = async {
                let due = app.store.due(app.id(), now_ms, STEP).await?;
                for entry in &due {
                    self.run_due(app, entry).await?;
                }
                Ok::<_, Failure>(due.len())
            };
            match done.await {
                Ok(STEP..) => {}
                Ok(_) => return,
                Err(failure) => {
                    tracing::warn!(app = %app.id(), "what is due has to wait: {failure}");
                    return;
                }
            }
        }
    }

    /// Runs one entry. That there is nothing to do any more is no failure.
    async fn run_due(&self, app: &App, due: &Due) -> Result<(), Failure> {
        match self.run(app, &due.room, &Reclaim).await {
            Ok(_) | Err(Failure::Refused(Refusal::NoSuchRoom)) => Ok(()),
            Err(failure) => Err(failure),
        }
    }

    /// What an app's clock shows.
    #[must_use]
    pub fn clock(&self, app: &App) -> ClockReading {
        app.clock.read()
    }

    /// Sets an app's clock. What is due by then is done soon after, at the new time.
    ///
    /// # Errors
    /// A clock goes forward only.
    pub fn set_clock(
        &self,
        app: &App,
        setting: ClockSetting,
    ) -> Result<ClockReading, ClockBackwards> {
        app.clock.set(setting)?;
        self.clock_moved.notify_one();
        self.callbacks.news(app.id());
        Ok(app.clock.read())
    }

    /// Moves an app's clock by some milliseconds, to each due time in turn, does what is due there
    /// and waits for the attempts to send callbacks that are due there. Attempts count as entries;
    /// of those that are left, the next one alone does.
    ///
    /// # Errors
    /// Somebody else is moving it, or the store fails.
    pub async fn advance(&self, app: &App, by_ms: u64) -> Result<Advanced, AdvanceRefusal> {
        let _alone = Alone::enter(&app.advancing).ok_or(AdvanceRefusal::Busy)?;
        let watch = Stopwatch::start();
        let target_ms = app.now_ms().saturating_add(by_ms);
        let mut attempts = self.settle(app, &watch).await;
        let mut ran = 0;
        while ran < MAX_ENTRIES && watch.elapsed() < MAX_TIME {
            let Some(next) = self.next_due(app, target_ms).await? else {
                app.clock.forward_to(target_ms);
                self.callbacks.news(app.id());
                return Ok(Advanced { now_ms: app.now_ms(), ran, left: 0 });
            };
            app.clock.forward_to(next.at_ms);
            if let Some(entry) = &next.entry {
                self.run_due(app, entry).await?;
                ran += 1;
            }
            self.callbacks.news(app.id());
            let made = self.settle(app, &watch).await;
            ran += made - attempts;
            let stuck = next.entry.is_none() && made == attempts;
            if stuck && self.next_attempt(app).await.is_some_and(|at_ms| at_ms <= next.at_ms) {
                // Whoever delivers cannot do it now.
                break;
            }
            attempts = made;
        }
        let left = app.store.due(app.id(), target_ms, usize::MAX).await.map_err(Failure::from)?;
        let attempt = self.next_attempt(app).await.is_some_and(|at_ms| at_ms <= target_ms);
        let left = left.len() as u64 + u64::from(attempt);
        Ok(Advanced { now_ms: app.now_ms(), ran, left })
    }

    /// What is due next, up to a moment: an entry, or an attempt to send something.
    async fn next_due(&self, app: &App, target_ms: u64) -> Result<Option<NextDue>, Failure> {
        let entry = app.store.due(app.id(), target_ms, 1).await?.pop();
        let attempt_ms = self.next_attempt(app).await.filter(|at_ms| *at_ms <= target_ms);
        Ok(match (entry, attempt_ms) {
            (Some(entry), Some(at_ms)) if at_ms < entry.at_ms => {
                Some(NextDue { at_ms, entry: None })
            }
            (Some(entry), _) => Some(NextDue { at_ms: entry.at_ms, entry: Some(entry) }),
            (None, Some(at_ms)) => Some(NextDue { at_ms, entry: None }),
            (None, None) => None,
        })
    }

    async fn next_attempt(&self, app: &App) -> Option<u64> {
        match self.callbacks.courier.get() {
            Some(courier) => courier.next_attempt(app).await,
            None => None,
        }
    }

    /// Waits for the attempts that are under way or due, as long as a call may take; answers how
    /// many there ever were.
    async fn settle(&self, app: &App, watch: &Stopwatch) -> u64 {
        let Some(courier) = self.callbacks.courier.get() else { return 0 };
        let left = MAX_TIME.saturating_sub(watch.elapsed());
        let settled = tokio::time::timeout(left, courier.settled(app)).await;
        settled.unwrap_or_else(|_| courier.made(app.id()))
    }
}

/// What is due next.
struct NextDue {
    at_ms: u64,
    /// What is to be run then; an attempt is not run here.
    entry: Option<Due>,
}

/// Holds a flag that only one may hold.
pub(super) struct Alone<'a>(&'a AtomicBool);

impl<'a> Alone<'a> {
    /// Takes the flag, unless somebody has it.
    pub(super) fn enter(flag: &'a AtomicBool) -> Option<Self> {
        (!flag.swap(true, Ordering::Acquire)).then_some(Self(flag))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::config::{Defaults, Settings, Sources};
    use crate::domain::{Account, AppId, CreateRoom, Gate, Leave, LeaveReason, RoomId, Silenced};
    use crate::store::MemoryStore;
    use crate::telemetry::Metrics;

    fn account(text: &str) -> Account {
        Account::parse(text).unwrap()
    }

    /// A frozen app with so many empty rooms.
    async fn engine_with(rooms: u64) -> (Engine, Arc<App>) {
        let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let engine = Engine::new(&settings.apps, Arc::new(MemoryStore::new()), metrics);
        let app = engine.app(AppId(88_888_888)).unwrap();
        engine.set_clock(&app, ClockSetting { now_ms: None, frozen: true }).unwrap();
        for nth in 0..rooms {
            let room = RoomId::parse(&nth.to_string()).unwrap();
            let create = CreateRoom {
                by: account("admin"),
                owner: account("admin"),
                name: "".into(),
                max_member_count: None,
                start_s: None,
                end_s: None,
                silenced: Silenced::default(),
                custom_info: "".into(),
                seats: None,
                gate: Gate::default(),
                invitees: vec![],
            };
            engine.run(&app, &room, &create).await.unwrap();
        }
        (engine, app)
    }

    const YEAR_MS: u64 = 365 * 86_400_000;

    #[tokio::test]
    async fn one_call_does_at_most_ten_thousand_and_says_what_is_left() {
        let (engine, app) = engine_with(MAX_ENTRIES + 3).await;
        let before = app.now_ms();
        let moved = engine.advance(&app, YEAR_MS).await.unwrap();
        assert_eq!((moved.ran, moved.left), (MAX_ENTRIES, 3));
        assert!(moved.now_ms < before + YEAR_MS, "it stands at the last that was done");
        let moved = engine.advance(&app, YEAR_MS).await.unwrap();
        assert_eq!((moved.ran, moved.left), (3, 0));
        assert_eq!(engine.room_count(&app).await, Ok(0));
    }

    #[tokio::test]
    async fn what_is_due_is_done_at_its_time_and_checked_again() {
        let (engine, app) = engine_with(1).await;
        let room = RoomId::parse("0").unwrap();
        let enter = crate::domain::Enter::of(account("bob"));
        engine.run(&app, &room, &enter).await.unwrap();
        let stale = Due { at_ms: 0, room: room.clone() };
        engine.run_due(&app, &stale).await.unwrap();
        assert_eq!(engine.room_count(&app).await, Ok(1), "somebody is in");
        let leave = Leave { account: account("bob"), reason: LeaveReason::Left };
        engine.run(&app, &room, &leave).await.unwrap();
        engine.do_due(&app).await;
        assert_eq!(engine.room_count(&app).await, Ok(1), "its time has not come");
        app.clock.forward_to(app.now_ms() + YEAR_MS);
        engine.do_due(&app).await;
        assert_eq!(engine.room_count(&app).await, Ok(0));
        engine.run_due(&app, &stale).await.unwrap();
    }
}

//! When a lane of letters is to be looked at again, and whether an app's are at rest.
//!
//! Not here: what a receiver that is down means for its letters (`standing`).

use std::time::Duration;

use tokio::time::Instant;

use super::Shared;
use crate::domain::Destination;
use crate::engine::{App, Engine, Failure};

impl Shared {
    /// When there is something to be done on a lane of an app whose clock runs, if nothing happens
    /// before.
    pub(super) async fn alarm(
        &self,
        engine: &Engine,
        app: &App,
        to: Destination,
    ) -> Result<Option<Instant>, Failure> {
        let next_ms = self.next_ready(engine, app, to).await?;
        // Letters that come while none may be sent call nobody.
        let next_ms = next_ms.or_else(|| {
            let standings = self.standings.lock();
            Some(standings.get(&(app.id(), to))?.down.as_ref()?.until_ms)
        });
        let clock = engine.clock(app);
        let pause_ms = next_ms.map(|next_ms| next_ms.saturating_sub(clock.now_ms));
        let pause_ms = pause_ms.filter(|pause_ms| *pause_ms > 0 && !clock.frozen);
        Ok(pause_ms.map(|pause_ms| Instant::now() + Duration::from_millis(pause_ms)))
    }

    /// When the next letter may be sent, in Unix milliseconds of the app's clock.
    async fn next_ready(
        &self,
        engine: &Engine,
        app: &App,
        to: Destination,
    ) -> Result<Option<u64>, Failure> {
        let Some(receiver) = app.receiver(to) else {
            // What is there goes as soon as somebody comes to it.
            return Ok(engine.next_letter(app, to, None).await?.map(|_| 0));
        };
        let down = {
            let standings = self.standings.lock();
            let down = standings.get(&(app.id(), to)).and_then(|standing| standing.down.as_ref());
            let down = down.filter(|down| down.url == receiver.url);
            down.map(|down| (down.probe.clone(), down.until_ms))
        };
        let (probe, until_ms) = down.unwrap_or_default();
        if probe.is_some()
            && let Some(next_ms) = engine.next_letter(app, to, probe.as_ref()).await?
        {
            return Ok(Some(next_ms.max(until_ms)));
        }
        let next_ms = engine.next_letter(app, to, None).await?;
        Ok(next_ms.map(|next_ms| next_ms.max(until_ms)))
    }

    pub(super) async fn next_attempt(&self, app: &App) -> Option<u64> {
        let engine = self.engine.upgrade()?;
        let mut next = None;
        for to in Destination::ALL {
            let of_lane = self.next_ready(&engine, app, to).await.ok().flatten();
            next = [next, of_lane].into_iter().flatten().min();
        }
        next
    }

    /// Whether nothing is on its way for an app, and nothing is to be sent now.
    pub(super) async fn is_quiet(&self, app: &App) -> bool {
        // A letter is in flight before it is taken. One that is taken while the outbox is looked at
        // is in flight afterwards, or was made meanwhile.
        let before = self.at_rest(app);
        before.is_some()
            && self.next_attempt(app).await.is_none_or(|at_ms| at_ms > app.now_ms())
            && self.at_rest(app) == before
    }

    /// How many attempts were made for an app, if none is under way.
    fn at_rest(&self, app: &App) -> Option<u64> {
        let standings = self.standings.lock();
        let made = |to| match standings.get(&(app.id(), to)) {
            None => Some(0),
            Some(standing) => (standing.in_flight == 0).then_some(standing.made),
        };
        Destination::ALL.into_iter().map(made).sum()
    }
}

//! Letters out of the outbox, to their receivers.
//!
//! Job: take what is ready, send it, report what came of it. Promise: of each room one letter is on
//! its way at a time, the next only when that one is done with; rooms do not wait for each other, and
//! an app's receivers, one for each destination, not for each other either. At
//! most [`MAX_IN_FLIGHT`] are on their way to one receiver. One that cannot be reached, or does
//! not answer in time, is probed with one letter at a time, the one that found it so, while the other
//! rooms wait. Not here: when a letter is tried again (the engine decides), and what one says.
//!
//! The sender has a thread and a runtime of its own, started with the first letter, so that no
//! request waits for a receiver.

mod attempt;
mod pace;

use std::collections::{HashMap, HashSet};
use std::mem;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use self::attempt::Made;
use super::client::Client;
use super::standing::{Allowance, Standing};
use super::trouble::Instead;
use crate::domain::{AppId, Destination, RoomId};
use crate::engine::{
    App, CallbackFault, Courier, CourierFuture, Engine, Failure, LoggedCallback, Nonces, Receiver,
};

/// The most letters on their way to one receiver of an app.
pub const MAX_IN_FLIGHT: usize = 64;
/// The most that wait to be sent once more because somebody asked.
const MAX_REPLAYS: usize = 64;
/// How long a stop waits for the letters that are on their way.
const STOP_WAITS: Duration = Duration::from_secs(2);

/// An app's letters to one destination: they have a receiver of their own, and a pace.
type Lane = (AppId, Destination);

/// Why nothing is sent once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ReplayRefusal {
    /// There is no receiver.
    #[error("no receiver is set")]
    NoReceiver,
    /// Too many ask for it.
    #[error("{MAX_REPLAYS} callbacks are being replayed already")]
    Busy,
}

/// Delivers the letters of an engine.
pub struct Sender {
    shared: Arc<Shared>,
    thread: Mutex<Option<JoinHandle<()>>>,
    started: AtomicBool,
}

/// Whoever forgets to stop it does not leave a thread behind.
impl Drop for Sender {
    fn drop(&mut self) {
        self.shared.stop.cancel();
    }
}

/// What the sender's thread shares with everybody else.
struct Shared {
    engine: Weak<Engine>,
    client: Client,
    nonces: Nonces,
    standings: Mutex<HashMap<Lane, Standing>>,
    /// The lanes that there is news of.
    news: Mutex<HashSet<Lane>>,
    came: Notify,
    /// Something is done with.
    done: Notify,
    replays: mpsc::Sender<Replay>,
    /// The other end, until the thread takes it.
    asked: Mutex<Option<mpsc::Receiver<Replay>>>,
    stop: CancellationToken,
}

/// A callback that somebody wants to be sent once more.
struct Replay {
    app: Arc<App>,
    callback: Arc<LoggedCallback>,
    receiver: Arc<Receiver>,
    done: oneshot::Sender<()>,
}

impl Sender {
    /// A sender of an engine's letters. Does nothing before there is something to do.
    #[must_use]
    pub fn new(engine: &Arc<Engine>, client: Client) -> Self {
        let (replays, asked) = mpsc::channel(MAX_REPLAYS);
        let shared = Shared {
            engine: Arc::downgrade(engine),
            client,
            nonces: engine.nonces(),
            standings: Mutex::default(),
            news: Mutex::default(),
            came: Notify::new(),
            done: Notify::new(),
            replays,
            asked: Mutex::new(Some(asked)),
            stop: CancellationToken::new(),
        };
        let started = AtomicBool::new(false);
        Self { shared: Arc::new(shared), thread: Mutex::new(None), started }
    }

    /// Sends a callback once more, whatever became of it and out of its room's order, and waits for
    /// the end of that attempt, which is written into its log.
    ///
    /// # Errors
    /// Nobody is to hear of it, or too many ask.
    pub async fn replay(
        &self,
        app: &Arc<App>,
        callback: &Arc<LoggedCallback>,
    ) -> Result<(), ReplayRefusal> {
        let receiver = app.receiver(callback.to()).ok_or(ReplayRefusal::NoReceiver)?;
        let (done, ended) = oneshot::channel();
        let (app, callback) = (Arc::clone(app), Arc::clone(callback));
        let replay = Replay { app, callback, receiver, done };
        self.shared.replays.try_send(replay).map_err(|_| ReplayRefusal::Busy)?;
        self.start();
        // A sender that stops lets go of it: then nothing more comes of it.
        let _ = ended.await;
        Ok(())
    }

    /// Sends nothing more, and waits for what is on its way, a little.
    pub async fn stop(&self) {
        self.shared.stop.cancel();
        let thread = self.thread.lock().take();
        if let Some(thread) = thread {
            let joined = tokio::task::spawn_blocking(move || thread.join()).await;
            if !matches!(joined, Ok(Ok(()))) {
                tracing::error!("a bug: sending callbacks panicked");
            }
        }
    }

    /// Starts the thread, unless it runs.
    fn start(&self) {
        if self.started.swap(true, Ordering::Relaxed) {
            return;
        }
        let Some(asked) = self.shared.asked.lock().take() else { return };
        let shared = Arc::clone(&self.shared);
        let watch = shared.engine.upgrade().map(|engine| engine.watch());
        let run = move || {
            let _watch = watch;
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
            match runtime {
                Ok(runtime) => runtime.block_on(shared.run(asked)),
                Err(error) => tracing::error!("callbacks cannot be sent: no runtime: {error}"),
            }
        };
        let thread = std::thread::Builder::new().name("callbacks".to_owned()).spawn(run);
        match thread {
            Ok(thread) => *self.thread.lock() = Some(thread),
            Err(error) => tracing::error!("callbacks cannot be sent: no thread: {error}"),
        }
    }
}

impl Courier for Sender {
    fn posted(&self, app: AppId, to: Destination) {
        let lane = (app, to);
        let shut = self.shared.standings.lock().get(&lane).is_some_and(|standing| standing.shut);
        if !shut {
            self.start();
            self.shared.look_at(lane);
        }
    }

    fn news(&self, app: AppId) {
        for to in Destination::ALL {
            self.shared.look_at((app, to));
        }
    }

    fn forget(&self, app: AppId) {
        let mut standings = self.shared.standings.lock();
        for to in Destination::ALL {
            if let Some(standing) = standings.get_mut(&(app, to)) {
                standing.forget();
            }
        }
    }

    fn next_attempt<'a>(&'a self, app: &'a App) -> CourierFuture<'a, Option<u64>> {
        Box::pin(self.shared.next_attempt(app))
    }

    fn settled<'a>(&'a self, app: &'a App) -> CourierFuture<'a, u64> {
        Box::pin(async {
            loop {
                // Before looking: what is done from here on wakes it.
                let mut done = std::pin::pin!(self.shared.done.notified());
                done.as_mut().enable();
                if self.shared.is_quiet(app).await {
                    return self.made(app.id());
                }
                done.await;
            }
        })
    }

    fn made(&self, app: AppId) -> u64 {
        let standings = self.shared.standings.lock();
        let made = |to| standings.get(&(app, to)).map_or(0, |standing| standing.made);
        Destination::ALL.into_iter().map(made).sum()
    }
}

/// Attempts that are under way.
type UnderWay<'a> = FuturesUnordered<futures_util::future::BoxFuture<'a, Made>>;

impl Shared {
    /// Has the thread look at a lane's letters.
    fn look_at(&self, lane: Lane) {
        // What stands there already has been called for.
        if self.news.lock().insert(lane) {
            self.came.notify_one();
        }
    }

    async fn run(&self, mut asked: mpsc::Receiver<Replay>) {
        let mut under_way = UnderWay::new();
        // When a lane of an app whose clock runs has something to be tried again.
        let mut alarms: HashMap<Lane, Instant> = HashMap::new();
        while !self.stop.is_cancelled() {
            let news = mem::take(&mut *self.news.lock());
            for lane in news {
                let Some(engine) = self.engine.upgrade() else { return };
                let Some(app) = engine.app(lane.0) else {
                    // It was made for one test run, which is over.
                    alarms.remove(&lane);
                    self.standings.lock().remove(&lane);
                    continue;
                };
                match self.dispatch(&engine, &app, lane.1, &mut under_way).await {
                    Ok(alarm) => drop(match alarm {
                        Some(alarm) => alarms.insert(lane, alarm),
                        None => alarms.remove(&lane),
                    }),
                    Err(failure) => {
                        tracing::warn!(app = %app.id(), "callbacks have to wait: {failure}");
                        alarms.insert(lane, Instant::now() + STOP_WAITS);
                    }
                }
            }
            let alarm = alarms.iter().min_by_key(|(_, at)| **at).map(|(lane, at)| (*lane, *at));
            tokio::select! {
                () = self.stop.cancelled() => break,
                () = self.came.notified() => {}
                Some(made) = under_way.next() => self.finish(made).await,
                Some(replay) = asked.recv() => under_way.push(self.replay(replay)),
                lane = ring(alarm) => {
                    alarms.remove(&lane);
                    self.news.lock().insert(lane);
                }
            }
        }
        let rest = async {
            while let Some(made) = under_way.next().await {
                self.finish(made).await;
            }
        };
        // What is still on its way then may arrive, and is sent again by the next process, if any.
        let _ = tokio::time::timeout(STOP_WAITS, rest).await;
    }

    /// Starts whatever may be started on a lane. Answers when to look again by itself.
    async fn dispatch<'a>(
        &'a self,
        engine: &Engine,
        app: &Arc<App>,
        to: Destination,
        under_way: &mut UnderWay<'a>,
    ) -> Result<Option<Instant>, Failure> {
        let lane = (app.id(), to);
        loop {
            let Some(receiver) = app.receiver(to) else {
                self.give_up(engine, app, to).await?;
                return Ok(None);
            };
            let Allowance { at_most, only } = {
                let mut standings = self.standings.lock();
                standings.entry(lane).or_default().allow(&receiver.url, app.now_ms())
            };
            if at_most == 0 {
                return self.alarm(engine, app, to).await;
            }
            let taken = engine.take_letters(app, to, at_most, only.as_ref()).await;
            let (mut sent, mut troubled) = (0, 0);
            for letter in taken.iter().flatten() {
                let trouble = engine.trouble(app, to, letter);
                if let Some(instead) = trouble.and_then(|fault| Instead::of(fault, letter, app)) {
                    instead.be_done(engine, app, to, letter).await;
                    troubled += 1;
                    continue;
                }
                let twice = trouble == Some(CallbackFault::Duplicate);
                self.name_probe(lane, &letter.notice.room);
                under_way.push(self.attempt(app, to, &receiver, letter.clone(), twice));
                sent += 1;
            }
            self.release(lane, at_most - sent);
            taken?;
            if troubled > 0 {
                continue;
            }
            if sent == 0 && self.probe_is_gone(engine, app, to, only).await? {
                continue;
            }
            if sent < at_most {
                return self.alarm(engine, app, to).await;
            }
        }
    }

    /// Lets go of what nobody is to hear of.
    async fn give_up(&self, engine: &Engine, app: &App, to: Destination) -> Result<(), Failure> {
        let lane = (app.id(), to);
        {
            let mut standings = self.standings.lock();
            let standing = standings.entry(lane).or_default();
            standing.forget();
            standing.in_flight += 1;
        }
        let given_up = engine.give_up_unwanted(app, to).await;
        self.release(lane, 1);
        given_up
    }

    /// A letter that is sent to a receiver that is down probes it, unless another does.
    fn name_probe(&self, lane: Lane, room: &RoomId) {
        let mut standings = self.standings.lock();
        let down = standings.get_mut(&lane).and_then(|standing| standing.down.as_mut());
        if let Some(down) = down {
            down.probe.get_or_insert_with(|| room.clone());
        }
    }

    /// Whether the letter that was to probe is gone; then any other will do.
    async fn probe_is_gone(
        &self,
        engine: &Engine,
        app: &App,
        to: Destination,
        probe: Option<RoomId>,
    ) -> Result<bool, Failure> {
        let Some(probe) = probe else { return Ok(false) };
        if engine.next_letter(app, to, Some(&probe)).await?.is_some() {
            return Ok(false);
        }
        if let Some(standing) = self.standings.lock().get_mut(&(app.id(), to))
            && let Some(down) = &mut standing.down
        {
            down.probe = None;
        }
        Ok(true)
    }

    /// So many letters are not on their way after all, or no longer.
    fn release(&self, lane: Lane, letters: usize) {
        if let Some(standing) = self.standings.lock().get_mut(&lane) {
            standing.in_flight -= letters;
        }
        self.done.notify_waiters();
    }
}

/// Waits for the first of the alarms; for ever if there is none.
async fn ring(alarm: Option<(Lane, Instant)>) -> Lane {
    match alarm {
        Some((lane, at)) => {
            tokio::time::sleep_until(at).await;
            lane
        }
        None => std::future::pending().await,
    }
}

#[cfg(test)]
mod tests;

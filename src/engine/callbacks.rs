//! What the world is told, from the commit to the last attempt.
//!
//! Job: number the notices of what happened, keep the callback log, hand letters to whoever
//! delivers them and decide what becomes of each. Promise: the log has each room's notices in the
//! room's order; a letter leaves the outbox only when it was delivered, its attempts are spent, or
//! nobody wants it any more. Not here: what a callback says and how it is sent (`callback`).

use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;

use super::app::App;
use super::log::{Kept, Log};
use super::open::Open;
use super::{Engine, Failure};
use crate::domain::{AppId, Destination, Notice, RoomId, RoomKey};
use crate::store::{DroppedLetter, TakenLetter};
use crate::telemetry::{CallbackEnd, Metrics};

/// What the callback log holds of all apps together, in bytes.
pub const CALLBACK_LOG_BYTES: usize = 32 * 1024 * 1024;
/// How many attempts of one callback are kept: the latest.
pub const MAX_LOGGED_ATTEMPTS: usize = 16;
/// What is set aside for the attempts of one callback, in bytes: their records, a short text for
/// each and the latest answer.
const ATTEMPTS_BYTES: usize = 4 * 1024;

/// How many letters are given up at a time.
const STEP: usize = 100;

/// What became of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackState {
    /// It is to be sent.
    Waiting,
    /// It was sent, and answered as it should be.
    Sent,
    /// Its attempts are spent.
    Failed,
    /// It had to go unsent: the backlog was full.
    Dropped,
    /// Nobody was to hear of it.
    NoUrl,
}

/// One attempt to send a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// How long it took, in real time.
    pub took: Duration,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Why it failed, if it did. Holds no secret.
    pub error: Option<Box<str>>,
    /// How the answer began. Holds no secret. Of the attempts that are kept, the latest has one.
    pub answer: Option<Box<str>>,
    /// The receiver could not be reached, or did not answer in time.
    pub unreachable: bool,
}

impl Attempt {
    /// Whether the callback arrived.
    #[must_use]
    pub fn arrived(&self) -> bool {
        self.error.is_none()
    }
}

/// How the sending of a callback went so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What became of it.
    pub state: CallbackState,
    /// How many attempts there were.
    pub made: u64,
    /// The latest of them, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// A notice, as its app's callback log keeps it.
#[derive(Debug)]
pub struct LoggedCallback {
    notice: Arc<Notice>,
    delivery: Mutex<Delivery>,
}

impl LoggedCallback {
    fn new(notice: Arc<Notice>, state: CallbackState) -> Self {
        let delivery = Mutex::new(Delivery { state, made: 0, attempts: Vec::new() });
        Self { notice, delivery }
    }

    /// What it tells.
    #[must_use]
    pub fn notice(&self) -> &Notice {
        &self.notice
    }

    /// What became of it so far.
    #[must_use]
    pub fn state(&self) -> CallbackState {
        self.delivery.lock().state
    }

    /// How its sending went so far.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery.lock().clone()
    }

    fn end(&self, state: CallbackState) {
        self.delivery.lock().state = state;
    }

    fn add(&self, attempt: Attempt) {
        let mut delivery = self.delivery.lock();
        delivery.made += 1;
        if let Some(before) = delivery.attempts.last_mut() {
            before.answer = None;
        }
        if delivery.attempts.len() == MAX_LOGGED_ATTEMPTS {
            delivery.attempts.remove(0);
        }
        delivery.attempts.push(attempt);
    }
}

impl Kept for LoggedCallback {
    fn heap_bytes(&self) -> usize {
        self.notice.size_bytes() + ATTEMPTS_BYTES
    }
}

/// What an answer of [`Courier`] takes.
pub type CourierFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever delivers letters.
pub trait Courier: Send + Sync {
    /// Letters of an app were posted. Returns at once.
    fn posted(&self, app: AppId);

    /// An app's clock was moved, or its receiver is another. Returns at once.
    fn news(&self, app: AppId);

    /// An app was reset: nothing is known of its receiver. Returns at once.
    fn forget(&self, app: AppId);

    /// When the next attempt for an app is due, in Unix milliseconds of its clock.
    fn next_attempt<'a>(&'a self, app: &'a App) -> CourierFuture<'a, Option<u64>>;

    /// Waits until no attempt for an app is under way, and none is due; answers how many were made.
    fn settled<'a>(&'a self, app: &'a App) -> CourierFuture<'a, u64>;

    /// How many attempts were ever made for an app.
    fn made(&self, app: AppId) -> u64;
}

/// What is to be done with a letter after an attempt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It arrived.
    Delivered,
    /// It is to be tried again at this moment of the app's clock, in Unix milliseconds.
    Again(u64),
    /// Its attempts are spent.
    GivenUp,
}

/// The callbacks of all apps.
pub(super) struct Callbacks {
    pub(super) log: Log<LoggedCallback>,
    pub(super) open: Open,
    last_id: AtomicU64,
    pub(super) courier: OnceLock<Arc<dyn Courier>>,
    metrics: Arc<Metrics>,
}

impl Callbacks {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self {
            log: Log::new(CALLBACK_LOG_BYTES),
            open: Open::default(),
            last_id: AtomicU64::new(0),
            courier: OnceLock::new(),
            metrics,
        }
    }

    /// A number for a notice.
    pub(super) fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// The entry of a notice that is about to be committed. It is known from here on: its letter may
    /// be taken, or have to go, before the log has it.
    pub(super) fn prepare(
        &self,
        app: AppId,
        notice: Arc<Notice>,
        state: CallbackState,
    ) -> Arc<LoggedCallback> {
        let entry = Arc::new(LoggedCallback::new(notice, state));
        if state == CallbackState::Waiting {
            self.open.insert(app, &entry);
        }
        entry
    }

    /// Takes back what was prepared: it is not committed.
    pub(super) fn withdraw(&self, entry: &LoggedCallback) {
        self.open.remove(entry.notice.id);
    }

    /// Writes down what was committed.
    pub(super) fn committed(&self, app: AppId, entry: Arc<LoggedCallback>) {
        for gone in self.log.append(app, entry) {
            self.open.remove(gone.notice.id);
        }
    }

    /// Writes down what had to go.
    pub(super) fn dropped(&self, letters: &[DroppedLetter]) {
        for letter in letters {
            self.close(letter.app, letter.notice.id, CallbackState::Dropped);
            self.metrics.callback_ended(letter.app.0, CallbackEnd::Dropped);
        }
    }

    /// Says to whoever delivers that there are letters.
    pub(super) fn posted(&self, app: AppId) {
        if let Some(courier) = self.courier.get() {
            courier.posted(app);
        }
    }

    /// Says to whoever delivers that what waits is to be looked at again.
    pub(super) fn news(&self, app: AppId) {
        if let Some(courier) = self.courier.get() {
            courier.news(app);
        }
    }

    /// Forgets an app.
    pub(super) fn forget(&self, app: AppId) {
        self.open.forget(app);
        self.log.clear(app);
        if let Some(courier) = self.courier.get() {
            courier.forget(app);
        }
    }

    /// Writes down the end of a notice that waits, if the log still has it.
    fn close(&self, app: AppId, id: u64, state: CallbackState) {
        if let Some(entry) = self.open.remove(id) {
            entry.end(state);
            self.log.touch(app);
        }
    }

    fn add(&self, app: AppId, id: u64, attempt: Attempt) {
        if let Some(entry) = self.open.get(id) {
            entry.add(attempt);
            self.log.touch(app);
        }
    }
}

impl Engine {
    /// Whoever delivers letters from now on. The first one stays.
    pub fn deliver_by(&self, courier: Arc<dyn Courier>) {
        let _ = self.callbacks.courier.set(courier);
    }

    /// Says that an app has another receiver than before, or none: what waits is looked at again.
    pub fn receiver_changed(&self, app: &App) {
        self.callbacks.news(app.id());
    }

    /// What happened lately, and what became of telling it.
    #[must_use]
    pub fn callback_log(&self) -> &Log<LoggedCallback> {
        &self.callbacks.log
    }

    /// Says that an app has no receiver any more: what waits is given up, but for what is on its way.
    pub async fn receiver_removed(&self, app: &App) {
        if let Err(failure) = self.give_up_unwanted(app, Destination::RoomEngine).await {
            // Whoever delivers comes to it later.
            tracing::warn!(app = %app.id(), "callbacks that nobody wants stay: {failure}");
        }
        self.callbacks.news(app.id());
    }

    /// Takes letters of an app that are ready now: at most `limit`, of one room `only` if it is
    /// named.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn take_letters(
        &self,
        app: &App,
        to: Destination,
        limit: usize,
        only: Option<&RoomId>,
    ) -> Result<Vec<TakenLetter>, Failure> {
        Ok(self.store.take(app.id(), to, app.now_ms(), limit, only).await?)
    }

    /// When the first letter is ready that nobody has taken, in Unix milliseconds of the app's
    /// clock.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn next_letter(
        &self,
        app: &App,
        to: Destination,
        only: Option<&RoomId>,
    ) -> Result<Option<u64>, Failure> {
        Ok(self.store.next_letter(app.id(), to, only).await?)
    }

    /// Decides what becomes of a letter after an attempt, and writes it down.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then the letter stays taken.
    pub async fn attempted(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
        attempt: Attempt,
    ) -> Result<Verdict, Failure> {
        let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
        let arrived = attempt.arrived();
        let pause_s = app.callback_settings().retry_s.get(letter.put_off as usize);
        let again_ms =
            pause_s.map(|pause_s| attempt.at_ms.saturating_add(u64::from(*pause_s) * 1000));
        self.callbacks.add(app.id(), letter.notice.id, attempt);
        let (verdict, state, end) = match again_ms {
            _ if arrived => (Verdict::Delivered, CallbackState::Sent, CallbackEnd::Sent),
            Some(at_ms) => {
                self.store.put_off(&key, to, letter.id, at_ms).await?;
                self.metrics.callback_retried(app.id().0);
                return Ok(Verdict::Again(at_ms));
            }
            None => (Verdict::GivenUp, CallbackState::Failed, CallbackEnd::Failed),
        };
        // One that was dropped meanwhile has ended so.
        if self.store.ack(&key, to, letter.id).await? {
            self.callbacks.close(app.id(), letter.notice.id, state);
            self.metrics.callback_ended(app.id().0, end);
        }
        Ok(verdict)
    }

    /// Gives up letters of an app as long as nobody is to hear of them, ready or not.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then letters are left, and one may stay taken.
    pub async fn give_up_unwanted(&self, app: &App, to: Destination) -> Result<(), Failure> {
        while app.receiver().is_none() {
            let letters = self.store.take(app.id(), to, u64::MAX, STEP, None).await?;
            if letters.is_empty() {
                break;
            }
            for letter in letters {
                let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
                if self.store.ack(&key, to, letter.id).await? {
                    self.callbacks.close(app.id(), letter.notice.id, CallbackState::NoUrl);
                }
            }
        }
        Ok(())
    }

    /// Writes down an attempt that somebody asked for, outside of any order. One that arrives makes
    /// a callback sent that was not.
    pub fn replayed(&self, app: &App, callback: &LoggedCallback, attempt: Attempt) {
        let arrived = attempt.arrived();
        callback.add(attempt);
        // One that waits will be sent in its turn all the same.
        if arrived && callback.state() != CallbackState::Waiting {
            callback.end(CallbackState::Sent);
        }
        self.callbacks.log.touch(app.id());
    }
}

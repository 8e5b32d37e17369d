//! What the world is told, from the commit to the last attempt.
//!
//! Job: number the notices of what happened, keep the callback log, hand letters to whoever
//! delivers them and decide what becomes of each. Promise: the log has the callbacks of each room
//! and destination in the order in which they are sent: a letter's first part from the commit on,
//! each other one from when it is up; a letter leaves the outbox only when it was delivered, its attempts are spent, or
//! nobody wants it any more. Not here: what a callback says and how it is sent (`callback`).

use std::pin::Pin;
use std::sync::{Arc, OnceLock};

use super::app::App;
use super::callback_log::{Attempt, CALLBACK_LOG_BYTES, CallbackState, LoggedCallback};
use super::clock::real_ms;
use super::exchange::NoticeIds;
use super::faults::Troubles;
use super::log::Log;
use super::open::{Open, OpenKey};
use super::serials::Serials;
use super::{Engine, Failure, Receiver};
use crate::domain::{AppId, Destination, Letter, RoomId, RoomKey};
use crate::store::{DroppedLetter, TakenLetter};
use crate::telemetry::{CallbackEnd, Metrics};

/// How many letters are given up at a time.
const STEP: usize = 100;

/// What an answer of [`Courier`] takes.
pub type CourierFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever delivers letters.
pub trait Courier: Send + Sync {
    /// Letters of an app to a destination were posted. Returns at once.
    fn posted(&self, app: AppId, to: Destination);

    /// An app's clock was moved, or a receiver of it is another. Returns at once.
    fn news(&self, app: AppId);

    /// An app was reset: nothing is known of its receivers. Returns at once.
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
    notices: Serials,
    /// The number behind the last one of any process before this.
    first_id: u64,
    /// What faults have yet to do to callbacks that wait.
    pub(super) troubles: Troubles,
    /// Numbers for notices that come from elsewhere.
    pub(super) imported: NoticeIds,
    pub(super) courier: OnceLock<Arc<dyn Courier>>,
    metrics: Arc<Metrics>,
}

impl Callbacks {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        let notices = Serials::since(real_ms());
        let first_id = notices.next();
        Self {
            log: Log::new(CALLBACK_LOG_BYTES),
            open: Open::default(),
            troubles: Troubles::default(),
            first_id,
            imported: NoticeIds::below(first_id),
            notices,
            courier: OnceLock::new(),
            metrics,
        }
    }

    /// A number for a notice.
    pub(super) fn next_id(&self) -> u64 {
        self.notices.next()
    }

    /// The entry of a letter's part that is about to be committed, or to be up. It is known from here
    /// on: its letter may be taken, or have to go, before the log has it.
    pub(super) fn prepare(
        &self,
        app: AppId,
        letter: &Letter,
        part: u32,
        state: CallbackState,
    ) -> Arc<LoggedCallback> {
        let entry = Arc::new(LoggedCallback::new(letter.only(part), part, state));
        if state == CallbackState::Waiting {
            self.open.insert(app, &entry);
        }
        entry
    }

    /// Writes down letters of a process before this one: its log is gone.
    fn recall(&self, app: AppId, to: Destination, letters: &[TakenLetter]) {
        for letter in letters.iter().filter(|letter| letter.notice.id < self.first_id) {
            let TakenLetter { notice, part, parts, .. } = letter;
            let key = OpenKey { notice: notice.id, to, part: *part };
            if self.open.get(key).is_none() {
                let letter = Letter { to, notice: Arc::clone(notice), parts: *parts };
                let entry = self.prepare(app, &letter, *part, CallbackState::Waiting);
                // It happened before there was any fault.
                let _ = entry.fault.set(None);
                self.committed(app, entry);
            }
        }
    }

    /// Takes back what was prepared: it is not committed.
    pub(super) fn withdraw(&self, entry: &LoggedCallback) {
        self.open.remove(entry.key());
    }

    /// Writes down what was committed.
    pub(super) fn committed(&self, app: AppId, entry: Arc<LoggedCallback>) {
        for gone in self.log.append(app, entry) {
            self.open.remove(gone.key());
        }
    }

    /// Writes down what had to go.
    pub(super) fn dropped(&self, letters: &[DroppedLetter]) {
        for letter in letters {
            let DroppedLetter { app, to, notice, part, parts, .. } = letter;
            let key = OpenKey { notice: notice.id, to: *to, part: *part };
            self.close(*app, key, CallbackState::Dropped);
            self.metrics.callbacks_dropped(app.0, parts.saturating_sub(*part).max(1));
        }
    }

    /// Says to whoever delivers that there are letters to a destination.
    pub(super) fn posted(&self, app: AppId, to: Destination) {
        if let Some(courier) = self.courier.get() {
            courier.posted(app, to);
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
        self.troubles.forget(app);
        self.log.clear(app);
        if let Some(courier) = self.courier.get() {
            courier.forget(app);
        }
    }

    /// Lets go of an app for good.
    pub(super) fn end(&self, app: AppId) {
        self.forget(app);
        self.log.forget(app);
        self.news(app);
    }

    /// Writes down the end of a callback that waits, if the log still has it.
    pub(super) fn close(&self, app: AppId, key: OpenKey, state: CallbackState) {
        // What was to be done to it is not done any more.
        let _ = self.troubles.take(key);
        if let Some(entry) = self.open.remove(key) {
            entry.end(state);
            self.log.touch(app);
        }
    }

    /// The entry of the part behind the one that is up, before that can be taken.
    pub(super) fn prepare_next<'a>(
        &'a self,
        app: &'a App,
        to: Destination,
        letter: &TakenLetter,
    ) -> Next<'a> {
        let TakenLetter { notice, part, parts, .. } = letter;
        let entry = (part + 1 < *parts).then(|| {
            let letter = Letter { to, notice: Arc::clone(notice), parts: *parts };
            self.prepare(app.id(), &letter, part + 1, CallbackState::Waiting)
        });
        Next { callbacks: self, app, entry }
    }

    pub(super) fn add(&self, app: AppId, key: OpenKey, attempt: Attempt) {
        if let Some(entry) = self.open.get(key) {
            entry.add(attempt);
            self.log.touch(app);
        }
    }
}

/// The entry of a part that is to be up next, if there is one; taken back unless it is committed.
pub(super) struct Next<'a> {
    callbacks: &'a Callbacks,
    app: &'a App,
    entry: Option<Arc<LoggedCallback>>,
}

impl Next<'_> {
    pub(super) fn commit(mut self) {
        let Some(entry) = self.entry.take() else { return };
        // The app may have been reset meanwhile: then nothing waits any more.
        let waits = self.callbacks.open.get(entry.key()).is_some();
        if waits || entry.state() != CallbackState::Waiting {
            self.callbacks.judge(self.app, &entry);
            self.callbacks.committed(self.app.id(), entry);
        }
    }
}

impl Drop for Next<'_> {
    fn drop(&mut self) {
        if let Some(entry) = self.entry.take() {
            self.callbacks.withdraw(&entry);
        }
    }
}

impl Engine {
    /// Whoever delivers letters from now on. The first one stays.
    pub fn deliver_by(&self, courier: Arc<dyn Courier>) {
        let _ = self.callbacks.courier.set(courier);
    }

    /// Says that an app has another receiver of RoomEngine callbacks than before: it is kept, and
    /// what waits is looked at again.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then it is unknown whether it is kept.
    pub async fn receiver_changed(&self, app: &App) -> Result<(), Failure> {
        self.keep_receiver(app).await?;
        self.callbacks.news(app.id());
        Ok(())
    }

    /// Has the store keep what was said of an app's receiver. Whoever is overtaken by somebody else
    /// sees it afterwards, and has the store keep what that one said.
    async fn keep_receiver(&self, app: &App) -> Result<(), Failure> {
        loop {
            let now = app.receiver(Destination::RoomEngine);
            if now.as_ref().is_some_and(|receiver| !receiver.by_rest) {
                // An app that was reset meanwhile: of what its settings say nothing is kept.
                return Ok(());
            }
            let record = now.as_deref().map(Receiver::record);
            app.store.put_receiver(app.id(), record.as_ref()).await?;
            if app.receiver(Destination::RoomEngine) == now {
                return Ok(());
            }
        }
    }

    /// Takes up what a process before this one left: receivers that were set over the REST API, and
    /// letters that wait. To be called once, before the first request.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn resume(&self) -> Result<(), Failure> {
        for app in self.apps() {
            if let Some(kept) = app.store.receiver(app.id()).await? {
                app.recall_receiver(kept.map(Receiver::recalled));
            }
            for to in Destination::ALL {
                // Whoever delivers looks whether there are any.
                self.callbacks.posted(app.id(), to);
            }
        }
        Ok(())
    }

    /// What happened lately, and what became of telling it.
    #[must_use]
    pub fn callback_log(&self) -> &Log<LoggedCallback> {
        &self.callbacks.log
    }

    /// Says that an app has no receiver of RoomEngine callbacks any more: what waits is given up, but
    /// for what is on its way.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then it is unknown whether that is kept.
    pub async fn receiver_removed(&self, app: &App) -> Result<(), Failure> {
        self.keep_receiver(app).await?;
        if let Err(failure) = self.give_up_unwanted(app, Destination::RoomEngine).await {
            // Whoever delivers comes to it later.
            tracing::warn!(app = %app.id(), "callbacks that nobody wants stay: {failure}");
        }
        self.callbacks.news(app.id());
        Ok(())
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
        let letters = app.store.take(app.id(), to, app.now_ms(), limit, only).await?;
        self.callbacks.recall(app.id(), to, &letters);
        Ok(letters)
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
        Ok(app.store.next_letter(app.id(), to, only).await?)
    }

    /// Decides what becomes of a letter after an attempt to deliver the part that is up, or after
    /// several in a row, of which one has to arrive; and writes it down. When that is done with, delivered or not, the next part is up.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then the letter stays taken.
    pub async fn attempted(
        &self,
        app: &App,
        to: Destination,
        letter: &TakenLetter,
        attempts: Vec<Attempt>,
    ) -> Result<Verdict, Failure> {
        let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
        let arrived = attempts.iter().any(Attempt::arrived);
        let pause_s = app.callback_retry_s(to).get(letter.put_off as usize);
        let last_ms = attempts.last().map_or_else(|| app.now_ms(), |attempt| attempt.at_ms);
        let again_ms = pause_s.map(|pause_s| last_ms.saturating_add(u64::from(*pause_s) * 1000));
        let open = OpenKey::of(to, letter);
        for attempt in attempts {
            self.callbacks.add(app.id(), open, attempt);
        }
        let (verdict, state, end) = match again_ms {
            _ if arrived => (Verdict::Delivered, CallbackState::Sent, CallbackEnd::Sent),
            Some(at_ms) => {
                app.store.put_off(&key, to, letter.id, at_ms).await?;
                self.metrics.callback_retried(app.id().0);
                return Ok(Verdict::Again(at_ms));
            }
            None => (Verdict::GivenUp, CallbackState::Failed, CallbackEnd::Failed),
        };
        let next = self.callbacks.prepare_next(app, to, letter);
        // One that was dropped meanwhile has ended so.
        if app.store.ack(&key, to, letter.id).await? {
            self.callbacks.close(app.id(), open, state);
            self.metrics.callback_ended(app.id().0, end);
            next.commit();
        }
        Ok(verdict)
    }

    /// Gives up letters of an app as long as nobody is to hear of them, ready or not. Of one with
    /// several parts the one that was up stands for those behind it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then letters are left, and one may stay taken.
    pub async fn give_up_unwanted(&self, app: &App, to: Destination) -> Result<(), Failure> {
        while app.receiver(to).is_none() {
            // Nobody is to hear of what is behind others either.
            app.store.release(app.id(), to, None).await?;
            let letters = app.store.take(app.id(), to, u64::MAX, STEP, None).await?;
            if letters.is_empty() {
                break;
            }
            self.callbacks.recall(app.id(), to, &letters);
            for letter in letters {
                let key = RoomKey { app: app.id(), room: letter.notice.room.clone() };
                if app.store.ack(&key, to, letter.id).await? {
                    self.callbacks.close(app.id(), OpenKey::of(to, &letter), CallbackState::NoUrl);
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

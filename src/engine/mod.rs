//! Runs operations: for an app, at its time, by its limits, on a store.
//!
//! Job: know the apps, who may call for them and how often; give each operation its circumstances;
//! turn positions into cursors. Promise: whoever holds a [`Caller`] was authenticated. Not here:
//! rules (those are `domain`'s) and wire words (those are the dialects').

mod accounts;
mod app;
mod auth;
mod callback_log;
mod callbacks;
mod clock;
mod cursor;
mod deciding;
mod due;
mod exchange;
mod faults;
mod group_ids;
mod leases;
mod log;
mod nonce;
mod open;
mod origin;
mod presence;
mod random;
mod rate;
mod receiver;
mod request_id;
mod requests;
mod rules;
mod sanctions;
mod serials;
mod snapshots;
mod troubled;

use std::sync::Arc;
use std::time::Duration;

use dashmap::DashMap;
use tokio::sync::{Notify, Semaphore};

pub use accounts::Import;
pub use app::App;
pub use auth::{AuthRefusal, Caller};
pub use callback_log::{
    Attempt, CALLBACK_LOG_BYTES, CallbackState, Delivery, LoggedCallback, MAX_LOGGED_ATTEMPTS,
};
pub use callbacks::{Courier, CourierFuture, Verdict};
pub use clock::{ClockBackwards, ClockReading, ClockSetting, Stopwatch};
pub use cursor::{decode_cursor, encode_cursor};
pub use due::{AdvanceRefusal, Advanced};
pub use exchange::{
    ExportRefusal, FORMAT_VERSION, Fixture, Import as AppImport, ImportFault, Imported, Intake,
    Lines, MAX_EXPORTS, MAX_FIXTURE_BYTES, MAX_IMPORTS, MAX_LINE_BYTES, NoticeIds, TakenOver,
    Takeover, TooManyExports, named_app,
};
pub use faults::{
    Aim, CallbackFault, CallbackWord, Chance, Fault, FaultMark, KeptFault, MAX_CALLBACK_DELAY_MS,
    MAX_ERROR_TEXT_BYTES, MAX_FAULTS, MAX_PASSED, MAX_REQUEST_DELAY, MAX_SILENCE, RequestFault,
    RequestSeen, Schedule, StruckRequest, TooManyFaults,
};
pub use leases::{
    EndRefusal, LEASES_FROM, LeaseRefusal, LeaseWish, Leased, MAX_LEASE_TIME, MAX_LEASES,
};
pub use log::{Kept, Log, LogPage};
pub use nonce::Nonces;
pub use origin::Origin;
pub use presence::{MAX_ONLINE, TooManyOnline};
pub use random::salt;
pub use rate::{RateRefusal, RoomBusy};
pub use receiver::{NoReceiver, Receiver, ReceiverExists};
pub use request_id::RequestId;
pub use requests::{
    LoggedRequest, MAX_LOGGED_BODY_BYTES, REQUEST_LOG_BYTES, RequestOutcome, RequestTexts,
};
pub use rules::{Forbade, MAX_IP_RULES, MAX_STREAM_RULES, MAX_USER_RULES};
pub use sanctions::MAX_SANCTIONS_PASSED;
pub use snapshots::{
    MAX_SNAPSHOT_NAME_BYTES, MAX_SNAPSHOTS, RestoreRefusal, SnapshotAbout, SnapshotName,
    SnapshotNameFault, SnapshotRefusal,
};

use self::callbacks::Callbacks;
use self::deciding::Deciding;
use self::group_ids::GroupIds;
use self::leases::{Lease, Leases};
use self::request_id::RequestIds;
use self::serials::Serials;
use crate::config::AppSettings;
use crate::domain::{
    Account, AppId, GroupType, MemberView, Need, Operation, PageEnd, PageQuery, PageSink, Refusal,
    RoomId, RoomKey, RoomView, Slice,
};
pub use crate::store::Counts;
pub use crate::store::SetBack;
pub use crate::store::TakenLetter;
use crate::store::{JournalCounts, OutboxCounts, RoomStore, TxError};
use crate::telemetry::{JournalFigures, Metrics, Watch};

/// Why an operation was not done: the caller's business, or ours.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The rules say no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store cannot do it now. Whether a change was made is unknown.
    #[error("the store is unavailable")]
    Unavailable,
}

impl From<TxError> for Failure {
    fn from(error: TxError) -> Self {
        match error {
            TxError::Refused(refusal) => Self::Refused(refusal),
            TxError::Unavailable => Self::Unavailable,
        }
    }
}

/// Everything that answers for rooms, behind whichever dialect asks.
pub struct Engine {
    apps: DashMap<AppId, Arc<App>>,
    /// Where the apps of the settings are kept. Whoever has an app asks the app's.
    settled: Arc<dyn RoomStore>,
    /// The bench's: there is none elsewhere.
    leases: Option<Leases>,
    metrics: Arc<Metrics>,
    request_ids: RequestIds,
    group_ids: GroupIds,
    serials: Serials,
    origin: Origin,
    clock_moved: Notify,
    callbacks: Callbacks,
    exports: Arc<Semaphore>,
    imports: Semaphore,
    /// What the snapshots of one app may hold together.
    snapshots_bytes: u64,
    /// The bench's: there is none elsewhere.
    requests: Option<Log<LoggedRequest>>,
}

impl Engine {
    /// An engine for the apps of the settings.
    #[must_use]
    pub fn new(apps: &[AppSettings], store: Arc<dyn RoomStore>, metrics: Arc<Metrics>) -> Self {
        Self::beginning(Origin::default(), apps, store, metrics)
    }

    /// An engine for the apps of the settings, whose ids and times begin somewhere.
    #[must_use]
    pub fn beginning(
        origin: Origin,
        apps: &[AppSettings],
        store: Arc<dyn RoomStore>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let start_ms = origin.start_ms;
        let app = |settings| {
            let (store, metrics) = (Arc::clone(&store), Arc::clone(&metrics));
            Arc::new(App::new(settings, start_ms, store, metrics))
        };
        let apps = apps.iter().map(app).map(|app| (app.id(), app)).collect();
        Self {
            apps,
            settled: store,
            leases: None,
            callbacks: Callbacks::new(Arc::clone(&metrics)),
            metrics,
            request_ids: origin.request_ids(),
            group_ids: origin.group_ids(),
            serials: origin.serials(),
            origin,
            clock_moved: Notify::new(),
            exports: Arc::new(Semaphore::new(MAX_EXPORTS)),
            imports: Semaphore::new(MAX_IMPORTS),
            snapshots_bytes: snapshots::DEFAULT_BYTES,
            requests: None,
        }
    }

    /// The engine, keeping the latest requests from now on.
    #[must_use]
    pub fn with_request_log(self) -> Self {
        Self { requests: Some(Log::new(REQUEST_LOG_BYTES)), ..self }
    }

    /// The engine, keeping so many bytes of snapshots of each app at most.
    #[must_use]
    pub fn with_snapshots(self, bytes: u64) -> Self {
        Self { snapshots_bytes: bytes, ..self }
    }

    /// Numbers that no two callbacks share.
    #[must_use]
    pub fn nonces(&self) -> Nonces {
        self.origin.nonces()
    }

    /// The latest requests of each app, where they are kept.
    #[must_use]
    pub fn requests(&self) -> Option<&Log<LoggedRequest>> {
        self.requests.as_ref()
    }

    /// An app by its id.
    #[must_use]
    pub fn app(&self, id: AppId) -> Option<Arc<App>> {
        self.apps.get(&id).map(|app| Arc::clone(&app)).filter(is_there)
    }

    /// All apps, by id.
    #[must_use]
    pub fn apps(&self) -> Vec<Arc<App>> {
        let apps = self.apps.iter().map(|app| Arc::clone(&app));
        let mut apps: Vec<_> = apps.filter(is_there).collect();
        apps.sort_by_key(|app| app.id());
        apps
    }

    /// An id for a request that just came in.
    #[must_use]
    pub fn next_request_id(&self) -> RequestId {
        self.request_ids.next()
    }

    /// Runs an operation on a room, whole or not at all.
    ///
    /// # Errors
    /// What the operation refuses, [`Refusal::NoSuchRoom`], or [`Failure::Unavailable`].
    pub async fn run<O: Operation>(
        &self,
        app: &App,
        room: &RoomId,
        operation: &O,
    ) -> Result<O::Output, Failure> {
        let key = RoomKey { app: app.id(), room: room.clone() };
        let mut deciding = Deciding::new(self, app, room, operation);
        app.store.transact(&key, operation.need(), &mut deciding).await?;
        for to in deciding.posted() {
            self.callbacks.posted(app.id(), to);
        }
        Ok(deciding.output.take().expect("a store commits only what was decided"))
    }

    /// Looks at a room's facts and counts, and at the records that are needed besides.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`] or [`Failure::Unavailable`].
    pub async fn look<T: Send>(
        &self,
        app: &App,
        room: &RoomId,
        need: Need<'_>,
        mut see: impl FnMut(&RoomView<'_>, &Slice<'_>) -> T + Send,
    ) -> Result<T, Failure> {
        let key = RoomKey { app: app.id(), room: room.clone() };
        let mut seen = None;
        let mut look = |slice: &Slice<'_>| seen = slice.room.map(|room| see(&room, slice));
        app.store.read(&key, need, &mut look).await?;
        seen.ok_or(Failure::Refused(Refusal::NoSuchRoom))
    }

    /// Visits a room's members in order.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`] or [`Failure::Unavailable`].
    pub async fn page(
        &self,
        app: &App,
        room: &RoomId,
        query: PageQuery<'_>,
        sink: &mut dyn PageSink,
    ) -> Result<PageEnd, Failure> {
        let key = RoomKey { app: app.id(), room: room.clone() };
        Ok(app.store.page(&key, query, sink).await?)
    }

    /// Visits an app's rooms by id; answers the last one shown if more follow.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn rooms(
        &self,
        app: &App,
        after: Option<&RoomId>,
        limit: usize,
        see: &mut (dyn FnMut(&RoomId, &RoomView<'_>) + Send),
    ) -> Result<Option<RoomId>, Failure> {
        Ok(app.store.rooms(app.id(), after, limit, see).await?)
    }

    /// Visits an app's rooms in the order of their making, those of one type if it is named, behind a
    /// place (0: all of them); answers the place of the last one shown if more follow.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn rooms_by_age(
        &self,
        app: &App,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: &mut (dyn FnMut(&RoomId, &RoomView<'_>) + Send),
    ) -> Result<Option<u64>, Failure> {
        Ok(app.store.rooms_by_age(app.id(), only, after, limit, see).await?)
    }

    /// Visits the rooms that an account is in, about in the order of coming in, each at a moment of
    /// its own.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn joined(
        &self,
        app: &App,
        account: &Account,
        see: &mut (dyn FnMut(&RoomId, &RoomView<'_>, &MemberView<'_>) + Send),
    ) -> Result<(), Failure> {
        Ok(app.store.joined(app.id(), account, see).await?)
    }

    /// Counts what an app keeps.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn counts(&self, app: &App) -> Result<Counts, Failure> {
        Ok(app.store.counts(app.id()).await?)
    }

    /// How many rooms an app has.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn room_count(&self, app: &App) -> Result<u64, Failure> {
        Ok(app.store.counts(app.id()).await?.rooms)
    }

    /// Counts a bug: a panic that was caught.
    pub fn panicked(&self) {
        self.metrics.panicked();
    }

    /// Counts a panic of whoever holds the guard.
    #[must_use]
    pub fn watch(&self) -> Watch {
        self.metrics.watch()
    }

    /// Everything that is counted, as Prometheus reads it.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn metrics_text(&self) -> Result<String, Failure> {
        for app in self.apps() {
            let Counts { rooms, members, .. } = app.store.counts(app.id()).await?;
            self.metrics.set_rooms(app.id().0, rooms, members);
            let OutboxCounts { waiting, oldest_ms } = app.store.outbox(app.id()).await?;
            let age_ms = oldest_ms.map_or(0, |at_ms| app.now_ms().saturating_sub(at_ms));
            self.metrics.set_callbacks_waiting(app.id().0, waiting, age_ms);
        }
        if let Some(counts) = self.settled.journal().await? {
            let JournalCounts { changes, groups, busy_ns, waiting, disk_bytes } = counts;
            let busy = Duration::from_nanos(busy_ns);
            let figures = JournalFigures { changes, groups, busy, waiting, disk_bytes };
            self.metrics.set_journal(figures);
        }
        Ok(self.metrics.text())
    }

    /// Takes an app back to its beginning: no rooms, no accounts, no rules, nobody online, no letters, the receiver of the settings, full
    /// rates, real time, empty logs. Keys and settings stay, other apps are untouched. Tells nobody.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn reset(&self, app: &App) -> Result<(), Failure> {
        app.store.new_epoch(app.id()).await?;
        app.forget();
        self.callbacks.forget(app.id());
        if let Some(requests) = &self.requests {
            requests.clear(app.id());
        }
        self.callbacks.news(app.id());
        Ok(())
    }
}

/// An app whose lease is over is nobody's any more, swept or not.
fn is_there(app: &Arc<App>) -> bool {
    !app.lease().is_some_and(Lease::is_over)
}

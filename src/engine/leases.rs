//! Apps that are made for one test run, and dropped with everything they have.
//!
//! Job: give an app a number and keys of its own, in memory whatever the settings' store is; end it
//! when its time is over or somebody says so. Promise: a number is not given twice in a process, so
//! that who holds on to an ended lease finds nobody; an app is over to the moment, and what it had is
//! let go of within a second; whatever a request that was under way then still writes goes a little
//! later. Not here: who may lease one (`control`).

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::app::App;
use super::clock::{Deadline, real_ms};
use super::{Engine, Failure, random};
use crate::config::{AppSettings, CALLBACK_COMMANDS, Secret, ZEGO_SECRET_BYTES};
use crate::domain::{AppId, CallbackUrl};
use crate::store::RoomStore;

/// The number before the first lease's.
pub const LEASES_FROM: u32 = 1_990_000_000;
/// Leased apps at one time.
pub const MAX_LEASES: usize = 10_000;
/// The longest time of a lease that has one: a week.
pub const MAX_LEASE_TIME: Duration = Duration::from_secs(7 * 24 * 3600);
/// Requests that were under way when a lease ended are over after this: nobody waits for longer.
const AFTERMATH: Duration = Duration::from_secs(150);

/// What somebody wants of an app for one test run.
#[derive(Debug, Clone, Default)]
pub struct LeaseWish {
    /// How long it is there, in real time; until somebody ends it if there is nothing.
    pub ttl: Option<Duration>,
    /// Where its RoomEngine callbacks go, until that is set over the REST API.
    pub callback_url: Option<CallbackUrl>,
    /// Where its ZEGO callbacks go.
    pub zego_callback_url: Option<CallbackUrl>,
}

/// An app for one test run, and what it is signed with.
#[derive(Debug, Clone)]
pub struct Leased {
    /// The app.
    pub app: Arc<App>,
    /// What a `UserSig` is made with.
    pub secret_key: Secret,
    /// What requests of ZEGO's dialect are signed with.
    pub zego_server_secret: Secret,
    /// What ZEGO's callbacks are signed with.
    pub zego_callback_secret: Secret,
    /// When it ends, in Unix milliseconds of real time, if it does by itself.
    pub expires_ms: Option<u64>,
}

/// Why no app is leased.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum LeaseRefusal {
    /// Only the bench has leases, and they need an app of the settings to be like.
    #[error("bench.enabled: false, or no app in the settings to be the model of leased ones")]
    NoModel,
    /// There are as many as may be.
    #[error("{MAX_LEASES} apps are leased, which is the most: end some, or give them a ttl_s")]
    TooMany,
}

/// Why no lease is ended.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EndRefusal {
    /// The app is one of the settings.
    #[error("app {0} is one of the settings, not a leased one")]
    OfSettings(AppId),
    /// The store cannot do it now: the app is gone, its rooms go later.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// The lease of an app.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lease {
    until: Option<Deadline>,
}

impl Lease {
    /// Whether its time is over.
    pub(super) fn is_over(&self) -> bool {
        self.until.is_some_and(Deadline::is_over)
    }
}

/// What leases are made from.
pub(super) struct Leases {
    /// What every leased app has of the settings.
    model: AppSettings,
    store: Arc<dyn RoomStore>,
    last: AtomicU32,
    held: AtomicUsize,
    /// Apps that ended, and until when something may still be written for them. The oldest first.
    ended: Mutex<VecDeque<(Deadline, AppId)>>,
}

impl Engine {
    /// The engine, leasing apps from now on: they have what `model` has, but for its number, its
    /// secrets and its receivers, and are kept in a store of their own.
    #[must_use]
    pub fn with_leases(self, model: &AppSettings, store: Arc<dyn RoomStore>) -> Self {
        let mut model = model.clone();
        (model.callback.url, model.callback.token) = (None, None);
        (model.zego.callback_url, model.zego.callback_secret) = (None, None);
        let (last, held) = (AtomicU32::new(LEASES_FROM), AtomicUsize::new(0));
        let leases = Leases { model, store, last, held, ended: Mutex::default() };
        Self { leases: Some(leases), ..self }
    }

    /// Makes an app for one test run.
    ///
    /// # Errors
    /// [`LeaseRefusal`].
    pub fn lease(&self, wish: LeaseWish) -> Result<Leased, LeaseRefusal> {
        let leases = self.leases.as_ref().ok_or(LeaseRefusal::NoModel)?;
        let one_more = |held| (held < MAX_LEASES).then_some(held + 1);
        let order = Ordering::Relaxed;
        leases.held.fetch_update(order, order, one_more).map_err(|_| LeaseRefusal::TooMany)?;
        let secret_key = Secret::new(random::secret_hex());
        let zego_secret = || Secret::new(&random::secret_hex()[..ZEGO_SECRET_BYTES]);
        let (zego_server_secret, zego_callback_secret) = (zego_secret(), zego_secret());
        let mut settings = leases.model.clone();
        settings.sdkappid = self.next_lease(leases).0;
        settings.secret_keys = vec![secret_key.clone()];
        settings.callback.url = wish.callback_url;
        if settings.callback.commands.is_empty() {
            // Who names a receiver wants to hear something.
            settings.callback.commands = CALLBACK_COMMANDS.map(|(_, kind)| kind).into();
        }
        settings.zego.server_secret = Some(zego_server_secret.clone());
        settings.zego.callback_secret = Some(zego_callback_secret.clone());
        settings.zego.callback_url = wish.zego_callback_url;
        let ttl = wish.ttl.map(|ttl| ttl.min(MAX_LEASE_TIME));
        let start_ms = self.origin.start_ms;
        let (store, metrics) = (Arc::clone(&leases.store), Arc::clone(&self.metrics));
        let app = App::new(&settings, start_ms, store, metrics);
        let app = Arc::new(app.leased(Lease { until: ttl.map(Deadline::after) }));
        self.apps.insert(app.id(), Arc::clone(&app));
        let expires_ms = ttl.map(|ttl| {
            let ttl_ms = u64::try_from(ttl.as_millis()).unwrap_or(u64::MAX);
            real_ms().saturating_add(ttl_ms)
        });
        Ok(Leased { app, secret_key, zego_server_secret, zego_callback_secret, expires_ms })
    }

    /// A number that no app has, nor any leased one ever had.
    fn next_lease(&self, leases: &Leases) -> AppId {
        loop {
            let id = AppId(leases.last.fetch_add(1, Ordering::Relaxed) + 1);
            if !self.apps.contains_key(&id) {
                return id;
            }
        }
    }

    /// Ends a lease: the app and everything it had are gone. Ending it twice is no failure.
    ///
    /// # Errors
    /// [`EndRefusal`].
    pub async fn end_lease(&self, app: &App) -> Result<(), EndRefusal> {
        let id = app.id();
        let Some(leases) = self.leases.as_ref().filter(|_| app.is_leased()) else {
            return Err(EndRefusal::OfSettings(id));
        };
        if self.apps.remove(&id).is_some() {
            leases.held.fetch_sub(1, Ordering::Relaxed);
            leases.ended.lock().push_back((Deadline::after(AFTERMATH), id));
            self.let_go(leases, id).await?;
        }
        Ok(())
    }

    /// Ends the leases whose time is over, and clears up after those that ended before.
    pub(super) async fn end_leases(&self) {
        let Some(leases) = &self.leases else { return };
        let apps = self.apps.iter().map(|app| Arc::clone(&app));
        let over: Vec<_> = apps.filter(|app| app.lease().is_some_and(Lease::is_over)).collect();
        for app in over {
            if let Err(refusal) = self.end_lease(&app).await {
                tracing::warn!(app = %app.id(), "what a lease had is not let go of: {refusal}");
            }
        }
        while let Some(id) = leases.settled() {
            // It was said when the lease ended.
            let _ = self.let_go(leases, id).await;
        }
    }

    async fn let_go(&self, leases: &Leases, id: AppId) -> Result<(), Failure> {
        self.callbacks.end(id);
        if let Some(requests) = &self.requests {
            requests.forget(id);
        }
        self.metrics.forget(id.0);
        Ok(leases.store.forget(id).await?)
    }
}

impl Leases {
    /// An app that ended so long ago that nobody writes for it any more.
    fn settled(&self) -> Option<AppId> {
        let mut ended = self.ended.lock();
        ended.pop_front_if(|(until, _)| until.is_over()).map(|(_, id)| id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Defaults, Settings, Sources};
    use crate::domain::{CreateRoom, Enter, Gate, RoomId, Silenced};
    use crate::store::MemoryStore;
    use crate::telemetry::Metrics;

    fn engine() -> Engine {
        let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let store: Arc<dyn RoomStore> = Arc::new(MemoryStore::new());
        let engine = Engine::new(&settings.apps, Arc::clone(&store), metrics);
        engine.with_leases(&settings.apps[0], store)
    }

    fn lease(engine: &Engine, ttl: Option<Duration>) -> Arc<App> {
        engine.lease(LeaseWish { ttl, ..LeaseWish::default() }).unwrap().app
    }

    async fn make_room(engine: &Engine, app: &App) {
        let create = CreateRoom {
            by: app.operator().clone(),
            owner: app.operator().clone(),
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
        engine.run(app, &RoomId::parse("r").unwrap(), &create).await.unwrap();
    }

    #[tokio::test]
    async fn there_are_so_many_and_one_more_when_one_ended() {
        let engine = engine();
        let apps: Vec<_> = (0..MAX_LEASES).map(|_| lease(&engine, None)).collect();
        let one_more = || engine.lease(LeaseWish::default()).map(|leased| leased.app.id());
        assert_eq!(one_more(), Err(LeaseRefusal::TooMany));
        assert_eq!(engine.end_lease(&apps[7]).await, Ok(()));
        assert_eq!(engine.end_lease(&apps[7]).await, Ok(()), "twice is no failure");
        let last = LEASES_FROM + u32::try_from(MAX_LEASES).unwrap();
        assert_eq!(one_more(), Ok(AppId(last + 1)), "no number twice");
        assert_eq!(one_more(), Err(LeaseRefusal::TooMany));
    }

    #[tokio::test]
    async fn one_whose_time_is_over_is_nobodys_at_once_and_gone_when_somebody_looks() {
        let engine = engine();
        let (short, long) = (lease(&engine, Some(Duration::ZERO)), lease(&engine, None));
        assert!(engine.app(short.id()).is_none() && engine.app(long.id()).is_some());
        let ids: Vec<_> = engine.apps().iter().map(|app| app.id().0).collect();
        assert_eq!(ids, [88_888_888, long.id().0]);
        make_room(&engine, &short).await;
        make_room(&engine, &long).await;
        engine.end_leases().await;
        assert!(!engine.apps.contains_key(&short.id()));
        assert_eq!(engine.room_count(&short).await, Ok(0));
        assert_eq!(engine.room_count(&long).await, Ok(1));
    }

    #[tokio::test]
    async fn what_a_late_request_wrote_goes_when_nobody_can_write_any_more() {
        let engine = engine();
        let app = lease(&engine, None);
        engine.end_lease(&app).await.unwrap();
        make_room(&engine, &app).await;
        let enter = Enter::of(app.operator().clone());
        engine.run(&app, &RoomId::parse("r").unwrap(), &enter).await.unwrap();
        assert_ne!(engine.callback_log().last(app.id()), 0);
        engine.end_leases().await;
        assert_eq!(engine.room_count(&app).await, Ok(1), "its time has not come");
        let leases = engine.leases.as_ref().unwrap();
        leases.ended.lock()[0].0 = Deadline::after(Duration::ZERO);
        engine.end_leases().await;
        assert_eq!(engine.room_count(&app).await, Ok(0));
        assert_eq!(engine.callback_log().last(app.id()), 0);
        assert!(leases.ended.lock().is_empty());
    }

    #[tokio::test]
    async fn an_app_of_the_settings_is_nobodys_to_end_and_its_number_not_leased() {
        let engine = engine();
        let app = engine.apps()[0].clone();
        assert_eq!(engine.end_lease(&app).await, Err(EndRefusal::OfSettings(app.id())));
        let taken = AppId(LEASES_FROM + 1);
        engine.apps.insert(taken, app);
        assert_eq!(lease(&engine, None).id(), AppId(LEASES_FROM + 2));
    }
}

//! An app: its keys, its clock, its limits. Everything a request needs to know, fetched once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::RwLock;

use super::auth::{KeyRing, Tickets};
use super::clock::Clock;
use super::rate::{RateRefusal, Rates};
use crate::config::{AppSettings, Secret};
use crate::domain::{Account, AppId, RoomRules};
use crate::telemetry::Metrics;

/// A tenant.
pub struct App {
    id: AppId,
    strict: bool,
    owner_role_name: &'static str,
    rules: RoomRules,
    admins: Vec<Account>,
    pub(super) clock: Clock,
    /// Somebody is moving the clock.
    pub(super) advancing: AtomicBool,
    rates: Rates,
    keys: RwLock<Arc<KeyRing>>,
    pub(super) tickets: Tickets,
    pub(super) metrics: Arc<Metrics>,
}

impl App {
    pub(super) fn new(settings: &AppSettings, metrics: Arc<Metrics>) -> Self {
        let admins = settings.admins.iter();
        Self {
            id: AppId(settings.sdkappid),
            strict: settings.strict,
            owner_role_name: settings.room.owner_role_name.as_str(),
            rules: settings.room.rules.clone(),
            admins: admins
                .map(|admin| Account::parse(admin).expect("the settings were checked"))
                .collect(),
            clock: Clock::new(),
            advancing: AtomicBool::new(false),
            rates: Rates::new(settings.unlimited, settings.total_calls_per_second),
            keys: RwLock::new(Arc::new(KeyRing::new(&settings.secret_keys))),
            tickets: Tickets::new(),
            metrics,
        }
    }

    /// The app's id.
    #[must_use]
    pub fn id(&self) -> AppId {
        self.id
    }

    /// Whether the vendors' tables hold to the letter.
    #[must_use]
    pub fn strict(&self) -> bool {
        self.strict
    }

    /// How the room dialect spells the owner's role.
    #[must_use]
    pub fn owner_role_name(&self) -> &'static str {
        self.owner_role_name
    }

    /// The limits of the app's rooms.
    #[must_use]
    pub fn rules(&self) -> &RoomRules {
        &self.rules
    }

    /// The app's time, in Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.clock.now_ms()
    }

    /// Counts a call of a command that may be called so often a second.
    ///
    /// # Errors
    /// Which of the two limits is hit, the command's or the app's own.
    pub fn count_call(
        &self,
        command: &'static str,
        calls_per_second: u32,
    ) -> Result<(), RateRefusal> {
        self.rates.count(command, calls_per_second, self.clock.elapsed_ns())
    }

    /// Back to the beginning: full rates, real time.
    pub(super) fn forget(&self) {
        self.rates.forget();
        self.clock.reset();
    }

    pub(super) fn admin(&self, identifier: &str) -> Option<&Account> {
        self.admins.iter().find(|admin| admin.as_str() == identifier)
    }

    pub(super) fn keys(&self) -> Arc<KeyRing> {
        Arc::clone(&self.keys.read())
    }

    /// Replaces the keys: the first signs, all verify. A ticket of a key that is gone is refused
    /// from here on, cached or not.
    pub fn replace_keys(&self, keys: &[Secret]) {
        *self.keys.write() = Arc::new(KeyRing::new(keys));
    }
}

impl fmt::Debug for App {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "App({})", self.id)
    }
}

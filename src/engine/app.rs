//! An app: its keys, its clock, its limits. Everything a request needs to know, fetched once.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::RwLock;

use super::auth::{KeyRing, Tickets};
use super::clock::{Clock, real_ms};
use super::faults::{Fault, Faults, KeptFault, RequestSeen, StruckRequest, TooManyFaults};
use super::leases::Lease;
use super::presence::{MAX_ONLINE, Presence};
use super::rate::{RateRefusal, Rates, RoomBusy};
use super::receiver::{NoReceiver, Receiver, ReceiverExists, Receivers};
use super::snapshots::Snapshots;
use crate::config::{AppSettings, CallbackSettings, ChatSettings, Secret, SignClock, ZegoSettings};
use crate::domain::{Account, AppId, Destination, RoomId, RoomRules};
use crate::store::RoomStore;
use crate::telemetry::Metrics;

/// A tenant.
pub struct App {
    id: AppId,
    /// Where its rooms are kept.
    pub(super) store: Arc<dyn RoomStore>,
    /// It was made for one test run.
    lease: Option<Lease>,
    strict: bool,
    owner_role_name: &'static str,
    rules: RoomRules,
    chat: ChatSettings,
    zego: ZegoSettings,
    /// How many messages were sent.
    messages: AtomicU64,
    pub(super) presence: Presence,
    admins: Vec<Account>,
    pub(super) clock: Clock,
    /// Somebody is moving the clock.
    pub(super) advancing: AtomicBool,
    /// Somebody brings another state of the app.
    pub(super) importing: AtomicBool,
    pub(super) faults: Faults,
    pub(super) snapshots: Snapshots,
    rates: Rates,
    keys: RwLock<Arc<KeyRing>>,
    receivers: Receivers,
    pub(super) tickets: Tickets,
    pub(super) metrics: Arc<Metrics>,
}

impl App {
    /// An app as the settings have it. Its clock stands still at a moment, in Unix milliseconds, if
    /// one is said.
    pub(super) fn new(
        settings: &AppSettings,
        start_ms: Option<u64>,
        store: Arc<dyn RoomStore>,
        metrics: Arc<Metrics>,
    ) -> Self {
        let admins = settings.admins.iter();
        Self {
            id: AppId(settings.sdkappid),
            store,
            lease: None,
            strict: settings.strict,
            owner_role_name: settings.room.owner_role_name.as_str(),
            rules: settings.room.rules.clone(),
            chat: settings.chat.clone(),
            zego: settings.zego.clone(),
            messages: AtomicU64::new(0),
            presence: Presence::new(MAX_ONLINE),
            admins: admins
                .map(|admin| Account::parse(admin).expect("the settings were checked"))
                .collect(),
            clock: Clock::new(start_ms),
            advancing: AtomicBool::new(false),
            importing: AtomicBool::new(false),
            faults: Faults::default(),
            snapshots: Snapshots::default(),
            rates: Rates::new(settings.unlimited, settings.total_calls_per_second),
            keys: RwLock::new(Arc::new(KeyRing::new(&settings.secret_keys))),
            receivers: Receivers::new(
                settings.callback.clone(),
                settings.zego.callback_url.clone(),
            ),
            tickets: Tickets::new(),
            metrics,
        }
    }

    /// The app, made for one test run.
    pub(super) fn leased(self, lease: Lease) -> Self {
        Self { lease: Some(lease), ..self }
    }

    /// The lease of an app that was made for one test run.
    pub(super) fn lease(&self) -> Option<&Lease> {
        self.lease.as_ref()
    }

    /// Whether it was made for one test run.
    #[must_use]
    pub fn is_leased(&self) -> bool {
        self.lease.is_some()
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

    /// What is set of groups and accounts of Tencent Chat.
    #[must_use]
    pub fn chat(&self) -> &ChatSettings {
        &self.chat
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

    /// Counts a call of a command that may come once in so many seconds for each room.
    ///
    /// # Errors
    /// The room's call is used up.
    pub fn count_room(
        &self,
        command: &'static str,
        room: &RoomId,
        period_s: u32,
    ) -> Result<(), RoomBusy> {
        self.rates.count_room(command, room, period_s, self.clock.elapsed_ns())
    }

    /// What is set of ZEGO's dialect.
    #[must_use]
    pub fn zego(&self) -> &ZegoSettings {
        &self.zego
    }

    /// Who acts where a dialect names nobody: the first administrator.
    ///
    /// # Panics
    /// Never: the settings demand one.
    #[must_use]
    pub fn operator(&self) -> &Account {
        self.admins.first().expect("the settings demand an administrator")
    }

    /// A number for a message.
    pub fn next_message(&self) -> u64 {
        self.messages.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// How callbacks of the app are sent.
    #[must_use]
    pub fn callback_settings(&self) -> &CallbackSettings {
        self.receivers.settings()
    }

    /// Where callbacks of the app go, if anywhere.
    #[must_use]
    pub fn receiver(&self, to: Destination) -> Option<Arc<Receiver>> {
        self.receivers.get(to)
    }

    /// The pauses between the attempts of one callback, in seconds.
    pub(super) fn callback_retry_s(&self, to: Destination) -> &[u32] {
        self.receivers.retry_s(to)
    }

    /// The time that a signature of a callback carries now, in Unix seconds.
    #[must_use]
    pub fn callback_time_s(&self) -> u64 {
        match self.callback_settings().sign_clock {
            SignClock::Real => real_ms() / 1000,
            SignClock::App => self.now_ms() / 1000,
        }
    }

    /// Sets what was said of the receiver of RoomEngine callbacks before this process began.
    pub(super) fn recall_receiver(&self, receiver: Option<Receiver>) {
        self.receivers.recall(receiver);
    }

    /// Sets a receiver of RoomEngine callbacks where there is none.
    ///
    /// # Errors
    /// There is one; nothing changes.
    pub fn create_receiver(&self, receiver: Receiver) -> Result<(), ReceiverExists> {
        self.receivers.create(receiver)
    }

    /// Sets another receiver of RoomEngine callbacks where there is one.
    ///
    /// # Errors
    /// There is none; nothing changes.
    pub fn replace_receiver(&self, receiver: Receiver) -> Result<(), NoReceiver> {
        self.receivers.replace(receiver)
    }

    /// Sets no receiver of RoomEngine callbacks. What waits to be sent is not sent any more.
    pub fn remove_receiver(&self) {
        self.receivers.remove();
    }

    /// Whether any of the app's keys is the one that everybody knows.
    #[must_use]
    pub fn uses_development_key(&self) -> bool {
        self.keys().has_development_key()
    }

    /// Whether anybody who can reach this server may sign for the app: then a receiver that is set
    /// over the REST API is on this machine.
    #[must_use]
    pub fn stays_on_this_machine(&self) -> bool {
        self.is_leased() || self.uses_development_key()
    }

    /// Forgets what belonged to the app's state: the receiver of the settings again, nobody online.
    pub(super) fn forget_state(&self) {
        self.receivers.reset();
        self.presence.forget();
    }

    /// Back to the beginning: full rates, real time, no faults, the receiver of the settings,
    /// nobody online.
    pub(super) fn forget(&self) {
        self.forget_state();
        self.rates.forget();
        self.faults.clear();
        self.clock.reset();
    }

    /// Sets a fault; answers its number.
    ///
    /// # Errors
    /// There are as many as there may be.
    pub fn add_fault(&self, fault: Fault) -> Result<u64, TooManyFaults> {
        self.faults.add(fault)
    }

    /// The faults that are set, by their numbers, spent ones too.
    #[must_use]
    pub fn all_faults(&self) -> Vec<KeptFault> {
        self.faults.all()
    }

    /// A fault by its number.
    #[must_use]
    pub fn fault(&self, id: u64) -> Option<KeptFault> {
        self.faults.get(id)
    }

    /// Removes a fault; answers whether it was there. What it did to callbacks stays done.
    pub fn remove_fault(&self, id: u64) -> bool {
        self.faults.remove(id)
    }

    /// Removes all faults.
    pub fn remove_faults(&self) {
        self.faults.clear();
    }

    /// Whether a fault may strike a request: the only thing that is asked of those that none does.
    #[must_use]
    pub fn has_request_faults(&self) -> bool {
        self.faults.aim_at_requests()
    }

    /// The fault that strikes a request, if one does. Each request is shown once.
    #[must_use]
    pub fn strike_request(&self, seen: &RequestSeen<'_>) -> Option<StruckRequest> {
        self.faults.strike_request(seen)
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

//! Where an app's callbacks go, and which of them.
//!
//! RoomEngine's: the settings give the start; what is set over the REST API overrides it until the
//! app is reset. ZEGO's: the settings alone.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::config::CallbackSettings;
use crate::domain::{CallbackUrl, Destination, EventKind, ReceiverRecord};

/// The pauses between the attempts of one ZEGO callback, in seconds: the documented ones.
pub(super) const ZEGO_RETRY_S: [u32; 5] = [2, 4, 8, 16, 32];
/// All that ZEGO tells of.
const ZEGO_KINDS: [EventKind; 6] = [
    EventKind::RoomCreated,
    EventKind::RoomEnded,
    EventKind::MembersEntered,
    EventKind::MembersLeft,
    EventKind::StreamAdded,
    EventKind::StreamsEnded,
];

/// A receiver of callbacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Where it is.
    pub url: CallbackUrl,
    /// What it wants to hear of, each once, in the order in which it was said.
    pub kinds: Vec<EventKind>,
    /// It was named over the REST API, not by whoever runs the server.
    pub by_rest: bool,
}

impl Receiver {
    /// As it is kept.
    pub(super) fn record(&self) -> ReceiverRecord {
        ReceiverRecord { url: self.url.clone(), kinds: self.kinds.clone() }
    }

    /// One that was kept: it was named over the REST API.
    pub(super) fn recalled(record: ReceiverRecord) -> Self {
        Self { url: record.url, kinds: record.kinds, by_rest: true }
    }

    /// Whether it wants to hear of such an event.
    #[must_use]
    pub fn wants(&self, kind: EventKind) -> bool {
        self.kinds.contains(&kind)
    }
}

/// A receiver is set already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ReceiverExists;

/// No receiver is set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoReceiver;

/// The receivers of an app, present or not.
pub(super) struct Receivers {
    settings: CallbackSettings,
    /// Of RoomEngine callbacks.
    now: RwLock<Option<Arc<Receiver>>>,
    /// Of ZEGO callbacks.
    zego: Option<Arc<Receiver>>,
}

impl Receivers {
    pub(super) fn new(settings: CallbackSettings, zego: Option<CallbackUrl>) -> Self {
        let zego =
            zego.map(|url| Arc::new(Receiver { url, kinds: ZEGO_KINDS.into(), by_rest: false }));
        let receivers = Self { settings, now: RwLock::new(None), zego };
        receivers.reset();
        receivers
    }

    /// How callbacks are sent.
    pub(super) fn settings(&self) -> &CallbackSettings {
        &self.settings
    }

    pub(super) fn get(&self, to: Destination) -> Option<Arc<Receiver>> {
        match to {
            Destination::RoomEngine => self.now.read().clone(),
            Destination::Zego => self.zego.clone(),
        }
    }

    /// The pauses between the attempts of one callback, in seconds.
    pub(super) fn retry_s(&self, to: Destination) -> &[u32] {
        match to {
            Destination::RoomEngine => &self.settings.retry_s,
            Destination::Zego => &ZEGO_RETRY_S,
        }
    }

    /// Back to what the settings say.
    pub(super) fn reset(&self) {
        let of = |url: &CallbackUrl| {
            let kinds = self.settings.commands.clone();
            Arc::new(Receiver { url: url.clone(), kinds, by_rest: false })
        };
        *self.now.write() = self.settings.url.as_ref().map(of);
    }

    /// Sets what was said before this process began: a receiver, or that there is none.
    pub(super) fn recall(&self, receiver: Option<Receiver>) {
        *self.now.write() = receiver.map(Arc::new);
    }

    /// Sets a receiver where there is none.
    pub(super) fn create(&self, receiver: Receiver) -> Result<(), ReceiverExists> {
        let mut now = self.now.write();
        if now.is_some() {
            return Err(ReceiverExists);
        }
        *now = Some(Arc::new(receiver));
        Ok(())
    }

    /// Sets another receiver where there is one.
    pub(super) fn replace(&self, receiver: Receiver) -> Result<(), NoReceiver> {
        let mut now = self.now.write();
        if now.is_none() {
            return Err(NoReceiver);
        }
        *now = Some(Arc::new(receiver));
        Ok(())
    }

    /// Sets none.
    pub(super) fn remove(&self) {
        *self.now.write() = None;
    }
}

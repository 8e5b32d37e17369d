//! Where an app's RoomEngine callbacks go, and which of them.
//!
//! The settings give the start; what is set over the REST API overrides it until the app is reset.

use std::sync::Arc;

use parking_lot::RwLock;

use crate::config::CallbackSettings;
use crate::domain::{CallbackUrl, EventKind};

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

/// The receiver of an app, present or not.
pub(super) struct ReceiverSlot {
    settings: CallbackSettings,
    now: RwLock<Option<Arc<Receiver>>>,
}

impl ReceiverSlot {
    pub(super) fn new(settings: CallbackSettings) -> Self {
        let slot = Self { settings, now: RwLock::new(None) };
        slot.reset();
        slot
    }

    /// How callbacks are sent.
    pub(super) fn settings(&self) -> &CallbackSettings {
        &self.settings
    }

    pub(super) fn get(&self) -> Option<Arc<Receiver>> {
        self.now.read().clone()
    }

    /// Back to what the settings say.
    pub(super) fn reset(&self) {
        let of = |url: &CallbackUrl| {
            let kinds = self.settings.commands.clone();
            Arc::new(Receiver { url: url.clone(), kinds, by_rest: false })
        };
        *self.now.write() = self.settings.url.as_ref().map(of);
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

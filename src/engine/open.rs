//! The callbacks that wait to be told, by the number of their notice, destination and part.
//!
//! Job: lead from a letter back to its entry in the callback log. Promise: whoever gets an entry out
//! is the only one who did, so that its end is written once; an entry that the log lets go of is let
//! go of here, so that this never holds more than the log does. Not here: how many letters there
//! are, which the outbox knows.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::callback_log::LoggedCallback;
use crate::domain::{AppId, Destination};
use crate::store::TakenLetter;

/// Parts with a lock each: callbacks that follow each other do not wait for one lock.
const PARTS: usize = 16;

/// Which callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct OpenKey {
    /// The number of its notice.
    pub(super) notice: u64,
    /// To whom it goes.
    pub(super) to: Destination,
    /// Which part of the letter it is.
    pub(super) part: u32,
}

impl OpenKey {
    /// The part that is up of a letter.
    pub(super) fn of(to: Destination, letter: &TakenLetter) -> Self {
        Self { notice: letter.notice.id, to, part: letter.part }
    }
}

/// The entries of callbacks that wait.
#[derive(Default)]
pub(super) struct Open {
    parts: [Mutex<Part>; PARTS],
}

type Part = HashMap<OpenKey, (AppId, Arc<LoggedCallback>)>;

impl Open {
    fn part(&self, key: OpenKey) -> &Mutex<Part> {
        // Numbers follow each other, so every part has its share.
        &self.parts[(key.notice as usize).wrapping_add(key.part as usize) % PARTS]
    }

    /// Adds an app's entry.
    pub(super) fn insert(&self, app: AppId, entry: &Arc<LoggedCallback>) {
        let key = entry.key();
        self.part(key).lock().insert(key, (app, Arc::clone(entry)));
    }

    /// The entry of a callback, if it is here.
    pub(super) fn get(&self, key: OpenKey) -> Option<Arc<LoggedCallback>> {
        self.part(key).lock().get(&key).map(|(_, entry)| Arc::clone(entry))
    }

    /// Takes the entry of a callback out, if it is here.
    pub(super) fn remove(&self, key: OpenKey) -> Option<Arc<LoggedCallback>> {
        self.part(key).lock().remove(&key).map(|(_, entry)| entry)
    }

    /// Takes out all entries of an app.
    pub(super) fn forget(&self, app: AppId) {
        for part in &self.parts {
            part.lock().retain(|_, (other, _)| *other != app);
        }
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> usize {
        self.parts.iter().map(|part| part.lock().len()).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::super::callback_log::CallbackState;
    use super::super::callbacks::Callbacks;
    use super::*;
    use crate::domain::{Account, Event, Letter, Notice, RoomId};
    use crate::store::DroppedLetter;
    use crate::telemetry::Metrics;

    const APP: AppId = AppId(1);
    const OTHER: AppId = AppId(2);

    fn notice(id: u64) -> Arc<Notice> {
        let event = Event::RoomUpdated { by: Account::parse("carl").unwrap() };
        let room = RoomId::parse("r").unwrap();
        Arc::new(Notice { id, room, at_ms: id, event, serial: 1, member_count: 0, facts: None })
    }

    const TO: Destination = Destination::RoomEngine;

    fn letter(id: u64) -> Letter {
        Letter { to: TO, notice: notice(id), parts: 1 }
    }

    fn key(id: u64) -> OpenKey {
        OpenKey { notice: id, to: TO, part: 0 }
    }

    fn callbacks() -> (Callbacks, Arc<Metrics>) {
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        (Callbacks::new(Arc::clone(&metrics)), metrics)
    }

    fn commit(callbacks: &Callbacks, app: AppId, ids: std::ops::Range<u64>) {
        for id in ids {
            let entry = callbacks.prepare(app, &letter(id), 0, CallbackState::Waiting);
            callbacks.committed(app, entry);
        }
    }

    fn drop_letters(callbacks: &Callbacks, ids: std::ops::Range<u64>) {
        let dropped =
            |id| DroppedLetter { id, app: APP, to: TO, notice: notice(id), part: 0, parts: 1 };
        callbacks.dropped(&ids.map(dropped).collect::<Vec<_>>());
    }

    #[test]
    fn what_the_log_lets_go_of_is_not_held_and_its_end_is_counted_all_the_same() {
        let (callbacks, metrics) = callbacks();
        commit(&callbacks, APP, 0..20_000);
        let logged = || callbacks.log.page(APP, 0, usize::MAX, |_| true).items;
        let (held, first) = (logged().len(), logged()[0].1.notice().id);
        assert!((1_000..19_000).contains(&held), "the log is full with {held}");
        assert_eq!(callbacks.open.len(), held);
        drop_letters(&callbacks, first - 10..first + 10);
        assert_eq!(callbacks.open.len(), held - 10);
        let ended = |state| logged().iter().filter(|(_, entry)| entry.state() == state).count();
        assert_eq!(ended(CallbackState::Dropped), 10);
        assert_eq!(ended(CallbackState::Waiting), held - 10);
        let counted = "guestlist_callbacks_total{sdkappid=\"1\",end=\"dropped\"} 20";
        assert!(metrics.text().contains(counted), "{}", metrics.text());
    }

    #[test]
    fn what_is_withdrawn_or_forgotten_is_held_no_more() {
        let (callbacks, _) = callbacks();
        commit(&callbacks, APP, 0..3);
        commit(&callbacks, OTHER, 3..5);
        let entry = callbacks.prepare(OTHER, &letter(5), 0, CallbackState::Waiting);
        callbacks.prepare(OTHER, &letter(6), 0, CallbackState::NoUrl);
        assert_eq!(callbacks.open.len(), 6, "nobody waits for what nobody is to hear");
        callbacks.withdraw(&entry);
        assert_eq!(callbacks.open.len(), 5);
        callbacks.forget(APP);
        assert_eq!(callbacks.open.len(), 2);
        assert!(callbacks.open.get(key(3)).is_some());
        assert!(callbacks.open.remove(key(3)).is_some() && callbacks.open.remove(key(3)).is_none());
    }
}

//! What is to be done to callbacks that wait.
//!
//! A callback is struck when what it tells of happens, and the trouble is made when it is its turn
//! to be sent. What lies between is kept here: an entry for each struck callback that is in the
//! outbox and was not up yet, so never more of them than that holds.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering};

use parking_lot::Mutex;

use super::CallbackFault;
use crate::domain::AppId;
use crate::engine::open::OpenKey;

/// The troubles that wait for their callbacks.
#[derive(Default)]
pub(in crate::engine) struct Troubles {
    /// How many there are: whoever finds none pays for nothing else.
    count: AtomicUsize,
    by_callback: Mutex<HashMap<OpenKey, (AppId, CallbackFault)>>,
}

impl Troubles {
    pub(in crate::engine) fn put(&self, app: AppId, key: OpenKey, fault: CallbackFault) {
        let mut by_callback = self.by_callback.lock();
        by_callback.insert(key, (app, fault));
        self.count.store(by_callback.len(), Ordering::Relaxed);
    }

    pub(in crate::engine) fn take(&self, key: OpenKey) -> Option<CallbackFault> {
        if self.count.load(Ordering::Relaxed) == 0 {
            return None;
        }
        let mut by_callback = self.by_callback.lock();
        let taken = by_callback.remove(&key);
        self.count.store(by_callback.len(), Ordering::Relaxed);
        taken.map(|(_, fault)| fault)
    }

    /// Forgets those of an app.
    pub(in crate::engine) fn forget(&self, app: AppId) {
        let mut by_callback = self.by_callback.lock();
        by_callback.retain(|_, (other, _)| *other != app);
        self.count.store(by_callback.len(), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Destination;

    #[test]
    fn a_trouble_is_made_once_and_forgotten_with_its_app() {
        let troubles = Troubles::default();
        let key = |notice| OpenKey { notice, to: Destination::Zego, part: 2 };
        assert_eq!(troubles.take(key(1)), None);
        troubles.put(AppId(1), key(1), CallbackFault::Hold);
        troubles.put(AppId(2), key(2), CallbackFault::Drop);
        troubles.put(AppId(1), key(3), CallbackFault::Duplicate);
        assert_eq!(troubles.take(OpenKey { part: 1, ..key(1) }), None);
        assert_eq!(troubles.take(key(1)), Some(CallbackFault::Hold));
        assert_eq!(troubles.take(key(1)), None);
        troubles.forget(AppId(1));
        assert_eq!(troubles.take(key(3)), None);
        assert_eq!(troubles.take(key(2)), Some(CallbackFault::Drop));
        assert_eq!(troubles.count.load(Ordering::Relaxed), 0);
    }
}

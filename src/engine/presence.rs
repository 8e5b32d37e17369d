//! Who is online because somebody said so.
//!
//! Job: hold the accounts of an app that were set online by hand. Promise: whoever asks waits for no
//! lock but that of a small part of them, so that it may be asked under a room's. Not here: who is
//! in a room, which the rooms know.

use std::sync::atomic::{AtomicUsize, Ordering};

use dashmap::DashSet;

use super::app::App;
use crate::domain::Account;

/// The most accounts of one app that are online by hand.
pub const MAX_ONLINE: usize = 1_000_000;

/// No more accounts of the app can be set online.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{at_most} accounts are online by hand, which is the most")]
pub struct TooManyOnline {
    /// The limit.
    pub at_most: usize,
}

/// The accounts of one app that were set online.
pub(super) struct Presence {
    online: DashSet<Account>,
    /// How many, at least: counted before one is put, and after one is gone.
    count: AtomicUsize,
    at_most: usize,
}

impl Presence {
    pub(super) fn new(at_most: usize) -> Self {
        Self { online: DashSet::new(), count: AtomicUsize::new(0), at_most }
    }

    fn insert(&self, account: &Account) -> Result<(), TooManyOnline> {
        if self.online.contains(account) {
            return Ok(());
        }
        let at_most = self.at_most;
        let one_more = |count| (count < at_most).then(|| count + 1);
        let counted = self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
        counted.map_err(|_| TooManyOnline { at_most })?;
        if !self.online.insert(account.clone()) {
            // Somebody else was faster.
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        Ok(())
    }

    fn remove(&self, account: &Account) {
        if self.online.remove(account).is_some() {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn contains(&self, account: &str) -> bool {
        // Most apps set nobody online.
        self.count.load(Ordering::Relaxed) > 0 && self.online.contains(account)
    }

    pub(super) fn forget(&self) {
        self.online.retain(|_| {
            self.count.fetch_sub(1, Ordering::Relaxed);
            false
        });
    }
}

impl App {
    /// Sets an account online, until it is set offline or the app is reset. Once more is no
    /// failure.
    ///
    /// # Errors
    /// [`TooManyOnline`], beyond [`MAX_ONLINE`].
    pub fn set_online(&self, account: &Account) -> Result<(), TooManyOnline> {
        self.presence.insert(account)
    }

    /// Sets an account offline. One that is offline stays so.
    pub fn set_offline(&self, account: &Account) {
        self.presence.remove(account);
    }

    /// Whether an account was set online.
    #[must_use]
    pub fn is_online(&self, account: &str) -> bool {
        self.presence.contains(account)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn n_accounts_are_online_and_not_n_plus_1() {
        let presence = Presence::new(2);
        let [anna, bert, carl] = ["anna", "bert", "carl"].map(|it| Account::parse(it).unwrap());
        for account in [&anna, &bert, &anna] {
            assert_eq!(presence.insert(account), Ok(()), "once more is no failure");
        }
        assert_eq!(presence.insert(&carl), Err(TooManyOnline { at_most: 2 }));
        let online = |account: &Account| presence.contains(account.as_str());
        assert_eq!([&anna, &bert, &carl].map(online), [true, true, false]);
        for _ in 0..2 {
            presence.remove(&anna);
        }
        assert_eq!(presence.insert(&carl), Ok(()), "one has gone");
        presence.forget();
        assert_eq!([&anna, &bert, &carl].map(online), [false; 3]);
        assert_eq!(presence.insert(&anna), Ok(()));
        assert_eq!(presence.insert(&bert), Ok(()), "nobody is counted from before");
    }
}

//! The accounts of one app in one epoch.
//!
//! What is atomic: one account. Their number is reserved before one is put, so that however many
//! come at once there are never more than allowed.

use std::hash::RandomState;
use std::sync::atomic::{AtomicU64, Ordering};

use dashmap::DashMap;
use dashmap::mapref::entry::Entry;

use crate::domain::{Account, AccountRecord, AccountView};
use crate::store::{AccountPut, SeeAccount};

struct Record {
    nick: Box<str>,
    face_url: Box<str>,
}

pub(super) struct Accounts {
    /// Keyed: accounts are what clients send.
    by_account: DashMap<Account, Record, RandomState>,
    count: AtomicU64,
}

impl Accounts {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self { by_account: DashMap::with_hasher(hasher), count: AtomicU64::new(0) }
    }

    pub(super) fn put(&self, record: &AccountRecord, at_most: u64) -> AccountPut {
        let AccountRecord { account, nick, face_url } = record.clone();
        let record = Record { nick, face_url };
        match self.by_account.entry(account) {
            Entry::Occupied(mut there) => {
                there.insert(record);
                AccountPut::Replaced
            }
            Entry::Vacant(place) => {
                let one_more = |count| (count < at_most).then(|| count + 1);
                let counted =
                    self.count.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more);
                if counted.is_err() {
                    return AccountPut::Full;
                }
                place.insert(record);
                AccountPut::New
            }
        }
    }

    pub(super) fn remove(&self, account: &Account) -> bool {
        let was_there = self.by_account.remove(account).is_some();
        if was_there {
            self.count.fetch_sub(1, Ordering::Relaxed);
        }
        was_there
    }

    pub(super) fn see(&self, accounts: &[Account], see: SeeAccount<'_>) {
        for account in accounts {
            let found = self.by_account.get(account);
            let view = found
                .as_ref()
                .map(|record| AccountView { nick: &record.nick, face_url: &record.face_url });
            see(account, view);
        }
    }

    /// Everybody who has a record, by name.
    pub(super) fn names(&self) -> Vec<Account> {
        let mut names: Vec<Account> =
            self.by_account.iter().map(|entry| entry.key().clone()).collect();
        names.sort_unstable();
        names
    }

    pub(super) fn len(&self) -> u64 {
        self.count.load(Ordering::Relaxed)
    }
}

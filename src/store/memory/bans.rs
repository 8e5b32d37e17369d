//! The bans of one room: found by account, walked in the order of banning, swept by their end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::RandomState;
use std::ops::Bound;

use crate::domain::{Account, Ban, BanView, BanWrite};

/// The bans of one room.
pub(super) struct Bans {
    /// Keyed: accounts are what clients send.
    by_account: HashMap<Account, Record, RandomState>,
    by_place: BTreeMap<u64, Account>,
    /// End and place.
    by_end: BTreeSet<(u64, u64)>,
}

struct Record {
    until_ms: u64,
    nth: u64,
}

impl Bans {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self {
            by_account: HashMap::with_hasher(hasher),
            by_place: BTreeMap::new(),
            by_end: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_account.len()
    }

    pub(super) fn get(&self, account: &str) -> Option<BanView<'_>> {
        self.by_account.get_key_value(account).map(view)
    }

    pub(super) fn write(&mut self, write: BanWrite) {
        match write {
            BanWrite::Put(ban) => {
                self.remove(&ban.account);
                self.insert(ban);
            }
            BanWrite::Remove(account) => self.remove(&account),
        }
    }

    /// Those behind a place, in the order of banning.
    pub(super) fn after(&self, nth: u64) -> impl Iterator<Item = BanView<'_>> {
        let behind = self.by_place.range((Bound::Excluded(nth), Bound::Unbounded));
        behind.filter_map(|(_, account)| self.get(account.as_str()))
    }

    /// Those that end first.
    pub(super) fn ending(&self, count: usize) -> Vec<BanView<'_>> {
        let first = self.by_end.iter().take(count);
        let account = |(_, nth): &(u64, u64)| self.by_place.get(nth);
        first.filter_map(account).filter_map(|account| self.get(account.as_str())).collect()
    }

    fn insert(&mut self, Ban { account, until_ms, nth }: Ban) {
        self.by_end.insert((until_ms, nth));
        self.by_place.insert(nth, account.clone());
        self.by_account.insert(account, Record { until_ms, nth });
    }

    fn remove(&mut self, account: &Account) {
        if let Some(Record { until_ms, nth }) = self.by_account.remove(account) {
            self.by_place.remove(&nth);
            self.by_end.remove(&(until_ms, nth));
        }
    }
}

fn view<'a>((account, record): (&'a Account, &'a Record)) -> BanView<'a> {
    BanView { account: account.as_str(), until_ms: record.until_ms, nth: record.nth }
}

//! The bans of one room, or its mutes: found by account, walked in their order, swept by their end.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::RandomState;
use std::ops::Bound;

use crate::domain::{Account, Sanction, SanctionView, SanctionWrite};

/// The sanctions of one kind in one room. A walk reads records one behind the other and looks nothing up.
pub(super) struct Sanctions {
    by_place: BTreeMap<u64, Record>,
    /// The places. Keyed: accounts are what clients send.
    by_account: HashMap<Account, u64, RandomState>,
    /// End and place.
    by_end: BTreeSet<(u64, u64)>,
}

struct Record {
    account: Account,
    until_ms: u64,
}

impl Sanctions {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self {
            by_place: BTreeMap::new(),
            by_account: HashMap::with_hasher(hasher),
            by_end: BTreeSet::new(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_place.len()
    }

    pub(super) fn get(&self, account: &str) -> Option<SanctionView<'_>> {
        self.at(*self.by_account.get(account)?)
    }

    pub(super) fn write(&mut self, write: SanctionWrite) {
        match write {
            SanctionWrite::Put(ban) => {
                self.remove(&ban.account);
                self.insert(ban);
            }
            SanctionWrite::Remove(account) => self.remove(&account),
        }
    }

    /// Those behind a place, in order.
    pub(super) fn after(&self, nth: u64) -> impl Iterator<Item = SanctionView<'_>> {
        self.by_place.range((Bound::Excluded(nth), Bound::Unbounded)).map(view)
    }

    /// Those that end first.
    pub(super) fn ending(&self, count: usize) -> Vec<SanctionView<'_>> {
        self.by_end.iter().take(count).filter_map(|(_, nth)| self.at(*nth)).collect()
    }

    fn at(&self, nth: u64) -> Option<SanctionView<'_>> {
        self.by_place.get_key_value(&nth).map(view)
    }

    fn insert(&mut self, Sanction { account, until_ms, nth }: Sanction) {
        self.by_end.insert((until_ms, nth));
        self.by_account.insert(account.clone(), nth);
        self.by_place.insert(nth, Record { account, until_ms });
    }

    fn remove(&mut self, account: &Account) {
        let Some(nth) = self.by_account.remove(account) else { return };
        if let Some(record) = self.by_place.remove(&nth) {
            self.by_end.remove(&(record.until_ms, nth));
        }
    }
}

fn view<'a>((nth, record): (&u64, &'a Record)) -> SanctionView<'a> {
    SanctionView { account: record.account.as_str(), until_ms: record.until_ms, nth: *nth }
}

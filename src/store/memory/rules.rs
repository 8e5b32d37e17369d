//! The rules of one app in one epoch: found by key, walked in the order of making, swept by their end.
//!
//! What is atomic: one rule put or removed, and one look, however many rules it shows. One lock for
//! all of an app's; it is held for some steps of a tree, or for one list.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::hash::RandomState;

use parking_lot::RwLock;

use crate::domain::{ForbidKey, ForbidKind, ForbidRule};
use crate::store::{RulePut, SeeRule, SeeRuleOf};

/// How many rules that are over go when one is put. More than one, so that they grow fewer.
const SWEPT_PER_PUT: usize = 4;

pub(super) struct Rules {
    /// In the order of [`ForbidKind::ALL`].
    kinds: RwLock<[OfKind; ForbidKind::ALL.len()]>,
}

/// The rules of one kind. A walk reads records one behind the other and looks nothing up.
struct OfKind {
    by_place: BTreeMap<u64, ForbidRule>,
    /// The places. Keyed: names are what clients send.
    by_key: HashMap<ForbidKey, u64, RandomState>,
    /// End and place.
    by_end: BTreeSet<(u64, u64)>,
    /// The latest place.
    latest: u64,
}

impl Rules {
    pub(super) fn new(hasher: RandomState) -> Self {
        let kinds = ForbidKind::ALL.map(|_| OfKind::new(hasher.clone()));
        Self { kinds: RwLock::new(kinds) }
    }

    pub(super) fn len(&self) -> u64 {
        self.kinds.read().iter().map(|of_kind| of_kind.by_place.len() as u64).sum()
    }

    /// Answers the rule's place too, and the keys of those that went because they are over.
    pub(super) fn put(
        &self,
        rule: &ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> (RulePut, u64, Vec<ForbidKey>) {
        self.kinds.write()[rule.key.kind() as usize].put(rule, at_most, now_ms)
    }

    pub(super) fn remove(&self, key: &ForbidKey) -> Option<ForbidRule> {
        self.kinds.write()[key.kind() as usize].remove(key)
    }

    pub(super) fn visit(&self, kind: ForbidKind, see: SeeRule<'_>) {
        self.kinds.read()[kind as usize].by_place.values().for_each(see);
    }

    pub(super) fn see(&self, keys: &[ForbidKey], see: SeeRuleOf<'_>) {
        let kinds = self.kinds.read();
        for key in keys {
            see(key, kinds[key.kind() as usize].get(key));
        }
    }
}

impl OfKind {
    fn new(hasher: RandomState) -> Self {
        Self {
            by_place: BTreeMap::new(),
            by_key: HashMap::with_hasher(hasher),
            by_end: BTreeSet::new(),
            latest: 0,
        }
    }

    fn get(&self, key: &ForbidKey) -> Option<&ForbidRule> {
        self.by_place.get(self.by_key.get(key)?)
    }

    fn put(
        &mut self,
        rule: &ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> (RulePut, u64, Vec<ForbidKey>) {
        let swept = self.sweep(at_most, now_ms);
        // If there are as many as allowed even now, none of them is over.
        let is_new = self.remove(&rule.key).is_none();
        if is_new && self.by_place.len() as u64 >= at_most {
            return (RulePut::Full, self.latest, swept);
        }
        self.latest += 1;
        self.by_end.insert((rule.until_ms, self.latest));
        self.by_key.insert(rule.key.clone(), self.latest);
        self.by_place.insert(self.latest, rule.clone());
        (RulePut::Done, self.latest, swept)
    }

    fn remove(&mut self, key: &ForbidKey) -> Option<ForbidRule> {
        let place = self.by_key.remove(key)?;
        let rule = self.by_place.remove(&place)?;
        self.by_end.remove(&(rule.until_ms, place));
        Some(rule)
    }

    /// Removes some that are over, and as many more as it takes to be below the limit. Under a limit
    /// that stays the same there are never more than that, so that the few are always enough.
    fn sweep(&mut self, at_most: u64, now_ms: u64) -> Vec<ForbidKey> {
        let mut swept = Vec::new();
        while swept.len() < SWEPT_PER_PUT || self.by_place.len() as u64 >= at_most {
            let Some(&(until_ms, place)) = self.by_end.first() else { break };
            if now_ms < until_ms {
                break;
            }
            self.by_end.pop_first();
            if let Some(rule) = self.by_place.remove(&place) {
                self.by_key.remove(&rule.key);
                swept.push(rule.key);
            }
        }
        swept
    }
}

//! The members of one room: records, found by account and walked in order.

use std::cmp::Ordering;
use std::hash::{BuildHasher, RandomState};

use super::index::Index;
use super::order::Order;
use super::slab::Slab;
use crate::domain::{Member, MemberView, Position};

/// The members of one room.
pub(super) struct Members {
    records: Slab,
    by_account: Index,
    order: Order,
    /// Keyed: accounts are what clients send.
    hasher: RandomState,
}

impl Members {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self {
            records: Slab::default(),
            by_account: Index::default(),
            order: Order::default(),
            hasher,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_account.len()
    }

    pub(super) fn get(&self, account: &str) -> Option<MemberView<'_>> {
        self.number(account).map(|number| self.records.get(number).view())
    }

    pub(super) fn put(&mut self, member: &Member) {
        let account = member.account.as_str();
        let Some(number) = self.number(account) else { return self.insert(member) };
        if self.records.get(number).view().joined_ms == member.joined_ms {
            self.records.replace(number, member);
        } else {
            self.remove(account);
            self.insert(member);
        }
    }

    pub(super) fn remove(&mut self, account: &str) {
        let Some(number) = self.number(account) else { return };
        let joined_ms = self.records.get(number).view().joined_ms;
        self.order.remove(|other| self.records.get(other).compare_place(joined_ms, account));
        self.by_account.remove(self.hasher.hash_one(account), number);
        self.records.remove(number);
    }

    /// The members behind a place, or all of them, in order.
    pub(super) fn after<'a>(
        &'a self,
        place: Option<&Position>,
    ) -> impl Iterator<Item = MemberView<'a>> + use<'a> {
        let behind = self.order.after(&|other| match place {
            None => Ordering::Greater,
            Some(Position { joined_ms, account }) => {
                self.records.get(other).compare_place(*joined_ms, account.as_str())
            }
        });
        behind.map(|number| self.records.get(number).view())
    }

    fn number(&self, account: &str) -> Option<u32> {
        let is_it = |number| self.records.get(number).account() == account;
        self.by_account.find(self.hasher.hash_one(account), is_it)
    }

    fn insert(&mut self, member: &Member) {
        let account = member.account.as_str();
        let number = self.records.insert(member);
        let records = &self.records;
        self.by_account.insert(self.hasher.hash_one(account), number, |other| {
            self.hasher.hash_one(records.get(other).account())
        });
        let compare = |other| records.get(other).compare_place(member.joined_ms, account);
        self.order.insert(number, compare);
    }
}

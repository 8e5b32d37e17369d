//! The members of one room: records, found by account and walked in order.

use std::cmp::Ordering;
use std::hash::{BuildHasher, RandomState};

use super::index::Index;
use super::order::Order;
use super::slab::Slab;
use crate::domain::{Member, MemberView, PageQuery, Position, Role, Roles};

/// What a member takes besides his texts and fields: the record, and his places in the index, the
/// order and among who is where.
const MEMBER_BYTES: usize = 160;

/// The members of one room.
pub(super) struct Members {
    records: Slab,
    by_account: Index,
    order: Order,
    /// The owner and the administrators in the same order: they are few.
    leading: Order,
    /// Keyed: accounts are what clients send.
    hasher: RandomState,
}

impl Members {
    pub(super) fn new(hasher: RandomState) -> Self {
        Self {
            records: Slab::default(),
            by_account: Index::default(),
            order: Order::default(),
            leading: Order::default(),
            hasher,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.by_account.len()
    }

    pub(super) fn get(&self, account: &str) -> Option<MemberView<'_>> {
        self.number(account).map(|number| self.records.get(number).view())
    }

    /// Writes a record; answers whether the one before it was of somebody who came in, if there was
    /// one.
    pub(super) fn put(&mut self, member: &Member) -> Option<bool> {
        let account = member.account.as_str();
        let Some(number) = self.number(account) else {
            self.insert(member);
            return None;
        };
        let before = self.records.get(number).view();
        let (entered, role, joined_ms) = (before.entered, before.role, before.joined_ms);
        if joined_ms != member.joined_ms {
            self.remove(account);
            self.insert(member);
        } else {
            self.records.replace(number, member);
            match (leads(role), leads(member.role)) {
                (false, true) => self.lead(number, member),
                (true, false) => self.follow(joined_ms, account),
                _ => {}
            }
        }
        Some(entered)
    }

    pub(super) fn remove(&mut self, account: &str) {
        let Some(number) = self.number(account) else { return };
        let MemberView { joined_ms, role, .. } = self.records.get(number).view();
        self.order.remove(|other| self.records.get(other).compare_place(joined_ms, account));
        if leads(role) {
            self.follow(joined_ms, account);
        }
        self.by_account.remove(self.hasher.hash_one(account), number);
        self.records.remove(number);
    }

    /// What the members take, in bytes, about.
    pub(super) fn size_bytes(&self) -> usize {
        self.len() * MEMBER_BYTES + self.records.heap_bytes()
    }

    /// Those behind the first so many, in order.
    pub(super) fn behind(&self, first: usize) -> impl Iterator<Item = MemberView<'_>> {
        self.order.behind(first).map(|number| self.records.get(number).view())
    }

    /// Everybody, in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = MemberView<'_>> {
        self.behind(0)
    }

    /// The members that a query wants, from its place on and without those it passes over, in
    /// order. It is for the caller to stop.
    pub(super) fn wanted<'a>(
        &'a self,
        query: &PageQuery<'_>,
    ) -> Box<dyn Iterator<Item = MemberView<'a>> + 'a> {
        let PageQuery { after, roles, .. } = *query;
        let skip = query.skip.min(self.len());
        let view = |number| self.records.get(number).view();
        if query.descending {
            let wanted = move |number: &u32| roles.contains(self.records.get(*number).role());
            return Box::new(self.before(after).filter(wanted).skip(skip).map(view));
        }
        if roles == Roles::ALL {
            return match skip {
                0 => Box::new(self.after(&self.order, after).map(view)),
                _ => Box::new(self.order.behind(self.rank(&self.order, after) + skip).map(view)),
            };
        }
        let wanted = move |number: &u32| roles.contains(self.records.get(*number).role());
        if !roles.contains(Role::Member) {
            return Box::new(self.after(&self.leading, after).filter(wanted).skip(skip).map(view));
        }
        // All but some of the few who lead: each of those behind the place and before the first one
        // wanted moves that one by one.
        let mut first = self.rank(&self.order, after) + skip;
        for passed in self.after(&self.leading, after).filter(|number| !wanted(number)) {
            let record = self.records.get(passed);
            let (joined_ms, account) = (record.view().joined_ms, record.account());
            let rank =
                self.order.rank(|other| self.records.get(other).compare_place(joined_ms, account));
            if rank > first + 1 {
                break;
            }
            first += 1;
        }
        Box::new(self.order.behind(first).filter(wanted).map(view))
    }

    fn after<'a>(
        &'a self,
        order: &'a Order,
        place: Option<&Position>,
    ) -> impl Iterator<Item = u32> + use<'a> {
        order.after(&|other| match place {
            None => Ordering::Greater,
            Some(place) => self.compare(other, place),
        })
    }

    /// The members before a place, the last one first: all of them if there is no place.
    fn before<'a>(&'a self, place: Option<&Position>) -> impl Iterator<Item = u32> + use<'a> {
        self.order.before(&|other| match place {
            None => Ordering::Less,
            Some(place) => self.compare(other, place),
        })
    }

    fn rank(&self, order: &Order, place: Option<&Position>) -> usize {
        place.map_or(0, |place| order.rank(|other| self.compare(other, place)))
    }

    fn compare(&self, number: u32, Position { joined_ms, account }: &Position) -> Ordering {
        self.records.get(number).compare_place(*joined_ms, account.as_str())
    }

    fn lead(&mut self, number: u32, member: &Member) {
        let (records, account) = (&self.records, member.account.as_str());
        let compare = |other| records.get(other).compare_place(member.joined_ms, account);
        self.leading.insert(number, compare);
    }

    fn follow(&mut self, joined_ms: u64, account: &str) {
        let records = &self.records;
        self.leading.remove(|other| records.get(other).compare_place(joined_ms, account));
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
        if leads(member.role) {
            self.lead(number, member);
        }
    }
}

/// Whether a member is one of the few.
fn leads(role: Role) -> bool {
    role != Role::Member
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Account;

    const ROLES: [Role; 3] = [Role::Owner, Role::Admin, Role::Member];

    proptest! {
        /// Whoever is wanted is shown, in order, and nobody else, from any place on.
        #[test]
        fn a_page_of_some_roles_is_a_filtered_list(
            steps in proptest::collection::vec((0..60_u64, 0..40_u64, 0..6_usize), 0..200),
            wanted in 0..8_usize, place in 0..45_u64, skip in 0..30_usize, descending: bool,
        ) {
            let mut members = Members::new(RandomState::new());
            let mut model: Vec<(u64, String, Role)> = Vec::new();
            for (who, joined_ms, step) in steps {
                let who = format!("{who:02}");
                model.retain(|(_, other, _)| *other != who);
                if let Some(role) = [0, 1, 2, 2, 2].get(step).map(|nth| ROLES[*nth]) {
                    let account = Account::parse(&who).unwrap();
                    members.put(&Member { role, ..Member::named(account, joined_ms) });
                    model.push((joined_ms, who, role));
                } else {
                    members.remove(&who);
                }
            }
            model.sort_by(|a, b| (a.0, &a.1).cmp(&(b.0, &b.1)));
            if descending {
                model.reverse();
            }
            let roles: Vec<Role> = (0..3).filter(|nth| wanted >> nth & 1 == 1).map(|nth| ROLES[nth]).collect();
            let after = (place > 0).then(|| Position { joined_ms: place - 1, account: Account::parse("30").unwrap() });
            let query = PageQuery { after: after.as_ref(), descending, roles: Roles::of(&roles), skip, ..PageQuery::first(usize::MAX) };
            let shown: Vec<String> = members.wanted(&query).map(|member| member.account.to_owned()).collect();
            let expected = model.iter().filter(|(joined_ms, who, role)| {
                roles.contains(role) && (place == 0 || if descending { (*joined_ms, who.as_str()) < (place - 1, "30") } else { (*joined_ms, who.as_str()) > (place - 1, "30") })
            });
            let expected: Vec<String> = expected.skip(skip).map(|(_, who, _)| who.clone()).collect();
            prop_assert_eq!(shown, expected);
            prop_assert_eq!(members.iter().count(), model.len());
        }
    }
}

//! The people of a room that ended, for whoever is still to be told of each.
//!
//! Promise: whoever asks for one behind the other walks the list once, however long it is.

use std::fmt::{self, Debug, Formatter};
use std::hash::RandomState;
use std::sync::Arc;

use parking_lot::Mutex;

use super::members::Members;
use crate::domain::{Account, Member, MemberView, Passage, Roster};

/// A room's members, who are not to change any more.
pub(super) struct Departed {
    members: Arc<Members>,
    /// Whom somebody asked for last.
    last: Mutex<Place>,
}

/// The nth of the people, and at which place of the list he stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    nth: u32,
    rank: usize,
}

impl Departed {
    pub(super) fn new(members: Arc<Members>) -> Self {
        Self { members, last: Mutex::default() }
    }
}

/// The people of a room that ended, as they are put back.
pub(in crate::store) struct Departing {
    members: Members,
    count: u32,
}

impl Departing {
    pub(in crate::store) fn new(hasher: RandomState) -> Self {
        Self { members: Members::new(hasher), count: 0 }
    }

    /// Puts back a member, each once.
    pub(in crate::store) fn put(&mut self, member: &Member) {
        self.count += u32::from(is_one(&member.view()));
        self.members.put(member);
    }

    /// How many people there are.
    pub(in crate::store) fn count(&self) -> u32 {
        self.count
    }

    /// All of them.
    pub(in crate::store) fn all(self) -> Arc<dyn Roster> {
        Arc::new(Departed::new(Arc::new(self.members)))
    }
}

/// Whether somebody is one of the people: he came in, and is no program.
fn is_one(member: &MemberView<'_>) -> bool {
    member.entered && !member.robot
}

impl Roster for Departed {
    fn nth(&self, nth: u32) -> Option<Passage> {
        let mut last = self.last.lock();
        let from = if last.nth <= nth { *last } else { Place::default() };
        let ranked = (from.rank..).zip(self.members.behind(from.rank));
        let mut people = ranked.filter(|(_, member)| is_one(member));
        let (rank, member) = people.nth((nth - from.nth) as usize)?;
        *last = Place { nth, rank };
        let account = Account::parse(member.account).expect("kept accounts are right");
        Some(Passage::seen(&account, &member, 0))
    }

    fn size_bytes(&self) -> usize {
        self.members.size_bytes()
    }
}

impl Debug for Departed {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write!(f, "Departed({} members)", self.members.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nth_is_the_nth_of_the_people_in_whatever_order_one_asks() {
        let mut members = Members::new(RandomState::new());
        let mut people = Vec::new();
        for nth in 0..2_000_u64 {
            let account = Account::parse(&format!("m{nth}")).unwrap();
            let (entered, robot) = (nth % 5 != 0, nth % 7 == 0);
            if entered && !robot {
                people.push(account.clone());
            }
            members.put(&Member { entered, robot, ..Member::named(account, nth) });
        }
        let departed = Departed::new(Arc::new(members));
        let name = |nth: usize| departed.nth(u32::try_from(nth).unwrap()).map(|one| one.account);
        for (nth, account) in people.iter().enumerate() {
            assert_eq!(name(nth).as_ref(), Some(account), "{nth}");
        }
        for nth in [700, 3, 3, 699, 0, people.len() - 1, 1] {
            assert_eq!(name(nth).as_ref(), people.get(nth), "{nth}");
        }
        assert_eq!((name(people.len()), name(9_999)), (None, None));
    }
}

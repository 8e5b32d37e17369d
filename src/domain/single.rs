//! Events taken apart, for whoever is told of each person and each stream alone.
//!
//! Job: say how many single things happened with one event, and which the nth is. Promise: the two
//! agree; a person who was only listed never came and never goes; whoever follows only who comes and
//! goes hears nothing of facts and seats. Not here: who is told, and what he is told of one.

use std::borrow::Cow;

use super::event::{Event, LeaveReason};
use super::ids::Account;
use super::passage::{Login, Passage};
use super::stream::{Stream, StreamEnd};

/// One thing that happened, to a room, one person or one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Single<'a> {
    /// The room was made.
    RoomCreated {
        /// By whom.
        by: &'a Account,
    },
    /// The room ended.
    RoomEnded {
        /// How the last one went, if it ended with that.
        last_went: Option<LeaveReason>,
    },
    /// A person came in.
    Entered {
        /// Who.
        who: &'a Passage,
        /// How.
        login: Login,
    },
    /// A person went.
    Left {
        /// Who.
        who: Cow<'a, Passage>,
        /// Why.
        reason: LeaveReason,
    },
    /// A stream was added.
    StreamAdded {
        /// Which.
        stream: &'a Stream,
        /// It stands in the place of one with its id and of the same person.
        again: bool,
    },
    /// A stream is there no more.
    StreamEnded {
        /// Which.
        stream: &'a Stream,
        /// Why.
        reason: StreamEnd,
    },
}

impl Event {
    /// How many single things happened with it.
    #[must_use]
    pub fn singles(&self) -> u32 {
        let count = match self {
            Self::RoomCreated { .. } | Self::RoomReclaimed { .. } | Self::StreamAdded { .. } => 1,
            Self::RoomDestroyed { by: _, quietly } => usize::from(!quietly),
            Self::RoomUpdated { .. } | Self::SeatsChanged { .. } => 0,
            Self::MembersEntered { people, .. } | Self::MembersLeft { people, .. } => {
                present(people).count()
            }
            Self::EverybodyLeft { people } => return people.count(),
            Self::StreamsEnded { streams, .. } => streams.len(),
        };
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The nth of them, from 0.
    #[must_use]
    pub fn single(&self, nth: u32) -> Option<Single<'_>> {
        let at = nth as usize;
        match self {
            Self::RoomCreated { by, .. } => (at == 0).then_some(Single::RoomCreated { by }),
            Self::RoomDestroyed { by: _, quietly } => {
                (at == 0 && !quietly).then_some(Single::RoomEnded { last_went: None })
            }
            Self::RoomReclaimed { last_went } => {
                (at == 0).then_some(Single::RoomEnded { last_went: *last_went })
            }
            Self::RoomUpdated { .. } | Self::SeatsChanged { .. } => None,
            Self::MembersEntered { people, login } => {
                present(people).nth(at).map(|who| Single::Entered { who, login: *login })
            }
            Self::MembersLeft { people, reason, .. } => {
                let who = present(people).nth(at).map(Cow::Borrowed);
                who.map(|who| Single::Left { who, reason: *reason })
            }
            Self::EverybodyLeft { people } => {
                let who = people.nth(nth).map(Cow::Owned);
                who.map(|who| Single::Left { who, reason: LeaveReason::Kicked })
            }
            Self::StreamAdded { stream, again } => {
                (at == 0).then_some(Single::StreamAdded { stream, again: *again })
            }
            Self::StreamsEnded { streams, reason } => {
                streams.get(at).map(|stream| Single::StreamEnded { stream, reason: *reason })
            }
        }
    }
}

/// Those who were in, or are: not only listed.
fn present(people: &[Passage]) -> impl Iterator<Item = &Passage> {
    people.iter().filter(|one| one.entered)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::everybody::{Everybody, Roster};
    use super::super::member::Member;
    use super::*;

    fn account(text: &str) -> Account {
        Account::parse(text).unwrap()
    }

    fn people(names: &[&str]) -> Vec<Passage> {
        let passage = |name: &&str| {
            let member = Member { entered: *name != "listed", ..Member::named(account(name), 17) };
            Passage::of(&member, 1)
        };
        names.iter().map(passage).collect()
    }

    #[derive(Debug)]
    struct All(Vec<Passage>);

    impl Roster for All {
        fn nth(&self, nth: u32) -> Option<Passage> {
            self.0.get(nth as usize).cloned()
        }

        fn size_bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn there_are_as_many_singles_as_are_counted() {
        let by = account("admin");
        let people = people(&["a", "listed", "b", "listed", "c"]);
        let (reason, login) = (LeaveReason::Kicked, Login::default());
        let left = people.clone();
        let rows = [
            (Event::RoomCreated { by: by.clone(), invitees: vec![by.clone()] }, 1),
            (Event::RoomUpdated { by: by.clone() }, 0),
            (Event::RoomDestroyed { by: by.clone(), quietly: false }, 1),
            (Event::RoomDestroyed { by: by.clone(), quietly: true }, 0),
            (Event::RoomReclaimed { last_went: Some(reason) }, 1),
            (Event::SeatsChanged { by: by.clone(), seats: vec![] }, 0),
            (Event::MembersEntered { people, login }, 3),
            (Event::MembersLeft { people: left, reason, by, words: "".into() }, 3),
            (Event::StreamsEnded { streams: vec![], reason: StreamEnd::RoomEnded }, 0),
        ];
        for (event, count) in rows {
            assert_eq!(event.singles(), count, "{event:?}");
            for nth in 0..9 {
                assert_eq!(event.single(nth).is_some(), nth < count, "{nth} of {event:?}");
            }
        }
    }

    #[test]
    fn everybody_is_sent_away_one_by_one() {
        let gone = people(&["a", "b", "c"]);
        let all = Everybody::of(3, 8, Arc::new(All(gone.clone())));
        let event = Event::EverybodyLeft { people: all };
        assert_eq!(event.singles(), 3);
        for (nth, who) in (0..).zip(gone) {
            let who = Cow::Owned(Passage { nth: 9 + u64::from(nth), ..who });
            let left = Single::Left { who, reason: LeaveReason::Kicked };
            assert_eq!(event.single(nth), Some(left));
        }
        assert_eq!(event.single(3), None);
    }

    #[test]
    fn who_was_only_listed_neither_comes_nor_goes() {
        let (people, login) = (people(&["listed", "a", "listed", "b"]), Login::default());
        let event = Event::MembersEntered { people, login };
        let name = |nth| match event.single(nth) {
            Some(Single::Entered { who, .. }) => who.account.to_string(),
            other => panic!("{other:?}"),
        };
        assert_eq!([name(0), name(1)], ["a", "b"]);
    }
}

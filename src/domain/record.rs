//! An app's state as records, one behind the other: what is left of it when it is taken elsewhere.
//!
//! Job: name each record, and the order in which they stand. Promise: whoever keeps an app has
//! nothing of it that is in none of these, but for what he derives from them. Not here: how they are
//! written down.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account_record::AccountRecord;
use super::event::{Event, LeaveReason};
use super::forbid::ForbidRule;
use super::ids::RoomId;
use super::member::Member;
use super::notice::{Destination, Notice};
use super::passage::Passage;
use super::receiver_record::ReceiverRecord;
use super::room::{Facts, Tally};
use super::sanction::Sanction;
use super::seats::Seats;
use super::stream::Stream;

/// One record of an app. They stand in the order of the variants; each room in the order of making,
/// with what is its own right behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Record {
    /// What was said of the app's receiver, if anything ever was: none, or which.
    Receiver(Option<ReceiverRecord>),
    /// An account, in the order of their names.
    Account(AccountRecord),
    /// A rule that forbids something: kind by kind, in the order of making.
    Rule(ForbidRule),
    /// A room. What it has many of follows.
    Room(Box<RoomRecord>),
    /// A stream of that room, in the order of their adding.
    Stream(Stream),
    /// A member of that room, in the room's order.
    Member(Box<Member>),
    /// A ban of that room, in the order of banning.
    Ban(Sanction),
    /// A mute of that room, in the order of muting.
    Mute(Sanction),
    /// A letter that waits, of whatever room, in the order of writing.
    Letter(Box<LetterRecord>),
}

/// A room, without the records that it has many of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomRecord {
    /// Which.
    pub id: RoomId,
    /// What is true of it.
    pub facts: Facts,
    /// Its counts, those of its members included.
    pub tally: Tally,
    /// Its seats.
    pub seats: Seats,
}

/// A letter that waits, and how far it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LetterRecord {
    /// To whom.
    pub to: Destination,
    /// What.
    pub notice: Arc<Notice>,
    /// In how many parts it is delivered; at least 1.
    pub parts: u32,
    /// Which of them is up, from 0.
    pub part: u32,
    /// How often that one was put off.
    pub put_off: u32,
    /// Until when, in Unix milliseconds of the app's clock.
    pub ready_ms: u64,
}

/// How many people of a room that ended one letter tells of when they are taken elsewhere.
const PEOPLE: u32 = 100;

impl LetterRecord {
    /// A letter that tells of everybody who was in a room that ended, as one that names the first of
    /// those who are still to be told of, and what is left of it; any other one as it is.
    #[must_use]
    pub fn first_people(self) -> (Self, Option<Self>) {
        let Event::EverybodyLeft { people } = &self.notice.event else { return (self, None) };
        let behind = self.part.saturating_add(PEOPLE).min(people.count());
        let named: Vec<Passage> = (self.part..behind).filter_map(|nth| people.nth(nth)).collect();
        let rest = (behind < people.count()).then(|| Self {
            part: behind,
            put_off: 0,
            ready_ms: 0,
            ..self.clone()
        });
        let Some(first) = named.first() else { return (self, None) };
        let (by, parts) = (first.account.clone(), u32::try_from(named.len()).unwrap_or(u32::MAX));
        let (reason, words) = (LeaveReason::Kicked, "".into());
        let event = Event::MembersLeft { people: named, reason, by, words };
        let Notice { id, at_ms, serial, member_count, .. } = *self.notice;
        let (room, facts) = (self.notice.room.clone(), None);
        let notice = Arc::new(Notice { id, room, at_ms, event, serial, member_count, facts });
        (Self { notice, parts, part: 0, ..self }, rest)
    }
}

#[cfg(test)]
mod tests {
    use super::super::everybody::{Everybody, Roster};
    use super::super::ids::Account;
    use super::*;

    #[derive(Debug)]
    struct Crowd;

    impl Roster for Crowd {
        fn nth(&self, nth: u32) -> Option<Passage> {
            let account = Account::parse(&format!("u{nth}")).unwrap();
            let member = Member { entered: true, ..Member::named(account, nth.into()) };
            Some(Passage::of(&member, 0))
        }

        fn size_bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn everybody_is_named_once_in_letters_of_a_hundred() {
        let people = Everybody::of(250, 7, Arc::new(Crowd));
        let event = Event::EverybodyLeft { people };
        let room = RoomId::parse("r").unwrap();
        let notice =
            Notice { id: 1, room, at_ms: 9, event, serial: 3, member_count: 0, facts: None };
        let letter = LetterRecord {
            to: Destination::Zego,
            notice: Arc::new(notice.clone()),
            parts: 250,
            part: 20,
            put_off: 2,
            ready_ms: 5,
        };
        let (mut rest, mut seen, mut sizes) = (Some(letter), Vec::new(), Vec::new());
        while let Some(letter) = rest {
            let first;
            (first, rest) = letter.first_people();
            assert_eq!((first.part, first.notice.event.singles()), (0, first.parts));
            let put_off = if sizes.is_empty() { (2, 5) } else { (0, 0) };
            assert_eq!((first.put_off, first.ready_ms), put_off, "the first alone was");
            sizes.push(first.parts);
            for part in 0..first.parts {
                let nth = u32::try_from(seen.len()).unwrap() + 20;
                assert_eq!(first.notice.event.single(part), notice.event.single(nth));
                seen.push(nth);
            }
        }
        assert_eq!(sizes, [100, 100, 30]);
    }
}

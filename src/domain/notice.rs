//! What the world is told of one event.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::event::Event;
use super::ids::{Account, RoomId};
use super::passage::Passage;
use super::room::Facts;
use super::stream::Stream;

/// Who hears of an event. Each hears all of a room in the room's order, at a pace of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Destination {
    /// The app's receiver of RoomEngine callbacks.
    RoomEngine,
    /// The app's receiver of ZEGO callbacks.
    Zego,
}

impl Destination {
    /// Each of them.
    pub const ALL: [Self; 2] = [Self::RoomEngine, Self::Zego];
}

/// An event, and what was true of the room right after it: all that any vendor's callback says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    /// Tells it from every other notice of this process.
    pub id: u64,
    /// Where it happened.
    pub room: RoomId,
    /// When, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// What.
    pub event: Event,
    /// What tells the room from every other one.
    pub serial: u64,
    /// How many were in the list then.
    pub member_count: u32,
    /// The facts then, for events that are about them.
    pub facts: Option<Box<Facts>>,
}

/// A notice on its way to one destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: Destination,
    /// What.
    pub notice: Arc<Notice>,
    /// In how many parts it is delivered, one behind the other; at least 1.
    pub parts: u32,
}

impl Letter {
    /// The same for whoever looks at one of its parts alone: nobody's record is kept for the others.
    #[must_use]
    pub fn only(&self, part: u32) -> Self {
        let Event::EverybodyLeft { people } = &self.notice.event else { return self.clone() };
        let event = Event::EverybodyLeft { people: people.only(part) };
        let Notice { id, at_ms, serial, member_count, .. } = *self.notice;
        let (room, facts) = (self.notice.room.clone(), self.notice.facts.clone());
        let notice = Notice { id, room, at_ms, event, serial, member_count, facts };
        Self { notice: Arc::new(notice), ..self.clone() }
    }
}

impl Notice {
    /// What it takes when it is written down, in bytes, about: without the people of a room that
    /// ended, whose records stand elsewhere.
    #[must_use]
    pub fn written_bytes(&self) -> usize {
        match &self.event {
            Event::EverybodyLeft { people } => self.size_bytes() - people.size_bytes(),
            _ => self.size_bytes(),
        }
    }

    /// What keeping it takes, in bytes, about: each text with what the allocator and its owner need.
    #[must_use]
    pub fn size_bytes(&self) -> usize {
        let facts = self.facts.as_ref().map_or(0, |facts| {
            let texts = facts.name.len() + facts.custom_info.len() + facts.profile.heap_bytes();
            size_of::<Facts>() + texts + facts.owner.as_ref().map_or(0, text)
        });
        size_of::<Self>() + self.room.as_str().len() + event(&self.event) + facts
    }
}

fn event(event: &Event) -> usize {
    match event {
        Event::RoomCreated { by, invitees } => text(by) + texts(invitees),
        Event::RoomUpdated { by } | Event::RoomDestroyed { by, quietly: _ } => text(by),
        Event::RoomReclaimed { last_went: _ } => 0,
        Event::MembersEntered { people, login: _ } => passages(people),
        Event::MembersLeft { people, reason: _, by, words } => {
            passages(people) + text(by) + words.len()
        }
        Event::EverybodyLeft { people } => people.size_bytes(),
        Event::StreamAdded { stream, again: _ } => stream.heap_bytes(),
        Event::StreamsEnded { streams, reason: _ } => {
            streams.iter().map(|stream| size_of::<Stream>() + stream.heap_bytes()).sum()
        }
        Event::SeatsChanged { by, seats } => {
            let taken = |(_, seat): &(u32, super::seats::Seat)| {
                size_of::<(u32, super::seats::Seat)>() + seat.taken_by.as_ref().map_or(0, text)
            };
            text(by) + seats.iter().map(taken).sum::<usize>()
        }
    }
}

fn passages(people: &[Passage]) -> usize {
    people.iter().map(|one| size_of::<Passage>() + one.heap_bytes()).sum()
}

fn texts(accounts: &[Account]) -> usize {
    accounts.iter().map(text).sum()
}

/// An account with its reference counts. Shared or not: what a letter keeps alive is its own.
fn text(account: &Account) -> usize {
    size_of::<Account>() + 2 * size_of::<usize>() + account.as_str().len()
}

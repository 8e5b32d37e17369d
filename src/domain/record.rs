//! An app's state as records, one behind the other: what is left of it when it is taken elsewhere.
//!
//! Job: name each record, and the order in which they stand. Promise: whoever keeps an app has
//! nothing of it that is in none of these, but for what he derives from them. Not here: how they are
//! written down.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::account_record::AccountRecord;
use super::forbid::ForbidRule;
use super::ids::RoomId;
use super::member::Member;
use super::notice::{Destination, Notice};
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

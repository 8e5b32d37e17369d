//! A line, and what it says: one JSON object with one field, named after its kind.
//!
//! Job: records as they are written, and back. Promise: unknown fields and fields that stand there
//! twice are refused; what is left out of a record (the numbers of notices, the query of a receiver's
//! URL) is left out here. Not here: whether a record is right.

use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::{
    Account, AccountRecord, CallbackUrl, Deed, Deeds, Destination, Event, EventKind, Facts,
    ForbidKey, ForbidRule, LetterRecord, Member, Notice, ReceiverRecord, Record, RoomId,
    RoomRecord, Sanction, Seats, Stream, Tally,
};

/// A line.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Line {
    Guestlist(Head),
    Receiver(Option<ReceiverLine>),
    Account(AccountRecord),
    Rule(RuleLine),
    Room(Box<RoomLine>),
    Stream(Stream),
    Member(Box<Member>),
    Ban(SanctionLine),
    Mute(SanctionLine),
    Letter(Box<LetterLine>),
    End(End),
}

/// The first line: what this is.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) version: u32,
    pub(super) app: u32,
    pub(super) at_ms: u64,
}

/// As much of the first line as every version has.
#[derive(Debug, Deserialize)]
pub(super) struct AnyHead {
    pub(super) guestlist: AnyVersion,
}

#[derive(Debug, Deserialize)]
pub(super) struct AnyVersion {
    pub(super) version: u64,
}

/// The last line: how many stand between it and the first one.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct End {
    pub(super) records: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ReceiverLine {
    url: CallbackUrl,
    /// The URL has a query or a fragment, and they are not here.
    query_left_out: bool,
    kinds: Vec<EventKind>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RuleLine {
    against: ForbidKey,
    forbids: Vec<Deed>,
    created_ms: u64,
    until_ms: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoomLine {
    room: RoomId,
    facts: Facts,
    tally: Tally,
    seats: Seats,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SanctionLine {
    account: Account,
    /// Nothing is never.
    #[serde(deserialize_with = "said")]
    until_ms: Option<u64>,
    nth: u64,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct LetterLine {
    to: Destination,
    parts: u32,
    part: u32,
    put_off: u32,
    ready_ms: u64,
    room: RoomId,
    at_ms: u64,
    serial: u64,
    member_count: u32,
    event: Event,
    facts: Option<Box<Facts>>,
}

/// A value that may be null, and must be said.
fn said<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Option::deserialize(deserializer)
}

/// A URL without its query and its fragment, and whether it had any.
pub(super) fn without_query(url: &CallbackUrl) -> (CallbackUrl, bool) {
    let text = url.expose();
    match text.find(['?', '#']).and_then(|at| CallbackUrl::parse(&text[..at]).ok()) {
        Some(bare) => (bare, true),
        None => (url.clone(), false),
    }
}

impl From<Record> for Line {
    fn from(record: Record) -> Self {
        match record {
            Record::Receiver(receiver) => Self::Receiver(receiver.map(|receiver| {
                let (url, query_left_out) = without_query(&receiver.url);
                ReceiverLine { url, query_left_out, kinds: receiver.kinds }
            })),
            Record::Account(account) => Self::Account(account),
            Record::Rule(ForbidRule { key, forbids, created_ms, until_ms }) => {
                let forbids = forbids.iter().collect();
                Self::Rule(RuleLine { against: key, forbids, created_ms, until_ms })
            }
            Record::Room(record) => {
                let RoomRecord { id: room, facts, tally, seats } = *record;
                Self::Room(Box::new(RoomLine { room, facts, tally, seats }))
            }
            Record::Stream(stream) => Self::Stream(stream),
            Record::Member(member) => Self::Member(member),
            Record::Ban(ban) => Self::Ban(ban.into()),
            Record::Mute(mute) => Self::Mute(mute.into()),
            Record::Letter(letter) => {
                let LetterRecord { to, notice, parts, part, put_off, ready_ms } = *letter;
                let Notice { id: _, room, at_ms, event, serial, member_count, facts } =
                    Arc::unwrap_or_clone(notice);
                Self::Letter(Box::new(LetterLine {
                    to,
                    parts,
                    part,
                    put_off,
                    ready_ms,
                    room,
                    at_ms,
                    serial,
                    member_count,
                    event,
                    facts,
                }))
            }
        }
    }
}

impl From<Sanction> for SanctionLine {
    fn from(Sanction { account, until_ms, nth }: Sanction) -> Self {
        Self { account, until_ms: (until_ms != u64::MAX).then_some(until_ms), nth }
    }
}

impl From<SanctionLine> for Sanction {
    fn from(SanctionLine { account, until_ms, nth }: SanctionLine) -> Self {
        Self { account, until_ms: until_ms.unwrap_or(u64::MAX), nth }
    }
}

/// What a line says besides records.
pub(super) enum Said {
    Head,
    Record(Record),
    /// A receiver whose URL lacks its query.
    WithoutQuery(ReceiverRecord),
    End(End),
}

impl Line {
    /// What it says; a notice is given its number.
    pub(super) fn said(self, notice_id: impl FnOnce() -> u64) -> Said {
        Said::Record(match self {
            Self::Guestlist(_) => return Said::Head,
            Self::End(end) => return Said::End(end),
            Self::Receiver(None) => Record::Receiver(None),
            Self::Receiver(Some(ReceiverLine { url, query_left_out, kinds })) => {
                let receiver = ReceiverRecord { url, kinds };
                if query_left_out {
                    return Said::WithoutQuery(receiver);
                }
                Record::Receiver(Some(receiver))
            }
            Self::Account(account) => Record::Account(account),
            Self::Rule(RuleLine { against: key, forbids, created_ms, until_ms }) => {
                let forbids = Deeds::of(&forbids);
                Record::Rule(ForbidRule { key, forbids, created_ms, until_ms })
            }
            Self::Room(line) => {
                let RoomLine { room: id, facts, tally, seats } = *line;
                Record::Room(Box::new(RoomRecord { id, facts, tally, seats }))
            }
            Self::Stream(stream) => Record::Stream(stream),
            Self::Member(member) => Record::Member(member),
            Self::Ban(ban) => Record::Ban(ban.into()),
            Self::Mute(mute) => Record::Mute(mute.into()),
            Self::Letter(line) => {
                let LetterLine { to, parts, part, put_off, ready_ms, .. } = *line;
                let LetterLine { room, at_ms, serial, member_count, event, facts, .. } = *line;
                let id = notice_id();
                let notice = Notice { id, room, at_ms, event, serial, member_count, facts };
                let notice = Arc::new(notice);
                let letter = LetterRecord { to, notice, parts, part, put_off, ready_ms };
                Record::Letter(Box::new(letter))
            }
        })
    }
}

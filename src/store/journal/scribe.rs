//! From changes to rows.
//!
//! Job: turn what the memory store tells of into rows of the queue. Promise: one change is one
//! entry. It runs under the lock of the room: rows are encoded there, so that nothing is copied to
//! be encoded elsewhere.

use std::sync::Arc;

use serde::Serialize;

use super::keys::{self, Kind, Life};
use super::queue::{Census, Entry, Queue};
use super::rows::Row;
use crate::domain::{
    AccountRecord, AppId, Delta, Destination, Facts, FactsWrite, ForbidRule, Letter, LetterRecord,
    MemberWrite, Record, RoomId, RoomRecord, SanctionWrite, StreamWrite,
};
use crate::store::DroppedLetter;
use crate::store::memory::outbox::Progress;
use crate::store::memory::scribe::{Change, Scribe};
use crate::store::memory::staging::Place;

/// A room's row of facts.
#[derive(Debug, Serialize)]
struct FactsRow<'a> {
    room: &'a RoomId,
    facts: &'a Facts,
}

/// Writes changes into a queue.
pub(super) struct Pen {
    pub(super) queue: Arc<Queue>,
    /// Whose rows are to go behind a room that ended.
    pub(super) ended: Box<dyn Fn(Life, u64) + Send + Sync>,
}

impl Scribe for Pen {
    fn change(&self, change: &Change<'_>) {
        let life = Life { app: change.app, epoch: change.epoch };
        let mut entry = Entry::default();
        delta(&mut entry, life, change);
        for (id, Letter { to, notice, parts }) in change.letters {
            let key = keys::letter(change.app, *to, *id);
            entry.rows.push(Row::put(key, &(change.epoch, parts, &**notice)));
        }
        self.queue.push(entry);
        if change.delta.facts == FactsWrite::Destroy {
            (self.ended)(life, change.incarnation);
        }
    }

    fn dropped(&self, letters: &[DroppedLetter]) {
        let rows = letters.iter().flat_map(|letter| done(letter.app, letter.to, letter.id));
        self.queue.push(Entry { rows: rows.collect(), census: None });
    }
}

/// The rows of a letter that is done with.
pub(super) fn done(app: AppId, to: Destination, id: u64) -> [Row; 2] {
    [keys::letter(app, to, id), keys::put_off(app, to, id)].map(Row::remove)
}

/// A rule, at its place.
pub(super) fn rule(life: Life, place: u64, rule: &ForbidRule) -> Row {
    Row::put(keys::rule(life, &rule.key), &(place, rule))
}

pub(super) fn account(life: Life, record: &AccountRecord) -> Row {
    Row::put(keys::named(life, Kind::Account, record.account.as_str()), record)
}

/// The rows of a record that stands in a life of an app.
pub(super) fn record(life: Life, place: Place, record: &Record) -> Entry {
    let (incarnation, nth) = match place {
        Place::App => (0, 0),
        Place::Room(incarnation) => (incarnation, 0),
        Place::Rule(nth) | Place::Letter(nth) => (0, nth),
    };
    let row = |kind| keys::room(life, kind, incarnation);
    let part = |kind, name: &str| keys::part(life, kind, incarnation, name);
    let one = |row| Entry { rows: vec![row], census: None };
    match record {
        Record::Receiver(receiver) => one(Row::put(row(Kind::Receiver), receiver)),
        Record::Account(record) => one(account(life, record)),
        Record::Rule(of) => one(rule(life, nth, of)),
        Record::Room(record) => {
            let RoomRecord { id: room, facts, tally, seats } = &**record;
            let mut rows = vec![
                Row::put(row(Kind::Facts), &FactsRow { room, facts }),
                Row::put(row(Kind::Tally), tally),
            ];
            if seats.count() > 0 {
                rows.push(Row::put(row(Kind::Seats), seats));
            }
            Entry { rows, census: Some(Census { life, incarnation, born: true }) }
        }
        Record::Stream(stream) => one(Row::put(part(Kind::Stream, stream.id.as_str()), stream)),
        Record::Member(member) => {
            one(Row::put(part(Kind::Member, member.account.as_str()), &**member))
        }
        Record::Ban(ban) => one(Row::put(part(Kind::Ban, ban.account.as_str()), ban)),
        Record::Mute(mute) => one(Row::put(part(Kind::Mute, mute.account.as_str()), mute)),
        Record::Letter(letter) => {
            let LetterRecord { to, notice, parts, .. } = &**letter;
            let key = keys::letter(life.app, *to, nth);
            let mut rows = vec![Row::put(key, &(life.epoch, parts, &**notice))];
            let progress = Progress::of(letter);
            if progress != Progress::default() {
                rows.push(Row::put(keys::put_off(life.app, *to, nth), &progress));
            }
            Entry { rows, census: None }
        }
    }
}

fn delta(entry: &mut Entry, life: Life, change: &Change<'_>) {
    let Delta { facts, tally, members, bans, mutes, seats, streams, .. } = change.delta;
    let incarnation = change.incarnation;
    let row = |kind| keys::room(life, kind, incarnation);
    let part = |kind, name: &str| keys::part(life, kind, incarnation, name);
    let rows = &mut entry.rows;
    match facts {
        FactsWrite::Keep => {}
        FactsWrite::Put(facts) => {
            rows.push(Row::put(row(Kind::Facts), &FactsRow { room: change.room, facts }));
            if change.born {
                entry.census = Some(Census { life, incarnation, born: true });
            }
        }
        FactsWrite::Destroy => {
            rows.extend([Kind::Facts, Kind::Tally, Kind::Seats].map(|kind| Row::remove(row(kind))));
            rows.push(Row::put(row(Kind::Dead), &()));
            entry.census = Some(Census { life, incarnation, born: false });
            return;
        }
    }
    match tally {
        Some(tally) => rows.push(Row::put(row(Kind::Tally), tally)),
        None if change.born => {
            rows.push(Row::put(row(Kind::Tally), &crate::domain::Tally::default()));
        }
        None => {}
    }
    for write in members {
        rows.push(match write {
            MemberWrite::Put(member) => {
                Row::put(part(Kind::Member, member.account.as_str()), member)
            }
            MemberWrite::Remove(account) => Row::remove(part(Kind::Member, account.as_str())),
        });
    }
    for (kind, writes) in [(Kind::Ban, bans), (Kind::Mute, mutes)] {
        for write in writes {
            rows.push(match write {
                SanctionWrite::Put(one) => Row::put(part(kind, one.account.as_str()), one),
                SanctionWrite::Remove(account) => Row::remove(part(kind, account.as_str())),
            });
        }
    }
    if let Some(seats) = seats {
        rows.push(Row::put(row(Kind::Seats), seats));
    }
    for write in streams {
        rows.push(match write {
            StreamWrite::Put(stream) => Row::put(part(Kind::Stream, stream.id.as_str()), stream),
            StreamWrite::Remove(id) => Row::remove(part(Kind::Stream, id.as_str())),
        });
    }
}

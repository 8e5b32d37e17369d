//! From changes to rows.
//!
//! Job: turn what the memory store tells of into rows of the queue. Promise: one change is one
//! entry. It runs under the lock of the room: rows are encoded there, so that nothing is copied to
//! be encoded elsewhere.

use std::sync::Arc;

use serde::Serialize;

use super::kept::Kept;
use super::keys::{self, Kind, Life};
use super::queue::{Census, Entry, Queue};
use super::rows::{self, Row};
use crate::domain::{
    AccountRecord, AppId, Delta, Destination, Event, Facts, FactsWrite, ForbidRule, Letter,
    LetterRecord, MemberWrite, Record, RoomId, RoomRecord, SanctionWrite, StreamWrite,
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
    pub(super) kept: Arc<Kept>,
    /// Whose rows are to go behind a room that ended.
    pub(super) ended: Box<dyn Fn(Life, u64) + Send + Sync>,
}

impl Scribe for Pen {
    fn change(&self, change: &Change<'_>) {
        let life = Life { app: change.app, epoch: change.epoch };
        let mut entry = Entry::default();
        delta(&mut entry, life, change);
        let mut is_kept = false;
        for (id, Letter { to, notice, parts }) in change.letters {
            let key = keys::letter(change.app, *to, *id);
            let row = (change.epoch, change.incarnation, parts, &**notice);
            entry.rows.extend(rows::split(&key, &row));
            if matches!(notice.event, Event::EverybodyLeft { .. }) {
                self.kept.keep(*id, (life, change.incarnation));
                is_kept = true;
            }
        }
        self.queue.push(entry);
        if change.delta.facts == FactsWrite::Destroy && !is_kept {
            (self.ended)(life, change.incarnation);
        }
    }

    fn dropped(&self, letters: &[DroppedLetter]) {
        let rows = letters.iter().flat_map(|letter| {
            done(letter.app, letter.to, letter.id, letter.notice.written_bytes())
        });
        self.queue.push(Entry { rows: rows.collect(), census: None });
        for (life, incarnation) in letters.iter().filter_map(|one| self.kept.release(one.id)) {
            (self.ended)(life, incarnation);
        }
    }
}

/// The rows of a letter that is done with, whose notice takes so many bytes.
pub(super) fn done(app: AppId, to: Destination, id: u64, bytes: usize) -> Vec<Row> {
    let letter = keys::letter(app, to, id);
    let pieces = rows::pieces(&letter, bytes);
    pieces.chain([keys::put_off(app, to, id)]).map(Row::remove).collect()
}

/// A rule, at its place.
pub(super) fn rule(life: Life, place: u64, rule: &ForbidRule) -> Row {
    Row::put(keys::rule(life, &rule.key), &(place, rule))
}

pub(super) fn account(life: Life, record: &AccountRecord) -> Row {
    Row::put(keys::named(life, Kind::Account, record.account.as_str()), record)
}

/// The rows of a room that ended: the rest of them goes in its own time.
pub(super) fn ended(life: Life, incarnation: u64) -> [Row; 4] {
    let row = |kind| keys::room(life, kind, incarnation);
    let [facts, tally, seats] =
        [Kind::Facts, Kind::Tally, Kind::Seats].map(|kind| Row::remove(row(kind)));
    [facts, tally, seats, Row::put(row(Kind::Dead), &())]
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
            // It needs no room's rows.
            let mut rows = rows::split(&key, &(life.epoch, 0_u64, parts, &**notice));
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
            rows.extend(ended(life, incarnation));
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

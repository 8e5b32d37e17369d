//! An app, read from disk at one moment.
//!
//! Job: walk the rows of an app's present life in the order of [`Record`], in a snapshot. Promise:
//! everything is of the moment of the snapshot, in which everything is that was answered before; of
//! a room's members the rows are held, to be put in order, and of no other room. Rows are read on a
//! thread that may wait for the disk. Not here: what is still on its way to the disk.

use std::collections::VecDeque;
use std::hash::RandomState;
use std::sync::Arc;

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tokio::task::spawn_blocking;

use super::disk::{Moment, Pair, Rows};
use super::keys::{self, Key, Kind, Life};
use super::rows;
use crate::domain::{
    AccountRecord, AppId, Destination, Event, Everybody, Facts, ForbidKind, ForbidRule,
    LetterRecord, Member, Notice, ReceiverRecord, Record, RoomId, RoomRecord, Sanction, Seats,
    Stream, Tally,
};
use crate::store::memory::departed::Departing;
use crate::store::memory::outbox::Progress;
use crate::store::{Export, StoreFuture, TxError};

/// A walk, handed to and fro between threads.
pub(super) struct Reading(Option<Box<Walk>>);

/// Where a walk is.
struct Walk {
    moment: Moment,
    life: Life,
    /// What comes next, of what is read in one step.
    ready: VecDeque<Record>,
    /// The kinds of record that are read before the rooms are.
    stages: VecDeque<Kind>,
    accounts: Option<Rows>,
    rooms: Option<Rows>,
    /// What the room has many of, in order: rows that are not read yet.
    parts: VecDeque<(Kind, Pair)>,
    /// The letters to each destination, and the next of each.
    letters: Option<[Letters; 2]>,
}

/// The letters to one destination, the next one read.
struct Letters {
    to: Destination,
    rows: Rows,
    /// A row that was read ahead.
    ahead: Option<Pair>,
    next: Option<(u64, LetterRecord)>,
}

/// Why a walk ends early: for the log.
type Fault = String;

impl Reading {
    /// Begins to read an app.
    ///
    /// # Errors
    /// [`TxError::Unavailable`], with the reason in the log.
    pub(super) fn new(moment: Moment, app: AppId) -> Result<Self, TxError> {
        let epoch =
            moment.get(&keys::epoch(app)).map_err(|error| unreadable(&error.to_string()))?;
        let epoch = epoch.map_or(Ok(0), |row| rows::decode(&row));
        let epoch = epoch.map_err(|fault| unreadable(&fault.to_string()))?;
        Ok(Self(Some(Box::new(Walk {
            moment,
            life: Life { app, epoch },
            ready: VecDeque::new(),
            stages: [Kind::Receiver, Kind::Account, Kind::Rule, Kind::Facts].into(),
            accounts: None,
            rooms: None,
            parts: VecDeque::new(),
            letters: None,
        }))))
    }
}

fn unreadable(fault: &str) -> TxError {
    tracing::error!("the journal cannot be read: {fault}");
    TxError::Unavailable
}

impl Export for Reading {
    fn next(&mut self, at_most: usize) -> StoreFuture<'_, Vec<Record>> {
        Box::pin(async move {
            // Whoever was not waited for has the walk: nothing more can be read.
            let mut walk = self.0.take().ok_or(TxError::Unavailable)?;
            let step = spawn_blocking(move || {
                let records = walk.step(at_most);
                (walk, records)
            });
            let (walk, records) = step.await.map_err(|_| TxError::Unavailable)?;
            let records = records.map_err(|fault| unreadable(&fault))?;
            self.0 = Some(walk);
            Ok(records)
        })
    }
}

/// The record of a row.
fn decoded<T: DeserializeOwned>(key: &[u8], row: &[u8]) -> Result<T, Fault> {
    rows::decode(row).map_err(|fault| format!("row {}: {fault}", key.escape_ascii()))
}

fn read(row: Result<Pair, fjall::Error>) -> Result<Pair, Fault> {
    row.map_err(|error| format!("a table cannot be read: {error}"))
}

/// A room's row of facts.
#[derive(Deserialize)]
struct FactsRow {
    room: RoomId,
    facts: Facts,
}

impl Walk {
    fn step(&mut self, at_most: usize) -> Result<Vec<Record>, Fault> {
        let mut records = Vec::new();
        while records.len() < at_most
            && let Some(record) = self.read()?
        {
            records.push(record);
        }
        Ok(records)
    }

    fn read(&mut self) -> Result<Option<Record>, Fault> {
        loop {
            if let Some(record) = self.ready.pop_front() {
                return Ok(Some(record));
            }
            if let Some((kind, (key, row))) = self.parts.pop_front() {
                return part(kind, &key, &row).map(Some);
            }
            let Some(kind) = self.stages.front() else { return self.letter() };
            let more = match kind {
                Kind::Receiver => self.receiver()?,
                Kind::Account => self.account()?,
                Kind::Rule => self.rules()?,
                _ => self.room()?,
            };
            if !more {
                self.stages.pop_front();
            }
        }
    }

    fn receiver(&mut self) -> Result<bool, Fault> {
        let key = keys::room(self.life, Kind::Receiver, 0);
        if let Some(row) = self.get(&key)? {
            let receiver: Option<ReceiverRecord> = decoded(&key, &row)?;
            self.ready.push_back(Record::Receiver(receiver));
        }
        Ok(false)
    }

    fn get(&self, key: &[u8]) -> Result<Option<fjall::UserValue>, Fault> {
        self.moment.get(key).map_err(|error| format!("a table cannot be read: {error}"))
    }

    fn account(&mut self) -> Result<bool, Fault> {
        let all = keys::kind(self.life, Kind::Account);
        let rows = self.accounts.get_or_insert_with(|| self.moment.rows_of(&all));
        let Some(row) = rows.next() else { return Ok(false) };
        let (key, row) = read(row)?;
        let record: AccountRecord = decoded(&key, &row)?;
        self.ready.push_back(Record::Account(record));
        Ok(true)
    }

    /// All rules: they are bounded.
    fn rules(&mut self) -> Result<bool, Fault> {
        let mut kinds: [Vec<(u64, ForbidRule)>; ForbidKind::ALL.len()] = Default::default();
        for row in self.moment.rows_of(&keys::kind(self.life, Kind::Rule)) {
            let (key, row) = read(row)?;
            let (place, rule): (u64, ForbidRule) = decoded(&key, &row)?;
            kinds[rule.key.kind() as usize].push((place, rule));
        }
        for mut rules in kinds {
            rules.sort_by_key(|(place, _)| *place);
            self.ready.extend(rules.into_iter().map(|(_, rule)| Record::Rule(rule)));
        }
        Ok(false)
    }

    /// The next room, and the rows of what it has many of.
    fn room(&mut self) -> Result<bool, Fault> {
        let all = keys::kind(self.life, Kind::Facts);
        let rows = self.rooms.get_or_insert_with(|| self.moment.rows_of(&all));
        let Some(row) = rows.next() else { return Ok(false) };
        let (key, row) = read(row)?;
        let FactsRow { room: id, facts } = decoded(&key, &row)?;
        let Some(Key::Row { incarnation, .. }) = keys::read(&key) else {
            return Err(format!("row {}: not one of this program's", key.escape_ascii()));
        };
        let key = keys::room(self.life, Kind::Tally, incarnation);
        let tally: Option<Tally> = self.get(&key)?.map(|row| decoded(&key, &row)).transpose()?;
        let key = keys::room(self.life, Kind::Seats, incarnation);
        let seats: Option<Seats> = self.get(&key)?.map(|row| decoded(&key, &row)).transpose()?;
        let (tally, seats) = (tally.unwrap_or_default(), seats.unwrap_or_default());
        self.ready.push_back(Record::Room(Box::new(RoomRecord { id, facts, tally, seats })));
        for kind in [Kind::Stream, Kind::Member, Kind::Ban, Kind::Mute] {
            let mut parts = Vec::new();
            for row in self.moment.rows_of(&keys::room(self.life, kind, incarnation)) {
                let (key, row) = read(row)?;
                parts.push((place(kind, &key, &row)?, (key, row)));
            }
            // By place, and where that is the same by name, as the rows stood.
            parts.sort_by_key(|(place, _)| *place);
            self.parts.extend(parts.into_iter().map(|(_, row)| (kind, row)));
        }
        Ok(true)
    }

    /// The next letter of either destination: the one that was written first.
    fn letter(&mut self) -> Result<Option<Record>, Fault> {
        let (moment, life) = (&self.moment, self.life);
        if self.letters.is_none() {
            let of = |to| {
                let rows = moment.rows_of(&keys::letters_to(life.app, to));
                Letters { to, rows, ahead: None, next: None }
            };
            let mut letters = Destination::ALL.map(of);
            for of in &mut letters {
                of.advance(moment, life)?;
            }
            self.letters = Some(letters);
        }
        let Some(letters) = &mut self.letters else { return Ok(None) };
        let first = letters.iter_mut().filter(|of| of.next.is_some());
        let first = first.min_by_key(|of| of.next.as_ref().map(|(id, _)| *id));
        let Some(of) = first else { return Ok(None) };
        let Some((id, letter)) = of.next.take() else { return Ok(None) };
        let (first, rest) = letter.first_people();
        match rest {
            Some(rest) => of.next = Some((id, rest)),
            None => of.advance(moment, life)?,
        }
        Ok(Some(Record::Letter(Box::new(first))))
    }
}

impl Letters {
    /// Reads the next letter of a life of an app.
    fn advance(&mut self, moment: &Moment, life: Life) -> Result<(), Fault> {
        while let Some((id, bytes)) = self.gather()? {
            let read = rows::whole::<(u64, u64, u32, Notice)>(&bytes);
            let (epoch, incarnation, parts, notice) =
                read.map_err(|fault| format!("letter {id}: {fault}"))?;
            if epoch != life.epoch {
                continue;
            }
            let put_off = keys::put_off(life.app, self.to, id);
            let progress = moment.get(&put_off);
            let progress = progress.map_err(|error| format!("a table cannot be read: {error}"))?;
            let progress: Option<Progress> =
                progress.map(|row| decoded(&put_off, &row)).transpose()?;
            let notice = Arc::new(with_people(moment, life, incarnation, notice)?);
            self.next = Some((id, progress.unwrap_or_default().record(self.to, notice, parts)));
            return Ok(());
        }
        Ok(())
    }

    /// The next letter's number, and the bytes of all its rows.
    fn gather(&mut self) -> Result<Option<(u64, Vec<u8>)>, Fault> {
        let mut gathered: Option<(u64, Vec<u8>)> = None;
        loop {
            let (key, row) = match self.ahead.take().map(Ok).or_else(|| self.rows.next().map(read))
            {
                None => return Ok(gathered),
                Some(pair) => pair?,
            };
            let Some(Key::Letter(_, _, id, _)) = keys::read(&key) else { continue };
            let piece = rows::piece(&row);
            let piece = piece.map_err(|fault| format!("row {}: {fault}", key.escape_ascii()))?;
            match &mut gathered {
                None => gathered = Some((id, piece.to_vec())),
                Some((of, bytes)) if *of == id => bytes.extend_from_slice(piece),
                Some(_) => {
                    self.ahead = Some((key, row));
                    return Ok(gathered);
                }
            }
        }
    }
}

/// A notice with the people of whom it tells, if these stand in rows of their own.
fn with_people(
    moment: &Moment,
    life: Life,
    incarnation: u64,
    notice: Notice,
) -> Result<Notice, Fault> {
    let Event::EverybodyLeft { people } = &notice.event else { return Ok(notice) };
    let mut departing = Departing::new(RandomState::new());
    for row in moment.rows_of(&keys::room(life, Kind::Member, incarnation)) {
        let (key, row) = read(row)?;
        departing.put(&decoded(&key, &row)?);
    }
    let people = Everybody::of(people.count(), people.passages(), departing.all());
    Ok(Notice { event: Event::EverybodyLeft { people }, ..notice })
}

/// The place of a row among those of its kind.
fn place(kind: Kind, key: &[u8], row: &[u8]) -> Result<u64, Fault> {
    Ok(match kind {
        Kind::Stream => decoded::<Stream>(key, row)?.nth,
        Kind::Member => decoded::<Member>(key, row)?.joined_ms,
        _ => decoded::<Sanction>(key, row)?.nth,
    })
}

fn part(kind: Kind, key: &[u8], row: &[u8]) -> Result<Record, Fault> {
    Ok(match kind {
        Kind::Stream => Record::Stream(decoded(key, row)?),
        Kind::Member => Record::Member(Box::new(decoded(key, row)?)),
        Kind::Ban => Record::Ban(decoded(key, row)?),
        _ => Record::Mute(decoded(key, row)?),
    })
}

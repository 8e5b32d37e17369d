//! From the rows of letters back to the outbox.
//!
//! Job: put the rows of each letter together, and what is known of its delivery; put them back, with
//! the people of a room that ended where they tell of them. Promise: in the order of their numbers; a
//! letter that lacks a row is none. Not here: rooms (`rooms`).

use std::collections::HashMap;
use std::sync::Arc;

use super::disk::Disk;
use super::kept::Ended;
use super::keys::{self, Key, Life};
use super::recover::{Found, each};
use super::rows::{self, Row};
use super::scribe;
use crate::domain::{AppId, Destination, Event, Everybody, Letter, Notice};
use crate::store::memory::MemoryStore;
use crate::store::memory::departed::Departing;
use crate::store::memory::outbox::{Progress, RestoredLetter};

/// A letter that waits, as it was written down.
pub(super) struct WaitingLetter {
    app: AppId,
    life: Life,
    incarnation: u64,
    letter: RestoredLetter,
}

impl WaitingLetter {
    /// The room whose people it tells of.
    pub(super) fn needs(&self) -> Option<Ended> {
        let event = &self.letter.letter.notice.event;
        matches!(event, Event::EverybodyLeft { .. }).then_some((self.life, self.incarnation))
    }
}

/// The letters that wait, in the order of their numbers in each app and destination.
pub(super) fn waiting(
    disk: &Disk,
    memory: &MemoryStore,
    epochs: &HashMap<AppId, u64>,
    found: &mut Found,
) -> Vec<WaitingLetter> {
    let mut progress: HashMap<(AppId, Destination, u64), Progress> = HashMap::new();
    each(disk, b"P", found, |key, row, found| {
        if let (Some(Key::PutOff(app, to, id)), Some(row)) =
            (keys::read(key), found.record(key, row))
        {
            progress.insert((app, to, id), row);
        }
    });
    let mut letters = Vec::new();
    let mut read = |letter: &Gathered, found: &mut Found| {
        let Gathered { app, to, id, keys, bytes } = letter;
        let (epoch, incarnation, parts, notice) =
            match rows::whole::<(u64, u64, u32, Notice)>(bytes) {
                Ok(record) => record,
                Err(fault) => {
                    found.fault(|| format!("letter {id} of app {app}: {fault}"));
                    return found.mended.extend(keys.iter().cloned().map(Row::remove));
                }
            };
        if epoch == epochs.get(app).copied().unwrap_or_default() {
            let letter = Letter { to: *to, notice: Arc::new(notice), parts };
            let progress = progress.remove(&(*app, *to, *id)).unwrap_or_default();
            let letter = RestoredLetter { id: *id, letter, progress };
            let (app, life) = (*app, Life { app: *app, epoch });
            letters.push(WaitingLetter { app, life, incarnation, letter });
        } else {
            memory.epochs_go_on_behind(*app, epoch);
            found.over.insert(Life { app: *app, epoch });
        }
    };
    let mut gathered: Option<Gathered> = None;
    each(disk, b"L", found, |key, row, found| {
        let Some(Key::Letter(app, to, id, nth)) = keys::read(key) else {
            return found.mended.push(Row::remove(key.to_vec()));
        };
        let of_other = |letter: &mut Gathered| (letter.app, letter.to, letter.id) != (app, to, id);
        if let Some(letter) = gathered.take_if(of_other) {
            read(&letter, found);
        }
        let none = Gathered { app, to, id, keys: Vec::new(), bytes: Vec::new() };
        let letter = gathered.get_or_insert(none);
        // A row that is not the next one makes the whole no letter.
        let piece = if nth as usize == letter.keys.len() { rows::piece(row) } else { Ok(&[][..]) };
        letter.bytes.extend_from_slice(piece.unwrap_or_default());
        letter.keys.push(key.to_vec());
    });
    if let Some(letter) = gathered {
        read(&letter, found);
    }
    letters
}

/// Puts letters back, with the people of whom they tell.
pub(super) fn post(
    memory: &MemoryStore,
    letters: Vec<WaitingLetter>,
    mut departing: HashMap<Ended, Departing>,
    found: &mut Found,
) {
    for waiting in letters {
        let needs = waiting.needs();
        let WaitingLetter { app, life, incarnation, mut letter } = waiting;
        if let Some(ended) = needs
            && let Event::EverybodyLeft { people } = &letter.letter.notice.event
        {
            let departing = departing.remove(&ended).unwrap_or_else(|| memory.departing());
            let (count, told) = (departing.count(), people.count());
            if count != told {
                let room = &letter.letter.notice.room;
                found.fault(|| {
                    format!("room {room} of app {app}, number {incarnation}, which ended, had {told} people to tell of, and {count} are left")
                });
            }
            if letter.progress.part >= count {
                // Nobody is left to tell of: loss, if it is accepted.
                found.mended.extend(scribe::done(app, letter.letter.to, letter.id, 0));
                found.dead.push(ended);
                continue;
            }
            let people = Everybody::of(count, people.passages(), departing.all());
            let notice = &*letter.letter.notice;
            let notice = Notice { event: Event::EverybodyLeft { people }, ..notice.clone() };
            if count != told {
                let key = keys::letter(app, letter.letter.to, letter.id);
                let row = (life.epoch, incarnation, count, &notice);
                found.mended.extend(rows::split(&key, &row));
            }
            letter.letter = Letter { notice: Arc::new(notice), parts: count, ..letter.letter };
            found.kept.push((letter.id, ended));
        }
        memory.restore_letter(app, letter);
    }
}

/// A letter of which some rows were read.
struct Gathered {
    app: AppId,
    to: Destination,
    id: u64,
    keys: Vec<Vec<u8>>,
    bytes: Vec<u8>,
}

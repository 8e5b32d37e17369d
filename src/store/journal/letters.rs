//! From the rows of letters back to the outbox.
//!
//! Job: read the letters that wait, and how far each is; put them back, with the people of a room that
//! ended where they tell of them. Promise: in the order of their numbers.

use std::collections::HashMap;
use std::sync::Arc;

use super::disk::Disk;
use super::kept::Ended;
use super::keys::{self, Key, Life};
use super::recover::{Found, each};
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
    each(disk, b"L", found, |key, row, found| {
        let Some(Key::Letter(app, to, id)) = keys::read(key) else { return };
        let Some((epoch, incarnation, parts, notice)) =
            found.record::<(u64, u64, u32, Notice)>(key, row)
        else {
            return;
        };
        if epoch == epochs.get(&app).copied().unwrap_or_default() {
            let letter = Letter { to, notice: Arc::new(notice), parts };
            let progress = progress.remove(&(app, to, id)).unwrap_or_default();
            let letter = RestoredLetter { id, letter, progress };
            letters.push(WaitingLetter { app, life: Life { app, epoch }, incarnation, letter });
        }
    });
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
        let WaitingLetter { app, incarnation, mut letter, .. } = waiting;
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
                found.dead.push(ended);
                continue;
            }
            let people = Everybody::of(count, people.passages(), departing.all());
            let notice = &*letter.letter.notice;
            let notice = Notice { event: Event::EverybodyLeft { people }, ..notice.clone() };
            letter.letter = Letter { notice: Arc::new(notice), parts: count, ..letter.letter };
            found.kept.push((letter.id, ended));
        }
        memory.restore_letter(app, letter);
    }
}

//! From the rows on disk back to letters.
//!
//! Job: put the rows of each letter together, and what is known of its delivery. Promise: a letter
//! that lacks a row is none. Not here: rooms (`recover`).

use std::collections::HashMap;
use std::sync::Arc;

use super::disk::Disk;
use super::keys::{self, Key};
use super::recover::{Found, each};
use super::rows::{self, Row};
use crate::domain::{AppId, Destination, Letter, Notice};
use crate::store::memory::MemoryStore;
use crate::store::memory::outbox::{Progress, RestoredLetter};

/// Reads all rows of letters into a store that has its apps.
pub(super) fn recover(
    disk: &Disk,
    memory: &MemoryStore,
    epochs: &HashMap<AppId, u64>,
    found: &mut Found,
) {
    let mut progress: HashMap<(AppId, Destination, u64), Progress> = HashMap::new();
    each(disk, b"P", found, |key, row, found| {
        if let (Some(Key::PutOff(app, to, id)), Some(row)) =
            (keys::read(key), found.record(key, row))
        {
            progress.insert((app, to, id), row);
        }
    });
    let mut restore = |letter: &Gathered, found: &mut Found| {
        let Gathered { app, to, id, keys, bytes } = letter;
        let (epoch, parts, notice) = match rows::whole::<(u64, u32, Notice)>(bytes) {
            Ok(record) => record,
            Err(fault) => {
                found.fault(|| format!("letter {id} of app {app}: {fault}"));
                return found.mended.extend(keys.iter().cloned().map(Row::remove));
            }
        };
        if epoch == epochs.get(app).copied().unwrap_or_default() {
            let letter = Letter { to: *to, notice: Arc::new(notice), parts };
            let progress = progress.remove(&(*app, *to, *id)).unwrap_or_default();
            memory.restore_letter(*app, RestoredLetter { id: *id, letter, progress });
        }
    };
    let mut gathered: Option<Gathered> = None;
    each(disk, b"L", found, |key, row, found| {
        let Some(Key::Letter(app, to, id, nth)) = keys::read(key) else {
            return found.mended.push(Row::remove(key.to_vec()));
        };
        let of_other = |letter: &mut Gathered| (letter.app, letter.to, letter.id) != (app, to, id);
        if let Some(letter) = gathered.take_if(of_other) {
            restore(&letter, found);
        }
        let none = Gathered { app, to, id, keys: Vec::new(), bytes: Vec::new() };
        let letter = gathered.get_or_insert(none);
        // A row that is not the next one makes the whole no letter.
        let piece = if nth as usize == letter.keys.len() { rows::piece(row) } else { Ok(&[][..]) };
        letter.bytes.extend_from_slice(piece.unwrap_or_default());
        letter.keys.push(key.to_vec());
    });
    if let Some(letter) = gathered {
        restore(&letter, found);
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

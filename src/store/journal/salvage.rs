//! What is left of an embedded store that is damaged.
//!
//! Job: say how far its tables reach without its journals; put what can be read of it into a new
//! one, once somebody accepts the loss of the rest: a damaged one would be found damaged at every
//! start, and cannot be merged. What its journals hold is read from them where it cannot be opened.
//! Not here: what the rows mean.

use std::collections::HashMap;
use std::path::Path;

use super::aside::{self, SCRATCH};
use super::check::MARKER;
use super::disk::{self, Disk, Pair, Write};
use super::judge::Look;
use super::keys;
use super::rows;
use super::scan;
use super::writer::Commit;

/// Rows that go into the new one with one write.
const STEP: usize = 1000;

/// The number of the latest commit that is in the tables of a store, whatever its journals hold.
/// A journal that went before its rows were in a table leaves no other trace.
pub(super) fn reach(directory: &Path, name: &str) -> Result<u64, fjall::Error> {
    let scratch = directory.join(SCRATCH);
    aside::remove(&scratch)?;
    let no_journal = |name: &std::ffi::OsStr| Path::new(name).extension().is_none();
    aside::copy_directory(&directory.join(name), &scratch, &no_journal)?;
    let reached = Disk::open(&scratch).and_then(|disk| commit(&disk));
    aside::remove(&scratch)?;
    Ok(reached?.last)
}

/// Puts a new store with what can be read of one in its place.
pub(super) fn salvage(directory: &Path, name: &str, look: &Look) -> Result<(), fjall::Error> {
    let (original, scratch) = (directory.join(name), directory.join(SCRATCH));
    aside::remove(&scratch)?;
    let new = Disk::open(&scratch)?;
    let read = if look.hopeless { Commit::default() } else { copy(&original, &new, look.marked)? };
    let of_journals = look.last_commit().unwrap_or_default();
    if read.last < of_journals {
        // It passed by what its journals have, as they were before it was opened.
        for scan in scan::journals(&aside::copy_of(directory))? {
            replay(&scan.path, &new)?;
        }
    }
    // The numbers go on behind all that are known, and this one stands for all before it.
    let last = read.last.max(of_journals).max(look.noted.number());
    let row = rows::encode(&Commit { first: 1, last, mark: read.mark });
    new.write([(keys::COMMIT, Some(&row[..]))].into_iter())?;
    drop(new);
    aside::remove(&original)?;
    std::fs::rename(&scratch, &original)?;
    aside::sync_directory(directory)?;
    Ok(())
}

/// Writes what a journal has into a store, but for the numbers of its commits.
fn replay(journal: &Path, new: &Disk) -> Result<(), fjall::Error> {
    let mut latest: HashMap<Vec<u8>, Option<Vec<u8>>> = HashMap::new();
    let write = |latest: &mut HashMap<Vec<u8>, Option<Vec<u8>>>| {
        let writes = latest.iter().map(|(key, value)| -> Write<'_> { (key, value.as_deref()) });
        new.write(writes)?;
        latest.clear();
        Ok(())
    };
    scan::replay(journal, |writes| {
        let writes = writes.into_iter().filter(|(key, _)| *key != keys::COMMIT);
        latest.extend(writes.map(|(key, value)| (key.to_vec(), value.map(<[u8]>::to_vec))));
        if latest.len() < STEP { Ok(()) } else { write(&mut latest) }
    })?;
    write(&mut latest)
}

/// Copies the rows of a store that can be read, but for the latest commit's: that is answered.
fn copy(original: &Path, new: &Disk, marked: bool) -> Result<Commit, fjall::Error> {
    if !marked {
        std::fs::write(original.join(MARKER.0), MARKER.1)?;
    }
    let old = match Disk::open(original) {
        Ok(old) => old,
        Err(error) if disk::is_damage(&error) => return Ok(Commit::default()),
        Err(error) => return Err(error),
    };
    // What cannot be read is passed by, as long as it is damage that is in the way.
    let readable = |pair: &Result<Pair, fjall::Error>| match pair {
        Ok((key, _)) => **key != *keys::COMMIT,
        Err(error) => !disk::is_damage(error),
    };
    let mut rows = old.rows_of(b"").filter(readable);
    loop {
        let step: Vec<Pair> = rows.by_ref().take(STEP).collect::<Result<_, _>>()?;
        if step.is_empty() {
            return Ok(commit(&old).unwrap_or_default());
        }
        new.write(step.iter().map(|(key, value)| -> Write<'_> { (key, Some(value)) }))?;
    }
}

/// What the row of the latest commit says.
fn commit(disk: &Disk) -> Result<Commit, fjall::Error> {
    let row = disk.rows_of(keys::COMMIT).next().transpose()?;
    Ok(row.and_then(|(_, row)| rows::decode(&row).ok()).unwrap_or_default())
}

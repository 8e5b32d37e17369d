//! What is left of an embedded store that is damaged.
//!
//! Job: say how far its tables reach without its journals; put what can be read of it into a new
//! one, once somebody accepts the loss of the rest: a damaged one would be found damaged at every
//! start, and cannot be merged. Not here: what the rows mean.

use std::path::Path;

use super::aside::{self, SCRATCH};
use super::check::MARKER;
use super::disk::{Disk, Write};
use super::judge::Look;
use super::keys;
use super::rows;
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
    if !look.marked {
        std::fs::write(original.join(MARKER.0), MARKER.1)?;
    }
    let (old, new) = (Disk::open(&original)?, Disk::open(&scratch)?);
    // The numbers go on behind all that are known, and this one stands for all before it.
    let Commit { last, mark, .. } = commit(&old).unwrap_or_default();
    let last = last.max(look.last_commit().unwrap_or_default()).max(look.noted.number());
    let row = rows::encode(&Commit { first: 1, last, mark });
    let mut step = Vec::new();
    // What cannot be read is passed by.
    for (key, value) in old.rows_of(b"").flatten() {
        if *key != *keys::COMMIT {
            step.push((key, value));
        }
        if step.len() == STEP {
            new.write(step.iter().map(|(key, value)| -> Write<'_> { (key, Some(value)) }))?;
            step.clear();
        }
    }
    let last_step = step.iter().map(|(key, value)| -> Write<'_> { (key, Some(value)) });
    new.write(last_step.chain([(keys::COMMIT, Some(&row[..]))]))?;
    drop((old, new));
    aside::remove(&original)?;
    std::fs::rename(&scratch, &original)?;
    aside::sync_directory(directory)?;
    Ok(())
}

/// What the row of the latest commit says.
fn commit(disk: &Disk) -> Result<Commit, fjall::Error> {
    let row = disk.rows_of(keys::COMMIT).next().transpose()?;
    Ok(row.and_then(|(_, row)| rows::decode(&row).ok()).unwrap_or_default())
}

//! Which format a directory has.
//!
//! Job: read it, write it into a new directory, tell a new one from somebody else's. Promise: a
//! process that is stopped at any of these steps leaves what the next one takes for new.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use super::aside;
use super::open::LOCK_FILE;

/// The latest format of a directory.
pub(super) const LATEST: u32 = 1;
/// The file that says so.
pub(super) const FILE: &str = "format";
/// That one before it is whole.
const HALF_FILE: &str = "format.new";
/// Before the number of the format.
const WORDS: &str = "guestlist store, format ";

/// What a directory says of its format.
pub(super) enum Format {
    /// One that this program reads.
    Known,
    /// One that a later program wrote.
    Newer(u32),
    /// Nothing that could be read.
    Unclear,
}

impl Format {
    /// What a directory says.
    pub(super) fn of(directory: &Path) -> io::Result<Self> {
        let bytes = match fs::read(directory.join(FILE)) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::Unclear),
            Err(error) => return Err(error),
        };
        let text = String::from_utf8_lossy(&bytes);
        let number = text.strip_suffix('\n').and_then(|text| text.strip_prefix(WORDS));
        Ok(match number.and_then(|number| number.parse().ok()) {
            Some(found) if found > LATEST => Self::Newer(found),
            Some(LATEST) => Self::Known,
            _ => Self::Unclear,
        })
    }
}

/// Whether there are files that no earlier process of ours left when it was stopped at its first
/// step.
pub(super) fn has_others(directory: &Path) -> io::Result<bool> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let ours = [LOCK_FILE, HALF_FILE].iter().any(|ours| name == *ours);
        if !ours {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes a directory one of ours.
pub(super) fn write(directory: &Path) -> io::Result<()> {
    let half = directory.join(HALF_FILE);
    fs::write(&half, format!("{WORDS}{LATEST}\n"))?;
    File::open(&half)?.sync_all()?;
    fs::rename(half, directory.join(FILE))?;
    aside::sync_directory(directory)?;
    match directory.canonicalize()?.parent() {
        Some(parent) => aside::sync_directory(parent),
        None => Ok(()),
    }
}

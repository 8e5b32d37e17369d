//! The highest number that was ever synced, noted beside the store.
//!
//! Job: know after a crash how much must be there. Promise: it may lag behind the store, since it is
//! not synced itself, but never leads it: a store that comes back with a lower number has lost
//! something that was answered.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use super::aside;

/// The name of the file.
pub(super) const FILE: &str = "synced";
/// Number and checksum, in bytes.
const BYTES: usize = 16;

/// The file.
pub(super) struct Synced(File);

impl Synced {
    /// Opens it, to note more, and notes a number that is known to be on disk.
    pub(super) fn open(directory: &Path, number: u64) -> io::Result<Self> {
        let mut options = File::options();
        options.write(true).create(true).truncate(false);
        let synced = Self(options.open(directory.join(FILE))?);
        synced.note(number)?;
        // Once, so that the file has its place: from here on a number is overwritten as a whole.
        synced.0.sync_all()?;
        aside::sync_directory(directory)?;
        Ok(synced)
    }

    /// Notes a number.
    pub(super) fn note(&self, number: u64) -> io::Result<()> {
        let mut bytes = [0; BYTES];
        bytes[..8].copy_from_slice(&number.to_be_bytes());
        bytes[8..].copy_from_slice(&checksum(number).to_be_bytes());
        self.0.write_all_at(&bytes, 0)
    }
}

/// What a directory says of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Noted {
    /// Nothing: there is no file.
    Nothing,
    /// This.
    Number(u64),
    /// The file does not hold together.
    Damaged,
}

impl Noted {
    /// The number, or 0.
    pub(super) fn number(self) -> u64 {
        match self {
            Self::Number(number) => number,
            Self::Nothing | Self::Damaged => 0,
        }
    }
}

/// Reads what is noted.
pub(super) fn noted(directory: &Path) -> io::Result<Noted> {
    let bytes = match std::fs::read(directory.join(FILE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Noted::Nothing),
        Err(error) => return Err(error),
    };
    let Some((number, sum)) = bytes.split_first_chunk() else { return Ok(Noted::Damaged) };
    let number = u64::from_be_bytes(*number);
    let holds = sum == checksum(number).to_be_bytes();
    Ok(if holds { Noted::Number(number) } else { Noted::Damaged })
}

fn checksum(number: u64) -> u64 {
    xxhash_rust::xxh3::xxh3_64(&number.to_be_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_noted_is_read_and_damage_is_told() {
        let directory = tempfile::tempdir().unwrap();
        assert_eq!(noted(directory.path()).unwrap(), Noted::Nothing);
        let synced = Synced::open(directory.path(), 0).unwrap();
        for number in [1, 77, u64::MAX] {
            synced.note(number).unwrap();
            assert_eq!(noted(directory.path()).unwrap(), Noted::Number(number));
        }
        let file = directory.path().join(FILE);
        let whole = std::fs::read(&file).unwrap();
        for at in 0..BYTES {
            let mut flipped = whole.clone();
            flipped[at] ^= 1;
            for damaged in [&flipped[..], &whole[..at]] {
                std::fs::write(&file, damaged).unwrap();
                assert_eq!(noted(directory.path()).unwrap(), Noted::Damaged, "byte {at}");
            }
        }
        std::fs::write(&file, [0; BYTES]).unwrap();
        assert_eq!(noted(directory.path()).unwrap(), Noted::Damaged);
    }
}

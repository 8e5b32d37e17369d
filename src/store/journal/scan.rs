//! The embedded store's journals, read before it is opened.
//!
//! Job: say which groups they hold, and where the last whole one ends. Promise: nothing is changed
//! and nothing is trusted: lengths are held against what is there, so that garbage costs no memory.
//! Not here: what follows from it.
//!
//! Why: the embedded store takes damage for the end of its journal, and goes on without what stood
//! behind it, or refuses what is only a torn end. Here the two are told apart, by the numbers of the
//! groups and by the highest one that was synced. What a journal looks like is known of fjall 3: a
//! group is a start, items and an end with their checksum, and zeros follow the last one.

use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::keys;
use super::queue::Numbers;
use super::rows;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
/// What an end ends with.
const TRAILER: &[u8] = b"FJL\x03";
/// A value that stands there as it is.
const UNCOMPRESSED: u8 = 0;

/// What one journal holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Scan {
    pub(super) path: PathBuf,
    /// The numbers of its groups of ours, the first and the last.
    pub(super) commits: Option<(u64, u64)>,
    /// A number that does not follow the one before it, and that one.
    pub(super) gap: Option<(u64, u64)>,
    /// Where its last whole group ends, in bytes.
    pub(super) valid_bytes: u64,
    /// Something that is no group and not zeros stands behind that.
    pub(super) torn: bool,
}

/// Reads all journals of a directory, in their order. A directory that is not there has none.
pub(super) fn journals(directory: &Path) -> io::Result<Vec<Scan>> {
    let mut found = Vec::new();
    let entries = match std::fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let number = name.strip_suffix(".jnl").and_then(|number| number.parse::<u64>().ok());
        found.extend(number.map(|number| (number, path.clone())));
    }
    found.sort();
    found.into_iter().map(|(_, path)| journal(path)).collect()
}

fn journal(path: PathBuf) -> io::Result<Scan> {
    let bytes = std::fs::read(&path)?;
    let mut scan = Scan { path, commits: None, gap: None, valid_bytes: 0, torn: false };
    let mut rest = &bytes[..];
    while let Some((numbers, behind)) = group(rest) {
        rest = behind;
        let Some((first, last)) = numbers else { continue };
        if let Some((_, before)) = scan.commits
            && first != before.saturating_add(1)
            && scan.gap.is_none()
        {
            scan.gap = Some((before, first));
        }
        scan.commits = Some((scan.commits.map_or(first, |(first, _)| first), last));
    }
    scan.valid_bytes = (bytes.len() - rest.len()) as u64;
    scan.torn = rest.iter().any(|byte| *byte != 0);
    Ok(scan)
}

/// The first group of some bytes: the numbers of its commits, if it is one of ours, and what stands
/// behind it.
fn group(bytes: &[u8]) -> Option<(Option<Numbers>, &[u8])> {
    let mut reader = Reader(bytes);
    (reader.byte()? == START).then_some(())?;
    let items = reader.u32()?;
    reader.u64()?;
    let of_items = reader.0;
    let mut numbers = None;
    for _ in 0..items {
        match reader.byte()? {
            ITEM => {
                let (_, compression) = (reader.byte()?, reader.byte()?);
                reader.u64()?;
                let key_bytes = usize::from(reader.u16()?);
                let (_, value_bytes) = (reader.u32()?, reader.u32()? as usize);
                let (key, value) = (reader.bytes(key_bytes)?, reader.bytes(value_bytes)?);
                if key == keys::COMMIT && compression == UNCOMPRESSED {
                    numbers = rows::decode(value).ok();
                }
            }
            CLEAR => drop(reader.u64()?),
            _ => return None,
        }
    }
    let items_bytes = of_items.len() - reader.0.len();
    (reader.byte()? == END).then_some(())?;
    let sum = reader.u64()?;
    (reader.bytes(TRAILER.len())? == TRAILER).then_some(())?;
    (sum == xxh3_64(&of_items[..items_bytes])).then_some((numbers, reader.0))
}

/// Little-endian numbers out of bytes that may end anywhere.
struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn bytes(&mut self, len: usize) -> Option<&'a [u8]> {
        let (bytes, rest) = self.0.split_at_checked(len)?;
        self.0 = rest;
        Some(bytes)
    }

    fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    fn byte(&mut self) -> Option<u8> {
        self.array().map(|[byte]| byte)
    }

    fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_le_bytes)
    }

    fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_le_bytes)
    }

    fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_le_bytes)
    }
}

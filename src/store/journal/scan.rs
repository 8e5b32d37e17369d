//! The embedded store's journals, read before it is opened.
//!
//! Job: say which groups they hold, and where the last whole one ends. Promise: nothing is changed
//! and nothing is trusted: lengths are held against what is there, so that garbage costs no memory.
//! Not here: what follows from it.
//!
//! Why: the embedded store takes damage for the end of its journal, and goes on without what stood
//! behind it, or refuses what is only a torn end. Here the two are told apart, by the numbers of the
//! groups, by the highest one that was synced, and by what stands behind a torn place: a group is
//! written when the one before it is synced, so a whole one there says that the torn one was. What a
//! journal looks like is known of fjall 3: a group is a start, items and an end with their checksum,
//! and zeros follow the last one.

use std::io;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::xxh3_64;

use super::disk::Write;
use super::keys;
use super::reader::Reader;
use super::rows;
use super::writer::Commit;
use super::zeros;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
/// What an end ends with.
const TRAILER: &[u8] = b"FJL\x03";
/// A value that stands there as it is.
const UNCOMPRESSED: u8 = 0;
/// An item that puts a value; all others remove it.
const VALUE: u8 = 0;

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
    /// The number of a whole group behind the torn place.
    pub(super) behind: Option<u64>,
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
    let bytes = zeros::read(&path)?.used;
    let empty = Scan { path, commits: None, gap: None, valid_bytes: 0, torn: false, behind: None };
    let (mut scan, mut latest) = (empty, None);
    for group in groups(&bytes) {
        scan.valid_bytes = group.end as u64;
        let Some(commit) = group.commit else { continue };
        let Commit { first, last, .. } = commit;
        if let Some((_, before)) = scan.commits
            && first != before.saturating_add(1)
            && scan.gap.is_none()
        {
            scan.gap = Some((before, first));
        }
        scan.commits = Some((scan.commits.map_or(first, |(first, _)| first), last));
        latest = Some(commit);
    }
    let rest = &bytes[scan.valid_bytes as usize..];
    scan.torn = !rest.is_empty();
    scan.behind = latest.and_then(|latest| behind(rest, latest));
    Ok(scan)
}

/// What was written at once.
struct Group<'a> {
    /// Its commit, if it is one of ours.
    commit: Option<Commit>,
    writes: Vec<Write<'a>>,
    /// Where it ends, in bytes.
    end: usize,
}

/// The groups of some bytes, one behind the other, as long as they are whole.
fn groups(bytes: &[u8]) -> impl Iterator<Item = Group<'_>> {
    let mut end = 0;
    std::iter::from_fn(move || {
        let group = group(&bytes[end..])?;
        end += group.end;
        Some(Group { end, ..group })
    })
}

/// Shows what a journal's groups write, one behind the other, up to where it is torn.
pub(super) fn replay<E: From<io::Error>>(
    path: &Path,
    mut see: impl FnMut(Vec<Write<'_>>) -> Result<(), E>,
) -> Result<(), E> {
    let bytes = zeros::read(path)?.used;
    groups(&bytes).try_for_each(|group| see(group.writes))
}

/// The number of a whole group among bytes that begin with a torn one. Only one that the same
/// process wrote as the latest before counts: what clients send stands there too, and may look like
/// anything, but they do not know its mark.
fn behind(torn: &[u8], latest: Commit) -> Option<u64> {
    let starts = torn.iter().enumerate().filter(|(_, byte)| **byte == START);
    let commits = starts.filter_map(|(at, _)| group(&torn[at..])?.commit);
    let mut of_process = commits.filter(|commit| commit.mark == latest.mark);
    of_process.find(|commit| commit.first > latest.last).map(|commit| commit.first)
}

/// The first group of some bytes.
fn group(bytes: &[u8]) -> Option<Group<'_>> {
    let mut reader = Reader(bytes);
    (reader.byte()? == START).then_some(())?;
    let items = reader.u32()?;
    reader.u64()?;
    let of_items = reader.0;
    let (mut commit, mut writes) = (None, Vec::new());
    for _ in 0..items {
        match reader.byte()? {
            ITEM => {
                let (kind, compression) = (reader.byte()?, reader.byte()?);
                reader.u64()?;
                let key_bytes = usize::from(reader.u16()?);
                let (_, value_bytes) = (reader.u32()?, reader.u32()? as usize);
                let (key, value) = (reader.bytes(key_bytes)?, reader.bytes(value_bytes)?);
                (compression == UNCOMPRESSED).then_some(())?;
                if key == keys::COMMIT {
                    commit = rows::decode(value).ok();
                }
                writes.push((key, (kind == VALUE).then_some(value)));
            }
            CLEAR => drop(reader.u64()?),
            _ => return None,
        }
    }
    let items_bytes = of_items.len() - reader.0.len();
    (reader.byte()? == END).then_some(())?;
    let sum = reader.u64()?;
    (reader.bytes(TRAILER.len())? == TRAILER).then_some(())?;
    (sum == xxh3_64(&of_items[..items_bytes])).then_some(())?;
    Some(Group { commit, writes, end: bytes.len() - reader.0.len() })
}

/// The groups of a journal and where each ends.
#[cfg(test)]
pub(super) fn ends(path: &Path) -> Vec<(Option<Commit>, usize)> {
    let bytes = std::fs::read(path).unwrap();
    groups(&bytes).map(|group| (group.commit, group.end)).collect()
}

#[cfg(test)]
mod tests;

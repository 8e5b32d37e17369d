//! The embedded store's tables and lists, held against their checksums before they are opened.
//!
//! Job: say which of its files are not as they were written. Promise: nothing is changed and nothing
//! is trusted. Not here: journals (`scan`).
//!
//! Why: the embedded store takes its lists of tables as they stand, removes tables that are not in
//! them, and may end the process over one whose contents do not hold together. What its files look
//! like is known of fjall 3 and lsm-tree 3: in each tree's directory `current` names a list `v…` and
//! its checksum; the list names each table and its checksum; both are archives with a table of
//! contents at their end.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::Path;

use xxhash_rust::xxh3::{Xxh3Default, xxh3_128};

use super::reader::Reader;

/// The directory of all trees.
const TREES: &str = "keyspaces";
/// The file that says what the directory is, and what it says.
pub(super) const MARKER: (&str, &[u8]) = ("version", b"FJL\x03");
/// How a trailer begins: a word, the version, the kind of checksum.
const TRAILER: &[u8] = b"SFA!\x01\x00";
/// The whole of it, in bytes: with the checksum, place and length of the table of contents.
const TRAILER_BYTES: usize = TRAILER.len() + 16 + 8 + 8;
/// How a table of contents begins.
const CONTENTS: &[u8] = b"TOC!";
/// How much of a table is read with one step, in bytes.
const STEP_BYTES: usize = 256 * 1024;

/// What is wrong with the files.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Check {
    /// Each fault, for people.
    pub(super) faults: Vec<String>,
    /// It is not to be opened as it is: it may end the process.
    pub(super) hopeless: bool,
}

/// Looks at the files of an embedded store. A directory that is not there has none.
pub(super) fn files(store: &Path) -> io::Result<Check> {
    let mut check = Check::default();
    for tree in names(&store.join(TREES))? {
        check.tree(&format!("{TREES}/{tree}"), &store.join(TREES).join(&tree))?;
    }
    Ok(check)
}

/// Whether an embedded store is marked as one.
pub(super) fn is_marked(store: &Path) -> io::Result<bool> {
    Ok(read(&store.join(MARKER.0))?.is_some_and(|marker| marker == MARKER.1))
}

impl Check {
    fn fault(&mut self, hopeless: bool, fault: String) {
        self.faults.push(fault);
        self.hopeless |= hopeless;
    }

    fn tree(&mut self, name: &str, tree: &Path) -> io::Result<()> {
        let tables = tree.join("tables");
        let Some(current) = read(&tree.join("current"))? else {
            // A tree that was never filled may be without one.
            if !names(&tables)?.is_empty() {
                self.fault(true, format!("{name}/current is missing"));
            }
            return Ok(());
        };
        let Some((list, sum)) = pointer(&current) else {
            self.fault(true, format!("{name}/current does not hold together"));
            return Ok(());
        };
        let Some(bytes) = read(&tree.join(format!("v{list}")))? else {
            self.fault(true, format!("{name}/v{list} is missing"));
            return Ok(());
        };
        let listed = (xxh3_128(&bytes) == sum).then(|| listed(&bytes)).flatten();
        let Some(listed) = listed else {
            self.fault(true, format!("{name}/v{list} does not hold together"));
            return Ok(());
        };
        for Listed { id, sum } in listed {
            let path = tables.join(id.to_string());
            match table(&path) {
                Ok(found) if found == sum => {}
                Ok(_) => {
                    let hopeless = !has_contents(&path)?;
                    self.fault(hopeless, format!("{name}/tables/{id} is damaged"));
                }
                Err(error) if error.kind() == io::ErrorKind::NotFound => {
                    self.fault(true, format!("{name}/tables/{id} is missing"));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// A table as a list has it.
struct Listed {
    id: u64,
    sum: u128,
}

/// Which list counts, and its checksum.
fn pointer(bytes: &[u8]) -> Option<(u64, u128)> {
    let mut reader = Reader(bytes);
    let (list, sum, kind) = (reader.u64()?, reader.u128()?, reader.byte()?);
    (kind == 0 && reader.0.is_empty()).then_some((list, sum))
}

/// The tables of a list.
fn listed(bytes: &[u8]) -> Option<Vec<Listed>> {
    let mut reader = Reader(section(bytes, b"tables")?);
    let mut listed = Vec::new();
    for _ in 0..reader.byte()? {
        for _ in 0..reader.byte()? {
            for _ in 0..reader.u32()? {
                let (id, kind, sum) = (reader.u64()?, reader.byte()?, reader.u128()?);
                let _moved_by = reader.u64()?;
                (kind == 0).then(|| listed.push(Listed { id, sum }))?;
            }
        }
    }
    Some(listed)
}

/// A section of an archive.
fn section<'a>(archive: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let mut reader = Reader(contents(archive)?);
    reader.bytes(CONTENTS.len())?;
    for _ in 0..reader.u32()? {
        let (at, len) = (reader.u64()?, reader.u64()?);
        let name_bytes = usize::from(reader.u16()?);
        if reader.bytes(name_bytes)? == name {
            let (at, len) = (usize::try_from(at).ok()?, usize::try_from(len).ok()?);
            return archive.get(at..at.checked_add(len)?);
        }
    }
    None
}

/// An archive's table of contents, if it holds together.
fn contents(archive: &[u8]) -> Option<&[u8]> {
    let (before, trailer) = archive.split_at_checked(archive.len().checked_sub(TRAILER_BYTES)?)?;
    let mut reader = Reader(trailer);
    (reader.bytes(TRAILER.len())? == TRAILER).then_some(())?;
    let (sum, at) = (reader.u128()?, usize::try_from(reader.u64()?).ok()?);
    let contents = before.get(at..)?;
    (contents.starts_with(CONTENTS) && xxh3_128(contents) == sum).then_some(contents)
}

/// The checksum of a table.
fn table(path: &Path) -> io::Result<u128> {
    let mut file = File::open(path)?;
    let (mut sum, mut step) = (Xxh3Default::new(), vec![0; STEP_BYTES]);
    loop {
        match file.read(&mut step)? {
            0 => return Ok(sum.digest128()),
            len => sum.update(&step[..len]),
        }
    }
}

/// Whether the end of a table is whole: without it the embedded store cannot be told to open it.
fn has_contents(path: &Path) -> io::Result<bool> {
    Ok(read(path)?.is_some_and(|bytes| contents(&bytes).is_some()))
}

/// The bytes of a file, if it is there.
fn read(path: &Path) -> io::Result<Option<Vec<u8>>> {
    match fs::read(path) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The names in a directory, in order; none if it is not there.
fn names(directory: &Path) -> io::Result<Vec<String>> {
    let entries = match fs::read_dir(directory) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(error),
    };
    let name = |entry: io::Result<fs::DirEntry>| Ok(entry?.file_name());
    let names: io::Result<Vec<_>> = entries.map(name).collect();
    let mut names: Vec<String> =
        names?.iter().filter_map(|name| OsStr::to_str(name)).map(str::to_owned).collect();
    names.sort();
    Ok(names)
}

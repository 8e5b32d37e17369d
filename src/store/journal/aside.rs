//! The files as they were before they are opened.
//!
//! Job: keep a copy while the embedded store opens them, since that truncates and merges; put it
//! back when the store turns out to be damaged, so that nothing is changed by looking at it.
//! Promise: a crash at any moment leaves the files or their copy. Tables are never changed in place
//! and are linked; everything else is copied.

use std::ffi::OsStr;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// The name of the directory with the copy.
const ASIDE: &str = "aside";
/// Where a copy is made before it is whole.
const HALF: &str = "aside.new";
/// Directories whose files are never changed in place.
const NEVER_CHANGED: [&str; 2] = ["tables", "blobs"];

/// A copy of a directory that is about to be opened.
pub(super) struct Aside {
    original: PathBuf,
    copy: PathBuf,
}

impl Aside {
    /// Copies a directory, if it is there.
    pub(super) fn take(parent: &Path, name: &str) -> io::Result<Self> {
        let (original, half) = (parent.join(name), parent.join(HALF));
        let copy = parent.join(ASIDE);
        if original.exists() {
            copy_directory(&original, &half)?;
            fs::rename(&half, &copy)?;
        }
        Ok(Self { original, copy })
    }

    /// The files are as they were.
    pub(super) fn put_back(self) -> io::Result<()> {
        put_back(&self.original, &self.copy)
    }

    /// The copy is of no use any more.
    pub(super) fn discard(self) -> io::Result<()> {
        remove(&self.copy)
    }
}

/// Ends what an earlier process began: a copy that it did not put back is of no use, unless it had
/// begun to.
pub(super) fn tidy(parent: &Path, name: &str) -> io::Result<()> {
    remove(&parent.join(HALF))?;
    let (original, copy) = (parent.join(name), parent.join(ASIDE));
    if original.exists() { remove(&copy) } else { put_back(&original, &copy) }
}

fn put_back(original: &Path, copy: &Path) -> io::Result<()> {
    if !copy.exists() {
        return Ok(());
    }
    // In one step for whoever looks: without the original the copy is what counts.
    let gone = original.with_extension("gone");
    remove(&gone)?;
    if original.exists() {
        fs::rename(original, &gone)?;
    }
    fs::rename(copy, original)?;
    remove(&gone)
}

fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn copy_directory(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir(to)?;
    let linked = NEVER_CHANGED.iter().any(|name| from.file_name() == Some(OsStr::new(name)));
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_directory(&source, &target)?;
        } else if linked {
            fs::hard_link(&source, &target)?;
        } else {
            copy_sparsely(&source, &target)?;
        }
    }
    Ok(())
}

/// A journal is mostly room for what is to come: zeros at its end are not written.
fn copy_sparsely(source: &Path, target: &Path) -> io::Result<()> {
    let bytes = fs::read(source)?;
    let used = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let file = fs::File::create_new(target)?;
    std::os::unix::fs::FileExt::write_all_at(&file, &bytes[..used], 0)?;
    file.set_len(bytes.len() as u64)
}

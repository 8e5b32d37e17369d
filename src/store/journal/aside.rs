//! The files as they were before they are opened.
//!
//! Job: keep a copy while the embedded store opens them, since that truncates and merges; put it
//! back when the store turns out to be damaged, so that nothing is changed by looking at it.
//! Promise: a crash at any moment, a loss of power too, leaves the files or their copy: as long as
//! there is a whole copy nothing was written since, and the next process puts it back. Tables are
//! never changed in place and are linked; everything else is copied.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::zeros::{self, Used};

/// The name of the directory with the copy.
const ASIDE: &str = "aside";
/// Where a copy is made before it is whole, and taken to pieces when it is of no use any more.
const HALF: &str = "aside.new";
/// Where the files are while their copy takes their place.
const GONE: &str = "aside.old";
/// Where a store is opened without its journals, and where a new one is made.
pub(super) const SCRATCH: &str = "aside.rows";
/// Directories whose files are never changed in place.
const NEVER_CHANGED: [&str; 2] = ["tables", "blobs"];

/// A copy of a directory that is about to be opened.
pub(super) struct Aside {
    parent: PathBuf,
    name: &'static str,
    /// There was something to copy.
    existed: bool,
}

impl Aside {
    /// Copies a directory, if it is there.
    pub(super) fn take(parent: &Path, name: &'static str) -> io::Result<Self> {
        let original = parent.join(name);
        let existed = original.exists();
        if existed {
            let half = parent.join(HALF);
            let copied = copy_directory(&original, &half, &|_| true)
                .and_then(|()| fs::rename(&half, parent.join(ASIDE)))
                .and_then(|()| sync_directory(parent));
            if copied.is_err() {
                remove(&half)?;
            }
            copied?;
        }
        Ok(Self { parent: parent.to_owned(), name, existed })
    }

    /// The files are as they were: not there, if they were not.
    pub(super) fn put_back(self) -> io::Result<()> {
        if self.existed {
            put_back(&self.parent, self.name)
        } else {
            remove(&self.parent.join(self.name))
        }
    }

    /// The copy is of no use any more.
    pub(super) fn discard(self) -> io::Result<()> {
        if !self.existed {
            return Ok(());
        }
        // In one step for whoever looks: what is there under its name is whole.
        let half = self.parent.join(HALF);
        fs::rename(self.parent.join(ASIDE), &half)?;
        sync_directory(&self.parent)?;
        remove(&half)
    }
}

/// The copy of a directory that is being opened.
pub(super) fn copy_of(parent: &Path) -> PathBuf {
    parent.join(ASIDE)
}

/// Ends what an earlier process began.
pub(super) fn tidy(parent: &Path, name: &str) -> io::Result<()> {
    put_back(parent, name)?;
    [HALF, GONE, SCRATCH].iter().try_for_each(|name| remove(&parent.join(name)))
}

fn put_back(parent: &Path, name: &str) -> io::Result<()> {
    let (original, copy, gone) = (parent.join(name), parent.join(ASIDE), parent.join(GONE));
    if !copy.exists() {
        return Ok(());
    }
    // In one step for whoever looks: without the original the copy is what counts.
    remove(&gone)?;
    if original.exists() {
        fs::rename(&original, &gone)?;
    }
    fs::rename(copy, original)?;
    sync_directory(parent)?;
    remove(&gone)
}

/// Removes a directory, if it is there.
pub(super) fn remove(directory: &Path) -> io::Result<()> {
    match fs::remove_dir_all(directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Copies a directory, and of the files in it those that are wanted by their names.
pub(super) fn copy_directory(
    from: &Path,
    to: &Path,
    wanted: &dyn Fn(&OsStr) -> bool,
) -> io::Result<()> {
    fs::create_dir(to)?;
    let linked = NEVER_CHANGED.iter().any(|name| from.file_name() == Some(OsStr::new(name)));
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy_directory(&source, &target, wanted)?;
        } else if wanted(&entry.file_name()) {
            let copy = if linked {
                |from: &Path, to: &Path| fs::hard_link(from, to)
            } else {
                copy_sparsely
            };
            copy(&source, &target)?;
        }
    }
    sync_directory(to)
}

/// A journal is mostly room for what is to come: zeros at its end are not written.
fn copy_sparsely(source: &Path, target: &Path) -> io::Result<()> {
    let Used { used, len } = zeros::read(source)?;
    let mut file = File::create_new(target)?;
    file.write_all(&used)?;
    file.set_len(len)?;
    file.sync_all()
}

/// The names in a directory are on disk.
pub(super) fn sync_directory(directory: &Path) -> io::Result<()> {
    File::open(directory)?.sync_all()
}

//! Why a store on disk is not opened.

use std::io;
use std::path::PathBuf;

/// Why a store on disk is not opened. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum OpenFault {
    /// The directory cannot be made, read or written.
    #[error("{path}: {error}")]
    Io {
        /// Which file or directory.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// Another process has it.
    #[error("{0}: in use by another process")]
    Locked(PathBuf),
    /// It was written by a program that knows more.
    #[error("{path}: written in format {found}, and this program reads up to {known}")]
    Newer {
        /// Which directory.
        path: PathBuf,
        /// Its format.
        found: u32,
        /// The latest one that is known.
        known: u32,
    },
    /// There are files in it that are not ours.
    #[error("{0}: not empty, and not a store of guestlist")]
    Foreign(PathBuf),
    /// Something that was there is not there any more, or cannot be read.
    #[error(
        "{path}: damaged, nothing was changed: {}. A copy of the directory, or an export, brings \
         everything back; --accept-loss starts with what is left",
        .faults.join("; ")
    )]
    Damaged {
        /// Which directory.
        path: PathBuf,
        /// What is missing, for people.
        faults: Vec<String>,
    },
    /// What is left cannot be read either.
    #[error(
        "{path}: damaged beyond what --accept-loss can start with, nothing was changed: {}. A copy \
         of the directory, or an export, brings everything back",
        .faults.join("; ")
    )]
    Unreadable {
        /// Which directory.
        path: PathBuf,
        /// What is missing, for people.
        faults: Vec<String>,
    },
}

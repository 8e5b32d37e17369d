//! What is missing, before anything is opened.
//!
//! Job: look at the note, the journals, the tables and their lists, and say what does not hold
//! together. Promise: nothing is changed. Behind the last whole group of the last journal may stand
//! anything, as long as what was synced is there.

use std::io;
use std::path::Path;

use super::check::{self, Check};
use super::open::ROWS;
use super::scan::{self, Scan};
use super::synced::{self, Noted};

/// What is known of a directory.
pub(super) struct Look {
    pub(super) noted: Noted,
    pub(super) scans: Vec<Scan>,
    /// What does not hold together, for people.
    pub(super) faults: Vec<String>,
    /// The embedded store is not to be opened as it is: it may end the process.
    pub(super) hopeless: bool,
    /// The embedded store says that it is one.
    pub(super) marked: bool,
    /// An earlier process ended before the embedded store was whole, and before anything was in it.
    pub(super) half_made: bool,
}

impl Look {
    /// Looks at a directory.
    pub(super) fn at(directory: &Path) -> io::Result<Self> {
        let rows = directory.join(ROWS);
        let noted = synced::noted(directory)?;
        let scans = scan::journals(&rows)?;
        let Check { mut faults, hopeless } = check::files(&rows)?;
        let marked = check::is_marked(&rows)?;
        let empty = noted == Noted::Nothing && scans.iter().all(|scan| scan.commits.is_none());
        let half_made = rows.exists() && !marked && empty && faults.is_empty();
        if rows.exists() && !marked && !half_made {
            faults.push(format!("the file `{}` of the rows says nothing", check::MARKER.0));
        }
        faults.extend(judge(noted, &scans));
        Ok(Self { noted, scans, faults, hopeless, marked, half_made })
    }

    /// The number of the latest commit in the journals.
    pub(super) fn last_commit(&self) -> Option<u64> {
        self.scans.iter().filter_map(|scan| scan.commits).map(|(_, last)| last).max()
    }

    /// The number of the first commit in the journals.
    pub(super) fn first_commit(&self) -> Option<u64> {
        self.scans.iter().find_map(|scan| scan.commits).map(|(first, _)| first)
    }
}

fn judge(noted: Noted, scans: &[Scan]) -> Vec<String> {
    let mut faults = Vec::new();
    if noted == Noted::Damaged {
        faults.push(format!("the file `{}` does not hold together", synced::FILE));
    }
    let mut last = None;
    for (nth, scan) in scans.iter().enumerate() {
        let name = scan.path.file_name().unwrap_or_default().to_string_lossy();
        if let Some((before, behind)) = scan.gap {
            faults.push(format!("{name}: commit {behind} stands behind {before}"));
        }
        match scan.behind {
            Some(behind) => faults.push(format!(
                "{name}: damaged at byte {}, and commit {behind} stands behind that",
                scan.valid_bytes
            )),
            None if scan.torn && nth + 1 < scans.len() => {
                faults.push(format!("{name}: damaged at byte {}", scan.valid_bytes));
            }
            None => {}
        }
        if let (Some(last), Some((first, _))) = (last, scan.commits)
            && first != last + 1
        {
            faults.push(format!("{name}: begins with commit {first}, and {last} was before it"));
        }
        last = scan.commits.map(|(_, last)| last).or(last);
    }
    if let (Noted::Number(synced), Some(last)) = (noted, last)
        && last < synced
    {
        faults.push(missing(last, synced));
    }
    faults
}

/// That commits are missing behind one, up to another.
pub(super) fn missing(last: u64, synced: u64) -> String {
    format!("commits {} to {synced} are missing, and were synced", last + 1)
}

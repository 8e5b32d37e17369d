//! Opening a store on disk.
//!
//! Job: the directory, its format and its lock; judge what the journals hold before they are
//! opened; open, read everything, judge once more; begin to write. Promise: a store that lost
//! something which was answered is not opened unless that is accepted, and its files are as they
//! were.
//!
//! In the directory: `format`, which format it has; `lock`; `synced`, the highest number that was
//! synced; `rows`, the embedded store; `aside`, a copy of it while it is being opened.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::aside::{self, Aside};
use super::disk::Disk;
use super::fault::OpenFault;
use super::queue::Queue;
use super::recover::{self, Found};
use super::scan::{self, Scan};
use super::scribe::Pen;
use super::sweep::{Broom, Waste};
use super::synced::{self, Noted, Synced};
use super::writer::Writer;
use super::{JournalStore, MAX_UNDER_WAY};
use crate::store::memory::MemoryStore;

/// The latest format of a directory.
const FORMAT: u32 = 1;
/// Before the number of the format.
const FORMAT_WORDS: &str = "guestlist store, format ";
/// The embedded store's directory.
const ROWS: &str = "rows";

/// How a store is opened.
pub struct JournalOptions {
    /// Its directory, which is made if it is not there.
    pub path: PathBuf,
    /// What letters may hold together, in bytes.
    pub backlog_bytes: usize,
    /// Begin with what is left when something is lost.
    pub accept_loss: bool,
    /// Told why nothing can be written any more, before anybody is answered. Ends the process, where
    /// there is one to end.
    pub on_failure: Box<dyn FnOnce(&str) + Send>,
}

/// A directory that is ours, until it is closed.
pub(super) struct Held {
    path: PathBuf,
    _lock: File,
}

impl JournalStore {
    /// Opens a store.
    ///
    /// # Errors
    /// Why it is not opened; then nothing was changed.
    pub fn open(options: JournalOptions) -> Result<Self, OpenFault> {
        let JournalOptions { path, backlog_bytes, accept_loss, on_failure } = options;
        let held = Held::take(path)?;
        let (noted, scans) = held.look()?;
        let faults = judge(noted, &scans);
        if !faults.is_empty() && !accept_loss {
            return Err(held.damaged(faults));
        }
        let aside = Aside::take(&held.path, ROWS).map_err(|error| held.io(ROWS, error))?;
        match held.fill(&scans, noted, backlog_bytes, accept_loss) {
            Ok(filled) => {
                aside.discard().map_err(|error| held.io(ROWS, error))?;
                filled.start(held, on_failure)
            }
            Err(fault) => {
                aside.put_back().map_err(|error| held.io(ROWS, error))?;
                Err(fault)
            }
        }
    }
}

impl Held {
    /// Takes a directory, or makes one.
    pub(super) fn take(path: PathBuf) -> Result<Self, OpenFault> {
        let io = |error| OpenFault::Io { path: path.clone(), error };
        fs::create_dir_all(&path).map_err(io)?;
        let format = path.join("format");
        let is_new = match fs::read_to_string(&format) {
            Ok(text) => {
                let number = text.trim_end().strip_prefix(FORMAT_WORDS);
                match number.and_then(|number| number.parse().ok()) {
                    Some(found) if found > FORMAT => {
                        return Err(OpenFault::Newer { path, found, known: FORMAT });
                    }
                    Some(_) => false,
                    None => {
                        let faults = vec!["the file `format` says nothing".to_owned()];
                        return Err(OpenFault::Damaged { path, faults });
                    }
                }
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => true,
            Err(error) => return Err(OpenFault::Io { path: format, error }),
        };
        if is_new && path.join(ROWS).exists() {
            let faults = vec!["the file `format` is missing".to_owned()];
            return Err(OpenFault::Damaged { path, faults });
        }
        if is_new && fs::read_dir(&path).map_err(io)?.next().is_some() {
            return Err(OpenFault::Foreign(path));
        }
        let lock = File::options().create(true).append(true).open(path.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenFault::Locked(path)),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        if is_new {
            fs::write(&format, format!("{FORMAT_WORDS}{FORMAT}\n")).map_err(io)?;
        }
        aside::tidy(&path, ROWS).map_err(io)?;
        Ok(Self { path, _lock: lock })
    }

    /// What is noted, and what the journals hold.
    fn look(&self) -> Result<(Noted, Vec<Scan>), OpenFault> {
        let noted = synced::noted(&self.path).map_err(|error| self.io(synced::FILE, error))?;
        let scans = scan::journals(&self.path.join(ROWS)).map_err(|error| self.io(ROWS, error))?;
        Ok((noted, scans))
    }

    /// Opens the embedded store and reads everything.
    fn fill(
        &self,
        scans: &[Scan],
        noted: Noted,
        backlog_bytes: usize,
        accept_loss: bool,
    ) -> Result<Filled, OpenFault> {
        for scan in scans.iter().filter(|scan| scan.torn) {
            // The embedded store would refuse it, or take part of it for what it is not.
            cut(scan).map_err(|error| self.io(ROWS, error))?;
        }
        let disk = match Disk::open(&self.path.join(ROWS)) {
            Ok(disk) => Arc::new(disk),
            Err(fjall::Error::Io(error)) => return Err(self.io(ROWS, error)),
            Err(error) => return Err(self.damaged(vec![format!("it cannot be opened: {error}")])),
        };
        let queue = Arc::new(Queue::new(0));
        let broom = Arc::new(Broom::new(Arc::clone(&disk), Arc::clone(&queue)));
        let swept = Arc::clone(&broom);
        let ended = move |life, incarnation| swept.sweep(Waste::Room(life, incarnation));
        let pen = Pen { queue: Arc::clone(&queue), ended: Box::new(ended) };
        let memory = MemoryStore::recorded(backlog_bytes, Arc::new(pen));
        let mut found = recover::recover(&disk, &memory);
        if let (Noted::Number(synced), commit) = (noted, found.commit)
            && commit < synced
        {
            found.faults.push(missing(commit, synced));
        }
        if !found.faults.is_empty() && !accept_loss {
            return Err(self.damaged(std::mem::take(&mut found.faults)));
        }
        for fault in &found.faults {
            tracing::warn!("lost, and accepted: {fault}");
        }
        Ok(Filled { disk, queue, broom, memory, found })
    }

    fn io(&self, name: &str, error: io::Error) -> OpenFault {
        OpenFault::Io { path: self.path.join(name), error }
    }

    fn damaged(&self, faults: Vec<String>) -> OpenFault {
        OpenFault::Damaged { path: self.path.clone(), faults }
    }
}

/// A store that was read, and is not written yet.
struct Filled {
    disk: Arc<Disk>,
    queue: Arc<Queue>,
    broom: Arc<Broom>,
    memory: MemoryStore,
    found: Found,
}

impl Filled {
    fn start(
        self,
        held: Held,
        on_failure: Box<dyn FnOnce(&str) + Send>,
    ) -> Result<JournalStore, OpenFault> {
        let Self { disk, queue, broom, memory, found } = self;
        let synced = Synced::open(&held.path, found.commit);
        let synced = synced.map_err(|error| held.io(synced::FILE, error))?;
        queue.continue_behind(found.commit);
        let counters = found.counters;
        let writer =
            Writer { disk: Arc::clone(&disk), queue: Arc::clone(&queue), synced, counters };
        let failing = Arc::clone(&queue);
        let write = move || {
            let path = held.path.clone();
            if let Err(error) = writer.run() {
                on_failure(&format!("{}: cannot be written any more: {error}", path.display()));
                failing.failed();
            }
            drop(held);
        };
        let thread = std::thread::Builder::new().name("journal".to_owned()).spawn(write);
        let thread = thread.map_err(|error| OpenFault::Io { path: "journal".into(), error })?;
        found.dead.into_iter().for_each(|(life, room)| broom.sweep(Waste::Room(life, room)));
        found.over.into_iter().for_each(|life| broom.sweep(Waste::Life(life)));
        Ok(JournalStore {
            memory,
            disk,
            queue,
            broom,
            under_way: Semaphore::new(MAX_UNDER_WAY),
            apps: Mutex::new(()),
            writer: Some(thread),
        })
    }
}

/// What the journals and the note say that is missing. Behind the last whole group of the last
/// journal may stand anything, as long as what was synced is there.
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
        if scan.torn && nth + 1 < scans.len() {
            faults.push(format!("{name}: damaged at byte {}", scan.valid_bytes));
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

fn missing(last: u64, synced: u64) -> String {
    format!("commits {} to {synced} are missing, and were synced", last + 1)
}

/// Cuts off what stands behind the last whole group.
fn cut(scan: &Scan) -> io::Result<()> {
    let file = File::options().write(true).open(&scan.path)?;
    file.set_len(scan.valid_bytes)?;
    file.sync_all()
}

//! Opening a store on disk.
//!
//! Job: the directory, its format and its lock; judge what the journals hold before they are
//! opened; open, read everything, judge once more; begin to write. Promise: a store that lost
//! something which was answered is not opened unless that is accepted, and its files are as they
//! were.
//!
//! In the directory: `format`, which format it has; `lock`; `synced`, the highest number that was
//! synced; `rows`, the embedded store; `aside` and what begins so, copies of it while it is being
//! opened.

use std::fs::{self, File, TryLockError};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::aside::{self, Aside};
use super::disk::{Disk, is_damage};
use super::fault::OpenFault;
use super::format::{self, Format};
use super::judge::{Look, missing};
use super::kept::Kept;
use super::queue::{Entry, Queue};
use super::recover::{self, Found};
use super::salvage;
use super::scan::Scan;
use super::scribe::Pen;
use super::sweep::{Broom, Waste};
use super::synced::{self, Noted, Synced};
use super::writer::Writer;
use super::{JournalStore, MAX_UNDER_WAY};
use crate::store::memory::MemoryStore;

/// Held by the process that has the directory.
pub(super) const LOCK_FILE: &str = "lock";
/// The embedded store's directory.
pub(super) const ROWS: &str = "rows";

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
        let look = Look::at(&held.path).map_err(|error| held.io(ROWS, error))?;
        if !look.faults.is_empty() && !accept_loss {
            return Err(held.damaged(look.faults));
        }
        let aside = Aside::take(&held.path, ROWS).map_err(|error| held.io(ROWS, error))?;
        match held.fill(look, backlog_bytes, accept_loss) {
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
        let is_new = match Format::of(&path).map_err(io)? {
            Format::Known => false,
            Format::Newer(found) => {
                return Err(OpenFault::Newer { path, found, known: format::LATEST });
            }
            Format::Unclear if path.join(ROWS).exists() => {
                let faults =
                    vec![format!("the file `{}` is missing or says nothing", format::FILE)];
                // It may be any format's: nothing of it is taken for one that is known.
                return Err(OpenFault::Unreadable { path, faults });
            }
            Format::Unclear if format::has_others(&path).map_err(io)? => {
                return Err(OpenFault::Foreign(path));
            }
            Format::Unclear => true,
        };
        let lock = File::options().create(true).append(true).open(path.join(LOCK_FILE));
        let lock = lock.map_err(io)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(OpenFault::Locked(path)),
            Err(TryLockError::Error(error)) => return Err(io(error)),
        }
        if is_new {
            format::write(&path).map_err(io)?;
        }
        aside::tidy(&path, ROWS).map_err(io)?;
        Ok(Self { path, _lock: lock })
    }

    /// Opens the embedded store and reads everything.
    fn fill(
        &self,
        mut look: Look,
        backlog_bytes: usize,
        accept_loss: bool,
    ) -> Result<Filled, OpenFault> {
        self.prepare(&look).map_err(|error| self.io(ROWS, error))?;
        let begins = look.first_commit().filter(|first| *first > 1 && !look.hopeless);
        if let Some(first) = begins {
            let reached = salvage::reach(&self.path, ROWS);
            match self.unless_damaged(reached)? {
                Ok(reached) if first > reached + 1 => {
                    look.faults.push(missing(reached, first - 1));
                }
                Ok(_) => {}
                Err(fault) => look.faults.push(fault),
            }
        }
        if look.faults.is_empty() {
            let filled = self.read(&look, backlog_bytes);
            match self.unless_damaged(filled)? {
                Ok(filled) if filled.found.faults.is_empty() => return Ok(filled),
                Ok(mut filled) => look.faults.append(&mut filled.found.faults),
                Err(fault) => look.faults.push(fault),
            }
        }
        if !accept_loss {
            return Err(self.damaged(look.faults));
        }
        for fault in &look.faults {
            tracing::warn!("lost, and accepted: {fault}");
        }
        let salvaged = salvage::salvage(&self.path, ROWS, &look);
        let filled = salvaged.and_then(|()| self.read(&look, backlog_bytes));
        let filled = self.unless_damaged(filled)?.map_err(|fault| OpenFault::Unreadable {
            path: self.path.clone(),
            faults: vec![fault],
        })?;
        for fault in filled.found.faults.iter().filter(|fault| !look.faults.contains(fault)) {
            tracing::warn!("lost, and accepted: {fault}");
        }
        Ok(filled)
    }

    /// Opens the embedded store as it is now, and reads everything.
    fn read(&self, look: &Look, backlog_bytes: usize) -> Result<Filled, fjall::Error> {
        let disk = Arc::new(Disk::open(&self.path.join(ROWS))?);
        let queue = Arc::new(Queue::new(0));
        let broom = Arc::new(Broom::new(Arc::clone(&disk), Arc::clone(&queue)));
        let swept = Arc::clone(&broom);
        let ended = move |life, incarnation| swept.sweep(Waste::Room(life, incarnation));
        let kept = Arc::new(Kept::default());
        let pen =
            Pen { queue: Arc::clone(&queue), kept: Arc::clone(&kept), ended: Box::new(ended) };
        let memory = MemoryStore::recorded(backlog_bytes, Arc::new(pen));
        let mut found = recover::recover(&disk, &memory, !look.faults.is_empty());
        match look.noted {
            Noted::Number(synced) if found.commit < synced => {
                found.faults.push(missing(found.commit, synced));
            }
            Noted::Nothing if found.commit > 0 => {
                found.faults.push(format!("the file `{}` is missing", synced::FILE));
            }
            _ => {}
        }
        for (letter, room) in &found.kept {
            kept.keep(*letter, *room);
        }
        Ok(Filled { disk, queue, broom, kept, memory, found })
    }

    /// What the embedded store would not get over by itself.
    fn prepare(&self, look: &Look) -> io::Result<()> {
        let rows = self.path.join(ROWS);
        if look.half_made {
            return aside::remove(&rows);
        }
        for scan in look.scans.iter().filter(|scan| scan.torn) {
            // It would refuse this, or take part of it for what it is not.
            cut(scan)?;
        }
        if look.marked {
            // Nothing is in its lock, and it does not open without.
            File::options().create(true).append(true).open(rows.join(LOCK_FILE))?;
        }
        Ok(())
    }

    /// What the embedded store answers, or that it is damaged.
    fn unless_damaged<T>(
        &self,
        answer: Result<T, fjall::Error>,
    ) -> Result<Result<T, String>, OpenFault> {
        match answer {
            Ok(answer) => Ok(Ok(answer)),
            Err(error) if is_damage(&error) => Ok(Err(format!("the rows cannot be read: {error}"))),
            Err(fjall::Error::Io(error)) => Err(self.io(ROWS, error)),
            Err(error) => Err(self.io(ROWS, io::Error::other(error))),
        }
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
    kept: Arc<Kept>,
    memory: MemoryStore,
    found: Found,
}

impl Filled {
    fn start(
        self,
        held: Held,
        on_failure: Box<dyn FnOnce(&str) + Send>,
    ) -> Result<JournalStore, OpenFault> {
        let Self { disk, queue, broom, kept, memory, found } = self;
        let synced = Synced::open(&held.path, found.commit);
        let synced = synced.map_err(|error| held.io(synced::FILE, error))?;
        queue.continue_behind(found.commit);
        queue.push(Entry { rows: found.mended, census: None });
        // What nobody outside can know, from where hash tables have it.
        let mark = RandomState::new().hash_one(found.commit);
        let counters = found.counters;
        let writer =
            Writer { disk: Arc::clone(&disk), queue: Arc::clone(&queue), synced, counters, mark };
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
            kept,
            under_way: Semaphore::new(MAX_UNDER_WAY),
            apps: Mutex::new(()),
            writer: Some(thread),
        })
    }
}

/// Cuts off what stands behind the last whole group.
fn cut(scan: &Scan) -> io::Result<()> {
    let file = File::options().write(true).open(&scan.path)?;
    file.set_len(scan.valid_bytes)?;
    file.sync_all()
}

//! What waits to be written.
//!
//! Job: take changes in the order in which they happen, hand them to the writer in groups, say when
//! they are on disk. Promise: numbers ascend by one; whoever waits for one is answered when it and
//! all before it are on disk, and never before. Not here: who bounds it: whoever changes something
//! holds a permit from before he is given a lock until his change is on disk.

use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::watch;

use super::keys::Life;
use super::rows::Row;
use crate::store::TxError;

/// What is written at once or not at all.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) rows: Vec<Row>,
    /// Whose rooms are more or fewer with it.
    pub(super) census: Option<Census>,
}

/// A room that was made or ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) life: Life,
    pub(super) incarnation: u64,
    pub(super) born: bool,
}

/// Entries that were taken together, and the numbers of the first and the last.
pub(super) struct Group {
    pub(super) entries: Vec<Entry>,
    pub(super) numbers: Numbers,
}

/// The numbers of a group's entries, the first and the last.
pub(super) type Numbers = (u64, u64);

/// How far the disk is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    /// Everything up to this number is there.
    Synced(u64),
    /// Nothing more comes there.
    Failed,
}

pub(super) struct Queue {
    waiting: Mutex<Waiting>,
    came: Condvar,
    /// The disk has more than before.
    moved: Condvar,
    progress: watch::Sender<Progress>,
}

struct Waiting {
    entries: Vec<Entry>,
    last: u64,
    closed: bool,
    written: Written,
}

/// What is on disk of this process.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Written {
    pub(super) changes: u64,
    pub(super) groups: u64,
    /// How long the writing took.
    pub(super) busy: Duration,
}

impl Queue {
    /// Numbers go on behind this one.
    pub(super) fn new(last: u64) -> Self {
        let waiting =
            Waiting { entries: Vec::new(), last, closed: false, written: Written::default() };
        let progress = watch::Sender::new(Progress::Synced(last));
        Self { waiting: Mutex::new(waiting), came: Condvar::new(), moved: Condvar::new(), progress }
    }

    /// Numbers go on behind this one. Called before anything is pushed.
    pub(super) fn continue_behind(&self, last: u64) {
        self.waiting.lock().last = last;
        self.publish(Progress::Synced(last));
    }

    /// Whether nothing more comes to the disk.
    pub(super) fn is_failed(&self) -> bool {
        *self.progress.borrow() == Progress::Failed
    }

    /// Appends an entry.
    pub(super) fn push(&self, entry: Entry) {
        if entry.rows.is_empty() {
            return;
        }
        let mut waiting = self.waiting.lock();
        waiting.last += 1;
        waiting.entries.push(entry);
        if waiting.entries.len() == 1 {
            self.came.notify_one();
        }
    }

    /// Waits until everything that was pushed before is on disk.
    pub(super) async fn settled(&self) -> Result<(), TxError> {
        let last = self.waiting.lock().last;
        let mut progress = self.progress.subscribe();
        let arrived = progress.wait_for(|progress| match progress {
            Progress::Synced(synced) => *synced >= last,
            Progress::Failed => true,
        });
        match arrived.await.map(|progress| *progress) {
            Ok(Progress::Synced(_)) => Ok(()),
            Ok(Progress::Failed) | Err(_) => Err(TxError::Unavailable),
        }
    }

    /// As [`settled`](Self::settled), for a thread that has nothing else to do. Answers whether it
    /// is so.
    pub(super) fn wait_until_settled(&self) -> bool {
        let mut waiting = self.waiting.lock();
        let last = waiting.last;
        loop {
            match *self.progress.borrow() {
                Progress::Synced(synced) if synced >= last => return true,
                Progress::Synced(_) => {}
                Progress::Failed => return false,
            }
            self.moved.wait(&mut waiting);
        }
    }

    /// Everything that waits, once something does; nothing when the queue is closed and empty.
    pub(super) fn take(&self) -> Option<Group> {
        let mut waiting = self.waiting.lock();
        while waiting.entries.is_empty() {
            if waiting.closed {
                return None;
            }
            self.came.wait(&mut waiting);
        }
        let entries = std::mem::take(&mut waiting.entries);
        let last = waiting.last;
        Some(Group { numbers: (last + 1 - entries.len() as u64, last), entries })
    }

    /// A group is on disk, and writing it took so long.
    pub(super) fn synced(&self, (first, last): Numbers, took: Duration) {
        let mut waiting = self.waiting.lock();
        waiting.written.changes += last + 1 - first;
        waiting.written.groups += 1;
        waiting.written.busy += took;
        drop(waiting);
        self.publish(Progress::Synced(last));
    }

    /// What is on disk of this process, and how many changes are not.
    pub(super) fn written(&self) -> (Written, u64) {
        let waiting = self.waiting.lock();
        let synced = match *self.progress.borrow() {
            Progress::Synced(synced) => synced,
            Progress::Failed => waiting.last,
        };
        (waiting.written, waiting.last - synced)
    }

    fn publish(&self, progress: Progress) {
        self.progress.send_replace(progress);
        // Under the lock: whoever is about to wait has looked before.
        let _waiting = self.waiting.lock();
        self.moved.notify_all();
    }

    /// Nothing more comes to the disk: whoever waits is answered that it is unknown.
    pub(super) fn failed(&self) {
        self.publish(Progress::Failed);
        self.close();
    }

    /// What waits is the last.
    pub(super) fn close(&self) {
        self.waiting.lock().closed = true;
        self.came.notify_one();
    }
}

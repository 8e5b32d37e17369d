//! What waits to be written.
//!
//! Job: take changes in the order in which they happen, hand them to the writer in groups, say when
//! they are on disk. Promise: numbers ascend by one; whoever waits for one is answered when it and
//! all before it are on disk, and never before. Not here: who bounds it: whoever changes something
//! holds a permit from before he is given a lock until his change is on disk.

use std::collections::VecDeque;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use tokio::sync::oneshot;

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
}

/// What was written since the store was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Written {
    /// Groups: each was one commit and one sync.
    pub groups: u64,
    /// The changes in them.
    pub changes: u64,
    /// How long that took, in real time.
    pub busy: Duration,
}

struct Waiting {
    entries: Vec<Entry>,
    last: u64,
    closed: bool,
    progress: Progress,
    written: Written,
    /// Who waits for which number, in their order: each is woken once, by the group that has his.
    sleepers: VecDeque<(u64, oneshot::Sender<()>)>,
}

impl Queue {
    /// Numbers go on behind this one.
    pub(super) fn new(last: u64) -> Self {
        let waiting = Waiting {
            entries: Vec::new(),
            last,
            closed: false,
            progress: Progress::Synced(last),
            written: Written::default(),
            sleepers: VecDeque::new(),
        };
        Self { waiting: Mutex::new(waiting), came: Condvar::new(), moved: Condvar::new() }
    }

    /// Numbers go on behind this one. Called before anything is pushed.
    pub(super) fn continue_behind(&self, last: u64) {
        let mut waiting = self.waiting.lock();
        (waiting.last, waiting.progress) = (last, Progress::Synced(last));
    }

    /// Whether nothing more comes to the disk.
    pub(super) fn is_failed(&self) -> bool {
        self.waiting.lock().progress == Progress::Failed
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
        let arrived = {
            let mut waiting = self.waiting.lock();
            let last = waiting.last;
            match waiting.progress {
                Progress::Synced(synced) if synced >= last => return Ok(()),
                Progress::Synced(_) => {}
                Progress::Failed => return Err(TxError::Unavailable),
            }
            let (arriving, arrived) = oneshot::channel();
            waiting.sleepers.push_back((last, arriving));
            arrived
        };
        // Whoever fails forgets who waits.
        arrived.await.map_err(|_| TxError::Unavailable)
    }

    /// As [`settled`](Self::settled), for a thread that has nothing else to do. Answers whether it
    /// is so.
    pub(super) fn wait_until_settled(&self) -> bool {
        let mut waiting = self.waiting.lock();
        let last = waiting.last;
        loop {
            match waiting.progress {
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
        let arrived: Vec<_> = {
            let mut waiting = self.waiting.lock();
            waiting.written.groups += 1;
            waiting.written.changes += last - first + 1;
            waiting.written.busy += took;
            waiting.progress = Progress::Synced(last);
            self.moved.notify_all();
            let there = waiting.sleepers.partition_point(|(number, _)| *number <= last);
            waiting.sleepers.drain(..there).collect()
        };
        for (_, arriving) in arrived {
            // Some have gone away meanwhile.
            let _ = arriving.send(());
        }
    }

    /// What was written so far.
    pub(super) fn written(&self) -> Written {
        self.waiting.lock().written
    }

    /// How many changes are not on disk yet.
    pub(super) fn backlog(&self) -> u64 {
        let waiting = self.waiting.lock();
        match waiting.progress {
            Progress::Synced(synced) => waiting.last - synced,
            Progress::Failed => 0,
        }
    }

    /// Nothing more comes to the disk: whoever waits is answered that it is unknown.
    pub(super) fn failed(&self) {
        let mut waiting = self.waiting.lock();
        waiting.progress = Progress::Failed;
        waiting.sleepers.clear();
        self.moved.notify_all();
        drop(waiting);
        self.close();
    }

    /// What waits is the last.
    pub(super) fn close(&self) {
        self.waiting.lock().closed = true;
        self.came.notify_one();
    }
}

//! Rows that nobody can see any more.
//!
//! Job: remove what a room that ended, or an app that was reset, left on disk. Promise: in small steps,
//! each on disk before the next begins, and a pause between them, so that nobody else's change waits
//! behind much; it ends within a step when it is told to; what is left over then, or by a crash, is
//! taken up again at the start. Its thread begins with the first such thing.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::{JoinHandle, sleep};
use std::time::Duration;

use parking_lot::Mutex;

use super::disk::Disk;
use super::keys::{self, Kind, Life};
use super::queue::{Entry, Queue};
use super::rows::{self, Row};

/// Rows that go with one commit: the changes of others that go with it wait for them, too.
const STEP: usize = 100;
/// What goes by between two steps. Nobody waits for their end.
const PAUSE: Duration = Duration::from_millis(2);

/// What is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Waste {
    /// What a room had many of.
    Room(Life, u64),
    /// Everything of a life of an app.
    Life(Life),
}

/// The thread that sweeps, once there is something to sweep.
pub(super) struct Broom {
    bristles: Bristles,
    running: Mutex<Option<Running>>,
}

/// What it sweeps with.
#[derive(Clone)]
struct Bristles {
    disk: Arc<Disk>,
    queue: Arc<Queue>,
    stopping: Arc<AtomicBool>,
    /// How many things are to be swept.
    left: Arc<AtomicUsize>,
}

struct Running {
    heap: Sender<Waste>,
    thread: JoinHandle<()>,
}

impl Broom {
    pub(super) fn new(disk: Arc<Disk>, queue: Arc<Queue>) -> Self {
        let bristles = Bristles { disk, queue, stopping: Arc::default(), left: Arc::default() };
        Self { bristles, running: Mutex::new(None) }
    }

    /// Has something swept. What is named is a few bytes, and on disk besides: the heap may grow.
    pub(super) fn sweep(&self, waste: Waste) {
        let mut running = self.running.lock();
        let running = running.get_or_insert_with(|| {
            let (heap, waiting) = channel();
            let bristles = self.bristles.clone();
            let thread = std::thread::spawn(move || bristles.run(&waiting));
            Running { heap, thread }
        });
        self.bristles.left.fetch_add(1, Ordering::Relaxed);
        // A thread that ended did so because nothing more comes to the disk.
        let _ = running.heap.send(waste);
    }

    /// Whether nothing is left.
    #[cfg(test)]
    pub(super) fn is_done(&self) -> bool {
        self.bristles.left.load(Ordering::Relaxed) == 0
    }

    /// Ends the thread; what is left is swept by the next process.
    pub(super) fn stop(&self) {
        self.bristles.stopping.store(true, Ordering::Relaxed);
        if let Some(Running { heap, thread }) = self.running.lock().take() {
            drop(heap);
            let _ = thread.join();
        }
    }
}

impl Bristles {
    fn run(&self, waiting: &Receiver<Waste>) {
        for waste in waiting {
            // The end that made it waste is on disk before anything of it goes.
            let swept = self.queue.wait_until_settled()
                && match waste {
                    Waste::Room(life, incarnation) => self.room(life, incarnation),
                    Waste::Life(of) => self.prefix(&keys::life(of)) && self.letters(of),
                };
            if !swept {
                return;
            }
            self.left.fetch_sub(1, Ordering::Relaxed);
        }
    }

    fn room(&self, life: Life, incarnation: u64) -> bool {
        let of = |kind| self.prefix(&keys::room(life, kind, incarnation));
        if !Kind::OF_MANY.into_iter().all(of) {
            return false;
        }
        let dead = Row::remove(keys::room(life, Kind::Dead, incarnation));
        self.queue.push(Entry { rows: vec![dead], census: None });
        true
    }

    /// Removes the letters of a life of an app, and what is known of them.
    fn letters(&self, over: Life) -> bool {
        let [letters, put_off] = keys::letters(over.app);
        let mut rows = Vec::new();
        let mut kept = HashSet::new();
        for pair in self.disk.rows_of(&letters) {
            let Ok((key, row)) = pair else { return false };
            let (name, behind) = name(&key, &letters);
            // Another life may be the present one, or one that is being filled.
            let is_of_another = behind.is_empty()
                && rows::begins_with::<u64>(&row).is_ok_and(|epoch| epoch != over.epoch);
            if is_of_another {
                kept.insert(name.to_vec());
            }
            // What stands behind its first row stays or goes with that.
            if !kept.contains(name) {
                rows.push(Row::remove(key.to_vec()));
            }
        }
        for pair in self.disk.rows_of(&put_off) {
            let Ok((key, _)) = pair else { return false };
            if !kept.contains(name(&key, &put_off).0) {
                rows.push(Row::remove(key.to_vec()));
            }
        }
        while !rows.is_empty() {
            let step = rows.split_off(rows.len().saturating_sub(STEP));
            if !self.step(step) {
                return false;
            }
        }
        true
    }

    /// Removes all rows whose keys begin so. Answers whether it is done. Nobody writes such rows any
    /// more, so that each step goes on behind the one before it.
    fn prefix(&self, prefix: &[u8]) -> bool {
        let mut last = prefix.to_vec();
        loop {
            let rows = self.disk.rows_behind(prefix, &last).take(STEP);
            let rows: Result<Vec<Row>, _> =
                rows.map(|pair| pair.map(|(key, _)| Row::remove(key.to_vec()))).collect();
            let rows = match rows {
                Ok(rows) => rows,
                Err(error) => {
                    tracing::error!("what is left of something that ended cannot be read: {error}");
                    return false;
                }
            };
            let Some(row) = rows.last() else { return true };
            last.clone_from(&row.key);
            if !self.step(rows) {
                return false;
            }
        }
    }

    /// Has rows removed, and lets the others have the disk for a while. Answers whether to go on.
    fn step(&self, rows: Vec<Row>) -> bool {
        self.queue.push(Entry { rows, census: None });
        let settled = self.queue.wait_until_settled();
        sleep(PAUSE);
        settled && !self.stopping.load(Ordering::Relaxed)
    }
}

/// What tells a letter from all others of its app, and what stands behind that in a key.
fn name<'a>(key: &'a [u8], prefix: &[u8]) -> (&'a [u8], &'a [u8]) {
    let rest = &key[prefix.len()..];
    rest.split_at(rest.len().min(keys::LETTER_NAME_BYTES))
}

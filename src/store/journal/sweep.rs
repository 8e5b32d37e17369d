//! Rows that nobody can see any more.
//!
//! Job: remove what a room that ended, or an app that was reset, left on disk. Promise: in steps of
//! a thousand, each on disk before the next begins, so that nobody else's change waits behind much;
//! what a crash leaves over is taken up again at the start. Its thread begins with the first such
//! thing.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;

use super::disk::Disk;
use super::keys::{self, Kind, Life};
use super::queue::{Entry, Queue};
use super::rows::{self, Row};

/// Rows that go with one commit.
const STEP: usize = 1000;

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
    disk: Arc<Disk>,
    queue: Arc<Queue>,
    running: Mutex<Option<Running>>,
}

struct Running {
    heap: Sender<Waste>,
    thread: JoinHandle<()>,
}

impl Broom {
    pub(super) fn new(disk: Arc<Disk>, queue: Arc<Queue>) -> Self {
        Self { disk, queue, running: Mutex::new(None) }
    }

    /// Has something swept. What is named is a few bytes, and on disk besides: the heap may grow.
    pub(super) fn sweep(&self, waste: Waste) {
        let mut running = self.running.lock();
        let running = running.get_or_insert_with(|| {
            let (heap, waiting) = channel();
            let (disk, queue) = (Arc::clone(&self.disk), Arc::clone(&self.queue));
            let thread = std::thread::spawn(move || run(&disk, &queue, &waiting));
            Running { heap, thread }
        });
        // A thread that ended did so because nothing more comes to the disk.
        let _ = running.heap.send(waste);
    }

    /// Ends the thread; what is left is swept by the next process.
    pub(super) fn stop(&self) {
        if let Some(Running { heap, thread }) = self.running.lock().take() {
            drop(heap);
            let _ = thread.join();
        }
    }
}

fn run(disk: &Disk, queue: &Queue, waiting: &Receiver<Waste>) {
    for waste in waiting {
        // The end that made it waste is on disk before anything of it goes.
        let swept = queue.wait_until_settled()
            && match waste {
                Waste::Room(life, incarnation) => room(disk, queue, life, incarnation),
                Waste::Life(of) => prefix(disk, queue, &keys::life(of)) && letters(disk, queue, of),
            };
        if !swept {
            return;
        }
    }
}

fn room(disk: &Disk, queue: &Queue, life: Life, incarnation: u64) -> bool {
    let of = |kind| prefix(disk, queue, &keys::room(life, kind, incarnation));
    if !Kind::OF_MANY.into_iter().all(of) {
        return false;
    }
    let dead = Row::remove(keys::room(life, Kind::Dead, incarnation));
    queue.push(Entry { rows: vec![dead], census: None });
    true
}

/// Removes the letters of a life of an app, and what is known of them.
fn letters(disk: &Disk, queue: &Queue, over: Life) -> bool {
    let [letters, put_off] = keys::letters(over.app);
    let mut rows = Vec::new();
    let mut kept = std::collections::HashSet::new();
    for pair in disk.rows_of(&letters) {
        let Ok((key, row)) = pair else { return false };
        match rows::begins_with::<u64>(&row) {
            Ok(epoch) if epoch == over.epoch => rows.push(Row::remove(key.to_vec())),
            // Of another life, which may be the present one.
            _ => drop(kept.insert(key[letters.len()..].to_vec())),
        }
    }
    for pair in disk.rows_of(&put_off) {
        let Ok((key, _)) = pair else { return false };
        if !kept.contains(&key[put_off.len()..]) {
            rows.push(Row::remove(key.to_vec()));
        }
    }
    while !rows.is_empty() {
        let step = rows.split_off(rows.len().saturating_sub(STEP));
        queue.push(Entry { rows: step, census: None });
        if !queue.wait_until_settled() {
            return false;
        }
    }
    true
}

/// Removes all rows whose keys begin so. Answers whether it is done.
fn prefix(disk: &Disk, queue: &Queue, prefix: &[u8]) -> bool {
    loop {
        let rows = disk.rows_of(prefix).take(STEP);
        let rows: Result<Vec<Row>, _> =
            rows.map(|pair| pair.map(|(key, _)| Row::remove(key.to_vec()))).collect();
        let rows = match rows {
            Ok(rows) if rows.is_empty() => return true,
            Ok(rows) => rows,
            Err(error) => {
                tracing::error!("what is left of something that ended cannot be read: {error}");
                return false;
            }
        };
        queue.push(Entry { rows, census: None });
        if !queue.wait_until_settled() {
            return false;
        }
    }
}

//! Takes large rooms to pieces off the request threads.
//!
//! Destroying a room answers at once; giving back the memory of a million members takes tens of
//! milliseconds. A thread of the store does that, started with the first large room. The queue is
//! bounded: when it is full the caller does the work, which slows down whoever destroys faster
//! than memory can be given back.

use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::JoinHandle;

use parking_lot::Mutex;

/// Whatever is only to be dropped.
pub(super) type Debris = Box<dyn Send>;

/// Rooms that wait to be dropped.
const QUEUE: usize = 64;

/// The thread that drops, once there is something to drop.
#[derive(Default)]
pub(super) struct Sweeper {
    running: Mutex<Option<(SyncSender<Debris>, JoinHandle<()>)>>,
}

impl Sweeper {
    /// Drops something large, elsewhere if possible.
    pub(super) fn drop_later(&self, debris: Debris) {
        let mut running = self.running.lock();
        let (queue, _) = running.get_or_insert_with(|| {
            let (queue, waiting) = sync_channel::<Debris>(QUEUE);
            let sweep = move || waiting.into_iter().for_each(drop);
            (queue, std::thread::spawn(sweep))
        });
        let refused = queue.try_send(debris);
        drop(running);
        drop(refused);
    }
}

impl Drop for Sweeper {
    fn drop(&mut self) {
        if let Some((queue, thread)) = self.running.get_mut().take() {
            drop(queue);
            // A panic while dropping plain records cannot be handled here, and harms nobody.
            let _ = thread.join();
        }
    }
}

//! A log: the latest entries of every app, as far as they fit into so many bytes.
//!
//! Job: number each app's entries, keep the newest, find those behind a place, wait for more to
//! come. Promise: all apps together never hold more than the bound; the oldest of all go first, and
//! every app can tell how many of its own went; what `append` was given is there when it returns.
//! Nobody filters, copies, frees or waits under the lock. Not here: what an entry says, and disks.
//!
//! An app's entries have the numbers 1, 2, 3… in the order of their coming. Clearing takes the
//! entries and not the numbers, so that a reader's place stays good.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::domain::AppId;

#[cfg(test)]
mod tests;

/// What an entry takes besides itself, in bytes: its reference counts, and its place in two queues
/// that may be half empty.
const ENTRY_BYTES: usize = 64;
/// How many entries a reader takes hold of at a time: the lock is free in between.
const STEP: usize = 100;
/// How long nobody looks again at entries that he has just looked at.
const LOOK_AGAIN_AFTER: Duration = Duration::from_millis(2);
/// A queue of so many places is not made smaller, however empty it is.
const SMALL_QUEUE: usize = 64;

/// What a log can keep.
pub trait Kept {
    /// What it has allocated, in bytes.
    fn heap_bytes(&self) -> usize;
}

/// The latest entries of every app.
pub struct Log<T> {
    at_most_bytes: usize,
    shelves: Mutex<Shelves<T>>,
}

/// Everything that is kept.
struct Shelves<T> {
    bytes: usize,
    /// Whose entry came when, and what it takes: one for each entry, the oldest first. So nobody has
    /// to look at an old entry to let go of it.
    order: VecDeque<(AppId, usize)>,
    by_app: BTreeMap<AppId, Shelf<T>>,
}

/// What is kept of one app.
struct Shelf<T> {
    /// The oldest first. Their numbers are the last ones, up to `last`.
    entries: VecDeque<Arc<T>>,
    /// The number of the newest entry that ever came.
    last: u64,
    /// Entries up to this number were cleared, or went before they could be.
    cleared_to: u64,
    /// How many wait for an entry to come.
    waiting: usize,
    came: Arc<Notify>,
}

/// What a log has behind a place.
pub struct LogPage<T> {
    /// The wanted entries with their numbers, the oldest first.
    pub items: Vec<(u64, Arc<T>)>,
    /// The place behind everything that was looked at: where the next page begins.
    pub next: u64,
    /// How many entries behind the place are gone because the log was full, wanted or not. What was
    /// cleared does not count.
    pub dropped: u64,
}

/// Some entries that follow each other.
struct Stretch<T> {
    cleared_to: u64,
    /// The number before the first entry. What lies between the place asked for and this is gone.
    from: u64,
    entries: Vec<Arc<T>>,
}

impl<T: Kept> Log<T> {
    /// A log that holds at most so many bytes, over all apps.
    #[must_use]
    pub fn new(at_most_bytes: usize) -> Self {
        let shelves = Shelves { bytes: 0, order: VecDeque::new(), by_app: BTreeMap::new() };
        Self { at_most_bytes, shelves: Mutex::new(shelves) }
    }

    /// Appends an entry to an app's, and takes out the oldest of all until everything fits. Answers
    /// what had to go.
    pub fn append(&self, app: AppId, entry: impl Into<Arc<T>>) -> Vec<Arc<T>> {
        let entry = entry.into();
        let bytes = size_of::<T>() + entry.heap_bytes() + ENTRY_BYTES;
        let mut gone = Vec::new();
        let mut shelves = self.shelves.lock();
        let shelf = shelves.by_app.entry(app).or_default();
        shelf.entries.push_back(entry);
        shelf.last += 1;
        // Whoever is not counted yet has not looked either, and will see the entry.
        let came = (shelf.waiting > 0).then(|| Arc::clone(&shelf.came));
        shelves.order.push_back((app, bytes));
        shelves.bytes += bytes;
        while shelves.bytes > self.at_most_bytes {
            gone.push(shelves.take_oldest());
        }
        drop(shelves);
        if let Some(came) = came {
            came.notify_waiters();
        }
        gone
    }

    /// Says that entries of an app are others than before: whoever waits looks again.
    pub fn touch(&self, app: AppId) {
        let shelves = self.shelves.lock();
        let shelf = shelves.by_app.get(&app).filter(|shelf| shelf.waiting > 0);
        let came = shelf.map(|shelf| Arc::clone(&shelf.came));
        drop(shelves);
        if let Some(came) = came {
            came.notify_waiters();
        }
    }

    /// Takes away all entries of an app. Those to come have higher numbers than any before.
    pub fn clear(&self, app: AppId) {
        let mut shelves = self.shelves.lock();
        let Some(shelf) = shelves.by_app.get_mut(&app) else { return };
        let cleared = std::mem::take(&mut shelf.entries);
        shelf.cleared_to = shelf.last;
        let mut bytes = 0;
        shelves.order.retain(|(other, entry_bytes)| {
            bytes += if *other == app { *entry_bytes } else { 0 };
            *other != app
        });
        shelves.bytes -= bytes;
        drop(shelves);
        drop(cleared);
    }

    /// Lets go of an app for good: its entries, its numbers, and whoever waits for more.
    pub fn forget(&self, app: AppId) {
        self.clear(app);
        let gone = self.shelves.lock().by_app.remove(&app);
        if let Some(gone) = gone {
            gone.came.notify_waiters();
        }
    }

    /// The number of the newest entry that ever came for an app; 0 if none did.
    #[must_use]
    pub fn last(&self, app: AppId) -> u64 {
        self.shelves.lock().by_app.get(&app).map_or(0, |shelf| shelf.last)
    }

    /// An entry by its number, if it is still there.
    #[must_use]
    pub fn get(&self, app: AppId, number: u64) -> Option<Arc<T>> {
        let shelves = self.shelves.lock();
        let shelf = shelves.by_app.get(&app)?;
        let gone_to = shelf.last - shelf.entries.len() as u64;
        let nth = number.checked_sub(gone_to)?.checked_sub(1)?;
        shelf.entries.get(usize::try_from(nth).ok()?).map(Arc::clone)
    }

    /// The first so many wanted entries of an app behind a place (0 is the beginning).
    pub fn page(
        &self,
        app: AppId,
        after: u64,
        limit: usize,
        wanted: impl Fn(&T) -> bool,
    ) -> LogPage<T> {
        let mut start = after;
        let mut page = LogPage { items: Vec::new(), next: start, dropped: 0 };
        while page.items.len() < limit {
            let stretch = self.stretch(app, page.next);
            if stretch.cleared_to > start {
                // What was found is cleared by now, and what was dropped would be.
                start = stretch.cleared_to;
                page = LogPage { items: Vec::new(), next: page.next.max(start), dropped: 0 };
            }
            page.dropped += stretch.from - page.next;
            page.next = stretch.from;
            if stretch.entries.is_empty() {
                break;
            }
            for entry in stretch.entries {
                page.next += 1;
                if wanted(&entry) {
                    page.items.push((page.next, entry));
                    if page.items.len() == limit {
                        break;
                    }
                }
            }
        }
        page
    }

    /// Returns once so many wanted entries of an app came behind a place, those included that are
    /// there. Holds none of them: the log may have dropped some by then.
    pub async fn wait(&self, app: AppId, after: u64, count: usize, wanted: impl Fn(&T) -> bool) {
        let waiter = Waiter::enter(self, app);
        let (mut start, mut seen_to, mut there) = (after, after, 0);
        loop {
            // Before looking: what comes from here on wakes it.
            let came = waiter.came.notified();
            loop {
                let stretch = self.stretch(app, seen_to);
                if stretch.cleared_to > start {
                    (start, there) = (stretch.cleared_to, 0);
                }
                if stretch.entries.is_empty() {
                    seen_to = stretch.from;
                    break;
                }
                there += stretch.entries.iter().filter(|entry| wanted(entry)).count();
                seen_to = stretch.from + stretch.entries.len() as u64;
            }
            if there >= count {
                return;
            }
            came.await;
        }
    }

    /// The same for entries that may become wanted, or cease to be, after they came: all of them are
    /// looked at again whenever one comes or is [touched](Self::touch), but not all the time.
    pub async fn wait_for_change(
        &self,
        app: AppId,
        after: u64,
        count: usize,
        wanted: impl Fn(&T) -> bool,
    ) {
        let waiter = Waiter::enter(self, app);
        loop {
            // Before looking: what comes or changes from here on wakes it.
            let came = waiter.came.notified();
            tokio::pin!(came);
            came.as_mut().enable();
            if self.page(app, after, count, &wanted).items.len() >= count {
                return;
            }
            came.await;
            tokio::time::sleep(LOOK_AGAIN_AFTER).await;
        }
    }

    /// What an app has right behind a place, a step of it.
    fn stretch(&self, app: AppId, after: u64) -> Stretch<T> {
        let shelves = self.shelves.lock();
        let Some(shelf) = shelves.by_app.get(&app) else {
            return Stretch { cleared_to: 0, from: after, entries: Vec::new() };
        };
        let gone_to = shelf.last - shelf.entries.len() as u64;
        let from = after.max(gone_to);
        let len = shelf.entries.len();
        // A place ahead of the log is behind its end.
        let first = usize::try_from(from - gone_to).unwrap_or(len).min(len);
        let entries = shelf.entries.range(first..len.min(first + STEP)).map(Arc::clone).collect();
        Stretch { cleared_to: shelf.cleared_to, from, entries }
    }
}

impl<T> Shelves<T> {
    fn take_oldest(&mut self) -> Arc<T> {
        let (app, bytes) = self.order.pop_front().expect("what weighs something has a place");
        let shelf = self.by_app.get_mut(&app).expect("whose entry is there has a shelf");
        let oldest = shelf.entries.pop_front().expect("each place in the order is an entry's");
        self.bytes -= bytes;
        // Many apps that were busy once must not keep their empty queues.
        let room = shelf.entries.capacity();
        if room > SMALL_QUEUE && shelf.entries.len() < room / 4 {
            shelf.entries.shrink_to(room / 2);
        }
        oldest
    }
}

impl<T> Default for Shelf<T> {
    fn default() -> Self {
        let came = Arc::new(Notify::new());
        Self { entries: VecDeque::new(), last: 0, cleared_to: 0, waiting: 0, came }
    }
}

/// Somebody who waits, counted until dropped: nobody is woken where nobody waits.
struct Waiter<'a, T> {
    log: &'a Log<T>,
    app: AppId,
    came: Arc<Notify>,
}

impl<'a, T> Waiter<'a, T> {
    fn enter(log: &'a Log<T>, app: AppId) -> Self {
        let mut shelves = log.shelves.lock();
        let shelf = shelves.by_app.entry(app).or_default();
        shelf.waiting += 1;
        let came = Arc::clone(&shelf.came);
        Self { log, app, came }
    }
}

impl<T> Drop for Waiter<'_, T> {
    fn drop(&mut self) {
        if let Some(shelf) = self.log.shelves.lock().by_app.get_mut(&self.app) {
            // That of an app that was forgotten and came again knows nothing of it.
            shelf.waiting = shelf.waiting.saturating_sub(1);
        }
    }
}

//! Letters that wait to be delivered: a queue for each room and destination, all of them together
//! within a bound of bytes.
//!
//! What is atomic: one call, under the one lock, which is taken after a room's and held for
//! microseconds. When a letter does not fit, the oldest of all go first. A full outbox drops one with
//! each that comes, so that is what has to be cheap: the trees below know the heads of the queues
//! alone, and a letter behind a head costs its place in the queue and nothing else. Letters that were
//! given back to be told out of their order (`back`) are few, and cost more.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use serde::{Deserialize, Serialize};

use self::back::Aside;
use crate::domain::{AppId, Destination, Letter, Notice, RoomId};
use crate::store::{DroppedLetter, OutboxCounts, TakenLetter};

mod back;
mod waiting;

pub(in crate::store) use waiting::Waiting;

#[cfg(test)]
mod tests;

/// What a letter takes besides its notice, in bytes: its place in a queue that may be half empty,
/// and for the only one of its room a queue of its own and places in three trees.
const LETTER_BYTES: usize = 256;

/// The time of a letter that is held: it never comes.
const HELD: u64 = u64::MAX;

/// All letters of a store.
pub(super) struct Outbox {
    at_most_bytes: usize,
    /// The latest number that was given.
    last_id: AtomicU64,
    letters: Mutex<Letters>,
}

/// Which queue.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct QueueKey {
    app: AppId,
    to: Destination,
    room: RoomId,
}

#[derive(Default)]
struct Letters {
    bytes: usize,
    queues: HashMap<QueueKey, Queue>,
    /// The head of every queue by its number, and those that are set aside: the first is the oldest
    /// letter of all.
    by_age: BTreeMap<u64, QueueKey>,
    /// Every app that has letters.
    apps: BTreeMap<AppId, AppLetters>,
}

/// How far a letter is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(in crate::store) struct Progress {
    /// How often the part that is up was put off, and until when.
    put_off: u32,
    ready_ms: u64,
    /// Which part is up.
    pub(in crate::store) part: u32,
}

/// What became of a letter that somebody is done with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Acked {
    /// It was there no more.
    Gone,
    /// Its next part is up.
    Next(Progress),
    /// It is done with. Its notice took so many bytes.
    Done(usize),
    /// A part that was told apart from the rest of its letter is done with.
    Apart,
}

/// A letter that was posted before the process began.
pub(in crate::store) struct RestoredLetter {
    pub(in crate::store) id: u64,
    pub(in crate::store) letter: Letter,
    pub(in crate::store) progress: Progress,
}

/// What is known of one app's letters.
#[derive(Default)]
struct AppLetters {
    waiting: u64,
    /// The numbers of the heads of its queues, and of those that are set aside: the first is the
    /// oldest letter of the app.
    by_age: BTreeSet<u64>,
    /// The rooms of the heads that can be taken: of the queues that nobody has taken one of.
    ready: BTreeMap<Place, RoomId>,
    /// The queues of which letters are set aside, or were.
    aside: BTreeSet<(Destination, RoomId)>,
}

/// Where a head stands among those that can be taken: to whom it is, when it is ready, its number.
type Place = (Destination, u64, u64);

/// The letters of one room to one destination. Never empty but while its head is taken.
#[derive(Default)]
struct Queue {
    letters: VecDeque<Kept>,
    /// Letters that wait for others to pass them, the oldest first.
    aside: Vec<Aside>,
    /// The number of the letter that somebody has taken. It may have been dropped since.
    taken: Option<u64>,
}

struct Kept {
    id: u64,
    bytes: usize,
    notice: Arc<Notice>,
    parts: u32,
    /// Before which of them it ends: behind the last, but for a part that is told apart.
    ends: u32,
    /// How far it is; of one behind the head: not at all.
    progress: Progress,
    /// It was set aside, and passed the others then.
    was_aside: bool,
    /// It is a part that is told apart from the rest of its letter, under a number of its own.
    is_apart: bool,
}

impl Outbox {
    pub(super) fn new(at_most_bytes: usize) -> Self {
        Self { at_most_bytes, last_id: AtomicU64::new(0), letters: Mutex::default() }
    }

    /// A number for a letter that is to be put back.
    pub(super) fn next_id(&self) -> u64 {
        self.last_id.fetch_add(1, Ordering::Relaxed) + 1
    }

    /// Gives letters their numbers. Called under the lock of their room: those of one room ascend.
    pub(super) fn number(&self, letters: Vec<Letter>) -> Vec<(u64, Letter)> {
        let number = |letter| (self.next_id(), letter);
        letters.into_iter().map(number).collect()
    }

    /// Appends letters of one app, and drops the oldest of all until everything fits.
    pub(super) fn post(&self, app: AppId, letters: Vec<(u64, Letter)>) -> Vec<DroppedLetter> {
        if letters.is_empty() {
            return Vec::new();
        }
        let mut kept = self.letters.lock();
        for (id, letter) in letters {
            kept.push(app, id, letter);
        }
        let mut dropped = Vec::new();
        while kept.bytes > self.at_most_bytes {
            dropped.extend(kept.drop_oldest());
        }
        dropped
    }

    /// Puts a letter back that was posted before the process began. Called in the order of their
    /// numbers.
    pub(super) fn restore(&self, app: AppId, letter: RestoredLetter) {
        let RestoredLetter { id, letter, progress } = letter;
        self.last_id.fetch_max(id, Ordering::Relaxed);
        let (to, room) = (letter.to, letter.notice.room.clone());
        let key = QueueKey { app, to, room };
        let mut kept = self.letters.lock();
        kept.push(app, id, letter);
        let queue = kept.queues.get_mut(&key).expect("what is pushed has a queue");
        if queue.letters.len() == 1 && progress != Progress::default() {
            let head = queue.letters.front_mut().expect("it was pushed");
            let before = (to, head.progress.ready_ms, id);
            head.progress = progress;
            let of_app = kept.apps.get_mut(&app).expect("whose letter is there has letters");
            of_app.ready.remove(&before);
            kept.offer(&key);
        }
    }

    pub(super) fn take(
        &self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&RoomId>,
    ) -> Vec<TakenLetter> {
        let mut kept = self.letters.lock();
        let ready: Vec<RoomId> = match only {
            Some(room) => {
                let ready = kept.ready_ms(app, to, room).is_some_and(|at_ms| at_ms <= now_ms);
                std::iter::repeat_n(room.clone(), usize::from(ready)).take(limit).collect()
            }
            None => {
                let ready = kept.ready_until(app, to, now_ms).take(limit);
                ready.map(|(_, room)| room.clone()).collect()
            }
        };
        ready.into_iter().map(|room| kept.hand_out(QueueKey { app, to, room })).collect()
    }

    pub(super) fn ack(&self, app: AppId, to: Destination, room: &RoomId, id: u64) -> Acked {
        let key = QueueKey { app, to, room: room.clone() };
        let mut kept = self.letters.lock();
        let there = kept.give_back(&key, id);
        let acked = if !there {
            Acked::Gone
        } else if let Some(progress) = kept.next_part(&key) {
            Acked::Next(progress)
        } else if kept.is_apart(&key) {
            kept.pop(id);
            Acked::Apart
        } else {
            let done = kept.pop(id);
            Acked::Done(done.map_or(0, |letter| letter.notice.written_bytes()))
        };
        kept.offer(&key);
        acked
    }

    /// Answers how far the letter is, if it is still there and not a part that is told apart.
    pub(super) fn put_off(
        &self,
        app: AppId,
        to: Destination,
        room: &RoomId,
        id: u64,
        until_ms: u64,
    ) -> Option<Progress> {
        let key = QueueKey { app, to, room: room.clone() };
        let mut kept = self.letters.lock();
        let mut progress = None;
        if kept.give_back(&key, id)
            && let Some(head) = kept.queues.get_mut(&key).and_then(|it| it.letters.front_mut())
        {
            head.progress.put_off += 1;
            head.progress.ready_ms = until_ms.min(HELD - 1);
            progress = Some(head.progress).filter(|_| !head.is_apart);
        }
        kept.offer(&key);
        progress
    }

    pub(super) fn next(&self, app: AppId, to: Destination, only: Option<&RoomId>) -> Option<u64> {
        let kept = self.letters.lock();
        match only {
            Some(room) => kept.ready_ms(app, to, room),
            None => {
                kept.ready_until(app, to, HELD - 1).next().map(|((_, ready_ms, _), _)| *ready_ms)
            }
        }
    }

    pub(super) fn counts(&self, app: AppId) -> OutboxCounts {
        let kept = self.letters.lock();
        let Some(of_app) = kept.apps.get(&app) else { return OutboxCounts::default() };
        let oldest = of_app.by_age.first().and_then(|id| kept.queues.get(kept.by_age.get(id)?));
        let id = of_app.by_age.first().copied().unwrap_or_default();
        let oldest_ms = oldest.and_then(|queue| Some(queue.find(id)?.notice.at_ms));
        OutboxCounts { waiting: of_app.waiting, oldest_ms }
    }

    /// Forgets all letters of an app.
    pub(super) fn clear(&self, app: AppId) {
        let mut kept = self.letters.lock();
        let of_app = kept.apps.remove(&app);
        for id in of_app.iter().flat_map(|of_app| &of_app.by_age) {
            kept.by_age.remove(id);
        }
        let gone: Vec<_> = kept.queues.extract_if(|key, _| key.app == app).collect();
        let letters = gone.iter().flat_map(|(_, queue)| queue.all());
        kept.bytes -= letters.map(|letter| letter.bytes).sum::<usize>();
        drop(kept);
        drop((gone, of_app));
    }
}

impl Letters {
    fn push(&mut self, app: AppId, id: u64, Letter { to, notice, parts }: Letter) {
        let bytes = notice.size_bytes() + LETTER_BYTES;
        self.bytes += bytes;
        let of_app = self.apps.entry(app).or_default();
        of_app.waiting += 1;
        let key = QueueKey { app, to, room: notice.room.clone() };
        let queue = match self.queues.get_mut(&key) {
            Some(queue) => queue,
            None => self.queues.entry(key.clone()).or_default(),
        };
        queue.letters.push_back(Kept {
            id,
            bytes,
            notice,
            parts,
            ends: parts,
            progress: Progress::default(),
            was_aside: false,
            is_apart: false,
        });
        if queue.letters.len() == 1 {
            of_app.by_age.insert(id);
            if queue.taken.is_none() {
                of_app.ready.insert((to, 0, id), key.room.clone());
            }
            self.by_age.insert(id, key);
        }
    }

    /// Removes a letter that is the head of its queue, or set aside. If a head could be taken, so can
    /// the next one, at once.
    fn pop(&mut self, id: u64) -> Option<DroppedLetter> {
        let key = self.by_age.remove(&id)?;
        let of_app = self.apps.get_mut(&key.app).expect("whose letter is there has letters");
        let queue = self.queues.get_mut(&key).expect("whose head is there has a queue");
        if queue.letters.front().is_none_or(|head| head.id != id) {
            return self.pop_aside(key, id);
        }
        let head = queue.letters.pop_front().expect("its head is there");
        let back = queue.pass(&head);
        let Kept { bytes, notice, ends, progress, .. } = head;
        self.bytes -= bytes;
        of_app.waiting -= 1;
        of_app.by_age.remove(&id);
        let room = of_app.ready.remove(&(key.to, progress.ready_ms, id));
        let (part, parts) = (progress.part, ends);
        let dropped = DroppedLetter { id, app: key.app, to: key.to, notice, part, parts };
        for letter in back.into_iter().rev() {
            self.by_age.remove(&letter.id);
            of_app.by_age.remove(&letter.id);
            queue.letters.push_front(letter);
        }
        if let Some(next) = queue.letters.front() {
            of_app.by_age.insert(next.id);
            of_app.ready.extend(room.map(|room| ((key.to, next.progress.ready_ms, next.id), room)));
            self.by_age.insert(next.id, key);
            return Some(dropped);
        }
        if of_app.waiting == 0 {
            self.apps.remove(&key.app);
        }
        if queue.is_over() {
            self.queues.remove(&key);
        }
        Some(dropped)
    }

    fn drop_oldest(&mut self) -> Option<DroppedLetter> {
        let (id, _) = self.by_age.first_key_value()?;
        self.pop(*id)
    }

    /// Puts the head of a queue where it can be taken, unless somebody has taken one of this queue.
    fn offer(&mut self, key: &QueueKey) {
        let Some(queue) = self.queues.get(key) else { return };
        if queue.taken.is_some() {
            return;
        }
        let Some(head) = queue.letters.front() else {
            if queue.is_over() {
                self.queues.remove(key);
            }
            return;
        };
        let of_app = self.apps.get_mut(&key.app).expect("whose letter is there has letters");
        of_app.ready.insert((key.to, head.progress.ready_ms, head.id), key.room.clone());
    }

    fn hand_out(&mut self, key: QueueKey) -> TakenLetter {
        let queue = self.queues.get_mut(&key).expect("what is offered has a queue");
        let head = queue.letters.front().expect("what is offered is there");
        queue.taken = Some(head.id);
        if let Some(of_app) = self.apps.get_mut(&key.app) {
            of_app.ready.remove(&(key.to, head.progress.ready_ms, head.id));
        }
        let notice = Arc::clone(&head.notice);
        let Progress { put_off, part, .. } = head.progress;
        TakenLetter { id: head.id, put_off, notice, part, parts: head.ends }
    }

    /// Has the next part of a queue's head be up, if there is one; answers how far the letter is then.
    fn next_part(&mut self, key: &QueueKey) -> Option<Progress> {
        let queue = self.queues.get_mut(key)?;
        let head = queue.letters.front_mut()?;
        let part = head.progress.part + 1;
        if part >= head.ends {
            return None;
        }
        head.progress = Progress { part, ..Progress::default() };
        let progress = head.progress;
        if !queue.aside.is_empty() {
            self.overtake(key);
        }
        Some(progress)
    }

    /// Somebody is done with the letter that he took; whether it is still there.
    fn give_back(&mut self, key: &QueueKey, id: u64) -> bool {
        let Some(queue) = self.queues.get_mut(key).filter(|queue| queue.taken == Some(id)) else {
            return false;
        };
        queue.taken = None;
        queue.letters.front().is_some_and(|head| head.id == id)
    }

    /// The heads to a destination that can be taken up to a moment: those first that are ready first.
    fn ready_until(
        &self,
        app: AppId,
        to: Destination,
        until_ms: u64,
    ) -> impl Iterator<Item = (&Place, &RoomId)> {
        let of_app = self.apps.get(&app).into_iter();
        of_app.flat_map(move |of_app| of_app.ready.range((to, 0, 0)..=(to, until_ms, u64::MAX)))
    }

    fn ready_ms(&self, app: AppId, to: Destination, room: &RoomId) -> Option<u64> {
        let queue = self.queues.get(&QueueKey { app, to, room: room.clone() })?;
        let head = queue.letters.front().filter(|_| queue.taken.is_none())?;
        Some(head.progress.ready_ms).filter(|ready_ms| *ready_ms != HELD)
    }
}

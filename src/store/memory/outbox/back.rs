//! Letters that are given back to be told at another time, or behind others.
//!
//! Job: have a head wait, for a moment or until it is let go; set it aside until others have passed
//! it. Promise: whoever passes is counted once, when he is told, dropped or set aside himself, so
//! that letters that are all set aside do not wait for each other; nothing of this is ever written
//! down. Not here: why anybody wants it.

use std::sync::Arc;

use super::{HELD, Kept, LETTER_BYTES, Letters, Outbox, Progress, Queue, QueueKey};
use crate::domain::{AppId, Destination, EventKind, RoomId};
use crate::store::{DroppedLetter, SetBack};

/// A letter that waits for others to pass it.
pub(super) struct Aside {
    letter: Kept,
    /// How many have yet to.
    behind: u32,
    /// Only those of this kind count.
    past: Option<EventKind>,
}

impl Queue {
    /// Whether nothing is left of it.
    pub(super) fn is_over(&self) -> bool {
        self.taken.is_none() && self.letters.is_empty() && self.aside.is_empty()
    }

    /// Every letter.
    pub(super) fn all(&self) -> impl Iterator<Item = &Kept> {
        self.aside.iter().map(|aside| &aside.letter).chain(&self.letters)
    }

    /// A letter by its number.
    pub(super) fn find(&self, id: u64) -> Option<&Kept> {
        self.all().find(|letter| letter.id == id)
    }

    /// A letter passes those that are set aside; answers those that wait for nobody else.
    pub(super) fn pass(&mut self, letter: &Kept) -> Vec<Kept> {
        if self.aside.is_empty() || letter.was_aside {
            return Vec::new();
        }
        let kind = letter.notice.event.kind();
        for aside in &mut self.aside {
            if aside.past.is_none_or(|past| past == kind) {
                aside.behind = aside.behind.saturating_sub(1);
            }
        }
        self.aside.extract_if(.., |aside| aside.behind == 0).map(|aside| aside.letter).collect()
    }
}

impl Outbox {
    /// Answers whether the letter was still there.
    pub(in crate::store::memory) fn set_back(
        &self,
        app: AppId,
        to: Destination,
        room: &RoomId,
        id: u64,
        back: SetBack,
    ) -> bool {
        let key = QueueKey { app, to, room: room.clone() };
        let mut kept = self.letters.lock();
        let there = kept.give_back(&key, id);
        if there {
            match back {
                SetBack::Until(ready_ms) => kept.keep_until(&key, ready_ms.min(HELD - 1)),
                SetBack::Held => kept.keep_until(&key, HELD),
                SetBack::Behind { count, past } => {
                    kept.set_aside(&key, count, past, || self.next_id());
                }
            }
        }
        kept.offer(&key);
        there
    }

    /// Lets letters go that are held or set aside; answers how many.
    pub(in crate::store::memory) fn release(
        &self,
        app: AppId,
        to: Destination,
        only: Option<&RoomId>,
    ) -> u64 {
        let mut kept = self.letters.lock();
        kept.release_held(app, to, only) + kept.release_aside(app, to, only)
    }
}

impl Letters {
    fn keep_until(&mut self, key: &QueueKey, ready_ms: u64) {
        if let Some(head) = self.queues.get_mut(key).and_then(|queue| queue.letters.front_mut()) {
            head.progress.ready_ms = ready_ms;
        }
    }

    /// Takes the head of a queue out of the trees.
    fn lay_down(&mut self, key: &QueueKey) {
        let head = self.queues.get(key).and_then(|queue| queue.letters.front());
        let Some((id, ready_ms)) = head.map(|head| (head.id, head.progress.ready_ms)) else {
            return;
        };
        self.forget_age(key, id);
        if let Some(of_app) = self.apps.get_mut(&key.app) {
            of_app.ready.remove(&(key.to, ready_ms, id));
        }
    }

    /// Puts a letter into the trees of ages: the head of a queue, or one that is set aside.
    fn note_age(&mut self, key: &QueueKey, id: u64) {
        self.by_age.insert(id, key.clone());
        if let Some(of_app) = self.apps.get_mut(&key.app) {
            of_app.by_age.insert(id);
        }
    }

    fn forget_age(&mut self, key: &QueueKey, id: u64) {
        self.by_age.remove(&id);
        if let Some(of_app) = self.apps.get_mut(&key.app) {
            of_app.by_age.remove(&id);
        }
    }

    /// Puts letters that were set aside in front of a queue whose head was laid down. Its new head is
    /// yet to be offered.
    fn stand_in_front(&mut self, key: &QueueKey, back: Vec<Kept>) {
        for letter in &back {
            self.forget_age(key, letter.id);
        }
        let Some(queue) = self.queues.get_mut(key) else { return };
        for letter in back.into_iter().rev() {
            queue.letters.push_front(letter);
        }
        if let Some(id) = queue.letters.front().map(|head| head.id) {
            self.note_age(key, id);
        }
    }

    /// A part of a queue's head is done with, and passes those that are set aside.
    pub(super) fn overtake(&mut self, key: &QueueKey) {
        self.lay_down(key);
        let Some(queue) = self.queues.get_mut(key) else { return };
        let Some(head) = queue.letters.pop_front() else { return };
        let back = queue.pass(&head);
        queue.letters.push_front(head);
        self.stand_in_front(key, back);
    }

    /// Sets the part that is up of a queue's head aside: all of it, if that is the last.
    fn set_aside(
        &mut self,
        key: &QueueKey,
        behind: u32,
        past: Option<EventKind>,
        next_id: impl FnOnce() -> u64,
    ) {
        self.lay_down(key);
        let Some(queue) = self.queues.get_mut(key) else { return };
        let Some(mut head) = queue.letters.pop_front() else { return };
        let back = queue.pass(&head);
        let of_app = self.apps.get_mut(&key.app).expect("whose letter is there has letters");
        let Progress { part, .. } = head.progress;
        let letter = if part + 1 < head.ends {
            let apart = Kept {
                id: next_id(),
                // Its notice is the other's too, but may outlive that.
                bytes: head.notice.written_bytes() + LETTER_BYTES,
                notice: Arc::clone(&head.notice),
                parts: head.parts,
                ends: part + 1,
                progress: Progress { part, ..Progress::default() },
                was_aside: true,
                is_apart: true,
            };
            head.progress = Progress { part: part + 1, ..Progress::default() };
            queue.letters.push_front(head);
            self.bytes += apart.bytes;
            of_app.waiting += 1;
            apart
        } else {
            head.progress = Progress { part, ..Progress::default() };
            Kept { was_aside: true, ..head }
        };
        let id = letter.id;
        queue.aside.push(Aside { letter, behind: behind.max(1), past });
        of_app.aside.insert((key.to, key.room.clone()));
        self.note_age(key, id);
        self.stand_in_front(key, back);
    }

    /// Removes a letter that is set aside and that the tree of all ages does not have any more.
    pub(super) fn pop_aside(&mut self, key: QueueKey, id: u64) -> Option<DroppedLetter> {
        let queue = self.queues.get_mut(&key)?;
        let at = queue.aside.iter().position(|aside| aside.letter.id == id)?;
        let Kept { bytes, notice, ends, progress, .. } = queue.aside.remove(at).letter;
        if queue.is_over() {
            self.queues.remove(&key);
        }
        self.bytes -= bytes;
        let of_app = self.apps.get_mut(&key.app).expect("whose letter is there has letters");
        of_app.waiting -= 1;
        of_app.by_age.remove(&id);
        if of_app.waiting == 0 {
            self.apps.remove(&key.app);
        }
        let (part, parts) = (progress.part, ends);
        Some(DroppedLetter { id, app: key.app, to: key.to, notice, part, parts })
    }

    /// Whether the head of a queue is a part that is told apart from the rest of its letter.
    pub(super) fn is_apart(&self, key: &QueueKey) -> bool {
        let head = self.queues.get(key).and_then(|queue| queue.letters.front());
        head.is_some_and(|head| head.is_apart)
    }

    fn release_held(&mut self, app: AppId, to: Destination, only: Option<&RoomId>) -> u64 {
        let Some(of_app) = self.apps.get(&app) else { return 0 };
        let held = of_app.ready.range((to, HELD, 0)..=(to, HELD, u64::MAX));
        let held = held.filter(|(_, room)| only.is_none_or(|only| only == *room));
        let rooms: Vec<RoomId> = held.map(|(_, room)| room.clone()).collect();
        for room in &rooms {
            let key = QueueKey { app, to, room: room.clone() };
            self.lay_down(&key);
            self.keep_until(&key, 0);
            self.stand_in_front(&key, Vec::new());
            self.offer(&key);
        }
        rooms.len() as u64
    }

    fn release_aside(&mut self, app: AppId, to: Destination, only: Option<&RoomId>) -> u64 {
        let Some(of_app) = self.apps.get_mut(&app) else { return 0 };
        let wanted =
            |(of, room): &(Destination, RoomId)| *of == to && only.is_none_or(|only| only == room);
        let rooms: Vec<_> = of_app.aside.extract_if(.., wanted).collect();
        let mut released = 0;
        for (to, room) in rooms {
            let key = QueueKey { app, to, room };
            self.lay_down(&key);
            let Some(queue) = self.queues.get_mut(&key) else { continue };
            let back: Vec<Kept> = queue.aside.drain(..).map(|aside| aside.letter).collect();
            released += back.len() as u64;
            // One that somebody has begun to tell stays the first.
            let taken = queue.taken.is_some();
            let begun = |head: &Kept| taken || head.progress != Progress::default();
            let first = queue.letters.pop_front_if(|head| begun(head));
            self.stand_in_front(&key, back);
            if let Some(first) = first {
                self.lay_down(&key);
                self.stand_in_front(&key, vec![first]);
            }
            self.offer(&key);
        }
        released
    }
}

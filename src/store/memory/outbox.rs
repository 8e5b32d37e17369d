//! Letters that wait to be delivered: a queue for each room and destination, all of them together
//! within a bound of bytes.
//!
//! What is atomic: one call, under the one lock, which is taken after a room's and held for
//! microseconds. When a letter does not fit, the oldest of all go first.

use std::collections::{BTreeMap, BTreeSet, HashMap, VecDeque};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::domain::{AppId, Destination, Letter, Notice, RoomId};
use crate::store::{DroppedLetter, OutboxCounts, TakenLetter};

/// What a letter takes besides its notice, in bytes: its places in a queue and three trees.
const LETTER_BYTES: usize = 256;

/// All letters of a store.
pub(super) struct Outbox {
    at_most_bytes: usize,
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
    /// The latest number that was given.
    last_id: u64,
    queues: HashMap<QueueKey, Queue>,
    /// Every letter by its number: the oldest first.
    by_age: BTreeMap<u64, QueueKey>,
    /// The numbers of each app's letters.
    by_app: HashMap<AppId, BTreeSet<u64>>,
    /// The heads of the queues that nobody has taken one of.
    heads: HashMap<(AppId, Destination), BTreeSet<Head>>,
}

/// Where a head stands among those that can be taken: when it is ready, its number, its room.
type Head = (u64, u64, RoomId);

/// The letters of one room to one destination. Never empty but while its head is taken.
#[derive(Default)]
struct Queue {
    letters: VecDeque<Kept>,
    /// How often the head was put off, and until when.
    put_off: u32,
    ready_ms: u64,
    /// The number of the letter that somebody has taken. It may have been dropped since.
    taken: Option<u64>,
}

struct Kept {
    id: u64,
    bytes: usize,
    notice: Arc<Notice>,
}

impl Outbox {
    pub(super) fn new(at_most_bytes: usize) -> Self {
        Self { at_most_bytes, letters: Mutex::default() }
    }

    /// Appends letters of one app, and drops the oldest of all until everything fits.
    pub(super) fn post(&self, app: AppId, letters: Vec<Letter>) -> Vec<DroppedLetter> {
        if letters.is_empty() {
            return Vec::new();
        }
        let mut kept = self.letters.lock();
        for Letter { to, notice } in letters {
            kept.push(QueueKey { app, to, room: notice.room.clone() }, notice);
        }
        let mut dropped = Vec::new();
        while kept.bytes > self.at_most_bytes {
            dropped.extend(kept.drop_oldest());
        }
        dropped
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
                let heads = kept.heads.get(&(app, to)).into_iter().flatten();
                let ready = heads.take_while(|(ready_ms, ..)| *ready_ms <= now_ms).take(limit);
                ready.map(|(.., room)| room.clone()).collect()
            }
        };
        ready.into_iter().map(|room| kept.hand_out(QueueKey { app, to, room })).collect()
    }

    pub(super) fn ack(&self, app: AppId, to: Destination, room: &RoomId, id: u64) {
        let key = QueueKey { app, to, room: room.clone() };
        let mut kept = self.letters.lock();
        if kept.give_back(&key, id) {
            kept.pop(&key);
        }
        kept.offer(&key);
    }

    pub(super) fn put_off(
        &self,
        app: AppId,
        to: Destination,
        room: &RoomId,
        id: u64,
        until_ms: u64,
    ) {
        let key = QueueKey { app, to, room: room.clone() };
        let mut kept = self.letters.lock();
        if kept.give_back(&key, id)
            && let Some(queue) = kept.queues.get_mut(&key)
        {
            queue.put_off += 1;
            queue.ready_ms = until_ms;
        }
        kept.offer(&key);
    }

    pub(super) fn next(&self, app: AppId, to: Destination, only: Option<&RoomId>) -> Option<u64> {
        let kept = self.letters.lock();
        match only {
            Some(room) => kept.ready_ms(app, to, room),
            None => kept.heads.get(&(app, to))?.first().map(|(ready_ms, ..)| *ready_ms),
        }
    }

    pub(super) fn counts(&self, app: AppId) -> OutboxCounts {
        let kept = self.letters.lock();
        let Some(ids) = kept.by_app.get(&app) else { return OutboxCounts::default() };
        // The oldest of an app is the oldest of its queue.
        let oldest = ids.first().and_then(|id| kept.queues.get(kept.by_age.get(id)?));
        let oldest_ms = oldest.and_then(|queue| Some(queue.letters.front()?.notice.at_ms));
        OutboxCounts { waiting: ids.len() as u64, oldest_ms }
    }

    /// Forgets all letters of an app.
    pub(super) fn clear(&self, app: AppId) {
        let mut kept = self.letters.lock();
        kept.heads.retain(|(other, _), _| *other != app);
        kept.by_app.remove(&app);
        let gone = kept.queues.extract_if(|key, _| key.app == app);
        let gone: Vec<Kept> = gone.flat_map(|(_, queue)| queue.letters).collect();
        for letter in &gone {
            kept.by_age.remove(&letter.id);
            kept.bytes -= letter.bytes;
        }
        drop(kept);
        drop(gone);
    }
}

impl Letters {
    fn push(&mut self, key: QueueKey, notice: Arc<Notice>) {
        self.last_id += 1;
        let bytes = notice.size_bytes() + LETTER_BYTES;
        self.bytes += bytes;
        self.by_age.insert(self.last_id, key.clone());
        self.by_app.entry(key.app).or_default().insert(self.last_id);
        let queue = self.queues.entry(key.clone()).or_default();
        queue.letters.push_back(Kept { id: self.last_id, bytes, notice });
        if queue.letters.len() == 1 {
            self.offer(&key);
        }
    }

    /// Puts the head of a queue where it can be taken, unless somebody has taken one of this queue.
    fn offer(&mut self, key: &QueueKey) {
        let Some(queue) = self.queues.get(key) else { return };
        if queue.taken.is_some() {
            return;
        }
        let Some(head) = queue.letters.front() else {
            self.queues.remove(key);
            return;
        };
        let heads = self.heads.entry((key.app, key.to)).or_default();
        heads.insert((queue.ready_ms, head.id, key.room.clone()));
    }

    /// Takes the head of a queue from where it can be taken.
    fn withdraw(&mut self, key: &QueueKey) {
        let Some(queue) = self.queues.get(key) else { return };
        let Some(head) = queue.letters.front() else { return };
        let place = (queue.ready_ms, head.id, key.room.clone());
        if let Some(heads) = self.heads.get_mut(&(key.app, key.to)) {
            heads.remove(&place);
            if heads.is_empty() {
                self.heads.remove(&(key.app, key.to));
            }
        }
    }

    fn hand_out(&mut self, key: QueueKey) -> TakenLetter {
        self.withdraw(&key);
        let queue = self.queues.get_mut(&key).expect("what is offered has a queue");
        let head = queue.letters.front().expect("what is offered is there");
        queue.taken = Some(head.id);
        TakenLetter { id: head.id, put_off: queue.put_off, notice: Arc::clone(&head.notice) }
    }

    /// Somebody is done with the letter that he took; whether it is still there.
    fn give_back(&mut self, key: &QueueKey, id: u64) -> bool {
        let Some(queue) = self.queues.get_mut(key).filter(|queue| queue.taken == Some(id)) else {
            return false;
        };
        queue.taken = None;
        queue.letters.front().is_some_and(|head| head.id == id)
    }

    /// Removes the head of a queue. The next one is ready at once.
    fn pop(&mut self, key: &QueueKey) -> Option<Kept> {
        let queue = self.queues.get_mut(key)?;
        let head = queue.letters.pop_front()?;
        (queue.put_off, queue.ready_ms) = (0, 0);
        self.by_age.remove(&head.id);
        self.bytes -= head.bytes;
        if let Some(ids) = self.by_app.get_mut(&key.app) {
            ids.remove(&head.id);
            if ids.is_empty() {
                self.by_app.remove(&key.app);
            }
        }
        Some(head)
    }

    fn drop_oldest(&mut self) -> Option<DroppedLetter> {
        let key = self.by_age.first_key_value().map(|(_, key)| key.clone())?;
        // The oldest of all is the oldest of its queue.
        self.withdraw(&key);
        let Kept { notice, .. } = self.pop(&key)?;
        self.offer(&key);
        Some(DroppedLetter { app: key.app, to: key.to, notice })
    }

    fn ready_ms(&self, app: AppId, to: Destination, room: &RoomId) -> Option<u64> {
        let queue = self.queues.get(&QueueKey { app, to, room: room.clone() })?;
        let free = queue.taken.is_none() && !queue.letters.is_empty();
        free.then_some(queue.ready_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Account, Event};

    const APP: AppId = AppId(1);
    const TO: Destination = Destination::RoomEngine;

    fn letter(room: &str, id: u64) -> Letter {
        let event = Event::RoomUpdated { by: Account::parse("carl").unwrap() };
        let room = RoomId::parse(room).unwrap();
        let notice = Notice { id, room, at_ms: id, event, member_count: 0, facts: None };
        Letter { to: TO, notice: Arc::new(notice) }
    }

    /// What one such letter holds, in bytes, with a room id of one letter.
    fn letter_bytes() -> usize {
        letter("a", 0).notice.size_bytes() + LETTER_BYTES
    }

    fn ids(dropped: &[DroppedLetter]) -> Vec<u64> {
        dropped.iter().map(|letter| letter.notice.id).collect()
    }

    fn ready(outbox: &Outbox, now_ms: u64) -> Vec<(u64, u64)> {
        let taken = outbox.take(APP, TO, now_ms, usize::MAX, None);
        taken.iter().map(|letter| (letter.notice.id, letter.id)).collect()
    }

    #[test]
    fn it_holds_n_bytes_and_not_n_plus_1() {
        let outbox = Outbox::new(3 * letter_bytes());
        for id in 1..=3 {
            assert_eq!(outbox.post(APP, vec![letter("a", id)]), []);
        }
        assert_eq!(ids(&outbox.post(APP, vec![letter("b", 4)])), [1], "the oldest of all");
        assert_eq!(ids(&outbox.post(AppId(2), vec![letter("a", 5), letter("b", 6)])), [2, 3]);
        assert_eq!(ready(&outbox, 0), [(4, 4)], "nothing is left of the other room");
        let small = Outbox::new(letter_bytes() - 1);
        assert_eq!(ids(&small.post(APP, vec![letter("a", 1)])), [1], "too large for all of it");
        let letters = small.letters.lock();
        assert_eq!((letters.bytes, letters.queues.len(), letters.by_app.len()), (0, 0, 0));
        assert!(letters.heads.is_empty() && letters.by_age.is_empty());
    }

    #[test]
    fn a_letter_that_is_dropped_on_its_way_holds_its_room_until_it_is_back() {
        for put_off in [false, true] {
            let outbox = Outbox::new(2 * letter_bytes());
            outbox.post(APP, vec![letter("a", 1), letter("a", 2)]);
            assert_eq!(ready(&outbox, 0), [(1, 1)]);
            assert_eq!(ids(&outbox.post(APP, vec![letter("a", 3)])), [1]);
            assert_eq!(ready(&outbox, u64::MAX), [], "nobody overtakes the one on its way");
            let room = RoomId::parse("a").unwrap();
            if put_off {
                outbox.put_off(APP, TO, &room, 1, u64::MAX);
            } else {
                outbox.ack(APP, TO, &room, 1);
            }
            assert_eq!(ready(&outbox, 0), [(2, 2)], "put off: {put_off}");
            outbox.ack(APP, TO, &room, 2);
            assert_eq!(ready(&outbox, 0), [(3, 3)]);
            outbox.ack(APP, TO, &room, 3);
            let letters = outbox.letters.lock();
            assert_eq!((letters.bytes, letters.queues.len()), (0, 0));
        }
    }

    #[test]
    fn nothing_of_a_queue_stays_when_the_last_one_was_dropped_on_its_way() {
        let outbox = Outbox::new(letter_bytes());
        outbox.post(APP, vec![letter("a", 1)]);
        assert_eq!(ready(&outbox, 0), [(1, 1)]);
        assert_eq!(ids(&outbox.post(APP, vec![letter("b", 2)])), [1]);
        outbox.put_off(APP, TO, &RoomId::parse("a").unwrap(), 1, 7);
        assert_eq!(ready(&outbox, 0), [(2, 2)]);
        assert_eq!(outbox.letters.lock().queues.len(), 1);
    }
}

//! Letters that are dropped, and a naive outbox beside the real one.

use proptest::prelude::*;

use super::*;
use crate::domain::{Account, Event, Letter};

const APP: AppId = AppId(1);
const TO: Destination = Destination::RoomEngine;

fn letter(room: &str, id: u64) -> Letter {
    letter_of(room, id, 1)
}

fn letter_of(room: &str, id: u64, parts: u32) -> Letter {
    let event = Event::RoomUpdated { by: Account::parse("carl").unwrap() };
    let room = RoomId::parse(room).unwrap();
    let notice = Notice { id, room, at_ms: id, event, serial: 1, member_count: 0, facts: None };
    Letter { to: TO, notice: Arc::new(notice), parts }
}

/// What one such letter holds, in bytes, with a room id of one letter.
fn letter_bytes() -> usize {
    letter("a", 0).notice.size_bytes() + LETTER_BYTES
}

fn ids(dropped: &[DroppedLetter]) -> Vec<u64> {
    dropped.iter().map(|letter| letter.notice.id).collect()
}

fn post(outbox: &Outbox, app: AppId, letters: Vec<Letter>) -> Vec<DroppedLetter> {
    outbox.post(app, outbox.number(letters))
}

fn ready(outbox: &Outbox, now_ms: u64) -> Vec<(u64, u64)> {
    let taken = outbox.take(APP, TO, now_ms, usize::MAX, None);
    taken.iter().map(|letter| (letter.notice.id, letter.id)).collect()
}

#[test]
fn it_holds_n_bytes_and_not_n_plus_1() {
    let outbox = Outbox::new(3 * letter_bytes());
    for id in 1..=3 {
        assert_eq!(post(&outbox, APP, vec![letter("a", id)]), []);
    }
    assert_eq!(ids(&post(&outbox, APP, vec![letter("b", 4)])), [1], "the oldest of all");
    assert_eq!(ids(&post(&outbox, AppId(2), vec![letter("a", 5), letter("b", 6)])), [2, 3]);
    assert_eq!(ready(&outbox, 0), [(4, 4)], "nothing is left of the other room");
    let small = Outbox::new(letter_bytes() - 1);
    assert_eq!(ids(&post(&small, APP, vec![letter("a", 1)])), [1], "too large for all of it");
    let letters = small.letters.lock();
    assert_eq!((letters.bytes, letters.queues.len(), letters.apps.len()), (0, 0, 0));
    assert!(letters.by_age.is_empty());
}

#[test]
fn a_letter_that_is_dropped_on_its_way_holds_its_room_until_it_is_back() {
    for put_off in [false, true] {
        let outbox = Outbox::new(2 * letter_bytes());
        post(&outbox, APP, vec![letter("a", 1), letter("a", 2)]);
        assert_eq!(ready(&outbox, 0), [(1, 1)]);
        assert_eq!(ids(&post(&outbox, APP, vec![letter("a", 3)])), [1]);
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
    post(&outbox, APP, vec![letter("a", 1)]);
    assert_eq!(ready(&outbox, 0), [(1, 1)]);
    assert_eq!(ids(&post(&outbox, APP, vec![letter("b", 2)])), [1]);
    outbox.put_off(APP, TO, &RoomId::parse("a").unwrap(), 1, 7);
    assert_eq!(ready(&outbox, 0), [(2, 2)]);
    assert_eq!(outbox.letters.lock().queues.len(), 1);
}

#[test]
fn a_letter_that_is_dropped_takes_the_parts_along_that_were_not_up_yet() {
    let outbox = Outbox::new(2 * letter_bytes());
    post(&outbox, APP, vec![letter_of("a", 1, 3), letter_of("a", 2, 2)]);
    let room = RoomId::parse("a").unwrap();
    assert_eq!(ready(&outbox, 0), [(1, 1)]);
    assert_ne!(outbox.ack(APP, TO, &room, 1), Acked::Gone);
    for taken in [false, true] {
        let next = if taken { ready(&outbox, 0) } else { vec![] };
        let dropped = post(&outbox, APP, vec![letter_of("a", 3, 1)]);
        let [DroppedLetter { notice, part, parts, .. }] = &dropped[..] else {
            panic!("{dropped:?}")
        };
        let expected = if taken { (2, 0, 2) } else { (1, 1, 3) };
        assert_eq!((notice.id, *part, *parts), expected);
        for (_, id) in next {
            assert_eq!(outbox.ack(APP, TO, &room, id), Acked::Gone, "it is gone, all of it");
        }
    }
    let up = outbox.take(APP, TO, 0, 9, None);
    assert_eq!((up[0].notice.id, up[0].part), (3, 0), "the next begins with its first part");
}

/// An outbox without any index: everything is found by looking at every letter.
struct Naive {
    at_most: usize,
    last_id: u64,
    /// Number, app, room and parts, the oldest first.
    letters: Vec<(u64, AppId, &'static str, u32)>,
    queues: HashMap<(AppId, &'static str), NaiveQueue>,
}

#[derive(Default)]
struct NaiveQueue {
    part: u32,
    put_off: u32,
    ready_ms: u64,
    taken: Option<u64>,
}

impl Naive {
    fn post(&mut self, app: AppId, room: &'static str, parts: u32) -> Vec<u64> {
        self.last_id += 1;
        self.letters.push((self.last_id, app, room, parts));
        let more = self.letters.len().saturating_sub(self.at_most);
        let dropped: Vec<u64> = self.letters[..more].iter().map(|(id, ..)| *id).collect();
        dropped.iter().for_each(|id| self.remove(*id));
        dropped
    }

    fn remove(&mut self, id: u64) {
        let at = self.letters.iter().position(|(other, ..)| *other == id).unwrap();
        let (_, app, room, _) = self.letters.remove(at);
        let queue = self.queues.entry((app, room)).or_default();
        (queue.part, queue.put_off, queue.ready_ms) = (0, 0, 0);
    }

    fn ack(&mut self, id: u64) {
        let letter = self.letters.iter().find(|(other, ..)| *other == id).unwrap();
        let (_, app, room, parts) = *letter;
        let queue = self.queues.entry((app, room)).or_default();
        if queue.part + 1 < parts {
            *queue = NaiveQueue { part: queue.part + 1, ..NaiveQueue::default() };
        } else {
            self.remove(id);
        }
    }

    /// The heads that can be taken: when each is ready, its number, how often it was put off, its room.
    fn heads(&mut self, app: AppId) -> Vec<(u64, u64, u32, &'static str)> {
        let (mut seen, mut heads) = (Vec::new(), Vec::new());
        for (id, other, room, _) in &self.letters {
            if *other == app && !seen.contains(room) {
                seen.push(room);
                let queue = self.queues.entry((app, room)).or_default();
                if queue.taken.is_none() {
                    heads.push((queue.ready_ms, *id, queue.put_off, *room));
                }
            }
        }
        heads.sort_unstable();
        heads
    }

    fn take(&mut self, app: AppId, now_ms: u64, limit: usize) -> Vec<(u64, u32, u32)> {
        let mut heads = self.heads(app);
        heads.retain(|(ready_ms, ..)| *ready_ms <= now_ms);
        heads.truncate(limit);
        let taken = heads.into_iter().map(|(_, id, put_off, room)| {
            let queue = self.queues.entry((app, room)).or_default();
            queue.taken = Some(id);
            (id, put_off, queue.part)
        });
        taken.collect()
    }

    /// Whether the letter that is given back is still there.
    fn give_back(&mut self, app: AppId, room: &'static str, id: u64) -> bool {
        let queue = self.queues.entry((app, room)).or_default();
        if queue.taken != Some(id) {
            return false;
        }
        queue.taken = None;
        self.letters.iter().any(|(other, ..)| *other == id)
    }
}

#[derive(Debug, Clone)]
enum Step {
    Post { app: AppId, room: &'static str, parts: u32 },
    Take { app: AppId, now_ms: u64, limit: usize },
    Ack { nth: usize },
    PutOff { nth: usize, until_ms: u64 },
    Clear { app: AppId },
}

fn step() -> impl Strategy<Value = Step> {
    let app = || prop_oneof![Just(AppId(1)), Just(AppId(2))];
    let room = prop_oneof![Just("a"), Just("b"), Just("c")];
    prop_oneof![
        12 => (app(), room, 1..4u32)
            .prop_map(|(app, room, parts)| Step::Post { app, room, parts }),
        6 => (app(), 0..4u64, 0..4usize)
            .prop_map(|(app, now_ms, limit)| Step::Take { app, now_ms, limit }),
        4 => (0..8usize).prop_map(|nth| Step::Ack { nth }),
        4 => (0..8usize, 0..4u64).prop_map(|(nth, until_ms)| Step::PutOff { nth, until_ms }),
        1 => app().prop_map(|app| Step::Clear { app }),
    ]
}

proptest! {
    #[test]
    fn it_does_what_one_without_any_index_does(
        at_most in 1..9usize,
        steps in proptest::collection::vec(step(), 1..80),
    ) {
        let outbox = Outbox::new(at_most * letter_bytes());
        let (letters, queues) = (Vec::new(), HashMap::new());
        let mut naive = Naive { at_most, last_id: 0, letters, queues };
        let mut taken: Vec<(AppId, &'static str, u64)> = Vec::new();
        for step in steps {
            match step {
                Step::Post { app, room, parts } => {
                    let letter = letter_of(room, naive.last_id + 1, parts);
                    let dropped = post(&outbox, app, vec![letter]);
                    prop_assert_eq!(ids(&dropped), naive.post(app, room, parts));
                }
                Step::Take { app, now_ms, limit } => {
                    let letters = outbox.take(app, TO, now_ms, limit, None);
                    let numbers: Vec<_> = letters
                        .iter()
                        .map(|letter| (letter.id, letter.put_off, letter.part))
                        .collect();
                    prop_assert_eq!(&numbers, &naive.take(app, now_ms, limit));
                    for (id, ..) in numbers {
                        let of = naive.letters.iter().find(|(other, ..)| *other == id).unwrap();
                        taken.push((app, of.2, id));
                    }
                }
                Step::Ack { nth } if nth < taken.len() => {
                    let (app, room, id) = taken.remove(nth);
                    let there = naive.give_back(app, room, id);
                    if there {
                        naive.ack(id);
                    }
                    let room = RoomId::parse(room).unwrap();
                    prop_assert_eq!(outbox.ack(app, TO, &room, id) != Acked::Gone, there);
                }
                Step::PutOff { nth, until_ms } if nth < taken.len() => {
                    let (app, room, id) = taken.remove(nth);
                    if naive.give_back(app, room, id) {
                        let queue = naive.queues.get_mut(&(app, room)).unwrap();
                        queue.put_off += 1;
                        queue.ready_ms = until_ms;
                    }
                    outbox.put_off(app, TO, &RoomId::parse(room).unwrap(), id, until_ms);
                }
                Step::Ack { .. } | Step::PutOff { .. } => {}
                Step::Clear { app } => {
                    naive.letters.retain(|(_, other, ..)| *other != app);
                    naive.queues.retain(|(other, _), _| *other != app);
                    outbox.clear(app);
                }
            }
            for app in [AppId(1), AppId(2)] {
                let of_app = || naive.letters.iter().filter(|(_, other, ..)| *other == app);
                let (waiting, oldest_ms) = (of_app().count() as u64, of_app().next());
                let oldest_ms = oldest_ms.map(|(id, ..)| *id);
                prop_assert_eq!(outbox.counts(app), OutboxCounts { waiting, oldest_ms });
                let first = naive.heads(app).first().map(|(ready_ms, ..)| *ready_ms);
                prop_assert_eq!(outbox.next(app, TO, None), first);
            }
        }
        for (app, room, id) in taken {
            outbox.ack(app, TO, &RoomId::parse(room).unwrap(), id);
        }
        outbox.clear(AppId(1));
        outbox.clear(AppId(2));
        let left = outbox.letters.lock();
        prop_assert_eq!((left.bytes, left.queues.len(), left.apps.len()), (0, 0, 0));
        prop_assert!(left.by_age.is_empty());
    }
}

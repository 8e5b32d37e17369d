//! Letters that are dropped, and a naive outbox beside the real one.

use proptest::prelude::*;

use super::*;
use crate::domain::{Account, Event, Letter};
use crate::store::SetBack;

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

/// Everything that is ready, told one after the other.
fn told(outbox: &Outbox) -> Vec<(u64, u32)> {
    let mut told = Vec::new();
    while let Some(letter) = outbox.take(APP, TO, 0, 1, None).pop() {
        told.push((letter.notice.id, letter.part));
        outbox.ack(APP, TO, &letter.notice.room, letter.id);
    }
    told
}

fn set_first_back(outbox: &Outbox, back: SetBack) {
    let letter = outbox.take(APP, TO, 0, 1, None).pop().unwrap();
    assert!(outbox.set_back(APP, TO, &letter.notice.room, letter.id, back));
}

const BEHIND_ONE: SetBack = SetBack::Behind { count: 1, past: None };

#[test]
fn letters_that_are_held_or_set_aside_are_within_the_bound_and_go_first() {
    let outbox = Outbox::new(3 * letter_bytes());
    post(&outbox, APP, vec![letter("a", 1)]);
    set_first_back(&outbox, BEHIND_ONE);
    post(&outbox, APP, vec![letter("b", 2)]);
    set_first_back(&outbox, SetBack::Held);
    assert_eq!(post(&outbox, APP, vec![letter("c", 3)]), []);
    assert_eq!(outbox.counts(APP), OutboxCounts { waiting: 3, oldest_ms: Some(1) });
    assert_eq!(ids(&post(&outbox, APP, vec![letter("c", 4)])), [1], "set aside, with none behind");
    assert_eq!(ids(&post(&outbox, APP, vec![letter("c", 5)])), [2], "held");
    assert_eq!((outbox.release(APP, TO, None), told(&outbox)), (0, vec![(3, 0), (4, 0), (5, 0)]));
    let letters = outbox.letters.lock();
    assert_eq!((letters.bytes, letters.queues.len(), letters.apps.len()), (0, 0, 0));
    assert!(letters.by_age.is_empty());
}

#[test]
fn what_is_let_go_stands_behind_the_one_that_somebody_has_begun_to_tell() {
    for begun in [false, true] {
        let outbox = Outbox::new(usize::MAX);
        post(&outbox, APP, vec![letter("a", 1), letter("a", 2), letter_of("a", 3, 2)]);
        for _ in 0..2 {
            set_first_back(&outbox, SetBack::Behind { count: 9, past: None });
        }
        if begun {
            let taken = outbox.take(APP, TO, 0, 1, None).pop().unwrap();
            assert_eq!(outbox.release(APP, TO, None), 2);
            outbox.ack(APP, TO, &taken.notice.room, taken.id);
            assert_eq!(told(&outbox), [(3, 1), (1, 0), (2, 0)]);
        } else {
            assert_eq!(outbox.release(APP, TO, None), 2);
            assert_eq!(told(&outbox), [(1, 0), (2, 0), (3, 0), (3, 1)]);
        }
    }
}

#[test]
fn what_is_taken_elsewhere_stands_in_its_first_order_and_waits_for_nobody() {
    let outbox = Outbox::new(usize::MAX);
    let room = RoomId::parse("a").unwrap();
    post(&outbox, APP, vec![letter("a", 1), letter_of("a", 2, 3), letter("a", 3)]);
    set_first_back(&outbox, SetBack::Behind { count: 9, past: None });
    set_first_back(&outbox, SetBack::Behind { count: 9, past: None });
    set_first_back(&outbox, SetBack::Held);
    let waiting = || {
        let mut records = Vec::new();
        outbox.waiting_of(APP, &room, &mut records);
        records.sort_by_key(|(id, _)| *id);
        let shown = records.iter().map(|(_, it)| (it.notice.id, it.part, it.parts, it.ready_ms));
        shown.collect::<Vec<_>>()
    };
    assert_eq!(waiting(), [(1, 0, 1, 0), (2, 0, 3, 0), (3, 0, 1, 0)]);
    let mut of_app = Vec::new();
    assert!(outbox.waiting_behind(APP, 0, 9, &mut of_app).is_some());
    of_app.sort_by_key(|(id, _)| *id);
    of_app.dedup_by_key(|(id, _)| *id);
    assert_eq!(of_app.len(), 3, "each once");
    assert_eq!(outbox.release(APP, TO, None), 3);
    // The rest of the letter is held no more, and has begun: it goes on before the others.
    assert_eq!(told(&outbox), [(2, 1), (2, 2), (1, 0), (2, 0), (3, 0)]);
    assert_eq!(waiting(), []);
}

proptest! {
    /// A place in the line is worth what it says: behind `count` letters means behind the letter that
    /// was posted so many later, or behind all if there are fewer and somebody lets go.
    #[test]
    fn letters_behind_others_stand_where_they_were_set(counts in proptest::collection::vec(0..4_u32, 1..24)) {
        let outbox = Outbox::new(usize::MAX);
        post(&outbox, APP, (0..counts.len() as u64).map(|id| letter("a", id)).collect());
        let (mut line, mut set_back) = (Vec::new(), vec![false; counts.len()]);
        loop {
            while let Some(taken) = outbox.take(APP, TO, 0, 1, None).pop() {
                let at = taken.notice.id as usize;
                if counts[at] > 0 && !std::mem::replace(&mut set_back[at], true) {
                    let back = SetBack::Behind { count: counts[at], past: None };
                    prop_assert!(outbox.set_back(APP, TO, &taken.notice.room, taken.id, back));
                } else {
                    line.push(at);
                    outbox.ack(APP, TO, &taken.notice.room, taken.id);
                }
            }
            if outbox.release(APP, TO, None) == 0 {
                break;
            }
        }
        let mut expected: Vec<usize> = (0..counts.len()).collect();
        // Behind the one that comes so many later, and before those that come after that.
        let place = |at: &usize| {
            let back = counts[*at] as usize;
            let place = (at + back).min(counts.len() - 1);
            (place, usize::from(back > 0), *at)
        };
        let last = |at: &usize| at + counts[*at] as usize >= counts.len() && counts[*at] > 0;
        expected.sort_by_key(|at| (last(at), if last(at) { (0, 0, *at) } else { place(at) }));
        prop_assert_eq!(line, expected);
    }
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
    Wait { nth: usize, until_ms: u64 },
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
        2 => (0..8usize, 0..4u64).prop_map(|(nth, until_ms)| Step::Wait { nth, until_ms }),
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
                Step::Wait { nth, until_ms } if nth < taken.len() => {
                    let (app, room, id) = taken.remove(nth);
                    let there = naive.give_back(app, room, id);
                    if there {
                        naive.queues.get_mut(&(app, room)).unwrap().ready_ms = until_ms;
                    }
                    let (room, back) = (RoomId::parse(room).unwrap(), SetBack::Until(until_ms));
                    prop_assert_eq!(outbox.set_back(app, TO, &room, id, back), there);
                }
                Step::Ack { .. } | Step::PutOff { .. } | Step::Wait { .. } => {}
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

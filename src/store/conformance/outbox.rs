//! The outbox: letters are committed with the change, and handed out in their room's order.

use std::sync::Arc;

use super::probe::{APP, Probe, account, key};
use crate::domain::{
    AppId, Delta, Destination, DestroyRoom, Event, EventKind, Everybody, FactsWrite, Letter, Need,
    Notice, Refusal, RoomKey, Slice,
};
use crate::store::{OutboxCounts, SetBack, TakenLetter};

const TO: Destination = Destination::RoomEngine;

fn notice(key: &RoomKey, id: u64) -> Arc<Notice> {
    let event = Event::RoomUpdated { by: account(&format!("number-{id}")) };
    let room = key.room.clone();
    Arc::new(Notice { id, room, at_ms: 1000 + id, event, serial: 1, member_count: 0, facts: None })
}

fn letters(key: &RoomKey, ids: &[u64]) -> Vec<Letter> {
    ids.iter().map(|id| Letter { to: TO, notice: notice(key, *id), parts: 1 }).collect()
}

/// The numbers of the notices.
fn numbers(letters: &[TakenLetter]) -> Vec<u64> {
    letters.iter().map(|letter| letter.notice.id).collect()
}

async fn post(probe: &Probe, key: &RoomKey, ids: &[u64]) {
    probe.write(key, Delta { outbox: letters(key, ids), ..Delta::default() }).await;
}

impl Probe {
    async fn take(&self, app: AppId, now_ms: u64, limit: usize) -> Vec<TakenLetter> {
        match self.store.take(app, TO, now_ms, limit, None).await {
            Ok(taken) => taken,
            Err(error) => panic!("{self}: no letters are handed out: {error}"),
        }
    }

    async fn ack(&self, key: &RoomKey, id: u64) {
        assert_eq!(self.store.ack(key, TO, id).await, Ok(true), "{self}: {id} is done with");
    }

    async fn put_off(&self, key: &RoomKey, id: u64, until_ms: u64) {
        let put_off = self.store.put_off(key, TO, id, until_ms).await;
        assert_eq!(put_off, Ok(()), "{self}: {id} is put off");
    }

    async fn set_back(&self, key: &RoomKey, id: u64, back: SetBack) {
        let there = self.store.set_back(key, TO, id, back).await;
        assert_eq!(there, Ok(true), "{self}: {id} is set back");
    }

    async fn release(&self, only: Option<&RoomKey>) -> u64 {
        match self.store.release(APP, TO, only.map(|key| &key.room)).await {
            Ok(released) => released,
            Err(error) => panic!("{self}: nothing is let go: {error}"),
        }
    }

    /// Takes what is ready and is done with it, until nothing is; the numbers and parts in that order.
    async fn told(&self, now_ms: u64) -> Vec<(u64, u32)> {
        let mut told = Vec::new();
        loop {
            let taken = self.take(APP, now_ms, 9).await;
            if taken.is_empty() {
                return told;
            }
            for letter in taken {
                told.push((letter.notice.id, letter.part));
                let key = RoomKey { app: APP, room: letter.notice.room.clone() };
                self.ack(&key, letter.id).await;
            }
        }
    }

    async fn waiting(&self, app: AppId) -> OutboxCounts {
        match self.store.outbox(app).await {
            Ok(counts) => counts,
            Err(error) => panic!("{self}: the outbox is not counted: {error}"),
        }
    }

    async fn next(&self, only: Option<&RoomKey>) -> Option<u64> {
        match self.store.next_letter(APP, TO, only.map(|key| &key.room)).await {
            Ok(next) => next,
            Err(error) => panic!("{self}: nothing is said of the next letter: {error}"),
        }
    }
}

pub(super) async fn letters_of_a_room_are_handed_out_one_behind_the_other(probe: Probe) {
    let (one, two) = (key("one"), key("two"));
    probe.create(&one).await;
    probe.create(&two).await;
    assert_eq!((probe.take(APP, u64::MAX, 9).await, probe.next(None).await), (vec![], None));
    post(&probe, &one, &[1, 2]).await;
    post(&probe, &two, &[3]).await;
    post(&probe, &one, &[4]).await;
    let mut seen = Vec::new();
    for expected in [vec![1, 3], vec![2], vec![4], vec![]] {
        assert_eq!(probe.next(None).await.is_some(), !expected.is_empty(), "{probe}: is there one");
        let taken = probe.take(APP, 0, 9).await;
        assert_eq!(numbers(&taken), expected, "{probe}: the head of each room");
        assert_eq!(probe.take(APP, u64::MAX, 9).await, vec![], "{probe}: and none behind it");
        for letter in taken {
            let key = RoomKey { app: APP, room: letter.notice.room.clone() };
            assert_eq!(letter.notice, notice(&key, letter.notice.id), "{probe}: as it was written");
            probe.ack(&key, letter.id).await;
            seen.push((key.room, letter.id));
        }
    }
    let of_one: Vec<_> = seen.iter().filter(|(room, _)| *room == one.room).collect();
    assert!(of_one.is_sorted_by_key(|(_, id)| id), "{probe}: {of_one:?} ascend");
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: nothing is left");
}

pub(super) async fn a_letter_that_is_put_off_holds_its_room_and_no_other(probe: Probe) {
    let (one, two) = (key("one"), key("two"));
    probe.create(&one).await;
    probe.create(&two).await;
    post(&probe, &one, &[1, 2]).await;
    post(&probe, &two, &[3, 4]).await;
    let only_one = async |now_ms| {
        let taken = probe.store.take(APP, TO, now_ms, 9, Some(&one.room)).await;
        taken.expect("letters are handed out")
    };
    for put_off in 0..3 {
        let taken = only_one(500).await;
        assert_eq!(numbers(&taken), [1], "{probe}: the same again");
        assert_eq!(taken[0].put_off, put_off, "{probe}: with how often it was put off");
        assert_eq!(probe.next(Some(&one)).await, None, "{probe}: it is taken");
        probe.put_off(&one, taken[0].id, 500).await;
        assert_eq!(probe.next(Some(&one)).await, Some(500), "{probe}: from then on");
        assert_eq!(only_one(499).await, [], "{probe}: not before");
        assert_eq!(probe.next(None).await, Some(0), "{probe}: the other room goes on");
    }
    let taken = probe.take(APP, 499, 9).await;
    assert_eq!(numbers(&taken), [3], "{probe}: the other room alone");
    probe.ack(&two, taken[0].id).await;
    let taken = probe.take(APP, 500, 1).await;
    assert_eq!(numbers(&taken), [4], "{probe}: what was ready first comes first");
    let taken = probe.take(APP, 500, 9).await;
    assert_eq!(numbers(&taken), [1], "{probe}: and then the one that was put off");
    probe.ack(&one, taken[0].id).await;
    let next = probe.take(APP, 0, 9).await;
    assert_eq!(numbers(&next), [2], "{probe}: the next is ready at once");
    assert_eq!(next[0].put_off, 0, "{probe}: and was never put off");
}

pub(super) async fn the_parts_of_a_letter_are_up_one_behind_the_other(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let parts = |id, parts| Letter { to: TO, notice: notice(&key, id), parts };
    let outbox = vec![parts(1, 3), parts(2, 1), parts(3, 2)];
    probe.write(&key, Delta { outbox, ..Delta::default() }).await;
    let mut last = None;
    for (id, part, parts) in [(1, 0, 3), (1, 1, 3), (1, 2, 3), (2, 0, 1), (3, 0, 2), (3, 1, 2)] {
        for put_off in 0..2 {
            let taken = probe.take(APP, 0, 9).await;
            assert_eq!(numbers(&taken), [id], "{probe}: part {part} of {id}, at once");
            let up = (taken[0].part, taken[0].parts, taken[0].put_off);
            assert_eq!(up, (part, parts, put_off), "{probe}: part {part} of {id}");
            if put_off == 0 {
                assert!(last < Some((taken[0].id, part)), "{probe}: numbers do not descend");
                last = Some((taken[0].id, part));
                probe.put_off(&key, taken[0].id, 0).await;
            } else {
                probe.ack(&key, taken[0].id).await;
            }
        }
        let waiting = probe.waiting(APP).await.waiting;
        let left = 3 - id + u64::from(part + 1 < parts);
        assert_eq!(waiting, left, "{probe}: a letter is gone with its last part");
    }
}

pub(super) async fn letters_outlive_their_room_and_the_next_waits_behind(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    post(&probe, &key, &[1]).await;
    let (facts, outbox) = (FactsWrite::Destroy, letters(&key, &[2]));
    probe.write(&key, Delta { facts, outbox, ..Delta::default() }).await;
    probe.create(&key).await;
    post(&probe, &key, &[3]).await;
    for expected in [1, 2, 3] {
        let taken = probe.take(APP, 0, 9).await;
        assert_eq!(numbers(&taken), [expected], "{probe}: one behind the other");
        probe.ack(&key, taken[0].id).await;
    }
}

pub(super) async fn a_refusal_posts_nothing(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let mut refuse = |_: &Slice<'_>| Err(Refusal::RoomExists);
    let refused = probe.store.transact(&key, Need::default(), &mut refuse).await;
    assert!(refused.is_err(), "{probe}: it is refused");
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: nothing waits");
}

pub(super) async fn letters_are_counted_and_go_with_the_epoch(probe: Probe) {
    let here = key("room");
    let there = RoomKey { app: AppId(2), room: here.room.clone() };
    probe.create(&here).await;
    probe.create(&there).await;
    post(&probe, &here, &[1, 2, 3]).await;
    post(&probe, &there, &[4]).await;
    let counts = |waiting, oldest_ms| OutboxCounts { waiting, oldest_ms: Some(oldest_ms) };
    assert_eq!(probe.waiting(APP).await, counts(3, 1001), "{probe}: of this app");
    let taken = probe.take(APP, 0, 9).await.remove(0);
    assert_eq!(probe.waiting(APP).await, counts(3, 1001), "{probe}: with the one taken");
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()));
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: gone with the epoch");
    assert_eq!(probe.waiting(there.app).await, counts(1, 1004), "{probe}: and only there");
    // Whoever was on the way with one comes back to an outbox that does not know it.
    probe.create(&here).await;
    post(&probe, &here, &[5]).await;
    let back = probe.store.ack(&here, TO, taken.id).await;
    assert_eq!(back, Ok(false), "{probe}: it is gone");
    probe.put_off(&here, taken.id, u64::MAX).await;
    assert_eq!(numbers(&probe.take(APP, 0, 9).await), [5], "{probe}: the new one is ready");
}

/// Ends a room and posts a letter of all its people to ZEGO.
struct EndAndTell(RoomKey);

impl EndAndTell {
    fn decide(&self, seen: &Slice<'_>) -> Result<Delta, Refusal> {
        let roster = Arc::clone(seen.everybody.expect("it was asked for"));
        let tally = seen.room()?.tally;
        let people = Everybody::of(tally.present, tally.passages, roster);
        let (event, parts) = (Event::EverybodyLeft { people }, tally.present);
        let (room, member_count) = (self.0.room.clone(), tally.members);
        let notice = Notice { id: 1, room, at_ms: 7, event, serial: 1, member_count, facts: None };
        let letter = Letter { to: Destination::Zego, notice: Arc::new(notice), parts };
        let facts = FactsWrite::Destroy;
        Ok(Delta { facts, outbox: vec![letter], ..Delta::default() })
    }
}

pub(super) async fn the_people_of_a_room_that_ended_are_told_of_one_by_one(probe: Probe) {
    let key = key("room");
    let need = Need { everybody: true, ..Need::default() };
    for round in 0..2 {
        probe.create(&key).await;
        let names = ["a", "b", "c", "d"].map(|name| format!("{name}{round}"));
        for name in &names {
            probe.enter(&key, &[name]).await;
        }
        probe.leave(&key, &names[1]).await;
        let end = EndAndTell(key.clone());
        let mut decide = |seen: &Slice<'_>| end.decide(seen);
        assert_eq!(probe.store.transact(&key, need, &mut decide).await, Ok(()), "{probe}");
        // The next room of that name has people of its own.
        probe.create(&key).await;
        probe.enter(&key, &["new"]).await;
        for (nth, name) in [&names[0], &names[2], &names[3]].into_iter().enumerate() {
            let taken = probe.store.take(APP, Destination::Zego, 0, 9, None).await;
            let Ok([letter]) = taken.as_deref() else { panic!("{probe}: {taken:?}") };
            let Event::EverybodyLeft { people } = &letter.notice.event else {
                panic!("{probe}: {letter:?}");
            };
            assert_eq!((letter.part as usize, letter.parts), (nth, 3), "{probe}");
            let told = people.nth(letter.part).expect("there is somebody").account;
            assert_eq!(told.as_str(), name, "{probe}");
            let acked = probe.store.ack(&key, Destination::Zego, letter.id).await;
            assert_eq!(acked, Ok(true), "{probe}");
        }
        let taken = probe.store.take(APP, Destination::Zego, 0, 9, None).await;
        assert_eq!(taken, Ok(vec![]), "{probe}: everybody is told of");
        probe.must(&key, &DestroyRoom { by: account("carl"), quietly: false }).await;
    }
}

pub(super) async fn a_letter_that_is_held_holds_its_room_until_it_is_let_go(probe: Probe) {
    let (one, two) = (key("one"), key("two"));
    probe.create(&one).await;
    probe.create(&two).await;
    post(&probe, &one, &[1, 2]).await;
    post(&probe, &two, &[3, 4]).await;
    for letter in probe.take(APP, 0, 9).await {
        let key = RoomKey { app: APP, room: letter.notice.room.clone() };
        probe.set_back(&key, letter.id, SetBack::Held).await;
    }
    assert_eq!((probe.next(None).await, probe.next(Some(&one)).await), (None, None), "{probe}");
    assert_eq!(probe.told(u64::MAX - 1).await, [], "{probe}: nothing of either room");
    assert_eq!(probe.waiting(APP).await.waiting, 4, "{probe}: all of it waits");
    assert_eq!(probe.release(Some(&two)).await, 1, "{probe}: the one of that room");
    assert_eq!(probe.next(None).await, Some(0), "{probe}: at once");
    let taken = probe.take(APP, 0, 9).await;
    assert_eq!((numbers(&taken), taken[0].put_off), (vec![3], 0), "{probe}: as it was");
    probe.ack(&two, taken[0].id).await;
    assert_eq!(probe.told(0).await, [(4, 0)], "{probe}: and what was behind it");
    assert_eq!((probe.release(None).await, probe.release(None).await), (1, 0), "{probe}: once");
    assert_eq!(probe.told(0).await, [(1, 0), (2, 0)], "{probe}: in its order");
    let gone = probe.store.set_back(&one, TO, taken[0].id, SetBack::Held).await;
    assert_eq!(gone, Ok(false), "{probe}: what is not there is not set back");
}

pub(super) async fn a_letter_that_waits_for_a_moment_was_put_off_no_time(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    post(&probe, &key, &[1, 2]).await;
    let taken = probe.take(APP, 0, 9).await;
    probe.set_back(&key, taken[0].id, SetBack::Until(500)).await;
    assert_eq!(probe.next(None).await, Some(500), "{probe}: from then on");
    assert_eq!(probe.take(APP, 499, 9).await, [], "{probe}: not before");
    let taken = probe.take(APP, 500, 9).await;
    assert_eq!((numbers(&taken), taken[0].put_off), (vec![1], 0), "{probe}: as it was");
    probe.ack(&key, taken[0].id).await;
    assert_eq!(probe.told(0).await, [(2, 0)], "{probe}: the next at once");
}

/// Sets the first letter back that is up, behind others.
async fn first_behind(probe: &Probe, key: &RoomKey, count: u32, past: Option<EventKind>) -> u64 {
    let taken = probe.take(APP, 0, 1).await.remove(0);
    probe.set_back(key, taken.id, SetBack::Behind { count, past }).await;
    taken.notice.id
}

pub(super) async fn a_letter_goes_behind_others_that_come_after_it(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    post(&probe, &key, &[1]).await;
    assert_eq!(first_behind(&probe, &key, 2, None).await, 1);
    assert_eq!(probe.told(0).await, [], "{probe}: it waits for those who are to pass it");
    assert_eq!((probe.next(None).await, probe.waiting(APP).await.waiting), (None, 1), "{probe}");
    post(&probe, &key, &[2]).await;
    assert_eq!(probe.told(0).await, [(2, 0)], "{probe}: one of two");
    post(&probe, &key, &[3, 4]).await;
    assert_eq!(probe.told(0).await, [(3, 0), (1, 0), (4, 0)], "{probe}: behind the second");
    post(&probe, &key, &[5, 6]).await;
    assert_eq!(first_behind(&probe, &key, 1, Some(EventKind::RoomEnded)).await, 5);
    assert_eq!(probe.told(0).await, [(6, 0)], "{probe}: of those none counts");
    assert_eq!(probe.release(None).await, 1, "{probe}: it goes on");
    assert_eq!(probe.told(0).await, [(5, 0)], "{probe}: and is told");
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: nothing is left");
}

pub(super) async fn letters_that_are_all_set_behind_others_do_not_wait_for_each_other(
    probe: Probe,
) {
    let key = key("room");
    probe.create(&key).await;
    post(&probe, &key, &[1, 2, 3, 4]).await;
    for id in 1..=2 {
        assert_eq!(first_behind(&probe, &key, 2, None).await, id, "{probe}");
    }
    // The second has passed the first, so that the third is the second who does.
    assert_eq!(probe.told(0).await, [(3, 0), (1, 0), (4, 0), (2, 0)], "{probe}");
    post(&probe, &key, &[5, 6]).await;
    assert_eq!(first_behind(&probe, &key, 1, None).await, 5, "{probe}");
    assert_eq!(first_behind(&probe, &key, 1, None).await, 6, "{probe}");
    assert_eq!(probe.told(0).await, [(5, 0)], "{probe}: the other waits for the next");
    post(&probe, &key, &[7]).await;
    assert_eq!(probe.told(0).await, [(7, 0), (6, 0)], "{probe}");
}

pub(super) async fn a_part_goes_behind_others_without_the_rest_of_its_letter(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let parts = |id, parts| Letter { to: TO, notice: notice(&key, id), parts };
    let outbox = vec![parts(1, 3), parts(2, 1)];
    probe.write(&key, Delta { outbox, ..Delta::default() }).await;
    assert_eq!(first_behind(&probe, &key, 1, None).await, 1, "{probe}: its first part");
    assert_eq!(probe.told(0).await, [(1, 1), (1, 0), (1, 2), (2, 0)], "{probe}");
    let outbox = vec![parts(3, 2), parts(4, 1)];
    probe.write(&key, Delta { outbox, ..Delta::default() }).await;
    let taken = probe.take(APP, 0, 1).await.remove(0);
    probe.ack(&key, taken.id).await;
    assert_eq!(first_behind(&probe, &key, 1, None).await, 3, "{probe}: its last part");
    let taken = probe.take(APP, 0, 1).await.remove(0);
    assert_eq!((taken.notice.id, taken.put_off), (4, 0), "{probe}: the next letter");
    probe.put_off(&key, taken.id, 0).await;
    assert_eq!(probe.told(0).await, [(4, 0), (3, 1)], "{probe}: passed when it is told");
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: nothing is left");
}

pub(super) async fn letters_that_are_set_back_go_with_the_epoch(probe: Probe) {
    let (one, two) = (key("one"), key("two"));
    probe.create(&one).await;
    probe.create(&two).await;
    post(&probe, &one, &[1]).await;
    first_behind(&probe, &one, 1, None).await;
    post(&probe, &two, &[2]).await;
    let taken = probe.take(APP, 0, 1).await.remove(0);
    probe.set_back(&two, taken.id, SetBack::Held).await;
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()));
    assert_eq!(probe.waiting(APP).await, OutboxCounts::default(), "{probe}: gone with the epoch");
    assert_eq!(probe.release(None).await, 0, "{probe}: and nothing is to be let go");
}

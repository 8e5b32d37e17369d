//! What is over leaves the disk: expired bans, mutes and rules, rooms that ended, letters that were
//! sent, lives of apps.

use std::path::Path;

use super::super::keys::{Key, Kind};
use super::kit::*;
use super::*;
use crate::domain::{
    BanMembers, Deed, Deeds, Delta, DestroyRoom, Event, Everybody, FactsWrite, Letter, MuteMembers,
    Sanction, SanctionWrite, Slice, Stream, StreamId, StreamWrite,
};

/// How many rows of each kind a closed store has.
fn of_kind(path: &Path, kind: Kind) -> usize {
    let is_one = |(key, _): &(Vec<u8>, Vec<u8>)| match keys::read(key) {
        Some(Key::Row { kind: other, .. }) => other == kind,
        _ => false,
    };
    rows(path).iter().filter(|row| is_one(row)).count()
}

fn letters(path: &Path) -> (usize, usize) {
    let rows = rows(path);
    let kinds = rows.iter().filter_map(|(key, _)| keys::read(key));
    kinds.fold((0, 0), |(letters, put_off), key| match key {
        Key::Letter(..) => (letters + 1, put_off),
        Key::PutOff(..) => (letters, put_off + 1),
        _ => (letters, put_off),
    })
}

fn ban(name: &str) -> BanMembers {
    let accounts = vec![account(name)];
    let by = account("olga");
    BanMembers { by, accounts, words: "".into(), for_ms: 1000, members_only: false }
}

fn mute(name: &str) -> MuteMembers {
    MuteMembers { accounts: vec![account(name)], for_ms: 1000 }
}

#[tokio::test]
async fn bans_and_mutes_that_are_over_leave_the_disk_when_others_come() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let room = key("room");
    let mut store = open(path);
    make(&store, &room).await;
    crowd(&store, &room, 9, 1).await;
    for name in ["u1", "u2"] {
        act(&store, &room, &mute(name), NOW_MS).await;
    }
    for name in ["x1", "x2"] {
        act(&store, &room, &ban(name), NOW_MS).await;
    }
    drop(store);
    assert_eq!((of_kind(path, Kind::Ban), of_kind(path, Kind::Mute)), (2, 2));
    store = open(path);
    act(&store, &room, &mute("u3"), NOW_MS + 1000).await;
    act(&store, &room, &ban("x3"), NOW_MS + 1000).await;
    drop(store);
    assert_eq!((of_kind(path, Kind::Ban), of_kind(path, Kind::Mute)), (1, 1));
}

#[tokio::test]
async fn rules_that_are_over_leave_the_disk_when_others_come() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let rule = |name: &str, until_ms| {
        let (key, forbids) = (ForbidKey::User(account(name)), Deeds::of(&[Deed::Login]));
        ForbidRule { key, forbids, created_ms: NOW_MS, until_ms }
    };
    let store = open(path);
    for name in ["a", "b", "c"] {
        store.put_rule(APP, &rule(name, NOW_MS + 1), 9, NOW_MS).await.unwrap();
    }
    drop(store);
    assert_eq!(of_kind(path, Kind::Rule), 3);
    let store = open(path);
    // Over, and swept by one that there is no place for.
    let full = store.put_rule(APP, &rule("d", u64::MAX), 0, NOW_MS + 1).await.unwrap();
    assert_eq!(full, RulePut::Full);
    drop(store);
    assert_eq!(of_kind(path, Kind::Rule), 0);
}

#[tokio::test]
async fn a_room_that_ended_leaves_the_disk_whole() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let store = open(path);
    for name in ["stays", "goes"] {
        let room = key(name);
        make(&store, &room).await;
        crowd(&store, &room, 2500, 1).await;
        let sanction = Sanction { account: account("x"), until_ms: u64::MAX, nth: 1 };
        let stream = Stream {
            id: StreamId::parse("stream").unwrap(),
            account: account("u1"),
            name: "".into(),
            title: "".into(),
            extra_info: "".into(),
            created_ms: NOW_MS,
            nth: 1,
            serial: 1,
        };
        let delta = Delta {
            bans: vec![SanctionWrite::Put(sanction.clone())],
            mutes: vec![SanctionWrite::Put(sanction)],
            streams: vec![StreamWrite::Put(stream)],
            ..Delta::default()
        };
        write(&store, &room, delta).await;
    }
    let destroy = DestroyRoom { by: account("olga"), quietly: false };
    act(&store, &key("goes"), &destroy, NOW_MS).await;
    close_swept(store).await;
    let rows = rows(path);
    let of_rooms = rows.iter().filter_map(|(key, _)| match keys::read(key) {
        Some(Key::Row { incarnation, .. }) if incarnation > 0 => Some(incarnation),
        _ => None,
    });
    let of_rooms: Vec<u64> = of_rooms.collect();
    assert_eq!(of_rooms.iter().filter(|of| **of == 2).count(), 0, "of the one that ended");
    assert_eq!(of_rooms.len(), 2 + 2500 + 3, "facts, counts, members, a ban, a mute, a stream");
}

#[tokio::test]
async fn letters_leave_the_disk_when_they_are_sent_or_dropped() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let room = key("room");
    let store = open(path);
    make(&store, &room).await;
    post(&store, &room, 1..=3).await;
    let taken = store.take(APP, TO, NOW_MS, 1, None).await.unwrap();
    store.put_off(&room, TO, taken[0].id, NOW_MS + 5).await.unwrap();
    drop(store);
    assert_eq!(letters(path), (3, 1), "and one was put off");
    let store = open(path);
    for expected in [1, 2] {
        let taken = store.take(APP, TO, NOW_MS + 5, 1, None).await.unwrap();
        assert_eq!(taken[0].notice.id, expected);
        assert_eq!(taken[0].put_off, u32::from(expected == 1));
        assert!(store.ack(&room, TO, taken[0].id).await.unwrap());
    }
    drop(store);
    assert_eq!(letters(path), (1, 0), "two were sent");
    // Two are more than what may wait.
    let store = open_within(path, false, 700).unwrap();
    post(&store, &room, 4..=4).await;
    drop(store);
    assert_eq!(letters(path), (1, 0), "the older one had to go");
    let store = open(path);
    assert_eq!(store.take(APP, TO, NOW_MS, 9, None).await.unwrap()[0].notice.id, 4);
}

#[tokio::test]
async fn letters_that_are_too_many_at_the_start_go_from_the_disk_too() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let room = key("room");
    let store = open(path);
    make(&store, &room).await;
    post(&store, &room, 1..=9).await;
    drop(store);
    let store = open_within(path, false, 700).unwrap();
    post(&store, &room, 10..=10).await;
    drop(store);
    assert_eq!(letters(path), (1, 0), "the latest alone is within the bound");
}

#[tokio::test]
async fn a_life_that_is_over_leaves_the_disk_and_the_next_one_stays() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let room = key("room");
    let store = open(path);
    make(&store, &room).await;
    crowd(&store, &room, 1500, 1).await;
    let record = AccountRecord { account: account("a"), nick: "n".into(), face_url: "".into() };
    store.put_accounts(APP, std::slice::from_ref(&record), 9).await.unwrap();
    post(&store, &room, 1..=3).await;
    let taken = store.take(APP, TO, NOW_MS, 1, None).await.unwrap();
    store.put_off(&room, TO, taken[0].id, NOW_MS + 5).await.unwrap();
    store.new_epoch(APP).await.unwrap();
    make(&store, &room).await;
    post(&store, &room, 4..=5).await;
    close_swept(store).await;
    let of_lives: Vec<u64> = rows(path)
        .iter()
        .filter_map(|(key, _)| match keys::read(key) {
            Some(Key::Row { life, .. }) => Some(life.epoch),
            _ => None,
        })
        .collect();
    assert_eq!(of_lives, [1, 1, 1], "the count, the facts and the counts of one room");
    assert_eq!(letters(path), (2, 0));
    let store = open(path);
    let taken = store.take(APP, TO, NOW_MS, 9, None).await.unwrap();
    assert_eq!(taken[0].notice.id, 4);
}

#[tokio::test]
async fn the_members_of_a_room_that_ended_stay_until_each_is_told_of() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let room = key("room");
    let store = open(path);
    make(&store, &room).await;
    crowd(&store, &room, 3, 1).await;
    let mut end = |seen: &Slice<'_>| {
        let roster = Arc::clone(seen.everybody.expect("it was asked for"));
        let people = Everybody::of(3, 0, roster);
        let notice = Arc::new(notice(&room, 1, Event::EverybodyLeft { people }));
        let outbox = vec![Letter { to: Destination::Zego, notice, parts: 3 }];
        Ok(Delta { facts: FactsWrite::Destroy, outbox, ..Delta::default() })
    };
    let need = Need { everybody: true, ..Need::default() };
    store.transact(&room, need, &mut end).await.unwrap();
    close_swept(store).await;
    assert_eq!((of_kind(path, Kind::Member), of_kind(path, Kind::Dead)), (3, 1), "none is told of");
    let store = open(path);
    for name in ["u0", "u1", "u2"] {
        let taken = store.take(APP, Destination::Zego, NOW_MS, 9, None).await.unwrap();
        let Event::EverybodyLeft { people } = &taken[0].notice.event else { panic!("{taken:?}") };
        assert_eq!(people.nth(taken[0].part).unwrap().account.as_str(), name);
        assert!(store.ack(&room, Destination::Zego, taken[0].id).await.unwrap());
    }
    close_swept(store).await;
    assert_eq!((of_kind(path, Kind::Member), of_kind(path, Kind::Dead)), (0, 0), "each is");
    assert_eq!(letters(path), (0, 0));
}

//! Rooms of an app: listed, counted, gone at once.

use super::probe::{APP, Probe, account, key, leave, names, position, room_id};
use crate::domain::{AppId, DestroyRoom, Refusal, RoomKey};
use crate::store::TxError;

const OTHER: AppId = AppId(2);

fn of(app: AppId, room: &str) -> RoomKey {
    RoomKey { app, room: room_id(room) }
}

/// Behind which id, how many at most, which ones those are, and behind which one more follow.
type Row = (Option<&'static str>, usize, &'static [&'static str], Option<&'static str>);

pub(super) async fn rooms_are_listed_by_id(probe: Probe) {
    // By bytes: capitals before small letters, and beyond ASCII behind both.
    for room in ["b", "é", "ab", "B", "a", "10", "9"] {
        probe.create(&key(room)).await;
    }
    let rows: &[Row] = &[
        (None, usize::MAX, &["10", "9", "B", "a", "ab", "b", "é"], None),
        (None, 7, &["10", "9", "B", "a", "ab", "b", "é"], None),
        (None, 6, &["10", "9", "B", "a", "ab", "b"], Some("b")),
        (None, 1, &["10"], Some("10")),
        (None, 0, &[], None),
        (Some("10"), 2, &["9", "B"], Some("B")),
        (Some("A"), 2, &["B", "a"], Some("a")),
        (Some("ab"), 2, &["b", "é"], None),
        (Some("b"), 5, &["é"], None),
        (Some("é"), 5, &[], None),
    ];
    for (after, limit, expected, next) in rows {
        let (rooms, more) = probe.rooms(APP, *after, *limit).await;
        assert_eq!(rooms, *expected, "{probe}: {limit} behind {after:?}");
        assert_eq!(more.as_deref(), *next, "{probe}: {limit} behind {after:?}");
    }
}

pub(super) async fn only_living_rooms_are_listed(probe: Probe) {
    let end = DestroyRoom { by: account("carl"), quietly: false };
    for room in ["a", "b", "c", "d"] {
        probe.create(&key(room)).await;
    }
    for room in ["b", "d"] {
        probe.must(&key(room), &end).await;
    }
    assert!(probe.run(&key("e"), &leave("anna")).await.is_err(), "{probe}: e was never there");
    let (rooms, next) = probe.rooms(APP, None, 10).await;
    assert_eq!((rooms, next), (vec!["a".into(), "c".into()], None), "{probe}: the two that live");
    let (rooms, next) = probe.rooms(APP, Some("b"), 1).await;
    assert_eq!((rooms, next), (vec!["c".into()], None), "{probe}: behind a dead one");
    probe.create(&key("b")).await;
    let (rooms, _) = probe.rooms(APP, None, 10).await;
    assert_eq!(rooms, ["a", "b", "c"], "{probe}: one lives again");
    for room in probe.everything(APP).await {
        assert_eq!(
            room.facts.owner,
            Some(account("olga")),
            "{probe}: each is shown with its facts"
        );
    }
}

pub(super) async fn apps_do_not_see_each_other(probe: Probe) {
    let (mine, other) = (of(APP, "room"), of(OTHER, "room"));
    probe.create(&mine).await;
    probe.enter(&mine, &["anna"]).await;
    probe.assert_no_trace(&other).await;
    probe.create(&other).await;
    probe.enter(&other, &["bert", "anna"]).await;
    assert_eq!(probe.accounts(&mine).await, ["anna"], "{probe}: one app");
    assert_eq!(probe.accounts(&other).await, ["bert", "anna"], "{probe}: the other");
    probe.must(&mine, &DestroyRoom { by: account("carl"), quietly: false }).await;
    probe.assert_no_trace(&mine).await;
    assert_eq!(probe.accounts(&other).await, ["bert", "anna"], "{probe}: still there");
    assert_eq!(probe.counts(OTHER).await, (1, 2), "{probe}: still counted");
}

pub(super) async fn rooms_and_members_are_counted(probe: Probe) {
    assert_eq!(probe.counts(APP).await, (0, 0), "{probe}: an empty store");
    let (a, b) = (key("a"), key("b"));
    probe.create(&a).await;
    probe.create(&b).await;
    assert_eq!(probe.counts(APP).await, (2, 0), "{probe}: two empty rooms");
    probe.enter(&a, &["anna", "bert"]).await;
    probe.enter(&b, &["anna"]).await;
    assert_eq!(probe.counts(APP).await, (2, 3), "{probe}: somebody in two rooms counts twice");
    probe.leave(&a, "anna").await;
    assert!(probe.run(&a, &leave("anna")).await.is_err(), "{probe}: nobody goes twice");
    assert_eq!(probe.counts(APP).await, (2, 2), "{probe}: one has gone");
    probe.must(&a, &DestroyRoom { by: account("carl"), quietly: false }).await;
    assert_eq!(probe.counts(APP).await, (1, 1), "{probe}: a room has gone with its members");
}

pub(super) async fn a_new_epoch_empties_one_app(probe: Probe) {
    let (room, large, other) = (of(APP, "room"), of(APP, "large"), of(OTHER, "room"));
    for key in [&room, &other] {
        probe.create(key).await;
        probe.enter(key, &["anna", "bert"]).await;
    }
    probe.create(&large).await;
    probe.enter_crowd(&large, 1_500).await;
    let untouched = probe.everything(OTHER).await;
    let (_, end) = probe.page(&room, None, 1).await;
    let old = end.next.expect("bert stands behind anna");

    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    probe.assert_no_trace(&room).await;
    probe.assert_no_trace(&large).await;
    let gone = probe.run(&room, &leave("anna")).await;
    assert_eq!(gone, Err(TxError::Refused(Refusal::NoSuchRoom)), "{probe}: no way back");
    assert_eq!(probe.everything(OTHER).await, untouched, "{probe}: the other app is untouched");

    // The old positions are only places: they show what stands behind them now.
    probe.create(&room).await;
    assert_eq!(probe.accounts(&room).await, [""; 0], "{probe}: the new room is empty");
    let (nobody, _) = probe.page(&room, Some(&old), 10).await;
    assert_eq!(nobody, [], "{probe}: behind an old place, nobody");
    probe.enter(&room, &["carl", "dora"]).await;
    let (behind, end) = probe.page(&room, Some(&old), 10).await;
    let expected: Vec<_> = probe
        .list(&room)
        .await
        .into_iter()
        .filter(|m| position(m.joined_ms, m.account.as_str()) > old)
        .collect();
    assert_eq!(names(&behind), names(&expected), "{probe}: behind an old place, who is there");
    assert_eq!((end.next, end.count), (None, 2), "{probe}: and the present count");
    let (rooms, _) = probe.rooms(APP, Some("large"), 10).await;
    assert_eq!(rooms, ["room"], "{probe}: an old id is only a place, too");

    assert_eq!(probe.store.new_epoch(AppId(3)).await, Ok(()), "{probe}: of an unknown app");
    assert_eq!(probe.counts(AppId(3)).await, (0, 0), "{probe}: of an unknown app");
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: once more");
    probe.assert_no_trace(&room).await;
}

pub(super) async fn a_forgotten_app_is_as_if_it_had_never_been(probe: Probe) {
    let (room, other) = (key("room"), of(OTHER, "room"));
    for key in [&room, &other] {
        probe.create(key).await;
        probe.enter(key, &["anna", "bert"]).await;
    }
    let untouched = probe.everything(OTHER).await;
    for _ in 0..2 {
        assert_eq!(probe.store.forget(APP).await, Ok(()), "{probe}: forgotten");
        probe.assert_no_trace(&room).await;
    }
    assert_eq!(probe.everything(OTHER).await, untouched, "{probe}: the other app is untouched");
    probe.create(&room).await;
    assert_eq!(probe.accounts(&room).await, [""; 0], "{probe}: it begins anew");
}

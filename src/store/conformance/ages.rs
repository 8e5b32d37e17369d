//! Rooms of an app in the order of their making, and how many there are of each type.

use super::probe::{APP, Probe, account, create, group, key, room_id};
use super::sight;
use crate::domain::{
    AppId, CreateRoom, Delta, DestroyRoom, Facts, FactsWrite, GroupType, RoomId, RoomKey, RoomView,
};
use crate::store::Counts;

const OTHER: AppId = AppId(2);

/// The rooms behind a place, and the place behind which more follow.
async fn listed(
    probe: &Probe,
    app: AppId,
    only: Option<GroupType>,
    after: u64,
    limit: usize,
) -> (Vec<(String, u64)>, Option<u64>) {
    let mut rooms = Vec::new();
    let mut see = |id: &RoomId, view: &RoomView<'_>| rooms.push(sight::seen(id, view));
    match probe.store.rooms_by_age(app, only, after, limit, &mut see).await {
        Ok(next) => {
            assert!(rooms.len() <= limit, "{probe}: a page holds its limit");
            for seen in &rooms {
                let key = RoomKey { app, room: seen.room.clone() };
                let room = probe.room(&key).await;
                assert_eq!(room.as_ref(), Ok(seen), "{probe}: each is shown as it is");
            }
            let place = |room: &sight::RoomSeen| (room.room.to_string(), room.incarnation);
            (rooms.iter().map(place).collect(), next)
        }
        Err(error) => panic!("{probe}: {app} has no rooms: {error}"),
    }
}

fn ids(rooms: &[(String, u64)]) -> Vec<&str> {
    rooms.iter().map(|(id, _)| id.as_str()).collect()
}

/// Asserts that these are the app's rooms, in this order, from every place on and by every limit.
async fn assert_ages(probe: &Probe, only: Option<GroupType>, expected: &[&str]) {
    let (all, next) = listed(probe, APP, only, 0, usize::MAX).await;
    assert_eq!((ids(&all), next), (expected.to_vec(), None), "{probe}: all of {only:?}");
    assert!(all.is_sorted_by(|a, b| a.1 < b.1), "{probe}: by place: {all:?}");
    for start in 0..=all.len() {
        let after = start.checked_sub(1).map_or(0, |before| all[before].1);
        for limit in 0..=all.len() + 1 {
            let rest = &all[start..];
            let page = &rest[..limit.min(rest.len())];
            let next = page.last().filter(|_| rest.len() > limit).map(|(_, place)| *place);
            let listed = listed(probe, APP, only, after, limit).await;
            assert_eq!(listed, (page.to_vec(), next), "{probe}: {limit} behind {after}");
        }
    }
    let (behind, next) = listed(probe, APP, only, u64::MAX, 9).await;
    assert_eq!((behind, next), (vec![], None), "{probe}: behind every place");
}

pub(super) async fn rooms_are_listed_by_age(probe: Probe) {
    assert_ages(&probe, None, &[]).await;
    // An order that is none of the ids.
    let (made, of) = (["m", "z", "a", "q", "b"], Some(GroupType::Public));
    for (nth, room) in made.into_iter().enumerate() {
        if nth % 2 == 0 {
            probe.create(&key(room)).await;
        } else {
            probe.create_group(&key(room), GroupType::Public).await;
        }
    }
    probe.create(&RoomKey { app: OTHER, room: room_id("of another app") }).await;
    assert_ages(&probe, None, &made).await;
    assert_ages(&probe, Some(GroupType::ChatRoom), &["m", "a", "b"]).await;
    assert_ages(&probe, of, &["z", "q"]).await;
    assert_ages(&probe, Some(GroupType::Community), &[]).await;

    // One that changes keeps its place; one that ends has none, but is a place still.
    let renamed = Facts { name: "renamed".into(), ..group(GroupType::Public) };
    let facts = FactsWrite::Put(Box::new(renamed));
    probe.write(&key("z"), Delta { facts, ..Delta::default() }).await;
    probe.enter(&key("m"), &["anna"]).await;
    assert_ages(&probe, None, &made).await;
    let (all, _) = listed(&probe, APP, None, 0, 9).await;
    let destroy = DestroyRoom { by: account("carl"), quietly: false };
    for room in ["a", "q"] {
        probe.must(&key(room), &destroy).await;
    }
    assert_ages(&probe, None, &["m", "z", "b"]).await;
    assert_ages(&probe, of, &["z"]).await;
    for (_, place) in &all[2..4] {
        let (behind, next) = listed(&probe, APP, None, *place, 9).await;
        assert_eq!((ids(&behind), next), (vec!["b"], None), "{probe}: behind a dead one");
    }

    // One that comes again under its id is the youngest, of whichever type it is now.
    probe.create_group(&key("a"), GroupType::Public).await;
    probe.create(&key("q")).await;
    assert_ages(&probe, None, &["m", "z", "b", "a", "q"]).await;
    assert_ages(&probe, of, &["z", "a"]).await;
    assert_ages(&probe, Some(GroupType::ChatRoom), &["m", "b", "q"]).await;
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    assert_ages(&probe, None, &[]).await;
    assert_ages(&probe, of, &[]).await;
    let (others, _) = listed(&probe, OTHER, None, 0, 9).await;
    assert_eq!(ids(&others), ["of another app"], "{probe}: the other app is untouched");
}

pub(super) async fn a_creation_that_fails_has_no_age(probe: Probe) {
    probe.create(&key("first")).await;
    let too_large = CreateRoom { max_member_count: Some(10_001), ..create("olga") };
    for name in ["first", "second"] {
        assert!(probe.run(&key(name), &too_large).await.is_err(), "{probe}: too large");
    }
    assert_ages(&probe, None, &["first"]).await;
    assert_eq!(probe.counts(APP).await, (1, 0), "{probe}: one is counted");
}

pub(super) async fn rooms_are_counted_by_type(probe: Probe) {
    let counted = async || {
        let counts = probe.store.counts(APP).await;
        let Counts { rooms, of_type, groups, .. } = counts.unwrap_or_default();
        assert_eq!(rooms, of_type.iter().sum::<u64>(), "{probe}: each is of one type");
        (of_type, groups)
    };
    assert_eq!(counted().await, ([0; 5], 0), "{probe}: an empty store");
    let mut expected = [0; 5];
    let mut groups = 0;
    for (nth, of) in GroupType::ALL.into_iter().enumerate() {
        for more in 0..=nth {
            probe.create_group(&key(&format!("{of:?}-{more}")), of).await;
            expected[nth] += 1;
            groups += 1;
            assert_eq!(counted().await, (expected, groups), "{probe}: {more} more of {of:?}");
        }
    }
    // Chat sees a meeting in a room, which is no group.
    for room in ["one", "two"] {
        probe.create(&key(room)).await;
    }
    expected[2] += 2;
    assert_eq!(counted().await, (expected, groups), "{probe}: and two rooms");
    for room in ["two", "Community-0", "Private-0", "ChatRoom-1"] {
        probe.must(&key(room), &DestroyRoom { by: account("carl"), quietly: false }).await;
    }
    expected = [0, 2, 3, 4, 4];
    assert_eq!(counted().await, (expected, groups - 3), "{probe}: some have ended");
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    assert_eq!(counted().await, ([0; 5], 0), "{probe}: in a new epoch");
}

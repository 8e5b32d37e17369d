//! Many at once, while rooms come and go: what is found through indexes that hang on no one room.
//!
//! As in the other races, each case makes many steps, and what it asserts holds in every order of
//! events: whoever was there all the time is found, and what was answered to somebody is true for
//! him.

use tokio::task::yield_now;

use super::probe::{APP, Probe, account, key, room_id};
use super::racing::{RACERS, destroy, race};
use super::sight::copied;
use crate::domain::{GroupType, MemberView, Need, RoomId, RoomKey, RoomView, Slice};
use crate::store::Counts;

/// What each racer does with its own room.
const STEPS: u64 = 60;

/// A room as it is found: its id, and which one of that id.
type Found = (RoomId, u64);

/// The rooms that an account is in.
async fn joined(probe: &Probe, name: &str) -> Vec<Found> {
    let account = account(name);
    let mut found: Vec<Found> = Vec::new();
    let mut see = |id: &RoomId, room: &RoomView<'_>, member: &MemberView<'_>| {
        assert_eq!(copied(member).account, account, "{probe}: the record is that of {name}");
        let one = (id.clone(), room.incarnation);
        assert!(!found.contains(&one), "{probe}: {one:?} is shown once");
        found.push(one);
    };
    let looked = probe.store.joined(APP, &account, &mut see).await;
    assert_eq!(looked, Ok(()), "{probe}: the rooms of {name} are shown");
    found
}

/// Whether somebody is present anywhere, as a look at a room says.
async fn is_present(probe: &Probe, key: &RoomKey, name: &str) -> bool {
    let accounts = [account(name)];
    let need = Need { accounts: &accounts, presence: true, ..Need::default() };
    let mut present = None;
    let mut see = |slice: &Slice<'_>| present = slice.presence.first().copied();
    assert_eq!(probe.store.read(key, need, &mut see).await, Ok(()), "{probe}: it is read");
    present.expect("whoever asks is told")
}

async fn incarnation(probe: &Probe, key: &RoomKey) -> u64 {
    match probe.room(key).await {
        Ok(room) => room.incarnation,
        Err(error) => panic!("{probe}: {key:?} is its maker's alone: {error}"),
    }
}

/// Those of the rooms whose ids begin so.
fn named(found: &[Found], prefix: &str) -> Vec<String> {
    let ids = found.iter().map(|(id, _)| id.as_str());
    ids.filter(|id| id.starts_with(prefix)).map(str::to_owned).collect()
}

/// A racer's room comes, and anna with the racer into it; then they leave, or it ends with them in
/// it. What was answered is found.
async fn roam(probe: &Probe, nth: u64, step: u64, lobby: &RoomKey) {
    let (name, own) = (format!("racer-{nth}"), key(&format!("own-{nth}")));
    probe.create(&own).await;
    let this = (own.room.clone(), incarnation(probe, &own).await);
    probe.enter(&own, &["anna", &name]).await;
    let only = std::slice::from_ref(&this);
    assert_eq!(joined(probe, &name).await, only, "{probe}: {name} is in its own room");
    assert!(joined(probe, "anna").await.contains(&this), "{probe}: and anna with it");
    assert!(is_present(probe, lobby, &name).await, "{probe}: {name} is there");
    let leaves = step.is_multiple_of(2);
    if leaves {
        probe.leave(&own, "anna").await;
        assert_eq!(joined(probe, &name).await, only, "{probe}: {name} stays");
        probe.leave(&own, &name).await;
    } else {
        probe.must(&own, &destroy()).await;
    }
    assert_eq!(joined(probe, &name).await, [], "{probe}: {name} is nowhere");
    assert!(!is_present(probe, lobby, &name).await, "{probe}: {name} is not there");
    assert!(!joined(probe, "anna").await.contains(&this), "{probe}: anna has gone, too");
    if leaves {
        probe.must(&own, &destroy()).await;
    }
}

pub(super) async fn the_rooms_of_an_account_are_found_while_others_come_and_go(probe: Probe) {
    // Ids that do not stand in the order of coming in.
    let stays: Vec<String> = (0..12).map(|nth| format!("stays-{}", nth * 5 % 12)).collect();
    for id in &stays {
        probe.create(&key(id)).await;
        probe.enter(&key(id), &["anna"]).await;
    }
    race(&probe, |probe, nth| {
        let (stays, lobby) = (stays.clone(), key("stays-0"));
        async move {
            for step in 0..STEPS {
                if nth % 2 == 0 {
                    roam(&probe, nth, step, &lobby).await;
                } else {
                    let found = joined(&probe, "anna").await;
                    assert_eq!(named(&found, "stays-"), stays, "{probe}: where anna stays");
                    assert!(is_present(&probe, &lobby, "anna").await, "{probe}: she is there");
                }
                yield_now().await;
            }
        }
    })
    .await;
    let left = joined(&probe, "anna").await;
    assert_eq!(named(&left, ""), stays, "{probe}: all others have ended");
}

/// The rooms by age, of one type if it is named, in pages.
async fn walk(probe: &Probe, only: Option<GroupType>, limit: usize) -> Vec<Found> {
    let mut met: Vec<Found> = Vec::new();
    let mut after = 0;
    loop {
        let mut see = |id: &RoomId, room: &RoomView<'_>| {
            let of = room.facts.kind.group_type();
            assert!(only.is_none_or(|only| only == of), "{probe}: {of:?} among {only:?}");
            met.push((id.clone(), room.incarnation));
        };
        match probe.store.rooms_by_age(APP, only, after, limit, &mut see).await {
            Ok(Some(next)) => {
                assert!(after < next, "{probe}: a walk goes forward");
                after = next;
            }
            Ok(None) => break,
            Err(error) => panic!("{probe}: there are no rooms: {error}"),
        }
        yield_now().await;
    }
    assert!(met.is_sorted_by(|a, b| a.1 < b.1), "{probe}: by age, each once: {met:?}");
    met
}

/// A racer's room or group comes and goes. What was answered is listed and counted.
async fn come_and_go(probe: &Probe, nth: u64, step: u64) {
    let own = RoomKey { app: APP, room: room_id(&format!("own-{nth}")) };
    let of = if step.is_multiple_of(2) {
        probe.create(&own).await;
        GroupType::ChatRoom
    } else {
        probe.create_group(&own, GroupType::Community).await;
        GroupType::Community
    };
    let this = (own.room.clone(), incarnation(probe, &own).await);
    for only in [None, Some(of)] {
        assert!(walk(probe, only, 100).await.contains(&this), "{probe}: {this:?} lives");
    }
    probe.must(&own, &destroy()).await;
    for only in [None, Some(of)] {
        assert!(!walk(probe, only, 100).await.contains(&this), "{probe}: {this:?} has ended");
    }
}

pub(super) async fn a_walk_by_age_misses_no_room_that_stays(probe: Probe) {
    let types = [GroupType::ChatRoom, GroupType::Community];
    let stays: Vec<String> = (0..24).map(|nth| format!("stays-{}", nth * 5 % 24)).collect();
    for (id, of) in stays.iter().zip(types.into_iter().cycle()) {
        probe.create_group(&key(id), of).await;
    }
    race(&probe, |probe, nth| {
        let stays = stays.clone();
        async move {
            for step in 0..STEPS {
                if nth % 2 == 0 {
                    come_and_go(&probe, nth, step).await;
                    continue;
                }
                let limit = [1, 3, 7, 100][(step % 4) as usize];
                let met = walk(&probe, None, limit).await;
                assert_eq!(named(&met, "stays-"), stays, "{probe}: by {limit}");
                for (at, of) in types.into_iter().enumerate() {
                    let of_type = stays.iter().skip(at).step_by(2);
                    let met = walk(&probe, Some(of), limit).await;
                    let met = named(&met, "stays-");
                    assert!(met.iter().eq(of_type), "{probe}: of {of:?} by {limit}: {met:?}");
                }
                let counts = probe.store.counts(APP).await.unwrap_or_default();
                let Counts { rooms, of_type, groups, .. } = counts;
                assert_eq!(rooms, of_type.iter().sum::<u64>(), "{probe}: each is of one type");
                assert!((24..=24 + RACERS / 2).contains(&groups), "{probe}: {groups} groups");
            }
        }
    })
    .await;
    assert_eq!(named(&walk(&probe, None, 100).await, ""), stays, "{probe}: the others ended");
    let counts = probe.store.counts(APP).await.unwrap_or_default();
    assert_eq!((counts.rooms, counts.groups), (24, 24), "{probe}: what is left is counted");
}

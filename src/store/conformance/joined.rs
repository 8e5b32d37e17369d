//! Who is where: the rooms of an account, and whether it is present in one of them.

use super::probe::{APP, Probe, account, key, member, room_id};
use super::sight::{self, RoomSeen, copied};
use crate::domain::{
    Account, AppId, Delta, DestroyRoom, GroupType, Member, MemberView, MemberWrite, Need, RoomId,
    RoomKey, RoomView, Slice,
};

const OTHER: AppId = AppId(2);

/// More members than a backend takes out of its indexes at once.
const LARGE: usize = 2_500;

fn destroy() -> DestroyRoom {
    DestroyRoom { by: account("carl"), quietly: false }
}

/// The rooms that an account is in, each with which one of its id it is.
async fn rooms_of(probe: &Probe, app: AppId, name: &str) -> Vec<(String, u64)> {
    let account = account(name);
    let mut shown = Vec::new();
    let mut see = |id: &RoomId, room: &RoomView<'_>, member: &MemberView<'_>| {
        shown.push((sight::seen(id, room), copied(member)));
    };
    let looked = probe.store.joined(app, &account, &mut see).await;
    assert_eq!(looked, Ok(()), "{probe}: the rooms of {name} are shown");
    for (seen, record) in &shown {
        let key = RoomKey { app, room: seen.room.clone() };
        assert_eq!(probe.room(&key).await.as_ref(), Ok(seen), "{probe}: the room as it is");
        assert_eq!(record.account, account, "{probe}: the record is that of {name}");
        assert!(probe.list(&key).await.contains(record), "{probe}: the record as it is");
    }
    let named = |(seen, _): (RoomSeen, Member)| (seen.room.to_string(), seen.incarnation);
    let mut rooms: Vec<(String, u64)> = shown.into_iter().map(named).collect();
    // The order is none to rely on: a store that was opened again has another.
    rooms.sort();
    rooms
}

/// Asserts that these are the rooms of an account.
async fn assert_in(probe: &Probe, name: &str, expected: &[&str]) {
    let mut expected = expected.to_vec();
    expected.sort_unstable();
    let rooms = rooms_of(probe, APP, name).await;
    let ids: Vec<&str> = rooms.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!(ids, expected, "{probe}: the rooms of {name}");
}

pub(super) async fn the_rooms_of_an_account_are_shown_as_it_came_in(probe: Probe) {
    assert_in(&probe, "anna", &[]).await;
    let (z, group, a, empty) = (key("z"), key("group"), key("a"), key("empty"));
    for room in [&a, &empty, &z] {
        probe.create(room).await;
    }
    probe.create_group(&group, GroupType::Community).await;
    probe.enter(&z, &["bert", "anna"]).await;
    probe.put(&group, vec![member("anna", 7), member("Anna", 7)]).await;
    probe.enter(&a, &["anna"]).await;
    assert_in(&probe, "anna", &["z", "group", "a"]).await;
    assert_in(&probe, "bert", &["z"]).await;
    assert_in(&probe, "Anna", &["group"]).await;
    for name in ["ann", "annab", "nobody"] {
        assert_in(&probe, name, &[]).await;
    }

    // What changes in a record is shown, and changes no order.
    let named = Member { name: "A.".into(), entered: false, ..member("anna", 7) };
    for record in [named, member("anna", 9)] {
        let members = vec![MemberWrite::Put(record)];
        probe.write(&group, Delta { members, ..Delta::default() }).await;
        assert_in(&probe, "anna", &["z", "group", "a"]).await;
    }

    // The first, one in the middle and the last go; who comes back comes in behind the others.
    probe.leave(&z, "anna").await;
    assert_in(&probe, "anna", &["group", "a"]).await;
    assert_in(&probe, "bert", &["z"]).await;
    probe.enter(&z, &["anna"]).await;
    assert_in(&probe, "anna", &["group", "a", "z"]).await;
    probe.leave(&a, "anna").await;
    assert_in(&probe, "anna", &["group", "z"]).await;
    probe.leave(&z, "anna").await;
    probe.enter(&a, &["anna"]).await;
    assert_in(&probe, "anna", &["group", "a"]).await;
    probe.remove(&group, &["anna"]).await;
    probe.leave(&a, "anna").await;
    assert_in(&probe, "anna", &[]).await;
    let gone = vec![MemberWrite::Remove(account("anna"))];
    probe.write(&a, Delta { members: gone, ..Delta::default() }).await;
    assert_in(&probe, "anna", &[]).await;
    assert_in(&probe, "Anna", &["group"]).await;
}

pub(super) async fn nobody_is_in_a_room_that_ended(probe: Probe) {
    let (room, stays, large) = (key("room"), key("stays"), key("large"));
    let other = RoomKey { app: OTHER, room: room_id("room") };
    for key in [&room, &stays, &large, &other] {
        probe.create(key).await;
        probe.enter(key, &["anna", "bert"]).await;
    }
    for _ in 0..3 {
        probe.enter_crowd(&large, LARGE).await;
        assert_in(&probe, "crowd-01234", &["large"]).await;
        let [before, in_large] = [&room, &large].map(|key| probe.room(key));
        let before = [before.await, in_large.await].map(|room| room.map(|room| room.incarnation));
        for key in [&room, &large] {
            probe.must(key, &destroy()).await;
        }
        for name in ["anna", "bert"] {
            assert_in(&probe, name, &["stays"]).await;
        }
        assert_in(&probe, "crowd-01234", &[]).await;

        // The next rooms of those ids are others. Whoever is in them came into these.
        for key in [&room, &large] {
            probe.create(key).await;
        }
        assert_in(&probe, "anna", &["stays"]).await;
        assert_in(&probe, "crowd-01234", &[]).await;
        probe.enter(&large, &["anna", "bert"]).await;
        probe.enter(&room, &["bert", "anna"]).await;
        for name in ["anna", "bert"] {
            assert_in(&probe, name, &["stays", "large", "room"]).await;
            let rooms = rooms_of(&probe, APP, name).await;
            let [large, room] = [&rooms[1], &rooms[2]].map(|(_, incarnation)| Ok(*incarnation));
            assert_ne!([room, large], before, "{probe}: which are others than before");
        }
    }
    assert_eq!(rooms_of(&probe, OTHER, "anna").await.len(), 1, "{probe}: in the other app");
    assert_eq!(probe.store.new_epoch(APP).await, Ok(()), "{probe}: a new epoch");
    assert_in(&probe, "anna", &[]).await;
    assert_eq!(rooms_of(&probe, OTHER, "anna").await.len(), 1, "{probe}: still");
    probe.create(&room).await;
    probe.enter(&room, &["anna"]).await;
    assert_in(&probe, "anna", &["room"]).await;
}

pub(super) async fn whoever_is_in_many_rooms_is_in_each(probe: Probe) {
    let ids: Vec<String> = (0..300_u32).map(|nth| format!("room-{}", nth * 7 % 300)).collect();
    for id in &ids {
        let key = key(id);
        probe.create(&key).await;
        probe.enter(&key, &["anna", &format!("only-{id}")]).await;
    }
    assert_in(&probe, "anna", &ids.iter().map(String::as_str).collect::<Vec<_>>()).await;
    let (mut left, mut back) = (Vec::new(), Vec::new());
    for (nth, id) in ids.iter().enumerate() {
        let key = key(id);
        match nth % 3 {
            0 => probe.leave(&key, "anna").await,
            1 => probe.must(&key, &destroy()).await,
            _ => left.push(id.as_str()),
        }
        if nth % 6 == 0 {
            probe.enter(&key, &["anna"]).await;
            back.push(id.as_str());
        }
    }
    assert_in(&probe, "anna", &[left, back].concat()).await;
}

/// Who is present, to a read and to a decision on a room.
async fn present(probe: &Probe, key: &RoomKey, names: &[&str]) -> Vec<bool> {
    let accounts: Vec<Account> = names.iter().copied().map(account).collect();
    let need = Need { accounts: &accounts, presence: true, ..Need::default() };
    let mut read = Vec::new();
    let mut see = |slice: &Slice<'_>| read = slice.presence.to_vec();
    assert_eq!(probe.store.read(key, need, &mut see).await, Ok(()), "{probe}: it is read");
    let mut decided = Vec::new();
    let mut decide = |slice: &Slice<'_>| {
        decided = slice.presence.to_vec();
        Ok(Delta::default())
    };
    let done = probe.store.transact(key, need, &mut decide).await;
    assert_eq!(done, Ok(()), "{probe}: nothing speaks against doing nothing");
    assert_eq!(read, decided, "{probe}: a read and a decision are shown the same");
    read
}

pub(super) async fn who_came_into_a_room_is_present(probe: Probe) {
    let (desk, hall, large) = (key("desk"), key("hall"), key("large"));
    probe.create_group(&desk, GroupType::Public).await;
    probe.create(&hall).await;
    probe.create(&large).await;
    let look = async |expected: [bool; 3], why: &str| {
        let names = ["anna", "bert", "carl"];
        assert_eq!(present(&probe, &desk, &names).await, expected, "{probe}: {why}");
        for (name, expected) in names.into_iter().zip(expected) {
            assert_eq!(present(&probe, &desk, &[name]).await, [expected], "{probe}: {name}, {why}");
        }
        assert_eq!(present(&probe, &desk, &[]).await, [false; 0], "{probe}: of nobody, {why}");
    };
    look([false; 3], "nobody is anywhere").await;
    probe.put(&desk, vec![member("anna", 1), member("bert", 2)]).await;
    look([false; 3], "a group is no place to be").await;

    let listed = Member { entered: false, ..member("anna", 1) };
    probe.put(&hall, vec![listed.clone(), member("carl", 2)]).await;
    look([false, false, true], "who is listed alone is not there").await;
    let members = vec![MemberWrite::Put(member("anna", 1))];
    probe.write(&hall, Delta { members, ..Delta::default() }).await;
    look([true, false, true], "who was listed came in").await;
    let members = vec![MemberWrite::Put(listed)];
    probe.write(&hall, Delta { members, ..Delta::default() }).await;
    look([false, false, true], "and is listed alone again").await;

    probe.enter(&large, &["anna", "bert", "carl"]).await;
    probe.enter_crowd(&large, LARGE).await;
    look([true; 3], "all came into a large room").await;
    probe.leave(&large, "carl").await;
    look([true; 3], "who left one is still in the other").await;
    probe.remove(&hall, &["carl"]).await;
    look([true, true, false], "who left both is not there").await;
    probe.must(&large, &destroy()).await;
    look([false; 3], "a large room ended").await;
    probe.create(&large).await;
    look([false; 3], "the next of its id is another").await;
    probe.enter(&large, &["bert"]).await;
    look([false, true, false], "where one came in").await;
    probe.must(&large, &destroy()).await;
    look([false; 3], "and which ended").await;

    let elsewhere = RoomKey { app: OTHER, room: room_id("hall") };
    probe.create(&elsewhere).await;
    probe.enter(&elsewhere, &["anna"]).await;
    look([false; 3], "another app's rooms are no place of this one").await;
    let mut see = |slice: &Slice<'_>| assert!(slice.presence.is_empty(), "{probe}: nobody asked");
    let accounts = [account("anna"), account("bert")];
    for accounts in [&accounts[..1], &accounts] {
        let need = Need { accounts, ..Need::default() };
        assert_eq!(probe.store.read(&desk, need, &mut see).await, Ok(()), "{probe}: it is read");
    }
    let need = Need { presence: true, ..Need::default() };
    assert_eq!(probe.store.read(&desk, need, &mut see).await, Ok(()), "{probe}: of nobody");
}

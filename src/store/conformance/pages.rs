//! The list in pages.

use super::probe::{Probe, enter, key, member, names, position};
use crate::domain::{Delta, Entrance, Entry, Member, MemberWrite, PageEnd, Position, RoomKey};

/// Where a member stands.
pub(super) fn place(member: &Member) -> Position {
    Position { joined_ms: member.joined_ms, account: member.account.clone() }
}

/// Walks from a place to the end.
async fn walk(
    probe: &Probe,
    key: &RoomKey,
    mut after: Option<Position>,
    limit: usize,
) -> Vec<Member> {
    let mut met = Vec::new();
    loop {
        let (members, end) = probe.page(key, after.as_ref(), limit).await;
        met.extend(members);
        match end.next {
            Some(next) => {
                assert!(after.is_none_or(|after| after < next), "{probe}: a walk goes forward");
                after = Some(next);
            }
            None => return met,
        }
    }
}

pub(super) async fn members_stand_by_time_and_then_by_account(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    // By bytes: capitals before small letters, and beyond ASCII behind both.
    let rows =
        [(7, "b"), (7, "é"), (5, "z"), (7, "a"), (7, "B"), (7, "ab"), (u64::MAX, "0"), (0, "y")];
    probe.put(&key, rows.map(|(joined_ms, name)| member(name, joined_ms)).to_vec()).await;
    let expected = ["y", "z", "B", "a", "ab", "b", "é", "0"];
    assert_eq!(probe.accounts(&key).await, expected, "{probe}: as put");

    let entered = ["zoe", "anna", "Bert"];
    let room = super::probe::key("another");
    probe.create(&room).await;
    probe.enter(&room, &entered).await;
    assert_eq!(probe.accounts(&room).await, entered, "{probe}: as they came, at one moment");
}

pub(super) async fn a_page_begins_behind_any_place(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let rows = [(10, "b"), (10, "d"), (20, "a"), (30, "c")];
    probe.put(&key, rows.map(|(joined_ms, name)| member(name, joined_ms)).to_vec()).await;
    let rows: &[(Position, &[&str])] = &[
        (position(0, "x"), &["b", "d", "a", "c"]),
        (position(10, "a"), &["b", "d", "a", "c"]),
        (position(10, "b"), &["d", "a", "c"]),
        (position(10, "c"), &["d", "a", "c"]),
        (position(10, "d"), &["a", "c"]),
        (position(19, "z"), &["a", "c"]),
        (position(20, "a"), &["c"]),
        (position(30, "b"), &["c"]),
        (position(30, "c"), &[]),
        (position(u64::MAX, "z"), &[]),
    ];
    for (after, expected) in rows {
        let (members, end) = probe.page(&key, Some(after), 10).await;
        assert_eq!(names(&members), *expected, "{probe}: behind {after:?}");
        assert_eq!(end, PageEnd { next: None, count: 4 }, "{probe}: behind {after:?}");
    }
}

/// Behind which place, how many at most, who those are, and behind which place more follow.
type Row<'a> = (Option<&'a Position>, usize, &'static [&'static str], Option<Position>);

pub(super) async fn a_page_holds_its_limit_and_says_what_follows(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let (members, end) = probe.page(&key, None, 10).await;
    assert_eq!(members, [], "{probe}: an empty room");
    assert_eq!(end, PageEnd { next: None, count: 0 }, "{probe}: an empty room");

    let rows = [(10, "a"), (10, "b"), (30, "c")];
    probe.put(&key, rows.map(|(joined_ms, name)| member(name, joined_ms)).to_vec()).await;
    let a = position(10, "a");
    let rows: &[Row<'_>] = &[
        (None, 0, &[], None),
        (None, 1, &["a"], Some(a.clone())),
        (None, 2, &["a", "b"], Some(position(10, "b"))),
        (None, 3, &["a", "b", "c"], None),
        (None, 4, &["a", "b", "c"], None),
        (None, usize::MAX, &["a", "b", "c"], None),
        (Some(&a), 0, &[], None),
        (Some(&a), 1, &["b"], Some(position(10, "b"))),
        (Some(&a), 2, &["b", "c"], None),
        (Some(&a), usize::MAX, &["b", "c"], None),
    ];
    for (after, limit, expected, next) in rows {
        let (members, end) = probe.page(&key, *after, *limit).await;
        assert_eq!(names(&members), *expected, "{probe}: {limit} behind {after:?}");
        let next = next.clone();
        assert_eq!(end, PageEnd { next, count: 3 }, "{probe}: {limit} behind {after:?}");
    }
}

pub(super) async fn a_walk_meets_everybody_who_stays_once(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    probe.enter(&key, &["a", "b", "c", "d", "e", "f"]).await;
    let (first, end) = probe.page(&key, None, 2).await;
    assert_eq!(names(&first), ["a", "b"], "{probe}: the first page");

    // The one at the position goes, one before it, one behind it; one comes, one comes back.
    for name in ["b", "a", "d"] {
        probe.leave(&key, name).await;
    }
    probe.enter(&key, &["g", "b"]).await;
    let (second, end) = probe.page(&key, end.next.as_ref(), 2).await;
    assert_eq!(names(&second), ["c", "e"], "{probe}: the second page");
    assert_eq!(end.count, 5, "{probe}: the count is the present one");

    probe.leave(&key, "e").await;
    probe.leave(&key, "f").await;
    let (third, end) = probe.page(&key, end.next.as_ref(), 2).await;
    assert_eq!(names(&third), ["g", "b"], "{probe}: the third page");
    assert_eq!(end, PageEnd { next: None, count: 3 }, "{probe}: the end");

    // A walk may go on from a list that has been left by everybody.
    let last = third.last().map(place);
    for name in ["c", "g", "b"] {
        probe.leave(&key, name).await;
    }
    let (nobody, end) = probe.page(&key, last.as_ref(), 2).await;
    assert_eq!((nobody, end), (vec![], PageEnd { next: None, count: 0 }), "{probe}: all gone");
    let Entrance { entry, member: late, .. } = probe.must(&key, &enter("late")).await;
    assert_eq!(entry, Entry::Entered, "{probe}: late comes in");
    assert!(last < Some(place(&late)), "{probe}: behind everybody who ever came");
}

pub(super) async fn a_member_with_another_time_moves(probe: Probe) {
    let key = key("room");
    probe.create(&key).await;
    let rows = [(10, "a"), (20, "b"), (30, "c")];
    probe.put(&key, rows.map(|(joined_ms, name)| member(name, joined_ms)).to_vec()).await;
    for (name, joined_ms, expected) in [
        ("b", 40, ["a", "c", "b"]),
        ("b", 5, ["b", "a", "c"]),
        ("b", 30, ["a", "b", "c"]),
        ("c", 30, ["a", "b", "c"]),
        ("a", 30, ["a", "b", "c"]),
    ] {
        let moved = Member { name: "moved".into(), ..member(name, joined_ms) };
        let members = vec![MemberWrite::Put(moved.clone())];
        probe.write(&key, Delta { members, ..Delta::default() }).await;
        let list = probe.list(&key).await;
        assert_eq!(names(&list), expected, "{probe}: {name} to {joined_ms}");
        assert!(list.contains(&moved), "{probe}: {name} to {joined_ms}, whole");
        let before = position(joined_ms.saturating_sub(1), "zz");
        let (behind, _) = probe.page(&key, Some(&before), 10).await;
        assert!(behind.contains(&moved), "{probe}: {name} is found at {joined_ms}");
    }
}

pub(super) async fn a_long_list_is_walked_whole(probe: Probe) {
    let key = key("arena");
    probe.create(&key).await;
    probe.enter_crowd(&key, 1_700).await;
    // Holes everywhere, and people who come in between others: every third place is empty.
    let everybody = probe.list(&key).await;
    let gone = everybody.iter().step_by(3).map(|m| MemberWrite::Remove(m.account.clone()));
    let early = (0..300_u64).map(|nth| {
        let at = if nth % 2 == 0 { nth } else { everybody[1_000].joined_ms };
        MemberWrite::Put(member(&format!("crowd-0{:04}-early", nth * 5), at))
    });
    let members: Vec<_> = gone.chain(early).collect();
    let mut expected: Vec<Member> = everybody
        .iter()
        .enumerate()
        .filter(|(nth, _)| nth % 3 != 0)
        .map(|(_, m)| m.clone())
        .collect();
    expected.extend(members.iter().filter_map(|write| match write {
        MemberWrite::Put(member) => Some(member.clone()),
        MemberWrite::Remove(_) => None,
    }));
    expected.sort_by_key(place);
    let mut tally = probe.room(&key).await.expect("the room is there").tally;
    tally.members = u32::try_from(expected.len()).expect("a few thousand");
    probe.write(&key, Delta { tally: Some(tally), members, ..Delta::default() }).await;

    assert_eq!(probe.list(&key).await, expected, "{probe}: at once");
    for limit in [7, 50, 512, 1_000] {
        assert_eq!(walk(&probe, &key, None, limit).await, expected, "{probe}: by {limit}");
    }
    for start in (0..expected.len()).step_by(97) {
        let after = Some(place(&expected[start]));
        let rest = walk(&probe, &key, after, 500).await;
        assert_eq!(rest, expected[start + 1..], "{probe}: behind number {start}");
    }
}

//! Banning people, and lifting bans.

use super::*;
use crate::domain::{
    BanMembers, Delta, Event, LeaveReason, MemberWrite, Refusal, SanctionWrite, UnbanMembers,
};

fn banning(names: &[&str]) -> BanMembers {
    BanMembers {
        by: account("carl"),
        accounts: accounts(names),
        words: "spam".into(),
        for_ms: 60_000,
        members_only: false,
    }
}

fn put(name: &str, nth: u64) -> SanctionWrite {
    SanctionWrite::Put(ban(name, NOW_MS + 60_000, nth))
}

fn hall() -> Hall {
    Hall::of([
        member("olga", Role::Owner, 10),
        member("anna", Role::Admin, 20),
        member("bert", Role::Member, 30),
    ])
}

#[test]
fn members_go_strangers_stay_away_and_all_are_banned_in_the_order_of_the_call() {
    let mut hall = hall();
    hall.tally.newest_ban = 7;
    hall.seats = seats(&[None, Some("anna")]);
    let (delta, ()) = hall.decide(&banning(&["bert", "zoe", "anna"])).unwrap();
    let whole = Delta {
        tally: Some(Tally {
            members: 1,
            present: 1,
            newest_joined_ms: 30,
            newest_ban: 10,
            passages: 2,
            ..Tally::default()
        }),
        members: ["bert", "anna"].map(|name| MemberWrite::Remove(account(name))).into(),
        bans: vec![put("bert", 8), put("zoe", 9), put("anna", 10)],
        seats: Some(seats(&[None, None])),
        events: vec![
            Event::MembersLeft {
                people: hall.gone(&["bert", "anna"]),
                reason: LeaveReason::Kicked,
                by: account("carl"),
                words: "spam".into(),
            },
            Event::SeatsChanged { by: account("carl"), seats: vec![(1, Seat::default())] },
        ],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn banning_strangers_tells_nobody() {
    let (delta, ()) = hall().decide(&banning(&["zoe"])).unwrap();
    assert_eq!((delta.events, delta.members), (vec![], vec![]));
    assert_eq!(delta.bans, [put("zoe", 1)]);
}

#[test]
fn a_ban_in_force_keeps_its_place_and_one_that_is_over_gets_a_new_one() {
    let mut hall = hall();
    hall.tally.newest_ban = 2;
    hall.bans = vec![ban("over", NOW_MS, 1), ban("yes", NOW_MS + 1, 2)];
    let (delta, ()) = hall.decide(&banning(&["yes", "over"])).unwrap();
    assert_eq!(delta.bans, [put("yes", 2), put("over", 3)], "and none of the two is swept");
}

#[test]
fn bans_that_are_over_go_two_for_each_that_comes() {
    let mut hall = hall();
    hall.bans = (0..5).map(|nth| ban(&format!("x{nth}"), NOW_MS - 5 + nth, nth)).collect();
    hall.tally.newest_ban = 9;
    let (delta, ()) = hall.decide(&banning(&["zoe"])).unwrap();
    let gone = ["x0", "x1"].map(|name| SanctionWrite::Remove(account(name)));
    assert_eq!(delta.bans, [&[put("zoe", 10)], &gone[..]].concat());
    hall.bans = vec![ban("x0", NOW_MS, 1), ban("x1", NOW_MS + 1, 2)];
    let (delta, ()) = hall.decide(&banning(&["zoe"])).unwrap();
    assert_eq!(delta.bans[1..], [SanctionWrite::Remove(account("x0"))], "those in force stay");
}

#[test]
fn the_owner_is_not_banned_present_or_not_and_nobody_with_her() {
    let owner = Refusal::OwnerNotBannable { account: account("olga") };
    assert_eq!(refusal(hall().decide(&banning(&["bert", "olga"]))), owner);
    assert_eq!(refusal(Hall::new().decide(&banning(&["olga"]))), owner);
}

#[test]
fn the_table_to_the_letter_bans_members_only() {
    let strict = |names| BanMembers { members_only: true, ..banning(names) };
    let stranger = Refusal::NotAMember { account: account("zoe") };
    assert_eq!(refusal(hall().decide(&strict(&["bert", "zoe"]))), stranger);
    assert!(hall().decide(&strict(&["bert", "anna"])).is_ok());
}

#[test]
fn a_ban_that_never_ends_ends_with_the_clock() {
    let for_ever = BanMembers { for_ms: u64::MAX, ..banning(&["zoe"]) };
    let (delta, ()) = hall().decide(&for_ever).unwrap();
    assert_eq!(delta.bans, [SanctionWrite::Put(ban("zoe", u64::MAX, 1))]);
}

#[test]
fn lifting_removes_what_is_there() {
    let mut hall = hall();
    hall.bans = vec![ban("over", NOW_MS, 1), ban("yes", NOW_MS + 1, 2)];
    let lift = UnbanMembers { accounts: accounts(&["yes", "zoe", "over"]) };
    let (delta, ()) = hall.decide(&lift).unwrap();
    let bans = ["yes", "over"].map(|name| SanctionWrite::Remove(account(name))).into();
    assert_eq!(delta, Delta { bans, ..Delta::default() });
}

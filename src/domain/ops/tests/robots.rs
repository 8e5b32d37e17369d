//! Robots: put into a room, and taken out of it.

use super::*;
use crate::domain::{AddRobot, DeleteRobot, Delta, Event, MemberWrite, Refusal, SanctionWrite};

fn add(name: &str) -> AddRobot {
    AddRobot { account: account(name) }
}

fn delete(name: &str) -> DeleteRobot {
    DeleteRobot { by: account("carl"), account: account(name) }
}

fn robot(name: &str, joined_ms: u64) -> Member {
    let [name_card, custom_info] = ["", ""].map(Into::into);
    let plain = member(name, Role::Member, joined_ms);
    Member { name: name_card, custom_info, robot: true, ..plain }
}

/// A room with so many robots.
fn hall_with(robots: u32) -> Hall {
    let mut hall = Hall::new();
    for nth in 0..robots {
        hall.members.push(robot(&format!("r{nth}"), u64::from(nth)));
    }
    hall.tally =
        Tally { members: robots, present: robots, robots, newest_joined_ms: 9, ..hall.tally };
    hall
}

#[test]
fn a_robot_stands_in_the_list_is_counted_and_told_to_nobody() {
    let (delta, ()) = hall_with(1).decide(&add("r9")).unwrap();
    let whole = Delta {
        tally: Some(Tally {
            members: 2,
            present: 2,
            passages: 1,
            robots: 2,
            newest_joined_ms: NOW_MS,
            ..Tally::default()
        }),
        members: vec![MemberWrite::Put(robot("r9", NOW_MS))],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn a_room_has_its_robots_and_not_one_more() {
    assert!(hall_with(1).decide(&add("r9")).is_ok());
    let too_many = Refusal::TooManyRobots { at_most: 2 };
    assert_eq!(refusal(hall_with(2).decide(&add("r9"))), too_many);
    assert_eq!(hall_with(2).decide(&add("r0")), Ok((Delta::default(), ())), "it is in already");
    let mut full = hall_with(1);
    full.facts.max_member_count = 1;
    assert_eq!(refusal(full.decide(&add("r9"))), Refusal::RoomFull { at_most: 1 });
}

#[test]
fn a_banned_account_is_no_robot() {
    let mut hall = hall_with(1);
    hall.bans = vec![ban("r9", NOW_MS + 1, 1)];
    let banned = Refusal::Banned { account: account("r9") };
    assert_eq!(refusal(hall.decide(&add("r9"))), banned);
    hall.bans = vec![ban("r9", NOW_MS, 1)];
    let (delta, ()) = hall.decide(&add("r9")).unwrap();
    assert_eq!(delta.bans, [SanctionWrite::Remove(account("r9"))]);
}

#[test]
fn a_robot_that_goes_leaves_its_seat_and_only_that_is_told() {
    let mut hall = hall_with(1);
    hall.seats = seats(&[None, Some("r0")]);
    let (delta, ()) = hall.decide(&delete("r0")).unwrap();
    assert_eq!(delta.seats, Some(seats(&[None, None])));
    let freed = vec![(1, Seat::default())];
    assert_eq!(delta.events, [Event::SeatsChanged { by: account("carl"), seats: freed }]);
}

#[test]
fn a_robot_goes_and_a_person_does_not() {
    let (delta, ()) = hall_with(1).decide(&delete("r0")).unwrap();
    let due_ms = Some(NOW_MS + 1_000);
    let tally = Tally { newest_joined_ms: 9, passages: 1, due_ms, ..Tally::default() };
    assert_eq!(delta.tally, Some(tally));
    assert_eq!(delta.members, [MemberWrite::Remove(account("r0"))]);
    assert_eq!(delta.events, []);
    let hall = Hall::of([member("bert", Role::Member, 30)]);
    for name in ["bert", "nobody"] {
        let refused = Refusal::NotAMember { account: account(name) };
        assert_eq!(refusal(hall.decide(&delete(name))), refused);
    }
}

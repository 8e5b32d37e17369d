//! Sending people away.

use super::*;
use crate::domain::{Delta, Event, Kick, LeaveReason, MemberWrite, Refusal};

fn kick(names: &[&str]) -> Kick {
    Kick {
        by: account("carl"),
        accounts: accounts(names),
        words: "off topic".into(),
        passes_over: false,
    }
}

fn hall() -> Hall {
    let robot = Member { robot: true, ..member("r2", Role::Member, 40) };
    let people = [
        member("olga", Role::Owner, 10),
        member("anna", Role::Admin, 20),
        member("bert", Role::Member, 30),
    ];
    let mut hall = Hall::of(people);
    hall.tally = Tally { members: 4, present: 4, robots: 1, newest_joined_ms: 40, ..hall.tally };
    hall.members.push(robot);
    hall
}

#[test]
fn one_call_is_one_event_and_everybody_is_counted_out() {
    let hall = hall();
    let (delta, ()) = hall.decide(&kick(&["anna", "r2", "olga"])).unwrap();
    let gone = ["anna", "r2", "olga"];
    let whole = Delta {
        tally: Some(Tally {
            members: 1,
            present: 1,
            newest_joined_ms: 40,
            passages: 3,
            ..Tally::default()
        }),
        members: gone.map(|name| MemberWrite::Remove(account(name))).into(),
        events: vec![Event::MembersLeft {
            people: hall.gone(&gone),
            reason: LeaveReason::Kicked,
            by: account("carl"),
            words: "off topic".into(),
        }],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn seats_are_freed_and_told_of_behind_those_who_go() {
    let mut hall = hall();
    hall.seats = seats(&[Some("bert"), Some("anna"), None, Some("r2")]);
    let (delta, ()) = hall.decide(&kick(&["r2", "bert"])).unwrap();
    assert_eq!(delta.seats, Some(seats(&[None, Some("anna"), None, None])));
    let freed = vec![(0, Seat::default()), (3, Seat::default())];
    assert!(matches!(delta.events[0], Event::MembersLeft { .. }));
    assert_eq!(delta.events[1..], [Event::SeatsChanged { by: account("carl"), seats: freed }]);
}

#[test]
fn a_room_that_is_emptied_is_due() {
    let mut hall = Hall::of([member("bert", Role::Member, 30)]);
    hall.now_ms = 400_000;
    let (delta, ()) = hall.decide(&kick(&["bert"])).unwrap();
    assert_eq!(delta.tally.unwrap().due_ms, Some(401_000));
}

#[test]
fn one_who_is_not_in_keeps_all_the_others_in() {
    let not_in = Refusal::NotAMember { account: account("dora") };
    assert_eq!(refusal(hall().decide(&kick(&["anna", "dora", "bert"]))), not_in);
}

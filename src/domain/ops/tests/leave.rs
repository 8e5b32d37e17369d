//! Somebody goes.

use super::{Hall, account, member, refusal};
use crate::domain::{
    Delta, Event, FactsWrite, Leave, LeaveReason, Member, MemberWrite, Refusal, Role, Tally,
};

fn leave(name: &str) -> Leave {
    Leave { account: account(name), reason: LeaveReason::Left }
}

fn hall() -> Hall {
    Hall::of([
        member("olga", Role::Owner, 17),
        member("anna", Role::Admin, 20),
        member("bert", Role::Member, 30),
    ])
}

fn left(name: &str, reason: LeaveReason) -> Event {
    let (people, by) = (hall().gone(&[name]), account(name));
    Event::MembersLeft { people, reason, by, words: "".into() }
}

#[test]
fn who_goes_is_no_longer_counted_and_the_order_goes_on() {
    for (name, admins) in [("olga", 1), ("anna", 0), ("bert", 1)] {
        let (delta, ()) = hall().decide(&leave(name)).unwrap();
        let reason = LeaveReason::Left;
        let whole = Delta {
            facts: FactsWrite::Keep,
            tally: Some(Tally {
                members: 2,
                present: 2,
                admins,
                newest_joined_ms: 30,
                passages: 1,
                ..Tally::default()
            }),
            members: vec![MemberWrite::Remove(account(name))],
            events: vec![left(name, reason)],
            ..Delta::default()
        };
        assert_eq!(delta, whole, "{name}");
    }
}

#[test]
fn the_reason_is_told() {
    let reason = LeaveReason::Expired;
    let (delta, ()) = hall().decide(&Leave { account: account("bert"), reason }).unwrap();
    assert_eq!(delta.events, [left("bert", reason)]);
}

#[test]
fn who_is_not_in_cannot_go() {
    let refused = Refusal::NotAMember { account: account("carl") };
    assert_eq!(refusal(hall().decide(&leave("carl"))), refused);
}

#[test]
fn an_owner_who_never_came_in_cannot_go() {
    let hall = Hall::of([Member { entered: false, ..member("olga", Role::Owner, 17) }]);
    let refused = Refusal::NotAMember { account: account("olga") };
    assert_eq!(refusal(hall.decide(&leave("olga"))), refused);
}

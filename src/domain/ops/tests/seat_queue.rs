//! Asking for a seat, and taking that back.

use super::*;
use crate::domain::{AskForSeat, Delta, MemberWrite, Refusal, WithdrawFromQueue};

fn ask(name: &str) -> AskForSeat {
    AskForSeat { account: account(name) }
}

fn withdraw(name: &str) -> WithdrawFromQueue {
    WithdrawFromQueue { account: account(name) }
}

fn bert(awaits_seat: bool) -> Member {
    Member { awaits_seat, ..member("bert", Role::Member, 30) }
}

fn hall(awaits_seat: bool) -> Hall {
    let listed = Member { entered: false, ..member("olga", Role::Owner, 10) };
    let people = [listed, member("anna", Role::Member, 20), bert(awaits_seat)];
    Hall { seats: seats(&[Some("anna"), None]), ..Hall::of(people) }
}

#[test]
fn one_waits_and_waits_no_longer_and_nobody_is_told() {
    let write = |awaits_seat| Delta {
        members: vec![MemberWrite::Put(bert(awaits_seat))],
        ..Delta::default()
    };
    assert_eq!(hall(false).decide(&ask("bert")), Ok((write(true), ())));
    assert_eq!(hall(true).decide(&withdraw("bert")), Ok((write(false), ())));
}

#[test]
fn each_reason_against_it_is_said() {
    let account = |name| account(name);
    let rows = [
        ("bert", Refusal::AwaitsSeat { account: account("bert") }),
        ("anna", Refusal::SeatedAlready { account: account("anna") }),
        ("olga", Refusal::NotAMember { account: account("olga") }),
        ("zoe", Refusal::NotAMember { account: account("zoe") }),
    ];
    for (name, refused) in rows {
        assert_eq!(refusal(hall(true).decide(&ask(name))), refused);
    }
    let rows = [
        ("bert", Refusal::AwaitsNoSeat { account: account("bert") }),
        ("anna", Refusal::AwaitsNoSeat { account: account("anna") }),
        ("olga", Refusal::NotAMember { account: account("olga") }),
        ("zoe", Refusal::NotAMember { account: account("zoe") }),
    ];
    for (name, refused) in rows {
        assert_eq!(refusal(hall(false).decide(&withdraw(name))), refused);
    }
    assert_eq!(refusal(Hall::of([bert(false)]).decide(&ask("bert"))), Refusal::NoSeats);
    assert_eq!(refusal(Hall::of([bert(true)]).decide(&withdraw("bert"))), Refusal::NoSeats);
}

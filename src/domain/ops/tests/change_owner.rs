//! Passing the ownership on.

use super::*;
use crate::domain::{ChangeOwner, Delta, Event, FactsWrite, MemberWrite, Refusal};

fn pass(from: &str, to: &str) -> ChangeOwner {
    ChangeOwner { by: account("carl"), from: Some(account(from)), to: account(to) }
}

fn hall() -> Hall {
    Hall::of([member("olga", Role::Owner, 10), member("anna", Role::Admin, 20)])
}

#[test]
fn the_new_owner_has_the_role_and_the_old_one_is_a_member() {
    let hall = hall();
    let (delta, ()) = hall.decide(&pass("olga", "anna")).unwrap();
    let whole = Delta {
        facts: FactsWrite::Put(Box::new(Facts {
            owner: Some(account("anna")),
            profile: hall.facts.profile.clone().touched(NOW_MS),
            ..hall.facts.clone()
        })),
        tally: Some(Tally { admins: 0, ..hall.tally }),
        members: vec![
            MemberWrite::Put(member("anna", Role::Owner, 20)),
            MemberWrite::Put(member("olga", Role::Member, 10)),
        ],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn an_old_owner_who_was_only_listed_is_listed_no_longer() {
    let listed = Member { entered: false, ..member("olga", Role::Owner, 10) };
    let hall = Hall::of([listed, member("bert", Role::Member, 20)]);
    let (delta, ()) = hall.decide(&pass("olga", "bert")).unwrap();
    assert_eq!(delta.tally, Some(Tally { members: 1, ..hall.tally }));
    assert_eq!(delta.members[1], MemberWrite::Remove(account("olga")));
}

#[test]
fn an_old_owner_who_is_listed_no_longer_leaves_the_seat() {
    let listed = Member { entered: false, ..member("olga", Role::Owner, 10) };
    let mut hall = Hall::of([listed, member("bert", Role::Member, 20)]);
    hall.seats = seats(&[Some("bert"), Some("olga")]);
    let (delta, ()) = hall.decide(&pass("olga", "bert")).unwrap();
    assert_eq!(delta.seats, Some(seats(&[Some("bert"), None])));
    let freed = vec![(1, Seat::default())];
    assert_eq!(delta.events, [Event::SeatsChanged { by: account("carl"), seats: freed }]);
}

#[test]
fn an_old_owner_who_is_away_stays_away() {
    let hall = Hall::of([member("bert", Role::Member, 20)]);
    let (delta, ()) = hall.decide(&pass("olga", "bert")).unwrap();
    assert_eq!(delta.members, [MemberWrite::Put(member("bert", Role::Owner, 20))]);
}

#[test]
fn to_oneself_is_nothing() {
    assert_eq!(hall().decide(&pass("olga", "olga")), Ok((Delta::default(), ())));
}

#[test]
fn only_the_owner_passes_it_on_and_only_to_who_is_in() {
    let not_the_owner = Refusal::NotTheOwner { account: account("anna") };
    assert_eq!(refusal(hall().decide(&pass("anna", "olga"))), not_the_owner);
    let not_in = Refusal::NotAMember { account: account("carl") };
    assert_eq!(refusal(hall().decide(&pass("olga", "carl"))), not_in);
}

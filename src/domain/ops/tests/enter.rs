//! One person comes in.

use super::{Hall, NOW_MS, account, ban, member, password, refusal, seats};
use crate::domain::{
    Delta, Enter, Entrance, Entry, Event, FactsWrite, Gate, Login, Member, MemberWrite, Refusal,
    Role, RoomRules, SanctionWrite, Tally,
};

fn enter(name: &str) -> Enter {
    Enter::of(account(name))
}

/// Somebody who does not sit.
fn came(entry: Entry, member: Member) -> Entrance {
    Entrance { entry, member, seat: None }
}

fn entered(member: &Member) -> Vec<Event> {
    let (people, login) = (super::came(&[member], 0), Login::default());
    vec![Event::MembersEntered { people, login }]
}

fn newcomer(name: &str, role: Role, joined_ms: u64) -> Member {
    let [name_card, custom_info] = ["", ""].map(Into::into);
    Member { name: name_card, custom_info, ..member(name, role, joined_ms) }
}

/// The owner as a new room lists her.
fn listed_owner() -> Member {
    Member { entered: false, ..member("olga", Role::Owner, 17) }
}

#[test]
fn a_newcomer_is_counted_and_told_of() {
    let hall = Hall::of([member("anna", Role::Admin, 5)]);
    let expected = newcomer("bert", Role::Member, NOW_MS);
    let (delta, answer) = hall.decide(&enter("bert")).unwrap();
    assert_eq!(answer, came(Entry::Entered, expected.clone()));
    let whole = Delta {
        facts: FactsWrite::Keep,
        tally: Some(Tally {
            members: 2,
            present: 2,
            admins: 1,
            newest_joined_ms: NOW_MS,
            passages: 1,
            ..Tally::default()
        }),
        members: vec![MemberWrite::Put(expected.clone())],
        events: entered(&expected),
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn a_name_said_at_the_door_is_taken() {
    for (said, kept) in [(None, ""), (Some(""), ""), (Some("Bert B."), "Bert B.")] {
        let operation = Enter { name: said.map(Into::into), ..enter("bert") };
        let (_, Entrance { member, .. }) = Hall::new().decide(&operation).unwrap();
        assert_eq!(&*member.name, kept, "{said:?}");
    }
}

#[test]
fn people_stand_one_behind_the_other_whatever_the_clock_does() {
    for (now_ms, newest, expected) in [
        (NOW_MS, 0, NOW_MS),
        (NOW_MS, NOW_MS - 1, NOW_MS),
        (NOW_MS, NOW_MS, NOW_MS + 1),
        (NOW_MS, NOW_MS + 7, NOW_MS + 8),
        (0, 0, 1),
        (NOW_MS, u64::MAX, u64::MAX),
    ] {
        let mut hall = Hall { now_ms, ..Hall::new() };
        hall.tally.newest_joined_ms = newest;
        let (delta, Entrance { member, .. }) = hall.decide(&enter("bert")).unwrap();
        assert_eq!(member.joined_ms, expected, "at {now_ms} behind {newest}");
        assert_eq!(delta.tally.unwrap().newest_joined_ms, expected, "at {now_ms} behind {newest}");
    }
}

#[test]
fn who_is_in_stays_as_he_is() {
    let anna = member("anna", Role::Admin, 5);
    let mut hall = Hall::of([anna.clone()]);
    // Neither the door nor the fullness concerns somebody who is inside.
    hall.facts.gate = Gate { enabled: true, password: Some(password("4321")) };
    hall.facts.max_member_count = 1;
    for said in [None, Some("Anna A.")] {
        let operation = Enter { name: said.map(Into::into), ..enter("anna") };
        let (delta, answer) = hall.decide(&operation).unwrap();
        assert_eq!(answer, came(Entry::WasIn, anna.clone()));
        assert_eq!(delta, Delta::default());
    }
}

#[test]
fn the_listed_owner_comes_in_at_her_place_without_being_counted_again() {
    let hall = Hall::of([listed_owner()]);
    let (delta, answer) = hall.decide(&enter("olga")).unwrap();
    let olga = Member { entered: true, ..listed_owner() };
    assert_eq!(answer, came(Entry::Entered, olga.clone()));
    assert_eq!(delta.members, [MemberWrite::Put(olga.clone())]);
    assert_eq!(delta.events, entered(&olga));
    assert_eq!(delta.tally, Some(Tally { present: 1, passages: 1, ..hall.tally }));

    let renamed = Enter { name: Some("Olga O.".into()), ..enter("olga") };
    let (_, Entrance { member, .. }) = hall.decide(&renamed).unwrap();
    assert_eq!((&*member.name, member.joined_ms), ("Olga O.", 17));
}

#[test]
fn an_owner_who_is_not_listed_enters_as_the_owner() {
    let mut hall = Hall::of([member("anna", Role::Member, 5)]);
    hall.rules = RoomRules { owner_is_member: false, ..hall.rules };
    let (delta, answer) = hall.decide(&enter("olga")).unwrap();
    assert_eq!(answer, came(Entry::Entered, newcomer("olga", Role::Owner, NOW_MS)));
    assert_eq!(delta.tally.unwrap().members, 2);
}

#[test]
fn the_last_place_is_given_and_no_more() {
    let mut hall = Hall::of([listed_owner(), member("anna", Role::Member, 20)]);
    hall.facts.max_member_count = 3;
    assert!(hall.decide(&enter("bert")).is_ok());
    for at_most in [2, 1] {
        hall.facts.max_member_count = at_most;
        assert_eq!(refusal(hall.decide(&enter("bert"))), Refusal::RoomFull { at_most });
        let (_, Entrance { entry, .. }) = hall.decide(&enter("olga")).unwrap();
        assert_eq!(entry, Entry::Entered, "a listed owner has a place already");
    }
}

#[test]
fn the_door_asks_only_while_it_is_on() {
    let needed = Err(Refusal::PasswordNeeded);
    let wrong = Err(Refusal::PasswordWrong);
    for (enabled, kept, said, expected) in [
        (false, None, None, Ok(())),
        (false, None, Some("x"), Ok(())),
        (false, Some("4321"), None, Ok(())),
        (false, Some("4321"), Some("x"), Ok(())),
        (true, Some("4321"), None, needed.clone()),
        (true, Some("4321"), Some(""), needed),
        (true, Some("4321"), Some("4322"), wrong.clone()),
        (true, Some("4321"), Some("43210"), wrong),
        (true, Some("4321"), Some("4321"), Ok(())),
    ] {
        let mut hall = Hall::of([listed_owner()]);
        hall.facts.gate = Gate { enabled, password: kept.map(password) };
        for name in ["bert", "olga"] {
            let operation = Enter { password: said.map(Into::into), ..enter(name) };
            let result = hall.decide(&operation).map(|_| ());
            assert_eq!(result, expected, "{name}: {enabled} {kept:?} {said:?}");
        }
    }
}

#[test]
fn the_door_is_before_the_fullness() {
    let mut hall = Hall::of([member("anna", Role::Member, 5)]);
    hall.facts.max_member_count = 1;
    hall.facts.gate = Gate { enabled: true, password: Some(password("4321")) };
    for (said, expected) in [
        (None, Refusal::PasswordNeeded),
        (Some("x"), Refusal::PasswordWrong),
        (Some("4321"), Refusal::RoomFull { at_most: 1 }),
    ] {
        let operation = Enter { password: said.map(Into::into), ..enter("bert") };
        assert_eq!(refusal(hall.decide(&operation)), expected, "{said:?}");
    }
}

#[test]
fn a_ban_keeps_people_out_before_the_door_does_and_only_while_it_lasts() {
    let mut hall = Hall::new();
    hall.facts.gate = Gate { enabled: true, password: Some(password("4321")) };
    let banned = Refusal::Banned { account: account("bert") };
    hall.bans = vec![ban("bert", NOW_MS + 1, 1)];
    assert_eq!(refusal(hall.decide(&enter("bert"))), banned);
    hall.bans = vec![ban("bert", NOW_MS, 1)];
    assert_eq!(refusal(hall.decide(&enter("bert"))), Refusal::PasswordNeeded);
    hall.facts.gate = Gate::default();
    let (delta, _) = hall.decide(&enter("bert")).unwrap();
    assert_eq!(delta.bans, [SanctionWrite::Remove(account("bert"))], "the record is of no use now");
}

#[test]
fn who_was_in_is_shown_with_the_seat() {
    let mut hall = Hall::of([member("anna", Role::Admin, 5)]);
    hall.seats = seats(&[None, Some("anna")]);
    let (_, answer) = hall.decide(&enter("anna")).unwrap();
    assert_eq!((answer.entry, answer.seat), (Entry::WasIn, Some(1)));
}

//! Many people come in with one commit.

use super::{Hall, NOW_MS, account, accounts, ban, member, password};
use crate::domain::{
    Delta, EnterMany, Entry, Event, FactsWrite, Gate, Login, MAX_ENTRIES_PER_STEP, Member,
    MemberWrite, Refusal, Role, SanctionWrite, Tally,
};

fn enter(names: &[&str]) -> EnterMany {
    EnterMany { accounts: accounts(names), opens: false }
}

fn entered(members: &[Member]) -> Vec<Event> {
    let people = super::came(&members.iter().collect::<Vec<_>>(), 0);
    vec![Event::MembersEntered { people, login: Login::default() }]
}

fn newcomer(name: &str, joined_ms: u64) -> Member {
    let [name_card, custom_info] = ["", ""].map(Into::into);
    Member { name: name_card, custom_info, ..member(name, Role::Member, joined_ms) }
}

#[test]
fn they_stand_at_one_moment_behind_everybody_else_and_are_told_of_at_once() {
    let mut hall = Hall::of([member("anna", Role::Admin, NOW_MS + 5)]);
    hall.facts.max_member_count = 4;
    let (delta, entries) = hall.decide(&enter(&["zoe", "bert", "carl"])).unwrap();
    assert_eq!(entries, [Entry::Entered, Entry::Entered, Entry::Entered]);
    let put = |name| MemberWrite::Put(newcomer(name, NOW_MS + 6));
    let whole = Delta {
        facts: FactsWrite::Keep,
        tally: Some(Tally {
            members: 4,
            present: 4,
            admins: 1,
            newest_joined_ms: NOW_MS + 6,
            passages: 3,
            ..Tally::default()
        }),
        members: vec![put("zoe"), put("bert"), put("carl")],
        events: entered(&["zoe", "bert", "carl"].map(|name| newcomer(name, NOW_MS + 6))),
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn the_room_fills_up_in_the_order_of_the_call_and_the_rest_stays_outside() {
    let listed = Member { entered: false, ..member("olga", Role::Owner, 17) };
    let mut hall = Hall::of([listed.clone(), member("anna", Role::Member, 20)]);
    hall.facts.max_member_count = 3;
    let names = ["bert", "anna", "carl", "olga", "dora"];
    let (delta, entries) = hall.decide(&enter(&names)).unwrap();
    let full = Entry::Refused(Refusal::RoomFull { at_most: 3 });
    let expected = [Entry::Entered, Entry::WasIn, full.clone(), Entry::Entered, full];
    assert_eq!(entries, expected);
    let olga = Member { entered: true, ..listed };
    let people = [newcomer("bert", NOW_MS), olga];
    let writes = people.clone().map(MemberWrite::Put);
    assert_eq!(delta.members, writes);
    assert_eq!(
        delta.tally,
        Some(Tally {
            members: 3,
            present: 3,
            newest_joined_ms: NOW_MS,
            passages: 2,
            ..Tally::default()
        })
    );
    assert_eq!(delta.events, entered(&people), "who was in or stays outside is not told of");
}

#[test]
fn a_listed_owner_alone_moves_no_clock() {
    let hall = Hall::of([Member { entered: false, ..member("olga", Role::Owner, 17) }]);
    let (delta, entries) = hall.decide(&enter(&["olga"])).unwrap();
    assert_eq!(entries, [Entry::Entered]);
    assert_eq!(delta.tally, Some(Tally { present: 1, passages: 1, ..hall.tally }));
    let olga = Member { entered: true, ..hall.members[0].clone() };
    assert_eq!(delta.events, entered(&[olga]));
}

#[test]
fn an_owner_who_is_not_listed_enters_as_the_owner() {
    let (delta, _) = Hall::new().decide(&enter(&["anna", "olga"])).unwrap();
    let roles: Vec<_> = delta
        .members
        .iter()
        .map(|write| match write {
            MemberWrite::Put(member) => member.role,
            MemberWrite::Remove(account) => panic!("nobody leaves, {account} neither"),
        })
        .collect();
    assert_eq!(roles, [Role::Member, Role::Owner]);
}

#[test]
fn nobody_who_can_come_in_is_nothing_that_happens() {
    let mut hall = Hall::of([member("anna", Role::Member, 5)]);
    hall.facts.gate = Gate { enabled: true, password: Some(password("4321")) };
    let (delta, entries) = hall.decide(&enter(&["anna", "bert"])).unwrap();
    assert_eq!(entries, [Entry::WasIn, Entry::Refused(Refusal::PasswordNeeded)]);
    assert_eq!(delta, Delta::default());
    assert_eq!(hall.decide(&enter(&[])).unwrap(), (Delta::default(), vec![]));
}

#[test]
fn a_full_step_comes_in_with_one_commit() {
    let names: Vec<_> = (0..MAX_ENTRIES_PER_STEP).map(|nth| account(&format!("{nth}"))).collect();
    let mut hall = Hall::new();
    hall.facts.max_member_count = 1000;
    let (delta, entries) = hall.decide(&EnterMany { accounts: names, opens: false }).unwrap();
    assert!(entries.iter().all(|entry| *entry == Entry::Entered));
    assert_eq!((delta.members.len(), delta.events.len()), (500, 1));
    assert_eq!(delta.tally.unwrap().members, 500);
}

#[test]
fn the_banned_stay_outside_and_a_ban_that_is_over_is_forgotten() {
    let mut hall = Hall::new();
    hall.facts.max_member_count = 2;
    hall.bans = vec![ban("over", NOW_MS, 1), ban("yes", NOW_MS + 1, 2)];
    let (delta, entries) = hall.decide(&enter(&["yes", "zoe", "over", "late"])).unwrap();
    let banned = Entry::Refused(Refusal::Banned { account: account("yes") });
    let full = Entry::Refused(Refusal::RoomFull { at_most: 2 });
    assert_eq!(entries, [banned.clone(), Entry::Entered, Entry::Entered, full]);
    assert_eq!(delta.bans, [SanctionWrite::Remove(account("over"))]);
    let (delta, entries) = hall.decide(&enter(&["yes"])).unwrap();
    assert_eq!((delta, entries), (Delta::default(), vec![banned]));
}

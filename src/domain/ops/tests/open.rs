//! Open rooms: born with the first who comes in, gone with the last who goes.

use super::*;
use crate::domain::{
    BanMembers, CreateRoom, DeleteRobot, Delta, Enter, EnterMany, Entry, Event, FactsWrite, Kick,
    Leave, LeaveReason, Login, MemberWrite, Reclaim, Refusal, RemoveMembers, Vanish,
};

/// An open room with these people in it.
fn open(members: impl IntoIterator<Item = Member>) -> Hall {
    let mut hall = Hall::of(members);
    hall.facts = Facts { kind: RoomKind::Open, owner: None, schedule: None, ..hall.facts };
    hall
}

/// The end that the last one brings.
fn end(last_went: LeaveReason) -> Event {
    Event::RoomReclaimed { last_went: Some(last_went) }
}

#[test]
fn the_first_who_comes_in_opens_it() {
    let operation = Enter { opens: true, ..Enter::of(account("bert")) };
    assert!(operation.need().create);
    let (delta, entrance) = decide_nowhere(&operation, &rules()).unwrap();
    let bert = entrance.member;
    assert_eq!((entrance.entry, bert.role, bert.joined_ms), (Entry::Entered, Role::Member, NOW_MS));
    let born = Facts {
        kind: RoomKind::Open,
        serial: SERIAL,
        name: "".into(),
        owner: None,
        created_ms: NOW_MS,
        schedule: None,
        max_member_count: rules().member_ceiling,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        profile: GroupProfile::default(),
    };
    let whole = Delta {
        facts: FactsWrite::Put(Box::new(born)),
        tally: Some(Tally {
            members: 1,
            present: 1,
            newest_joined_ms: NOW_MS,
            passages: 1,
            ..Tally::default()
        }),
        members: vec![MemberWrite::Put(bert.clone())],
        events: vec![
            Event::RoomCreated { by: account("bert"), invitees: vec![] },
            Event::MembersEntered { people: came(&[&bert], 0), login: Login::default() },
        ],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn many_open_it_together_and_nobody_opens_nothing() {
    let operation = EnterMany { accounts: accounts(&["zoe", "bert"]), opens: true };
    assert!(operation.need().create);
    let (delta, entries) = decide_nowhere(&operation, &rules()).unwrap();
    assert_eq!(entries, [Entry::Entered, Entry::Entered]);
    assert!(matches!(&delta.facts, FactsWrite::Put(facts) if facts.kind == RoomKind::Open));
    let [created, Event::MembersEntered { people, .. }] = &delta.events[..] else {
        panic!("{:?}", delta.events)
    };
    assert_eq!(*created, Event::RoomCreated { by: account("zoe"), invitees: vec![] });
    assert_eq!(people.len(), 2);
    let nobody = EnterMany { accounts: vec![], opens: true };
    assert_eq!(decide_nowhere(&nobody, &rules()), Ok((Delta::default(), vec![])));
}

#[test]
fn it_is_no_door_for_who_does_not_want_to_open_one_and_no_other_room_is_opened_by_it() {
    let closed = Enter::of(account("bert"));
    assert_eq!(refusal(decide_nowhere(&closed, &rules())), Refusal::NoSuchRoom);
    let hall = Hall::of([member("anna", Role::Member, 5)]);
    let (delta, _) = hall.decide(&Enter { opens: true, ..closed }).unwrap();
    assert_eq!((delta.facts, delta.events.len()), (FactsWrite::Keep, 1));
}

#[test]
fn whoever_goes_last_ends_it_however_it_happens() {
    let bert = || account("bert");
    let (by, accounts) = (account("carl"), vec![bert()]);
    let hall = open([member("bert", Role::Member, 30)]);
    let left = |delta: Delta, reason| {
        assert_eq!(delta.facts, FactsWrite::Destroy, "{reason:?}");
        let [Event::MembersLeft { reason: told, .. }, ended] = &delta.events[..] else {
            panic!("{:?}", delta.events)
        };
        assert_eq!((*told, ended), (reason, &end(reason)));
        assert_eq!(delta.tally.unwrap().due_ms, None, "{reason:?}");
    };
    for reason in [LeaveReason::Left, LeaveReason::Expired] {
        left(hall.decide(&Leave { account: bert(), reason }).unwrap().0, reason);
    }
    left(hall.decide(&Vanish { account: bert() }).unwrap().0, LeaveReason::Left);
    let kick =
        Kick { by: by.clone(), accounts: accounts.clone(), words: "".into(), passes_over: false };
    left(hall.decide(&kick).unwrap().0, LeaveReason::Kicked);
    let (words, silent) = ("".into(), false);
    let remove = RemoveMembers { by: by.clone(), accounts: accounts.clone(), words, silent };
    left(hall.decide(&remove).unwrap().0, LeaveReason::Kicked);
    let (words, for_ms, members_only) = ("".into(), 1, false);
    let ban = BanMembers { by: by.clone(), accounts, words, for_ms, members_only };
    left(hall.decide(&ban).unwrap().0, LeaveReason::Kicked);

    let robot = Member { robot: true, ..member("r2", Role::Member, 40) };
    let mut hall = open([robot]);
    hall.tally.robots = 1;
    let (delta, ()) = hall.decide(&DeleteRobot { by, account: account("r2") }).unwrap();
    assert_eq!((delta.facts, delta.events), (FactsWrite::Destroy, vec![end(LeaveReason::Kicked)]));
}

#[test]
fn it_stays_as_long_as_somebody_is_in_it_and_is_never_due() {
    let hall = open([member("anna", Role::Member, 5), member("bert", Role::Member, 30)]);
    let leave = Leave { account: account("bert"), reason: LeaveReason::Left };
    let (delta, ()) = hall.decide(&leave).unwrap();
    assert_eq!((delta.facts, delta.events.len()), (FactsWrite::Keep, 1));
    assert_eq!(delta.tally.unwrap().due_ms, None);
    let hall = Hall { now_ms: u64::MAX, ..hall };
    assert_eq!(hall.decide(&Reclaim), Ok((Delta::default(), false)));
}

#[test]
fn its_id_is_taken_for_a_room() {
    let create = CreateRoom {
        by: account("carl"),
        owner: account("olga"),
        name: "".into(),
        max_member_count: None,
        start_s: None,
        end_s: None,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        invitees: vec![],
    };
    let hall = open([member("bert", Role::Member, 30)]);
    assert_eq!(refusal(hall.decide(&create)), Refusal::RoomExists);
}

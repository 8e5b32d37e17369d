//! Making a room, and ending it.

use super::{
    Hall, NOW_MS, NOW_S, SERIAL, account, accounts, decide_nowhere, password, refusal, rules,
};
use crate::domain::{
    Ceiling, CreateRoom, Delta, DestroyRoom, Event, Facts, FactsWrite, Gate, GroupProfile,
    GroupType, Member, MemberWrite, MsgFlag, Operation, Refusal, Role, RoomKind, RoomRules,
    RoomStatus, Schedule, SeatRequest, SeatSettings, Silenced, TakeSeatMode, Tally,
};

/// Nothing said but what must be.
fn plain() -> CreateRoom {
    CreateRoom {
        by: account("carl"),
        owner: account("olga"),
        name: "the hall".into(),
        max_member_count: None,
        start_s: None,
        end_s: None,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        invitees: Vec::new(),
    }
}

fn delta(operation: &CreateRoom, rules: &RoomRules) -> Delta {
    decide_nowhere(operation, rules).expect("the room can be made").0
}

fn facts(operation: &CreateRoom) -> Facts {
    match delta(operation, &rules()).facts {
        FactsWrite::Put(facts) => *facts,
        other => panic!("a new room brings facts, not {other:?}"),
    }
}

#[test]
fn it_may_find_no_room_and_asks_for_nobody() {
    let operation = plain();
    assert!(operation.need().create);
    assert!(operation.need().accounts.is_empty());
}

#[test]
fn what_is_not_said_has_a_default() {
    let expected = Facts {
        kind: RoomKind::Conference,
        serial: SERIAL,
        name: "the hall".into(),
        owner: Some(account("olga")),
        created_ms: NOW_MS,
        schedule: Some(Schedule { start_s: NOW_S, end_s: NOW_S + 3600 }),
        max_member_count: 300,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate { enabled: false, password: None },
        profile: GroupProfile::default(),
    };
    assert_eq!(facts(&plain()), expected);
}

#[test]
fn what_is_said_is_kept() {
    let silenced = Silenced { video: true, messages: true, ..Silenced::default() };
    let gate = Gate { enabled: true, password: Some(password("4321")) };
    let operation = CreateRoom {
        max_member_count: Some(7),
        start_s: Some(1000),
        end_s: Some(2000),
        silenced,
        custom_info: "the text".into(),
        seats: Some(SeatRequest { count: Some(4), mode: TakeSeatMode::Apply }),
        gate: gate.clone(),
        ..plain()
    };
    let expected = Facts {
        kind: RoomKind::Conference,
        serial: SERIAL,
        name: "the hall".into(),
        owner: Some(account("olga")),
        created_ms: NOW_MS,
        schedule: Some(Schedule { start_s: 1000, end_s: 2000 }),
        max_member_count: 7,
        silenced,
        custom_info: "the text".into(),
        seats: Some(SeatSettings { count: 4, mode: TakeSeatMode::Apply }),
        gate,
        profile: GroupProfile::default(),
    };
    assert_eq!(facts(&operation), expected);
}

#[test]
fn the_owner_is_listed_and_counted_unless_the_app_says_no() {
    // As in a meeting, who is not there misses what is said.
    let msg_flag = MsgFlag::OnlineOnly;
    let listed = Member { role: Role::Owner, msg_flag, ..Member::named(account("olga"), NOW_MS) };
    let with = delta(&plain(), &rules());
    assert_eq!(with.members, [MemberWrite::Put(listed)]);
    let due_ms = Some((NOW_MS / 1000 + 3600) * 1000 + rules().reclaim_after_ms);
    let tally = Tally { members: 1, newest_joined_ms: NOW_MS, due_ms, ..Tally::default() };
    assert_eq!(with.tally, Some(tally));

    let without = delta(&plain(), &RoomRules { owner_is_member: false, ..rules() });
    assert_eq!(without.members, []);
    assert_eq!(without.tally, Some(Tally { due_ms, ..Tally::default() }));
}

#[test]
fn the_world_hears_of_the_room_and_its_invitees_and_of_no_entry() {
    let operation = CreateRoom { invitees: accounts(&["b", "a"]), ..plain() };
    let created = Event::RoomCreated { by: account("carl"), invitees: accounts(&["b", "a"]) };
    assert_eq!(delta(&operation, &rules()).events, [created]);
}

#[test]
fn an_id_in_use_is_refused_by_who_asks_and_who_owns_the_room_now() {
    for (by, owner, expected) in [
        ("olga", "olga", Refusal::RoomExistsAndYours),
        ("olga", "carl", Refusal::RoomExistsAndYours),
        ("carl", "olga", Refusal::RoomExists),
        ("carl", "carl", Refusal::RoomExists),
    ] {
        let operation = CreateRoom { by: account(by), owner: account(owner), ..plain() };
        assert_eq!(refusal(Hall::new().decide(&operation)), expected, "{by} for {owner}");
    }
    let mut group = Hall::new();
    group.facts.kind = RoomKind::Group(GroupType::Public);
    for by in ["olga", "carl"] {
        let operation = CreateRoom { by: account(by), ..plain() };
        assert_eq!(refusal(group.decide(&operation)), Refusal::IsAGroup, "{by}");
    }
}

#[test]
fn a_room_holds_as_many_members_as_the_package_allows() {
    let asking = |count| CreateRoom { max_member_count: count, ..plain() };
    let above = |asked| Refusal::AboveCeiling { ceiling: Ceiling::Members, asked, at_most: 1000 };
    assert_eq!(facts(&asking(Some(1000))).max_member_count, 1000);
    assert_eq!(refusal(decide_nowhere(&asking(Some(1001)), &rules())), above(1001));
    let generous = RoomRules { max_member_count: 1001, ..rules() };
    assert_eq!(refusal(decide_nowhere(&asking(None), &generous)), above(1001));
}

#[test]
fn a_room_has_as_many_seats_as_the_package_allows() {
    let mode = TakeSeatMode::Free;
    let asking = |count| CreateRoom { seats: Some(SeatRequest { count, mode }), ..plain() };
    for (asked, count) in [(None, 16), (Some(1), 1), (Some(16), 16)] {
        assert_eq!(facts(&asking(asked)).seats, Some(SeatSettings { count, mode }), "{asked:?}");
    }
    assert_eq!(
        refusal(decide_nowhere(&asking(Some(17)), &rules())),
        Refusal::AboveCeiling { ceiling: Ceiling::Seats, asked: 17, at_most: 16 }
    );
}

#[test]
fn a_schedule_lasts_five_minutes_at_least() {
    let too_short = |length_s| Err(Refusal::ScheduleTooShort { length_s, at_least_s: 300 });
    for (start_s, end_s, expected) in [
        (None, None, Ok((NOW_S, NOW_S + 3600))),
        (Some(10), None, Ok((10, 3610))),
        (None, Some(NOW_S + 300), Ok((NOW_S, NOW_S + 300))),
        (None, Some(NOW_S + 299), too_short(299)),
        (Some(1000), Some(1300), Ok((1000, 1300))),
        (Some(1000), Some(1299), too_short(299)),
        (Some(1000), Some(1000), too_short(0)),
        (Some(1000), Some(1), too_short(-999)),
        (Some(0), Some(300), Ok((0, 300))),
        (Some(u64::MAX - 300), None, Ok((u64::MAX - 300, u64::MAX))),
        (Some(u64::MAX - 299), None, too_short(299)),
        (Some(u64::MAX), Some(0), too_short(i64::MIN)),
    ] {
        let operation = CreateRoom { start_s, end_s, ..plain() };
        let schedule = decide_nowhere(&operation, &rules()).map(|_| {
            let schedule = facts(&operation).schedule.expect("a room is scheduled");
            (schedule.start_s, schedule.end_s)
        });
        assert_eq!(schedule, expected, "{start_s:?} to {end_s:?}");
    }
}

#[test]
fn a_gate_that_is_on_has_a_password() {
    for (enabled, text, ok) in [
        (false, None, true),
        (false, Some("4321"), true),
        (true, Some("4321"), true),
        (true, None, false),
    ] {
        let gate = Gate { enabled, password: text.map(password) };
        let operation = CreateRoom { gate: gate.clone(), ..plain() };
        if ok {
            assert_eq!(facts(&operation).gate, gate, "{enabled} {text:?}");
        } else {
            let refused = refusal(decide_nowhere(&operation, &rules()));
            assert_eq!(refused, Refusal::NoPasswordToAskFor, "{enabled} {text:?}");
        }
    }
}

#[test]
fn a_room_runs_from_the_second_of_its_start() {
    let facts = facts(&CreateRoom { start_s: Some(1000), end_s: Some(1300), ..plain() });
    for (now_ms, status) in [
        (999_999, RoomStatus::NotStarted),
        (1_000_000, RoomStatus::Running),
        (1_300_001, RoomStatus::Running),
    ] {
        assert_eq!(facts.status(now_ms), status, "{now_ms}");
    }
}

#[test]
fn a_destroyed_room_takes_those_with_it_who_were_in() {
    let listed = Member { entered: false, ..super::member("olga", Role::Owner, 4) };
    let robot = Member { robot: true, ..super::member("r2", Role::Member, 6) };
    let end = Event::RoomDestroyed { by: account("carl"), quietly: false };
    for (people, told) in [
        (vec![], vec![]),
        (vec![listed.clone(), robot.clone()], vec![]),
        (vec![listed, super::member("anna", Role::Admin, 5), robot], vec![("anna".to_owned(), 8)]),
    ] {
        let mut hall = Hall::of(people);
        hall.tally.robots = hall.members.iter().filter(|one| one.robot).count() as u32;
        hall.tally.passages = 7;
        let destroy = DestroyRoom { by: account("carl"), quietly: false };
        let (mut delta, ()) = hall.decide(&destroy).unwrap();
        assert_eq!(delta.events.pop().as_ref(), Some(&end), "last");
        let gone = delta.events.iter().flat_map(|event| {
            let Event::EverybodyLeft { people } = event else { panic!("{event:?}") };
            (0..people.count()).map(|nth| people.nth(nth).unwrap())
        });
        let gone: Vec<_> = gone.map(|one| (one.account.to_string(), one.nth)).collect();
        assert_eq!(gone, told);
        assert_eq!(delta.facts, FactsWrite::Destroy);
    }
}

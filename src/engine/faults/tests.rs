//! The faults of one app.

use super::*;

fn on_requests(command: Option<&str>, room: Option<&str>, schedule: Schedule) -> Fault {
    let room = room.map(|text| RoomId::parse(text).unwrap());
    let aim = Aim::Request { command: command.map(Into::into), fault: RequestFault::Close };
    Fault { room, schedule, aim }
}

fn nth(nth: u32) -> Schedule {
    Schedule { nth, times: Some(1), ..Schedule::default() }
}

fn on_callbacks(only: Option<CallbackWord>, schedule: Schedule) -> Fault {
    Fault { room: None, schedule, aim: Aim::Callback { only, fault: CallbackFault::Drop } }
}

const LEAVE: CallbackWord =
    CallbackWord { to: Destination::RoomEngine, kind: EventKind::MembersLeft };
const LOGOUT: CallbackWord = CallbackWord { to: Destination::Zego, kind: EventKind::MembersLeft };

fn seen<'a>(path: &'a str, rooms: &'a [&'a str]) -> RequestSeen<'a> {
    RequestSeen { path, rooms }
}

fn striker(faults: &Faults, path: &str, rooms: &[&str]) -> Option<u64> {
    faults.strike_request(&seen(path, rooms)).and_then(|struck| struck.id)
}

#[test]
fn an_app_has_n_faults_and_not_n_plus_1() {
    let faults = Faults::default();
    for id in 1..=MAX_FAULTS as u64 {
        assert_eq!(faults.add(on_requests(None, None, nth(1))), Ok(id));
    }
    assert_eq!(faults.add(on_requests(None, None, nth(1))), Err(TooManyFaults));
    assert!(faults.remove(7) && !faults.remove(7));
    assert_eq!(faults.add(on_requests(None, None, nth(1))), Ok(MAX_FAULTS as u64 + 1));
    faults.clear();
    assert_eq!(faults.all(), []);
    let next = MAX_FAULTS as u64 + 2;
    assert_eq!(faults.add(on_requests(None, None, nth(1))), Ok(next), "a number names one fault");
}

#[test]
fn a_request_is_matched_by_its_command_and_its_rooms() {
    let rows = [
        (None, None, "svc/create_room", &[][..], true),
        (Some("create_room"), None, "svc/create_room", &["a"], true),
        (Some("svc/create_room"), None, "svc/create_room", &["a"], true),
        (Some("other/create_room"), None, "svc/create_room", &["a"], false),
        (Some("room"), None, "svc/create_room", &["a"], false),
        (Some("DescribeUserList"), None, "DescribeUserList", &[], true),
        (None, Some("a"), "svc/create_room", &["a"], true),
        (None, Some("b"), "svc/create_room", &["a", "b"], true),
        (None, Some("a"), "svc/create_room", &[], false),
        (Some("create_room"), Some("a"), "svc/create_room", &["ab"], false),
    ];
    for (command, room, path, rooms, expected) in rows {
        let faults = Faults::default();
        faults.add(on_requests(command, room, Schedule::default())).unwrap();
        let struck = striker(&faults, path, rooms).is_some();
        assert_eq!(struck, expected, "{command:?} {room:?}: {path} {rooms:?}");
        let kept = faults.get(1).unwrap();
        assert_eq!((kept.matched, kept.struck), (u64::from(expected), u64::from(expected)));
    }
}

#[test]
fn a_callback_is_matched_by_its_word_and_its_room() {
    let here = RoomId::parse("a").unwrap();
    let strikes = |fault: Fault, word| {
        let faults = Faults::default();
        faults.add(fault).unwrap();
        faults.strike_callback(&CallbackSeen { word, room: &here }).is_some()
    };
    let of = |only| on_callbacks(only, Schedule::default());
    assert!(strikes(of(None), LEAVE) && strikes(of(None), LOGOUT));
    assert!(strikes(of(Some(LEAVE)), LEAVE) && !strikes(of(Some(LEAVE)), LOGOUT));
    let enter = CallbackWord { kind: EventKind::MembersEntered, ..LEAVE };
    assert!(!strikes(of(Some(LEAVE)), enter));
    let in_room = |room| Fault { room: Some(RoomId::parse(room).unwrap()), ..of(None) };
    assert!(strikes(in_room("a"), LEAVE) && !strikes(in_room("b"), LEAVE));
}

#[test]
fn requests_and_callbacks_are_matched_apart() {
    let (faults, here) = (Faults::default(), RoomId::parse("a").unwrap());
    assert!(!faults.aim_at_requests() && !faults.aim_at_callbacks());
    faults.add(on_requests(None, None, nth(1))).unwrap();
    assert!(faults.aim_at_requests() && !faults.aim_at_callbacks());
    assert_eq!(faults.strike_callback(&CallbackSeen { word: LEAVE, room: &here }), None);
    faults.add(on_callbacks(None, nth(1))).unwrap();
    assert!(faults.aim_at_callbacks());
    assert_eq!(striker(&faults, "a/b", &[]), Some(1));
    assert!(!faults.aim_at_requests(), "a spent one strikes nothing more");
    let struck = faults.strike_callback(&CallbackSeen { word: LEAVE, room: &here });
    assert_eq!(struck, Some((2, CallbackFault::Drop)));
    assert!(!faults.aim_at_callbacks());
    assert_eq!(faults.all().len(), 2, "and is there to be looked at");
}

#[test]
fn of_several_the_oldest_strikes_and_the_others_have_their_strike_yet_to_come() {
    let faults = Faults::default();
    for schedule in [nth(2), nth(2), nth(5), Schedule::default()] {
        faults.add(on_requests(None, None, schedule)).unwrap();
    }
    let struck: Vec<_> = (0..6).map(|_| striker(&faults, "a/b", &[])).collect();
    assert_eq!(struck, [4, 1, 2, 4, 3, 4].map(Some));
    let counts: Vec<_> = faults.all().iter().map(|kept| (kept.matched, kept.struck)).collect();
    assert_eq!(counts, [(2, 1), (3, 1), (5, 1), (6, 3)], "a spent one matches nothing more");
}

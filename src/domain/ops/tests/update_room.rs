//! A room's facts.

use super::{Hall, NOW_MS, account, password, refusal};
use crate::domain::{
    Ceiling, Delta, Event, Facts, FactsWrite, Gate, GroupProfile, Refusal, RoomChange,
    SeatSettings, Silenced, TakeSeatMode, UpdateRoom,
};

fn update(change: RoomChange) -> UpdateRoom {
    UpdateRoom { by: account("carl"), change }
}

/// The facts that a change leaves behind, of a change that writes nothing else.
fn facts(hall: &Hall, change: RoomChange) -> Facts {
    let (delta, ()) = hall.decide(&update(change)).unwrap();
    let FactsWrite::Put(facts) = delta.facts.clone() else { panic!("facts, not {delta:?}") };
    let events = vec![Event::RoomUpdated { by: account("carl") }];
    assert_eq!(delta, Delta { facts: delta.facts.clone(), events, ..Delta::default() });
    *facts
}

fn hall_with_seats() -> Hall {
    let mut hall = Hall::new();
    hall.facts.seats = Some(SeatSettings { count: 4, mode: TakeSeatMode::Free });
    hall.facts.silenced = Silenced { audio: true, ..Silenced::default() };
    hall.facts.gate = Gate { enabled: true, password: Some(password("old")) };
    hall
}

/// One change of one field.
type Row = (fn(&mut RoomChange), fn(&mut Facts));

#[test]
fn what_is_named_changes_and_the_rest_stays() {
    let rows: &[Row] = &[
        (|_| (), |_| ()),
        (|c| c.name = Some("new".into()), |f| f.name = "new".into()),
        (|c| c.max_member_count = Some(1), |f| f.max_member_count = 1),
        (|c| c.video = Some(true), |f| f.silenced.video = true),
        (|c| c.audio = Some(false), |f| f.silenced.audio = false),
        (|c| c.messages = Some(true), |f| f.silenced.messages = true),
        (|c| c.screen_sharing = Some(true), |f| f.silenced.screen_sharing = true),
        (|c| c.cloud_recording = Some(true), |f| f.silenced.cloud_recording = true),
        (|c| c.custom_info = Some("".into()), |f| f.custom_info = "".into()),
        (
            |c| c.take_seat_mode = Some(TakeSeatMode::Apply),
            |f| f.seats = Some(SeatSettings { count: 4, mode: TakeSeatMode::Apply }),
        ),
        (|c| c.gate_enabled = Some(false), |f| f.gate.enabled = false),
        (|c| c.password = Some(Some(password("new"))), |f| f.gate.password = Some(password("new"))),
    ];
    for (nth, (ask, expect)) in rows.iter().enumerate() {
        let hall = hall_with_seats();
        let mut change = RoomChange::default();
        ask(&mut change);
        let mut expected = hall.facts.clone();
        expect(&mut expected);
        expected.profile = GroupProfile { changes: 1, changed_ms: NOW_MS, ..expected.profile };
        assert_eq!(facts(&hall, change), expected, "row {nth}");
    }
}

#[test]
fn a_room_is_given_as_many_members_as_the_package_allows() {
    let asking = |count| RoomChange { max_member_count: count, ..RoomChange::default() };
    assert_eq!(facts(&Hall::new(), asking(Some(1000))).max_member_count, 1000);
    assert_eq!(
        refusal(Hall::new().decide(&update(asking(Some(1001))))),
        Refusal::AboveCeiling { ceiling: Ceiling::Members, asked: 1001, at_most: 1000 }
    );
    let mut older = Hall::new();
    older.facts.max_member_count = 5000;
    assert_eq!(
        facts(&older, asking(None)).max_member_count,
        5000,
        "a ceiling that was lowered later does not keep the rest from being changed"
    );
}

#[test]
fn a_room_without_seats_has_no_seat_mode() {
    for mode in [TakeSeatMode::Free, TakeSeatMode::Apply] {
        let change = RoomChange { take_seat_mode: Some(mode), ..RoomChange::default() };
        assert_eq!(refusal(Hall::new().decide(&update(change))), Refusal::NoSeats);
    }
}

/// Every state of the gate and everything that can be said of it.
#[test]
fn a_gate_that_is_on_has_a_password() {
    const OPEN: (bool, Option<&str>) = (false, None);
    const OFF: (bool, Option<&str>) = (false, Some("old"));
    const ON: (bool, Option<&str>) = (true, Some("old"));
    const KEEP: Option<Option<&str>> = None;
    const FORGET: Option<Option<&str>> = Some(None);
    const NEW: Option<Option<&str>> = Some(Some("new"));
    for (before, enabled, said, after) in [
        (OPEN, None, KEEP, Some(OPEN)),
        (OPEN, None, FORGET, Some(OPEN)),
        (OPEN, None, NEW, Some((false, Some("new")))),
        (OPEN, Some(false), KEEP, Some(OPEN)),
        (OPEN, Some(false), FORGET, Some(OPEN)),
        (OPEN, Some(false), NEW, Some((false, Some("new")))),
        (OPEN, Some(true), KEEP, None),
        (OPEN, Some(true), FORGET, None),
        (OPEN, Some(true), NEW, Some((true, Some("new")))),
        (OFF, None, KEEP, Some(OFF)),
        (OFF, None, FORGET, Some(OPEN)),
        (OFF, None, NEW, Some((false, Some("new")))),
        (OFF, Some(false), KEEP, Some(OFF)),
        (OFF, Some(false), FORGET, Some(OPEN)),
        (OFF, Some(false), NEW, Some((false, Some("new")))),
        (OFF, Some(true), KEEP, Some(ON)),
        (OFF, Some(true), FORGET, None),
        (OFF, Some(true), NEW, Some((true, Some("new")))),
        (ON, None, KEEP, Some(ON)),
        (ON, None, FORGET, Some(OPEN)),
        (ON, None, NEW, Some((true, Some("new")))),
        (ON, Some(false), KEEP, Some(OFF)),
        (ON, Some(false), FORGET, Some(OPEN)),
        (ON, Some(false), NEW, Some((false, Some("new")))),
        (ON, Some(true), KEEP, Some(ON)),
        (ON, Some(true), FORGET, None),
        (ON, Some(true), NEW, Some((true, Some("new")))),
    ] {
        let gate =
            |(enabled, text): (bool, Option<&str>)| Gate { enabled, password: text.map(password) };
        let mut hall = Hall::new();
        hall.facts.gate = gate(before);
        let change = RoomChange {
            gate_enabled: enabled,
            password: said.map(|text| text.map(password)),
            ..RoomChange::default()
        };
        let label = format!("{before:?}, {enabled:?}, {said:?}");
        match after {
            Some(after) => assert_eq!(facts(&hall, change).gate, gate(after), "{label}"),
            None => {
                let refused = refusal(hall.decide(&update(change)));
                assert_eq!(refused, Refusal::NoPasswordToAskFor, "{label}");
            }
        }
    }
}

//! One session a person: another one takes the place of the one that is in.

use super::*;
use crate::domain::{
    Delta, Enter, Entry, Event, FactsWrite, LeaveReason, Login, MemberWrite, Platform,
};

/// Anna of the first session, on a seat, with a mark.
fn anna() -> Member {
    let marks = [1001].into();
    Member { session: "one".into(), marks, ..member("anna", Role::Admin, 5) }
}

fn hall() -> Hall {
    let mut hall = Hall::of([anna(), member("bert", Role::Member, 30)]);
    hall.tally.marks.add(1001).unwrap();
    hall.tally.passages = 7;
    hall.seats = seats(&[None, Some("anna")]);
    hall
}

fn enter(session: Option<&str>) -> Enter {
    Enter { session: session.map(Into::into), ..Enter::of(account("anna")) }
}

#[test]
fn another_session_takes_the_place_at_the_end_of_the_list() {
    let hall = hall();
    let login = Login { platform: Platform::Web, token_version: 4, again: false };
    let (delta, entrance) = hall.decide(&Enter { login, ..enter(Some("two")) }).unwrap();
    let again = Member {
        session: "two".into(),
        name: "".into(),
        custom_info: "".into(),
        marks: Box::default(),
        ..member("anna", Role::Member, NOW_MS)
    };
    assert_eq!(entrance.member, again, "the role, the mark and the name went with the other one");
    assert_eq!((entrance.entry, entrance.seat), (Entry::Entered, None));
    let freed = vec![(1, Seat::default())];
    let by = account("anna");
    let whole = Delta {
        facts: FactsWrite::Keep,
        tally: Some(Tally {
            members: 2,
            present: 2,
            newest_joined_ms: NOW_MS,
            passages: 9,
            ..Tally::default()
        }),
        members: vec![MemberWrite::Put(again.clone())],
        seats: Some(seats(&[None, None])),
        events: vec![
            Event::MembersLeft {
                people: hall.gone(&["anna"]),
                reason: LeaveReason::Replaced,
                by: by.clone(),
                words: "".into(),
            },
            Event::SeatsChanged { by, seats: freed },
            Event::MembersEntered {
                people: came(&[&again], 8),
                login: Login { again: true, ..login },
            },
        ],
        ..Delta::default()
    };
    assert_eq!(delta, whole);
}

#[test]
fn the_same_session_or_none_stays_as_it_is() {
    for session in [Some("one"), None] {
        let (delta, entrance) = hall().decide(&enter(session)).unwrap();
        assert_eq!((delta, entrance.entry), (Delta::default(), Entry::WasIn), "{session:?}");
        assert_eq!((entrance.member, entrance.seat), (anna(), Some(1)));
    }
}

#[test]
fn one_who_came_without_a_session_is_replaced_by_one_with() {
    let hall = Hall::of([member("anna", Role::Member, 5)]);
    let (delta, _) = hall.decide(&enter(Some("two"))).unwrap();
    assert_eq!(delta.events.len(), 2);
}

#[test]
fn a_room_that_is_full_or_open_keeps_the_one_who_comes_again() {
    for kind in [RoomKind::Conference, RoomKind::Open] {
        let mut hall = Hall::of([anna()]);
        hall.tally.marks.add(1001).unwrap();
        hall.facts.kind = kind;
        hall.facts.max_member_count = 1;
        let (delta, entrance) = hall.decide(&enter(Some("two"))).unwrap();
        assert_eq!((entrance.entry, delta.facts), (Entry::Entered, FactsWrite::Keep), "{kind:?}");
    }
}

#[test]
fn the_owner_who_comes_again_owns_the_room() {
    let hall = Hall::of([member("olga", Role::Owner, 5)]);
    let session = Some("two".into());
    let operation = Enter { session, ..Enter::of(account("olga")) };
    let (delta, entrance) = hall.decide(&operation).unwrap();
    assert_eq!((entrance.member.role, delta.facts), (Role::Owner, FactsWrite::Keep));
}

//! Ending a room that nobody came back to.

use super::*;
use crate::domain::{Delta, Enter, Event, FactsWrite, Leave, LeaveReason, Reclaim};

/// A room whose schedule ended at 320 s; one minute later it is empty.
fn emptied() -> Hall {
    let mut hall = Hall::of([member("bert", Role::Member, 30)]);
    hall.now_ms = 380_000;
    let leave = Leave { account: account("bert"), reason: LeaveReason::Left };
    let (delta, ()) = hall.decide(&leave).unwrap();
    hall.tally = delta.tally.unwrap();
    hall.members.clear();
    hall
}

#[test]
fn an_empty_room_ends_when_its_time_is_over_and_not_a_millisecond_before() {
    let mut hall = emptied();
    assert_eq!(hall.tally.due_ms, Some(381_000));
    hall.now_ms = 380_999;
    assert_eq!(hall.decide(&Reclaim), Ok((Delta::default(), false)));
    hall.now_ms = 381_000;
    let ended = Delta {
        facts: FactsWrite::Destroy,
        events: vec![Event::RoomReclaimed { last_went: None }],
        ..Delta::default()
    };
    assert_eq!(hall.decide(&Reclaim), Ok((ended, true)));
}

#[test]
fn it_stands_at_least_that_long_past_its_scheduled_end() {
    let mut hall = emptied();
    hall.facts.schedule = Some(Schedule { start_s: 20, end_s: 5_000 });
    hall.tally.due_ms = None;
    hall.tally.present = 1;
    hall.members.push(member("bert", Role::Member, 30));
    hall.tally.members = 1;
    let leave = Leave { account: account("bert"), reason: LeaveReason::Expired };
    let (delta, ()) = hall.decide(&leave).unwrap();
    assert_eq!(delta.tally.unwrap().due_ms, Some(5_001_000));
}

#[test]
fn whoever_comes_in_keeps_it_and_who_is_only_listed_does_not() {
    let mut hall = emptied();
    let enter = Enter::of(account("bert"));
    let (delta, _) = hall.decide(&enter).unwrap();
    hall.tally = delta.tally.unwrap();
    assert_eq!(hall.tally.due_ms, None);
    hall.now_ms = u64::MAX;
    assert_eq!(hall.decide(&Reclaim), Ok((Delta::default(), false)));
}

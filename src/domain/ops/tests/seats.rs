//! Taking, leaving, locking and changing seats.

use super::*;
use crate::domain::{
    Delta, Event, IfTaken, LeaveSeat, LockSeat, MoveToSeat, Refusal, SeatChange, TakeSeat,
};

fn take(name: &str, index: u32) -> TakeSeat {
    TakeSeat { by: account("carl"), account: account(name), index }
}

fn leave(name: &str) -> LeaveSeat {
    LeaveSeat { by: account("carl"), account: account(name) }
}

fn lock(index: u32, change: SeatChange) -> LockSeat {
    LockSeat { by: account("carl"), index, change }
}

fn go(name: &str, index: u32, if_taken: IfTaken) -> MoveToSeat {
    MoveToSeat { by: account("carl"), account: account(name), index, if_taken }
}

/// A room with these seats, and with anna, bert and dora in it.
fn hall(seats: Seats) -> Hall {
    let people = ["anna", "bert", "dora"].map(|name| member(name, Role::Member, 20));
    Hall { seats, ..Hall::of(people) }
}

fn locked() -> Seat {
    Seat { locked: true, ..Seat::default() }
}

/// What a change of seats writes and tells: these, of which the named ones are others than before.
fn changed(after: Seats, indexes: &[u32]) -> Delta {
    let seats = indexes.iter().map(|index| (*index, after.get(*index).unwrap().clone())).collect();
    let events = vec![Event::SeatsChanged { by: account("carl"), seats }];
    Delta { seats: Some(after), events, ..Delta::default() }
}

#[test]
fn a_member_takes_a_free_seat() {
    let (delta, ()) = hall(seats(&[None, None])).decide(&take("bert", 1)).unwrap();
    assert_eq!(delta, changed(seats(&[None, Some("bert")]), &[1]));
}

/// Each reason is in force together with all that stand behind it, so that the order is tested too.
#[test]
fn a_seat_is_refused_for_each_reason_in_the_order_of_the_codes() {
    let full = || seats(&[Some("anna"), Some("dora")]);
    let bert = || account("bert");
    let mut waiting = hall(seats(&[Some("anna"), Some("bert")]));
    waiting.members[1].awaits_seat = true;
    let rows = [
        (Hall::new(), "bert", 9, Refusal::NoSeats),
        (hall(full()), "zoe", 9, Refusal::NotAMember { account: account("zoe") }),
        (waiting, "bert", 9, Refusal::NoSuchSeat { index: 9, last: 1 }),
        (hall(full()), "bert", 2, Refusal::NoSuchSeat { index: 2, last: 1 }),
        (hall(full()), "anna", 1, Refusal::SeatedAlready { account: account("anna") }),
        (hall(full()), "bert", 1, Refusal::SeatsFull { count: 2 }),
        (hall(seats(&[Some("anna"), None])), "bert", 0, Refusal::SeatTaken { index: 0 }),
    ];
    for (hall, name, index, refused) in rows {
        assert_eq!(refusal(hall.decide(&take(name, index))), refused);
    }
    let lockable = [Seat::default(), locked()].into_iter().collect();
    let mut hall = hall(lockable);
    assert_eq!(refusal(hall.decide(&take("bert", 1))), Refusal::SeatLocked { index: 1 });
    hall.members[1].awaits_seat = true;
    assert_eq!(refusal(hall.decide(&take("bert", 1))), Refusal::AwaitsSeat { account: bert() });
    hall.seats.seat_mut(0).taken_by = Some(bert());
    assert_eq!(refusal(hall.decide(&take("bert", 1))), Refusal::SeatedAlready { account: bert() });
}

#[test]
fn who_is_taken_off_a_seat_stays_in_the_room() {
    let hall = hall(seats(&[Some("bert"), None]));
    let (delta, ()) = hall.decide(&leave("bert")).unwrap();
    assert_eq!(delta, changed(seats(&[None, None]), &[0]));
    for name in ["anna", "zoe"] {
        let refused = Refusal::NotSeated { account: account(name) };
        assert_eq!(refusal(hall.decide(&leave(name))), refused);
    }
    assert_eq!(refusal(Hall::new().decide(&leave("bert"))), Refusal::NoSeats);
}

#[test]
fn locking_puts_off_and_the_other_switches_do_not() {
    let hall = hall(seats(&[Some("bert")]));
    let bert = Seat { taken_by: Some(account("bert")), ..Seat::default() };
    let rows = [
        (SeatChange { locked: Some(true), ..SeatChange::default() }, Some(locked())),
        (
            SeatChange { video_off: Some(true), ..SeatChange::default() },
            Some(Seat { video_off: true, ..bert.clone() }),
        ),
        (
            SeatChange { audio_off: Some(true), locked: Some(false), video_off: None },
            Some(Seat { audio_off: true, ..bert }),
        ),
        (SeatChange { locked: Some(false), ..SeatChange::default() }, None),
        (SeatChange::default(), None),
    ];
    for (change, after) in rows {
        let (delta, ()) = hall.decide(&lock(0, change)).unwrap();
        let expected =
            after.map_or_else(Delta::default, |seat| changed([seat].into_iter().collect(), &[0]));
        assert_eq!(delta, expected, "{change:?}");
    }
    let nowhere = Refusal::NoSuchSeat { index: 1, last: 0 };
    assert_eq!(refusal(hall.decide(&lock(1, SeatChange::default()))), nowhere);
    assert_eq!(refusal(Hall::new().decide(&lock(0, SeatChange::default()))), Refusal::NoSeats);
}

#[test]
fn an_unlocked_seat_keeps_its_other_switches() {
    let shut = Seat { locked: true, video_off: true, audio_off: true, taken_by: None };
    let hall = hall([shut.clone()].into_iter().collect());
    let unlock = SeatChange { locked: Some(false), ..SeatChange::default() };
    let (delta, ()) = hall.decide(&lock(0, unlock)).unwrap();
    let after = Seat { locked: false, ..shut };
    assert_eq!(delta, changed([after].into_iter().collect(), &[0]));
}

#[test]
fn a_move_goes_by_what_is_to_be_done_with_whoever_sits_there() {
    use IfTaken::{GiveUp, PushOff, Swap};
    let hall = hall(seats(&[Some("anna"), Some("bert"), None]));
    let free = changed(seats(&[None, Some("bert"), Some("anna")]), &[0, 2]);
    for if_taken in [GiveUp, PushOff, Swap] {
        assert_eq!(hall.decide(&go("anna", 2, if_taken)), Ok((free.clone(), ())));
        assert_eq!(hall.decide(&go("anna", 0, if_taken)), Ok((Delta::default(), ())));
    }
    assert_eq!(refusal(hall.decide(&go("anna", 1, GiveUp))), Refusal::SeatTaken { index: 1 });
    let pushed = changed(seats(&[None, Some("anna"), None]), &[0, 1]);
    assert_eq!(hall.decide(&go("anna", 1, PushOff)), Ok((pushed, ())));
    let swapped = changed(seats(&[Some("bert"), Some("anna"), None]), &[0, 1]);
    assert_eq!(hall.decide(&go("anna", 1, Swap)), Ok((swapped, ())));
}

#[test]
fn a_move_is_refused_for_each_reason_in_order() {
    let mut hall = hall(seats(&[Some("anna"), None]));
    *hall.seats.seat_mut(1) = locked();
    for if_taken in [IfTaken::GiveUp, IfTaken::PushOff, IfTaken::Swap] {
        let rows = [
            ("bert", 9, Refusal::NotSeated { account: account("bert") }),
            ("zoe", 9, Refusal::NotSeated { account: account("zoe") }),
            ("anna", 2, Refusal::NoSuchSeat { index: 2, last: 1 }),
            ("anna", 1, Refusal::SeatLocked { index: 1 }),
        ];
        for (name, index, refused) in rows {
            assert_eq!(refusal(hall.decide(&go(name, index, if_taken))), refused);
        }
        let nowhere = Hall::new().decide(&go("anna", 0, if_taken));
        assert_eq!(refusal(nowhere), Refusal::NoSeats);
    }
}

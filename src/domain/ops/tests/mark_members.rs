//! Putting marks on members, and taking them off.

use super::*;
use crate::domain::{Delta, MarkMembers, MemberWrite, Refusal};

fn mark(set: bool, entries: &[(&str, &[u32])]) -> MarkMembers {
    MarkMembers::new(set, entries.iter().map(|(name, marks)| (account(name), marks.to_vec())))
}

/// The hall after a change that must be done.
fn done(mut hall: Hall, operation: &MarkMembers) -> Hall {
    let (delta, ()) = hall.decide(operation).unwrap();
    hall.tally = delta.tally.unwrap_or(hall.tally);
    for write in delta.members {
        let MemberWrite::Put(marked) = write else { panic!("{write:?}") };
        let at = hall.members.iter().position(|member| member.account == marked.account);
        hall.members[at.unwrap()] = marked;
    }
    hall
}

fn hall() -> Hall {
    Hall::of([member("anna", Role::Admin, 20), member("bert", Role::Member, 30)])
}

fn held(hall: &Hall) -> (Vec<&[u32]>, Vec<(u32, u32)>) {
    (hall.members.iter().map(|member| &*member.marks).collect(), hall.tally.marks.iter().collect())
}

#[test]
fn marks_are_united_ascending_and_counted() {
    let hall = done(hall(), &mark(true, &[("anna", &[1002, 1000]), ("bert", &[1000])]));
    let hall = done(hall, &mark(true, &[("anna", &[1001, 1000, 1001]), ("anna", &[1003])]));
    let marks: (Vec<&[u32]>, _) = (
        vec![&[1000, 1001, 1002, 1003], &[1000]],
        vec![(1000, 2), (1001, 1), (1002, 1), (1003, 1)],
    );
    assert_eq!(held(&hall), marks);
    let hall = done(hall, &mark(false, &[("anna", &[1000, 1003, 2000]), ("bert", &[1000])]));
    let marks: (Vec<&[u32]>, _) = (vec![&[1001, 1002], &[]], vec![(1001, 1), (1002, 1)]);
    assert_eq!(held(&hall), marks);
}

#[test]
fn nothing_to_do_writes_nothing() {
    let hall = done(hall(), &mark(true, &[("anna", &[1000])]));
    for nothing in [
        mark(true, &[("anna", &[1000]), ("bert", &[])]),
        mark(false, &[("bert", &[1000])]),
        mark(true, &[]),
    ] {
        assert_eq!(hall.decide(&nothing), Ok((Delta::default(), ())));
    }
}

#[test]
fn a_room_has_ten_different_marks_and_not_eleven() {
    let ten: Vec<u32> = (1000..1010).collect();
    let hall = done(hall(), &mark(true, &[("anna", &ten)]));
    let too_many = Refusal::TooManyMarks { at_most: 10 };
    assert_eq!(refusal(hall.decide(&mark(true, &[("bert", &[1010])]))), too_many);
    let hall = done(hall, &mark(true, &[("bert", &ten)]));
    let hall = done(hall, &mark(false, &[("anna", &[1004]), ("bert", &[1004])]));
    let hall = done(hall, &mark(true, &[("bert", &[1010])]));
    assert_eq!(hall.tally.marks.iter().count(), 10, "a mark goes with its last holder");
}

#[test]
fn who_goes_takes_the_marks_along() {
    let hall = done(hall(), &mark(true, &[("anna", &[1000]), ("bert", &[1000, 1001])]));
    let leave =
        crate::domain::Leave { account: account("bert"), reason: crate::domain::LeaveReason::Left };
    let (delta, ()) = hall.decide(&leave).unwrap();
    assert_eq!(delta.tally.unwrap().marks.iter().collect::<Vec<_>>(), [(1000, 1)]);
}

#[test]
fn one_who_is_not_in_keeps_all_the_others_unmarked() {
    let not_in = Refusal::NotAMember { account: account("dora") };
    assert_eq!(refusal(hall().decide(&mark(true, &[("anna", &[1000]), ("dora", &[])]))), not_in);
}

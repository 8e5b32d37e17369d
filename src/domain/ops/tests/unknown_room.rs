//! Where no room is, nothing but creating one is done.

use super::{account, accounts, decide_nowhere, refusal, rules};
use crate::domain::{
    AddRobot, AskForSeat, BanMembers, ChangeOwner, DeleteRobot, DestroyRoom, Enter, EnterMany,
    IfTaken, Kick, Leave, LeaveReason, LeaveSeat, LockSeat, MarkMembers, MemberChange, MoveToSeat,
    Need, Operation, Reclaim, Refusal, RoomChange, SeatChange, TakeSeat, UnbanMembers,
    UpdateMember, UpdateRoom, WithdrawFromQueue,
};

fn refused_and_names<O: Operation<Output: std::fmt::Debug>>(operation: &O, needs: &[&str]) {
    let Need { create, accounts: needed, .. } = operation.need();
    assert!(!create);
    assert_eq!(needed, accounts(needs));
    assert_eq!(refusal(decide_nowhere(operation, &rules())), Refusal::NoSuchRoom);
}

#[test]
fn every_operation_on_a_room_needs_one_and_names_whom_it_must_see() {
    let anna = account("anna");
    refused_and_names(&DestroyRoom { by: anna.clone(), quietly: false }, &[]);
    refused_and_names(&UpdateRoom { by: anna.clone(), change: RoomChange::default() }, &[]);
    let change = MemberChange::default();
    refused_and_names(&UpdateMember { account: anna.clone(), change }, &["anna"]);
    refused_and_names(&Enter::of(anna.clone()), &["anna"]);
    refused_and_names(&EnterMany { accounts: accounts(&["b", "a"]), opens: false }, &["b", "a"]);
    refused_and_names(&Leave { account: anna.clone(), reason: LeaveReason::Left }, &["anna"]);
    let by = || account("carl");
    let kick =
        Kick { by: by(), accounts: accounts(&["b", "a"]), words: "".into(), passes_over: false };
    refused_and_names(&kick, &["b", "a"]);
    let ban = BanMembers {
        by: by(),
        accounts: accounts(&["b", "a"]),
        words: "".into(),
        for_ms: 1,
        members_only: false,
    };
    refused_and_names(&ban, &["b", "a"]);
    refused_and_names(&UnbanMembers { accounts: accounts(&["b"]) }, &["b"]);
    let change = ChangeOwner { by: by(), from: Some(account("b")), to: anna.clone() };
    refused_and_names(&change, &["anna"]);
    refused_and_names(&MarkMembers::new(true, [(anna.clone(), vec![1000])]), &["anna"]);
    refused_and_names(&AddRobot { account: anna.clone() }, &["anna"]);
    refused_and_names(&DeleteRobot { by: by(), account: anna.clone() }, &["anna"]);
    refused_and_names(&TakeSeat { by: by(), account: anna.clone(), index: 0 }, &["anna"]);
    refused_and_names(&LeaveSeat { by: by(), account: anna.clone() }, &[]);
    let change = SeatChange::default();
    refused_and_names(&LockSeat { by: by(), index: 0, change }, &[]);
    let if_taken = IfTaken::Swap;
    refused_and_names(&MoveToSeat { by: by(), account: anna.clone(), index: 0, if_taken }, &[]);
    refused_and_names(&AskForSeat { account: anna.clone() }, &["anna"]);
    refused_and_names(&WithdrawFromQueue { account: anna }, &["anna"]);
    refused_and_names(&Reclaim, &[]);
}

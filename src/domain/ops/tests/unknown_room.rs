//! Where no room is, nothing but creating one is done.

use super::{account, accounts, decide_nowhere, refusal, rules};
use crate::domain::{
    DestroyRoom, Enter, EnterMany, Leave, LeaveReason, MemberChange, Need, Operation, Refusal,
    RoomChange, UpdateMember, UpdateRoom,
};

fn refused_and_names<O: Operation<Output: std::fmt::Debug>>(operation: &O, needs: &[&str]) {
    let Need { create, accounts: needed } = operation.need();
    assert!(!create);
    assert_eq!(needed, accounts(needs));
    assert_eq!(refusal(decide_nowhere(operation, &rules())), Refusal::NoSuchRoom);
}

#[test]
fn every_operation_on_a_room_needs_one_and_names_whom_it_must_see() {
    let anna = account("anna");
    refused_and_names(&DestroyRoom { by: anna.clone() }, &[]);
    refused_and_names(&UpdateRoom { by: anna.clone(), change: RoomChange::default() }, &[]);
    let change = MemberChange::default();
    refused_and_names(&UpdateMember { account: anna.clone(), change }, &["anna"]);
    refused_and_names(&Enter { account: anna.clone(), name: None, password: None }, &["anna"]);
    refused_and_names(&EnterMany { accounts: accounts(&["b", "a"]) }, &["b", "a"]);
    refused_and_names(&Leave { account: anna, reason: LeaveReason::Left }, &["anna"]);
}

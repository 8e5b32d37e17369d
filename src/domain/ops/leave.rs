//! Going away.

use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// One person goes, by will or because the heartbeat was lost, and the seat is free. Ownership
/// stays with who has it.
///
/// Refused: an unknown room, somebody who is not in it. An owner who is only listed has not come
/// in and cannot leave.
#[derive(Debug, Clone)]
pub struct Leave {
    /// Who.
    pub account: Account,
    /// Why.
    pub reason: LeaveReason,
}

impl Operation for Leave {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: std::slice::from_ref(&self.account), seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let Some(member) = seen.member().filter(|member| member.entered) else {
            return Err(Refusal::NotAMember { account: self.account.clone() });
        };
        let tally = room.tally.without(&member);
        let mut delta = Delta {
            tally: Some(tally.with_due(room.facts, env)),
            members: vec![MemberWrite::Remove(self.account.clone())],
            events: vec![Event::MembersLeft {
                accounts: vec![self.account.clone()],
                reason: self.reason,
                by: self.account.clone(),
                words: "".into(),
            }],
            ..Delta::default()
        };
        delta.vacate(seen.seats(), std::slice::from_ref(&self.account), &self.account);
        Ok((delta, ()))
    }
}

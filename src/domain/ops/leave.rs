//! Going away.

use super::leaving::{Leaving, Why};
use crate::domain::event::LeaveReason;
use crate::domain::ids::Account;
use crate::domain::member::MemberView;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::Facts;

/// One person goes, by will or because the heartbeat was lost, and the seat is free. The ownership
/// of a room stays with who has it; a group whose owner goes has none.
///
/// Refused: an unknown room, somebody who is not in it, the owner of a group that must have one. An
/// owner who is only listed has not come in and cannot leave.
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
        let accounts = std::slice::from_ref(&self.account);
        Need { accounts, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let Some(member) = seen.member().filter(|member| member.entered) else {
            return Err(Refusal::NotAMember { account: self.account.clone() });
        };
        let kind = room.facts.kind;
        let owns_group = kind.is_group() && room.facts.is_owner(&self.account);
        if owns_group && !kind.group_type().may_lose_owner() {
            return Err(Refusal::OwnerStays { account: self.account.clone() });
        }
        Ok((gone(&self.account, &member, self.reason, seen, env)?, ()))
    }
}

/// An account that exists no longer goes from a room, whatever it was there. One who is not in it
/// changes nothing.
///
/// Refused: an unknown room.
#[derive(Debug, Clone)]
pub struct Vanish {
    /// Who.
    pub account: Account,
}

impl Operation for Vanish {
    type Output = ();

    fn need(&self) -> Need<'_> {
        let accounts = std::slice::from_ref(&self.account);
        Need { accounts, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        seen.room()?;
        match seen.member() {
            Some(member) => Ok((gone(&self.account, &member, LeaveReason::Left, seen, env)?, ())),
            None => Ok((Delta::default(), ())),
        }
    }
}

/// What a room is without somebody who goes.
fn gone(
    account: &Account,
    member: &MemberView<'_>,
    reason: LeaveReason,
    seen: &Slice<'_>,
    env: &Env<'_>,
) -> Result<Delta, Refusal> {
    let room = seen.room()?;
    let mut delta = Delta::default();
    if room.facts.kind.is_group() && room.facts.is_owner(account) {
        delta.facts = FactsWrite::Put(Box::new(Facts { owner: None, ..room.facts.clone() }));
    }
    let mut leaving = Leaving::from(*room.tally);
    leaving.take(account, member);
    let tally = leaving.tally.with_notice(room.facts);
    leaving.write(&mut delta, seen, &Why { reason, by: account, words: "" });
    delta.conclude(seen, room.facts, tally, reason, env);
    Ok(delta)
}

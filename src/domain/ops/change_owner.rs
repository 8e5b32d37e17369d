//! Passing the ownership on.

use crate::domain::ids::Account;
use crate::domain::member::Role;
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::refusal::Refusal;
use crate::domain::room::Facts;

/// Passes the ownership of a room on, or gives a group that has no owner one. The old owner becomes
/// an ordinary member; one who was only listed as the owner, and never came in, is no longer listed,
/// nor on a seat. Passing it on to oneself changes nothing. Only a seat that is freed is told of.
///
/// Refused: an unknown room, somebody who does not own it, a new owner who is not in it.
#[derive(Debug, Clone)]
pub struct ChangeOwner {
    /// Who asks.
    pub by: Account,
    /// Who is said to own it, if anybody is.
    pub from: Option<Account>,
    /// Who is to own it.
    pub to: Account,
}

impl Operation for ChangeOwner {
    type Output = ();

    fn need(&self) -> Need<'_> {
        let accounts = std::slice::from_ref(&self.to);
        Need { accounts, owner: true, seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        if let Some(from) = self.from.as_ref().filter(|from| !room.facts.is_owner(from)) {
            return Err(Refusal::NotTheOwner { account: from.clone() });
        }
        let Some(new) = seen.member() else {
            return Err(Refusal::NotAMember { account: self.to.clone() });
        };
        if room.facts.is_owner(&self.to) {
            return Ok((Delta::default(), ()));
        }
        let mut tally = *room.tally;
        let mut new = new.to_member(&self.to);
        tally.admins -= u32::from(new.role == Role::Admin);
        new.role = Role::Owner;
        let mut members = vec![MemberWrite::Put(new)];
        let mut gone = None;
        if let (Some(old), Some(from)) = (seen.owner, &room.facts.owner) {
            if old.entered {
                let mut old = old.to_member(from);
                old.role = Role::Member;
                members.push(MemberWrite::Put(old));
            } else {
                tally = tally.without(&old);
                members.push(MemberWrite::Remove(from.clone()));
                gone = Some(from);
            }
        }
        let facts = Facts {
            owner: Some(self.to.clone()),
            profile: room.facts.profile.clone().touched(env.now_ms),
            ..room.facts.clone()
        };
        let mut delta = Delta {
            facts: FactsWrite::Put(Box::new(facts)),
            tally: Some(tally.with_due(room.facts, env)),
            members,
            ..Delta::default()
        };
        if let Some(gone) = gone {
            delta.vacate(seen.seats(), std::slice::from_ref(gone), &self.by);
        }
        Ok((delta, ()))
    }
}

//! Passing the ownership on.

use crate::domain::ids::Account;
use crate::domain::member::Role;
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::refusal::Refusal;
use crate::domain::room::Facts;

/// Passes the ownership of a room on. The old owner becomes an ordinary member; one who was only
/// listed as the owner, and never came in, is no longer listed, nor on a seat. Passing it on to
/// oneself changes nothing. Only a seat that is freed is told of.
///
/// Refused: an unknown room, somebody who does not own it, a new owner who is not in it.
#[derive(Debug, Clone)]
pub struct ChangeOwner {
    /// Who asks.
    by: Account,
    /// The present owner and the one to come.
    accounts: [Account; 2],
}

impl ChangeOwner {
    /// Passes the ownership on from one to the other, because somebody asks for it.
    #[must_use]
    pub fn new(by: Account, from: Account, to: Account) -> Self {
        Self { by, accounts: [from, to] }
    }
}

impl Operation for ChangeOwner {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let [from, to] = &self.accounts;
        if !room.facts.is_owner(from) {
            return Err(Refusal::NotTheOwner { account: from.clone() });
        }
        let [old, Some(new)] = seen.members else {
            return Err(Refusal::NotAMember { account: to.clone() });
        };
        if from == to {
            return Ok((Delta::default(), ()));
        }
        let mut tally = *room.tally;
        let mut new = new.to_member(to);
        tally.admins -= u32::from(new.role == Role::Admin);
        new.role = Role::Owner;
        let mut members = vec![MemberWrite::Put(new)];
        let mut gone = false;
        match old {
            Some(old) if old.entered => {
                let mut old = old.to_member(from);
                old.role = Role::Member;
                members.push(MemberWrite::Put(old));
            }
            Some(old) => {
                tally = tally.without(old);
                members.push(MemberWrite::Remove(from.clone()));
                gone = true;
            }
            None => {}
        }
        let facts = Facts { owner: Some(to.clone()), ..room.facts.clone() };
        let mut delta = Delta {
            facts: FactsWrite::Put(Box::new(facts)),
            tally: Some(tally.with_due(room.facts, env)),
            members,
            ..Delta::default()
        };
        if gone {
            delta.vacate(seen.seats(), std::slice::from_ref(from), &self.by);
        }
        Ok((delta, ()))
    }
}

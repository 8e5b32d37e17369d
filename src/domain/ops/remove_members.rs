//! Taking people out of a room or group, there or not.

use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::refusal::Refusal;
use crate::domain::room::Facts;

/// Sends away those of some people who are in, and frees their seats. Whoever is not in stays as he
/// is. The owner goes only where the group can be without one.
///
/// Refused: an unknown room, an owner who has to stay; then nobody is sent away.
#[derive(Debug, Clone)]
pub struct RemoveMembers {
    /// Who asks.
    pub by: Account,
    /// Who goes, each once.
    pub accounts: Vec<Account>,
    /// What is said about it.
    pub words: Box<str>,
    /// The group is not told.
    pub silent: bool,
}

impl Operation for RemoveMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut tally = *room.tally;
        let mut delta = Delta::default();
        let mut gone = Vec::new();
        for (account, member) in self.accounts.iter().zip(seen.members) {
            let Some(member) = member else { continue };
            if room.facts.is_owner(account) {
                if !room.facts.kind.group_type().may_lose_owner() {
                    return Err(Refusal::OwnerStays { account: account.clone() });
                }
                let facts = Facts { owner: None, ..room.facts.clone() };
                delta.facts = FactsWrite::Put(Box::new(facts));
            }
            tally = tally.without(member);
            delta.members.push(MemberWrite::Remove(account.clone()));
            gone.push(account.clone());
        }
        if gone.is_empty() {
            return Ok((Delta::default(), ()));
        }
        if !self.silent {
            tally = tally.with_notice(room.facts);
        }
        delta.tally = Some(tally.with_due(room.facts, env));
        delta.events.push(Event::MembersLeft {
            accounts: gone.clone(),
            reason: LeaveReason::Kicked,
            by: self.by.clone(),
            words: self.words.clone(),
        });
        delta.vacate(seen.seats(), &gone, &self.by);
        Ok((delta, ()))
    }
}

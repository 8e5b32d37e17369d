//! Sending people away.

use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// Sends people away and frees their seats; they may come back. The owner may be among them, and
/// stays the owner.
///
/// Refused: an unknown room, somebody who is not in it; then nobody is sent away.
#[derive(Debug, Clone)]
pub struct Kick {
    /// Who asks.
    pub by: Account,
    /// Who goes, each once.
    pub accounts: Vec<Account>,
    /// What is said about it.
    pub words: Box<str>,
}

impl Operation for Kick {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut tally = *room.tally;
        let mut members = Vec::with_capacity(self.accounts.len());
        for (account, member) in self.accounts.iter().zip(seen.members) {
            let Some(member) = member else {
                return Err(Refusal::NotAMember { account: account.clone() });
            };
            tally = tally.without(member);
            members.push(MemberWrite::Remove(account.clone()));
        }
        let events = vec![Event::MembersLeft {
            accounts: self.accounts.clone(),
            reason: LeaveReason::Kicked,
            by: self.by.clone(),
            words: self.words.clone(),
        }];
        let tally = Some(tally.with_notice(room.facts).with_due(room.facts, env));
        let mut delta = Delta { tally, members, events, ..Delta::default() };
        delta.vacate(seen.seats(), &self.accounts, &self.by);
        Ok((delta, ()))
    }
}

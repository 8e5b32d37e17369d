//! Taking people out of a room or group, there or not.

use super::leaving::{Leaving, Why};
use crate::domain::event::LeaveReason;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};
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
        Need { accounts: &self.accounts, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut leaving = Leaving::from(*room.tally);
        let mut delta = Delta::default();
        for (account, member) in self.accounts.iter().zip(seen.members) {
            let Some(member) = member else { continue };
            if room.facts.is_owner(account) {
                if !room.facts.kind.group_type().may_lose_owner() {
                    return Err(Refusal::OwnerStays { account: account.clone() });
                }
                let facts = Facts { owner: None, ..room.facts.clone() };
                delta.facts = FactsWrite::Put(Box::new(facts));
            }
            leaving.take(account, member);
        }
        if leaving.is_empty() {
            return Ok((Delta::default(), ()));
        }
        let mut tally = leaving.tally;
        if !self.silent {
            tally = tally.with_notice(room.facts);
        }
        let reason = LeaveReason::Kicked;
        leaving.write(&mut delta, seen, &Why { reason, by: &self.by, words: &self.words });
        delta.conclude(seen, room.facts, tally, reason, env);
        Ok((delta, ()))
    }
}

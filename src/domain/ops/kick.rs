//! Sending people away.

use super::leaving::{Leaving, Why};
use crate::domain::event::LeaveReason;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::Facts;

/// Sends people away and frees their seats; they may come back. The owner may be among them, and
/// stays the owner; a group has none then.
///
/// Refused: an unknown room, somebody who is not in it (unless that is passed over); then nobody is
/// sent away.
#[derive(Debug, Clone)]
pub struct Kick {
    /// Who asks.
    pub by: Account,
    /// Who goes, each once.
    pub accounts: Vec<Account>,
    /// What is said about it.
    pub words: Box<str>,
    /// Who is not in it is passed over.
    pub passes_over: bool,
}

impl Operation for Kick {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut leaving = Leaving::from(*room.tally);
        for (account, member) in self.accounts.iter().zip(seen.members) {
            let Some(member) = member else {
                if self.passes_over {
                    continue;
                }
                return Err(Refusal::NotAMember { account: account.clone() });
            };
            leaving.take(account, member);
        }
        if leaving.is_empty() {
            return Ok((Delta::default(), ()));
        }
        let mut delta = Delta::default();
        // The owner of a group is a member of it, or nobody is.
        let kind = room.facts.kind;
        if kind.is_group() && self.accounts.iter().any(|account| room.facts.is_owner(account)) {
            delta.facts = FactsWrite::Put(Box::new(Facts { owner: None, ..room.facts.clone() }));
        }
        let tally = leaving.tally.with_notice(room.facts);
        let reason = LeaveReason::Kicked;
        leaving.write(&mut delta, seen, &Why { reason, by: &self.by, words: &self.words });
        delta.conclude(seen, room.facts, tally, reason, env);
        Ok((delta, ()))
    }
}

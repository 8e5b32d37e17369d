//! Banning people, and lifting bans.

use super::leaving::{Leaving, Why};
use super::sanctioning::{SWEPT_PER_SANCTION, impose, lift, sweep};
use crate::domain::event::LeaveReason;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// Keeps people out for a time, and sends away those of them who are in. A ban in force is
/// overwritten and keeps its place in the order of banning. Bans that are over go on the way, up to
/// two for each that comes, so that they do not gather.
///
/// Refused: an unknown room, its owner, and, if only members may be banned, somebody who is not in
/// it; then nobody is banned.
#[derive(Debug, Clone)]
pub struct BanMembers {
    /// Who asks.
    pub by: Account,
    /// Who is banned, each once.
    pub accounts: Vec<Account>,
    /// What is said about it.
    pub words: Box<str>,
    /// How long, in milliseconds.
    pub for_ms: u64,
    /// Somebody who is not in the room cannot be banned.
    pub members_only: bool,
}

impl Operation for BanMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need {
            accounts: &self.accounts,
            bans: true,
            ending_bans: self.accounts.len() * SWEPT_PER_SANCTION,
            seats: true,
            streams: true,
            ..Need::default()
        }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut leaving = Leaving::from(*room.tally);
        for (account, member) in self.accounts.iter().zip(seen.members) {
            if room.facts.is_owner(account) {
                return Err(Refusal::OwnerNotBannable { account: account.clone() });
            }
            if let Some(member) = member {
                leaving.take(account, member);
            } else if self.members_only {
                return Err(Refusal::NotAMember { account: account.clone() });
            }
        }
        let mut delta = Delta::default();
        let mut tally = leaving.tally;
        let until_ms = env.now_ms.saturating_add(self.for_ms);
        let newest = &mut tally.newest_ban;
        delta.bans = impose(&self.accounts, seen.bans, until_ms, env.now_ms, newest);
        delta.bans.extend(sweep(seen.ending_bans, &self.accounts, env.now_ms));
        if leaving.is_empty() {
            delta.tally = Some(tally.with_due(room.facts, env));
            return Ok((delta, ()));
        }
        let reason = LeaveReason::Kicked;
        leaving.write(&mut delta, seen, &Why { reason, by: &self.by, words: &self.words });
        delta.conclude(seen, room.facts, tally.with_notice(room.facts), reason, env);
        Ok((delta, ()))
    }
}

/// Lifts bans. Whoever is not banned stays as he is.
///
/// Refused: an unknown room.
#[derive(Debug, Clone)]
pub struct UnbanMembers {
    /// Whose bans end, each once.
    pub accounts: Vec<Account>,
}

impl Operation for UnbanMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        seen.room()?;
        let bans = lift(&self.accounts, seen.bans);
        Ok((Delta { bans, ..Delta::default() }, ()))
    }
}

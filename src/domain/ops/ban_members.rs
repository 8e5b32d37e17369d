//! Banning people, and lifting bans.

use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::sanction::{Sanction, SanctionWrite};

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

/// How many bans that are over go with one that comes.
const SWEPT_PER_BAN: usize = 2;

impl Operation for BanMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need {
            accounts: &self.accounts,
            bans: true,
            ending_bans: self.accounts.len() * SWEPT_PER_BAN,
            seats: true,
            ..Need::default()
        }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let mut tally = *room.tally;
        let mut delta = Delta::default();
        let mut gone = Vec::new();
        let until_ms = env.now_ms.saturating_add(self.for_ms);
        for ((account, member), ban) in self.accounts.iter().zip(seen.members).zip(seen.bans) {
            if room.facts.is_owner(account) {
                return Err(Refusal::OwnerNotBannable { account: account.clone() });
            }
            if let Some(member) = member {
                tally = tally.without(member);
                delta.members.push(MemberWrite::Remove(account.clone()));
                gone.push(account.clone());
            } else if self.members_only {
                return Err(Refusal::NotAMember { account: account.clone() });
            }
            let kept = ban.filter(|ban| ban.in_force(env.now_ms)).map(|ban| ban.nth);
            let nth = kept.unwrap_or_else(|| {
                tally.newest_ban += 1;
                tally.newest_ban
            });
            delta.bans.push(SanctionWrite::Put(Sanction {
                account: account.clone(),
                until_ms,
                nth,
            }));
        }
        delta.bans.extend(self.sweep(seen, env.now_ms));
        delta.tally = Some(tally.with_due(room.facts, env));
        if !gone.is_empty() {
            delta.events.push(Event::MembersLeft {
                accounts: gone.clone(),
                reason: LeaveReason::Kicked,
                by: self.by.clone(),
                words: self.words.clone(),
            });
            delta.vacate(seen.seats(), &gone, &self.by);
        }
        Ok((delta, ()))
    }
}

impl BanMembers {
    /// Removes the bans that are over, but for those that are written anew.
    fn sweep(&self, seen: &Slice<'_>, now_ms: u64) -> impl Iterator<Item = SanctionWrite> {
        let over = seen.ending_bans.iter().filter(move |ban| !ban.in_force(now_ms));
        let account = |ban: &str| Account::parse(ban).expect("kept accounts are right");
        let over = over.map(move |ban| account(ban.account));
        over.filter(|account| !self.accounts.contains(account)).map(SanctionWrite::Remove)
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
        let banned = self.accounts.iter().zip(seen.bans).filter(|(_, ban)| ban.is_some());
        let bans = banned.map(|(account, _)| SanctionWrite::Remove(account.clone())).collect();
        Ok((Delta { bans, ..Delta::default() }, ()))
    }
}

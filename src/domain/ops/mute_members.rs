//! Muting people, and letting them speak again.

use super::sanctioning::{SWEPT_PER_SANCTION, impose, lift, sweep};
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;

/// Mutes people for a time, members or not, or lifts their mutes. A mute outlives membership. One in
/// force is overwritten and keeps its place in the order of muting; those that are over go on the
/// way. Tells nobody.
///
/// Refused: an unknown room, a group whose members cannot be muted, its owner; then nobody is muted.
#[derive(Debug, Clone)]
pub struct MuteMembers {
    /// Who, each once.
    pub accounts: Vec<Account>,
    /// How long, in milliseconds; `u64::MAX` is for ever, 0 lifts what there is.
    pub for_ms: u64,
}

impl Operation for MuteMembers {
    type Output = ();

    fn need(&self) -> Need<'_> {
        let ending_mutes = self.accounts.len() * SWEPT_PER_SANCTION;
        Need { accounts: &self.accounts, mutes: true, ending_mutes, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let group_type = room.facts.kind.group_type();
        if !group_type.mutes_members() {
            return Err(Refusal::GroupTypeForbids { group_type });
        }
        if let Some(owner) = self.accounts.iter().find(|account| room.facts.is_owner(account)) {
            return Err(Refusal::OwnerNotMutable { account: owner.clone() });
        }
        let mut delta = Delta::default();
        if self.for_ms == 0 {
            delta.mutes = lift(&self.accounts, seen.mutes);
        } else {
            let mut tally = *room.tally;
            let until_ms = env.now_ms.saturating_add(self.for_ms);
            let newest = &mut tally.newest_mute;
            delta.mutes = impose(&self.accounts, seen.mutes, until_ms, env.now_ms, newest);
            delta.mutes.extend(sweep(seen.ending_mutes, &self.accounts, env.now_ms));
            delta.tally = Some(tally);
        }
        Ok((delta, ()))
    }
}

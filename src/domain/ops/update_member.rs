//! Changing what is said of one member.

use std::sync::Arc;

use super::mute_members::MuteMembers;
use super::sanctioning::SWEPT_PER_SANCTION;
use crate::domain::ids::Account;
use crate::domain::member::{MsgFlag, Role};
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::Tally;

/// What is to be different; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct MemberChange {
    /// The display name; empty clears it.
    pub name: Option<Box<str>>,
    /// Whether the member is an administrator. Ownership moves by another operation.
    pub admin: Option<bool>,
    /// The app's own text; empty clears it.
    pub custom_info: Option<Box<str>>,
    /// The app's own fields that are set anew; an empty value takes one away.
    pub fields: Vec<(Arc<str>, Box<str>)>,
    /// Which messages are to reach the member.
    pub msg_flag: Option<MsgFlag>,
    /// How long the member is muted, in milliseconds; `u64::MAX` is for ever, 0 lifts what there is.
    pub mute_for_ms: Option<u64>,
}

/// Changes what is said of a member: whole or not at all. Tells nobody.
///
/// Refused: an unknown room, somebody who is not in it, a role for the owner, an administrator where
/// there are none, one too many, a mute where nobody is muted, or for the owner.
#[derive(Debug, Clone)]
pub struct UpdateMember {
    /// Who is changed.
    pub account: Account,
    /// What is to be different.
    pub change: MemberChange,
}

impl Operation for UpdateMember {
    type Output = ();

    fn need(&self) -> Need<'_> {
        let mutes = self.change.mute_for_ms.is_some();
        Need {
            accounts: std::slice::from_ref(&self.account),
            mutes,
            ending_mutes: if mutes { SWEPT_PER_SANCTION } else { 0 },
            ..Need::default()
        }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let Some(present) = seen.member() else {
            return Err(Refusal::NotAMember { account: self.account.clone() });
        };
        let mut member = present.to_member(&self.account);
        let mut delta = Delta::default();
        if let Some(admin) = self.change.admin {
            if member.role == Role::Owner {
                return Err(Refusal::OwnerKeepsRole { account: self.account.clone() });
            }
            let group_type = room.facts.kind.group_type();
            if admin && !group_type.has_admins() {
                return Err(Refusal::GroupTypeForbids { group_type });
            }
            delta.tally = recount(room.tally, member.role, admin, env.rules.max_admin_count)?;
            member.role = if admin { Role::Admin } else { Role::Member };
        }
        if let Some(name) = &self.change.name {
            member.name.clone_from(name);
        }
        if let Some(custom_info) = &self.change.custom_info {
            member.custom_info.clone_from(custom_info);
        }
        if let Some(msg_flag) = self.change.msg_flag {
            member.msg_flag = msg_flag;
        }
        if !self.change.fields.is_empty() {
            member.fields = member.fields.with(&self.change.fields);
        }
        if let Some(for_ms) = self.change.mute_for_ms {
            let mute = MuteMembers { accounts: vec![self.account.clone()], for_ms };
            let (muted, ()) = mute.decide(seen, env)?;
            delta.mutes = muted.mutes;
            if let Some(Tally { newest_mute, .. }) = muted.tally {
                delta.tally = Some(Tally { newest_mute, ..delta.tally.unwrap_or(*room.tally) });
            }
        }
        delta.members.push(MemberWrite::Put(member));
        Ok((delta, ()))
    }
}

/// The tally after a member becomes an administrator or ceases to be one; none if nothing changes.
fn recount(now: &Tally, role: Role, admin: bool, at_most: u32) -> Result<Option<Tally>, Refusal> {
    let admins = match (role == Role::Admin, admin) {
        (false, true) if now.admins >= at_most => return Err(Refusal::TooManyAdmins { at_most }),
        (false, true) => now.admins + 1,
        (true, false) => now.admins - 1,
        _ => return Ok(None),
    };
    Ok(Some(Tally { admins, ..*now }))
}

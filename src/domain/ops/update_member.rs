//! Changing what is said of one member.

use crate::domain::ids::Account;
use crate::domain::member::Role;
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
}

/// Changes a member's name, role or custom text. Tells nobody.
///
/// Refused: an unknown room, somebody who is not in it, a role for the owner, one administrator
/// too many.
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
        Need { accounts: std::slice::from_ref(&self.account), ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let Some(present) = seen.member() else {
            return Err(Refusal::NotAMember { account: self.account.clone() });
        };
        let mut member = present.to_member(&self.account);
        let mut tally = None;
        if let Some(admin) = self.change.admin {
            if member.role == Role::Owner {
                return Err(Refusal::OwnerKeepsRole { account: self.account.clone() });
            }
            tally = recount(room.tally, member.role, admin, env.rules.max_admin_count)?;
            member.role = if admin { Role::Admin } else { Role::Member };
        }
        if let Some(name) = &self.change.name {
            member.name.clone_from(name);
        }
        if let Some(custom_info) = &self.change.custom_info {
            member.custom_info.clone_from(custom_info);
        }
        let members = vec![MemberWrite::Put(member)];
        Ok((Delta { tally, members, ..Delta::default() }, ()))
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

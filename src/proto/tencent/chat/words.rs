//! Words of the chat dialect and what they mean in the domain.

use crate::domain::Role;

/// `Role` of somebody who is in the group.
pub(super) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Owner => "Owner",
        Role::Admin => "Admin",
        Role::Member => "Member",
    }
}

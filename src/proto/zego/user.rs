//! People, as the dialect shows them.

use crate::domain::{MemberView, Role};

/// Whoever owns the room: an anchor.
pub(super) const HOST: u32 = 1;
/// Everybody else.
pub(super) const AUDIENCE: u32 = 2;
/// A program that looks after the room.
pub(super) const ADMINISTRATOR: u32 = 4;

/// `UserRole`.
pub(super) fn role(member: &MemberView<'_>) -> u32 {
    match member.role {
        _ if member.robot => ADMINISTRATOR,
        Role::Owner => HOST,
        Role::Admin | Role::Member => AUDIENCE,
    }
}

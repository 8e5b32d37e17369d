//! A member as the control plane shows one.

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::{MemberView, Role};

/// Borrows from the record, so that a page is written without copies.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Member", description = "A member.")]
pub(super) struct MemberRow<'a> {
    /// Who.
    account: &'a str,
    /// The name that the others see; empty when there is none.
    name: &'a str,
    /// What the member may do among the others.
    role: RoleWord,
    /// Whether a program stands in a person's place.
    robot: bool,
    /// The place in the list, in Unix milliseconds of the app's clock.
    joined_ms: u64,
    /// The app's marks on the member.
    marks: &'a [u32],
    /// The app's own text about the member.
    custom_info: &'a str,
    /// Where the member sits, from 0.
    seat: Option<u32>,
    /// Came in: the owner of a new room is listed before that.
    entered: bool,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum RoleWord {
    Owner,
    Admin,
    Member,
}

impl<'a> MemberRow<'a> {
    pub(super) fn new(member: &MemberView<'a>, seat: Option<u32>) -> Self {
        Self {
            account: member.account,
            name: member.name,
            role: match member.role {
                Role::Owner => RoleWord::Owner,
                Role::Admin => RoleWord::Admin,
                Role::Member => RoleWord::Member,
            },
            robot: member.robot,
            joined_ms: member.joined_ms,
            marks: member.marks,
            custom_info: member.custom_info,
            seat,
            entered: member.entered,
        }
    }
}

//! A member as the control plane shows one.

use serde::Serialize;

use crate::domain::{MemberView, Role};

/// Borrows from the record, so that a page is written without copies.
#[derive(Serialize)]
pub(super) struct MemberRow<'a> {
    account: &'a str,
    name: &'a str,
    role: &'static str,
    robot: bool,
    joined_ms: u64,
    /// There are no marks and taken seats yet.
    marks: [(); 0],
    custom_info: &'a str,
    seat: Option<u32>,
    entered: bool,
}

impl<'a> MemberRow<'a> {
    pub(super) fn new(member: &MemberView<'a>) -> Self {
        Self {
            account: member.account,
            name: member.name,
            role: match member.role {
                Role::Owner => "owner",
                Role::Admin => "admin",
                Role::Member => "member",
            },
            robot: member.robot,
            joined_ms: member.joined_ms,
            marks: [],
            custom_info: member.custom_info,
            seat: None,
            entered: member.entered,
        }
    }
}

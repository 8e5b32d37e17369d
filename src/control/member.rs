//! A member as the control plane shows one.

use serde::Serialize;

use crate::domain::{MemberView, Role};

/// Borrows from the record, so that a page is written without copies.
#[derive(Serialize)]
pub(super) struct MemberRow<'a> {
    account: &'a str,
    name: &'a str,
    role: &'static str,
    /// There are no robots, marks and taken seats yet.
    robot: bool,
    joined_ms: u64,
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
            robot: false,
            joined_ms: member.joined_ms,
            marks: [],
            custom_info: member.custom_info,
            seat: None,
            entered: member.entered,
        }
    }
}

//! The chat dialect: Tencent Chat's groups, `v4/group_open_http_svc/*`, and its accounts,
//! `v4/im_open_login_svc/*`.
//!
//! One command, one file; its name stands once more in [`COMMANDS`], from which everything else
//! that lists commands derives. Both services have one envelope, and each codes of its own.

mod base_fields;
mod base_info;
mod change_group_owner;
mod codes;
mod create_group;
mod destroy_group;
mod fields;
mod get_appid_group_list;
mod get_group_info;
mod get_joined_group_list;
mod get_specified_group_member_info;
mod import_group;
mod modify_group_base_info;
mod new_group;
mod operator;
mod profile;
mod reach;
mod support;
mod words;

pub use change_group_owner::ChangeGroupOwner;
pub use codes::{ACCOUNT_CODES, GROUP_CODES, account_wire, group_wire};
pub use create_group::CreateGroup;
pub use destroy_group::DestroyGroup;
pub use get_appid_group_list::GetAppidGroupList;
pub use get_group_info::GetGroupInfo;
pub use get_joined_group_list::GetJoinedGroupList;
pub use get_specified_group_member_info::GetSpecifiedGroupMemberInfo;
pub use import_group::ImportGroup;
pub use modify_group_base_info::ModifyGroupBaseInfo;

use super::command::{Entry, MayCall, Spec};
use super::dialect::{Dialect, Envelope, UnknownCommand};

/// What the service of groups answers alike.
pub const GROUPS: Dialect = Dialect {
    name: "Tencent Chat groups",
    services: &["group_open_http_svc"],
    envelope: Envelope::Chat,
    unknown_command: UnknownCommand::ToCallers,
    meanings: GROUP_CODES,
    wire: group_wire,
};

/// What the service of accounts answers alike.
pub const ACCOUNTS: Dialect = Dialect {
    name: "Tencent Chat accounts",
    services: &["im_open_login_svc"],
    envelope: Envelope::Chat,
    unknown_command: UnknownCommand::ToAnybody,
    meanings: ACCOUNT_CODES,
    wire: account_wire,
};

/// What all commands about groups have in common.
const SPEC: Spec = Spec {
    path: "",
    summary: "",
    page: "",
    calls_per_second: 200,
    may_call: MayCall::AppAdministrator,
    reads: false,
    codes: &[],
    answers: &[],
    dialect: &GROUPS,
};

/// What all commands about accounts have in common.
const ACCOUNT_SPEC: Spec = Spec { dialect: &ACCOUNTS, ..SPEC };

/// Every command of the dialect.
pub const COMMANDS: &[Entry] = &[
    Entry::of::<GetSpecifiedGroupMemberInfo>(),
    Entry::of::<CreateGroup>(),
    Entry::of::<ImportGroup>(),
    Entry::of::<GetGroupInfo>(),
    Entry::of::<ModifyGroupBaseInfo>(),
    Entry::of::<DestroyGroup>(),
    Entry::of::<ChangeGroupOwner>(),
    Entry::of::<GetJoinedGroupList>(),
    Entry::of::<GetAppidGroupList>(),
];

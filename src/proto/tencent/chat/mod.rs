//! The chat dialect: Tencent Chat's groups, `v4/group_open_http_svc/*`, and its accounts,
//! `v4/im_open_login_svc/*`.
//!
//! One command, one file; its name stands once more in [`COMMANDS`], from which everything else
//! that lists commands derives. Both services have one envelope, and each codes of its own.

mod account_check;
mod account_delete;
mod account_fields;
mod account_import;
mod add_group_member;
mod ban_fields;
mod ban_group_member;
mod base_fields;
mod base_info;
mod change_group_owner;
mod codes;
mod create_group;
mod delete_group_member;
mod destroy_group;
mod fields;
mod forbid_send_msg;
mod get_appid_group_list;
mod get_group_ban_member;
mod get_group_info;
mod get_group_member_info;
mod get_group_muted_account;
mod get_group_shutted_uin;
mod get_joined_group_list;
mod get_online_member_num;
mod get_role_in_group;
mod get_specified_group_member_info;
mod import_group;
mod import_group_member;
mod member_results;
mod modify_group_base_info;
mod modify_group_member_info;
mod multiaccount_import;
mod mute;
mod muted;
mod new_group;
mod operator;
mod profile;
mod quota;
mod reach;
mod support;
mod unban_group_member;
mod words;

pub use account_check::AccountCheck;
pub use account_delete::AccountDelete;
pub use account_import::AccountImport;
pub use add_group_member::AddGroupMember;
pub use ban_group_member::BanGroupMember;
pub use change_group_owner::ChangeGroupOwner;
pub use codes::{ACCOUNT_CODES, GROUP_CODES, account_wire, group_wire};
pub use create_group::CreateGroup;
pub use delete_group_member::DeleteGroupMember;
pub use destroy_group::DestroyGroup;
pub use forbid_send_msg::ForbidSendMsg;
pub use get_appid_group_list::GetAppidGroupList;
pub use get_group_ban_member::GetGroupBanMember;
pub use get_group_info::GetGroupInfo;
pub use get_group_member_info::GetGroupMemberInfo;
pub use get_group_muted_account::GetGroupMutedAccount;
pub use get_group_shutted_uin::GetGroupShuttedUin;
pub use get_joined_group_list::GetJoinedGroupList;
pub use get_online_member_num::GetOnlineMemberNum;
pub use get_role_in_group::GetRoleInGroup;
pub use get_specified_group_member_info::GetSpecifiedGroupMemberInfo;
pub use import_group::ImportGroup;
pub use import_group_member::ImportGroupMember;
pub use member_results::MemberResults;
pub use modify_group_base_info::ModifyGroupBaseInfo;
pub use modify_group_member_info::ModifyGroupMemberInfo;
pub use multiaccount_import::MultiaccountImport;
pub use unban_group_member::UnbanGroupMember;

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
    Entry::of::<AccountImport>(),
    Entry::of::<MultiaccountImport>(),
    Entry::of::<AccountCheck>(),
    Entry::of::<AccountDelete>(),
    Entry::of::<GetRoleInGroup>(),
    Entry::of::<GetSpecifiedGroupMemberInfo>(),
    Entry::of::<AddGroupMember>(),
    Entry::of::<DeleteGroupMember>(),
    Entry::of::<ImportGroupMember>(),
    Entry::of::<ModifyGroupMemberInfo>(),
    Entry::of::<GetGroupMemberInfo>(),
    Entry::of::<ForbidSendMsg>(),
    Entry::of::<GetGroupMutedAccount>(),
    Entry::of::<GetGroupShuttedUin>(),
    Entry::of::<BanGroupMember>(),
    Entry::of::<UnbanGroupMember>(),
    Entry::of::<GetGroupBanMember>(),
    Entry::of::<GetOnlineMemberNum>(),
    Entry::of::<CreateGroup>(),
    Entry::of::<ImportGroup>(),
    Entry::of::<GetGroupInfo>(),
    Entry::of::<ModifyGroupBaseInfo>(),
    Entry::of::<DestroyGroup>(),
    Entry::of::<ChangeGroupOwner>(),
    Entry::of::<GetJoinedGroupList>(),
    Entry::of::<GetAppidGroupList>(),
];

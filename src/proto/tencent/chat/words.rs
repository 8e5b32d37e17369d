//! The dialect's enumerated words, as requests and replies spell them.

use crate::domain::{ApplyOption, GroupType, InviteOption, MsgFlag, Role};

/// The types of group; `Work` and `Meeting` are newer names of the first and the third.
pub(super) const GROUP_TYPES: &[(&str, GroupType)] = &[
    ("Private", GroupType::Private),
    ("Public", GroupType::Public),
    ("ChatRoom", GroupType::ChatRoom),
    ("AVChatRoom", GroupType::AvChatRoom),
    ("Community", GroupType::Community),
    ("Work", GroupType::Private),
    ("Meeting", GroupType::ChatRoom),
];

/// Every role that a member may have.
pub(super) const ROLES: &[(&str, Role)] =
    &[("Owner", Role::Owner), ("Admin", Role::Admin), ("Member", Role::Member)];

/// The roles that can be given, and whether each makes an administrator.
pub(super) const GIVEN_ROLES: &[(&str, bool)] = &[("Admin", true), ("Member", false)];

/// The one role that a list of people may name; others are ordinary members.
pub(super) const ADMIN: &[(&str, bool)] = &[("Admin", true)];

/// What reaches a member.
pub(super) const MSG_FLAGS: &[(&str, MsgFlag)] = &[
    ("AcceptAndNotify", MsgFlag::Notify),
    ("AcceptNotNotify", MsgFlag::OnlineOnly),
    ("Discard", MsgFlag::Discard),
    ("AcceptNotNotifyExceptAt", MsgFlag::OnlineOnlyExceptAt),
];

/// How people join who ask to.
pub(super) const APPLY_OPTIONS: &[(&str, ApplyOption)] = &[
    ("FreeAccess", ApplyOption::Free),
    ("NeedPermission", ApplyOption::Permission),
    ("DisableApply", ApplyOption::Disabled),
];

/// How people join who are invited.
pub(super) const INVITE_OPTIONS: &[(&str, InviteOption)] = &[
    ("FreeAccess", InviteOption::Free),
    ("NeedPermission", InviteOption::Permission),
    ("DisableInvite", InviteOption::Disabled),
];

/// Switches.
pub(super) const ON_OFF: &[(&str, bool)] = &[("On", true), ("Off", false)];

/// The word of a value: the first that a table has for it.
pub(super) fn word_of<T: Copy + PartialEq>(words: &[(&'static str, T)], value: T) -> &'static str {
    let found = words.iter().find(|(_, other)| *other == value);
    found.map_or("", |(word, _)| word)
}

//! A person in a room.

use serde::{Deserialize, Serialize};

use super::custom_field::{CustomFields, FieldsView};
use super::ids::Account;
use super::room::Facts;

/// What a member may do among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The owner of the room.
    Owner,
    /// An administrator.
    Admin,
    /// Everybody else.
    Member,
}

/// Which messages of a room reach a member.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MsgFlag {
    /// All, and those missed are told of.
    Notify,
    /// All, as long as the member is there to see them.
    OnlineOnly,
    /// None.
    Discard,
    /// As [`OnlineOnly`](Self::OnlineOnly), but those missed that name the member are told of.
    OnlineOnlyExceptAt,
}

/// Some of the roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Roles(u8);

impl Roles {
    /// Every role.
    pub const ALL: Self = Self::of(&[Role::Owner, Role::Admin, Role::Member]);

    /// These.
    #[must_use]
    pub const fn of(roles: &[Role]) -> Self {
        let (mut bits, mut nth) = (0, 0);
        while nth < roles.len() {
            bits |= 1 << roles[nth] as u8;
            nth += 1;
        }
        Self(bits)
    }

    /// Whether a role is among them.
    #[must_use]
    pub const fn contains(self, role: Role) -> bool {
        self.0 & (1 << role as u8) != 0
    }
}

/// A member's record, as a rule writes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Who.
    pub account: Account,
    /// The display name in this room; empty when none is set.
    pub name: Box<str>,
    /// The app's own text about the member.
    pub custom_info: Box<str>,
    /// Owner, administrator or neither.
    pub role: Role,
    /// Whether the person ever came in: the owner of a new room is listed before that.
    pub entered: bool,
    /// A program in a person's place.
    pub robot: bool,
    /// Has asked for a seat, and waits for it.
    pub awaits_seat: bool,
    /// The app's marks on the member, ascending. They go with him.
    pub marks: Box<[u32]>,
    /// The app's own fields of the member.
    pub fields: CustomFields,
    /// Which messages reach the member.
    pub msg_flag: MsgFlag,
    /// The latest message that the member has read.
    pub msg_seq: u32,
    /// What the client calls its stay; empty if nothing. Another one takes its place.
    pub session: Box<str>,
    /// When the member came to stand in the list, in Unix milliseconds of the app's clock. With
    /// the account it is the place in the order.
    pub joined_ms: u64,
}

impl Member {
    /// An ordinary member who did not come in yet, and of whom nothing else is said.
    #[must_use]
    pub fn named(account: Account, joined_ms: u64) -> Self {
        Self {
            account,
            name: "".into(),
            custom_info: "".into(),
            role: Role::Member,
            entered: false,
            robot: false,
            awaits_seat: false,
            marks: Box::default(),
            fields: CustomFields::default(),
            msg_flag: MsgFlag::Notify,
            msg_seq: 0,
            session: "".into(),
            joined_ms,
        }
    }

    /// Somebody new in a room. He has the role that the facts give him, and hears of what members
    /// of such a room hear.
    #[must_use]
    pub fn newcomer(account: &Account, facts: &Facts, joined_ms: u64) -> Self {
        let role = if facts.is_owner(account) { Role::Owner } else { Role::Member };
        let msg_flag = facts.kind.group_type().msg_flag();
        Self { role, msg_flag, ..Self::named(account.clone(), joined_ms) }
    }

    /// The record as a store would show it.
    #[must_use]
    pub fn view(&self) -> MemberView<'_> {
        MemberView {
            account: self.account.as_str(),
            name: &self.name,
            custom_info: &self.custom_info,
            role: self.role,
            entered: self.entered,
            robot: self.robot,
            awaits_seat: self.awaits_seat,
            marks: &self.marks,
            fields: self.fields.view(),
            msg_flag: self.msg_flag,
            msg_seq: self.msg_seq,
            session: &self.session,
            joined_ms: self.joined_ms,
            plain: self.is_plain(),
        }
    }

    /// Whether account, name and custom text stand in JSON as they are.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        let texts = [self.account.as_str(), &self.name, &self.custom_info];
        texts.into_iter().all(super::text::is_plain)
    }
}

/// A member's record, borrowed from wherever the store keeps it. Fields as in [`Member`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MemberView<'a> {
    /// Who.
    pub account: &'a str,
    /// The display name in this room.
    pub name: &'a str,
    /// The app's own text about the member.
    pub custom_info: &'a str,
    /// Owner, administrator or neither.
    pub role: Role,
    /// Whether the person ever came in.
    pub entered: bool,
    /// A program in a person's place.
    pub robot: bool,
    /// Has asked for a seat, and waits for it.
    pub awaits_seat: bool,
    /// The app's marks on the member, ascending.
    pub marks: &'a [u32],
    /// The app's own fields of the member.
    pub fields: FieldsView<'a>,
    /// Which messages reach the member.
    pub msg_flag: MsgFlag,
    /// The latest message that the member has read.
    pub msg_seq: u32,
    /// What the client calls its stay; empty if nothing.
    pub session: &'a str,
    /// When the member came to stand in the list, in Unix milliseconds.
    pub joined_ms: u64,
    /// Account, name and custom text need no escaping in JSON.
    pub plain: bool,
}

impl MemberView<'_> {
    /// A copy that can be changed and written back. `account` is the one that was asked for: its
    /// text is shared, not copied.
    #[must_use]
    pub fn to_member(&self, account: &Account) -> Member {
        debug_assert_eq!(self.account, account.as_str());
        Member {
            account: account.clone(),
            name: self.name.into(),
            custom_info: self.custom_info.into(),
            role: self.role,
            entered: self.entered,
            robot: self.robot,
            awaits_seat: self.awaits_seat,
            marks: self.marks.into(),
            fields: self.fields.to_fields(),
            msg_flag: self.msg_flag,
            msg_seq: self.msg_seq,
            session: self.session.into(),
            joined_ms: self.joined_ms,
        }
    }
}

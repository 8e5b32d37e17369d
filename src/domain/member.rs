//! A person in a room.

use super::ids::Account;
use super::room::Facts;

/// What a member may do among the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Role {
    /// The owner of the room.
    Owner,
    /// An administrator.
    Admin,
    /// Everybody else.
    Member,
}

/// A member's record, as a rule writes it.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    /// When the member came to stand in the list, in Unix milliseconds of the app's clock. With
    /// the account it is the place in the order.
    pub joined_ms: u64,
}

impl Member {
    /// Somebody new: nothing is said of him yet. He has the role that the facts give him.
    #[must_use]
    pub fn newcomer(account: &Account, facts: &Facts, joined_ms: u64) -> Self {
        let role = if facts.owner == *account { Role::Owner } else { Role::Member };
        Self {
            account: account.clone(),
            name: "".into(),
            custom_info: "".into(),
            role,
            entered: false,
            robot: false,
            awaits_seat: false,
            marks: Box::default(),
            joined_ms,
        }
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
            joined_ms: self.joined_ms,
            plain: self.is_plain(),
        }
    }

    /// Whether all texts of the record stand in JSON as they are.
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
    /// When the member came to stand in the list, in Unix milliseconds.
    pub joined_ms: u64,
    /// The texts need no escaping in JSON.
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
            joined_ms: self.joined_ms,
        }
    }
}

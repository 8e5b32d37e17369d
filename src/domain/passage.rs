//! Coming and going: what is to be told of a person who does either.

use serde::{Deserialize, Serialize};

use super::ids::Account;
use super::member::{Member, MemberView, Role};

/// A person who came or went, as he was then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Passage {
    /// Who.
    pub account: Account,
    /// The display name in the room; empty when none is set.
    pub name: Box<str>,
    /// What the client calls its stay; empty if nothing.
    pub session: Box<str>,
    /// Owner, administrator or neither.
    pub role: Role,
    /// A program in a person's place.
    pub robot: bool,
    /// Whether the person ever came in: an owner who was only listed may be sent away.
    pub entered: bool,
    /// The place in the list, in Unix milliseconds of the app's clock.
    pub joined_ms: u64,
    /// Which one it is of all comings and goings in the room, from 1.
    pub nth: u64,
}

impl Passage {
    /// Of a member, with the number of his coming.
    #[must_use]
    pub fn of(member: &Member, nth: u64) -> Self {
        Self::seen(&member.account, &member.view(), nth)
    }

    /// Of a member who is seen. `account` is the one that was asked for: its text is shared, not
    /// copied.
    #[must_use]
    pub fn seen(account: &Account, member: &MemberView<'_>, nth: u64) -> Self {
        debug_assert_eq!(member.account, account.as_str());
        Self {
            account: account.clone(),
            name: member.name.into(),
            session: member.session.into(),
            role: member.role,
            robot: member.robot,
            entered: member.entered,
            joined_ms: member.joined_ms,
            nth,
        }
    }

    /// What its texts hold, in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        // The account with its reference counts: what it keeps alive is its own.
        let account = 2 * size_of::<usize>() + self.account.as_str().len();
        account + self.name.len() + self.session.len()
    }
}

/// What a client runs on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Platform {
    /// Nothing was said.
    #[default]
    Unsaid,
    /// A PC with Windows.
    Windows,
    /// An iPhone.
    Ios,
    /// An iPad.
    Ipad,
    /// A phone or tablet with Android.
    Android,
    /// A Mac.
    Mac,
    /// A PC with Linux.
    Linux,
    /// A browser.
    Web,
    /// A program within another one, as WeChat has them.
    MiniProgram,
    /// Something else.
    Unknown,
}

/// How people came in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Login {
    /// The person was in, and came once more from elsewhere.
    pub again: bool,
    /// What the client runs on.
    pub platform: Platform,
    /// The version of the token that the client showed; 0 for none.
    pub token_version: u8,
}

//! Which command works on groups of which type.
//!
//! The vendor's pages of different years disagree about the last rows: the newest allow bans and
//! counts of those online in every type. With `app.strict` the older table holds.

use crate::domain::{GroupType, GroupTypes, Reach};

const EVERY: GroupTypes = GroupTypes::of(&GroupType::ALL);
const LISTED: GroupTypes = GroupTypes::of(&[
    GroupType::Private,
    GroupType::Public,
    GroupType::ChatRoom,
    GroupType::Community,
]);
const MUTED: GroupTypes = GroupTypes::of(&[
    GroupType::Public,
    GroupType::ChatRoom,
    GroupType::AvChatRoom,
    GroupType::Community,
]);
const LIVE: GroupTypes = GroupTypes::of(&[GroupType::AvChatRoom]);
const COUNTED: GroupTypes = GroupTypes::of(&[GroupType::ChatRoom, GroupType::AvChatRoom]);

/// The types that a command works on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Support {
    types: GroupTypes,
    strict: GroupTypes,
}

/// The table: a command, the types it works on, and those with `app.strict`.
const TABLE: &[(&str, GroupTypes, GroupTypes)] = &[
    ("import_group", LISTED, LISTED),
    ("get_group_info", EVERY, EVERY),
    ("modify_group_base_info", EVERY, EVERY),
    ("destroy_group", EVERY, EVERY),
    ("change_group_owner", LISTED, LISTED),
    ("add_group_member", LISTED, LISTED),
    ("delete_group_member", LISTED, LISTED),
    ("import_group_member", LISTED, LISTED),
    ("get_group_member_info", LISTED, LISTED),
    ("get_specified_group_member_info", LISTED, LISTED),
    ("modify_group_member_info", LISTED, LISTED),
    ("get_role_in_group", LISTED, LISTED),
    ("forbid_send_msg", MUTED, MUTED),
    ("get_group_muted_account", EVERY, EVERY),
    ("ban_group_member", EVERY, LIVE),
    ("unban_group_member", EVERY, LIVE),
    ("get_group_ban_member", EVERY, LIVE),
    ("get_online_member_num", COUNTED, LIVE),
];

impl Support {
    /// The row of a command.
    ///
    /// # Panics
    /// If there is none: at compile time, where this is used.
    pub(super) const fn of(command: &str) -> Self {
        let mut nth = 0;
        while nth < TABLE.len() {
            let (name, types, strict) = TABLE[nth];
            if same(name, command) {
                return Self { types, strict };
            }
            nth += 1;
        }
        panic!("the command has no row");
    }

    /// The groups that the command reaches.
    pub(super) fn reach(self, strict: bool) -> Reach {
        Reach::Groups(if strict { self.strict } else { self.types })
    }

    /// Whether a type is among them.
    pub(super) fn contains(self, of: GroupType, strict: bool) -> bool {
        let types = if strict { self.strict } else { self.types };
        types.contains(of)
    }
}

const fn same(a: &str, b: &str) -> bool {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut nth = 0;
    while nth < a.len() && nth < b.len() && a[nth] == b[nth] {
        nth += 1;
    }
    nth == a.len() && nth == b.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::proto::tencent::chat::COMMANDS;

    #[test]
    fn every_row_is_that_of_a_command() {
        for (name, ..) in TABLE {
            let found = COMMANDS.iter().any(|entry| entry.spec.name() == *name);
            assert!(found, "{name}");
        }
    }
}

//! Chat groups at a desk.

use futures_util::FutureExt;

use super::Desk;
use crate::domain::{Account, CreateGroup, FirstMember, GroupProfile, GroupType, RoomId};

impl Desk {
    /// A chat group that is somebody's.
    pub(in crate::proto::tencent) fn group(&self, group: &str, owner: &str) {
        self.make_group(group, GroupType::Public, Some(owner), &[]);
    }

    /// A chat group of a type, with its owner and its ordinary members.
    pub(in crate::proto::tencent) fn make_group(
        &self,
        group: &str,
        group_type: GroupType,
        owner: Option<&str>,
        members: &[&str],
    ) {
        self.make_group_for(200, group, group_type, owner, members);
    }

    /// A large public group without an owner.
    pub(in crate::proto::tencent) fn make_group_of(&self, group: &str, members: &[&str]) {
        self.make_group_for(u32::MAX, group, GroupType::Public, None, members);
    }

    fn make_group_for(
        &self,
        max_member_count: u32,
        group: &str,
        group_type: GroupType,
        owner: Option<&str>,
        members: &[&str],
    ) {
        let account = |name: &str| Account::parse(name).unwrap();
        let member = |name: &&str| FirstMember {
            account: account(name),
            admin: false,
            name: "".into(),
            msg_flag: None,
            fields: Vec::new(),
        };
        let create = CreateGroup {
            by: account("admin"),
            group_type,
            owner: owner.map(account),
            name: "a group".into(),
            max_member_count,
            profile: GroupProfile::default(),
            created_ms: None,
            members: members.iter().map(member).collect(),
        };
        let (app, group) = (self.app(), RoomId::parse(group).unwrap());
        let creating = self.engine.run(&app, &group, &create);
        creating.now_or_never().expect("memory answers at once").unwrap();
    }
}

//! Communities of Tencent Chat: groups whose members have custom fields.

use guestlist::domain::{Account, CreateGroup, GroupProfile, GroupType, RoomId};
use guestlist::engine::{App, Engine};

use crate::common::{ADMIN, account, put_members};

/// The community with so many members.
pub(crate) fn community(members: u32) -> RoomId {
    RoomId::parse(&format!("@TGS#_community-of-{members}")).expect("a short name")
}

/// Makes [`community`]`(members)` and fills it: the owner first, one place for each.
pub(crate) async fn fill(engine: &Engine, app: &App, members: u32) {
    let group = community(members);
    let create = CreateGroup {
        by: Account::parse(ADMIN).expect("13 bytes"),
        group_type: GroupType::Community,
        owner: Some(account(0)),
        name: "Keepers".into(),
        max_member_count: members,
        profile: GroupProfile::default(),
        created_ms: None,
        members: Vec::new(),
    };
    engine.run(app, &group, &create).await.expect("the group is new");
    put_members(engine, app, &group, members).await;
}

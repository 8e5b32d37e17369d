//! `unban_room_member`: <https://trtc.io/document/60710>
//!
//! Lifts bans. Where the page is silent: an account that is not banned is no failure; an account
//! that comes twice counts once.

use schemars::JsonSchema;
use serde::Deserialize;

use super::member_list::{MEMBERS_PER_CALL, member_list};
use super::reach;
use crate::domain::UnbanMembers;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Lifts bans.
pub struct UnbanRoomMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Whose bans end.
    #[serde(rename = "MemberList_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1, max = MEMBERS_PER_CALL))]
    members: Option<Vec<AccountText<'a>>>,
}

impl Command for UnbanRoomMember {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/unban_room_member",
        summary: "Lifts bans",
        page: "https://trtc.io/document/60710",
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let operation = UnbanMembers { accounts: member_list(request.members)? };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    #[test]
    fn the_documented_request_lets_a_banned_account_in_again() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        let ban = r#"{"RoomId":"r-1001","MemberList_Account":["mallory"],"Duration":3600}"#;
        assert_eq!(desk.call("room_engine_http_srv/ban_room_member", ban), done());
        let body = r#"{"RoomId":"r-1001","MemberList_Account":["mallory"]}"#;
        for _ in 0..2 {
            assert_eq!(desk.call("room_engine_http_srv/unban_room_member", body), done());
        }
        desk.enter("r-1001", "mallory");
    }
}

//! `kick_user_out`: <https://trtc.io/document/60708>
//!
//! Sends members away; they may come back. One call is one event.
//!
//! Where the page is silent: one account that is not in the room is 100005, and nobody is sent
//! away; the owner may be sent away and stays the owner; an account that comes twice counts once;
//! `Reason` may be left out (strict: 100002).

use schemars::JsonSchema;
use serde::Deserialize;

use super::member_list::{MAX_REASON_BYTES, MEMBERS_PER_CALL, member_list, reason};
use super::reach;
use crate::domain::Kick;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Sends members away.
pub struct KickUserOut;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Who goes.
    #[serde(rename = "MemberList_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1, max = MEMBERS_PER_CALL))]
    members: Option<Vec<AccountText<'a>>>,
    /// What is said about it.
    #[serde(rename = "Reason", borrow)]
    #[schemars(length(max = MAX_REASON_BYTES))]
    reason: Option<Text<'a>>,
}

impl Command for KickUserOut {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/kick_user_out",
        summary: "Sends members away",
        page: "https://trtc.io/document/60708",
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004, 100_005],
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
        let operation = Kick {
            by: call.caller.account().clone(),
            accounts: member_list(request.members)?,
            words: reason(request.reason.as_ref(), call.app.strict())?,
            passes_over: false,
        };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/kick_user_out";

    #[test]
    fn the_documented_request_sends_a_member_away_who_may_come_back() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        desk.enter("r-1001", "bob");
        let body = r#"{"RoomId":"r-1001","MemberList_Account":["bob"],"Reason":"off topic"}"#;
        assert_eq!(desk.call(PATH, body), done());
        assert_eq!(desk.roles("r-1001"), json!([["alice", "Owner"]]));
        desk.refuses(PATH, body, 100_005, "bob is not a member of the room");
        desk.enter("r-1001", "bob");
    }
}

//! `change_room_owner`: <https://trtc.io/document/60713>
//!
//! Passes the ownership on to a member. The page lists no 100006.
//!
//! Where the page is silent: a `From_Account` that does not own the room is 100002, passing on to
//! oneself changes nothing, the old owner becomes an ordinary member and need not be in the room.
//! With `app.chat.accounts = "imported"` an owner to come who was not imported is 100002.

use std::slice;

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use crate::domain::ChangeOwner;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Passes the ownership on.
pub struct ChangeRoomOwner;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The present owner.
    #[serde(rename = "From_Account", borrow)]
    #[schemars(with = "AccountField")]
    from: Option<AccountText<'a>>,
    /// The owner to come, a member of the room.
    #[serde(rename = "NewOwner_Account", borrow)]
    #[schemars(with = "AccountField")]
    to: Option<AccountText<'a>>,
}

impl Command for ChangeRoomOwner {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/change_room_owner",
        summary: "Passes the ownership of a room on",
        page: "https://trtc.io/document/60713",
        codes: &[100_001, 100_002, 100_004, 100_005],
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
        let from = account("From_Account", &required("From_Account", request.from)?)?;
        let to = account("NewOwner_Account", &required("NewOwner_Account", request.to)?)?;
        call.must_exist("NewOwner_Account", slice::from_ref(&to)).await?;
        let operation = ChangeOwner { by: call.caller.account().clone(), from: Some(from), to };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/change_room_owner";

    #[test]
    fn the_documented_request_passes_the_ownership_on() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        desk.enter("r-1001", "alice");
        desk.enter("r-1001", "bob");
        let body = r#"{"RoomId":"r-1001","From_Account":"alice","NewOwner_Account":"bob"}"#;
        assert_eq!(desk.call(PATH, body), done());
        let info = desk.call("room_engine_http_srv/get_room_info", r#"{"RoomId":"r-1001"}"#);
        assert_eq!(info["Response"]["RoomInfo"]["Owner_Account"], "bob");
        assert_eq!(desk.roles("r-1001"), json!([["alice", "Member"], ["bob", "Owner"]]));
        desk.refuses(PATH, body, 100_002, "From_Account: alice does not own the room");
    }
}

//! `destroy_room`: <https://trtc.io/document/60706>
//!
//! Ends a room in any status. Everybody is out, the id is free at once, nothing of it survives; a
//! second call is 100004.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use crate::domain;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

/// Ends a room.
pub struct DestroyRoom;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
}

impl Command for DestroyRoom {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/destroy_room",
        summary: "Ends a room",
        page: "https://trtc.io/document/60706",
        reads: false,
        codes: &[100_001, 100_002, 100_004, 100_006],
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
        let operation = domain::DestroyRoom { by: call.caller.account().clone(), quietly: false };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/destroy_room";

    #[test]
    fn the_documented_request_ends_a_room_once() {
        let desk = Desk::new();
        let create = r#"{"RoomInfo":{"RoomId":"r-1001","RoomType":"Conference"}}"#;
        assert_eq!(desk.call("room_engine_http_srv/create_room", create), done());
        assert_eq!(desk.call(PATH, r#"{"RoomId":"r-1001"}"#), done());
        let again = json!({
            "ActionStatus": "FAIL",
            "ErrorCode": 100_004,
            "ErrorInfo": "the room does not exist or was destroyed",
        });
        assert_eq!(desk.call(PATH, r#"{"RoomId":"r-1001"}"#), again);
        assert_eq!(desk.call("room_engine_http_srv/create_room", create), done());
    }
}

//! `delete_robot`: <https://trtc.io/document/70468>
//!
//! Takes a robot account out of a room, and off its seat.
//!
//! Where the page is silent: an account that is a person, or not in the room, is 100005.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use crate::domain;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Takes a robot out of a room.
pub struct DeleteRobot;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The robot.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
}

impl Command for DeleteRobot {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/delete_robot",
        summary: "Takes a robot out of a room",
        page: "https://trtc.io/document/70468",
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
        let account = account("Member_Account", &required("Member_Account", request.account)?)?;
        let operation = domain::DeleteRobot { by: call.caller.account().clone(), account };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/delete_robot";

    #[test]
    fn the_documented_request_takes_a_robot_out_and_no_person() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        let body = r#"{"RoomId":"r-1001","Member_Account":"robot1"}"#;
        assert_eq!(desk.call("room_engine_http_srv/add_robot", body), done());
        assert_eq!(desk.call(PATH, body), done());
        assert_eq!(desk.roles("r-1001"), json!([["alice", "Owner"]]));
        desk.refuses(PATH, body, 100_005, "robot1 is not a member of the room");
        desk.enter("r-1001", "robot1");
        desk.refuses(PATH, body, 100_005, "robot1 is not a member of the room");
    }
}

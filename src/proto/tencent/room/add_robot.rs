//! `add_robot`: <https://trtc.io/document/70467>
//!
//! Puts a robot account into a room. It stands in the list like everybody else and keeps the room
//! from ending by itself.
//!
//! Where the page is silent: an account that is in the room already is no failure, a banned one is
//! 100016, a full room is 100008, one robot more than `app.room.max_robot_count` is 100700.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use crate::domain;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Puts a robot into a room.
pub struct AddRobot;

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

impl Command for AddRobot {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/add_robot",
        summary: "Puts a robot into a room",
        page: "https://trtc.io/document/70467",
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006, 100_700],
        answers: &[100_001, 100_002, 100_004, 100_008, 100_016, 100_700],
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
        Ok(reach::run(call, &room, &domain::AddRobot { account }).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/add_robot";

    #[test]
    fn the_documented_request_puts_robots_in_up_to_the_limit() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        for robot in ["robot1", "robot2", "robot3", "robot1"] {
            let body = format!(r#"{{"RoomId":"r-1001","Member_Account":"{robot}"}}"#);
            assert_eq!(desk.call(PATH, &body), done());
        }
        let one_more = r#"{"RoomId":"r-1001","Member_Account":"robot4"}"#;
        desk.refuses(PATH, one_more, 100_700, "the room has its upper limit of 3 robots");
        let roles = json!([
            ["alice", "Owner"],
            ["robot1", "Member"],
            ["robot2", "Member"],
            ["robot3", "Member"],
        ]);
        assert_eq!(desk.roles("r-1001"), roles);
    }
}

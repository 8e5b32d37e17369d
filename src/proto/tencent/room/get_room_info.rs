//! `get_room_info`: <https://trtc.io/document/60704>
//!
//! Quirks: `CreateTime` is described with the text of the start time, but is what its name says.
//! A room without seats answers `TakeSeatMode` `None` and `MaxSeatCount` 0. Neither the password
//! nor whether one is asked for is answered: no page shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach;
use super::room_info::RoomInfo;
use crate::domain::Need;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

/// Reads a room.
pub struct GetRoomInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a> {
    /// The room.
    room_info: CountedRoomInfo<'a>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct CountedRoomInfo<'a> {
    #[serde(flatten)]
    room: RoomInfo<'a>,
    /// How many are in the list.
    #[serde(rename = "MemberCount")]
    member_count: u32,
}

impl Command for GetRoomInfo {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/get_room_info",
        summary: "Reads a room",
        page: "https://trtc.io/document/60704",
        reads: true,
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let now_ms = call.app.now_ms();
        let looking = reach::look(call, &room, Need::default(), |seen, _| {
            let room_info = CountedRoomInfo {
                room: RoomInfo::new(room.as_str(), seen.facts, now_ms),
                member_count: seen.tally.members,
            };
            reply.response(&Response { room_info });
        });
        Ok(looking.await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const CREATE: &str = "room_engine_http_srv/create_room";
    const PATH: &str = "room_engine_http_srv/get_room_info";

    /// The documented reply, but for the moment of creation, which the clock says.
    #[test]
    fn the_documented_request_gets_the_documented_reply() {
        let desk = Desk::new();
        desk.freeze_at(2_000_000_000);
        let create = json!({"RoomInfo": {
            "RoomId": "r-1001", "RoomName": "Weekly", "RoomType": "Conference",
            "Owner_Account": "alice", "MaxMemberCount": 50, "IsAudioDisabled": true,
            "CustomInfo": "x", "ScheduleStartTime": 1_793_271_355,
            "ScheduleEndTime": 1_793_274_955, "IsSeatEnabled": true, "MaxSeatCount": 16,
            "TakeSeatMode": "ApplyToTake",
        }});
        assert_eq!(desk.call(CREATE, &create.to_string()), done());
        assert_eq!(
            desk.call(PATH, r#"{"RoomId":"r-1001"}"#),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "Response": {"RoomInfo": {
                    "RoomId": "r-1001", "RoomName": "Weekly", "RoomType": "Conference",
                    "Owner_Account": "alice", "MaxMemberCount": 50, "MaxSeatCount": 16,
                    "IsVideoDisabled": false, "IsAudioDisabled": true, "IsMessageDisabled": false,
                    "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": false,
                    "CustomInfo": "x", "ScheduleStartTime": 1_793_271_355,
                    "ScheduleEndTime": 1_793_274_955, "RoomStatus": "Running",
                    "IsSeatEnabled": true, "TakeSeatMode": "ApplyToTake",
                    "CreateTime": 2_000_000_000, "MemberCount": 1,
                }},
            })
        );
    }

    #[test]
    fn a_room_of_defaults_starts_now_and_lasts_an_hour() {
        let desk = Desk::new();
        desk.freeze_at(2_000_000_000);
        let create = r#"{"RoomInfo":{"RoomId":"r-1001","RoomType":"Conference"}}"#;
        assert_eq!(desk.call(CREATE, create), done());
        assert_eq!(
            desk.call(PATH, r#"{"RoomId":"r-1001"}"#)["Response"],
            json!({"RoomInfo": {
                "RoomId": "r-1001", "RoomName": "r-1001", "RoomType": "Conference",
                "Owner_Account": "admin", "MaxMemberCount": 300, "MaxSeatCount": 0,
                "IsVideoDisabled": false, "IsAudioDisabled": false, "IsMessageDisabled": false,
                "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": false,
                "CustomInfo": "", "ScheduleStartTime": 2_000_000_000,
                "ScheduleEndTime": 2_000_003_600, "RoomStatus": "Running",
                "IsSeatEnabled": false, "TakeSeatMode": "None", "CreateTime": 2_000_000_000,
                "MemberCount": 1,
            }})
        );
    }
}

//! `get_room_info`: <https://trtc.io/document/60704>
//!
//! Quirks: `CreateTime` is described with the text of the start time, but is what its name says.
//! A room without seats answers `TakeSeatMode` `None` and `MaxSeatCount` 0. Neither the password
//! nor whether one is asked for is answered: no page shows them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words::{RoomStatusWord, RoomTypeWord, TakeSeatModeWord};
use crate::domain::RoomView;
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
    room_info: RoomInfo<'a>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
#[expect(clippy::struct_excessive_bools, reason = "the wire has six switches")]
struct RoomInfo<'a> {
    /// The room's id.
    room_id: &'a str,
    /// The name that people see.
    room_name: &'a str,
    /// What kind of room.
    room_type: RoomTypeWord,
    /// Who owns the room, present or not.
    #[serde(rename = "Owner_Account")]
    owner: &'a str,
    /// The most members.
    max_member_count: u32,
    /// How many seats; 0 in a room without.
    max_seat_count: u32,
    /// No member may show the camera.
    is_video_disabled: bool,
    /// No member may speak.
    is_audio_disabled: bool,
    /// No member may write messages.
    is_message_disabled: bool,
    /// No member may share the screen.
    is_screen_sharing_disabled: bool,
    /// No member may record into the cloud.
    is_cloud_recording_disabled: bool,
    /// A text of the app's own.
    custom_info: &'a str,
    /// The scheduled start, in Unix seconds.
    schedule_start_time: u64,
    /// The scheduled end, in Unix seconds.
    schedule_end_time: u64,
    /// Whether the scheduled start has passed.
    room_status: RoomStatusWord,
    /// The room has seats.
    is_seat_enabled: bool,
    /// How people come to sit; `None` in a room without seats.
    take_seat_mode: TakeSeatModeWord,
    /// When the room was made, in Unix seconds.
    create_time: u64,
    /// How many are in the list.
    member_count: u32,
}

impl<'a> RoomInfo<'a> {
    fn new(room_id: &'a str, room: &RoomView<'a>, now_ms: u64) -> Self {
        let facts = room.facts;
        Self {
            room_id,
            room_name: &facts.name,
            room_type: facts.kind.into(),
            owner: facts.owner.as_str(),
            max_member_count: facts.max_member_count,
            max_seat_count: facts.seats.map_or(0, |seats| seats.count),
            is_video_disabled: facts.silenced.video,
            is_audio_disabled: facts.silenced.audio,
            is_message_disabled: facts.silenced.messages,
            is_screen_sharing_disabled: facts.silenced.screen_sharing,
            is_cloud_recording_disabled: facts.silenced.cloud_recording,
            custom_info: &facts.custom_info,
            schedule_start_time: facts.schedule.start_s,
            schedule_end_time: facts.schedule.end_s,
            room_status: facts.status(now_ms).into(),
            is_seat_enabled: facts.seats.is_some(),
            take_seat_mode: TakeSeatModeWord::of(facts.seats),
            create_time: facts.created_ms / 1000,
            member_count: room.tally.members,
        }
    }
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
        let write = |seen: &RoomView<'_>| {
            let room_info = RoomInfo::new(room.as_str(), seen, now_ms);
            reply.response(&Response { room_info });
        };
        Ok(call.engine.look(call.app, &room, write).await?)
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

//! `get_room_info`: <https://trtc.io/document/60704>
//!
//! Quirks: `CreateTime` is described with the text of the start time, but is what its name says.
//! A room without seats answers `TakeSeatMode` `None` and `MaxSeatCount` 0. Neither the password
//! nor whether one is asked for is answered: no page shows them.

use serde::{Deserialize, Serialize};

use super::words;
use crate::domain::RoomView;
use crate::proto::tencent::command::{Call, Command, MayCall, Spec};
use crate::proto::tencent::field::{Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Reads a room.
pub struct GetRoomInfo;

/// The body.
#[derive(Debug, Deserialize)]
pub struct Request<'a> {
    #[serde(rename = "RoomId", borrow)]
    room_id: Option<Text<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Response<'a> {
    room_info: RoomInfo<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has six switches")]
struct RoomInfo<'a> {
    room_id: &'a str,
    room_name: &'a str,
    room_type: &'static str,
    #[serde(rename = "Owner_Account")]
    owner: &'a str,
    max_member_count: u32,
    max_seat_count: u32,
    is_video_disabled: bool,
    is_audio_disabled: bool,
    is_message_disabled: bool,
    is_screen_sharing_disabled: bool,
    is_cloud_recording_disabled: bool,
    custom_info: &'a str,
    schedule_start_time: u64,
    schedule_end_time: u64,
    room_status: &'static str,
    is_seat_enabled: bool,
    take_seat_mode: &'static str,
    create_time: u64,
    member_count: u32,
}

impl<'a> RoomInfo<'a> {
    fn new(room_id: &'a str, room: &RoomView<'a>, now_ms: u64) -> Self {
        let facts = room.facts;
        Self {
            room_id,
            room_name: &facts.name,
            room_type: words::room_type(facts.kind),
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
            room_status: words::room_status(facts.status(now_ms)),
            is_seat_enabled: facts.seats.is_some(),
            take_seat_mode: words::take_seat_mode(facts.seats),
            create_time: facts.created_ms / 1000,
            member_count: room.tally.members,
        }
    }
}

impl Command for GetRoomInfo {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/get_room_info",
        page: "https://trtc.io/document/60704",
        calls_per_second: 200,
        may_call: MayCall::AppAdministrator,
        reads: true,
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        wire: super::wire,
    };
    type Request<'a> = Request<'a>;

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

    #[test]
    fn a_room_of_defaults_has_the_documented_shape() {
        let desk = Desk::new();
        let create = r#"{"RoomInfo":{"RoomId":"r-1001","RoomType":"Conference"}}"#;
        assert_eq!(desk.call("room_engine_http_srv/create_room", create), done());
        let mut reply = desk.call("room_engine_http_srv/get_room_info", r#"{"RoomId":"r-1001"}"#);
        let info = reply["Response"]["RoomInfo"].as_object_mut().unwrap();
        let [start, end, created] = ["ScheduleStartTime", "ScheduleEndTime", "CreateTime"]
            .map(|field| info.remove(field).unwrap().as_u64().unwrap());
        assert_eq!((start, end), (created, created + 3600));
        assert_eq!(
            reply,
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "Response": {"RoomInfo": {
                    "RoomId": "r-1001", "RoomName": "r-1001", "RoomType": "Conference",
                    "Owner_Account": "admin", "MaxMemberCount": 300, "MaxSeatCount": 0,
                    "IsVideoDisabled": false, "IsAudioDisabled": false, "IsMessageDisabled": false,
                    "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": false,
                    "CustomInfo": "", "RoomStatus": "Running", "IsSeatEnabled": false,
                    "TakeSeatMode": "None", "MemberCount": 1,
                }},
            })
        );
    }
}

//! `update_room_info`: <https://trtc.io/document/60705>
//!
//! Changes what is named and leaves the rest. Type, owner, seats and schedule cannot be changed
//! here: those fields are ignored like unknown ones.
//!
//! Where the page is silent: a `TakeSeatMode` for a room without seats is 100211; a
//! `MaxMemberCount` below the present count only keeps new ones out; an empty `Password` turns the
//! gate off and forgets what was kept.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::room_fields::{
    MAX_COUNT, MAX_CUSTOM_INFO_BYTES, MAX_PASSWORD_BYTES, MAX_ROOM_NAME_BYTES, custom_info,
    max_member_count, password, room_name, take_seat_mode,
};
use super::words::TAKE_SEAT_MODES;
use crate::domain::{RoomChange, UpdateRoom};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, required, room_id};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{RoomIdField, words_or_null};

/// Changes a room.
pub struct UpdateRoomInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The room and what is to change of it. What is absent stays.
    #[serde(rename = "RoomInfo", borrow)]
    #[schemars(required)]
    room_info: Option<Object<RoomInfo<'a>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct RoomInfo<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The name that people see. An empty one counts as absent.
    #[serde(borrow)]
    #[schemars(length(max = MAX_ROOM_NAME_BYTES))]
    room_name: Option<Text<'a>>,
    /// The most members, never above `app.room.member_ceiling`. Fewer than there are only keep new
    /// ones out.
    #[schemars(range(min = 1, max = MAX_COUNT))]
    max_member_count: Option<i64>,
    /// No member may show the camera.
    is_video_disabled: Option<bool>,
    /// No member may speak.
    is_audio_disabled: Option<bool>,
    /// No member may write messages.
    is_message_disabled: Option<bool>,
    /// No member may share the screen.
    is_screen_sharing_disabled: Option<bool>,
    /// No member may record into the cloud.
    is_cloud_recording_disabled: Option<bool>,
    /// A text of the app's own. An empty one clears it.
    #[serde(borrow)]
    #[schemars(length(max = MAX_CUSTOM_INFO_BYTES))]
    custom_info: Option<Text<'a>>,
    /// How people come to sit, in a room with seats. An empty word counts as absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(TAKE_SEAT_MODES)))]
    take_seat_mode: Option<Text<'a>>,
    /// The door asks for the password.
    is_password_enabled: Option<bool>,
    /// The password, which no reply shows. An empty one is forgotten and the door open.
    #[serde(borrow)]
    #[schemars(length(max = MAX_PASSWORD_BYTES))]
    password: Option<Text<'a>>,
}

impl Command for UpdateRoomInfo {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/update_room_info",
        summary: "Changes a room",
        page: "https://trtc.io/document/60705",
        reads: false,
        codes: &[100_001, 100_002, 100_004, 100_006],
        answers: &[100_001, 100_002, 100_004, 100_013, 100_211],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let Object(info) = required("RoomInfo", request.room_info)?;
        let room = room_id("RoomInfo.RoomId", info.room_id)?;
        let change = RoomChange {
            name: room_name(info.room_name.as_ref())?,
            max_member_count: max_member_count(info.max_member_count)?,
            video: info.is_video_disabled,
            audio: info.is_audio_disabled,
            messages: info.is_message_disabled,
            screen_sharing: info.is_screen_sharing_disabled,
            cloud_recording: info.is_cloud_recording_disabled,
            custom_info: custom_info(info.custom_info.as_ref())?,
            take_seat_mode: take_seat_mode(info.take_seat_mode)?,
            gate_enabled: info.is_password_enabled,
            password: password(info.password.as_ref())?,
        };
        let operation = UpdateRoom { by: call.caller.account().clone(), change };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/update_room_info";

    #[test]
    fn the_documented_request_changes_its_fields_and_no_others() {
        let desk = Desk::new();
        let create = json!({"RoomInfo": {
            "RoomId": "r-1001", "RoomType": "Conference", "RoomName": "Weekly",
            "IsAudioDisabled": true, "IsVideoDisabled": true, "IsSeatEnabled": true,
            "TakeSeatMode": "ApplyToTake", "Owner_Account": "alice",
        }});
        assert_eq!(desk.call("room_engine_http_srv/create_room", &create.to_string()), done());
        let update = json!({"RoomInfo": {
            "RoomId": "r-1001", "RoomName": "Weekly sync", "MaxMemberCount": 100,
            "IsAudioDisabled": false, "CustomInfo": "y", "TakeSeatMode": "FreeToTake",
            "IsPasswordEnabled": true, "Password": "987654",
        }});
        assert_eq!(desk.call(PATH, &update.to_string()), done());
        let info = desk.call("room_engine_http_srv/get_room_info", r#"{"RoomId":"r-1001"}"#);
        let seen = &info["Response"]["RoomInfo"];
        for (field, value) in [
            ("RoomName", json!("Weekly sync")),
            ("MaxMemberCount", json!(100)),
            ("IsAudioDisabled", json!(false)),
            ("IsVideoDisabled", json!(true)),
            ("CustomInfo", json!("y")),
            ("TakeSeatMode", json!("FreeToTake")),
            ("Owner_Account", json!("alice")),
            ("MaxSeatCount", json!(16)),
        ] {
            assert_eq!(seen[field], value, "{field}");
        }
    }
}

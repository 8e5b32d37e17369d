//! `create_room`: <https://trtc.io/document/60707>
//!
//! Makes a conference room, for now or for a scheduled time. Quirks: the invitees stand beside
//! `RoomInfo`, not in it; the page says nothing of the reply, which is the bare envelope like that
//! of every write. An id in use is 100010 for the room's owner and 100003 for everybody else; 100011
//! if a chat group has it.
//!
//! Where the page is silent: a schedule time of 0 counts as absent (lenient), `TakeSeatMode` may
//! be left out where seats are on and is `FreeToTake` then (lenient), `Password` alone is kept but
//! not asked for.

use schemars::JsonSchema;
use serde::Deserialize;

use super::room_fields::{
    MAX_COUNT, MAX_CUSTOM_INFO_BYTES, MAX_PASSWORD_BYTES, MAX_ROOM_NAME_BYTES, custom_info,
    max_member_count, password, room_name, take_seat_mode,
};
use super::words::{ROOM_TYPES, TAKE_SEAT_MODES};
use crate::domain::{self, Gate, SeatRequest, Silenced, TakeSeatMode};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, account, accounts, number, required, room_id, word,
};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words, words_or_null};

/// The most people invited with one call. Undocumented; our choice.
const MAX_INVITEES: usize = 300;
/// The last moment that a schedule may name: the end of the year 9999, in Unix seconds.
const MAX_SCHEDULE_TIME_S: i64 = 253_402_300_799;

/// Makes a room.
pub struct CreateRoom;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// The room to make.
    #[serde(rename = "RoomInfo", borrow)]
    #[schemars(required)]
    room_info: Option<Object<RoomInfo<'a>>>,
    /// Who is invited to a scheduled room.
    #[serde(rename = "ScheduleInviteeList_Account", borrow)]
    #[schemars(with = "Option<Vec<AccountField>>", length(max = MAX_INVITEES))]
    invitees: Option<Vec<AccountText<'a>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct RoomInfo<'a> {
    /// The room's id, free in its app.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The name that people see; the id if absent or empty.
    #[serde(borrow)]
    #[schemars(length(max = MAX_ROOM_NAME_BYTES))]
    room_name: Option<Text<'a>>,
    /// What kind of room.
    #[serde(borrow)]
    #[schemars(required, extend("enum" = words(ROOM_TYPES)))]
    room_type: Option<Text<'a>>,
    /// Who owns the room; the caller if absent.
    #[serde(rename = "Owner_Account", borrow)]
    #[schemars(with = "Option<AccountField>")]
    owner: Option<AccountText<'a>>,
    /// The most members; `app.room.max_member_count` if absent, and never above
    /// `app.room.member_ceiling`.
    #[schemars(range(min = 1, max = MAX_COUNT))]
    max_member_count: Option<i64>,
    /// The scheduled start in Unix seconds; now if absent or 0.
    #[schemars(range(min = 0, max = MAX_SCHEDULE_TIME_S))]
    schedule_start_time: Option<i64>,
    /// The scheduled end in Unix seconds, 300 seconds after the start or later; an hour after it
    /// if absent or 0.
    #[schemars(range(min = 0, max = MAX_SCHEDULE_TIME_S))]
    schedule_end_time: Option<i64>,
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
    /// A text of the app's own.
    #[serde(borrow)]
    #[schemars(length(max = MAX_CUSTOM_INFO_BYTES))]
    custom_info: Option<Text<'a>>,
    /// The room has seats.
    is_seat_enabled: Option<bool>,
    /// How many seats, where there are any; never above `app.room.max_seat_count`.
    #[schemars(range(min = 1, max = MAX_COUNT))]
    max_seat_count: Option<i64>,
    /// How people come to sit. An empty word counts as absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(TAKE_SEAT_MODES)))]
    take_seat_mode: Option<Text<'a>>,
    /// The door asks for the password.
    is_password_enabled: Option<bool>,
    /// The password, which no reply shows.
    #[serde(borrow)]
    #[schemars(length(max = MAX_PASSWORD_BYTES))]
    password: Option<Text<'a>>,
}

impl Command for CreateRoom {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/create_room",
        summary: "Makes a room",
        page: "https://trtc.io/document/60707",
        reads: false,
        codes: &[100_001, 100_002, 100_003, 100_007, 100_010, 100_011, 100_013, 100_015],
        answers: &[100_001, 100_002, 100_003, 100_010, 100_011, 100_013, 100_015],
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
        let invitees = request.invitees.unwrap_or_default();
        let invitees = accounts("ScheduleInviteeList_Account", &invitees, MAX_INVITEES)?;
        let room = room_id("RoomInfo.RoomId", info.room_id.clone())?;
        let operation = operation(call, info, room.as_str(), invitees)?;
        Ok(call.engine.run(call.app, &room, &operation).await?)
    }
}

fn operation(
    call: &Call<'_>,
    info: RoomInfo<'_>,
    room: &str,
    invitees: Vec<domain::Account>,
) -> Result<domain::CreateRoom, Refused> {
    let strict = call.app.strict();
    room_type(info.room_type)?;
    let by = call.caller.account().clone();
    let owner = match &info.owner {
        Some(owner) => account("RoomInfo.Owner_Account", owner)?,
        None => by.clone(),
    };
    Ok(domain::CreateRoom {
        by,
        owner,
        name: room_name(info.room_name.as_ref())?.unwrap_or_else(|| room.into()),
        max_member_count: max_member_count(info.max_member_count)?,
        start_s: moment("RoomInfo.ScheduleStartTime", info.schedule_start_time, strict)?,
        end_s: moment("RoomInfo.ScheduleEndTime", info.schedule_end_time, strict)?,
        silenced: Silenced {
            video: info.is_video_disabled.unwrap_or_default(),
            audio: info.is_audio_disabled.unwrap_or_default(),
            messages: info.is_message_disabled.unwrap_or_default(),
            screen_sharing: info.is_screen_sharing_disabled.unwrap_or_default(),
            cloud_recording: info.is_cloud_recording_disabled.unwrap_or_default(),
        },
        custom_info: custom_info(info.custom_info.as_ref())?.unwrap_or_default(),
        seats: seats(info.is_seat_enabled, info.max_seat_count, info.take_seat_mode, strict)?,
        gate: Gate {
            enabled: info.is_password_enabled.unwrap_or_default(),
            password: password(info.password.as_ref())?.flatten(),
        },
        invitees,
    })
}

/// `RoomType` must be there and name a kind that can be made here: a code of its own if not.
fn room_type(text: Option<Text<'_>>) -> Result<(), Refused> {
    let known = word("RoomInfo.RoomType", text, ROOM_TYPES).map_err(Refused::RoomType)?;
    required("RoomInfo.RoomType", known)?;
    Ok(())
}

/// A moment in Unix seconds. Zero is the beginning of 1970 to the letter, and "not said" to the
/// programs that send it.
fn moment(
    field: &'static str,
    time_s: Option<i64>,
    strict: bool,
) -> Result<Option<u64>, FieldFault> {
    number(field, time_s.filter(|time_s| strict || *time_s != 0), 0, MAX_SCHEDULE_TIME_S)
}

/// The seats asked for. What is said of them is checked even where seats are off.
fn seats(
    enabled: Option<bool>,
    count: Option<i64>,
    mode: Option<Text<'_>>,
    strict: bool,
) -> Result<Option<SeatRequest>, FieldFault> {
    let count = number("RoomInfo.MaxSeatCount", count, 1, MAX_COUNT)?;
    let mode = take_seat_mode(mode)?;
    if !enabled.unwrap_or_default() {
        return Ok(None);
    }
    if strict {
        required("RoomInfo.TakeSeatMode", mode)?;
    }
    Ok(Some(SeatRequest { count, mode: mode.unwrap_or(TakeSeatMode::Free) }))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/create_room";

    #[test]
    fn the_documented_request_makes_a_room() {
        let desk = Desk::new();
        desk.freeze_at(2_000_000_000);
        let body = json!({
            "RoomInfo": {
                "RoomId": "r-1001", "RoomName": "Weekly", "RoomType": "Conference",
                "Owner_Account": "alice", "MaxMemberCount": 50,
                "ScheduleStartTime": 1_793_271_355, "ScheduleEndTime": 1_793_274_955,
                "IsVideoDisabled": false, "IsAudioDisabled": true, "IsMessageDisabled": false,
                "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": false,
                "CustomInfo": "x", "IsSeatEnabled": true, "MaxSeatCount": 16,
                "TakeSeatMode": "ApplyToTake", "IsPasswordEnabled": true, "Password": "4321",
            },
            "ScheduleInviteeList_Account": ["bob", "carol"],
        });
        assert_eq!(desk.call(PATH, &body.to_string()), done());
        let info = desk.call("room_engine_http_srv/get_room_info", r#"{"RoomId":"r-1001"}"#);
        assert_eq!(
            info["Response"]["RoomInfo"],
            json!({
                "RoomId": "r-1001", "RoomName": "Weekly", "RoomType": "Conference",
                "Owner_Account": "alice", "MaxMemberCount": 50, "MaxSeatCount": 16,
                "IsVideoDisabled": false, "IsAudioDisabled": true, "IsMessageDisabled": false,
                "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": false, "CustomInfo": "x",
                "ScheduleStartTime": 1_793_271_355, "ScheduleEndTime": 1_793_274_955,
                "RoomStatus": "Running", "IsSeatEnabled": true, "TakeSeatMode": "ApplyToTake",
                "CreateTime": 2_000_000_000, "MemberCount": 1,
            })
        );
    }

    #[test]
    fn an_id_of_a_chat_group_is_in_use_whoever_asks() {
        let desk = Desk::new();
        desk.group("g", "alice");
        for owner in ["alice", "bob"] {
            let info = json!({"RoomId": "g", "RoomType": "Conference", "Owner_Account": owner});
            let body = json!({"RoomInfo": info}).to_string();
            desk.refuses(PATH, &body, 100_011, "RoomInfo.RoomId: in use by a chat group");
        }
    }
}

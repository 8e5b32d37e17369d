//! `RoomInfo` as it is shown: by `get_room_info`, which adds a count, and by the callback that tells
//! of a new room.

use schemars::JsonSchema;
use serde::Serialize;

use super::words::{RoomStatusWord, RoomTypeWord, TakeSeatModeWord};
use crate::domain::{Account, Facts, Schedule};

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
#[expect(clippy::struct_excessive_bools, reason = "the wire has six switches")]
/// A room, as replies and callbacks show it whole.
pub struct RoomInfo<'a> {
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
}

impl<'a> RoomInfo<'a> {
    /// A room's facts at a moment of the app's clock.
    #[must_use]
    pub fn new(room_id: &'a str, facts: &'a Facts, now_ms: u64) -> Self {
        let schedule = facts.schedule.unwrap_or_else(|| Schedule::at(facts.created_ms / 1000));
        Self {
            room_id,
            room_name: &facts.name,
            room_type: facts.kind.into(),
            owner: facts.owner.as_ref().map_or("", Account::as_str),
            max_member_count: facts.max_member_count,
            max_seat_count: facts.seats.map_or(0, |seats| seats.count),
            is_video_disabled: facts.silenced.video,
            is_audio_disabled: facts.silenced.audio,
            is_message_disabled: facts.silenced.messages,
            is_screen_sharing_disabled: facts.silenced.screen_sharing,
            is_cloud_recording_disabled: facts.silenced.cloud_recording,
            custom_info: &facts.custom_info,
            schedule_start_time: schedule.start_s,
            schedule_end_time: schedule.end_s,
            room_status: facts.status(now_ms).into(),
            is_seat_enabled: facts.seats.is_some(),
            take_seat_mode: TakeSeatModeWord::of(facts.seats),
            create_time: facts.created_ms / 1000,
        }
    }
}

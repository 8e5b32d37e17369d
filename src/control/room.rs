//! A room as the control plane shows one: in a list, and by itself.

use schemars::JsonSchema;
use serde::Serialize;

use super::seats::{BanRow, SeatRow};
use crate::domain::{
    Account, Facts, GroupType, MAX_SEATS, RoomId, RoomKind, RoomStatus, RoomView, Seats,
    TakeSeatMode,
};

/// The most bans that are shown with a room. All are in pages of `get_banned_member_list`.
pub(super) const MAX_BANS: usize = 1000;

/// A room in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct RoomRow<'a> {
    /// Its id.
    room: &'a str,
    /// How it lives and ends.
    kind: Kind,
    /// The type of group that chat sees in it.
    group_type: Type,
    /// How many are in the list.
    member_count: u32,
    /// When it was made, in Unix milliseconds of the app's clock.
    created_ms: u64,
}

impl<'a> RoomRow<'a> {
    pub(super) fn new(id: &'a RoomId, seen: &RoomView<'_>) -> Self {
        Self {
            room: id.as_str(),
            kind: seen.facts.kind.into(),
            group_type: seen.facts.kind.group_type().into(),
            member_count: seen.tally.members,
            created_ms: seen.facts.created_ms,
        }
    }
}

/// A room by itself.
#[derive(Serialize, JsonSchema)]
pub(super) struct Room<'a> {
    /// Its id.
    room: &'a str,
    /// How it lives and ends.
    kind: Kind,
    /// The type of group that chat sees in it.
    group_type: Type,
    /// The name that people see.
    name: &'a str,
    /// Who owns it, present or not; `null` if nobody does.
    owner: Option<&'a str>,
    /// What else is true of it.
    info: Info<'a>,
    /// How many are in the list.
    member_count: u32,
    /// Every seat, by its index.
    #[schemars(length(max = MAX_SEATS))]
    seats: Vec<SeatRow<'a>>,
    /// The bans that are in force, in the order of banning; of more than a thousand the first.
    #[schemars(length(max = MAX_BANS))]
    bans: &'a [BanRow],
}

impl<'a> Room<'a> {
    pub(super) fn new(
        id: &'a RoomId,
        seen: &RoomView<'a>,
        seats: &'a Seats,
        bans: &'a [BanRow],
        now_ms: u64,
    ) -> Self {
        Self {
            room: id.as_str(),
            kind: seen.facts.kind.into(),
            group_type: seen.facts.kind.group_type().into(),
            name: &seen.facts.name,
            owner: seen.facts.owner.as_ref().map(Account::as_str),
            info: Info::new(seen.facts, now_ms),
            member_count: seen.tally.members,
            seats: seats.iter().map(SeatRow::new).collect(),
            bans,
        }
    }
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
#[expect(clippy::struct_excessive_bools, reason = "a room has six switches")]
struct Info<'a> {
    /// The most members.
    max_member_count: u32,
    /// The scheduled start, in Unix seconds; `null` in a group.
    schedule_start_s: Option<u64>,
    /// The scheduled end, in Unix seconds; `null` in a group.
    schedule_end_s: Option<u64>,
    /// Whether the scheduled start has passed, by the app's clock.
    status: Status,
    /// No member may show the camera.
    video_disabled: bool,
    /// No member may speak.
    audio_disabled: bool,
    /// No member may write messages.
    message_disabled: bool,
    /// No member may share the screen.
    screen_sharing_disabled: bool,
    /// No member may record into the cloud.
    cloud_recording_disabled: bool,
    /// The app's own text about the room.
    custom_info: &'a str,
    /// The door asks for a password, which is never shown.
    password_enabled: bool,
    /// How people come to sit; `null` in a room without seats.
    take_seat_mode: Option<SeatMode>,
    /// How many seats; 0 in a room without.
    max_seat_count: u32,
    /// When it was made, in Unix milliseconds of the app's clock.
    created_ms: u64,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Kind {
    Conference,
    Group,
    Open,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Type {
    Private,
    Public,
    ChatRoom,
    AvChatRoom,
    Community,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum Status {
    NotStarted,
    Running,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(inline)]
enum SeatMode {
    FreeToTake,
    ApplyToTake,
}

impl<'a> Info<'a> {
    fn new(facts: &'a Facts, now_ms: u64) -> Self {
        Self {
            max_member_count: facts.max_member_count,
            schedule_start_s: facts.schedule.map(|schedule| schedule.start_s),
            schedule_end_s: facts.schedule.map(|schedule| schedule.end_s),
            status: facts.status(now_ms).into(),
            video_disabled: facts.silenced.video,
            audio_disabled: facts.silenced.audio,
            message_disabled: facts.silenced.messages,
            screen_sharing_disabled: facts.silenced.screen_sharing,
            cloud_recording_disabled: facts.silenced.cloud_recording,
            custom_info: &facts.custom_info,
            password_enabled: facts.gate.enabled,
            take_seat_mode: facts.seats.map(|seats| seats.mode.into()),
            max_seat_count: facts.seats.map_or(0, |seats| seats.count),
            created_ms: facts.created_ms,
        }
    }
}

impl From<RoomKind> for Kind {
    fn from(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Conference => Self::Conference,
            RoomKind::Group(_) => Self::Group,
            RoomKind::Open => Self::Open,
        }
    }
}

impl From<GroupType> for Type {
    fn from(of: GroupType) -> Self {
        match of {
            GroupType::Private => Self::Private,
            GroupType::Public => Self::Public,
            GroupType::ChatRoom => Self::ChatRoom,
            GroupType::AvChatRoom => Self::AvChatRoom,
            GroupType::Community => Self::Community,
        }
    }
}

impl From<RoomStatus> for Status {
    fn from(status: RoomStatus) -> Self {
        match status {
            RoomStatus::NotStarted => Self::NotStarted,
            RoomStatus::Running => Self::Running,
        }
    }
}

impl From<TakeSeatMode> for SeatMode {
    fn from(mode: TakeSeatMode) -> Self {
        match mode {
            TakeSeatMode::Free => Self::FreeToTake,
            TakeSeatMode::Apply => Self::ApplyToTake,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{Gate, GroupProfile, Silenced, Tally};

    #[test]
    fn a_group_has_no_schedule_and_may_have_no_owner() {
        let facts = Facts {
            kind: RoomKind::Group(GroupType::AvChatRoom),
            serial: 1,
            name: "live".into(),
            owner: None,
            created_ms: 17_000,
            schedule: None,
            max_member_count: 9,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            profile: GroupProfile::default(),
        };
        let (room, tally) = (RoomId::parse("g").unwrap(), Tally::default());
        let seen = RoomView { incarnation: 1, facts: &facts, tally: &tally };
        let shown = serde_json::to_value(Room::new(&room, &seen, Seats::NONE, &[], 1));
        let shown: Value = shown.unwrap();
        for (pointer, expected) in [
            ("/kind", json!("group")),
            ("/group_type", json!("av_chat_room")),
            ("/owner", Value::Null),
            ("/info/schedule_start_s", Value::Null),
            ("/info/schedule_end_s", Value::Null),
            ("/info/status", json!("running")),
        ] {
            assert_eq!(shown.pointer(pointer), Some(&expected), "{pointer}");
        }
        let row = serde_json::to_value(RoomRow::new(&room, &seen)).unwrap();
        let expected = json!({
            "room": "g", "kind": "group", "group_type": "av_chat_room", "member_count": 0,
            "created_ms": 17_000,
        });
        assert_eq!(row, expected);
    }
}

//! Rooms: a page of an app's, and one of them with its facts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::page::{self, PageParams};
use super::path::{AtApp, AtRoom};
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::seats::{BanRow, SeatRow};
use super::{Plane, reply};
use crate::domain::{
    BanView, Facts, MAX_SEATS, Need, RoomId, RoomKind, RoomStatus, RoomView, TakeSeatMode,
};

/// The most bans that are shown with a room. All are in pages of `get_banned_member_list`.
const MAX_BANS: usize = 1000;

/// A page of rooms, as [`list`] writes it by hand; the tests hold the two together.
#[derive(Serialize, JsonSchema)]
#[schemars(description = "A page of rooms.")]
pub(super) struct RoomPage<'a> {
    /// In the order of their ids.
    #[schemars(length(max = page::MAX_LIMIT))]
    rooms: Vec<RoomRow<'a>>,
    /// What the next page takes as `after`; `""` when this was the last.
    next: &'a str,
}

/// A room in a list.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct RoomRow<'a> {
    /// Its id.
    room: &'a str,
    /// How it lives and ends.
    kind: Kind,
    /// How many are in the list.
    member_count: u32,
    /// When it was made, in Unix milliseconds of the app's clock.
    created_ms: u64,
}

/// A room by itself.
#[derive(Serialize, JsonSchema)]
pub(super) struct Room<'a> {
    /// Its id.
    room: &'a str,
    /// How it lives and ends.
    kind: Kind,
    /// The name that people see.
    name: &'a str,
    /// Who owns it, present or not.
    owner: &'a str,
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

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
#[expect(clippy::struct_excessive_bools, reason = "a room has six switches")]
struct Info<'a> {
    /// The most members.
    max_member_count: u32,
    /// The scheduled start, in Unix seconds.
    schedule_start_s: u64,
    /// The scheduled end, in Unix seconds.
    schedule_end_s: u64,
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
            schedule_start_s: facts.schedule.start_s,
            schedule_end_s: facts.schedule.end_s,
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

/// `GET /apps/{app}/rooms?after=&limit=`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    Params(page): Params<PageParams>,
) -> Result<Response, Problem> {
    let limit = page.limit()?;
    let after = page.after().map(RoomId::parse).transpose();
    let after = after.map_err(|fault| Problem::bad_request(format!("after: {fault}")))?;
    let mut json = b"{\"rooms\":[".to_vec();
    let start = json.len();
    let mut see = |room: &RoomId, seen: &RoomView<'_>| {
        if json.len() > start {
            json.push(b',');
        }
        let row = RoomRow {
            room: room.as_str(),
            kind: seen.facts.kind.into(),
            member_count: seen.tally.members,
            created_ms: seen.facts.created_ms,
        };
        reply::write(&mut json, &row);
    };
    let next = plane.engine.rooms(&at.app, after.as_ref(), limit, &mut see).await?;
    json.extend_from_slice(b"],\"next\":");
    reply::write(&mut json, &next.as_ref().map_or("", RoomId::as_str));
    json.push(b'}');
    Ok(reply::written(StatusCode::OK, json))
}

/// `GET /apps/{app}/rooms/{room}`
pub(super) async fn get(
    State(plane): State<Arc<Plane>>,
    at: AtRoom,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    let now_ms = at.app.now_ms();
    let mut bans = Vec::new();
    let mut see = |ban: &BanView<'_>| {
        bans.push(BanRow { account: ban.account.into(), until_ms: ban.until_ms });
    };
    plane.engine.bans(&at.app, &at.room, 0, MAX_BANS, &mut see).await?;
    let need = Need { seats: true, ..Need::default() };
    let looking = plane.engine.look(&at.app, &at.room, need, |seen, slice| {
        let room = Room {
            room: at.room.as_str(),
            kind: seen.facts.kind.into(),
            name: &seen.facts.name,
            owner: seen.facts.owner.as_str(),
            info: Info::new(seen.facts, now_ms),
            member_count: seen.tally.members,
            seats: slice.seats().iter().map(SeatRow::new).collect(),
            bans: &bans,
        };
        reply::json(StatusCode::OK, &room)
    });
    Ok(looking.await?)
}

impl From<RoomKind> for Kind {
    fn from(kind: RoomKind) -> Self {
        match kind {
            RoomKind::Conference => Self::Conference,
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

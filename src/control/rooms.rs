//! Rooms: a page of an app's, and one of them with its facts.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use serde::Serialize;

use super::page::PageParams;
use super::path::{AtApp, AtRoom};
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::domain::{Facts, RoomId, RoomKind, RoomStatus, RoomView, TakeSeatMode};

/// A room in a list.
#[derive(Serialize)]
struct RoomRow<'a> {
    room: &'a str,
    kind: &'static str,
    member_count: u32,
    created_ms: u64,
}

/// A room by itself.
#[derive(Serialize)]
struct Room<'a> {
    room: &'a str,
    kind: &'static str,
    name: &'a str,
    owner: &'a str,
    info: Info<'a>,
    member_count: u32,
    /// Nobody sits or is banned yet.
    seats: [(); 0],
    bans: [(); 0],
}

#[derive(Serialize)]
#[expect(clippy::struct_excessive_bools, reason = "a room has six switches")]
struct Info<'a> {
    max_member_count: u32,
    schedule_start_s: u64,
    schedule_end_s: u64,
    status: &'static str,
    video_disabled: bool,
    audio_disabled: bool,
    message_disabled: bool,
    screen_sharing_disabled: bool,
    cloud_recording_disabled: bool,
    custom_info: &'a str,
    password_enabled: bool,
    take_seat_mode: Option<&'static str>,
    max_seat_count: u32,
    created_ms: u64,
}

impl<'a> Info<'a> {
    fn new(facts: &'a Facts, now_ms: u64) -> Self {
        Self {
            max_member_count: facts.max_member_count,
            schedule_start_s: facts.schedule.start_s,
            schedule_end_s: facts.schedule.end_s,
            status: status(facts.status(now_ms)),
            video_disabled: facts.silenced.video,
            audio_disabled: facts.silenced.audio,
            message_disabled: facts.silenced.messages,
            screen_sharing_disabled: facts.silenced.screen_sharing,
            cloud_recording_disabled: facts.silenced.cloud_recording,
            custom_info: &facts.custom_info,
            password_enabled: facts.gate.enabled,
            take_seat_mode: facts.seats.map(|seats| take_seat_mode(seats.mode)),
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
            kind: kind(seen.facts.kind),
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
    let see = |seen: &RoomView<'_>| {
        let room = Room {
            room: at.room.as_str(),
            kind: kind(seen.facts.kind),
            name: &seen.facts.name,
            owner: seen.facts.owner.as_str(),
            info: Info::new(seen.facts, now_ms),
            member_count: seen.tally.members,
            seats: [],
            bans: [],
        };
        reply::json(StatusCode::OK, &room)
    };
    Ok(plane.engine.look(&at.app, &at.room, see).await?)
}

fn kind(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Conference => "conference",
    }
}

fn status(status: RoomStatus) -> &'static str {
    match status {
        RoomStatus::NotStarted => "not_started",
        RoomStatus::Running => "running",
    }
}

fn take_seat_mode(mode: TakeSeatMode) -> &'static str {
    match mode {
        TakeSeatMode::Free => "free_to_take",
        TakeSeatMode::Apply => "apply_to_take",
    }
}

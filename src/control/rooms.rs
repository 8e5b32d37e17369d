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
use super::room::{MAX_BANS, Room, RoomRow};
use super::seats::BanRow;
use super::{Plane, reply};
use crate::domain::{Need, RoomId, RoomView, SanctionKind, SanctionView};

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
        reply::write(&mut json, &RoomRow::new(room, seen));
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
    let mut see = |ban: &SanctionView<'_>| {
        bans.push(BanRow { account: ban.account.into(), until_ms: ban.until_ms });
    };
    let looking =
        plane.engine.sanctions(&at.app, &at.room, SanctionKind::Ban, 0, MAX_BANS, &mut see);
    looking.await?;
    // Another look, a moment later: a change in between may be in one of the two alone.
    let need = Need { seats: true, ..Need::default() };
    let looking = plane.engine.look(&at.app, &at.room, need, |seen, slice| {
        let room = Room::new(&at.room, seen, slice.seats(), &bans, now_ms);
        reply::json(StatusCode::OK, &room)
    });
    Ok(looking.await?)
}

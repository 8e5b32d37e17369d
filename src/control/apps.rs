//! Apps: which there are, and one of them taken back to its beginning.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::{self, NoFields};
use super::path::AtApp;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};

/// Every app.
#[derive(Serialize, JsonSchema)]
pub(super) struct Apps {
    /// By id.
    apps: Vec<AppRow>,
}

/// An app. No keys: whoever may look here need not be able to sign.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "App")]
struct AppRow {
    /// Its id.
    sdkappid: u32,
    /// It was made for one test run.
    leased: bool,
    /// How many rooms it has.
    rooms: u64,
}

/// `GET /apps`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    let mut apps = Vec::new();
    for app in plane.engine.apps() {
        let rooms = plane.engine.room_count(&app).await?;
        apps.push(AppRow { sdkappid: app.id().0, leased: app.is_leased(), rooms });
    }
    Ok(reply::json(StatusCode::OK, &Apps { apps }))
}

/// `POST /apps/{app}/reset`
pub(super) async fn reset(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    plane.engine.reset(&at.app).await?;
    Ok(StatusCode::NO_CONTENT)
}

//! Snapshots: an app's whole state, kept under a name in the process and put back.
//!
//! They are the bench's: they are there with `bench.enabled`. Taking one and putting it back are not
//! cut off by `server.request_timeout`: how much they are about is bounded by `bench.snapshots`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::{self, NoFields};
use super::exchange::Report;
use super::path::{AtApp, AtSnapshot};
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::engine::{MAX_SNAPSHOTS, RestoreRefusal, SnapshotAbout, SnapshotName, SnapshotRefusal};

/// A snapshot.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Snapshot")]
pub(super) struct SnapshotRow {
    /// What it is called.
    name: String,
    /// When it was taken, in Unix milliseconds of the app's clock.
    at_ms: u64,
    /// What it holds, in bytes: those of the export.
    bytes: u64,
    /// Rooms, groups among them.
    rooms: u64,
    /// Members of all of them.
    members: u64,
}

impl From<SnapshotAbout> for SnapshotRow {
    fn from(about: SnapshotAbout) -> Self {
        let SnapshotAbout { name, at_ms, bytes, rooms, members } = about;
        Self { name: name.as_str().to_owned(), at_ms, bytes, rooms, members }
    }
}

/// All snapshots of an app.
#[derive(Serialize, JsonSchema)]
pub(super) struct SnapshotList {
    /// By name.
    #[schemars(length(max = MAX_SNAPSHOTS))]
    snapshots: Vec<SnapshotRow>,
}

/// `GET /apps/{app}/snapshots`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    plane.bench()?;
    let snapshots = at.app.snapshots().into_iter().map(SnapshotRow::from).collect();
    Ok(reply::json(StatusCode::OK, &SnapshotList { snapshots }))
}

/// `POST /apps/{app}/snapshots/{name}`
pub(super) async fn take(
    State(plane): State<Arc<Plane>>,
    at: AtSnapshot,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let NoFields {} = body::parse(&body)?;
    let (about, replaced) = plane.engine.take_snapshot(&at.app, &at.name).await?;
    let status = if replaced { StatusCode::OK } else { StatusCode::CREATED };
    Ok(reply::json(status, &SnapshotRow::from(about)))
}

/// `DELETE /apps/{app}/snapshots/{name}`
pub(super) async fn remove(
    State(plane): State<Arc<Plane>>,
    at: AtSnapshot,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    plane.bench()?;
    let NoFields {} = body::parse(&body)?;
    if at.app.remove_snapshot(&at.name) {
        Ok(StatusCode::NO_CONTENT)
    } else {
        Err(unknown(&at.name))
    }
}

/// `POST /apps/{app}/snapshots/{name}/restore`
pub(super) async fn restore(
    State(plane): State<Arc<Plane>>,
    at: AtSnapshot,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let NoFields {} = body::parse(&body)?;
    let restored = plane.engine.restore(&at.app, &at.name).await;
    let imported = restored.map_err(|refusal| match refusal {
        RestoreRefusal::Unknown => unknown(&at.name),
        RestoreRefusal::Advancing => Problem::conflict(refusal.to_string()),
        RestoreRefusal::Import(fault) => fault.into(),
    })?;
    Ok(reply::json(StatusCode::OK, &Report::from(imported)))
}

fn unknown(name: &SnapshotName) -> Problem {
    Problem::not_found(format!("name: no snapshot {}", name.as_str()))
}

impl From<SnapshotRefusal> for Problem {
    fn from(refusal: SnapshotRefusal) -> Self {
        match refusal {
            SnapshotRefusal::Busy | SnapshotRefusal::TooMany | SnapshotRefusal::TooLarge { .. } => {
                Self::conflict(refusal.to_string())
            }
            SnapshotRefusal::Export(refusal) => refusal.into(),
        }
    }
}

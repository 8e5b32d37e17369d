//! An app's whole state, taken away and brought back: streams, of which nothing is kept whole.
//!
//! Neither is under `server.body_limit` or cut off by `server.request_timeout`. Each piece of a body
//! has that time, and each line a bound of its own; whoever takes no more of an answer is cut off as
//! everywhere.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream::try_unfold;
use http::header::{CONTENT_TYPE, EXPECT};
use http::{HeaderMap, HeaderValue, StatusCode};
use http_body_util::BodyExt;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::time::timeout;

use super::path::AtApp;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, body, reply};
use crate::engine::{App, Failure, Imported, Lines};

/// The type of what is exported and imported.
pub(super) const MEDIA_TYPE: &str = "application/jsonl";

/// What was imported.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Imported")]
pub(super) struct Report {
    /// Lines between the first and the last.
    records: u64,
    /// Rooms, groups among them.
    rooms: u64,
    /// Members of all of them.
    members: u64,
    /// Accounts.
    accounts: u64,
    /// Rules that forbid something.
    rules: u64,
    /// Callbacks that wait.
    letters: u64,
    /// The receiver of callbacks is set without the query that its URL had where it was exported:
    /// set it again.
    receiver_query_missing: bool,
}

impl From<Imported> for Report {
    fn from(imported: Imported) -> Self {
        let Imported { records, rooms, members, accounts, rules, letters, query_missing } =
            imported;
        let receiver_query_missing = query_missing;
        Self { records, rooms, members, accounts, rules, letters, receiver_query_missing }
    }
}

/// `GET /apps/{app}/export`
pub(super) async fn export(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    let lines = plane.engine.export(&at.app).await?;
    let next = |mut lines: Lines| async move {
        let more = lines.next().await?;
        Ok::<_, Failure>(more.map(|more| (Bytes::from(more), lines)))
    };
    let mut response = Response::new(Body::from_stream(try_unfold(lines, next)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(MEDIA_TYPE));
    Ok(response)
}

/// `PUT /apps/{app}/import`
pub(super) async fn import(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    headers: HeaderMap,
    mut body: Body,
) -> Result<Response, Problem> {
    match take_over(&plane, &at.app, &mut body).await {
        Ok(imported) => Ok(reply::json(StatusCode::OK, &Report::from(imported))),
        Err(problem) => {
            // A connection that is closed on a client who still sends takes the answer with it.
            if !headers.contains_key(EXPECT) {
                let drain = body::drain(&mut body, usize::MAX);
                let _ = timeout(plane.request_timeout, drain).await;
            }
            Err(problem.closing())
        }
    }
}

async fn take_over(plane: &Plane, app: &App, body: &mut Body) -> Result<Imported, Problem> {
    let mut import = plane.engine.import(app).await?;
    loop {
        let frame = timeout(plane.request_timeout, body.frame()).await;
        let frame = frame.map_err(|_| Problem::body_too_slow(plane.request_timeout))?;
        let Some(frame) = frame else { break };
        let frame = frame.map_err(|_| Problem::body_broken())?;
        if let Some(bytes) = frame.data_ref() {
            import.push(bytes).await?;
        }
    }
    Ok(import.finish().await?)
}

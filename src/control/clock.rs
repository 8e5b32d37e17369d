//! An app's clock: what it shows, set, and moved.
//!
//! Setting it and moving it are the bench's: they are there with `bench.enabled`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body;
use super::path::AtApp;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::engine::{AdvanceRefusal, Advanced, ClockBackwards, ClockReading, ClockSetting};

/// An app's clock.
#[derive(Serialize, JsonSchema)]
pub(super) struct Clock {
    /// What it shows, in Unix milliseconds.
    now_ms: u64,
    /// It stands still.
    frozen: bool,
    /// How far it is ahead of real time, in milliseconds.
    offset_ms: i64,
}

impl From<ClockReading> for Clock {
    fn from(reading: ClockReading) -> Self {
        let ClockReading { now_ms, frozen, offset_ms } = reading;
        Self { now_ms, frozen, offset_ms }
    }
}

/// `GET /apps/{app}/clock`
pub(super) async fn get(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    Ok(reply::json(StatusCode::OK, &Clock::from(plane.engine.clock(&at.app))))
}

/// The body of a setting. The moment is said in one of two ways, or not at all.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct SetFields {
    /// The moment to show, in Unix milliseconds. Not together with `offset_ms`.
    now_ms: Option<u64>,
    /// How far to be ahead of real time, in milliseconds. Not together with `now_ms`.
    offset_ms: Option<i64>,
    /// Whether to stand still; as it was if absent.
    frozen: Option<bool>,
}

/// `PUT /apps/{app}/clock`
pub(super) async fn set(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let fields: SetFields = body::parse(&body)?;
    let present = plane.engine.clock(&at.app);
    let now_ms = match (fields.now_ms, fields.offset_ms) {
        (Some(_), Some(_)) => {
            return Err(Problem::bad_request("offset_ms: now_ms says the moment already"));
        }
        (now_ms, None) => now_ms,
        (None, Some(offset_ms)) => {
            let real_ms = present.now_ms.saturating_add_signed(-present.offset_ms);
            Some(real_ms.saturating_add_signed(offset_ms))
        }
    };
    let setting = ClockSetting { now_ms, frozen: fields.frozen.unwrap_or(present.frozen) };
    let reading = plane.engine.set_clock(&at.app, setting)?;
    Ok(reply::json(StatusCode::OK, &Clock::from(reading)))
}

/// The body of a move.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct AdvanceFields {
    /// By how many milliseconds to move.
    #[schemars(required)]
    ms: Option<u64>,
}

/// What became of a move.
#[derive(Serialize, JsonSchema)]
pub(super) struct Moved {
    /// What the clock shows now, in Unix milliseconds.
    now_ms: u64,
    /// How much was due and done on the way.
    ran: u64,
    /// How much is due and not done.
    left: u64,
}

/// `POST /apps/{app}/clock/advance`
pub(super) async fn advance(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let fields: AdvanceFields = body::parse(&body)?;
    let by_ms = fields.ms.ok_or_else(|| Problem::bad_request("ms: missing"))?;
    let Advanced { now_ms, ran, left } = plane.engine.advance(&at.app, by_ms).await?;
    Ok(reply::json(StatusCode::OK, &Moved { now_ms, ran, left }))
}

impl From<ClockBackwards> for Problem {
    fn from(backwards: ClockBackwards) -> Self {
        Self::conflict(format!("now_ms: {backwards}"))
    }
}

impl From<AdvanceRefusal> for Problem {
    fn from(refusal: AdvanceRefusal) -> Self {
        match refusal {
            AdvanceRefusal::Busy => Self::conflict(refusal.to_string()),
            AdvanceRefusal::Failed(failure) => failure.into(),
        }
    }
}

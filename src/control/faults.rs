//! Faults: what goes wrong with an app's requests and callbacks because a test wants it so.
//!
//! They are the bench's: they are there with `bench.enabled`.

use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body;
use super::fault_fields::FaultFields;
use super::fault_kinds::KindFields;
use super::path::{AtApp, AtFault};
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::callback;
use crate::domain::RoomId;
use crate::engine::{Aim, FaultMark, KeptFault, MAX_FAULTS, TooManyFaults};

/// A fault that was set.
#[derive(Serialize, JsonSchema)]
pub(super) struct FaultSet {
    /// Its number in the app: 1, 2, 3…
    id: u64,
}

/// All faults of an app.
#[derive(Serialize, JsonSchema)]
pub(super) struct FaultList {
    /// In the order of their setting.
    #[schemars(length(max = MAX_FAULTS))]
    faults: Vec<FaultRow>,
}

/// A fault, and what it did so far.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "Fault")]
pub(super) struct FaultRow {
    /// Its number in the app.
    id: u64,
    /// What it is aimed at.
    #[schemars(extend("enum" = ["request", "callback"]))]
    on: &'static str,
    /// Only this command, action or event; `null` is all.
    command: Option<String>,
    /// Only what is about this room; `null` is all.
    room: Option<String>,
    /// The first match that may be struck.
    nth: u32,
    /// How often it strikes at most; `null` is without end.
    times: Option<u32>,
    /// The chance of each match.
    probability: f64,
    /// Where the chances come from.
    seed: u64,
    /// What is done.
    fault: KindFields,
    /// How much it matched, up to its last strike.
    matched: u64,
    /// How much of that it struck.
    struck: u64,
}

impl From<KeptFault> for FaultRow {
    fn from(kept: KeptFault) -> Self {
        let KeptFault { id, fault, matched, struck } = kept;
        let (on, command) = match &fault.aim {
            Aim::Request { command, .. } => ("request", command.as_deref().map(ToOwned::to_owned)),
            Aim::Callback { only, .. } => {
                ("callback", only.map(|word| callback::word_of(word).to_owned()))
            }
        };
        Self {
            id,
            on,
            command,
            room: fault.room.as_ref().map(ToString::to_string),
            nth: fault.schedule.nth,
            times: fault.schedule.times,
            probability: fault.schedule.chance.probability(),
            seed: fault.schedule.seed,
            fault: KindFields::of(&fault.aim),
            matched,
            struck,
        }
    }
}

/// The fault that struck a request or a callback.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) struct MarkRow {
    /// Its number; `null` if the request asked for it itself.
    id: Option<u64>,
    /// What was done.
    kind: &'static str,
}

impl From<FaultMark> for MarkRow {
    fn from(FaultMark { id, word }: FaultMark) -> Self {
        Self { id, kind: word }
    }
}

/// `POST /apps/{app}/faults`
pub(super) async fn add(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let fields: FaultFields = body::parse(&body)?;
    let id = at.app.add_fault(fields.fault()?)?;
    Ok(reply::json(StatusCode::CREATED, &FaultSet { id }))
}

/// `GET /apps/{app}/faults`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    plane.bench()?;
    let faults = at.app.all_faults().into_iter().map(FaultRow::from).collect();
    Ok(reply::json(StatusCode::OK, &FaultList { faults }))
}

/// `DELETE /apps/{app}/faults`
pub(super) async fn remove_all(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
) -> Result<StatusCode, Problem> {
    plane.bench()?;
    at.app.remove_faults();
    Ok(StatusCode::NO_CONTENT)
}

/// `GET /apps/{app}/faults/{id}`
pub(super) async fn get(
    State(plane): State<Arc<Plane>>,
    at: AtFault,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    plane.bench()?;
    let fault = at.app.fault(at.id).ok_or_else(|| unknown(at.id))?;
    Ok(reply::json(StatusCode::OK, &FaultRow::from(fault)))
}

/// `DELETE /apps/{app}/faults/{id}`
pub(super) async fn remove(
    State(plane): State<Arc<Plane>>,
    at: AtFault,
    _: Params<NoParams>,
) -> Result<StatusCode, Problem> {
    plane.bench()?;
    if at.app.remove_fault(at.id) { Ok(StatusCode::NO_CONTENT) } else { Err(unknown(at.id)) }
}

fn unknown(id: u64) -> Problem {
    Problem::not_found(format!("id: no fault {id}, or no longer"))
}

/// Which callbacks are to go on.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct ReleaseFields {
    /// Only those about this room. All, if absent.
    room: Option<String>,
}

/// How many callbacks go on.
#[derive(Serialize, JsonSchema)]
pub(super) struct Released {
    /// Those that were held, and those that waited for others to pass them.
    released: u64,
}

/// `POST /apps/{app}/callbacks/release`
pub(super) async fn release(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let ReleaseFields { room } = body::parse(&body)?;
    let room = room.map(|room| RoomId::parse(&room)).transpose();
    let room = room.map_err(|fault| Problem::bad_request(format!("room: {fault}")))?;
    let released = plane.engine.release_callbacks(&at.app, room.as_ref()).await?;
    Ok(reply::json(StatusCode::OK, &Released { released }))
}

impl From<TooManyFaults> for Problem {
    fn from(refusal: TooManyFaults) -> Self {
        Self::conflict(refusal.to_string())
    }
}

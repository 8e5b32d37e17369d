//! The request log: what an app was asked on the main listener, and what was answered.
//!
//! It is the bench's: it is there with `bench.enabled`.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::faults::MarkRow;
use super::page;
use super::path::AtApp;
use super::problem::Problem;
use super::query::Params;
use super::tail::{self, Looks, Tail, TailParams};
use super::{Plane, reply};
use crate::engine::{LoggedRequest, RequestOutcome, RequestTexts};

/// `?command=&room=&code=&after=&limit=&wait=&count=`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct RequestParams {
    /// Only of this command: `room_engine_http_srv/create_room`, or `create_room` of any service.
    command: Option<String>,
    /// Only about this room.
    room: Option<String>,
    /// Only those that were answered with this code; 0 is success.
    #[schemars(with = "Option<u32>")]
    code: Option<String>,
    /// The `next` of the page before; nothing begins with the oldest.
    #[schemars(extend("pattern" = "^[0-9]*$"))]
    after: Option<String>,
    /// How many items at most; 50 unless said, or `count` if that is more.
    #[schemars(with = "Option<u16>", range(min = 1, max = page::MAX_LIMIT))]
    limit: Option<String>,
    /// How long to wait for items, such as `5s`; at most `60s`, in real time.
    wait: Option<String>,
    /// How many items to wait for; 1 unless said. Only with `wait`, and at most `limit`.
    #[schemars(with = "Option<u16>", range(min = 1, max = page::MAX_LIMIT))]
    count: Option<String>,
}

/// A page of requests, as [`list`] writes it by hand; the tests hold the two together.
#[derive(Serialize, JsonSchema)]
#[schemars(description = "A page of requests.")]
pub(super) struct RequestPage<'a> {
    /// In the order of their answers.
    #[schemars(length(max = page::MAX_LIMIT))]
    items: Vec<RequestRow<'a>>,
    /// What the next page takes as `after`.
    next: u64,
    /// How many entries behind `after` are gone because the log was full, whatever was asked for.
    dropped: u64,
}

/// A request and how it was answered.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LoggedRequest")]
struct RequestRow<'a> {
    /// Its place in the app's log: 1, 2, 3…
    id: u64,
    /// The request's name, which is also in its reply and in the access line.
    request_id: &'a str,
    /// When it was answered, in Unix milliseconds of the app's clock.
    at_ms: u64,
    /// From its head to its answer, in microseconds of real time.
    took_us: u64,
    /// The method.
    method: &'a str,
    /// The path, without the query.
    path: &'a str,
    /// The service and the command that it names, whether there are such or not.
    command: Option<&'a str>,
    /// Who said to ask; believed only if it was let in.
    identifier: Option<&'a str>,
    /// The room that its body names.
    room: Option<&'a str>,
    /// The code of the reply; 0 is success.
    code: u32,
    /// Why it was refused, as in the reply; empty if it was not.
    info: &'a str,
    /// The fault that struck it, if one did. Where that leaves it without an answer in its dialect,
    /// `code` is 60008, or 1 in ZEGO's.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<MarkRow>,
    /// The body without its secrets, if it was read, is a JSON object and not too long.
    #[serde(skip)]
    #[schemars(!skip, with = "Option<BTreeMap<String, serde_json::Value>>")]
    body: &'a str,
}

/// What is asked for.
struct Wanted<'a> {
    command: Option<&'a str>,
    room: Option<&'a str>,
    code: Option<u32>,
}

impl<'a> Wanted<'a> {
    fn of(params: &'a RequestParams) -> Result<Self, Problem> {
        let text = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        let code = params.code.as_deref().map(|text| {
            let code = page::digits(text);
            code.ok_or_else(|| Problem::bad_request("code: must be a number of 32 bits"))
        });
        let code = code.transpose()?;
        Ok(Self { command: text(&params.command), room: text(&params.room), code })
    }

    fn fits(&self, request: &LoggedRequest) -> bool {
        let RequestTexts { command, room, .. } = request.texts();
        let name = command.rsplit('/').next().unwrap_or_default();
        self.code.is_none_or(|code| code == request.outcome().code)
            && self.room.is_none_or(|wanted| wanted == room)
            && self.command.is_none_or(|wanted| wanted == command || wanted == name)
    }
}

/// `GET /apps/{app}/requests?command=&room=&code=&after=&limit=&wait=&count=`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    Params(params): Params<RequestParams>,
) -> Result<Response, Problem> {
    let log = plane.engine.requests().ok_or_else(Problem::no_bench)?;
    let wanted = Wanted::of(&params)?;
    let tail = Tail::try_from(TailParams {
        after: params.after.as_deref(),
        limit: params.limit.as_deref(),
        wait: params.wait.as_deref(),
        count: params.count.as_deref(),
    })?;
    let wanted = |request: &LoggedRequest| wanted.fits(request);
    let page = tail.of(log, at.app.id(), Looks::Once, wanted, &plane.stop).await?;
    Ok(reply::written(StatusCode::OK, tail::written(&page, write)))
}

/// A row.
fn write(json: &mut Vec<u8>, id: u64, request: &LoggedRequest) {
    let RequestOutcome { request_id, at_ms, took, code, fault } = *request.outcome();
    let RequestTexts { method, path, command, identifier, room, info } = request.texts();
    let given = |text| Some(text).filter(|text: &&str| !text.is_empty());
    let row = RequestRow {
        id,
        request_id: &request_id.to_string(),
        at_ms,
        took_us: u64::try_from(took.as_micros()).unwrap_or(u64::MAX),
        method,
        path,
        command: given(command),
        identifier: given(identifier),
        room: given(room),
        code,
        info,
        fault: fault.map(MarkRow::from),
        body: given(request.body()).unwrap_or("null"),
    };
    tail::write_with_body(json, &row, row.body.as_bytes());
}

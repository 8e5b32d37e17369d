//! The callback log: what an app's receivers were told, is to be told, or would have been told.

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{self, NoFields};
use super::faults::MarkRow;
use super::page;
use super::path::{AtApp, AtCallback};
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::tail::{self, Looks, Tail, TailParams};
use super::{Plane, reply};
use crate::callback;
use crate::domain::{Account, AppId, Destination};
use crate::engine::{App, Attempt, CallbackState, LoggedCallback, MAX_LOGGED_ATTEMPTS};

/// Every state and its word.
const STATES: &[(&str, CallbackState)] = &[
    ("waiting", CallbackState::Waiting),
    ("sent", CallbackState::Sent),
    ("failed", CallbackState::Failed),
    ("dropped", CallbackState::Dropped),
    ("no_url", CallbackState::NoUrl),
];

/// Every destination and its word.
const DESTINATIONS: &[(&str, Destination)] =
    &[("room_engine", Destination::RoomEngine), ("zego", Destination::Zego)];

/// `?destination=&command=&room=&state=&after=&limit=&wait=&count=`
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct CallbackParams {
    /// Only what this one's receiver is told.
    #[schemars(extend("enum" = DESTINATIONS.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    destination: Option<String>,
    /// Only of this command: `Room.CallbackAfterMemberEnter`, or `CallbackAfterMemberEnter`; of
    /// ZEGO's, of this event: `room_login`.
    command: Option<String>,
    /// Only about this room.
    room: Option<String>,
    /// Only those of which this became.
    #[schemars(extend("enum" = STATES.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    state: Option<String>,
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

/// A page of callbacks, as [`list`] writes it by hand; the tests hold the two together.
#[derive(Serialize, JsonSchema)]
#[schemars(description = "A page of callbacks.")]
pub(super) struct CallbackPage<'a> {
    /// In the order in which it happened.
    #[schemars(length(max = page::MAX_LIMIT))]
    items: Vec<CallbackRow<'a>>,
    /// What the next page takes as `after`.
    next: u64,
    /// How many entries behind `after` are gone because the log was full, whatever was asked for.
    dropped: u64,
}

/// A callback, and what became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "LoggedCallback")]
pub(super) struct CallbackRow<'a> {
    /// Its place in the app's log: 1, 2, 3…
    id: u64,
    /// Whose receiver is told.
    #[schemars(extend("enum" = DESTINATIONS.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    destination: &'static str,
    /// What it tells of: RoomEngine's command, ZEGO's event.
    command: &'a str,
    /// Where that happened.
    room: &'a str,
    /// When, in Unix milliseconds of the app's clock.
    at_ms: u64,
    /// What became of it: `failed` when its attempts were spent, `dropped` when the backlog was
    /// full or a fault wanted it so, `no_url` when nobody is set to hear of it.
    #[schemars(extend("enum" = STATES.iter().map(|(word, _)| *word).collect::<Vec<_>>()))]
    state: &'static str,
    /// The fault that struck it, if one did.
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<MarkRow>,
    /// How many attempts were made.
    attempts_made: u64,
    /// The latest of them, the oldest first.
    #[schemars(length(max = MAX_LOGGED_ATTEMPTS))]
    attempts: Vec<AttemptRow<'a>>,
    /// The body that is sent; of ZEGO's without `timestamp`, `nonce` and `signature`, which each
    /// attempt makes anew.
    #[serde(skip)]
    #[schemars(!skip, with = "BTreeMap<String, serde_json::Value>")]
    body: &'a [u8],
}

/// One attempt to send a callback.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct AttemptRow<'a> {
    /// When it ended, in Unix milliseconds of the app's clock.
    at_ms: u64,
    /// How long it took, in microseconds of real time.
    took_us: u64,
    /// The HTTP status, if there was an answer.
    status: Option<u16>,
    /// Why it failed; `null` if it did not.
    error: Option<&'a str>,
    /// How the answer began; the latest attempt alone has one.
    answer: Option<&'a str>,
}

impl<'a> AttemptRow<'a> {
    fn new(attempt: &'a Attempt) -> Self {
        Self {
            at_ms: attempt.at_ms,
            took_us: u64::try_from(attempt.took.as_micros()).unwrap_or(u64::MAX),
            status: attempt.status,
            error: attempt.error.as_deref(),
            answer: attempt.answer.as_deref(),
        }
    }
}

/// What is asked for.
struct Wanted<'a> {
    destination: Option<Destination>,
    command: Option<&'a str>,
    room: Option<&'a str>,
    state: Option<CallbackState>,
}

impl<'a> Wanted<'a> {
    fn of(params: &'a CallbackParams) -> Result<Self, Problem> {
        let text = |text: &'a Option<String>| text.as_deref().filter(|text| !text.is_empty());
        Ok(Self {
            destination: one_of("destination", DESTINATIONS, text(&params.destination))?,
            command: text(&params.command),
            room: text(&params.room),
            state: one_of("state", STATES, text(&params.state))?,
        })
    }

    fn fits(&self, callback: &LoggedCallback) -> bool {
        let notice = callback.notice();
        let command = callback::word(callback);
        let name = command.split_once('.').map_or(command, |(_, name)| name);
        self.destination.is_none_or(|wanted| wanted == callback.to())
            && self.room.is_none_or(|wanted| wanted == notice.room.as_str())
            && self.command.is_none_or(|wanted| wanted == command || wanted == name)
            && self.state.is_none_or(|wanted| wanted == callback.state())
    }
}

/// What a word stands for, if one is said.
fn one_of<T: Copy>(
    param: &str,
    known: &[(&str, T)],
    said: Option<&str>,
) -> Result<Option<T>, Problem> {
    let found = said.map(|text| {
        let found = known.iter().find(|(word, _)| *word == text);
        found.map(|(_, what)| *what).ok_or_else(|| {
            let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
            Problem::bad_request(format!("{param}: must be one of {}", words.join(", ")))
        })
    });
    found.transpose()
}

/// `GET /apps/{app}/callbacks?destination=&command=&room=&state=&after=&limit=&wait=&count=`
pub(super) async fn list(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    Params(params): Params<CallbackParams>,
) -> Result<Response, Problem> {
    let wanted = Wanted::of(&params)?;
    let tail = Tail::try_from(TailParams {
        after: params.after.as_deref(),
        limit: params.limit.as_deref(),
        wait: params.wait.as_deref(),
        count: params.count.as_deref(),
    })?;
    let log = plane.engine.callback_log();
    let wanted = |callback: &LoggedCallback| wanted.fits(callback);
    // What was waiting may be sent now.
    let looks = Looks::Again;
    let page = tail.of(log, at.app.id(), looks, wanted, &plane.stop).await?;
    let callbacks = page.items.iter().map(|(_, callback)| &**callback);
    let mut nicks = nicks(&plane, &at.app, callbacks).await.into_iter();
    let write = |json: &mut Vec<u8>, id, callback: &_| {
        let nick = nicks.next().unwrap_or_default();
        write(json, at.app.id(), id, callback, &nick);
    };
    Ok(reply::written(StatusCode::OK, tail::written(&page, write)))
}

/// Of each callback the name of the account that it calls so, empty where it calls none; or none at
/// all: a log without them is better than no log.
async fn nicks<'a>(
    plane: &Plane,
    app: &App,
    callbacks: impl Iterator<Item = &'a LoggedCallback>,
) -> Vec<String> {
    let nameless: Vec<Option<Account>> = callbacks.map(callback::nameless).collect();
    let accounts: Vec<Account> = nameless.iter().flatten().cloned().collect();
    if accounts.is_empty() {
        return Vec::new();
    }
    let mut nicks = plane.engine.nicks(app, &accounts).await.unwrap_or_default().into_iter();
    let nick = |account: Option<Account>| account.and_then(|_| nicks.next()).unwrap_or_default();
    nameless.into_iter().map(nick).collect()
}

/// A row.
fn write(json: &mut Vec<u8>, app: AppId, id: u64, callback: &LoggedCallback, nick: &str) {
    let (notice, delivery) = (callback.notice(), callback.delivery());
    let body = callback::shown(app, callback, nick);
    let destination = DESTINATIONS.iter().find(|(_, to)| *to == callback.to());
    let word = STATES.iter().find(|(_, state)| *state == delivery.state);
    let row = CallbackRow {
        id,
        destination: destination.map(|(word, _)| *word).expect("the list has every destination"),
        command: callback::word(callback),
        room: notice.room.as_str(),
        at_ms: notice.at_ms,
        state: word.map(|(word, _)| *word).expect("the list has every state"),
        fault: callback.fault().map(MarkRow::from),
        attempts_made: delivery.made,
        attempts: delivery.attempts.iter().map(AttemptRow::new).collect(),
        body: &body,
    };
    tail::write_with_body(json, &row, row.body);
}

/// `POST /apps/{app}/callbacks/{id}/replay`
pub(super) async fn replay(
    State(plane): State<Arc<Plane>>,
    at: AtCallback,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    let NoFields {} = body::parse(&body)?;
    let replaying = plane.sender.replay(&at.app, &at.callback).await;
    replaying.map_err(|refusal| Problem::conflict(refusal.to_string()))?;
    let mut json = Vec::new();
    let callback = std::iter::once(&*at.callback);
    let nick = nicks(&plane, &at.app, callback).await.pop().unwrap_or_default();
    write(&mut json, at.app.id(), at.id, &at.callback, &nick);
    Ok(reply::written(StatusCode::OK, json))
}

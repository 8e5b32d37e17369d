//! Leases: an app for one test run, made and ended.
//!
//! Making one is the bench's: it is there with `bench.enabled`. The keys are in this one answer and
//! nowhere else.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::body::{self, NoFields};
use super::path::AtApp;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::{Plane, reply};
use crate::domain::{CallbackUrl, MAX_CALLBACK_URL_BYTES};
use crate::engine::{EndRefusal, LeaseRefusal, LeaseWish, Leased, MAX_LEASE_TIME};
use crate::sig::usersig::{Claims, SecretKey, sign};

/// How long the ticket of a new lease is good, in seconds of its app's clock.
const TICKET_S: u64 = 86_400;

/// The body of a new lease.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(inline)]
pub(super) struct LeaseFields {
    /// How long the app is there, in seconds of real time; without it, until it is deleted or the
    /// server ends.
    #[schemars(range(min = 1, max = MAX_LEASE_TIME.as_secs()))]
    ttl_s: Option<u64>,
    /// Where its RoomEngine callbacks go, as `app.callback.url` would have it.
    #[schemars(length(min = 1, max = MAX_CALLBACK_URL_BYTES))]
    callback_url: Option<String>,
    /// Where its ZEGO callbacks go, as `app.zego.callback_url` would have it.
    #[schemars(length(min = 1, max = MAX_CALLBACK_URL_BYTES))]
    zego_callback_url: Option<String>,
}

/// An app for one test run, and everything that is needed to sign for it.
#[derive(Serialize, JsonSchema)]
pub(super) struct Lease<'a> {
    /// Its id.
    sdkappid: u32,
    /// What a UserSig is made with.
    secret_key: &'a str,
    /// An administrator.
    admin: &'a str,
    /// A UserSig of that administrator, good for a day of the app's clock.
    usersig: String,
    /// What requests of ZEGO's server API are signed with.
    zego_server_secret: &'a str,
    /// What ZEGO's callbacks are signed with.
    zego_callback_secret: &'a str,
    /// When the app ends, in Unix milliseconds of real time; absent if it does not by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    expires_ms: Option<u64>,
}

impl LeaseFields {
    fn wish(&self) -> Result<LeaseWish, Problem> {
        let at_most_s = MAX_LEASE_TIME.as_secs();
        let ttl = match self.ttl_s {
            Some(ttl_s) if !(1..=at_most_s).contains(&ttl_s) => {
                let detail = format!("ttl_s: {ttl_s}, must be 1 to {at_most_s}");
                return Err(Problem::bad_request(detail));
            }
            ttl_s => ttl_s.map(Duration::from_secs),
        };
        Ok(LeaseWish {
            ttl,
            callback_url: url("callback_url", self.callback_url.as_deref())?,
            zego_callback_url: url("zego_callback_url", self.zego_callback_url.as_deref())?,
        })
    }
}

fn url(field: &str, text: Option<&str>) -> Result<Option<CallbackUrl>, Problem> {
    let parsed = text.map(CallbackUrl::parse).transpose();
    parsed.map_err(|fault| Problem::bad_request(format!("{field}: {fault}")))
}

/// `POST /apps`
pub(super) async fn lease(
    State(plane): State<Arc<Plane>>,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<Response, Problem> {
    plane.bench()?;
    let fields: LeaseFields = body::parse(&body)?;
    let leased = plane.engine.lease(fields.wish()?)?;
    let Leased { app, secret_key, zego_server_secret, zego_callback_secret, expires_ms } = &leased;
    let admin = app.operator().as_str();
    let claims = Claims {
        identifier: admin.to_owned(),
        sdkappid: app.id().0.into(),
        time_s: app.now_ms() / 1000,
        expire_s: TICKET_S,
        userbuf: None,
    };
    let lease = Lease {
        sdkappid: app.id().0,
        secret_key: secret_key.expose(),
        admin,
        usersig: sign(&SecretKey::new(secret_key.expose()), &claims),
        zego_server_secret: zego_server_secret.expose(),
        zego_callback_secret: zego_callback_secret.expose(),
        expires_ms: *expires_ms,
    };
    Ok(reply::json(StatusCode::CREATED, &lease))
}

/// `DELETE /apps/{app}`
pub(super) async fn end(
    State(plane): State<Arc<Plane>>,
    at: AtApp,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    plane.engine.end_lease(&at.app).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl From<LeaseRefusal> for Problem {
    fn from(refusal: LeaseRefusal) -> Self {
        match refusal {
            LeaseRefusal::NoModel => Self::denied(refusal.to_string()),
            LeaseRefusal::TooMany => Self::conflict(refusal.to_string()),
        }
    }
}

impl From<EndRefusal> for Problem {
    fn from(refusal: EndRefusal) -> Self {
        match refusal {
            EndRefusal::OfSettings(_) => Self::conflict(refusal.to_string()),
            EndRefusal::Failed(failure) => failure.into(),
        }
    }
}

//! Presence: an account is set online or offline by hand, and one sees whether it is. The vendor's clients are online while they
//! are logged in; here nobody logs in.

use axum::response::Response;
use bytes::Bytes;
use http::StatusCode;
use schemars::JsonSchema;
use serde::Serialize;

use super::body::{self, NoFields};
use super::path::AtAccount;
use super::problem::Problem;
use super::query::{NoParams, Params};
use super::reply;

/// Whether an account is online by hand.
#[derive(Serialize, JsonSchema)]
pub(super) struct Presence {
    /// It was set online, and not offline since.
    online: bool,
}

/// `GET …/accounts/{account}/online`
pub(super) async fn get(at: AtAccount, _: Params<NoParams>) -> Result<Response, Problem> {
    let online = at.app.is_online(at.account.as_str());
    Ok(reply::json(StatusCode::OK, &Presence { online }))
}

/// `PUT …/accounts/{account}/online`
pub(super) async fn set_online(
    at: AtAccount,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    at.app.set_online(&at.account).map_err(|full| Problem::conflict(full.to_string()))?;
    Ok(StatusCode::NO_CONTENT)
}

/// `DELETE …/accounts/{account}/online`
pub(super) async fn set_offline(
    at: AtAccount,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    at.app.set_offline(&at.account);
    Ok(StatusCode::NO_CONTENT)
}

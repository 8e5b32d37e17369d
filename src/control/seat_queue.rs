//! The seat queue: a client asks for a seat, or takes that back. The vendor's clients do this by
//! signals of their own; its server API only meets those who wait (100202).

use std::sync::Arc;

use axum::extract::State;
use bytes::Bytes;
use http::StatusCode;

use super::Plane;
use super::body::{self, NoFields};
use super::path::AtMember;
use super::problem::Problem;
use super::query::{NoParams, Params};
use crate::domain::{AskForSeat, WithdrawFromQueue};

/// `PUT …/seat_queue/{account}`
pub(super) async fn ask(
    State(plane): State<Arc<Plane>>,
    at: AtMember,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    plane.engine.run(&at.app, &at.room, &AskForSeat { account: at.account }).await?;
    Ok(StatusCode::CREATED)
}

/// `DELETE …/seat_queue/{account}`
pub(super) async fn withdraw(
    State(plane): State<Arc<Plane>>,
    at: AtMember,
    _: Params<NoParams>,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let NoFields {} = body::parse(&body)?;
    plane.engine.run(&at.app, &at.room, &WithdrawFromQueue { account: at.account }).await?;
    Ok(StatusCode::NO_CONTENT)
}

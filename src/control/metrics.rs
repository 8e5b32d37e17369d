//! `GET /metrics`: everything that is counted, as Prometheus reads it.

use std::sync::Arc;

use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;

use super::Plane;
use super::problem::Problem;
use super::query::{NoParams, Params};

/// The text format's own media type.
pub(super) const MEDIA_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// `GET /metrics`
pub(super) async fn get(
    State(plane): State<Arc<Plane>>,
    _: Params<NoParams>,
) -> Result<Response, Problem> {
    let text = plane.engine.metrics_text().await?;
    Ok(([(CONTENT_TYPE, MEDIA_TYPE)], text).into_response())
}

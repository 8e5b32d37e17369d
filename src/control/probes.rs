//! `/healthz` and `/readyz`, and what everything else is told until the server is ready.
//!
//! The probes say nothing but that and do nothing, and those who ask (an orchestrator, a load
//! balancer) come by any address and have no token: neither is looked at. While the store is being
//! opened the process is there and not ready: whoever restarts what does not live leaves it alone,
//! and nobody sends it anything. Other requests do nothing then, whoever sends them.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

use super::problem::Problem;

/// Why the server is not ready.
pub const OPENING: &str = "the store is being opened";
/// When to come again, in seconds.
pub const RETRY_AFTER_S: u16 = 1;

/// Answers either, of a server that is ready.
pub(super) async fn probe() -> Response {
    "ok\n".into_response()
}

/// Answers a request for a path of the control plane before there is one.
#[must_use]
pub fn not_yet(path: &str) -> Response<Body> {
    let mut response = match path {
        "/healthz" => return "ok\n".into_response(),
        "/readyz" => (StatusCode::SERVICE_UNAVAILABLE, format!("{OPENING}\n")).into_response(),
        _ => Problem::opening().into_response(),
    };
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(RETRY_AFTER_S));
    response
}

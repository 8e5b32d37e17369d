//! `/healthz` and `/readyz`: this process listens only once it is ready.
//!
//! They say nothing but that and do nothing, and those who ask (an orchestrator, a load balancer)
//! come by any address and have no token: neither is looked at.

use axum::response::{IntoResponse, Response};

/// Answers either.
pub(super) async fn probe() -> Response {
    "ok\n".into_response()
}

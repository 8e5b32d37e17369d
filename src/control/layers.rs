//! The layers around every route but the probes, from the outside in.
//!
//! 1. `access_line`: outermost, so that it sees every answer, a caught panic's too.
//! 2. `CatchPanicLayer`: a bug anywhere below is an answer, not a broken connection.
//! 3. `hosts_and_origins`: before the token, so that a foreign page does not learn whether one
//!    would be needed.
//! 4. `token`: before the body, so that who may not ask fills no memory.
//! 5. `whole_body`: reads to the limit and against the clock, which gives slow clients (408) and
//!    slow commits (503) different answers. Not around what is streamed, which bounds its lines.
//! 6. `in_time`: innermost, around what a handler waits for; not around the patient routes, which
//!    have bounds of their own.
//! 7. `DefaultBodyLimit`: axum's own limit is off, since `server.body_limit` may be above it.

use std::any::Any;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use http::HeaderValue;
use http::header::EXPECT;
use http::request::Parts;
use tokio::time::timeout;
use tower_http::catch_panic::{CatchPanicLayer, ResponseForPanic};

use super::problem::{Explained, Problem};
use super::{Plane, body};
use crate::config::AccessLog;
use crate::engine::Stopwatch;

/// Puts all layers around routes. What is written last here is outermost.
pub(super) fn around(
    routes: Router,
    patient: Router,
    streamed: Router,
    plane: &Arc<Plane>,
) -> Router {
    routes
        .layer(from_fn_with_state(Arc::clone(plane), in_time))
        .merge(patient)
        .layer(DefaultBodyLimit::disable())
        .layer(from_fn_with_state(Arc::clone(plane), whole_body))
        .merge(streamed)
        .layer(from_fn_with_state(Arc::clone(plane), token))
        .layer(from_fn_with_state(Arc::clone(plane), hosts_and_origins))
        .layer(CatchPanicLayer::custom(Panicked(Arc::clone(plane))))
        .layer(from_fn_with_state(Arc::clone(plane), access_line))
}

/// One readable line, and the name of the request in line and reply. The query is not in it.
async fn access_line(State(plane): State<Arc<Plane>>, request: Request, next: Next) -> Response {
    let watch = Stopwatch::start();
    let request_id = plane.engine.next_request_id().to_string();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    let mut response = next.run(request).await;
    let (status, took_us) = (response.status().as_u16(), watch.elapsed().as_micros());
    let explained = response.extensions().get::<Explained>().map(|Explained(detail)| detail);
    match (plane.access_log, explained) {
        (AccessLog::Off, _) | (AccessLog::Failures, None) => {}
        (AccessLog::Failures | AccessLog::All, Some(detail)) => tracing::warn!(
            target: "guestlist::access",
            %method, path, status, request_id, took_us, "refused: {}", detail.escape_debug(),
        ),
        (AccessLog::All, None) => tracing::info!(
            target: "guestlist::access",
            %method, path, status, request_id, took_us, "answered",
        ),
    }
    if let Ok(request_id) = HeaderValue::try_from(request_id) {
        response.headers_mut().insert("x-request-id", request_id);
    }
    response
}

/// The panic's own text went to the log with its place; the client gets neither.
#[derive(Clone)]
struct Panicked(Arc<Plane>);

impl ResponseForPanic for Panicked {
    type ResponseBody = Body;

    fn response_for_panic(&mut self, _: Box<dyn Any + Send>) -> Response {
        self.0.engine.panicked();
        tracing::error!("a bug: answering a control request panicked");
        Problem::internal().into_response()
    }
}

async fn hosts_and_origins(
    State(plane): State<Arc<Plane>>,
    request: Request,
    next: Next,
) -> Response {
    let (head, body) = request.into_parts();
    match plane.hosts.check(&head) {
        Ok(()) => next.run(Request::from_parts(head, body)).await,
        Err(problem) => refuse(&plane, &head, body, problem).await,
    }
}

async fn token(State(plane): State<Arc<Plane>>, request: Request, next: Next) -> Response {
    if plane.access.admits(request.headers()) {
        return next.run(request).await;
    }
    let (head, body) = request.into_parts();
    refuse(&plane, &head, body, Problem::unauthorized()).await
}

async fn whole_body(State(plane): State<Arc<Plane>>, request: Request, next: Next) -> Response {
    let (head, mut body) = request.into_parts();
    let read = timeout(plane.request_timeout, body::read(&mut body, plane.body_limit_bytes)).await;
    match read {
        Ok(Ok(bytes)) => next.run(Request::from_parts(head, Body::from(bytes))).await,
        Ok(Err(problem)) => refuse(&plane, &head, body, problem).await,
        Err(_) => Problem::body_too_slow(plane.request_timeout).into_response(),
    }
}

async fn in_time(State(plane): State<Arc<Plane>>, request: Request, next: Next) -> Response {
    let answered = timeout(plane.request_timeout, next.run(request)).await;
    answered.unwrap_or_else(|_| Problem::too_slow(plane.request_timeout).into_response())
}

/// Refuses before the body was read, and lets the client end its sentence first if that is short: a
/// connection that is closed on a client who still sends takes the answer with it. Whoever asked
/// before sending has not begun to.
async fn refuse(plane: &Plane, head: &Parts, mut body: Body, problem: Problem) -> Response {
    if !head.headers.contains_key(EXPECT) {
        let drain = body::drain(&mut body, plane.body_limit_bytes);
        // Whether it ended in time is the same to us: the answer goes out either way.
        let _ = timeout(plane.request_timeout, drain).await;
    }
    problem.into_response()
}

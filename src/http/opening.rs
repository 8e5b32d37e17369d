//! What the main listener says while the store behind it is being opened.
//!
//! Nothing of a request is looked at but its path, and nothing of it is kept: it is not known yet
//! whom it concerns. So the answer is no dialect's envelope but what a proxy in front would say: 503,
//! and when to come again. Only `/healthz` is told that the process is there.

use bytes::Bytes;
use http::header::{CONTENT_TYPE, RETRY_AFTER};
use http::{HeaderValue, Request, Response, StatusCode};
use hyper::body::Incoming;

use super::Bounds;
use super::body::Answered;
use super::ending::Said;
use crate::control::{OPENING, RETRY_AFTER_S};

/// Answers a request to which there is no answer yet.
#[must_use]
pub fn not_yet(request: Request<Incoming>, bounds: Bounds) -> Answered<Said> {
    let (head, body) = request.into_parts();
    let is_there = head.uri.path() == "/healthz";
    let text = if is_there { "ok\n".to_owned() } else { format!("{OPENING}\n") };
    let mut response = Response::new(Said::from(Bytes::from(text)));
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    if !is_there {
        *response.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
        response.headers_mut().insert(RETRY_AFTER, RETRY_AFTER_S.into());
    }
    Answered::unread(response, body, bounds)
}

//! Successes with something to say.

use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::CONTENT_TYPE;
use http::{HeaderValue, StatusCode};
use serde::Serialize;

/// A reply of JSON that is written already.
pub(super) fn written(status: StatusCode, json: impl Into<Body>) -> Response {
    let mut response = (status, json.into()).into_response();
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// A reply.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Response {
    let mut json = Vec::new();
    write(&mut json, value);
    written(status, json)
}

/// Appends a value. The types of this module's siblings cannot fail to be JSON.
pub(super) fn write(json: &mut Vec<u8>, value: &impl Serialize) {
    serde_json::to_writer(json, value).expect("texts, numbers and switches are JSON");
}

//! ZEGO's requests on the main listener: `/` with an action in the query.
//!
//! The query is all there is to such a request; a body is read, within its limit, for nobody.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{
    ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, CONNECTION, CONTENT_TYPE, ORIGIN,
    VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response};
use http_body_util::Full;
use hyper::body::Incoming;

use super::Bounds;
use super::body::{self, Answered, Unread};
use super::vendor::DRAINED_LIMITS;
use crate::config::AccessLog;
use crate::engine::{RequestId, Stopwatch};
use crate::proto::zego::{Allow, Answer, Gateway, Head, Query};
use crate::telemetry::Metrics;

/// Answers the requests that [`is_for`](crate::proto::zego::is_for) names.
pub struct ZegoService {
    gateway: Gateway,
    metrics: Arc<Metrics>,
    /// The number of the first action among what is counted.
    first_number: usize,
    body_limit_bytes: usize,
    request_timeout: Duration,
    access: AccessLog,
}

impl ZegoService {
    /// A service in front of a gateway. Its actions are counted from a number on.
    #[must_use]
    pub fn new(
        gateway: Gateway,
        metrics: Arc<Metrics>,
        first_number: usize,
        bounds: Bounds,
        access: AccessLog,
    ) -> Self {
        let Bounds { body_limit_bytes, request_timeout, .. } = bounds;
        Self { gateway, metrics, first_number, body_limit_bytes, request_timeout, access }
    }

    /// Answers a request. Never fails: a panic becomes an envelope too.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answered<Full<Bytes>> {
        let watch = Stopwatch::start();
        let (parts, mut body) = request.into_parts();
        let origin = parts.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let query = parts.uri.query().unwrap_or_default();
        let head = Head { method: parts.method.as_str(), query, origin };
        let query = Query::read(query);
        let mut response = Response::new(Full::default());
        self.allow(&query, origin, response.headers_mut());
        if parts.method == Method::OPTIONS {
            return response.into();
        }
        let request_id = self.gateway.next_request_id();
        let performing = AssertUnwindSafe(self.perform(&head, &query, &mut body, request_id));
        let (answer, closes) = performing.catch_unwind().await.unwrap_or_else(|_| {
            tracing::error!(%request_id, "a bug: answering this request panicked");
            (self.gateway.apologise(&query, request_id), true)
        });
        let unread = closes.then(|| Unread {
            body,
            limit_bytes: self.body_limit_bytes.saturating_mul(DRAINED_LIMITS),
            within: self.request_timeout,
        });
        let took = watch.elapsed();
        let number = answer
            .action
            .map_or_else(|| self.metrics.unknown_command(), |number| self.first_number + number);
        self.metrics.answered(number, answer.code(), took);
        self.log(&head, &answer, took);
        self.gateway.record(&head, &query, &answer, took);
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if closes {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        *response.body_mut() = Full::new(answer.body.into());
        Answered { response, unread }
    }

    /// The answer, and whether the connection ends with it.
    async fn perform(
        &self,
        head: &Head<'_>,
        query: &Query<'_>,
        body: &mut Incoming,
        request_id: RequestId,
    ) -> (Answer, bool) {
        let limit = self.body_limit_bytes;
        let answering = async {
            if body::drain(body, limit).await {
                (self.gateway.answer(head, query, request_id).await, false)
            } else {
                (self.gateway.too_large(query, limit, request_id), true)
            }
        };
        let answered = tokio::time::timeout(self.request_timeout, answering).await;
        answered.unwrap_or_else(|_| (self.gateway.timed_out(query, request_id), true))
    }

    fn allow(&self, query: &Query<'_>, origin: Option<&[u8]>, headers: &mut HeaderMap) {
        let value = match self.gateway.allow(query, origin) {
            Allow::Any => Some(HeaderValue::from_static("*")),
            Allow::Only(origin) => HeaderValue::from_bytes(origin).ok(),
            Allow::Nobody => None,
        };
        let Some(value) = value else { return };
        if value != "*" {
            headers.insert(VARY, HeaderValue::from_static("Origin"));
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
    }

    /// One line, readable and with fields. The query is never in it: it holds the signature.
    fn log(&self, head: &Head<'_>, answer: &Answer, took: Duration) {
        let Answer { request_id, refused, .. } = answer;
        let told = match self.access {
            AccessLog::Off => false,
            AccessLog::Failures => refused.is_some(),
            AccessLog::All => true,
        };
        if !told {
            return;
        }
        let (method, action) = (head.method, answer.action_name());
        let (took_us, request_id) = (took.as_micros(), request_id.number());
        match refused {
            Some(refused) => tracing::warn!(
                target: "guestlist::access",
                method, path = "/", action, code = refused.code, request_id, took_us,
                "refused: {}", refused.text.escape_debug(),
            ),
            None => tracing::info!(
                target: "guestlist::access",
                method, path = "/", action, code = 0, request_id, took_us, "answered",
            ),
        }
    }
}

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
use hyper::body::Incoming;

use super::Bounds;
use super::body::{self, Answered, Unread};
use super::ending::{Said, say};
use super::fault::FaultDoor;
use super::vendor::DRAINED_LIMITS;
use crate::config::AccessLog;
use crate::engine::{RequestFault, RequestId, Stopwatch, StruckRequest};
use crate::proto::zego::{Admitted, Allow, Answer, Gateway, Head, Query};
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
    faults: FaultDoor,
}

/// An answer, and what becomes of its connection.
struct Outcome {
    answer: Answer,
    closes: bool,
    /// The fault that has a say in how it is sent.
    struck: Option<StruckRequest>,
}

impl Outcome {
    /// An answer that changes nothing for its connection.
    fn answered(answer: Answer) -> Self {
        Self { answer, closes: false, struck: None }
    }
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
        faults: FaultDoor,
    ) -> Self {
        let Bounds { body_limit_bytes, request_timeout, .. } = bounds;
        Self { gateway, metrics, first_number, body_limit_bytes, request_timeout, access, faults }
    }

    /// Answers a request. Never fails: a panic becomes an envelope too.
    pub(super) async fn answer(&self, request: Request<Incoming>) -> Answered<Said> {
        let watch = Stopwatch::start();
        let (parts, mut body) = request.into_parts();
        let origin = parts.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let query = parts.uri.query().unwrap_or_default();
        let head = Head { method: parts.method.as_str(), query, origin };
        let query = Query::read(query);
        let mut response = Response::new(Said::from(Bytes::new()));
        self.allow(&query, origin, response.headers_mut());
        if parts.method == Method::OPTIONS {
            return response.into();
        }
        let request_id = self.gateway.next_request_id();
        let headers = &parts.headers;
        let performing =
            AssertUnwindSafe(self.perform(&head, headers, &query, &mut body, request_id));
        let outcome = performing.catch_unwind().await.unwrap_or_else(|_| {
            self.metrics.panicked();
            tracing::error!(%request_id, "a bug: answering this request panicked");
            let answer = self.gateway.apologise(&query, request_id);
            Outcome { closes: true, ..Outcome::answered(answer) }
        });
        let Outcome { mut answer, closes, struck } = outcome;
        answer.fault = struck.as_ref().map(StruckRequest::mark);
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
        Answered { unread, ..say(response, answer.body.into(), struck.as_ref()) }
    }

    async fn perform(
        &self,
        head: &Head<'_>,
        headers: &HeaderMap,
        query: &Query<'_>,
        body: &mut Incoming,
        request_id: RequestId,
    ) -> Outcome {
        let limit = self.body_limit_bytes;
        let answering = async {
            if !body::drain(body, limit).await {
                let answer = self.gateway.too_large(query, limit, request_id);
                return Ok(Outcome { closes: true, ..Outcome::answered(answer) });
            }
            let admitted = match self.gateway.admit(head, query) {
                Ok(admitted) => admitted,
                Err(refused) => {
                    return Ok(Outcome::answered(self.gateway.refuse(query, refused, request_id)));
                }
            };
            let answer = match self.strike(&admitted, headers, query) {
                None => self.gateway.perform(&admitted, query, request_id).await,
                Some(Ok(by)) => return Err((by, admitted)),
                Some(Err(reason)) => self.gateway.bad_fault(query, reason, request_id),
            };
            Ok(Outcome::answered(answer))
        };
        match tokio::time::timeout(self.request_timeout, answering).await {
            Ok(Ok(outcome)) => outcome,
            // On the heap: nobody else carries the room.
            Ok(Err((by, admitted))) => {
                Box::pin(self.suffer(by, &admitted, query, request_id)).await
            }
            Err(_) => {
                let answer = self.gateway.timed_out(query, request_id);
                Outcome { closes: true, ..Outcome::answered(answer) }
            }
        }
    }

    /// Does to a request what a fault says.
    async fn suffer(
        &self,
        by: StruckRequest,
        admitted: &Admitted,
        query: &Query<'_>,
        request_id: RequestId,
    ) -> Outcome {
        if let RequestFault::Delay(pause) = by.fault {
            self.faults.pause(pause).await;
        }
        let answer = if by.fault.performs() {
            let performing = self.gateway.perform(admitted, query, request_id);
            let performed = tokio::time::timeout(self.request_timeout, performing).await;
            performed.unwrap_or_else(|_| self.gateway.timed_out(query, request_id))
        } else {
            self.gateway.fail(query, &by.fault, request_id)
        };
        Outcome { struck: Some(by), ..Outcome::answered(answer) }
    }

    /// The fault that strikes a request, its own before any other.
    fn strike(
        &self,
        admitted: &Admitted,
        headers: &HeaderMap,
        query: &Query<'_>,
    ) -> Option<Result<StruckRequest, String>> {
        let own = self.faults.asked(headers);
        own.or_else(|| self.gateway.strike(admitted, query).map(Ok))
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
        let fault = answer.fault.map(|mark| mark.word);
        let (took_us, request_id) = (took.as_micros(), request_id.number());
        match refused {
            Some(refused) => tracing::warn!(
                target: "guestlist::access",
                method, path = "/", action, code = refused.code, request_id, took_us, fault,
                "refused: {}", refused.text.escape_debug(),
            ),
            None => tracing::info!(
                target: "guestlist::access",
                method, path = "/", action, code = 0, request_id, took_us, fault, "answered",
            ),
        }
    }
}

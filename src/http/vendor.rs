//! The main listener's service: the vendors' paths, and the two probes.
//!
//! No layers here: the path is looked up once, in the dialect's own table. A panic is caught in
//! one place, and the time-out is around what can take time: the body and the commit.

mod struck;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::FutureExt;
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    CONNECTION, CONTENT_TYPE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;

use self::struck::Struck;
use super::body::{self, Answered, BodyFault, BodyMemory, Unread};
use super::ending::{Said, say};
use super::fault::FaultDoor;
use super::zego::ZegoService;
use crate::config::AccessLog;
use crate::engine::{RequestId, Stopwatch, StruckRequest};
use crate::proto::tencent::{
    Admitted, AllowOrigin, Answer, Envelope, Gateway, GatewayRefusal, Head, shown_path,
};
use crate::proto::zego;
use crate::telemetry::Metrics;

/// How much of a body is read in vain once its request is refused for it: so many times the limit.
/// A client that sends more may find its connection closed before it has read why.
pub(super) const DRAINED_LIMITS: usize = 4;

/// What the main listener bounds of one request and of all together.
#[derive(Debug, Clone, Copy)]
pub struct Bounds {
    /// The largest body, in bytes.
    pub body_limit_bytes: usize,
    /// What bodies that come in pieces may hold together, in bytes.
    pub body_memory_bytes: usize,
    /// The longest wait for a body and for a commit.
    pub request_timeout: Duration,
}

/// Answers everything that comes to the main listener.
pub struct VendorService {
    gateway: Gateway,
    zego: ZegoService,
    metrics: Arc<Metrics>,
    body_limit_bytes: usize,
    body_memory: BodyMemory,
    request_timeout: Duration,
    access: AccessLog,
    faults: FaultDoor,
}

/// What is known of a request while it is being answered, however that ends.
struct Noted {
    /// The number of its command.
    command: usize,
    /// Its body, once it is read and if the request log will keep it.
    body: Bytes,
}

/// An answer, whether the connection can go on after it, and what its client is still sending.
struct Outcome {
    answer: Answer,
    closes: bool,
    unread: Option<Incoming>,
    /// The fault that has a say in how it is sent.
    struck: Option<StruckRequest>,
}

impl Outcome {
    /// An answer that changes nothing for its connection.
    fn answered(answer: Answer) -> Self {
        Self { answer, closes: false, unread: None, struck: None }
    }
}

impl VendorService {
    /// A service in front of the gateways.
    #[must_use]
    pub fn new(
        gateway: Gateway,
        zego: ZegoService,
        metrics: Arc<Metrics>,
        bounds: Bounds,
        access: AccessLog,
        faults: FaultDoor,
    ) -> Self {
        let Bounds { body_limit_bytes, body_memory_bytes, request_timeout } = bounds;
        let body_memory = BodyMemory::new(body_memory_bytes);
        Self {
            gateway,
            zego,
            metrics,
            body_limit_bytes,
            body_memory,
            request_timeout,
            access,
            faults,
        }
    }

    /// Answers a request. Never fails: a panic becomes an envelope too.
    pub async fn answer(self: Arc<Self>, request: Request<Incoming>) -> Answered<Said> {
        if let "/healthz" | "/readyz" = request.uri().path() {
            return probe().into();
        }
        let uri = request.uri();
        if zego::is_for(uri.path(), uri.query().unwrap_or_default()) {
            return self.zego.answer(request).await;
        }
        let (parts, body) = request.into_parts();
        let origin = parts.headers.get(ORIGIN).map(HeaderValue::as_bytes);
        let preflight = parts.method == Method::OPTIONS;
        let outcome = if preflight && self.gateway.allow_origin(origin) != AllowOrigin::Nobody {
            None
        } else {
            let head = Head {
                method: parts.method.as_str(),
                path: parts.uri.path(),
                query: parts.uri.query().unwrap_or_default(),
                origin,
            };
            Some(self.outcome(&head, &parts.headers, body).await)
        };
        let mut response = Response::new(Said::from(Bytes::new()));
        self.allow(origin, response.headers_mut());
        let Some(Outcome { answer, closes, unread, struck }) = outcome else {
            return response.into();
        };
        {
            let headers = response.headers_mut();
            headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
            name(&answer, headers);
            if closes {
                headers.insert(CONNECTION, HeaderValue::from_static("close"));
            }
        }
        let answered = say(response, answer.body.into(), struck.as_ref());
        Answered { unread: unread.map(|body| self.unread(body)), ..answered }
    }

    fn unread(&self, body: Incoming) -> Unread {
        let limit_bytes = self.body_limit_bytes.saturating_mul(DRAINED_LIMITS);
        Unread { body, limit_bytes, within: self.request_timeout }
    }

    async fn outcome(&self, head: &Head<'_>, headers: &HeaderMap, body: Incoming) -> Outcome {
        let watch = Stopwatch::start();
        let request_id = self.gateway.next_request_id();
        let mut noted = Noted { command: self.metrics.unknown_command(), body: Bytes::new() };
        let answering = self.perform(head, headers, body, request_id, &mut noted);
        let mut outcome = AssertUnwindSafe(answering).catch_unwind().await.unwrap_or_else(|_| {
            self.metrics.panicked();
            tracing::error!(%request_id, path = &*shown_path(head.path), "a bug: answering this request panicked");
            let answer = self.gateway.apologise(head.path, request_id);
            Outcome { closes: true, ..Outcome::answered(answer) }
        });
        outcome.answer.fault = outcome.struck.as_ref().map(StruckRequest::mark);
        let took = watch.elapsed();
        self.metrics.answered(noted.command, outcome.answer.code(), took);
        self.log(head, &outcome.answer, took);
        self.gateway.record(head, &noted.body, &outcome.answer, took);
        outcome
    }

    /// Performs a request, and notes what it comes to know as soon as it does.
    async fn perform(
        &self,
        head: &Head<'_>,
        headers: &HeaderMap,
        mut body: Incoming,
        request_id: RequestId,
        noted: &mut Noted,
    ) -> Outcome {
        let found = self.gateway.find(head).inspect(|found| {
            noted.command = found.number().unwrap_or(noted.command);
        });
        let admitted = match found.and_then(|found| self.gateway.admit(found, head.method)) {
            Ok(admitted) => admitted,
            Err(refusal) => {
                let draining = body::drain(&mut body, self.body_limit_bytes);
                let drained = tokio::time::timeout(self.request_timeout, draining).await;
                let answer = self.gateway.refuse(head.path, refusal, request_id);
                return Outcome { closes: drained.is_err(), ..Outcome::answered(answer) };
            }
        };
        let answering =
            self.read_and_perform(head.path, headers, &admitted, body, request_id, noted);
        match tokio::time::timeout(self.request_timeout, answering).await {
            Ok(Ok(outcome)) => outcome,
            // On the heap: nobody else carries the room.
            Ok(Err(struck)) => {
                Box::pin(self.suffer(*struck, head.path, &admitted, request_id)).await
            }
            Err(_) => {
                let answer = self.gateway.refuse(head.path, GatewayRefusal::TimedOut, request_id);
                Outcome { closes: true, ..Outcome::answered(answer) }
            }
        }
    }

    async fn read_and_perform(
        &self,
        path: &str,
        headers: &HeaderMap,
        admitted: &Admitted,
        mut body: Incoming,
        request_id: RequestId,
        noted: &mut Noted,
    ) -> Result<Outcome, Box<Struck<'_>>> {
        let read = body::read(&mut body, self.body_limit_bytes, &self.body_memory).await;
        let (refusal, closes, unread) = match read {
            Ok((body, held)) => {
                if self.gateway.keeps_body(body.len()) {
                    noted.body = body.clone();
                }
                let answer = match self.strike(admitted, headers, &body) {
                    None => self.gateway.perform(admitted, &body, request_id).await,
                    Some(Ok(by)) => return Err(Box::new(Struck { by, body, held })),
                    Some(Err(refusal)) => self.gateway.refuse(path, refusal, request_id),
                };
                return Ok(Outcome::answered(answer));
            }
            Err(BodyFault::TooLarge) => {
                let at_most_bytes = self.body_limit_bytes;
                (GatewayRefusal::BodyTooLarge { at_most_bytes }, true, Some(body))
            }
            Err(BodyFault::Busy) => (GatewayRefusal::Busy, false, Some(body)),
            Err(BodyFault::Broken) => (GatewayRefusal::BodyBroken, true, None),
        };
        let answer = self.gateway.refuse(path, refusal, request_id);
        Ok(Outcome { closes, unread, ..Outcome::answered(answer) })
    }

    /// The documented headers. No `*` while everybody knows the keys.
    fn allow(&self, origin: Option<&[u8]>, headers: &mut HeaderMap) {
        let value = match self.gateway.allow_origin(origin) {
            AllowOrigin::Any => Some(HeaderValue::from_static("*")),
            AllowOrigin::Only(origin) => HeaderValue::from_bytes(origin).ok(),
            AllowOrigin::Nobody => None,
        };
        let Some(value) = value else { return };
        if value != "*" {
            headers.insert(VARY, HeaderValue::from_static("Origin"));
        }
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, value);
        let requested_with = HeaderValue::from_static("X-Requested-With");
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, requested_with);
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("POST"));
    }

    /// One line, readable and with fields. The query is never in it: it holds the ticket.
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
        let (method, path, took_us) = (head.method, &*shown_path(head.path), took.as_micros());
        let fault = answer.fault.map(|mark| mark.word);
        match refused {
            Some(wire) => tracing::warn!(
                target: "guestlist::access",
                method, path, code = wire.code, %request_id, took_us, fault, "refused: {}",
                wire.text.escape_debug(),
            ),
            None => tracing::info!(
                target: "guestlist::access",
                method, path, code = 0, %request_id, took_us, fault, "answered",
            ),
        }
    }
}

/// The request's name goes into the header where the body has none.
fn name(answer: &Answer, headers: &mut HeaderMap) {
    if answer.envelope == Envelope::Chat {
        let mut name = Vec::with_capacity(RequestId::MAX_BYTES);
        answer.request_id.write(&mut name);
        let name = HeaderValue::from_maybe_shared(Bytes::from(name));
        headers.insert("x-request-id", name.expect("letters, digits and dashes"));
    }
}

/// `/healthz` and `/readyz`: this service is there only once the server is ready.
fn probe() -> Response<Said> {
    let mut response = Response::new(Said::from(Bytes::from_static(b"ok\n")));
    *response.status_mut() = StatusCode::OK;
    let plain = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, plain);
    response
}

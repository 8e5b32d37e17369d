//! The receiver of callbacks inside a server.
//!
//! Job: take whatever is sent to it, answer as a receiver should or as a test wants, and keep what came,
//! each lane's in the order of its coming; an app has two, one for each vendor. Promise: at most
//! [`MAX_KEPT`] of each are kept, bodies of at
//! most [`MAX_BODY_BYTES`]; what is more is answered with 503 and not kept. Not here: whether what came is
//! right.

use std::collections::{HashMap, VecDeque};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full, Limited};
use hyper::body::Incoming;
use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::callbacks::Callback;
use crate::http::{Limits, Listening, bind, serve};
use crate::telemetry::Metrics;

/// The most callbacks of one app and vendor that wait to be taken by the test.
pub const MAX_KEPT: usize = 10_000;
/// The largest body of a callback that is taken, in bytes.
pub const MAX_BODY_BYTES: usize = 1024 * 1024;
/// What the receiver bounds; the server that sends has tighter ones.
const LIMITS: Limits = Limits {
    max_connections: 10_000,
    head_timeout: Duration::from_secs(10),
    write_timeout: Duration::from_secs(10),
    drain_timeout: Duration::from_secs(1),
};
/// What the vendor's pages want to be answered.
const THANKS: &str = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#;

/// Whose callbacks these are.
pub(super) type Lane = u64;

/// The receiver.
pub(super) struct Receiver {
    address: SocketAddr,
    socket: Mutex<Option<TcpListener>>,
    inboxes: Arc<Inboxes>,
    last: AtomicU64,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// What came, by lane.
#[derive(Default)]
struct Inboxes {
    of: Mutex<HashMap<Lane, Inbox>>,
    came: Notify,
}

/// What came for one lane and was not taken yet.
#[derive(Default)]
struct Inbox {
    kept: VecDeque<Callback>,
    /// How many to come are answered with which status.
    failing: Option<(usize, StatusCode)>,
}

impl Receiver {
    pub(super) async fn bind() -> io::Result<Self> {
        let Listening { socket, address } = bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
        Ok(Self {
            address,
            socket: Mutex::new(Some(socket)),
            inboxes: Arc::default(),
            last: AtomicU64::new(0),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        })
    }

    /// Serves, on the present runtime, until it is stopped. Panics are counted with the server's.
    pub(super) fn serve(&self, metrics: Arc<Metrics>) {
        let Some(socket) = self.socket.lock().take() else { return };
        let inboxes = Arc::clone(&self.inboxes);
        let answer = move |request| {
            let inboxes = Arc::clone(&inboxes);
            async move { inboxes.answer(request).await }
        };
        self.tasks.spawn(serve(socket, None, answer, LIMITS, metrics, self.stop.clone()));
    }

    pub(super) fn stop(&self) {
        self.stop.cancel();
    }

    /// A lane that nobody has.
    pub(super) fn new_lane(&self) -> Lane {
        self.last.fetch_add(1, Ordering::Relaxed)
    }

    /// Where callbacks for a lane go.
    pub(super) fn url(&self, lane: Lane) -> String {
        format!("http://{}/{lane}", self.address)
    }

    /// Returns once so many of a lane are here; then they are taken.
    pub(super) async fn taken(&self, lane: Lane, count: usize) -> Vec<Callback> {
        loop {
            // Before looking: what comes from here on wakes it.
            let mut came = std::pin::pin!(self.inboxes.came.notified());
            came.as_mut().enable();
            if let Some(taken) = self.inboxes.take(lane, count) {
                return taken;
            }
            came.await;
        }
    }

    /// What is here of a lane, and stays.
    pub(super) fn kept(&self, lane: Lane) -> Vec<Callback> {
        let inboxes = self.inboxes.of.lock();
        inboxes.get(&lane).map_or_else(Vec::new, |inbox| inbox.kept.iter().cloned().collect())
    }

    /// Takes whatever is here of a lane.
    pub(super) fn take_all(&self, lane: Lane) -> Vec<Callback> {
        let mut inboxes = self.inboxes.of.lock();
        inboxes.get_mut(&lane).map_or_else(Vec::new, |inbox| inbox.kept.drain(..).collect())
    }

    /// Answers the next so many of a lane with a status.
    pub(super) fn fail(&self, lane: Lane, count: usize, status: StatusCode) {
        let mut inboxes = self.inboxes.of.lock();
        inboxes.entry(lane).or_default().failing = Some((count, status));
    }
}

impl Inboxes {
    fn take(&self, lane: Lane, count: usize) -> Option<Vec<Callback>> {
        let mut inboxes = self.of.lock();
        let inbox = inboxes.entry(lane).or_default();
        (inbox.kept.len() >= count).then(|| inbox.kept.drain(..count).collect())
    }

    async fn answer(&self, request: Request<Incoming>) -> Response<Full<Bytes>> {
        let (head, body) = request.into_parts();
        let lane = head.uri.path().split('/').nth(1).and_then(|lane| lane.parse().ok());
        let Some(lane) = lane else { return said(StatusCode::NOT_FOUND) };
        let Ok(body) = Limited::new(body, MAX_BODY_BYTES).collect().await else {
            return said(StatusCode::PAYLOAD_TOO_LARGE);
        };
        let status = self.keep(lane, Callback::new(head.uri, head.headers, body.to_bytes()));
        self.came.notify_waiters();
        said(status)
    }

    /// Keeps a callback; answers what it is to be answered with.
    fn keep(&self, lane: Lane, callback: Callback) -> StatusCode {
        let mut inboxes = self.of.lock();
        let inbox = inboxes.entry(lane).or_default();
        if inbox.kept.len() >= MAX_KEPT {
            return StatusCode::SERVICE_UNAVAILABLE;
        }
        let status = match &mut inbox.failing {
            Some((left @ 1.., status)) => {
                *left -= 1;
                *status
            }
            _ => StatusCode::OK,
        };
        inbox.kept.push_back(callback.answered(status));
        status
    }
}

fn said(status: StatusCode) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::from(THANKS));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

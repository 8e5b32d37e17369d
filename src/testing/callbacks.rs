//! What an app's receiver was told.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode, Uri};
use serde_json::Value;
use tokio::time::timeout;

use super::error::Error;
use super::receiver::Lane;
use super::server::Shared;

/// How long [`Callbacks::wait`] waits, in real time.
pub const WAIT: Duration = Duration::from_secs(5);
/// The longest that [`Callbacks::wait_for`] waits, in real time.
pub const MAX_WAIT: Duration = Duration::from_secs(60);

/// The callbacks of an app, RoomEngine's or ZEGO's, as the receiver inside the server gets them: each
/// attempt, in the order of its coming. They stay until they are taken, [`MAX_KEPT`](super::MAX_KEPT) at
/// most. Nothing of them is checked.
///
/// A backend with a receiver of its own gets RoomEngine's in the place of this one from
/// `room_config/update_callback` on, until the app is reset.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), guestlist::testing::Error> {
/// use std::time::Duration;
/// use guestlist::testing::Server;
///
/// let server = Server::start().await;
/// let app = server.app();
/// app.clock().freeze().await?;
///
/// // A receiver that fails once is told again, in the app's time.
/// app.callbacks().fail_next(1, 500);
/// app.room("r").create().await?;
/// let first = app.callbacks().wait(1).await?;
/// assert_eq!(first[0].status(), 500);
/// app.clock().advance(Duration::from_secs(1)).await?;
/// let second = app.callbacks().wait(1).await?;
/// assert_eq!(second[0].status(), 200);
/// assert_eq!(second[0].json(), first[0].json());
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
pub struct Callbacks {
    shared: Arc<Shared>,
    lane: Lane,
}

impl Callbacks {
    pub(super) fn new(shared: Arc<Shared>, lane: Lane) -> Self {
        Self { shared, lane }
    }

    /// Waits until so many are here, and takes the oldest ones: exactly so many. Waits for [`WAIT`] of real
    /// time at most.
    ///
    /// # Errors
    /// [`Error::TooFew`], which lists what is here; all of it stays.
    pub async fn wait(&self, count: usize) -> Result<Vec<Callback>, Error> {
        self.wait_for(count, WAIT).await
    }

    /// The same for another time, [`MAX_WAIT`] at most.
    ///
    /// # Errors
    /// As [`wait`](Self::wait).
    pub async fn wait_for(&self, count: usize, within: Duration) -> Result<Vec<Callback>, Error> {
        let within = within.min(MAX_WAIT);
        let receiver = &self.shared.receiver;
        timeout(within, receiver.taken(self.lane, count)).await.map_err(|_| {
            let came = receiver.kept(self.lane).iter().map(Callback::line).collect();
            Error::TooFew { wanted: count, within, came }
        })
    }

    /// What is here by now. It stays.
    #[must_use]
    pub fn here(&self) -> Vec<Callback> {
        self.shared.receiver.kept(self.lane)
    }

    /// Takes whatever is here by now.
    pub fn take(&self) -> Vec<Callback> {
        self.shared.receiver.take_all(self.lane)
    }

    /// Answers the next so many attempts with an HTTP status, and those behind them well; in the place of
    /// whatever was said before. The server tries again what was not answered with 200, later by the app's
    /// clock.
    ///
    /// # Panics
    /// If there is no such status: below 100 or above 999.
    pub fn fail_next(&self, attempts: usize, status: u16) {
        let Ok(status) = StatusCode::from_u16(status) else {
            panic!("{status}: an HTTP status is 100 to 999")
        };
        self.shared.receiver.fail(self.lane, attempts, status);
    }
}

/// One attempt to tell something, as it came.
#[derive(Clone)]
pub struct Callback {
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
    status: StatusCode,
}

impl Callback {
    pub(super) fn new(uri: Uri, headers: HeaderMap, body: Bytes) -> Self {
        Self { uri, headers, body, status: StatusCode::OK }
    }

    pub(super) fn answered(self, status: StatusCode) -> Self {
        Self { status, ..self }
    }

    /// What it tells of: RoomEngine's `CallbackCommand`, ZEGO's `event`; empty if the body has neither.
    #[must_use]
    pub fn command(&self) -> String {
        let body = self.json();
        let word = body["CallbackCommand"].as_str().or_else(|| body["event"].as_str());
        word.unwrap_or_default().to_owned()
    }

    /// The body as it came.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }

    /// The body as JSON; null if it is none.
    #[must_use]
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// The headers as they came.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// One header, if it came and is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Path and query: RoomEngine's has `SdkAppid`, `CallbackCommand` and the rest, ZEGO's nothing.
    #[must_use]
    pub fn uri(&self) -> &Uri {
        &self.uri
    }

    /// What it was answered with.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status.as_u16()
    }

    /// For people.
    fn line(&self) -> String {
        let body = self.json();
        let room = ["RoomId", "room_id"].iter().find_map(|field| body[field].as_str());
        let of = room.map_or_else(String::new, |room| format!(" of room {room}"));
        let status = self.status();
        let answered = if status == 200 { String::new() } else { format!(", answered {status}") };
        format!("{}{of}{answered}", self.command())
    }
}

impl fmt::Debug for Callbacks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Callbacks").field("here", &self.here()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Callback {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let body = String::from_utf8_lossy(&self.body);
        f.debug_struct("Callback")
            .field("uri", &self.uri)
            .field("body", &body)
            .field("status", &self.status())
            .finish_non_exhaustive()
    }
}

//! Where requests bring a fault of their own, and where one that is struck waits.
//!
//! Job: read `X-Guestlist-Fault` where the settings allow it; wait for a delay, as long as the server
//! runs. Where they do not, the header is one that nobody knows. Not here: what is done to a request
//! (`vendor`, `zego`, `ending`).

use std::time::Duration;

use http::{HeaderMap, HeaderValue};
use tokio_util::sync::CancellationToken;

use crate::control::request_fault;
use crate::engine::{RequestFault, StruckRequest};

/// The header by which one request asks for a fault.
const HEADER: &str = "x-guestlist-fault";

/// What the bench may do to requests.
#[derive(Debug, Clone)]
pub struct FaultDoor {
    /// Requests may bring a fault of their own.
    pub by_header: bool,
    /// Ends every delay.
    pub stop: CancellationToken,
}

impl FaultDoor {
    /// The fault that a request asks for itself, or what is wrong with it.
    pub(super) fn asked(&self, headers: &HeaderMap) -> Option<Result<StruckRequest, String>> {
        if !self.by_header {
            return None;
        }
        let mut values = headers.get_all(HEADER).iter();
        let value = values.next()?;
        let fault = match values.next() {
            Some(_) => Err("stands there twice".to_owned()),
            None => read(value),
        };
        let struck = fault.map(|fault| StruckRequest { id: None, fault });
        Some(struck.map_err(|reason| format!("X-Guestlist-Fault: {reason}")))
    }

    /// Waits, but not beyond the end of the server.
    pub(super) async fn pause(&self, pause: Duration) {
        self.stop.run_until_cancelled(tokio::time::sleep(pause)).await;
    }
}

fn read(value: &HeaderValue) -> Result<RequestFault, String> {
    let text = std::str::from_utf8(value.as_bytes()).map_err(|_| "not UTF-8".to_owned())?;
    request_fault(text)
}

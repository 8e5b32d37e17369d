//! How an answer ends: whole, or as a fault of the bench has it.
//!
//! Job: the body of every answer of the main listener, and what its connection is told to do with
//! it. Promise: what is cut off is cut off on the wire: no byte of an answer that is closed, the head
//! and half the body of one that breaks off. Not here: which request is struck.

use std::convert::Infallible;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderValue, Response, StatusCode};
use hyper::body::{Body, Frame, SizeHint};

use super::body::Answered;
use crate::engine::{RequestFault, StruckRequest};

/// What becomes of a connection with an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ending {
    /// The answer is sent whole.
    Whole,
    /// What the body gives is sent, which is not all that the head announces; then it is closed.
    CutOff,
    /// It is closed at once, and nothing of the answer is sent.
    Closed,
    /// Nothing is sent until the client goes, or so long; then it is closed.
    Silent(Duration),
}

/// The body of an answer, in one piece.
pub struct Said {
    bytes: Bytes,
    /// More was announced, and never comes.
    cut_off: bool,
}

impl From<Bytes> for Said {
    fn from(bytes: Bytes) -> Self {
        Self { bytes, cut_off: false }
    }
}

impl Body for Said {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        let bytes = std::mem::take(&mut self.bytes);
        if !bytes.is_empty() {
            return Poll::Ready(Some(Ok(Frame::data(bytes))));
        }
        // Of one that is cut off the connection is closed as soon as the piece is sent.
        if self.cut_off { Poll::Pending } else { Poll::Ready(None) }
    }

    fn is_end_stream(&self) -> bool {
        self.bytes.is_empty() && !self.cut_off
    }

    fn size_hint(&self) -> SizeHint {
        // What is cut off says nothing of its length, so that the head's word counts.
        if self.cut_off {
            return SizeHint::default();
        }
        SizeHint::with_exact(self.bytes.len() as u64)
    }
}

/// Gives a response its body, and the ending that a fault has for it.
pub(super) fn say(
    mut response: Response<Said>,
    body: Bytes,
    struck: Option<&StruckRequest>,
) -> Answered<Said> {
    let mut ending = Ending::Whole;
    let mut said = Said::from(body);
    match struck.map(|struck| &struck.fault) {
        None | Some(RequestFault::Error { .. } | RequestFault::Delay(_)) => {}
        Some(RequestFault::Status(status)) => {
            *response.status_mut() =
                StatusCode::from_u16(*status).unwrap_or(StatusCode::BAD_GATEWAY);
            let html = HeaderValue::from_static("text/html");
            response.headers_mut().insert(CONTENT_TYPE, html);
            said = Said::from(page(response.status()));
        }
        Some(RequestFault::Silence(at_most)) => ending = Ending::Silent(*at_most),
        Some(RequestFault::Close | RequestFault::Lost) => ending = Ending::Closed,
        Some(RequestFault::HalfBody) => {
            response.headers_mut().insert(CONTENT_LENGTH, said.bytes.len().into());
            let half = said.bytes.len() / 2;
            said = Said { bytes: said.bytes.slice(..half), cut_off: true };
            ending = Ending::CutOff;
        }
    }
    *response.body_mut() = said;
    Answered { response, unread: None, ending }
}

/// What a proxy says for itself.
fn page(status: StatusCode) -> Bytes {
    let title = match status.canonical_reason() {
        Some(reason) => format!("{} {reason}", status.as_u16()),
        None => status.as_u16().to_string(),
    };
    let body = format!("<h1>{title}</h1>");
    format!("<html><head><title>{title}</title></head><body>{body}</body></html>\n").into()
}

//! What a fault does, to a request or to a callback, and its limits.

use std::time::Duration;

use super::CallbackWord;
use crate::domain::Destination;

/// The longest text of an error, in bytes.
pub const MAX_ERROR_TEXT_BYTES: usize = 512;
/// The longest delay of a request, in real time.
pub const MAX_REQUEST_DELAY: Duration = Duration::from_secs(60);
/// The longest that a request is left without an answer, in real time.
pub const MAX_SILENCE: Duration = Duration::from_secs(600);
/// The longest delay of a callback, in milliseconds of the app's clock.
pub const MAX_CALLBACK_DELAY_MS: u64 = 86_400_000;
/// How many callbacks one may be moved behind.
pub const MAX_PASSED: u32 = 100;

/// What is done to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RequestFault {
    /// It is not performed, and answered with a code of its dialect.
    Error {
        /// The code, from 1.
        code: u32,
        /// The text, of at most `MAX_ERROR_TEXT_BYTES`.
        text: Box<str>,
    },
    /// It is not performed, and answered with an HTTP status, as by a proxy in front.
    Status(u16),
    /// It is performed so much later, at most `MAX_REQUEST_DELAY`.
    Delay(Duration),
    /// It is not performed, and not answered until its client goes; after so long, at most
    /// `MAX_SILENCE`, the connection is closed.
    Silence(Duration),
    /// It is not performed, and its connection is closed.
    Close,
    /// It is performed, and its connection is closed in the middle of the answer's body.
    HalfBody,
    /// It is performed, and its connection is closed instead of an answer.
    Lost,
}

impl RequestFault {
    /// Whether the request is performed all the same.
    #[must_use]
    pub fn performs(&self) -> bool {
        match self {
            Self::Delay(_) | Self::HalfBody | Self::Lost => true,
            Self::Error { .. } | Self::Status(_) | Self::Silence(_) | Self::Close => false,
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Error { .. } => "error",
            Self::Status(_) => "status",
            Self::Delay(_) => "delay",
            Self::Silence(_) => "timeout",
            Self::Close => "close",
            Self::HalfBody => "half_body",
            Self::Lost => "lost",
        }
    }
}

/// What is done to a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackFault {
    /// It waits, and what is behind it in its room with it, until somebody lets it go.
    Hold,
    /// It is never sent.
    Drop,
    /// It is sent once more when it has arrived.
    Duplicate,
    /// It is not sent before so many milliseconds of the app's clock after what it tells of, at most
    /// `MAX_CALLBACK_DELAY_MS`; what is behind it in its room waits with it.
    Delay {
        /// How many.
        ms: u64,
    },
    /// It goes behind others of its room and destination that come after it.
    Reorder {
        /// How many, 1 to `MAX_PASSED`.
        by: u32,
        /// Which of them count: those of one word, or all.
        past: Option<CallbackWord>,
    },
}

impl CallbackFault {
    /// Whether it can be done to what goes to a destination: what it is moved behind has to go there
    /// too.
    pub(super) fn is_for(&self, to: Destination) -> bool {
        match self {
            Self::Reorder { past: Some(past), .. } => past.to == to,
            _ => true,
        }
    }

    /// Its word.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Drop => "drop",
            Self::Duplicate => "duplicate",
            Self::Delay { .. } => "delay",
            Self::Reorder { .. } => "reorder",
        }
    }
}

//! Why something was not done, as a test wants to read it.

use std::fmt;
use std::time::Duration;

/// Why something was not done. `Debug` is `Display`, so that `unwrap` and a test that returns it show a
/// sentence.
#[derive(Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The server did not start.
    #[error("the server does not start: {why}")]
    Start {
        /// Which setting is wrong, or what the system says.
        why: String,
    },
    /// The server says no.
    #[error("{what}: {detail}{}", numbered(*code))]
    Refused {
        /// What was asked for.
        what: String,
        /// The HTTP status: that of the control plane, or the 200 of the vendor's API.
        status: u16,
        /// The vendor's number of the refusal, where there is one.
        code: Option<u32>,
        /// Why, in words that may change.
        detail: String,
    },
    /// The server does not answer: it was stopped, or something is in the way.
    #[error("{what}: no answer: {why}")]
    Unreachable {
        /// What was asked for.
        what: String,
        /// What the client says.
        why: String,
    },
    /// Not as many callbacks came as were waited for.
    #[error("{} of {wanted} callbacks came within {within:?}{}", came.len(), listed(came))]
    TooFew {
        /// How many were waited for.
        wanted: usize,
        /// How long, in real time.
        within: Duration,
        /// What came, one line each. None of it was taken.
        came: Vec<String>,
    },
}

impl Error {
    /// The vendor's number of a refusal; nothing for everything else.
    #[must_use]
    pub fn code(&self) -> Option<u32> {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Start { .. } | Self::Unreachable { .. } | Self::TooFew { .. } => None,
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

fn numbered(code: Option<u32>) -> String {
    code.map_or_else(String::new, |code| format!(" ({code})"))
}

fn listed(came: &[String]) -> String {
    let lines = came.iter().map(|line| format!("\n  {line}"));
    if came.is_empty() { String::new() } else { format!(":{}", lines.collect::<String>()) }
}

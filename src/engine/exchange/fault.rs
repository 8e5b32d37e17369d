//! Why an app is not imported.

use super::{FORMAT_VERSION, MAX_IMPORTS};
use crate::engine::Failure;
use crate::store::TxError;

/// Why an app is not imported. Says the line and the field, and never what stands there but for
/// names of rooms: it may be secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// A line is not what it should be.
    #[error("line {line}: {text}")]
    Line {
        /// Which, from 1.
        line: u64,
        /// What is wrong with it.
        text: String,
    },
    /// It is of another version.
    #[error("line 1: guestlist.version: {found}, and this program reads {FORMAT_VERSION}")]
    Version {
        /// The one it is of.
        found: u64,
    },
    /// The last line is missing: something was cut off.
    #[error("it is cut off: {lines} lines, and none of them is the last one, `{{\"end\":…}}`")]
    Cut {
        /// How many lines there are.
        lines: u64,
    },
    /// Somebody else imports this app.
    #[error("another import of this app is under way")]
    Busy,
    /// As many others are under way as may be.
    #[error("{MAX_IMPORTS} imports are under way, which is the most")]
    TooMany,
    /// The store cannot do it now.
    #[error("the store is unavailable")]
    Unavailable,
}

impl ImportFault {
    pub(super) fn line(line: u64, text: impl Into<String>) -> Self {
        Self::Line { line, text: text.into() }
    }
}

impl From<TxError> for ImportFault {
    fn from(_: TxError) -> Self {
        // A store that is to be filled refuses nothing by a rule.
        Self::Unavailable
    }
}

impl From<Failure> for ImportFault {
    fn from(_: Failure) -> Self {
        Self::Unavailable
    }
}

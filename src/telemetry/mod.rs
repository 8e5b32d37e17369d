//! What the process tells its operator.
//!
//! Job: lines on stderr, and metrics. Promise: no secret and no query of a request is ever in one; the library
//! sets no global subscriber, only the program asks for one. Not here: who is
//! counted, and when.

mod metrics;

use tracing::Level;
use tracing_subscriber::fmt;

pub use metrics::{CallbackEnd, JournalFigures, Metrics, OpenConnection, UNKNOWN_COMMAND, Watch};

/// Sends the process's lines to stderr. Called once, by the program.
pub fn lines_to_stderr() {
    to_stderr(Level::INFO);
}

/// Sends warnings and errors to stderr, and nothing else. Called once, by the program.
pub fn warnings_to_stderr() {
    to_stderr(Level::WARN);
}

fn to_stderr(level: Level) {
    fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(level).init();
}

//! What the process tells its operator.
//!
//! Job: lines on stderr. Promise: no secret and no query of a request is ever in one; the library
//! sets no global subscriber, only the program asks for one. Not here: metrics, which are yet to
//! come.

use tracing_subscriber::fmt;

/// Sends the process's lines to stderr. Called once, by the program.
pub fn lines_to_stderr() {
    fmt().with_writer(std::io::stderr).with_ansi(false).with_max_level(tracing::Level::INFO).init();
}

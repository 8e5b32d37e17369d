//! ZEGO's signatures: of requests to its server API, and of its callbacks.
//!
//! Job: texts and a secret in, a verdict or hexadecimal digits out. Promise: comparisons take the same
//! time wherever two signatures differ. Not here: whether a time is near enough.

mod callback;
mod request;

pub use callback::sign_callback;
pub use request::{sign, verify};

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

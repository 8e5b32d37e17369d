//! ZEGO's signatures: of requests to its server API, of its callbacks, and the tokens that clients log in
//! with.
//!
//! Job: texts and a secret in, a verdict or hexadecimal digits out. Promise: comparisons take the same
//! time wherever two signatures differ. Not here: whether a time is near enough.

mod callback;
mod request;
pub mod token04;

pub use callback::sign_callback;
pub use request::{sign, verify};

/// The length of a ServerSecret, in bytes: it is the key of a token as it stands there.
pub const SERVER_SECRET_BYTES: usize = 32;

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

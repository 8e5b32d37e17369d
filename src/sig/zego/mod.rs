//! ZEGO's signatures: of its callbacks.
//!
//! Job: texts and a secret in, hexadecimal digits out. Not here: whether a time is near enough.

mod callback;

pub use callback::sign_callback;

fn hex(digest: &[u8]) -> String {
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

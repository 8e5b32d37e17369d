//! What stands in the body of a ZEGO callback so that its receiver knows whose it is.

use crate::sig::zego::sign_callback;

/// When a callback is sent, and that it is from here.
pub(in crate::callback) struct Signing {
    /// In Unix seconds.
    pub(super) timestamp_s: u64,
    pub(super) nonce: String,
    pub(super) signature: String,
}

impl Signing {
    /// Signs with a secret of which nothing is kept.
    pub(in crate::callback) fn new(secret: &str, timestamp_s: u64, nonce: u64) -> Self {
        let nonce = nonce.to_string();
        let signature = sign_callback(secret, &timestamp_s.to_string(), &nonce);
        Self { timestamp_s, nonce, signature }
    }
}

//! The secret key: the one place where a signature is computed or compared.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// The length of a signature.
pub(super) const SIGNATURE_BYTES: usize = 32;

/// An app's secret key, prepared for HMAC-SHA256.
///
/// The two blocks that depend on the key alone are hashed once, here; each signature starts from
/// a copy. `Debug` shows nothing of it.
#[derive(Clone)]
pub struct SecretKey {
    prepared: Hmac<Sha256>,
}

impl SecretKey {
    /// Takes the key as the console shows it. The key is this text itself: its 64 hexadecimal
    /// digits are not decoded.
    pub fn new(text: &str) -> Self {
        let prepared =
            Hmac::new_from_slice(text.as_bytes()).expect("HMAC takes keys of every length");
        Self { prepared }
    }

    pub(super) fn signature_of(&self, content: &[u8]) -> [u8; SIGNATURE_BYTES] {
        self.prepared.clone().chain_update(content).finalize().into_bytes().into()
    }

    /// Compares in constant time.
    pub(super) fn has_signed(&self, content: &[u8], signature: &[u8; SIGNATURE_BYTES]) -> bool {
        self.prepared.clone().chain_update(content).verify_slice(signature).is_ok()
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretKey(hidden)")
    }
}

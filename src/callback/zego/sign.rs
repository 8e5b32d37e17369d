//! The signature of ZEGO's callbacks, which stands in the body: the SHA-1, in lower-case hexadecimal,
//! of the secret, the time and the nonce, sorted as texts and joined.

use sha1::{Digest, Sha1};

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
        let signature = sign(&text_to_sign(secret, &timestamp_s.to_string(), &nonce));
        Self { timestamp_s, nonce, signature }
    }
}

fn text_to_sign(secret: &str, timestamp: &str, nonce: &str) -> String {
    let mut texts = [secret, timestamp, nonce];
    texts.sort_unstable();
    texts.concat()
}

fn sign(text: &str) -> String {
    Sha1::digest(text).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_vector() {
        let text = text_to_sign("secret", "1470820198", "123412");
        assert_eq!(text, "1234121470820198secret");
        assert_eq!(sign(&text), "5bd59fd62953a8059fb7eaba95720f66d19e4517");
        let signing = Signing::new("secret", 1_470_820_198, 123_412);
        assert_eq!(signing.signature, "5bd59fd62953a8059fb7eaba95720f66d19e4517");
    }

    #[test]
    fn numbers_are_sorted_as_texts() {
        assert_eq!(text_to_sign("5", "10", "9"), "1059");
    }
}

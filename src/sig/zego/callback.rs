//! Of callbacks: hexadecimal SHA-1 over secret, time and nonce, in the order of their texts.

use sha1::{Digest, Sha1};

use super::hex;

/// The signature of a callback.
#[must_use]
pub fn sign_callback(callback_secret: &str, timestamp: &str, nonce: &str) -> String {
    let mut texts = [callback_secret, timestamp, nonce];
    texts.sort_unstable();
    hex(&texts.iter().fold(Sha1::new(), |digest, text| digest.chain_update(text)).finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_vector() {
        let signature = "5bd59fd62953a8059fb7eaba95720f66d19e4517";
        assert_eq!(sign_callback("secret", "1470820198", "123412"), signature);
    }
}

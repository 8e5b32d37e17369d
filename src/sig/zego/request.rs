//! Of requests: lower-case hexadecimal MD5 over AppId, nonce, server secret and time.

use md5::{Digest, Md5};
use subtle::ConstantTimeEq;

use super::hex;

/// The signature of a request; its texts as they are sent.
#[must_use]
pub fn sign(app_id: &str, nonce: &str, server_secret: &str, timestamp: &str) -> String {
    let texts = [app_id, nonce, server_secret, timestamp];
    hex(&texts.iter().fold(Md5::new(), |digest, text| digest.chain_update(text)).finalize())
}

/// Whether this is the signature of a request. Digits of either case are the same.
#[must_use]
pub fn verify(
    app_id: &str,
    nonce: &str,
    server_secret: &str,
    timestamp: &str,
    signature: &str,
) -> bool {
    let right = sign(app_id, nonce, server_secret, timestamp);
    signature.to_ascii_lowercase().as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The vendor's vector: AppId, nonce, secret, time.
    const TEXTS: [&str; 4] =
        ["12345", "4fd24687296dd9f3", "9193cc662a4c0ec135ec71fb57194b38", "1615186943"];
    const SIGNATURE: &str = "43e5cfcca828314675f91b001390566a";

    #[test]
    fn the_documented_vector() {
        let [app_id, nonce, secret, timestamp] = TEXTS;
        assert_eq!(sign(app_id, nonce, secret, timestamp), SIGNATURE);
        assert!(verify(app_id, nonce, secret, timestamp, SIGNATURE));
        assert!(verify(app_id, nonce, secret, timestamp, &SIGNATURE.to_uppercase()));
    }

    #[test]
    fn every_text_counts_and_so_does_every_digit() {
        for at in 0..4 {
            let mut texts = TEXTS.map(str::to_owned);
            texts[at].push('0');
            let [app_id, nonce, secret, timestamp] = texts;
            assert!(!verify(&app_id, &nonce, &secret, &timestamp, SIGNATURE), "{at}");
        }
        let [app_id, nonce, secret, timestamp] = TEXTS;
        for bad in ["", &SIGNATURE[1..], "43e5cfcca828314675f91b001390566b", "é"] {
            assert!(!verify(app_id, nonce, secret, timestamp, bad), "{bad}");
        }
    }
}

//! Tickets of Tencent's (`UserSig`, version 2): who asks, and until when.

use std::io::Write;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::write::ZlibEncoder;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::json;
use sha2::Sha256;

/// What tickets of an app are made with.
pub struct Key {
    /// The app.
    pub sdkappid: u32,
    /// Its secret, as the vendor's console shows it.
    pub secret: String,
}

impl Key {
    /// A ticket for somebody, from a moment on and for a time, both in seconds.
    #[must_use]
    pub fn ticket(&self, identifier: &str, now_s: u64, good_for_s: u64) -> String {
        let sdkappid = self.sdkappid;
        let signed = format!(
            "TLS.identifier:{identifier}\nTLS.sdkappid:{sdkappid}\nTLS.time:{now_s}\nTLS.expire:{good_for_s}\n"
        );
        let mut mac =
            Hmac::<Sha256>::new_from_slice(self.secret.as_bytes()).expect("any length will do");
        mac.update(signed.as_bytes());
        let ticket = json!({
            "TLS.ver": "2.0", "TLS.identifier": identifier, "TLS.sdkappid": sdkappid,
            "TLS.time": now_s, "TLS.expire": good_for_s,
            "TLS.sig": STANDARD.encode(mac.finalize().into_bytes()),
        });
        let mut packed = ZlibEncoder::new(Vec::new(), Compression::default());
        packed.write_all(ticket.to_string().as_bytes()).expect("memory takes it");
        let packed = packed.finish().expect("memory takes it");
        STANDARD.encode(packed).replace('+', "*").replace('/', "-").replace('=', "_")
    }
}

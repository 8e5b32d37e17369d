//! Claims in, ticket out.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{Claims, SecretKey, alphabet, json, packing};

/// Makes a ticket as the vendor's libraries do.
///
/// Like them it checks nothing: claims that [`decode`](super::decode) refuses (an identifier with
/// a control character, or too much of anything) can be signed.
pub fn sign(key: &SecretKey, claims: &Claims) -> String {
    let userbuf = claims.userbuf.as_ref().map(|bytes| STANDARD.encode(bytes));
    let content = claims.signed_content(userbuf.as_deref());
    let sig = STANDARD.encode(key.signature_of(content.as_bytes()));
    alphabet::encode(&packing::deflate(&json::write(claims, userbuf.as_deref(), &sig)))
}

//! Token04, which a client logs in with: `"04"`, and in base64 a header and an encrypted JSON object.
//!
//! Job: [`make`] a token as the vendor's generators do, and [`verify`] one that they or its console made: CBC, or GCM where the byte
//! behind the cipher text says so. Promise: a token is read within [`MAX_TOKEN_BYTES`]; the expiry outside must be that inside.
//!
//! Not its job: the time, and whose token it has to be. Claims are the caller's to compare.

mod claims;
mod fault;
mod packing;
mod seal;
#[cfg(test)]
mod tests;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

pub use claims::{Claims, Payload, Privilege};
pub use fault::TokenFault;
pub use seal::{IV_BYTES, Iv};

use self::packing::{Packed, pack, unpack};
use super::SERVER_SECRET_BYTES;

/// The longest token that is looked at, in bytes of its text. One without a payload has some 180.
pub const MAX_TOKEN_BYTES: usize = 8192;
/// With what every token of this version begins.
const VERSION: &str = "04";

/// Makes a token. It is encrypted in CBC, as those of the vendor's generators are.
///
/// # Errors
/// [`TokenFault::Secret`], and [`TokenFault::TooLong`] when the texts do not fit into a token.
pub fn make(server_secret: &str, claims: &Claims, iv: Iv) -> Result<String, TokenFault> {
    let cipher = seal::encrypt(key(server_secret)?, iv, claims.to_json().as_bytes());
    let token = pack(&Packed { expire_s: claims.expire_s, iv: &iv.0, cipher: &cipher, mode: None })
        .map(|packed| format!("{VERSION}{}", STANDARD.encode(packed)));
    let token = token.ok_or(TokenFault::TooLong { bytes: cipher.len() })?;
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenFault::TooLong { bytes: token.len() });
    }
    Ok(token)
}

/// Reads a token that was made with a secret.
///
/// # Errors
/// What is wrong with it, in the order in which it is found out.
pub fn verify(server_secret: &str, token: &str) -> Result<Claims, TokenFault> {
    let key = key(server_secret)?;
    if token.is_empty() {
        return Err(TokenFault::Empty);
    }
    if token.len() > MAX_TOKEN_BYTES {
        return Err(TokenFault::TooLong { bytes: token.len() });
    }
    let text = token.strip_prefix(VERSION).ok_or(TokenFault::Version)?;
    let bytes = STANDARD.decode(text).map_err(|_| TokenFault::Base64)?;
    let packed = unpack(&bytes)?;
    let text = seal::decrypt(key, packed.iv, packed.cipher, packed.mode)?;
    let claims = Claims::from_json(&text)?;
    if claims.expire_s != packed.expire_s {
        return Err(TokenFault::ExpiryDiffers {
            outside: packed.expire_s,
            inside: claims.expire_s,
        });
    }
    Ok(claims)
}

fn key(server_secret: &str) -> Result<&[u8; SERVER_SECRET_BYTES], TokenFault> {
    let bytes = server_secret.as_bytes();
    bytes.try_into().map_err(|_| TokenFault::Secret { bytes: bytes.len() })
}

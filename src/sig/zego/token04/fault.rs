//! What can be wrong with a token.

use super::{IV_BYTES, MAX_TOKEN_BYTES};
use crate::sig::zego::SERVER_SECRET_BYTES;

/// Why a text is no token of a secret, in the order in which it is found out. None of the messages
/// repeats a part of the token: it is a password for as long as it lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TokenFault {
    /// The secret cannot be a key.
    #[error("the ServerSecret has {bytes} bytes, it must have {SERVER_SECRET_BYTES}")]
    Secret {
        /// How many bytes it has.
        bytes: usize,
    },
    /// There is no text at all.
    #[error("the token is empty")]
    Empty,
    /// The text is longer than [`MAX_TOKEN_BYTES`], or would be.
    #[error("the token has {bytes} bytes, at most {MAX_TOKEN_BYTES}")]
    TooLong {
        /// How many bytes it has.
        bytes: usize,
    },
    /// It is a token of another version, or none.
    #[error("the token does not begin with 04: it is of another version, or no token")]
    Version,
    /// What follows the version is no base64.
    #[error("what follows 04 is not whole base64: it was cut short or changed")]
    Base64,
    /// It ends before all that belongs to it.
    #[error("the token ends within its {part}")]
    CutShort {
        /// In which part.
        part: &'static str,
    },
    /// The initialisation vector has another length than the mode takes.
    #[error("the token's IV has {bytes} bytes, its mode takes {wanted}")]
    Iv {
        /// How many bytes it has.
        bytes: usize,
        /// How many the mode takes.
        wanted: &'static str,
    },
    /// The byte behind the cipher text names no mode.
    #[error("the token names the mode {mode}; 0 (or nothing) is CBC, 1 is GCM")]
    Mode {
        /// Which it names.
        mode: u8,
    },
    /// Something follows what belongs to the token.
    #[error("{bytes} bytes follow the end of the token")]
    Trailing {
        /// How many bytes are left over.
        bytes: usize,
    },
    /// It was encrypted with another secret, or changed.
    #[error(
        "the token cannot be decrypted with this ServerSecret (CBC takes {IV_BYTES} bytes of IV)"
    )]
    Decrypt,
    /// What was encrypted is no JSON object.
    #[error("what the token holds is not a JSON object")]
    Json,
    /// A claim is missing or of the wrong kind.
    #[error("{field} is missing in the token, or is not {wanted}")]
    Claim {
        /// Which.
        field: &'static str,
        /// What it has to be.
        wanted: &'static str,
    },
    /// The payload is neither empty nor what a payload of privileges is.
    #[error("the token's payload is {0}")]
    Payload(&'static str),
    /// The expiry in clear is not the one that was encrypted.
    #[error("the token expires at {outside} in clear and at {inside} inside")]
    ExpiryDiffers {
        /// In clear, in Unix seconds.
        outside: i64,
        /// Encrypted, in Unix seconds.
        inside: i64,
    },
}

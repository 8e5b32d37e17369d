//! The password at a room's door, kept as a salted hash.

use std::fmt;

use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Random bytes that make equal passwords of two rooms look different.
pub type Salt = [u8; 16];

/// A password as it is kept: SHA-256 over salt and text. Where people may read it, both are written in
/// hexadecimal digits.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash {
    salt: Salt,
    digest: [u8; 32],
}

/// A hash in bytes.
#[derive(Serialize, Deserialize)]
struct InBytes {
    salt: Salt,
    digest: [u8; 32],
}

/// A hash in hexadecimal digits.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct InDigits {
    salt: String,
    sha256: String,
}

impl Serialize for PasswordHash {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { salt, digest } = self;
        if serializer.is_human_readable() {
            InDigits { salt: hex(salt), sha256: hex(digest) }.serialize(serializer)
        } else {
            InBytes { salt: *salt, digest: *digest }.serialize(serializer)
        }
    }
}

impl<'de> Deserialize<'de> for PasswordHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let InBytes { salt, digest } = InBytes::deserialize(deserializer)?;
            return Ok(Self { salt, digest });
        }
        let InDigits { salt, sha256 } = InDigits::deserialize(deserializer)?;
        let salt = unhex(&salt).ok_or_else(|| D::Error::custom("salt: must be 32 digits 0-9a-f"));
        let digest = unhex(&sha256);
        let digest = digest.ok_or_else(|| D::Error::custom("sha256: must be 64 digits 0-9a-f"));
        Ok(Self { salt: salt?, digest: digest? })
    }
}

fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from(b"0123456789abcdef"[usize::from(half)]);
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

/// So many bytes, and no other number of them.
fn unhex<const N: usize>(text: &str) -> Option<[u8; N]> {
    let half = |digit: u8| match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    };
    let pair = |pair: &[u8]| Some(half(pair[0])? << 4 | half(pair[1])?);
    if text.len() != 2 * N {
        return None;
    }
    let bytes: Option<Vec<u8>> = text.as_bytes().chunks_exact(2).map(pair).collect();
    bytes?.try_into().ok()
}

impl PasswordHash {
    /// Hashes a password with a fresh salt.
    #[must_use]
    pub fn new(password: &str, salt: Salt) -> Self {
        Self { salt, digest: digest(&salt, password) }
    }

    /// Whether this is the password. Takes the same time for every text of one length.
    #[must_use]
    pub fn admits(&self, password: &str) -> bool {
        self.digest.ct_eq(&digest(&self.salt, password)).into()
    }
}

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(hidden)")
    }
}

fn digest(salt: &Salt, password: &str) -> [u8; 32] {
    Sha256::new().chain_update(salt).chain_update(password.as_bytes()).finalize().into()
}

/// The door: whether a password is asked for, and which. A password outlives the gate's being off.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Gate {
    /// Whether people must say the password when they enter.
    pub enabled: bool,
    /// The password, if one was ever given. Always there while the gate is on.
    pub password: Option<PasswordHash>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_admits_its_password_alone_and_hides_it() {
        let hash = PasswordHash::new("4321", [7; 16]);
        assert!(hash.admits("4321"));
        assert!(!hash.admits("4322"));
        assert!(!hash.admits(""));
        assert_ne!(hash, PasswordHash::new("4321", [8; 16]));
        assert_eq!(format!("{hash:?}"), "PasswordHash(hidden)");
    }

    #[test]
    fn a_hash_is_written_in_digits_for_people_and_in_bytes_for_programs() {
        let hash = PasswordHash::new("4321", [0xa7; 16]);
        let json = serde_json::to_string(&hash).unwrap();
        assert!(json.starts_with(r#"{"salt":"a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7a7","sha256":""#));
        assert!(serde_json::from_str::<PasswordHash>(&json).unwrap().admits("4321"));
        let bytes = postcard::to_allocvec(&hash).unwrap();
        assert_eq!(bytes.len(), 16 + 32);
        assert_eq!(postcard::from_bytes::<PasswordHash>(&bytes).unwrap(), hash);
        let digits = "0".repeat(64);
        for (salt, sha256) in [("0", &*digits), (&digits[..33], &digits), (&digits[..32], "é")] {
            let text = serde_json::json!({"salt": salt, "sha256": sha256}).to_string();
            let fault = serde_json::from_str::<PasswordHash>(&text).unwrap_err().to_string();
            assert!(fault.contains("digits 0-9a-f"), "{fault}");
        }
        let upper = json.replace("a7", "A7");
        assert!(serde_json::from_str::<PasswordHash>(&upper).is_err());
    }
}

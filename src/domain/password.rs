//! The password at a room's door, kept as a salted hash.

use std::fmt;

use serde::{Deserialize, Serialize};

use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// Random bytes that make equal passwords of two rooms look different.
pub type Salt = [u8; 16];

/// A password as it is kept: SHA-256 over salt and text.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasswordHash {
    salt: Salt,
    digest: [u8; 32],
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
}

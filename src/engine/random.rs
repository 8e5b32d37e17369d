//! The one place that asks the machine for randomness. Everybody else is told.

#![expect(clippy::disallowed_methods, reason = "this module owns the randomness")]

use crate::domain::Salt;

/// A fresh salt for a room's password.
///
/// # Panics
/// If the operating system has no randomness to give.
#[must_use]
pub fn salt() -> Salt {
    fill()
}

/// A seed for numbers that need to differ, not to be secret.
pub(super) fn seed() -> [u64; 2] {
    let bytes = u128::from_ne_bytes(fill());
    [bytes as u64, (bytes >> 64) as u64]
}

/// A secret of 32 random bytes, in hex: for keys that sign.
pub(super) fn secret_hex() -> String {
    let [one, other] = [fill(), fill()].map(u128::from_ne_bytes);
    format!("{one:032x}{other:032x}")
}

fn fill() -> [u8; 16] {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).expect("the operating system gives randomness");
    bytes
}

//! The base64 of a ticket: `*` and `-` where RFC 4648 has `+` and `/`, padded with `_`.
//!
//! This is *not* the URL-safe alphabet of RFC 4648, in which `-` and `_` are digits.

use base64::Engine;
use base64::alphabet::Alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::TicketFault;

const ALPHABET: Alphabet =
    match Alphabet::new("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789*-") {
        Ok(alphabet) => alphabet,
        Err(_) => panic!("64 distinct printable characters"),
    };

/// The engine knows `=` as padding only, so padding is put on and taken off here.
const DIGITS: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new()
        .with_encode_padding(false)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut text = DIGITS.encode(bytes);
    while !text.len().is_multiple_of(4) {
        text.push('_');
    }
    text
}

/// Padding may be whole or missing altogether; a part of it is a ticket cut short.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, TicketFault> {
    let digits = text.trim_end_matches('_');
    let padding = text.len() - digits.len();
    let result = DIGITS.decode(digits);
    match result {
        Ok(bytes) if padding == 0 || (padding <= 2 && text.len().is_multiple_of(4)) => Ok(bytes),
        _ => Err(fault(text)),
    }
}

fn fault(text: &str) -> TicketFault {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"*-_".contains(&byte);
    match text.bytes().position(|byte| !known(byte)) {
        Some(at_byte) => TicketFault::Alphabet { at_byte },
        None => TicketFault::Base64,
    }
}

//! A name for each request: `Id-<32 hex>-O-Seq-<n>`, or half of it as a number where that is shown.
//!
//! A counter, mixed with the process's seed: no two requests of a process share one, and those of
//! two processes look unlike each other. It is a name, not a secret.

use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// The name of one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RequestId {
    mixed: [u64; 2],
    sequence: u64,
    is_number: bool,
}

impl RequestId {
    /// The longest form, in bytes.
    pub const MAX_BYTES: usize = 3 + 32 + 7 + 20;

    /// The same name, shown as a number.
    #[must_use]
    pub fn as_number(self) -> Self {
        Self { is_number: true, ..self }
    }

    /// The number, for replies that show one.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.mixed[0]
    }

    /// Writes it as the replies show it.
    pub fn write(&self, out: &mut Vec<u8>) {
        let mut hex = *b"Id-00000000000000000000000000000000-O-Seq-";
        let nibbles =
            self.mixed.iter().flat_map(|half| (0..16).rev().map(move |at| half >> (4 * at)));
        for (digit, nibble) in hex[3..35].iter_mut().zip(nibbles) {
            *digit = b"0123456789abcdef"[(nibble & 15) as usize];
        }
        out.extend_from_slice(&hex);
        out.extend_from_slice(itoa::Buffer::new().format(self.sequence).as_bytes());
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [high, low] = self.mixed;
        if self.is_number {
            return write!(f, "{high}");
        }
        write!(f, "Id-{high:016x}{low:016x}-O-Seq-{}", self.sequence)
    }
}

/// Gives each request its name.
pub(super) struct RequestIds {
    seed: [u64; 2],
    sequence: AtomicU64,
}

impl RequestIds {
    pub(super) fn new(seed: [u64; 2]) -> Self {
        Self { seed, sequence: AtomicU64::new(0) }
    }

    pub(super) fn next(&self) -> RequestId {
        let sequence = self.sequence.fetch_add(1, Ordering::Relaxed) + 1;
        let mixed = self.seed.map(|seed| mix(seed.wrapping_add(sequence)));
        RequestId { mixed, sequence, is_number: false }
    }
}

/// The finaliser of SplitMix64: a bijection, so that no two numbers meet.
pub(super) fn mix(number: u64) -> u64 {
    let number = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_looks_like_the_documented_ones_however_it_is_written() {
        let ids = RequestIds::new([1, u64::MAX]);
        let (first, second) = (ids.next(), ids.next());
        assert_ne!(first.mixed, second.mixed);
        let text = second.to_string();
        let mut written = Vec::new();
        second.write(&mut written);
        assert_eq!(text.as_bytes(), written);
        let (hex, sequence) = text.strip_prefix("Id-").unwrap().split_once("-O-Seq-").unwrap();
        assert!(hex.len() == 32 && hex.bytes().all(|byte| b"0123456789abcdef".contains(&byte)));
        assert_eq!(sequence, "2");
        let largest = RequestId { mixed: [u64::MAX; 2], sequence: u64::MAX, is_number: false };
        assert_eq!(largest.to_string().len(), RequestId::MAX_BYTES);
        assert_eq!(largest.as_number().to_string(), largest.number().to_string());
    }
}

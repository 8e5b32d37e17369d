//! Sizes and durations as people write them.
//!
//! Job: "1 MiB" and "3s" into numbers and back. Promise: what is printed here reads back as the
//! same number. Not here: limits.

use std::time::Duration;

use bytesize::ByteSize;

const KIB: u64 = 1024;
const MIB: u64 = 1024 * KIB;

/// Bytes from a text such as `1 MiB`, `64kB` or `512`.
pub(super) fn parse_bytes(text: &str) -> Option<u64> {
    text.trim().parse::<ByteSize>().ok().map(|size| size.as_u64())
}

/// Bytes in the largest unit that divides them: nothing is rounded.
pub(super) fn print_bytes(bytes: u64) -> String {
    match bytes {
        0 => "0 B".to_owned(),
        _ if bytes.is_multiple_of(MIB) => format!("{} MiB", bytes / MIB),
        _ if bytes.is_multiple_of(KIB) => format!("{} KiB", bytes / KIB),
        _ => format!("{bytes} B"),
    }
}

/// A duration from a text such as `3s` or `1m 30s`. A unit is needed, but for a bare `0`.
pub(super) fn parse_duration(text: &str) -> Option<Duration> {
    humantime::parse_duration(text).ok()
}

/// A duration in the units that `parse_duration` reads.
pub(super) fn print_duration(duration: Duration) -> String {
    humantime::format_duration(duration).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn sizes_are_read_in_both_families_of_units() {
        let rows = [
            ("512", Some(512)),
            ("1 B", Some(1)),
            ("1 KiB", Some(1024)),
            ("1kB", Some(1000)),
            (" 1.5 MiB ", Some(3 << 19)),
            ("", None),
            ("-1", None),
            ("1 parsec", None),
        ];
        for (text, bytes) in rows {
            assert_eq!(parse_bytes(text), bytes, "{text:?}");
        }
    }

    #[test]
    fn durations_need_a_unit() {
        let rows = [
            ("3s", Some(Duration::from_secs(3))),
            ("250ms", Some(Duration::from_millis(250))),
            ("1m 30s", Some(Duration::from_secs(90))),
            ("0", Some(Duration::ZERO)),
            ("3", None),
            ("", None),
            ("-3s", None),
        ];
        for (text, duration) in rows {
            assert_eq!(parse_duration(text), duration, "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn what_is_printed_reads_back(bytes in 0..=1_u64 << 40, nanos in 0..=1_u64 << 50) {
            prop_assert_eq!(parse_bytes(&print_bytes(bytes)), Some(bytes));
            let duration = Duration::from_nanos(nanos);
            prop_assert_eq!(parse_duration(&print_duration(duration)), Some(duration));
        }
    }
}

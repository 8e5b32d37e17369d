//! Room for what is to come: a journal is set aside whole, and is zeros behind what was written.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// How many bytes are looked at with one step.
const STEP: usize = 4096;
/// How many are read with one step.
const READ_STEP: usize = 64 * STEP;

/// A file without the zeros at its end.
pub(super) struct Used {
    pub(super) used: Vec<u8>,
    /// With them, in bytes.
    pub(super) len: u64,
}

/// Reads a file. The zeros at its end take no memory.
pub(super) fn read(path: &Path) -> io::Result<Used> {
    let mut file = File::open(path)?;
    let (mut used, mut len, mut step) = (Vec::new(), 0, vec![0; READ_STEP]);
    loop {
        match file.read(&mut step)? {
            0 => return Ok(Used { used, len: len as u64 }),
            count => {
                let last = self::used(&step[..count]);
                if last > 0 {
                    used.resize(len, 0);
                    used.extend_from_slice(&step[..last]);
                }
                len += count;
            }
        }
    }
}

/// How many bytes there are up to the last one that is not zero.
pub(super) fn used(bytes: &[u8]) -> usize {
    let zeros = [0; STEP];
    let mut len = bytes.len();
    for step in bytes.rchunks(STEP) {
        if step != &zeros[..step.len()] {
            let last = step.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            return len - step.len() + last;
        }
        len -= step.len();
    }
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_to_its_last_byte_that_is_not_zero() {
        let file = tempfile::NamedTempFile::new().unwrap();
        for len in [0, 1, READ_STEP, 3 * READ_STEP + 7] {
            for at in [None, Some(0), Some(len / 2), Some(len.saturating_sub(1))] {
                let mut bytes = vec![0; len];
                if let Some(byte) = at.and_then(|at| bytes.get_mut(at)) {
                    *byte = 7;
                }
                std::fs::write(file.path(), &bytes).unwrap();
                let read = super::read(file.path()).unwrap();
                assert_eq!(read.len, len as u64);
                assert!(read.used == bytes[..used(&bytes)], "{at:?} of {len}");
            }
        }
    }

    #[test]
    fn zeros_at_the_end_are_not_used_wherever_they_begin() {
        for len in [0, 1, STEP - 1, STEP, STEP + 1, 3 * STEP + 5] {
            assert_eq!(used(&vec![0; len]), 0, "{len}");
            for at in [0, len / 2, len.saturating_sub(STEP), len.saturating_sub(1)] {
                let mut bytes = vec![0; len];
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = 1;
                    assert_eq!(used(&bytes), at + 1, "{at} of {len}");
                }
            }
        }
    }
}

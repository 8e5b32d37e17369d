//! Room for what is to come: a journal is set aside whole, and is zeros behind what was written.

/// How many bytes are looked at with one step.
const STEP: usize = 4096;

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

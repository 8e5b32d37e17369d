//! What may be wrong with a text, and when a text can be copied into JSON as it stands.

/// Why a text is not what it should be. Says the measure and the limit; the caller says the field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TextFault {
    /// Nothing at all, where something is needed.
    #[error("0 bytes, at least 1")]
    Empty,
    /// Too many bytes of UTF-8.
    #[error("{bytes} bytes, at most {at_most}")]
    TooLong {
        /// The length that was given, in bytes of UTF-8.
        bytes: usize,
        /// The longest allowed, in bytes of UTF-8.
        at_most: usize,
    },
    /// A control character (Unicode category Cc).
    #[error("control characters are not allowed")]
    ControlCharacter,
    /// A character outside 0x20 to 0x7e, where only printable ASCII is allowed.
    #[error("only printable ASCII (0x20 to 0x7e) is allowed")]
    NotPrintableAscii,
}

/// Refuses an empty text, one of more than `at_most` bytes, and control characters.
pub(super) fn check_id(text: &str, at_most: usize) -> Result<(), TextFault> {
    if text.is_empty() {
        return Err(TextFault::Empty);
    }
    if text.len() > at_most {
        return Err(TextFault::TooLong { bytes: text.len(), at_most });
    }
    if text.chars().any(char::is_control) {
        return Err(TextFault::ControlCharacter);
    }
    Ok(())
}

/// Whether a text stands in JSON as it is: no quote, no backslash, no C0 control character.
///
/// Asked once when a record is made, so that pages copy its bytes unscanned.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte >= 0x20 && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_is_what_json_leaves_alone() {
        for code in 0..=0x2100_u32 {
            let Some(character) = char::from_u32(code) else { continue };
            let text = character.to_string();
            let json = serde_json::to_string(&text).unwrap();
            assert_eq!(is_plain(&text), json == format!("\"{text}\""), "U+{code:04X}");
        }
    }
}

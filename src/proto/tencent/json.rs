//! JSON by hand, for the replies that are hot.

/// Appends a string with its quotes, escaped where needed.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string is JSON");
}

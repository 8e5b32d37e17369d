//! JSON by hand, for the replies that are hot.

/// Appends a string with its quotes, escaped where needed.
pub(super) fn push_string(out: &mut Vec<u8>, text: &str) {
    serde_json::to_writer(out, text).expect("a string is JSON");
}

/// Appends a string of which it is known whether it needs escaping.
pub(super) fn push_known_string(out: &mut Vec<u8>, text: &str, plain: bool) {
    if plain {
        out.push(b'"');
        out.extend_from_slice(text.as_bytes());
        out.push(b'"');
    } else {
        push_string(out, text);
    }
}

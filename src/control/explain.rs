//! What a parser of serde's says, in our words: which field, what was expected, and never the value
//! that came, since that may be a password.

use std::borrow::Cow;

/// The longest name that is repeated to whoever sent it, in characters.
const SHOWN_CHARACTERS: usize = 64;

/// The fault of a field or a parameter. `path` says where, for a value of the wrong type.
pub(super) fn explain(what: &str, path: &str, reason: &str) -> String {
    let reason = reason.rsplit_once(" at line ").map_or(reason, |(reason, _)| reason);
    let faults = [
        ("unknown field `", format!("no {what} of this request")),
        ("missing field `", "missing".to_owned()),
        ("duplicate field `", "stands there twice".to_owned()),
    ];
    for (opening, fault) in faults {
        if let Some(rest) = reason.strip_prefix(opening) {
            let name = rest.split('`').next().unwrap_or_default();
            return format!("{}: {fault}", shorten(name));
        }
    }
    let expected = match reason.rsplit_once("expected ").map(|(_, expected)| expected) {
        Some("a sequence") => "an array",
        Some(other) => other,
        None => "another",
    };
    format!("{}: wrong type, expected {expected}", shorten(path))
}

fn shorten(name: &str) -> Cow<'_, str> {
    match name.char_indices().nth(SHOWN_CHARACTERS) {
        Some((end, _)) => Cow::Owned(format!("{}…", &name[..end])),
        None => Cow::Borrowed(name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_are_named_without_values() {
        let rows = [
            ("unknown field `a`, expected `b`", "a: no field of this request"),
            ("missing field `a` at line 1 column 2", "a: missing"),
            ("duplicate field `a` at line 1 column 2", "a: stands there twice"),
            (
                "invalid type: string \"4321, expected me\", expected a sequence at line 1 column 2",
                "p: wrong type, expected an array",
            ),
            (
                "invalid type: string \"unknown field `4321`\", expected a string",
                "p: wrong type, expected a string",
            ),
        ];
        for (reason, expected) in rows {
            assert_eq!(explain("field", "p", reason), expected, "{reason}");
        }
    }

    #[test]
    fn a_name_is_repeated_up_to_its_64th_character() {
        let long = "é".repeat(SHOWN_CHARACTERS);
        assert_eq!(shorten(&long), long);
        assert_eq!(shorten(&format!("{long}x")), format!("{long}…"));
    }
}

//! How long texts may be, and what a parser says of them in our words.
//!
//! A text is taken up to the longest that any dialect or setting allows: what was kept once can be
//! brought back, whatever an app's own limits are now.

use crate::domain::{CustomFields, Facts, MAX_CUSTOM_FIELDS};

/// A member's display name.
pub(super) const MAX_NAME_BYTES: usize = 256;
/// The app's own text about a room or a member.
pub(super) const MAX_CUSTOM_INFO_BYTES: usize = 500;
/// What a client calls its stay.
pub(super) const MAX_SESSION_BYTES: usize = 64;
/// A room's name, a group's introduction, notification and picture.
pub(super) const MAX_ROOM_TEXT_BYTES: usize = 1000;
/// An account's name and picture.
pub(super) const MAX_PROFILE_BYTES: usize = 500;
/// The key of a custom field, and its value.
pub(super) const MAX_FIELD_KEY_BYTES: usize = 16;
pub(super) const MAX_FIELD_VALUE_BYTES: usize = 512;
/// What a stream is called, and the app's own text about it.
pub(super) const MAX_TITLE_BYTES: usize = 127;
pub(super) const MAX_EXTRA_INFO_BYTES: usize = 1024;
/// What is said when somebody is sent away.
pub(super) const MAX_WORDS_BYTES: usize = 1000;

/// Why a record is refused: field and limit.
pub(super) type Fault = String;

/// A text of at most so many bytes.
pub(super) fn within(field: &str, text: &str, at_most: usize) -> Result<(), Fault> {
    if text.len() > at_most {
        return Err(format!("{field}: {} bytes, at most {at_most}", text.len()));
    }
    Ok(())
}

/// The app's own fields: in order, each once, with a value.
pub(super) fn fields(field: &str, fields: &CustomFields) -> Result<(), Fault> {
    let (mut count, mut before) = (0, None);
    for (key, value) in fields.view().iter() {
        count += 1;
        within(field, key, MAX_FIELD_KEY_BYTES)?;
        within(field, value, MAX_FIELD_VALUE_BYTES)?;
        let letters = key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if key.is_empty() || !letters || value.is_empty() || before >= Some(key) {
            return Err(format!(
                "{field}: keys must be letters, digits and _, ascending, and values not empty"
            ));
        }
        before = Some(key);
    }
    if count > MAX_CUSTOM_FIELDS {
        return Err(format!("{field}: {count} of them, at most {MAX_CUSTOM_FIELDS}"));
    }
    Ok(())
}

/// The texts of a room's facts, and its gate.
pub(super) fn facts(field: &str, facts: &Facts) -> Result<(), Fault> {
    let profile = &facts.profile;
    for (name, text, at_most) in [
        ("name", &facts.name, MAX_ROOM_TEXT_BYTES),
        ("custom_info", &facts.custom_info, MAX_CUSTOM_INFO_BYTES),
        ("profile.introduction", &profile.introduction, MAX_ROOM_TEXT_BYTES),
        ("profile.notification", &profile.notification, MAX_ROOM_TEXT_BYTES),
        ("profile.face_url", &profile.face_url, MAX_ROOM_TEXT_BYTES),
    ] {
        within(&format!("{field}.{name}"), text, at_most)?;
    }
    fields(&format!("{field}.profile.fields"), &profile.fields)?;
    if facts.gate.enabled && facts.gate.password.is_none() {
        return Err(format!("{field}.gate.password: missing, and the gate is on"));
    }
    Ok(())
}

/// What a parser says, without what it was given. `path` is where.
pub(super) fn explain(path: &str, error: &serde_json::Error) -> Fault {
    if !error.is_data() {
        return format!("not a JSON object with one field, column {}", error.column());
    }
    let said = error.to_string();
    explain_said(path, said.rsplit_once(" at line ").map_or(&*said, |(said, _)| said))
}

/// What serde says of a value or a field, without what it was given.
pub(super) fn explain_said(path: &str, said: &str) -> Fault {
    let named = |rest: &str| -> String {
        let name = rest.split('`').next().unwrap_or_default();
        name.chars().take(64).collect()
    };
    let at = if path == "." || path.is_empty() { String::new() } else { format!("{path}: ") };
    for (opening, fault) in [
        ("unknown field `", "no such field"),
        ("missing field `", "missing"),
        ("duplicate field `", "stands there twice"),
    ] {
        if let Some(rest) = said.strip_prefix(opening) {
            // The path ends with the record for what is missing, with the field for the others.
            let (name, path) = (named(rest), path.trim_end_matches('.'));
            let ends = path == name || path.ends_with(&format!(".{name}"));
            let known = ends && fault != "missing";
            let before = if known || path.is_empty() { "" } else { path };
            let dot = if before.is_empty() { "" } else { "." };
            let all = if known { path.to_owned() } else { format!("{before}{dot}{name}") };
            return format!("{all}: {fault}");
        }
    }
    if said.starts_with("unknown variant `") {
        return format!("{at}no such word{}", expected(said));
    }
    if said.starts_with("invalid ") {
        return format!("{at}wrong type or value{}", expected(said));
    }
    // What our own parsers say has no values in it.
    format!("{at}{said}")
}

fn expected(said: &str) -> String {
    said.rsplit_once("expected ").map_or(String::new(), |(_, what)| format!(", expected {what}"))
}

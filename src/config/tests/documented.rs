//! `default.toml` is the reference: it holds every setting, and says of each what it is.

use std::collections::BTreeSet;

use toml::{Table, Value};

use super::*;
use crate::config::layers::DEV_TOML;
use crate::config::{DEVELOPMENT_KEY, settings};
use crate::domain::MAX_CALLBACK_URL_BYTES;

const DEFAULT_TOML: &str = include_str!("../../../config/default.toml");

/// The full keys of all leaves; the elements of a list of tables count as one.
fn leaves(key: &str, value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Table(table) => {
            for (name, value) in table {
                leaves(&format!("{key}.{name}"), value, found);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_table) => {
            items.iter().for_each(|item| leaves(key, item, found));
        }
        _ => {
            found.insert(key.to_owned());
        }
    }
}

fn keys(text: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    leaves("", &Value::Table(text.parse::<Table>().unwrap()), &mut found);
    found
}

/// `(comment, key, value)` of each setting, the comment as the lines right above it.
fn entries(text: &str) -> Vec<(Vec<&str>, &str, &str)> {
    let lines: Vec<_> = text.lines().collect();
    let mut entries = Vec::new();
    for (index, line) in lines.iter().enumerate() {
        if let Some((key, value)) = line.split_once(" = ").filter(|_| !line.starts_with('#')) {
            let above = lines[..index].iter().rev().take_while(|line| line.starts_with("# "));
            let mut comment: Vec<_> = above.map(|line| line.trim_start_matches("# ")).collect();
            comment.reverse();
            entries.push((comment, key, value));
        }
    }
    entries
}

#[test]
fn default_toml_and_the_settings_have_the_same_keys() {
    // The printout takes every struct apart without "..", so it holds every field.
    assert_eq!(keys(&given().app().serve().effective_toml()), keys(DEFAULT_TOML));
}

#[test]
fn each_setting_says_what_it_is_what_it_may_be_and_its_default() {
    let entries = entries(DEFAULT_TOML);
    assert_eq!(entries.len(), keys(DEFAULT_TOML).len(), "an entry on one line each");
    for (comment, key, value) in entries {
        let allowed = comment.iter().position(|line| line.starts_with("Allowed: "));
        assert!(allowed.is_some_and(|line| line > 0), "{key}: what it is, then \"Allowed: \"");
        let last = comment.last().copied().unwrap_or_default();
        let default = format!("Default: {value}.");
        // What is longer than a line may be cut.
        let cut = last.strip_suffix(" ...].").filter(|_| default.len() > 98);
        let is_default = last == default || cut.is_some_and(|cut| default.starts_with(cut));
        assert!(is_default || last == "Required.", "{key}: {last:?} is not {default:?}");
    }
}

#[test]
fn each_table_says_what_it_is() {
    for text in [DEFAULT_TOML, DEV_TOML] {
        let lines: Vec<_> = text.lines().collect();
        for pair in lines.windows(2).filter(|pair| pair[1].starts_with('[')) {
            assert!(pair[0].starts_with("# "), "no comment above {}", pair[1]);
        }
    }
}

#[test]
fn each_setting_of_dev_says_why() {
    let entries = entries(DEV_TOML);
    assert_eq!(entries.len(), keys(DEV_TOML).len());
    for (comment, key, _) in entries {
        assert!(!comment.is_empty(), "{key}");
    }
}

/// The limits in the comments are those of the code.
#[test]
fn the_limits_are_those_of_the_code() {
    let rows = [
        ("body_limit", "1 B to 64 MiB", settings::BODY_LIMIT_BYTES_MAX == 64 << 20),
        ("body_memory", "at most 64 GiB", settings::BODY_MEMORY_BYTES_MAX == 64 << 30),
        ("request_timeout", "at most 10m", settings::REQUEST_TIMEOUT_MAX.as_secs() == 600),
        ("max_connections", "1 to 1000000", settings::MAX_CONNECTIONS_MAX == 1_000_000),
        ("token", "up to 512 visible", settings::SECRET_BYTES_MAX == 512),
        ("seed", "up to 4096 bytes", settings::SEED_PATH_BYTES_MAX == 4096),
        ("snapshots", "1 B to 64 GiB", settings::SNAPSHOTS_BYTES_MAX == 64 << 30),
        ("backlog", "1 B to 64 GiB", settings::CALLBACK_BACKLOG_BYTES_MAX == 64 << 30),
        ("url", "up to 2048 bytes", MAX_CALLBACK_URL_BYTES == 2048),
        ("retry", "up to 1000 pauses", settings::CALLBACK_RETRIES_MAX == 1000),
        ("retry", "1 to 86400 seconds", settings::CALLBACK_RETRY_S_MAX == 86_400),
        ("timeout", "at most 1m", settings::CALLBACK_TIMEOUT_MAX.as_secs() == 60),
        ("hosts", "up to 100 host", settings::HOSTS_MAX == 100),
        ("secret_keys", "1 to 16 keys", settings::SECRET_KEYS_MAX == 16),
        ("secret_keys", "1 to 512 bytes", settings::SECRET_BYTES_MAX == 512),
        ("admins", "1 to 100 accounts", settings::ADMINS_MAX == 100),
        ("admins", "1 to 32 bytes", settings::ADMIN_BYTES_MAX == 32),
        ("max_seat_count", "1 to 100", settings::SEAT_COUNT_MAX == 100),
        ("member_fields", "at most 5 for each type", settings::MEMBER_FIELDS_MAX == 5),
        ("member_fields", "1 to 16 letters", settings::FIELD_KEY_BYTES_MAX == 16),
        ("group_fields", "up to 10 keys", settings::GROUP_FIELDS_MAX == 10),
        ("create_members", "1 to 10000", settings::CHAT_LIMIT_MAX == 10_000),
        ("ban_page", "1 to 10000", settings::CHAT_LIMIT_MAX == 10_000),
        ("name_bytes", "1 to 1000", settings::CHAT_TEXT_BYTES_MAX == 1000),
        ("face_url_bytes", "1 to 1000", settings::CHAT_TEXT_BYTES_MAX == 1000),
    ];
    let entries = entries(DEFAULT_TOML);
    for (key, limit, is_the_codes) in rows {
        let (comment, ..) = entries.iter().find(|(_, name, _)| *name == key).unwrap();
        assert!(comment.join(" ").contains(limit), "{key} does not say {limit}");
        assert!(is_the_codes, "{key}: {limit}");
    }
    let signed = entries.iter().filter(|(_, name, _)| *name == "token").nth(1).unwrap();
    assert!(signed.0.join(" ").contains("up to 128 visible"));
    assert_eq!(settings::CALLBACK_TOKEN_BYTES_MAX, 128);
    assert!(DEFAULT_TOML.contains("any number of these up to 1000"));
    assert_eq!(settings::APPS_MAX, 1000);
}

#[test]
fn the_callbacks_are_those_of_the_code() {
    let entries = entries(DEFAULT_TOML);
    let (comment, ..) = entries.iter().find(|(_, name, _)| *name == "commands").unwrap();
    let allowed = comment.join(" ");
    let allowed = allowed.split_once("Allowed: ").unwrap().1.split_once(", each once.").unwrap().0;
    let quoted: Vec<_> =
        settings::CALLBACK_COMMANDS.iter().map(|(word, _)| format!("{word:?}")).collect();
    assert_eq!(allowed, quoted.join(", "));
}

#[test]
fn the_attempts_of_a_callback_go_on_for_an_hour() {
    let retry_s = given().app().serve().apps.remove(0).callback.retry_s;
    let (last, before) = retry_s.split_last().unwrap();
    let all_before: u32 = before.iter().sum();
    assert!(all_before < 3600 && all_before + last >= 3600, "{all_before} + {last}");
    assert!(retry_s.iter().zip([1, 2, 4, 8, 16, 32]).all(|(is, should)| *is == should));
    assert!(retry_s[6..].iter().all(|pause_s| *pause_s == 60));
}

#[test]
fn the_development_key_is_that_of_dev_toml() {
    let text = "guestlist development key 000001";
    let hex: String = text.bytes().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(DEVELOPMENT_KEY, hex);
    let settings = given().dev();
    assert_eq!(settings.apps.len(), 1);
    assert_eq!(settings.apps[0].secret_keys.len(), 1);
    assert_eq!(settings.apps[0].secret_keys[0].expose(), DEVELOPMENT_KEY);
}

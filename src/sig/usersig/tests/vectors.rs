//! The vendor's own libraries: every published vector, with its steps in between.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::sig::usersig::decode::unpack;
use crate::sig::usersig::map_key::{MapKey, MapRoom};
use crate::sig::usersig::{Claims, SecretKey, TicketFault, decode, sign};

fn entries(part: &str, count: usize) -> Vec<Value> {
    let file =
        include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/data/usersig_vectors.json"));
    let mut file: Value = serde_json::from_str(file).unwrap();
    let Value::Array(entries) = file[part].take() else { panic!("{part} is a list") };
    assert_eq!(entries.len(), count, "{part}");
    entries
}

fn vectors() -> Vec<Value> {
    entries("vectors", 14)
}

fn text<'a>(entry: &'a Value, name: &str) -> &'a str {
    entry[name].as_str().unwrap_or_else(|| panic!("{}: {name}", entry["id"]))
}

fn number(entry: &Value, name: &str) -> u64 {
    entry[name].as_u64().unwrap_or_else(|| panic!("{}: {name}", entry["id"]))
}

fn hex(entry: &Value, name: &str) -> Vec<u8> {
    let digits = text(entry, name);
    (0..digits.len())
        .step_by(2)
        .map(|at| u8::from_str_radix(&digits[at..at + 2], 16).unwrap())
        .collect()
}

fn claims_of(entry: &Value) -> Claims {
    Claims {
        identifier: text(entry, "identifier").to_owned(),
        sdkappid: number(entry, "sdkappid"),
        time_s: number(entry, "time"),
        expire_s: number(entry, "expire"),
        userbuf: entry["userbuf_base64"].as_str().map(|text| STANDARD.decode(text).unwrap()),
    }
}

#[test]
fn every_genuine_ticket_is_read_and_verified() {
    for entry in vectors() {
        let id = text(&entry, "id");
        let ticket =
            decode(text(&entry, "usersig")).unwrap_or_else(|fault| panic!("{id}: {fault}"));
        assert_eq!(*ticket.claims(), claims_of(&entry), "{id}");
        assert!(ticket.is_signed_by(&SecretKey::new(text(&entry, "key"))), "{id}");
        assert!(!ticket.is_signed_by(&SecretKey::new("another")), "{id}");
        assert_eq!(ticket.into_claims(), claims_of(&entry), "{id}");
    }
}

#[test]
fn the_intermediate_texts_are_the_libraries_own() {
    for entry in vectors() {
        let id = text(&entry, "id");
        let json = unpack(text(&entry, "usersig")).unwrap();
        assert_eq!(str::from_utf8(&json).unwrap(), text(&entry, "decoded_json_text"), "{id}");
        let content = claims_of(&entry).signed_content(entry["userbuf_base64"].as_str());
        assert_eq!(content, text(&entry, "hmac_content"), "{id}");
        let signature = SecretKey::new(text(&entry, "key")).signature_of(content.as_bytes());
        assert_eq!(STANDARD.encode(signature), text(&entry, "tls_sig"), "{id}");
    }
}

#[test]
fn expiry_is_inclusive() {
    for entry in vectors() {
        let until_s = decode(text(&entry, "usersig")).unwrap().claims().valid_until_s();
        assert_eq!(until_s, number(&entry, "valid_until_inclusive"), "{}", entry["id"]);
    }
}

#[test]
fn what_is_signed_here_is_what_the_libraries_sign() {
    for entry in vectors() {
        let id = text(&entry, "id");
        let ours = sign(&SecretKey::new(text(&entry, "key")), &claims_of(&entry));
        let json: Value = serde_json::from_slice(&unpack(&ours).unwrap()).unwrap();
        assert_eq!(json, entry["decoded"], "{id}");
        assert_eq!(ours.len() % 4, 0, "{id}: padded");
    }
}

/// The bytes of python's, go's and php's order of fields, without python's spaces and php's `\/`.
#[test]
fn the_fields_are_written_in_the_common_order() {
    let vectors = vectors();
    let php = vectors.iter().find(|entry| entry["id"] == "php-ascii").unwrap();
    let ours = unpack(&sign(&SecretKey::new(text(php, "key")), &claims_of(php))).unwrap();
    assert_eq!(
        String::from_utf8(ours).unwrap(),
        text(php, "decoded_json_text").replace("\\/", "/")
    );

    let with_userbuf = vectors.iter().find(|entry| entry["id"] == "py-userbuf").unwrap();
    let key = SecretKey::new(text(with_userbuf, "key"));
    let ours = unpack(&sign(&key, &claims_of(with_userbuf))).unwrap();
    assert_eq!(
        String::from_utf8(ours).unwrap(),
        text(with_userbuf, "decoded_json_text").replace(": ", ":").replace(", ", ",")
    );
}

#[test]
fn map_keys_are_read_from_the_userbuf() {
    let mut seen = 0;
    for entry in vectors() {
        let wanted = &entry["userbuf_fields"];
        let Some(userbuf) = claims_of(&entry).userbuf else { continue };
        if wanted.is_null() {
            assert_eq!(MapKey::parse(&userbuf), None, "{}", entry["id"]);
            continue;
        }
        seen += 1;
        let room = match number(wanted, "version") {
            0 => MapRoom::Number(u32::try_from(number(wanted, "auth_id")).unwrap()),
            _ => MapRoom::Text(hex(wanted, "room_bytes_hex")),
        };
        let number = |name| u32::try_from(number(wanted, name)).unwrap();
        let wanted = MapKey {
            account: hex(wanted, "account_bytes_hex"),
            sdkappid: number("sdkappid"),
            room,
            valid_until_s: number("expire_at"),
            privileges: number("privilege_map"),
            account_type: number("account_type"),
        };
        assert_eq!(MapKey::parse(&userbuf), Some(wanted), "{}", entry["id"]);

        for length in 0..userbuf.len() {
            assert_eq!(MapKey::parse(&userbuf[..length]), None, "cut to {length} bytes");
        }
        assert_eq!(MapKey::parse(&[&userbuf[..], b"x"].concat()), None, "one byte too many");
        let mut unknown_version = userbuf;
        unknown_version[0] = 2;
        assert_eq!(MapKey::parse(&unknown_version), None, "version 2");
    }
    assert_eq!(seen, 2, "one with a number, one with a text for a room");
}

/// The checks of a caller, in the order of the genuine verifiers.
fn class_of(entry: &Value) -> &'static str {
    let ticket = match decode(text(entry, "usersig")) {
        Ok(ticket) => ticket,
        Err(TicketFault::Empty) => return "empty",
        Err(_) => return "malformed",
    };
    let claims = ticket.claims();
    if claims.sdkappid != number(entry, "request_sdkappid") {
        "sdkappid_mismatch"
    } else if claims.identifier != text(entry, "request_identifier") {
        "identifier_mismatch"
    } else if number(entry, "now") > claims.valid_until_s() {
        "expired"
    } else if !ticket.is_signed_by(&SecretKey::new(text(entry, "verify_key"))) {
        "bad_signature"
    } else {
        "ok"
    }
}

#[test]
fn negatives_and_variants_fall_into_their_classes() {
    for entry in entries("negative", 7).iter().chain(&entries("variants", 4)) {
        assert_eq!(class_of(entry), text(entry, "expected_class"), "{}", entry["id"]);
    }
}

//! Each thing that can be wrong is told apart from the others.

use super::{fields, json, json_and, json_of, json_with, pack, zlib};
use crate::sig::usersig::{MAX_TICKET_BYTES, TicketFault, alphabet, decode};

#[track_caller]
fn assert_fault(text: &str, wanted: &TicketFault) {
    match decode(text) {
        Ok(ticket) => panic!("{ticket:?} instead of {wanted:?}"),
        Err(fault) => assert_eq!(fault, *wanted),
    }
}

#[track_caller]
fn assert_json_fault(json: &str, wanted: &TicketFault) {
    assert_fault(&pack(json), wanted);
}

#[test]
fn length() {
    assert_fault("", &TicketFault::Empty);
    let size_bytes = MAX_TICKET_BYTES + 1;
    assert_fault(&"é".repeat(size_bytes / 2 + 1), &TicketFault::TooLong { size_bytes: 4098 });
    assert_fault(&"A".repeat(size_bytes), &TicketFault::TooLong { size_bytes });
}

#[test]
fn alphabet_and_base64() {
    let text = pack(&json());
    for stranger in ["+", "/", "=", " ", "\n", "%", "é", "\0", "."] {
        for at_byte in [0, 7, text.len()] {
            let mut changed = text.clone();
            changed.insert_str(at_byte, stranger);
            assert_fault(&changed, &TicketFault::Alphabet { at_byte });
        }
    }
    assert_fault("A", &TicketFault::Base64);
    assert_fault("____", &TicketFault::Base64);
    assert_fault("AA_A", &TicketFault::Base64);
    // The last digit has bits that no byte takes up.
    assert_fault("AB__", &TicketFault::Base64);
}

#[test]
fn zlib_layer() {
    let inflate = |bytes: &[u8], cause| {
        assert_fault(&alphabet::encode(bytes), &TicketFault::Inflate(cause));
    };
    let packed = zlib(6, json().as_bytes());
    inflate(json().as_bytes(), "this is bare JSON that was never compressed");
    inflate(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0], "this is gzip, not zlib");
    inflate(&packed[2..packed.len() - 4], "this is no zlib stream");
    inflate(&[0x78], "this is no zlib stream");
    inflate(&[0x78, 0x9c], "it is cut short");
    inflate(&packed[..packed.len() - 1], "it is cut short");
    // A preset dictionary, which nobody agreed on.
    inflate(&[&[0x78, 0xbb, 0, 0, 0, 1], &packed[2..]].concat(), "it is damaged");
    let mut damaged = packed.clone();
    for at in packed.len() - 4..packed.len() {
        damaged.copy_from_slice(&packed);
        damaged[at] ^= 1;
        inflate(&damaged, "it is damaged");
    }

    let size_bytes = 3;
    let longer = [&packed[..], &[0; 3]].concat();
    assert_fault(&alphabet::encode(&longer), &TicketFault::Trailing { size_bytes });
    let size_bytes = packed.len();
    let twice = packed.repeat(2);
    assert_fault(&alphabet::encode(&twice), &TicketFault::Trailing { size_bytes });
}

#[test]
fn json_layer() {
    let whole = json();
    let deep = "[".repeat(60_000);
    let texts = [
        "",
        "   ",
        "hello",
        "\"2.0\"",
        "2",
        "null",
        "[]",
        &whole[..whole.len() - 1],
        &format!("{whole}}}"),
        &format!("{whole}{whole}"),
        &format!("\u{feff}{whole}"),
        &whole.replace(',', ""),
        &whole.replace("administrator", "a\"b"),
        &whole.replace("administrator", "a\nb"),
        &whole.replace("administrator", "\\ud83d"),
        &whole.replace('"', "'"),
        &json_and(""),
        &json_and("\"TLS.extra\":"),
        &json_and(&format!("\"TLS.extra\":{deep}")),
        &json_with("TLS.sig", &deep),
        &json_with("TLS.time", "01700000000"),
        &json_with("TLS.time", "+1700000000"),
        &json_with("TLS.time", "0x10"),
        &json_with("TLS.time", "NaN"),
    ];
    for text in texts {
        assert_json_fault(text, &TicketFault::Json);
    }
    let not_utf8 = json().replace("administrator", "?").into_bytes();
    let not_utf8: Vec<u8> =
        not_utf8.into_iter().map(|byte| if byte == b'?' { 0xff } else { byte }).collect();
    assert_fault(&alphabet::encode(&zlib(6, &not_utf8)), &TicketFault::Json);
}

#[test]
fn a_key_twice() {
    for (name, value) in fields() {
        assert_json_fault(&json_and(&format!("{name:?}:{value}")), &TicketFault::RepeatedKey);
        assert_json_fault(&json_and(&format!("{name:?}:null")), &TicketFault::RepeatedKey);
    }
    assert_json_fault(&json_and(r#""TLS\u002etime":1700000000"#), &TicketFault::RepeatedKey);
    assert_json_fault(&json_and(r#""a":1,"b":2,"\u0061":1"#), &TicketFault::RepeatedKey);
    assert_json_fault(&json_and(r#""TLS.userbuf":"","TLS.userbuf":"""#), &TicketFault::RepeatedKey);
}

#[test]
fn other_versions() {
    for value in [r#""1.0""#, r#""2.00""#, r#""2""#, r#""""#, "2.0", "2", "null", r#"["2.0"]"#] {
        assert_json_fault(&json_with("TLS.ver", value), &TicketFault::Version);
    }
    let version_1 = r#"{"TLS.account_type":"0","TLS.identifier":"administrator",
        "TLS.appid_at_3rd":"0","TLS.sdk_appid":"1400000001","TLS.expire_after":"15552000",
        "TLS.version":"201803230000","TLS.time":"1700000000","TLS.sig":"MEUCIQ=="}"#;
    assert_json_fault(version_1, &TicketFault::Version);
    assert_json_fault("{}", &TicketFault::Version);
}

#[test]
fn missing_fields() {
    for (at, (name, _)) in fields().into_iter().enumerate().skip(1) {
        let mut fields = fields();
        fields.remove(at);
        assert_json_fault(&json_of(&fields), &TicketFault::Field(name));
    }
}

#[test]
fn numbers_that_are_not_unsigned_integers() {
    let wrong = [
        "-1",
        "-0",
        "1.0",
        "1e3",
        "1700000000.5",
        "18446744073709551616",
        r#""1700000000""#,
        "null",
        "true",
        "[1]",
        r#"{"a":1}"#,
    ];
    for name in ["TLS.sdkappid", "TLS.expire", "TLS.time"] {
        for value in wrong {
            assert_json_fault(&json_with(name, value), &TicketFault::Field(name));
        }
        for value in ["0", "18446744073709551615"] {
            assert!(decode(&pack(&json_with(name, value))).is_ok(), "{name} {value}");
        }
    }
}

#[test]
fn texts_that_are_not_texts() {
    for value in ["1", "null", "false", "[]", "{}", "-1", "0.5"] {
        for name in ["TLS.identifier", "TLS.sig"] {
            assert_json_fault(&json_with(name, value), &TicketFault::Field(name));
        }
        let userbuf = json_and(&format!("\"TLS.userbuf\":{value}"));
        assert_json_fault(&userbuf, &TicketFault::Field("TLS.userbuf"));
    }
}

#[test]
fn inner_base64() {
    let sig = super::SIG;
    let unpadded = sig.trim_end_matches('=');
    let ticket_alphabet = sig.replace('/', "-").replace('+', "*");
    let longer = format!("AAAA{sig}");
    for wrong in ["", "AAAA", unpadded, &ticket_alphabet, &longer, "é", &sig[4..]] {
        let json = json_with("TLS.sig", &format!("{wrong:?}"));
        assert_json_fault(&json, &TicketFault::Field("TLS.sig"));
    }
    for wrong in ["A", "AA", "YWJjAP8", "YWJjAP8_", "YWJj\\n"] {
        let json = json_and(&format!("\"TLS.userbuf\":\"{wrong}\""));
        assert_json_fault(&json, &TicketFault::Field("TLS.userbuf"));
    }
}

#[test]
fn control_characters() {
    for escape in ["\\n", "\\u0000", "\\u001f", "\\u007f", "\\u0085", "\\r", "\\t"] {
        let json = json_with("TLS.identifier", &format!("\"a{escape}b\""));
        assert_json_fault(&json, &TicketFault::ControlCharacter);
    }
    assert!(decode(&pack(&json_with("TLS.identifier", "\"a b\\u00a0\""))).is_ok());
}

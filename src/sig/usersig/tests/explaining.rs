//! What a person is told about a ticket.

use super::{
    OTHER_SECRET, SIG, administrator, json, json_and, key, pack, ticket_with_userbuf, zlib,
};
use crate::sig::usersig::{Claims, SecretKey, TicketFault, alphabet, decode, explain, sign};

const NOW_S: u64 = 1_700_000_100;
const APP: Option<u64> = Some(1_400_000_001);

fn lines_of(text: &str, key: Option<&SecretKey>, now_s: u64, sdkappid: Option<u64>) -> String {
    let explanation = explain(text, key, now_s, sdkappid).to_string();
    // The length is zlib's business, and may change with its version.
    let (length, rest) = explanation.split_once('\n').unwrap();
    assert_eq!(length, format!("length       {} bytes", text.len()));
    rest.to_owned()
}

#[test]
fn a_good_ticket() {
    let text = sign(&key(), &administrator());
    assert_eq!(
        lines_of(&text, Some(&key()), NOW_S, APP),
        "\
decoded      yes, version 2.0
identifier   \"administrator\"
sdkappid     1400000001
made at      1700000000 (2023-11-14T22:13:20Z)
valid until  1715552000 (2024-05-12T22:13:20Z): 15551900 s (179 d 23 h) remaining
userbuf      none
signature    signed by this key"
    );
    assert!(explain(&text, Some(&key()), NOW_S, APP).is_good());
    assert!(explain(&text, Some(&key()), NOW_S, None).is_good());
}

#[test]
fn the_last_second_is_good() {
    let text = sign(&key(), &administrator());
    assert!(explain(&text, Some(&key()), 1_715_552_000, APP).is_good());
    assert!(lines_of(&text, None, 1_715_552_000, APP).contains(": 0 s remaining\n"));
    assert!(!explain(&text, Some(&key()), 1_715_552_001, APP).is_good());
    assert!(lines_of(&text, None, 1_715_552_001, APP).contains(": expired since 1 s\n"));
}

#[test]
fn another_key_no_key_another_app() {
    let text = sign(&key(), &administrator());
    let other = SecretKey::new(OTHER_SECRET);
    assert!(!explain(&text, Some(&other), NOW_S, APP).is_good());
    assert!(
        lines_of(&text, Some(&other), NOW_S, APP).ends_with(
            "\nsignature    not signed by this key: was it made with another app's key?"
        )
    );
    assert!(!explain(&text, None, NOW_S, APP).is_good());
    assert!(lines_of(&text, None, NOW_S, APP).ends_with("\nsignature    no key given"));
    assert!(!explain(&text, Some(&key()), NOW_S, Some(7)).is_good());
    assert!(
        lines_of(&text, Some(&key()), NOW_S, Some(7))
            .contains("\nsdkappid     1400000001, but 7 is expected\n")
    );
}

#[test]
fn a_map_key() {
    // A room by its name, and one by its number; the bytes are those of the vectors.
    let by_name = "AQAFdXNlcjFTck4BAAAAAGVVQoAAAAAqAAAAAAAJcm9vbS10ZXN0";
    let by_number = "AAAFdXNlcjFTck4BAAAnEGVVQoAAAAD/AAAAAA==";
    let explained = |base64| {
        let json = json_and(&format!("\"TLS.userbuf\":{base64:?}"));
        lines_of(&pack(&json), None, NOW_S, None)
    };
    assert!(explained(by_name).contains(
        "
userbuf      39 bytes, a privateMapKey:
  account    \"user1\"
  sdkappid   1400000001
  room       \"room-test\"
  until      1700086400 (2023-11-15T22:13:20Z)
  privileges 42 (enter, receive audio, receive video)
  acct. type 0
signature    "
    ));
    assert!(explained(by_number).contains(
        "
  room       10000
  until      1700086400 (2023-11-15T22:13:20Z)
  privileges 255 (create room, enter, send audio, receive audio, send video, receive video, \
         send screen, receive screen)
"
    ));
    let (_, opaque) = ticket_with_userbuf();
    assert!(
        lines_of(&opaque, None, NOW_S, None).contains("\nuserbuf      5 bytes, no privateMapKey\n")
    );
}

#[test]
fn numbers_without_a_date_and_texts_without_a_shape() {
    let strange = Claims {
        identifier: "\u{202e}nimda \"".to_owned(),
        time_s: u64::MAX - 1,
        expire_s: 5,
        ..administrator()
    };
    let explained = lines_of(&sign(&key(), &strange), Some(&key()), 0, None);
    assert!(explained.contains("\nidentifier   \"\\u{202e}nimda \\\"\"\n"), "{explained}");
    assert!(explained.contains("\nmade at      18446744073709551614\n"), "{explained}");
    assert!(explained.contains("\nvalid until  18446744073709551615: 184467"), "{explained}");

    let last = Claims { time_s: 253_402_300_799, expire_s: 1, ..administrator() };
    let explained = lines_of(&sign(&key(), &last), None, 0, None);
    assert!(
        explained.contains("\nmade at      253402300799 (9999-12-31T23:59:59Z)\n"),
        "{explained}"
    );
    assert!(explained.contains("\nvalid until  253402300800: "), "{explained}");
}

#[test]
fn spans_get_the_units_that_they_have() {
    let text = sign(&key(), &Claims { time_s: 0, expire_s: 0, ..administrator() });
    let since = |now_s| {
        let lines = lines_of(&text, None, now_s, None);
        let (_, rest) = lines.split_once("expired since ").unwrap();
        rest.lines().next().unwrap().to_owned()
    };
    assert_eq!(since(59), "59 s");
    assert_eq!(since(60), "60 s (1 min)");
    assert_eq!(since(3_599), "3599 s (59 min)");
    assert_eq!(since(3_600), "3600 s (1 h 0 min)");
    assert_eq!(since(86_399), "86399 s (23 h 59 min)");
    assert_eq!(since(86_400), "86400 s (1 d 0 h)");
}

/// Each fault names the stage at which reading failed, and what is wrong, and nothing of the
/// ticket.
#[test]
fn every_fault_has_its_stage() {
    let packed = zlib(6, json().as_bytes());
    let ticket = pack(&json());
    let changed = |from: &str, to: &str| pack(&json().replace(from, to));
    let faulty = [
        (String::new(), "length", "the ticket is empty"),
        ("A".repeat(4097), "length", "the ticket has 4097 bytes, at most 4096 are read"),
        (
            format!("{ticket}+"),
            "base64",
            "is outside a ticket's alphabet (A-Z a-z 0-9 * - and _ as padding)",
        ),
        ("A".to_owned(), "base64", "it was cut short or changed"),
        (ticket[..100].to_owned(), "zlib", "the ticket does not inflate: it is cut short"),
        (
            alphabet::encode(json().as_bytes()),
            "zlib",
            "does not inflate: this is bare JSON that was never compressed",
        ),
        (pack(&" ".repeat(70_000)), "zlib", "inflates to more than 65536 bytes"),
        (
            alphabet::encode(&[&packed[..], b"xy"].concat()),
            "zlib",
            "2 bytes follow the end of the ticket's zlib stream",
        ),
        (pack("hello"), "JSON", "the inflated text is not a JSON object"),
        (pack(&json_and("\"TLS.time\":1")), "JSON", "the JSON object has a key twice"),
        (changed("2.0", "1.0"), "version", "TLS.ver is not \"2.0\""),
        (
            changed("1700000000", "\"1700000000\""),
            "fields",
            "TLS.time is missing, or is not an unsigned integer",
        ),
        (
            changed(SIG, "AAAA"),
            "fields",
            "TLS.sig is missing, or is not the standard base64 of 32 bytes",
        ),
        (changed("administrator", "a\\nb"), "fields", "TLS.identifier has a control character"),
    ];
    for (text, stage, message) in faulty {
        let explanation = explain(&text, Some(&key()), NOW_S, APP);
        assert!(!explanation.is_good(), "{message}");
        let lines = lines_of(&text, Some(&key()), NOW_S, APP);
        let (decoded, fault) = lines.split_once('\n').unwrap();
        assert_eq!(decoded, format!("decoded      no, it fails at: {stage}"));
        assert!(fault.starts_with("fault        ") && fault.contains(message), "{fault}");
        assert!(!fault.contains(SIG) && !fault.contains("administrator"), "{fault}");
    }
    assert!(matches!(decode("+"), Err(TicketFault::Alphabet { at_byte: 0 })));
}

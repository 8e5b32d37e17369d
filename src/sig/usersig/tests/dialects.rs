//! Whatever zlib, JSON and base64 leave free is taken.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{
    administrator, fields, json, json_and, json_of, json_with, key, pack, ticket_with_userbuf, zlib,
};
use crate::sig::usersig::decode::unpack;
use crate::sig::usersig::{
    Claims, MAX_INFLATED_BYTES, MAX_TICKET_BYTES, TicketFault, alphabet, decode, sign,
};

#[track_caller]
fn assert_genuine(text: &str) {
    let ticket = decode(text).unwrap();
    assert_eq!(*ticket.claims(), administrator());
    assert!(ticket.is_signed_by(&key()));
}

/// The JSON with spaces behind it, up to this size.
fn spaced(size_bytes: usize) -> String {
    let mut json = json();
    assert!(json.len() <= size_bytes);
    json.extend(std::iter::repeat_n(' ', size_bytes - json.len()));
    json
}

/// A stored stream: a space more is a byte more.
fn stored(size_bytes: usize) -> String {
    alphabet::encode(&zlib(0, spaced(size_bytes).as_bytes()))
}

#[test]
fn every_compression_level() {
    for level in 0..=9 {
        assert_genuine(&alphabet::encode(&zlib(level, json().as_bytes())));
    }
}

#[test]
fn every_window() {
    let packed = zlib(6, json().as_bytes());
    for window in 0..=7_u8 {
        let method = window << 4 | 8;
        let flags = (0..=31).find(|flags| u16::from_be_bytes([method, *flags]) % 31 == 0).unwrap();
        assert_genuine(&alphabet::encode(&[&[method, flags], &packed[2..]].concat()));
    }
}

/// Go flushes before it closes, which leaves a last block with nothing in it.
#[test]
fn an_empty_last_block() {
    let json = json();
    let length = u16::try_from(json.len()).unwrap();
    let compressed = zlib(6, json.as_bytes());
    let (_, checksum) = compressed.split_last_chunk::<4>().unwrap();
    let mut packed = vec![0x78, 0x01, 0x00];
    packed.extend(length.to_le_bytes());
    packed.extend((!length).to_le_bytes());
    packed.extend(json.as_bytes());
    packed.extend([0x01, 0x00, 0x00, 0xff, 0xff]);
    packed.extend(checksum);
    assert_genuine(&alphabet::encode(&packed));
}

#[test]
fn every_order_of_fields() {
    let mut rotated = fields();
    for _ in 0..rotated.len() {
        rotated.rotate_left(1);
        assert_genuine(&pack(&json_of(&rotated)));
    }
    rotated.reverse();
    assert_genuine(&pack(&json_of(&rotated)));
}

#[test]
fn a_userbuf_behind_the_signature() {
    let (claims, text) = ticket_with_userbuf();
    let json = String::from_utf8(unpack(&text).unwrap()).unwrap();
    let userbuf = r#""TLS.userbuf":"YWJjAP8=","#;
    assert!(json.contains(userbuf), "{json}");
    let moved =
        json.replace(userbuf, "").replace('}', &format!(",{}}}", userbuf.trim_end_matches(',')));
    let ticket = decode(&pack(&moved)).unwrap();
    assert_eq!(*ticket.claims(), claims);
    assert!(ticket.is_signed_by(&key()));
}

/// An empty userbuf is a userbuf: its line is signed.
#[test]
fn an_empty_userbuf_is_not_none() {
    let claims = Claims { userbuf: Some(Vec::new()), ..administrator() };
    let ticket = decode(&sign(&key(), &claims)).unwrap();
    assert_eq!(*ticket.claims(), claims);
    assert!(ticket.is_signed_by(&key()));
    assert!(!decode(&pack(&json_and(r#""TLS.userbuf":"""#))).unwrap().is_signed_by(&key()));
}

#[test]
fn spaces_and_a_newline_at_the_end() {
    assert_genuine(&pack(&json().replace("\":", "\" :\t").replace(',', " ,\r\n ")));
    assert_genuine(&pack(&format!("{}\n", json())));
}

#[test]
fn every_escape() {
    assert_genuine(&pack(&json().replace('/', "\\/")));
    assert_genuine(&pack(&json().replace("administrator", "\\u0061dministrato\\u0072")));
    assert_genuine(&pack(&json().replace("TLS.sig", "TLS\\u002Esig")));

    let wanted = Claims { identifier: "用</\"\\&🙂".to_owned(), ..administrator() };
    let sig = signature_of(&wanted);
    for written in [r#""用</\"\\&🙂""#, r#""\u7528\u003c\/\u0022\u005C\u0026\ud83d\uDE42""#] {
        let json = json_with("TLS.identifier", written).replace(super::SIG, &sig);
        let ticket = decode(&pack(&json)).unwrap();
        assert_eq!(*ticket.claims(), wanted);
        assert!(ticket.is_signed_by(&key()));
    }
}

fn signature_of(claims: &Claims) -> String {
    let content = claims.signed_content(None);
    STANDARD.encode(key().signature_of(content.as_bytes()))
}

#[test]
fn unknown_fields_are_ignored() {
    assert_genuine(&pack(&json_and(r#""TLS.extra":[{"a":[1,{"TLS.ver":"1.0"}]},null,-1.5]"#)));
    assert_genuine(&pack(&json_and(r#""tls.ver":"1.0","":0"#)));
}

#[test]
fn padding_is_whole_or_missing() {
    let mut seen = [false; 3];
    for size_bytes in (json().len()..).take(3) {
        let text = stored(size_bytes);
        let digits = text.trim_end_matches('_');
        let padding = text.len() - digits.len();
        seen[padding] = true;
        assert_genuine(&text);
        assert_genuine(digits);
        for other in (1..=5).filter(|count| *count != padding) {
            let text = format!("{digits}{}", "_".repeat(other));
            assert_eq!(decode(&text).err(), Some(TicketFault::Base64), "{other} for {padding}");
        }
    }
    assert_eq!(seen, [true; 3]);
}

#[test]
fn a_ticket_up_to_its_limit() {
    // Without padding, for the longest text that still is a ticket; one byte more needs some.
    let size_bytes = (json().len()..MAX_TICKET_BYTES)
        .find(|size_bytes| stored(*size_bytes).len() > MAX_TICKET_BYTES)
        .unwrap();
    let longest = stored(size_bytes - 1);
    assert_eq!(longest.trim_end_matches('_').len(), MAX_TICKET_BYTES);
    assert_genuine(&longest);
    for longer in [format!("{longest}_"), stored(size_bytes)] {
        let size_bytes = longer.len();
        assert_eq!(decode(&longer).err(), Some(TicketFault::TooLong { size_bytes }));
    }
}

#[test]
fn a_text_up_to_its_limit() {
    let ticket_of = |size_bytes: usize| pack(&spaced(size_bytes));
    assert_genuine(&ticket_of(MAX_INFLATED_BYTES));
    for longer in 1..=300 {
        let text = ticket_of(MAX_INFLATED_BYTES + longer);
        assert_eq!(decode(&text).err(), Some(TicketFault::TooBig), "{longer} too many");
    }
}

/// The first guess at the inflated size is right, a little off, and far off.
#[test]
fn every_size_between() {
    for size_bytes in (json().len()..2500).chain([9_000, 32_767, 32_768, 32_769, 65_535]) {
        assert_genuine(&pack(&spaced(size_bytes)));
    }
}

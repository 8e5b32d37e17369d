//! The ticket of Tencent's APIs: base64 around zlib around JSON, all three a stranger's.
//!
//! The first byte says what the others are: `t` the text itself; `z` a zlib stream and `j` a JSON
//! text, which are packed here, so that a fuzzer gets at each layer; `c` claims to be signed and
//! read again; `e` edits of a good ticket.

use std::io::{Read, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;
use guestlist::sig::usersig::{
    Claims, MAX_INFLATED_BYTES, MAX_TICKET_BYTES, SecretKey, Ticket, TicketFault, decode, explain,
    sign,
};
use serde_json::Value;

/// The key of the tickets that are good.
const KEY: &str = "1255558df586ae279007fffa27ec17451d1507f7ac5442add9ffbc070f9f623b";
/// A key that signs none of them.
const OTHER_KEY: &str = "e25dcda7a7c513d31cb469727bd4283c8d975f1778fb1efab4e28d2a761fda01";
/// The moment of the readers, in Unix seconds.
const NOW_S: u64 = 1_700_000_000;

pub(crate) fn run(input: &[u8]) {
    match input.split_first() {
        Some((b'z', stream)) => drop(judge(&armour(stream))),
        Some((b'j', json)) => drop(judge(&armour(&deflate(json)))),
        Some((b'c', claims)) => there_and_back(claims),
        Some((b'e', edits)) => edited(edits),
        Some((b't', text)) => text_alone(text),
        _ => text_alone(input),
    }
}

fn text_alone(text: &[u8]) {
    if let Ok(text) = str::from_utf8(text) {
        judge(text);
    }
}

/// What holds for every text.
fn judge(text: &str) -> Option<Ticket> {
    let explained = explain(text, Some(&SecretKey::new(KEY)), NOW_S, None);
    let told = explained.to_string();
    let ticket = match decode(text) {
        Ok(ticket) => ticket,
        Err(fault) => {
            assert!(!explained.is_good() && told.contains(&fault.to_string()));
            fault_fits(text, &fault);
            return None;
        }
    };
    let claims = ticket.claims();
    let signed = ticket.is_signed_by(&SecretKey::new(KEY));
    assert!(text.len() <= MAX_TICKET_BYTES);
    let userbuf_bytes = claims.userbuf.as_ref().map_or(0, Vec::len);
    assert!(claims.identifier.len() + userbuf_bytes <= MAX_INFLATED_BYTES);
    assert!(!claims.identifier.contains(char::is_control));
    assert_eq!(explained.is_good(), signed && NOW_S <= claims.valid_until_s());
    assert!(!ticket.is_signed_by(&SecretKey::new(OTHER_KEY)));
    let json = inflate(&unarmour(text));
    assert!(json.len() <= MAX_INFLATED_BYTES);
    let again = resigned(claims);
    // A reader without any care of ours sees the same. It gives up on nesting that we skip.
    if let Ok(seen) = serde_json::from_slice::<Value>(&json) {
        let sig = same_claims(claims, &seen);
        if let Some(again) = &again {
            let right: Value = serde_json::from_slice(&inflate(&unarmour(again))).expect("JSON");
            assert_eq!(signed, right["TLS.sig"] == *sig);
        }
        let sig = sig.as_str().expect("decoded before");
        // Who writes the signature into the other fields as well is told so.
        let userbuf = claims.userbuf.as_deref().map(String::from_utf8_lossy);
        let given = claims.identifier.contains(sig) || userbuf.is_some_and(|it| it.contains(sig));
        assert!(given || !told.contains(sig), "the explanation shows the signature");
    }
    Some(ticket)
}

/// Signs the claims and reads them back: they are the same. None if a text of ours has no room for
/// them, since who packed them packs better.
fn resigned(claims: &Claims) -> Option<String> {
    let key = SecretKey::new(KEY);
    let text = sign(&key, claims);
    match decode(&text) {
        Ok(again) => {
            assert!(again.is_signed_by(&key));
            assert_eq!(again.claims(), claims);
            Some(text)
        }
        Err(fault) => {
            assert!(text.len() > MAX_TICKET_BYTES, "{fault} for {claims:?}");
            assert_eq!(fault, TicketFault::TooLong { size_bytes: text.len() });
            None
        }
    }
}

/// The fields as they stand there, compared with the claims; returns the signature's.
fn same_claims<'j>(claims: &Claims, seen: &'j Value) -> &'j Value {
    assert_eq!(seen["TLS.ver"], "2.0");
    assert_eq!(seen["TLS.identifier"], claims.identifier.as_str());
    assert_eq!(seen["TLS.sdkappid"].as_u64(), Some(claims.sdkappid));
    assert_eq!(seen["TLS.time"].as_u64(), Some(claims.time_s));
    assert_eq!(seen["TLS.expire"].as_u64(), Some(claims.expire_s));
    let userbuf = claims.userbuf.as_ref().map(|bytes| STANDARD.encode(bytes));
    assert_eq!(seen.get("TLS.userbuf").and_then(Value::as_str), userbuf.as_deref());
    &seen["TLS.sig"]
}

/// The fault is the first one there is, as far as a look at the text can tell.
fn fault_fits(text: &str, fault: &TicketFault) {
    let known = |byte: u8| byte.is_ascii_alphanumeric() || b"*-_".contains(&byte);
    let foreign = text.bytes().position(|byte| !known(byte));
    match (text.len(), foreign) {
        (0, _) => assert_eq!(*fault, TicketFault::Empty),
        (size_bytes, _) if size_bytes > MAX_TICKET_BYTES => {
            assert_eq!(*fault, TicketFault::TooLong { size_bytes });
        }
        (_, Some(at_byte)) => assert_eq!(*fault, TicketFault::Alphabet { at_byte }),
        _ => assert!(!matches!(
            fault,
            TicketFault::Empty | TicketFault::TooLong { .. } | TicketFault::Alphabet { .. }
        )),
    }
}

/// Three numbers of eight bytes, one byte that says whether there is a userbuf and how long the
/// identifier is; then the identifier and the userbuf.
fn there_and_back(input: &[u8]) {
    let Some((&sdkappid, rest)) = input.split_first_chunk::<8>() else { return };
    let Some((&time_s, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((&expire_s, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((&shape, texts)) = rest.split_first() else { return };
    let (identifier, userbuf) = texts.split_at(texts.len().min(usize::from(shape & 0x7f)));
    let claims = Claims {
        identifier: String::from_utf8_lossy(identifier).into_owned(),
        sdkappid: u64::from_be_bytes(sdkappid),
        time_s: u64::from_be_bytes(time_s),
        expire_s: u64::from_be_bytes(expire_s),
        userbuf: (shape & 0x80 != 0).then(|| userbuf.to_vec()),
    };
    if claims.identifier.contains(char::is_control) {
        let refused = decode(&sign(&SecretKey::new(KEY), &claims));
        let fault = refused.expect_err("signed lines are not escaped");
        assert!(matches!(fault, TicketFault::ControlCharacter | TicketFault::TooLong { .. }));
    } else if let Some(text) = resigned(&claims) {
        let ticket = judge(&text).expect("a ticket that was read");
        assert_eq!(*ticket.claims(), claims);
    }
}

/// The first byte says which layer is edited (`t` the text, `z` the zlib stream, else the JSON). An
/// edit is four bytes: what to do, where (two bytes), and with which byte.
fn edited(edits: &[u8]) {
    let Some((layer, edits)) = edits.split_first() else { return };
    let claims = Claims {
        identifier: "administrator".to_owned(),
        sdkappid: 1_400_000_001,
        time_s: NOW_S,
        expire_s: 15_552_000,
        userbuf: Some(b"abc\x00\xff".to_vec()),
    };
    let good = sign(&SecretKey::new(KEY), &claims);
    let text = match layer {
        b't' => match String::from_utf8(edit(good.into_bytes(), edits)) {
            Ok(text) => text,
            Err(_) => return,
        },
        b'z' => armour(&edit(unarmour(&good), edits)),
        _ => armour(&deflate(&edit(inflate(&unarmour(&good)), edits))),
    };
    if let Some(ticket) = judge(&text).filter(|ticket| ticket.is_signed_by(&SecretKey::new(KEY))) {
        assert_eq!(*ticket.claims(), claims, "believed, and never signed");
    }
}

fn edit(mut bytes: Vec<u8>, edits: &[u8]) -> Vec<u8> {
    for &[what, high, low, byte] in edits.as_chunks::<4>().0.iter().take(64) {
        let at = usize::from(u16::from_be_bytes([high, low]));
        let size = bytes.len();
        match what % 4 {
            0 => bytes.insert(at % (size + 1), byte),
            _ if bytes.is_empty() => {}
            1 => drop(bytes.remove(at % size)),
            2 => bytes[at % size..].rotate_left(1),
            _ => bytes[at % size] = byte,
        }
    }
    bytes
}

fn armour(bytes: &[u8]) -> String {
    STANDARD.encode(bytes).replace('+', "*").replace('/', "-").replace('=', "_")
}

/// The bytes in a text that is known to be good.
fn unarmour(text: &str) -> Vec<u8> {
    let mut text = text.replace('*', "+").replace('-', "/").replace('_', "=");
    while !text.len().is_multiple_of(4) {
        text.push('=');
    }
    STANDARD.decode(text).expect("decoded before")
}

fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(bytes).expect("a Vec takes every write");
    encoder.finish().expect("a Vec takes every write")
}

/// The bytes in a stream that is known to be good.
fn inflate(bytes: &[u8]) -> Vec<u8> {
    let mut text = Vec::new();
    ZlibDecoder::new(bytes).read_to_end(&mut text).expect("inflated before");
    text
}

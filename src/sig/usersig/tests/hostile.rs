//! What somebody does on purpose.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::{
    OTHER_SECRET, SECRET, SIG, administrator, json, json_and, json_with, key, pack,
    ticket_with_userbuf, zlib,
};
use crate::sig::usersig::decode::unpack;
use crate::sig::usersig::{
    Claims, MAX_TICKET_BYTES, SecretKey, TicketFault, alphabet, decode, sign,
};

/// Nothing but these claims is ever verified, whatever the text.
#[track_caller]
fn assert_nothing_else_verifies(text: &str, genuine: &Claims) {
    if let Ok(ticket) = decode(text)
        && ticket.is_signed_by(&key())
    {
        assert_eq!(ticket.claims(), genuine);
    }
}

#[test]
fn a_forged_claim_is_not_signed() {
    assert!(decode(&pack(&json())).unwrap().is_signed_by(&key()), "before the change");
    let forged = [
        json_with("TLS.identifier", r#""administratos""#),
        json_with("TLS.identifier", r#""""#),
        json_with("TLS.sdkappid", "1400000002"),
        json_with("TLS.time", "1700000001"),
        json_with("TLS.expire", "15552001"),
        json_with("TLS.sig", &format!("{:?}", SIG.replace("eI", "eJ"))),
        json_and(r#""TLS.userbuf":"YWJjAP8=""#),
    ];
    for json in forged {
        assert!(!decode(&pack(&json)).unwrap().is_signed_by(&key()), "{json}");
    }
}

#[test]
fn every_bit_of_the_signature_counts() {
    let genuine = STANDARD.decode(SIG).unwrap();
    for bit in 0..256 {
        let mut signature = genuine.clone();
        signature[bit / 8] ^= 1 << (bit % 8);
        let json = json_with("TLS.sig", &format!("{:?}", STANDARD.encode(signature)));
        assert!(!decode(&pack(&json)).unwrap().is_signed_by(&key()), "bit {bit}");
    }
}

#[test]
fn a_userbuf_is_neither_changed_nor_taken_away() {
    let (_, text) = ticket_with_userbuf();
    assert!(decode(&text).unwrap().is_signed_by(&key()), "before the change");
    let json = String::from_utf8(unpack(&text).unwrap()).unwrap();
    for (from, to) in [("YWJjAP8=", "YWJkAP8="), (r#""TLS.userbuf":"YWJjAP8=","#, "")] {
        let changed = json.replace(from, to);
        assert_ne!(changed, json);
        assert!(!decode(&pack(&changed)).unwrap().is_signed_by(&key()), "{changed}");
    }
}

/// The lines are not escaped: without the check both tickets would have one signed text.
#[test]
fn an_identifier_does_not_shift_the_lines() {
    let shifting = Claims { identifier: "a\nTLS.sdkappid:1".to_owned(), ..administrator() };
    let text = sign(&key(), &shifting);
    assert_eq!(decode(&text).err(), Some(TicketFault::ControlCharacter));
}

#[test]
fn the_key_is_its_text() {
    let text = sign(&key(), &administrator());
    let ticket = decode(&text).unwrap();
    assert!(ticket.is_signed_by(&SecretKey::new(SECRET)));
    for other in [OTHER_SECRET, "", &SECRET.to_uppercase(), &SECRET[1..]] {
        assert!(!ticket.is_signed_by(&SecretKey::new(other)), "{other}");
    }
    let decoded: String = (0..SECRET.len())
        .step_by(2)
        .map(|at| char::from(u8::from_str_radix(&SECRET[at..at + 2], 16).unwrap()))
        .collect();
    assert!(!ticket.is_signed_by(&SecretKey::new(&decoded)));
}

#[test]
fn nothing_secret_is_shown() {
    assert_eq!(format!("{:?}", key()), "SecretKey(hidden)");
    let shown = format!("{:?}", decode(&pack(&json())).unwrap());
    assert!(shown.contains("administrator"), "{shown}");
    assert!(!shown.contains("signature") && !shown.contains(SIG), "{shown}");
}

#[test]
fn a_ticket_cut_at_any_length_is_refused() {
    let (_, text) = ticket_with_userbuf();
    for text in [text, sign(&key(), &administrator()), pack(&format!("{} ", json()))] {
        let digits = text.trim_end_matches('_').len();
        assert!(decode(&text).is_ok());
        for length in (0..text.len()).filter(|length| *length != digits) {
            assert!(decode(&text[..length]).is_err(), "{length} of {}", text.len());
        }
    }
}

/// A few bits carry nothing (those between the last block and the checksum), so a changed text
/// may still be the same ticket; it is never another one.
#[test]
fn a_flipped_bit_is_never_another_ticket() {
    let (claims, text) = ticket_with_userbuf();
    for at in 0..text.len() {
        for bit in 0..8 {
            let mut bytes = text.clone().into_bytes();
            bytes[at] ^= 1 << bit;
            assert_nothing_else_verifies(&String::from_utf8_lossy(&bytes), &claims);
        }
    }
    let packed = alphabet::decode(&text).unwrap();
    for at in 0..packed.len() {
        for bit in 0..8 {
            let mut packed = packed.clone();
            packed[at] ^= 1 << bit;
            assert_nothing_else_verifies(&alphabet::encode(&packed), &claims);
        }
    }
}

/// As above below the checksum of zlib, where nothing but the signature protects the text.
#[test]
fn a_changed_byte_of_json_is_never_another_ticket() {
    let (claims, text) = ticket_with_userbuf();
    let json = unpack(&text).unwrap();
    for at in 0..json.len() {
        for bit in 0..8 {
            let mut json = json.clone();
            json[at] ^= 1 << bit;
            assert_nothing_else_verifies(&alphabet::encode(&zlib(1, &json)), &claims);
        }
    }
}

#[test]
fn a_bomb_is_put_down_at_the_bound() {
    let bomb = alphabet::encode(&zlib(9, &vec![b' '; 2_500_000]));
    assert!(bomb.len() <= MAX_TICKET_BYTES, "{} bytes", bomb.len());
    assert_eq!(decode(&bomb).err(), Some(TicketFault::TooBig));
    let inner = zlib(9, &vec![b' '; 2_500_000]);
    let cut = alphabet::encode(&inner[..inner.len() - 4]);
    assert_eq!(decode(&cut).err(), Some(TicketFault::TooBig), "found before its end is looked for");
}

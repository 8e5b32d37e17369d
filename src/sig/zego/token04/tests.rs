//! Tokens that are made, those that others make, and texts that are none.

use proptest::prelude::*;

use super::packing::{Packed, pack};
use super::*;

const SECRET: &str = "67756573746c697374207a65676f2031";
const IV: Iv = Iv(*b"0123456789abcdef");
const PRIVILEGES: &str = r#"{"room_id":"r","privilege":{"1":1,"2":0},"stream_id_list":null}"#;

fn claims() -> Claims {
    Claims {
        app_id: 12345,
        user_id: "user-1".to_owned(),
        nonce: -7,
        created_s: 1_615_186_943,
        expire_s: 1_615_190_543,
        payload: PRIVILEGES.to_owned(),
    }
}

fn token(packed: &Packed<'_>) -> String {
    format!("04{}", STANDARD.encode(pack(packed).unwrap()))
}

/// The claims, encrypted in CBC, with what is to be wrong around them.
fn sealed(json: &str) -> Vec<u8> {
    seal::encrypt(key(SECRET).unwrap(), IV, json.as_bytes())
}

fn refused(packed: &Packed<'_>) -> TokenFault {
    verify(SECRET, &token(packed)).unwrap_err()
}

#[test]
fn a_token_says_what_was_put_into_it() {
    let token = make(SECRET, &claims(), IV).unwrap();
    assert!(token.starts_with("04AAAAAGBF"), "{token}");
    assert_eq!(verify(SECRET, &token), Ok(claims()));
    let payload = Payload {
        room_id: Some("r".to_owned()),
        login: Privilege::Allowed,
        publish: Privilege::Denied,
        stream_id_list: None,
    };
    assert_eq!(claims().privileges(), Ok(payload));
}

/// Made with `openssl enc -aes-256-cbc -K … -iv …`, packed by hand as the reference says.
#[test]
fn a_token_that_was_made_elsewhere_is_read() {
    let token = include_str!("openssl.txt").trim();
    let expected = Claims { payload: String::new(), nonce: 42, ..claims() };
    assert_eq!(verify(SECRET, token), Ok(expected.clone()));
    assert_eq!(make(SECRET, &expected, IV).as_deref(), Ok(token));
}

#[test]
fn the_byte_behind_the_cipher_text_selects_the_mode() {
    let json = claims().to_json();
    let (cbc, expire_s) = (sealed(&json), claims().expire_s);
    for mode in [None, Some(0)] {
        let packed = Packed { expire_s, iv: &IV.0, cipher: &cbc, mode };
        assert_eq!(verify(SECRET, &token(&packed)), Ok(claims()), "{mode:?}");
    }
    let key = key(SECRET).unwrap();
    let short = [7; 12];
    let gcm = [
        (&short[..], seal::encrypt_gcm(key, short, json.as_bytes())),
        (&IV.0[..], seal::encrypt_gcm(key, IV.0, json.as_bytes())),
    ];
    for (iv, cipher) in &gcm {
        let packed = Packed { expire_s, iv, cipher, mode: Some(1) };
        assert_eq!(verify(SECRET, &token(&packed)), Ok(claims()));
        let mut changed = cipher.clone();
        changed[0] ^= 1;
        assert_eq!(refused(&Packed { cipher: &changed, ..packed }), TokenFault::Decrypt);
    }
    let packed = Packed { expire_s, iv: &IV.0, cipher: &cbc, mode: Some(2) };
    assert_eq!(refused(&packed), TokenFault::Mode { mode: 2 });
}

#[test]
fn what_is_wrong_is_said() {
    let good = make(SECRET, &claims(), IV).unwrap();
    let rows = [
        (String::new(), TokenFault::Empty),
        ("x".repeat(MAX_TOKEN_BYTES + 1), TokenFault::TooLong { bytes: MAX_TOKEN_BYTES + 1 }),
        ("x".repeat(MAX_TOKEN_BYTES), TokenFault::Version),
        (good.replacen("04", "03", 1), TokenFault::Version),
        (good[..good.len() - 1].to_owned(), TokenFault::Base64),
        ("04".to_owned(), TokenFault::CutShort { part: "expiry" }),
        (format!("04{}", STANDARD.encode([0; 9])), TokenFault::CutShort { part: "IV" }),
        (
            format!("04{}", STANDARD.encode([&[0; 8][..], &[0, 1, 2, 0, 1]].concat())),
            TokenFault::CutShort { part: "cipher text" },
        ),
    ];
    for (token, fault) in rows {
        assert_eq!(verify(SECRET, &token), Err(fault), "{fault}");
    }
    let cipher = sealed(&claims().to_json());
    let packed = Packed { expire_s: claims().expire_s, iv: &IV.0, cipher: &cipher, mode: None };
    let differs = TokenFault::ExpiryDiffers { outside: 1, inside: claims().expire_s };
    assert_eq!(refused(&Packed { expire_s: 1, ..packed }), differs);
    let packed = || Packed { iv: &IV.0, cipher: &cipher, ..packed };
    let iv = TokenFault::Iv { bytes: 15, wanted: "16" };
    assert_eq!(refused(&Packed { iv: &IV.0[1..], ..packed() }), iv);
    let iv = TokenFault::Iv { bytes: 15, wanted: "12 or 16" };
    assert_eq!(refused(&Packed { iv: &IV.0[1..], mode: Some(1), ..packed() }), iv);
    assert_eq!(refused(&Packed { cipher: &cipher[1..], ..packed() }), TokenFault::Decrypt);
    let mut longer = pack(&packed()).unwrap();
    longer.extend([0, 0, 0]);
    let longer = format!("04{}", STANDARD.encode(longer));
    assert_eq!(verify(SECRET, &longer), Err(TokenFault::Trailing { bytes: 2 }));
    assert_eq!(verify(&SECRET[1..], &good), Err(TokenFault::Secret { bytes: 31 }));
    assert_eq!(make(&SECRET[1..], &claims(), IV), Err(TokenFault::Secret { bytes: 31 }));
    let other = SECRET.replace('6', "5");
    assert!(matches!(verify(&other, &good), Err(TokenFault::Decrypt | TokenFault::Json)));
}

#[test]
fn claims_have_their_kinds() {
    let whole: serde_json::Value = serde_json::from_str(&claims().to_json()).unwrap();
    let fault = |field: &str, value: serde_json::Value| {
        let mut changed = whole.clone();
        changed[field] = value;
        let cipher = sealed(&changed.to_string());
        let packed = Packed { expire_s: claims().expire_s, iv: &IV.0, cipher: &cipher, mode: None };
        refused(&packed).to_string()
    };
    assert!(fault("app_id", "12345".into()).contains("app_id"));
    assert!(fault("app_id", 4_294_967_296_u64.into()).contains("32 bits"));
    assert!(fault("app_id", (-1).into()).contains("32 bits"));
    assert!(fault("user_id", 7.into()).contains("user_id"));
    assert!(fault("nonce", serde_json::Value::Null).contains("nonce"));
    assert!(fault("ctime", 1.5.into()).contains("ctime"));
    assert!(fault("expire", "1".into()).contains("expire"));
    assert!(fault("payload", serde_json::json!({})).contains("payload"));
    for none in ["", "[]", "\"x\"", "{"] {
        let cipher = sealed(none);
        let packed = Packed { expire_s: 0, iv: &IV.0, cipher: &cipher, mode: None };
        assert_eq!(refused(&packed), TokenFault::Json, "{none}");
    }
}

#[test]
fn a_payload_restricts_what_it_names() {
    let read = |payload: &str| Claims { payload: payload.to_owned(), ..claims() }.privileges();
    assert_eq!(read(""), Ok(Payload::default()));
    assert_eq!(read("{}"), Ok(Payload::default()));
    assert_eq!(read(r#"{"room_id":"","privilege":{},"x":1}"#), Ok(Payload::default()));
    let streams = Payload { stream_id_list: Some(vec!["s".to_owned()]), ..Payload::default() };
    assert_eq!(read(r#"{"stream_id_list":["s"]}"#), Ok(streams));
    for bad in ["x", "[1]", r#"{"room_id":1}"#, r#"{"privilege":[]}"#, r#"{"stream_id_list":"s"}"#]
    {
        assert!(matches!(read(bad), Err(TokenFault::Payload(_))), "{bad}");
    }
    for bad in ["2", "\"1\"", "true", "null"] {
        let payload = format!(r#"{{"privilege":{{"1":{bad}}}}}"#);
        assert!(matches!(read(&payload), Err(TokenFault::Payload(_))), "{bad}");
    }
}

#[test]
fn a_token_is_made_up_to_its_longest() {
    let of = |bytes: usize| make(SECRET, &Claims { payload: "x".repeat(bytes), ..claims() }, IV);
    let longest = (0..MAX_TOKEN_BYTES).rev().find(|bytes| of(*bytes).is_ok()).unwrap();
    assert!(verify(SECRET, &of(longest).unwrap()).is_ok());
    assert!(matches!(of(longest + 1), Err(TokenFault::TooLong { .. })));
    assert!(matches!(of(100_000), Err(TokenFault::TooLong { .. })));
}

proptest! {
    #[test]
    fn whatever_is_made_is_read(
        app_id in any::<u32>(), user_id in any::<String>(), nonce in any::<i64>(),
        created_s in any::<i64>(), expire_s in any::<i64>(), payload in any::<String>(),
        random in any::<[u8; IV_BYTES]>(),
    ) {
        let claims = Claims { app_id, user_id, nonce, created_s, expire_s, payload };
        let token = make(SECRET, &claims, Iv::from_random(random)).unwrap();
        prop_assert_eq!(verify(SECRET, &token), Ok(claims.clone()));
        let _ = claims.privileges();
    }

    #[test]
    fn no_text_is_too_strange(
        text in any::<String>(), bytes in proptest::collection::vec(any::<u8>(), 0..200), secret in any::<String>(),
    ) {
        let _ = verify(&secret, &text);
        let _ = verify(SECRET, &format!("04{text}"));
        let _ = verify(SECRET, &format!("04{}", STANDARD.encode(bytes)));
    }

    /// A token in which a byte changed is refused, or says the same.
    #[test]
    fn a_damaged_token_never_panics(at in 0..150_usize, by in 1..=255_u8) {
        let token = make(SECRET, &claims(), IV).unwrap();
        let mut bytes = STANDARD.decode(&token[2..]).unwrap();
        let at = at % bytes.len();
        bytes[at] ^= by;
        let _ = verify(SECRET, &format!("04{}", STANDARD.encode(bytes)));
    }
}

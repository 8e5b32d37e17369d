//! What is tested, and by which file: the vendor's own libraries (`vectors`), what JSON, zlib and
//! base64 leave free (`dialects`), what is wrong and must be told apart (`faults`), what is done
//! on purpose (`hostile`), what holds for every value (`properties`), and the words
//! (`explaining`).

mod dialects;
mod explaining;
mod faults;
mod hostile;
mod properties;
mod vectors;

use std::io::Write;

use flate2::Compression;
use flate2::write::ZlibEncoder;

use super::{Claims, SecretKey, alphabet, sign};

const SECRET: &str = "1255558df586ae279007fffa27ec17451d1507f7ac5442add9ffbc070f9f623b";
const OTHER_SECRET: &str = "e25dcda7a7c513d31cb469727bd4283c8d975f1778fb1efab4e28d2a761fda01";

/// Signed with [`SECRET`] for [`administrator`], copied from the vector `py-ascii`.
const SIG: &str = "eIRbao1H/QUxl6n+l8UNTnnEgUrc3BF4ye6sSAu1rOs=";

fn key() -> SecretKey {
    SecretKey::new(SECRET)
}

fn administrator() -> Claims {
    Claims {
        identifier: "administrator".to_owned(),
        sdkappid: 1_400_000_001,
        time_s: 1_700_000_000,
        expire_s: 15_552_000,
        userbuf: None,
    }
}

fn ticket_with_userbuf() -> (Claims, String) {
    let claims = Claims { userbuf: Some(b"abc\x00\xff".to_vec()), ..administrator() };
    let text = sign(&key(), &claims);
    (claims, text)
}

/// The JSON of [`administrator`], one `(key, value)` at a time, to be changed by a test.
fn fields() -> Vec<(&'static str, String)> {
    vec![
        ("TLS.ver", r#""2.0""#.to_owned()),
        ("TLS.identifier", r#""administrator""#.to_owned()),
        ("TLS.sdkappid", "1400000001".to_owned()),
        ("TLS.expire", "15552000".to_owned()),
        ("TLS.time", "1700000000".to_owned()),
        ("TLS.sig", format!("{SIG:?}")),
    ]
}

fn json_of(fields: &[(&str, String)]) -> String {
    let members: Vec<String> =
        fields.iter().map(|(name, value)| format!("{name:?}:{value}")).collect();
    format!("{{{}}}", members.join(","))
}

fn json() -> String {
    json_of(&fields())
}

/// The JSON with the value of one field replaced.
fn json_with(name: &str, value: &str) -> String {
    let mut fields = fields();
    let field = fields.iter_mut().find(|(known, _)| *known == name).expect("a known field");
    field.1 = value.to_owned();
    json_of(&fields)
}

/// The JSON with one more member at its end.
fn json_and(member: &str) -> String {
    let json = json();
    format!("{},{member}}}", json.strip_suffix('}').expect("an object"))
}

fn zlib(level: u32, bytes: &[u8]) -> Vec<u8> {
    let mut encoder = ZlibEncoder::new(Vec::new(), Compression::new(level));
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

/// A ticket around any text.
fn pack(json: &str) -> String {
    alphabet::encode(&zlib(6, json.as_bytes()))
}

//! Bodies as a log may keep them.
//!
//! Job: write a JSON object again, without the values of fields that are named like secrets, and
//! say on the way which room it is about. Promise: no value under such a name is copied, at
//! whatever depth and however the name is escaped; names, order and repetitions stay. Not here:
//! secrets in texts of another name, which nobody can tell from other texts.

use std::borrow::Cow;
use std::fmt;

use serde::de::{
    DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};

use super::field::Text;
use super::json::push_string;
use crate::config::HIDDEN;

/// A field whose name has one of these in it is a secret: in any case, with `_` and `-` left out.
const SECRET_WORDS: [&str; 11] = [
    "accesskey",
    "apikey",
    "authorization",
    "credential",
    "passwd",
    "password",
    "privatekey",
    "secret",
    "signature",
    "token",
    "usersig",
];
/// With what those begin.
const FIRST_LETTERS: &[u8; 6] = b"acpstu";
/// And so is one that has such a name. Other names hold these as parts of other words.
const SECRET_NAMES: [&str; 4] = ["privatemapkey", "pwd", "sig", "sign"];
/// A longer name costs an allocation to look at, in bytes.
const SHORT_NAME_BYTES: usize = 64;

/// Writes a JSON object to the end of `out`: texts, numbers, lists and objects of fields that are
/// named like secrets become [`HIDDEN`]; `true`, `false` and `null` tell nothing and stay. White
/// space goes, numbers may be spelt otherwise.
///
/// Returns the room that it names: the first `RoomId` at its top or in its `RoomInfo`, or `GroupId`
/// at its top. What is no JSON object is `None`, and nothing was written.
pub fn redact<'a>(body: &'a [u8], out: &mut Vec<u8>) -> Option<Option<Cow<'a, str>>> {
    // Whatever is skipped would not be looked at so closely.
    let body = std::str::from_utf8(body).ok()?;
    let start = out.len();
    let mut room = None;
    let mut deserializer = serde_json::Deserializer::from_str(body);
    let copy = Copy { out, room: &mut room, place: Place::Body };
    let copied = copy.deserialize(&mut deserializer).and_then(|()| deserializer.end());
    if copied.is_ok() {
        return Some(room);
    }
    out.truncate(start);
    None
}

/// Whether a field of this name holds a secret.
fn is_secret(name: &str) -> bool {
    let (mut short, mut long) = ([0; SHORT_NAME_BYTES], Vec::new());
    let letters = short.get_mut(..name.len()).unwrap_or_else(|| {
        long.resize(name.len(), 0);
        &mut long
    });
    let mut count = 0;
    for byte in name.bytes().filter(|byte| !matches!(byte, b'_' | b'-')) {
        letters[count] = byte.to_ascii_lowercase();
        count += 1;
    }
    let letters = &letters[..count];
    // Most letters of most names begin none of the words.
    let mut starts = (0..count).filter(|at| FIRST_LETTERS.contains(&letters[*at]));
    let begins = |at: usize, word: &str| letters[at..].starts_with(word.as_bytes());
    starts.any(|at| SECRET_WORDS.iter().any(|word| begins(at, word)))
        || SECRET_NAMES.iter().any(|known| known.as_bytes() == letters)
}

/// Where a value stands, as far as it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// The whole body.
    Body,
    /// Its `RoomInfo`.
    RoomInfo,
    /// A `RoomId` of one of those, or the `GroupId` of the body.
    RoomId,
    Elsewhere,
}

impl Place {
    /// The place of a field of the value here.
    fn of_field(self, name: &str) -> Self {
        match (self, name) {
            (Self::Body | Self::RoomInfo, "RoomId") | (Self::Body, "GroupId") => Self::RoomId,
            (Self::Body, "RoomInfo") => Self::RoomInfo,
            _ => Self::Elsewhere,
        }
    }
}

/// Copies a value as it is read.
struct Copy<'o, 'de> {
    out: &'o mut Vec<u8>,
    room: &'o mut Option<Cow<'de, str>>,
    place: Place,
}

impl<'de> Copy<'_, 'de> {
    /// Writes what is no list and no object. The body itself must be one.
    fn write<E: Error>(self, value: impl serde::Serialize) -> Result<(), E> {
        if self.place == Place::Body {
            return Err(E::invalid_type(Unexpected::Other("no object"), &self));
        }
        serde_json::to_writer(self.out, &value).map_err(E::custom)
    }

    fn text<E: Error>(self, text: Cow<'de, str>) -> Result<(), E> {
        if self.place == Place::RoomId && self.room.is_none() {
            *self.room = Some(text.clone());
        }
        self.write(text)
    }
}

impl<'de> DeserializeSeed<'de> for Copy<'_, 'de> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Copy<'_, 'de> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(value)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<(), E> {
        self.write(value)
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<(), E> {
        self.text(Cow::Borrowed(text))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<(), E> {
        self.text(Cow::Owned(text.to_owned()))
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.write(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        if self.place == Place::Body {
            return Err(A::Error::invalid_type(Unexpected::Seq, &self));
        }
        self.out.push(b'[');
        let start = self.out.len();
        loop {
            let end = self.out.len();
            if end > start {
                self.out.push(b',');
            }
            let item = Copy { out: self.out, room: self.room, place: Place::Elsewhere };
            if items.next_element_seed(item)?.is_none() {
                self.out.truncate(end);
                self.out.push(b']');
                return Ok(());
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        self.out.push(b'{');
        let start = self.out.len();
        while let Some(name) = fields.next_key::<Text<'_>>()? {
            let name = name.as_str();
            if self.out.len() > start {
                self.out.push(b',');
            }
            push_string(self.out, name);
            self.out.push(b':');
            if is_secret(name) {
                fields.next_value_seed(Hide { out: self.out })?;
            } else {
                let place = self.place.of_field(name);
                fields.next_value_seed(Copy { out: self.out, room: self.room, place })?;
            }
        }
        self.out.push(b'}');
        Ok(())
    }
}

/// Writes in the place of a secret.
struct Hide<'o> {
    out: &'o mut Vec<u8>,
}

impl Hide<'_> {
    fn write<E: Error>(self, value: impl serde::Serialize) -> Result<(), E> {
        serde_json::to_writer(self.out, &value).map_err(E::custom)
    }
}

impl<'de> DeserializeSeed<'de> for Hide<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Hide<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<(), E> {
        self.write(value)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.write(())
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.write(HIDDEN)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.write(HIDDEN)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.write(HIDDEN)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.write(HIDDEN)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        self.write(HIDDEN)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<(), A::Error> {
        while fields.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        self.write(HIDDEN)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn redacted(body: &str) -> Option<String> {
        let mut out = Vec::new();
        let known = redact(body.as_bytes(), &mut out);
        assert!(known.is_some() || out.is_empty(), "a refused body leaves something: {body}");
        known.map(|_| String::from_utf8(out).unwrap())
    }

    fn room(body: &str) -> Option<String> {
        redact(body.as_bytes(), &mut Vec::new()).unwrap().map(Cow::into_owned)
    }

    #[test]
    fn what_is_named_like_a_secret_is_hidden_at_any_depth() {
        let names = [
            "Password",
            "password",
            "PASSWORD",
            "RoomPassword",
            "pass_word",
            "Pass-Word",
            "OldPasswd",
            "pwd",
            "UserSig",
            "usersig",
            "user_sig",
            "Sig",
            "Sign",
            "Signature",
            "Token",
            "AccessToken",
            "token04",
            "SecretKey",
            "secret_key",
            "ServerSecret",
            "PrivateMapKey",
            "private_key",
            "ApiKey",
            "AccessKeyId",
            "Credentials",
            "Authorization",
            r"Pass\u0077ord",
            r"\u0050assword",
        ];
        for name in names {
            for value in [r#""4321""#, "4321", "-4321", "43.21", r#"["4321"]"#, r#"{"a":"4321"}"#] {
                for body in [
                    format!(r#"{{"{name}":{value}}}"#),
                    format!(r#"{{"a":[1,{{"b":{{"{name}": {value} , "c":0}}}}]}}"#),
                ] {
                    let kept = redacted(&body).unwrap();
                    assert!(!kept.contains("4321"), "{body}: {kept}");
                    assert!(kept.contains(r#":"(hidden)""#), "{body}: {kept}");
                }
            }
        }
    }

    #[test]
    fn a_name_is_looked_at_however_long_it_is() {
        for bytes in [SHORT_NAME_BYTES, SHORT_NAME_BYTES + 1, 1_000] {
            let name = format!("{}Password", "x_".repeat(bytes))[bytes + 8..].to_owned();
            let kept = redacted(&format!(r#"{{"{name}":"4321"}}"#)).unwrap();
            assert_eq!(kept, format!(r#"{{"{name}":"(hidden)"}}"#));
            let plain = name.replace("Password", "Passw0rd");
            let body = format!(r#"{{"{plain}":"4321"}}"#);
            assert_eq!(redacted(&body).as_ref(), Some(&body));
        }
    }

    #[test]
    fn every_word_begins_with_a_known_letter() {
        let mut letters: Vec<u8> = SECRET_WORDS.iter().map(|word| word.as_bytes()[0]).collect();
        letters.dedup();
        assert_eq!(letters, FIRST_LETTERS);
    }

    #[test]
    fn everything_else_stays_as_it_was_sent() {
        let bodies = [
            "{}",
            r#"{"b":1,"a":[],"b":[{},null,true,-1,1.5,"x"]}"#,
            r#"{"IsPasswordEnabled":true,"Password":null,"Sign":false}"#,
            r#"{"Name":"the password is 4321","Design":"x","Assignee":"y","Key":"z","Sigma":1}"#,
            r#"{"é\n\"":"é\n\"\u0001"}"#,
        ];
        for body in bodies {
            assert_eq!(redacted(body).as_deref(), Some(body));
        }
        let spaced = " { \"a\" : [ 1 , 2 ] } \n";
        assert_eq!(redacted(spaced).as_deref(), Some(r#"{"a":[1,2]}"#));
    }

    #[test]
    fn what_is_no_json_object_leaves_nothing() {
        let deep = format!("{}{}", "{\"a\":".repeat(200), "}".repeat(200));
        let bodies = [
            "",
            "null",
            "4321",
            r#""4321""#,
            "[]",
            r#"["4321"]"#,
            "{",
            r#"{"a":"4321"#,
            r#"{"a":"4321"}}"#,
            r#"{"a":"4321"} {}"#,
            r#"{"a":}"#,
            r#"{"a":"\ud800"}"#,
            &deep,
        ];
        for body in bodies {
            assert_eq!(redacted(body), None, "{body}");
        }
        for name in ["a", "Token"] {
            let body = [b"{\"", name.as_bytes(), b"\":[\"\xff\"]}"].concat();
            assert_eq!(redact(&body, &mut Vec::new()), None, "{name}");
        }
    }

    #[test]
    fn the_room_is_the_first_of_the_body_or_of_its_room_info() {
        let rows = [
            (r#"{"RoomId":"r"}"#, Some("r")),
            (r#"{"RoomInfo":{"RoomName":"n","RoomId":"r"}}"#, Some("r")),
            (r#"{"RoomInfo":{"RoomId":"r"},"RoomId":"s"}"#, Some("r")),
            (r#"{"RoomId":"r","RoomId":"s"}"#, Some("r")),
            (r#"{"RoomId":"a\u002fb"}"#, Some("a/b")),
            (r#"{"RoomId":7,"roomid":"r","Room":"RoomId"}"#, None),
            (r#"{"GroupId":"g"}"#, Some("g")),
            (r#"{"GroupId":"g","RoomId":"r"}"#, Some("g")),
            (r#"{"RoomInfo":{"GroupId":"g"},"groupid":"g"}"#, None),
            (r#"{"Other":{"RoomId":"r"},"RoomInfo":{"In":{"RoomId":"r"}}}"#, None),
            (r#"{"List":[{"RoomId":"r"}],"RoomInfo":[{"RoomId":"r"}]}"#, None),
            (r#"{"RoomId":{"RoomId":"r"}}"#, None),
            ("{}", None),
        ];
        for (body, expected) in rows {
            assert_eq!(room(body).as_deref(), expected, "{body}");
        }
    }
}

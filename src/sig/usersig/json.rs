//! The JSON layer of a ticket.
//!
//! Reading takes any value for any field and leaves the judgement to the caller: so a text that
//! is no JSON, an old ticket (all of whose values are strings) and a wrong field stay apart.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Serialize;
use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::{Claims, TicketFault};

/// In the order of the python, go and php libraries.
#[derive(Serialize)]
struct Written<'a> {
    #[serde(rename = "TLS.ver")]
    ver: &'a str,
    #[serde(rename = "TLS.identifier")]
    identifier: &'a str,
    #[serde(rename = "TLS.sdkappid")]
    sdkappid: u64,
    #[serde(rename = "TLS.expire")]
    expire: u64,
    #[serde(rename = "TLS.time")]
    time: u64,
    #[serde(rename = "TLS.userbuf", skip_serializing_if = "Option::is_none")]
    userbuf: Option<&'a str>,
    #[serde(rename = "TLS.sig")]
    sig: &'a str,
}

pub(super) fn write(claims: &Claims, userbuf: Option<&str>, sig: &str) -> Vec<u8> {
    let written = Written {
        ver: "2.0",
        identifier: &claims.identifier,
        sdkappid: claims.sdkappid,
        expire: claims.expire_s,
        time: claims.time_s,
        userbuf,
        sig,
    };
    serde_json::to_vec(&written).expect("strings and integers always have a JSON text")
}

/// The fields of a ticket that are looked at, each with whatever value it came with.
#[derive(Default)]
pub(super) struct Fields<'a> {
    pub(super) ver: Option<Scalar<'a>>,
    pub(super) identifier: Option<Scalar<'a>>,
    pub(super) sdkappid: Option<Scalar<'a>>,
    pub(super) time: Option<Scalar<'a>>,
    pub(super) expire: Option<Scalar<'a>>,
    pub(super) userbuf: Option<Scalar<'a>>,
    pub(super) sig: Option<Scalar<'a>>,
    repeated: bool,
}

impl<'a> Fields<'a> {
    pub(super) fn parse(json: &'a str) -> Result<Self, TicketFault> {
        let fields: Self = serde_json::from_str(json).map_err(|_| TicketFault::Json)?;
        if fields.repeated { Err(TicketFault::RepeatedKey) } else { Ok(fields) }
    }
}

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Object;

        impl<'de> Visitor<'de> for Object {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Fields::default();
                // A tree, because thousands of unknown keys fit into the bound and a hash table
                // would need a random seed.
                let mut unknown = BTreeSet::new();
                while let Some(name) = map.next_key()? {
                    let slot = match name {
                        Name::Ver => &mut fields.ver,
                        Name::Identifier => &mut fields.identifier,
                        Name::Sdkappid => &mut fields.sdkappid,
                        Name::Time => &mut fields.time,
                        Name::Expire => &mut fields.expire,
                        Name::Userbuf => &mut fields.userbuf,
                        Name::Sig => &mut fields.sig,
                        Name::Unknown(name) => {
                            map.next_value::<IgnoredAny>()?;
                            fields.repeated |= !unknown.insert(name);
                            continue;
                        }
                    };
                    fields.repeated |= slot.replace(map.next_value()?).is_some();
                }
                Ok(fields)
            }
        }

        deserializer.deserialize_map(Object)
    }
}

enum Name {
    Ver,
    Identifier,
    Sdkappid,
    Time,
    Expire,
    Userbuf,
    Sig,
    Unknown(Box<str>),
}

impl<'de> Deserialize<'de> for Name {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Text;

        impl Visitor<'_> for Text {
            type Value = Name;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_str<E>(self, text: &str) -> Result<Name, E> {
                Ok(match text {
                    "TLS.ver" => Name::Ver,
                    "TLS.identifier" => Name::Identifier,
                    "TLS.sdkappid" => Name::Sdkappid,
                    "TLS.time" => Name::Time,
                    "TLS.expire" => Name::Expire,
                    "TLS.userbuf" => Name::Userbuf,
                    "TLS.sig" => Name::Sig,
                    other => Name::Unknown(other.into()),
                })
            }
        }

        deserializer.deserialize_str(Text)
    }
}

/// A value, as far as a ticket has use for it. Text without escapes is borrowed.
pub(super) enum Scalar<'a> {
    Text(Cow<'a, str>),
    Unsigned(u64),
    /// Negative, fractional or beyond `u64`; true, false, null, a list or an object.
    Other,
}

impl<'de> Deserialize<'de> for Scalar<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;

        impl<'de> Visitor<'de> for Any {
            type Value = Scalar<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a value")
            }

            fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
                Ok(Scalar::Text(Cow::Owned(text.to_owned())))
            }

            fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
                Ok(Scalar::Unsigned(number))
            }

            fn visit_i64<E>(self, _: i64) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }

            fn visit_f64<E>(self, _: f64) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }

            fn visit_bool<E>(self, _: bool) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }

            fn visit_unit<E>(self) -> Result<Self::Value, E> {
                Ok(Scalar::Other)
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
                while seq.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                Ok(Scalar::Other)
            }
        }

        deserializer.deserialize_any(Any)
    }
}

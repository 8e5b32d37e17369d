//! Who and where: app, room and account, right by construction.
//!
//! The types hold the largest limit of any dialect; a dialect with a smaller one asks for it with
//! `parse_within`. Clones share their text.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::text::{TextFault, check_id};

/// The longest account of any dialect, in bytes of UTF-8 (ZEGO's user id).
pub const MAX_ACCOUNT_BYTES: usize = 64;
/// The longest room id of any dialect, in bytes of UTF-8 (ZEGO's room id).
pub const MAX_ROOM_ID_BYTES: usize = 128;

/// The longest id of a stream of any dialect, in bytes of UTF-8 (ZEGO's).
pub const MAX_STREAM_ID_BYTES: usize = 256;

/// An app (a tenant): Tencent's SDKAppID, ZEGO's AppId.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppId(pub u32);

impl fmt::Display for AppId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $max:ident) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Arc<str>);

        impl $name {
            /// Parses a text of the largest length that any dialect allows.
            ///
            /// # Errors
            /// Empty, too long, or with a control character.
            pub fn parse(text: &str) -> Result<Self, TextFault> {
                Self::parse_within(text, $max)
            }

            /// Parses a text of at most `max_bytes` bytes: a dialect's own limit.
            ///
            /// # Errors
            /// Empty, too long, or with a control character.
            pub fn parse_within(text: &str, max_bytes: usize) -> Result<Self, TextFault> {
                check_id(text, max_bytes.min($max))?;
                Ok(Self(Arc::from(text)))
            }

            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = Cow::<'de, str>::deserialize(deserializer)?;
                Self::parse(&text).map_err(serde::de::Error::custom)
            }
        }

        impl Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    };
}

id!(
    /// A person (or, later, a robot): `Member_Account`, `UserId`. 1 to 64 bytes, no control
    /// characters.
    Account,
    MAX_ACCOUNT_BYTES
);

id!(
    /// A room or group within its app. 1 to 128 bytes, no control characters.
    RoomId,
    MAX_ROOM_ID_BYTES
);

id!(
    /// A stream of sound and pictures within its room. 1 to 256 bytes, no control characters.
    StreamId,
    MAX_STREAM_ID_BYTES
);

/// One room of one app: the unit of atomicity.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct RoomKey {
    /// Whose room.
    pub app: AppId,
    /// Which room.
    pub room: RoomId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_take_n_bytes_and_refuse_n_plus_1() {
        let text = "é".repeat(32);
        assert_eq!(Account::parse(&text).unwrap().as_str(), text);
        let longer = format!("{text}x");
        assert_eq!(Account::parse(&longer), Err(TextFault::TooLong { bytes: 65, at_most: 64 }));
        assert!(RoomId::parse(&"r".repeat(128)).is_ok());
        assert_eq!(
            RoomId::parse(&"r".repeat(129)),
            Err(TextFault::TooLong { bytes: 129, at_most: 128 })
        );
        assert_eq!(
            Account::parse_within(&"a".repeat(33), 32),
            Err(TextFault::TooLong { bytes: 33, at_most: 32 })
        );
    }

    #[test]
    fn ids_are_not_empty_and_hold_no_control_characters() {
        assert_eq!(RoomId::parse(""), Err(TextFault::Empty));
        for bad in ["a\nb", "a\u{7f}", "\u{85}", "\0"] {
            assert_eq!(Account::parse(bad), Err(TextFault::ControlCharacter), "{bad:?}");
        }
        assert!(Account::parse("a b~é🙂").is_ok());
    }
}

//! Rules of an app that forbid something for a time: to log in, to publish, to be heard or seen.
//!
//! They are the app's and no room's: a rule about a room holds whether that room is there or not. A
//! rule takes nobody out of a room and ends no stream that is there; it keeps the next one out.

use std::fmt;
use std::net::IpAddr;

use serde::{Deserialize, Serialize};

use super::ids::{Account, RoomId, StreamId};

/// Whom or what a rule is against. An app has at most one rule of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ForbidKey {
    /// Everybody who comes from an address. Made by [`ForbidKey::ip`].
    Ip(IpAddr),
    /// Everybody, in one room.
    Room(RoomId),
    /// One person, in every room.
    User(Account),
    /// One person, in one room.
    RoomUser(RoomId, Account),
    /// One stream of one room.
    Stream(RoomId, StreamId),
}

/// What kind of key a rule has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ForbidKind {
    /// Addresses.
    Ip,
    /// Rooms.
    Room,
    /// People, wherever they are.
    User,
    /// People, in one room.
    RoomUser,
    /// Streams.
    Stream,
}

impl ForbidKind {
    /// All kinds.
    pub const ALL: [Self; 5] = [Self::Ip, Self::Room, Self::User, Self::RoomUser, Self::Stream];
}

impl ForbidKey {
    /// An address. One of version 4 that is spelt as one of version 6 is the same one.
    #[must_use]
    pub fn ip(address: IpAddr) -> Self {
        Self::Ip(address.to_canonical())
    }

    /// Of what kind it is.
    #[must_use]
    pub fn kind(&self) -> ForbidKind {
        match self {
            Self::Ip(_) => ForbidKind::Ip,
            Self::Room(_) => ForbidKind::Room,
            Self::User(_) => ForbidKind::User,
            Self::RoomUser(..) => ForbidKind::RoomUser,
            Self::Stream(..) => ForbidKind::Stream,
        }
    }
}

impl fmt::Display for ForbidKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Ip(address) => write!(f, "the address {address}"),
            Self::Room(room) => write!(f, "everybody in the room {room}"),
            Self::User(account) => write!(f, "{account}"),
            Self::RoomUser(room, account) => write!(f, "{account} in the room {room}"),
            Self::Stream(room, stream) => write!(f, "the stream {stream} in the room {room}"),
        }
    }
}

/// What can be forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Deed {
    /// To come into a room.
    Login,
    /// To publish a stream.
    Publish,
    /// The sound of a stream.
    Audio,
    /// The pictures of a stream.
    Video,
}

/// Some of what can be forbidden.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Deeds(u8);

impl Deed {
    /// Each of them.
    pub const ALL: [Self; 4] = [Self::Login, Self::Publish, Self::Audio, Self::Video];
}

impl Deeds {
    /// These.
    #[must_use]
    pub fn of(deeds: &[Deed]) -> Self {
        Self(deeds.iter().fold(0, |bits, deed| bits | 1 << *deed as u8))
    }

    /// Each that is among them.
    pub fn iter(self) -> impl Iterator<Item = Deed> {
        Deed::ALL.into_iter().filter(move |deed| self.contains(*deed))
    }

    /// Whether one is among them.
    #[must_use]
    pub fn contains(self, deed: Deed) -> bool {
        self.0 & (1 << deed as u8) != 0
    }
}

/// A rule. It ends by itself, by the clock of whoever asks; the record may stay for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ForbidRule {
    /// Whom or what it is against.
    pub key: ForbidKey,
    /// What it forbids: `Login` and `Publish`, and of a stream `Audio` and `Video`.
    pub forbids: Deeds,
    /// When it was made, in Unix milliseconds of the app's clock.
    pub created_ms: u64,
    /// When it ends, in Unix milliseconds of the app's clock. At that moment it is over.
    pub until_ms: u64,
}

impl ForbidRule {
    /// Whether it still holds, by a clock.
    #[must_use]
    pub fn in_force(&self, now_ms: u64) -> bool {
        now_ms < self.until_ms
    }

    /// Whether it forbids something now. Whoever may not come in, and is inside all the same, may not
    /// publish either.
    #[must_use]
    pub fn forbids_now(&self, deed: Deed, now_ms: u64) -> bool {
        let by_login = deed == Deed::Publish && self.forbids.contains(Deed::Login);
        (by_login || self.forbids.contains(deed)) && self.in_force(now_ms)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_holds_until_its_last_millisecond() {
        let rule = ForbidRule {
            key: ForbidKey::ip([192, 0, 2, 1].into()),
            forbids: Deeds::of(&[Deed::Publish]),
            created_ms: 1_000,
            until_ms: 2_000,
        };
        let rows = [(0, true), (1_000, true), (1_999, true), (2_000, false), (u64::MAX, false)];
        for (now_ms, holds) in rows {
            assert_eq!(rule.in_force(now_ms), holds, "{now_ms}");
            assert_eq!(rule.forbids_now(Deed::Publish, now_ms), holds, "{now_ms}");
            assert!(!rule.forbids_now(Deed::Login, now_ms), "{now_ms}");
        }
    }

    #[test]
    fn who_may_not_come_in_may_not_publish() {
        let all = [Deed::Login, Deed::Publish, Deed::Audio, Deed::Video];
        for forbidden in all {
            let rule = ForbidRule {
                key: ForbidKey::ip([192, 0, 2, 1].into()),
                forbids: Deeds::of(&[forbidden]),
                created_ms: 0,
                until_ms: 1,
            };
            for asked in all {
                let both = (forbidden, asked) == (Deed::Login, Deed::Publish);
                let expected = forbidden == asked || both;
                assert_eq!(rule.forbids_now(asked, 0), expected, "{asked:?} by {forbidden:?}");
                assert!(!rule.forbids_now(asked, 1), "{asked:?}");
            }
        }
    }

    #[test]
    fn what_is_forbidden_is_a_set() {
        let all = [Deed::Login, Deed::Publish, Deed::Audio, Deed::Video];
        for bits in 0..16_u8 {
            let some: Vec<_> =
                all.into_iter().filter(|deed| bits & (1 << *deed as u8) != 0).collect();
            let deeds = Deeds::of(&[&some[..], &some[..]].concat());
            for deed in all {
                assert_eq!(deeds.contains(deed), some.contains(&deed), "{deed:?} of {some:?}");
            }
        }
        assert_eq!(Deeds::of(&[]), Deeds::default());
    }

    #[test]
    fn an_address_is_the_same_however_it_is_spelt() {
        let ip = |text: &str| ForbidKey::ip(text.parse().unwrap());
        assert_eq!(ip("192.0.2.1"), ip("::ffff:192.0.2.1"));
        assert_eq!(ip("2001:db8::1"), ip("2001:0DB8:0:0:0:0:0:1"));
        assert_ne!(ip("192.0.2.1"), ip("::192.0.2.1"));
        assert_eq!(ip("::ffff:192.0.2.1").to_string(), "the address 192.0.2.1");
    }

    #[test]
    fn each_key_is_of_its_kind() {
        let (room, user) = (RoomId::parse("r").unwrap(), Account::parse("u").unwrap());
        let keys = [
            ForbidKey::ip([0, 0, 0, 0].into()),
            ForbidKey::Room(room.clone()),
            ForbidKey::User(user.clone()),
            ForbidKey::RoomUser(room.clone(), user),
            ForbidKey::Stream(room, StreamId::parse("s").unwrap()),
        ];
        assert_eq!(keys.each_ref().map(ForbidKey::kind), ForbidKind::ALL);
        let named = keys.each_ref().map(ToString::to_string);
        let expected = [
            "the address 0.0.0.0",
            "everybody in the room r",
            "u",
            "u in the room r",
            "the stream s in the room r",
        ];
        assert_eq!(named, expected);
    }
}

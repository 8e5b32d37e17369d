//! Under which key a row stands.
//!
//! Rows of one app stand together, and so do those of one room: what is to go at once has one
//! beginning. Numbers are big-endian, so that rows stand in their order.

use crate::domain::{AppId, Destination, ForbidKey};

/// What a row of an app is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub(super) enum Kind {
    /// How many rooms there are, and the latest number that one was given.
    Counter = 1,
    /// A room's id and facts.
    Facts = 2,
    /// Its counts.
    Tally = 3,
    /// Its seats.
    Seats = 4,
    /// One of its members.
    Member = 5,
    /// One of its bans.
    Ban = 6,
    /// One of its mutes.
    Mute = 7,
    /// One of its streams.
    Stream = 8,
    /// A room that ended, whose rows are still to go.
    Dead = 9,
    /// An account.
    Account = 10,
    /// A rule that forbids something.
    Rule = 11,
    /// What was said of the app's receiver.
    Receiver = 12,
}

impl Kind {
    /// All of them.
    pub(super) const ALL: [Self; 12] = [
        Self::Counter,
        Self::Facts,
        Self::Tally,
        Self::Seats,
        Self::Member,
        Self::Ban,
        Self::Mute,
        Self::Stream,
        Self::Dead,
        Self::Account,
        Self::Rule,
        Self::Receiver,
    ];

    /// Those that a room may have many of: they go in steps.
    pub(super) const OF_MANY: [Self; 4] = [Self::Member, Self::Ban, Self::Mute, Self::Stream];
}

/// The number of the latest commit.
pub(super) const COMMIT: &[u8] = b"N";
/// Before an app's id: which life of it this is.
const EPOCH: u8 = b'E';
/// Before everything else of an app.
const APP: u8 = b'A';
/// Before letters.
const LETTER: u8 = b'L';
/// Before what is known of letters that were put off.
const PUT_OFF: u8 = b'P';

/// An app in one of its lives.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(super) struct Life {
    pub(super) app: AppId,
    pub(super) epoch: u64,
}

/// What a key says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Key<'a> {
    Commit,
    Epoch(AppId),
    /// A row of an app: of a room, by its incarnation, if it is one's.
    Row {
        life: Life,
        kind: Kind,
        incarnation: u64,
        rest: &'a [u8],
    },
    /// A row of a letter, and which one of its rows.
    Letter(AppId, Destination, u64, u32),
    PutOff(AppId, Destination, u64),
}

pub(super) fn epoch(app: AppId) -> Vec<u8> {
    let mut key = vec![EPOCH];
    key.extend_from_slice(&app.0.to_be_bytes());
    key
}

/// The beginning of everything that an app has in one life.
pub(super) fn life(life: Life) -> Vec<u8> {
    let mut key = vec![APP];
    key.extend_from_slice(&life.app.0.to_be_bytes());
    key.extend_from_slice(&life.epoch.to_be_bytes());
    key
}

/// The beginning of all rows of a kind.
pub(super) fn kind(of: Life, kind: Kind) -> Vec<u8> {
    let mut key = life(of);
    key.push(kind as u8);
    key
}

/// A row of a room, or the beginning of its rows of a kind.
pub(super) fn room(life: Life, of: Kind, incarnation: u64) -> Vec<u8> {
    let mut key = kind(life, of);
    key.extend_from_slice(&incarnation.to_be_bytes());
    key
}

/// A row of a room that has many of its kind.
pub(super) fn part(life: Life, of: Kind, incarnation: u64, name: &str) -> Vec<u8> {
    let mut key = room(life, of, incarnation);
    key.extend_from_slice(name.as_bytes());
    key
}

/// A rule's row.
pub(super) fn rule(life: Life, key: &ForbidKey) -> Vec<u8> {
    let row = room(life, Kind::Rule, 0);
    postcard::to_extend(key, row).expect("keys are plain data")
}

/// A row of an app that has many of its kind.
pub(super) fn named(life: Life, of: Kind, name: &str) -> Vec<u8> {
    part(life, of, 0, name)
}

pub(super) fn letter(app: AppId, to: Destination, id: u64) -> Vec<u8> {
    numbered(LETTER, app, to, id)
}

/// A row of a record that may have several: the first, 0, is under the record's own key.
pub(super) fn piece(key: &[u8], nth: u32) -> Vec<u8> {
    let mut key = key.to_vec();
    if nth > 0 {
        key.extend_from_slice(&nth.to_be_bytes());
    }
    key
}

pub(super) fn put_off(app: AppId, to: Destination, id: u64) -> Vec<u8> {
    numbered(PUT_OFF, app, to, id)
}

/// What tells a letter from all others of its app, behind that beginning of its key, in bytes.
pub(super) const LETTER_NAME_BYTES: usize = 1 + 8;

/// The beginnings of an app's letters and of what is known of them.
pub(super) fn letters(app: AppId) -> [Vec<u8>; 2] {
    [LETTER, PUT_OFF].map(|first| {
        let mut key = vec![first];
        key.extend_from_slice(&app.0.to_be_bytes());
        key
    })
}

/// The beginning of an app's letters to a destination.
pub(super) fn letters_to(app: AppId, to: Destination) -> Vec<u8> {
    let [mut key, _] = letters(app);
    key.push(number(to));
    key
}

fn number(to: Destination) -> u8 {
    match to {
        Destination::RoomEngine => 1,
        Destination::Zego => 2,
    }
}

fn numbered(first: u8, app: AppId, to: Destination, id: u64) -> Vec<u8> {
    let mut key = vec![first];
    key.extend_from_slice(&app.0.to_be_bytes());
    key.push(number(to));
    key.extend_from_slice(&id.to_be_bytes());
    key
}

/// Reads a key; nothing if it is none of ours.
pub(super) fn read(key: &[u8]) -> Option<Key<'_>> {
    if key == COMMIT {
        return Some(Key::Commit);
    }
    let (first, key) = key.split_first()?;
    let (app, key) = key.split_first_chunk()?;
    let app = AppId(u32::from_be_bytes(*app));
    match *first {
        EPOCH => key.is_empty().then_some(Key::Epoch(app)),
        APP => {
            let (epoch, key) = key.split_first_chunk()?;
            let (kind, key) = key.split_first()?;
            let kind = *Kind::ALL.iter().find(|known| **known as u8 == *kind)?;
            let (incarnation, rest) = key.split_first_chunk()?;
            let life = Life { app, epoch: u64::from_be_bytes(*epoch) };
            let incarnation = u64::from_be_bytes(*incarnation);
            Some(Key::Row { life, kind, incarnation, rest })
        }
        LETTER | PUT_OFF => {
            let (to, key) = key.split_first()?;
            let to = match to {
                1 => Destination::RoomEngine,
                2 => Destination::Zego,
                _ => return None,
            };
            let (id, piece) = key.split_first_chunk()?;
            let id = u64::from_be_bytes(*id);
            match (*first, piece) {
                (LETTER, []) => Some(Key::Letter(app, to, id, 0)),
                (LETTER, piece) => {
                    let nth = u32::from_be_bytes(piece.try_into().ok()?);
                    (nth > 0).then_some(Key::Letter(app, to, id, nth))
                }
                (_, []) => Some(Key::PutOff(app, to, id)),
                _ => None,
            }
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let life = Life { app: AppId(7), epoch: 3 };
        let rest = "é".as_bytes();
        for kind in Kind::ALL {
            let key = part(life, kind, 9, "é");
            assert_eq!(read(&key), Some(Key::Row { life, kind, incarnation: 9, rest }));
            assert!(key.starts_with(&room(life, kind, 9)) && key.starts_with(&super::life(life)));
        }
        assert_eq!(read(COMMIT), Some(Key::Commit));
        assert_eq!(read(&epoch(AppId(7))), Some(Key::Epoch(AppId(7))));
        for to in [Destination::RoomEngine, Destination::Zego] {
            for nth in [0, 1, 256] {
                let key = piece(&letter(AppId(7), to, 5), nth);
                assert_eq!(read(&key), Some(Key::Letter(AppId(7), to, 5, nth)));
            }
            assert_eq!(read(&put_off(AppId(7), to, 5)), Some(Key::PutOff(AppId(7), to, 5)));
        }
        assert!(room(life, Kind::Member, 255) < room(life, Kind::Member, 256));
    }

    #[test]
    fn what_is_cut_or_unknown_is_no_key() {
        let life = Life { app: AppId(7), epoch: 3 };
        let key = room(life, Kind::Facts, 9);
        for len in 0..key.len() {
            assert_eq!(read(&key[..len]), None, "{len}");
        }
        for other in [&b"Zaaaa"[..], b"Laaaa\x0312345678", b"Aaaaabbbbbbbb\xff12345678"] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}

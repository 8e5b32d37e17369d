//! A position as an opaque text.
//!
//! Version, position, and a checksum over app and room: a damaged cursor and one of another room
//! are told from a good one. It hangs on no key: it stays good across restarts and nodes, and it
//! opens nothing that the list does not show anyway.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};

use crate::domain::{Account, AppId, MAX_ACCOUNT_BYTES, Position, RoomId};

const VERSION: u8 = 1;
const HEAD_BYTES: usize = 1 + 8;
const CHECKSUM_BYTES: usize = 8;
/// The longest cursor, in bytes of its text.
const MAX_TEXT_BYTES: usize = (HEAD_BYTES + MAX_ACCOUNT_BYTES + CHECKSUM_BYTES).div_ceil(3) * 4;

/// The cursor for whoever wants to go on behind a position of a room.
#[must_use]
pub fn encode_cursor(app: AppId, room: &RoomId, position: &Position) -> String {
    let account = position.account.as_str().as_bytes();
    let mut bytes = Vec::with_capacity(HEAD_BYTES + account.len() + CHECKSUM_BYTES);
    bytes.push(VERSION);
    bytes.extend_from_slice(&position.joined_ms.to_be_bytes());
    bytes.extend_from_slice(account);
    let checksum = checksum(app, room, &bytes);
    bytes.extend_from_slice(&checksum);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The position in a cursor that was made for this room; none in a foreign or damaged one.
#[must_use]
pub fn decode_cursor(app: AppId, room: &RoomId, text: &str) -> Option<Position> {
    if text.len() > MAX_TEXT_BYTES {
        return None;
    }
    let bytes = URL_SAFE_NO_PAD.decode(text).ok()?;
    let (content, sum) = bytes.split_last_chunk::<CHECKSUM_BYTES>()?;
    if *sum != checksum(app, room, content) {
        return None;
    }
    let (&version, position) = content.split_first()?;
    let (joined_ms, account) = position.split_first_chunk::<8>()?;
    if version != VERSION {
        return None;
    }
    let account = Account::parse(std::str::from_utf8(account).ok()?).ok()?;
    Some(Position { joined_ms: u64::from_be_bytes(*joined_ms), account })
}

fn checksum(app: AppId, room: &RoomId, content: &[u8]) -> [u8; CHECKSUM_BYTES] {
    let room = room.as_str().as_bytes();
    let digest = Sha256::new()
        .chain_update(b"guestlist cursor")
        .chain_update(app.0.to_be_bytes())
        .chain_update((room.len() as u64).to_be_bytes())
        .chain_update(room)
        .chain_update(content)
        .finalize();
    *digest.first_chunk().expect("a digest is 32 bytes")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn room(text: &str) -> RoomId {
        RoomId::parse(text).unwrap()
    }

    #[test]
    fn a_foreign_a_damaged_and_a_shortened_cursor_are_refused() {
        let position = Position { joined_ms: 17, account: Account::parse("bob").unwrap() };
        let (app, here) = (AppId(1), room("r"));
        let text = encode_cursor(app, &here, &position);
        assert_eq!(decode_cursor(app, &here, &text), Some(position));
        assert_eq!(decode_cursor(AppId(2), &here, &text), None);
        assert_eq!(decode_cursor(app, &room("s"), &text), None);
        for at in 0..text.len() {
            assert_eq!(decode_cursor(app, &here, &text[..at]), None);
            let mut damaged = text.clone();
            let other = if &text[at..=at] == "A" { "B" } else { "A" };
            damaged.replace_range(at..=at, other);
            assert_eq!(decode_cursor(app, &here, &damaged), None, "{damaged}");
        }
    }

    proptest! {
        #[test]
        fn every_position_comes_back(joined_ms: u64, account in "[^\\p{Cc}]{1,16}") {
            let account = Account::parse(&account).unwrap();
            let position = Position { joined_ms, account };
            let text = encode_cursor(AppId(7), &room("r"), &position);
            prop_assert!(text.len() <= MAX_TEXT_BYTES);
            prop_assert_eq!(decode_cursor(AppId(7), &room("r"), &text), Some(position));
        }

        #[test]
        fn no_text_is_too_strange(text in any::<String>()) {
            let _ = decode_cursor(AppId(7), &room("r"), &text);
        }
    }
}

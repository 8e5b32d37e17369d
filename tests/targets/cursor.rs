//! The cursor of a list: an opaque text that any client may have changed.
//!
//! The first byte says what the others are: `t` the text itself; `s` what stands behind the
//! checksum, to be sealed here with a right one, so that a fuzzer is not kept out by it; `r` a
//! position to go there and back.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use guestlist::domain::{Account, AppId, Position, RoomId};
use guestlist::engine::{decode_cursor, encode_cursor};
use sha2::{Digest, Sha256};

/// Whose cursors they are, unless the input names another app.
pub(crate) const APP: AppId = AppId(88_888_888);
/// The room of the list.
pub(crate) const ROOM: &str = "room-test";

pub(crate) fn run(input: &[u8]) {
    let here = room(ROOM);
    match input.split_first() {
        Some((b's', content)) => {
            let text = seal(APP, &here, content);
            assert_eq!(decode_cursor(APP, &here, &text), expected(content));
            judge(APP, &here, &text);
        }
        Some((b'r', rest)) => there_and_back(rest),
        Some((b't', text)) => text_alone(&here, text),
        _ => text_alone(&here, input),
    }
}

fn text_alone(room: &RoomId, text: &[u8]) {
    if let Ok(text) = str::from_utf8(text) {
        judge(APP, room, text);
    }
}

/// What is taken has one spelling, and is taken in this room alone.
fn judge(app: AppId, room: &RoomId, text: &str) {
    let Some(position) = decode_cursor(app, room, text) else { return };
    let account = position.account.as_str();
    assert!((1..=64).contains(&account.len()) && !account.chars().any(char::is_control));
    assert_eq!(encode_cursor(app, room, &position), text, "another text for {position:?}");
    stays_here(app, room, text);
}

/// Neither another app nor another room takes it.
fn stays_here(app: AppId, room: &RoomId, text: &str) {
    let others = [app.0.wrapping_add(1), app.0.wrapping_sub(1), app.0.swap_bytes() ^ 1];
    for other in others.into_iter().filter(|other| *other != app.0) {
        assert_eq!(decode_cursor(AppId(other), room, text), None, "taken by app {other}");
    }
    let id = room.as_str();
    let shorter = id.char_indices().next_back().map_or("", |(at, _)| &id[..at]);
    for other in [format!("{id}x"), format!("x{id}"), shorter.to_owned()] {
        if let Ok(other) = RoomId::parse(&other) {
            assert_eq!(decode_cursor(app, &other, text), None, "taken by room {other}");
        }
    }
}

/// Four bytes of app, eight of time, one that says how long the room's id is, two that say what is
/// damaged; then the room's id and the account.
fn there_and_back(input: &[u8]) {
    let Some((&[a, b, c, d], rest)) = input.split_first_chunk::<4>() else { return };
    let Some((&joined_ms, rest)) = rest.split_first_chunk::<8>() else { return };
    let Some((&[room_bytes, at, bits], texts)) = rest.split_first_chunk::<3>() else { return };
    let (id, account) = texts.split_at(texts.len().min(usize::from(room_bytes % 129)));
    let (Ok(id), Ok(account)) = (str::from_utf8(id), str::from_utf8(account)) else { return };
    let (Ok(room), Ok(account)) = (RoomId::parse(id), Account::parse(account)) else { return };
    let app = AppId(u32::from_be_bytes([a, b, c, d]));
    let position = Position { joined_ms: u64::from_be_bytes(joined_ms), account };
    let text = encode_cursor(app, &room, &position);
    assert!(text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte)));
    assert_eq!(decode_cursor(app, &room, &text), Some(position));
    stays_here(app, &room, &text);
    let mut damaged = text.clone().into_bytes();
    let at = usize::from(at) % damaged.len();
    damaged[at] ^= bits & 0x7f;
    let damaged = String::from_utf8(damaged).expect("ASCII stays ASCII");
    if damaged != text {
        assert_eq!(decode_cursor(app, &room, &damaged), None, "{damaged} for {text}");
    }
}

/// A cursor around any content.
fn seal(app: AppId, room: &RoomId, content: &[u8]) -> String {
    let id = room.as_str().as_bytes();
    let digest = Sha256::new()
        .chain_update(b"guestlist cursor")
        .chain_update(app.0.to_be_bytes())
        .chain_update((id.len() as u64).to_be_bytes())
        .chain_update(id)
        .chain_update(content)
        .finalize();
    URL_SAFE_NO_PAD.encode([content, &digest[..8]].concat())
}

/// What a content says: version 1, eight bytes of time, an account.
fn expected(content: &[u8]) -> Option<Position> {
    if content.len() < 10 || content[0] != 1 {
        return None;
    }
    let joined_ms = content[1..9].iter().fold(0, |ms, byte| ms << 8 | u64::from(*byte));
    let account = str::from_utf8(&content[9..]).ok()?;
    let good = account.len() <= 64 && !account.chars().any(char::is_control);
    good.then(|| Position { joined_ms, account: Account::parse(account).expect("a good account") })
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).expect("a good id")
}

//! ZEGO's callbacks: from a notice and one of its parts to the body that tells of it.
//!
//! Job: the six events, field by field. Promise: everything that happens to a room, a person or a
//! stream has its callback here, in one exhaustive match; a field has the type that the vendor
//! documents for it, which is another in `room_create` and `room_close` than in the rest: there the
//! app, the time and the room's session are numbers, everywhere else text. The session is above
//! 2^53 on purpose, as the vendor's are.
//!
//! Where the pages are silent: a client that names no session has one for each stay, a number made
//! of the room's, the account and the time of coming; who has no name in the
//! room is called by the one his account was imported with, or else by the account;
//! `room_name` is that of the room's facts; the channel of a stream is its room; nothing is streamed,
//! so there are no addresses to play it from.
//!
//! Whoever is in a room that is destroyed was sent away, by reason 3.
//!
//! Not here: how a body is sent.

mod fields;
mod sign;
#[cfg(test)]
mod tests;

use sha2::{Digest, Sha256};

use crate::domain::{
    Account, AppId, EventKind, LeaveReason, Notice, Passage, Platform, Role, Single, StreamEnd,
};
use fields::{
    Head, RoomClose, RoomCreate, RoomLogin, RoomLogout, StreamClose, StreamCreate, TextHead,
};
pub(super) use sign::Signing;

/// Every event by its word, as a callback says it.
pub(super) const WORDS: [(&str, EventKind); 6] = [
    ("room_create", EventKind::RoomCreated),
    ("room_close", EventKind::RoomEnded),
    ("room_login", EventKind::MembersEntered),
    ("room_logout", EventKind::MembersLeft),
    ("stream_create", EventKind::StreamAdded),
    ("stream_close", EventKind::StreamsEnded),
];

/// The word for a kind of event; empty for what is not told.
pub(super) fn word(kind: EventKind) -> &'static str {
    WORDS.iter().find(|(_, known)| *known == kind).map_or("", |(word, _)| word)
}

/// Who a callback is about, if it is about somebody whose name in the room was not said.
pub(super) fn nameless(notice: &Notice, part: u32) -> Option<Account> {
    match notice.event.single(part)? {
        Single::RoomCreated { .. } | Single::RoomEnded { .. } => None,
        Single::Entered { who, .. } => who.name.is_empty().then(|| who.account.clone()),
        Single::Left { who, .. } => who.name.is_empty().then(|| who.account.clone()),
        Single::StreamAdded { stream, .. } | Single::StreamEnded { stream, .. } => {
            stream.name.is_empty().then(|| stream.account.clone())
        }
    }
}

/// A callback's body, in JSON; without a signing, its three fields are missing. `nick` is the name of
/// the account of whoever is [`nameless`]; empty if it has none.
///
/// # Panics
/// When the notice has no such part: whoever makes letters sees to it.
pub(super) fn body(
    app: AppId,
    notice: &Notice,
    part: u32,
    nick: &str,
    signing: Option<&Signing>,
) -> Vec<u8> {
    let single = notice.event.single(part).expect("a letter has the parts that its event has");
    let (event, room_id, room_session_id) =
        (word(notice.event.kind()), notice.room.as_str(), notice.serial);
    let head = || Head::new(event, app, signing);
    let text_head = || TextHead::new(event, app, signing);
    match single {
        Single::RoomCreated { by } => fields::write(&RoomCreate {
            head: head(),
            room_id,
            room_session_id,
            room_create_time: text(notice.at_ms),
            id_name: by.as_str(),
        }),
        Single::RoomEnded { last_went } => fields::write(&RoomClose {
            head: head(),
            room_id,
            room_session_id,
            close_reason: last_went.map_or(0, close_reason),
            room_close_time: text(notice.at_ms),
        }),
        Single::Entered { who, login } => fields::write(&RoomLogin {
            head: text_head(),
            room_id,
            room_name: notice.facts.as_deref().map_or("", |facts| &facts.name),
            room_seq: text(room_session_id),
            user_account: who.account.as_str(),
            user_nickname: called(&who.name, nick, &who.account),
            session_id: session(notice.serial, who),
            login_time: text(who.joined_ms),
            user_role: user_role(who),
            auth_level: text(login.token_version.into()),
            relogin: flag(login.again),
            user_update_seq: text(who.nth),
            callback_data: "",
            term_type: term_type(login.platform),
        }),
        Single::Left { who, reason } => fields::write(&RoomLogout {
            head: text_head(),
            room_id,
            room_seq: text(room_session_id),
            user_account: who.account.as_str(),
            user_nickname: called(&who.name, nick, &who.account),
            session_id: session(notice.serial, &who),
            login_time: text(who.joined_ms),
            logout_time: text(notice.at_ms),
            reason: logout_reason(reason),
            user_role: user_role(&who),
            user_update_seq: text(who.nth),
        }),
        Single::StreamAdded { stream, again } => fields::write(&StreamCreate {
            head: text_head(),
            room_id,
            room_session_id: text(room_session_id),
            user_id: stream.account.as_str(),
            user_name: called(&stream.name, nick, &stream.account),
            channel_id: room_id,
            stream_id: stream.id.as_str(),
            stream_sid: text(stream.serial),
            title: &stream.title,
            stream_alias: stream.id.as_str(),
            stream_attr: r#"{"cid":0}"#,
            stream_seq: text(stream.nth),
            create_time: text(stream.created_ms / 1000),
            create_time_ms: text(stream.created_ms),
            extra_info: &stream.extra_info,
            recreate: flag(again),
            publish_id: stream.account.as_str(),
            publish_name: called(&stream.name, nick, &stream.account),
            rtmp_url: [],
            hls_url: [],
            hdl_url: [],
            pic_url: [],
        }),
        Single::StreamEnded { stream, reason } => fields::write(&StreamClose {
            head: text_head(),
            room_id,
            room_session_id: text(room_session_id),
            user_id: stream.account.as_str(),
            user_name: called(&stream.name, nick, &stream.account),
            channel_id: room_id,
            r#type: close_type(reason),
            stream_alias: stream.id.as_str(),
            stream_id: stream.id.as_str(),
            stream_sid: text(stream.serial),
            stream_seq: text(stream.nth),
            third_define_data: "",
            create_time_ms: text(stream.created_ms),
            destroy_timemillis: text(notice.at_ms),
        }),
    }
}

fn text(number: u64) -> String {
    number.to_string()
}

fn flag(on: bool) -> &'static str {
    if on { "1" } else { "0" }
}

fn called<'a>(name: &'a str, nick: &'a str, account: &'a Account) -> &'a str {
    [name, nick].into_iter().find(|name| !name.is_empty()).unwrap_or(account.as_str())
}

/// What the client calls its stay, or else a number that no other stay has.
fn session(room: u64, who: &Passage) -> String {
    if !who.session.is_empty() {
        return who.session.to_string();
    }
    let hash = Sha256::new()
        .chain_update(room.to_be_bytes())
        .chain_update(who.joined_ms.to_be_bytes())
        .chain_update(who.account.as_str())
        .finalize();
    let (first, _) = hash.split_at(size_of::<u64>());
    text(first.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn user_role(who: &Passage) -> &'static str {
    match (who.robot, who.role) {
        (true, _) => "4",
        (false, Role::Owner) => "1",
        (false, Role::Admin | Role::Member) => "2",
    }
}

fn term_type(platform: Platform) -> &'static str {
    match platform {
        Platform::Unsaid => "0",
        Platform::Windows => "1",
        Platform::Ios | Platform::Ipad => "2",
        Platform::Android => "3",
        Platform::Mac => "4",
        Platform::Linux => "5",
        Platform::Web => "6",
        Platform::MiniProgram => "7",
        Platform::Unknown => "32",
    }
}

fn logout_reason(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Left => "0",
        LeaveReason::Expired => "1",
        LeaveReason::Kicked | LeaveReason::Replaced => "3",
    }
}

fn close_reason(last_went: LeaveReason) -> u32 {
    match last_went {
        LeaveReason::Left => 0,
        LeaveReason::Expired => 1,
        // Who is replaced comes in again: nobody is the last to go like that.
        LeaveReason::Kicked | LeaveReason::Replaced => 3,
    }
}

fn close_type(reason: StreamEnd) -> &'static str {
    match reason {
        StreamEnd::Left(LeaveReason::Left) => "0",
        StreamEnd::Left(LeaveReason::Expired) => "1",
        StreamEnd::Left(LeaveReason::Replaced) => "2",
        StreamEnd::Left(LeaveReason::Kicked) => "3",
        StreamEnd::RoomEnded => "5",
        StreamEnd::Deleted => "100",
    }
}

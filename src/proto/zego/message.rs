//! What the three kinds of message have in common: they reach no device here. They stand in the
//! request log and are counted like every other request.

use super::action::{Call, Kind, Parameter};
use super::field::{MAX_NAME_BYTES, account, integer, required, room, text};
use super::refused::Refused;
use super::{codes, query::Query};
use crate::domain::{MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, Need, Refusal, RoomId};
use crate::engine::Failure;

/// The longest text of a message, in bytes.
pub(super) const MAX_CONTENT_BYTES: usize = 1024;

pub(super) const ROOM: Parameter =
    Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room");
pub(super) const CONTENT: Parameter =
    Parameter::required("MessageContent", Kind::Text(MAX_CONTENT_BYTES), "The message");

/// The parameters of a message to everybody.
pub(super) const TO_ALL: &[Parameter] = &[
    ROOM,
    Parameter::required("UserId", Kind::Text(MAX_ACCOUNT_BYTES), "Who sends it, there or not"),
    Parameter::optional("UserName", Kind::Text(MAX_NAME_BYTES), "The sender's name"),
    Parameter::required("MessageCategory", Kind::Integer(1, 2), "1 of the system, 2 of a person"),
    CONTENT,
];

/// A message to everybody.
pub(super) struct Message {
    pub(super) room: RoomId,
    pub(super) category: u64,
}

/// Reads a message to everybody; an empty one is refused with a code.
pub(super) fn to_all(query: &Query<'_>, empty: u32) -> Result<Message, Refused> {
    let room = room(query)?;
    account(query, "UserId")?;
    text(query, "UserName", MAX_NAME_BYTES)?;
    required(query, "MessageCategory")?;
    let category = integer(query, "MessageCategory", 1..=2)?.unwrap_or_default();
    content(query, empty)?;
    Ok(Message { room, category })
}

/// Holds the text of a message against its limits; an empty one is refused with a code.
pub(super) fn content(query: &Query<'_>, empty: u32) -> Result<(), Refused> {
    let text = query.get("MessageContent").unwrap_or_default();
    match text.len() {
        0 => Err(Refused::new(empty, "MessageContent: missing or empty")),
        bytes if bytes > MAX_CONTENT_BYTES => {
            let text = format!("MessageContent: {bytes} bytes, at most {MAX_CONTENT_BYTES}");
            Err(Refused::new(codes::TOO_LONG, text))
        }
        _ => Ok(()),
    }
}

/// The number of a message to a room that exists.
pub(super) async fn number(call: &Call<'_>, room: &RoomId) -> Result<u64, Refused> {
    match call.engine.look(call.app, room, Need::default(), |_, _| ()).await {
        Ok(()) => Ok(call.app.next_message()),
        Err(Failure::Refused(Refusal::NoSuchRoom)) => Err(Refused::no_room(codes::NO_ROOM)),
        Err(failure) => Err(failure.into()),
    }
}

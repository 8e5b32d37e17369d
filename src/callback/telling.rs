//! What a callback is called and says, whoever it is for.

use super::{body, zego};
use crate::config::callback_command;
use crate::domain::{Account, AppId, Destination};
use crate::engine::LoggedCallback;

/// The word of a callback: RoomEngine's command, ZEGO's event.
#[must_use]
pub fn word(callback: &LoggedCallback) -> &'static str {
    let event = &callback.notice().event;
    match callback.to() {
        Destination::RoomEngine => callback_command(event.kind()),
        Destination::Zego => event.single(callback.part()).map_or("", |single| zego::word(&single)),
    }
}

/// Who a callback calls by the name of his account, if that has one.
#[must_use]
pub fn nameless(callback: &LoggedCallback) -> Option<Account> {
    match callback.to() {
        Destination::RoomEngine => None,
        Destination::Zego => zego::nameless(callback.notice(), callback.part()),
    }
}

/// A callback's body, in JSON, as the log shows it: without what each attempt makes anew, which is
/// the time, the nonce and the signature of ZEGO's. `nick` is the name of the account of whoever is
/// [`nameless`]; empty if it has none.
#[must_use]
pub fn shown(app: AppId, callback: &LoggedCallback, nick: &str) -> Vec<u8> {
    match callback.to() {
        Destination::RoomEngine => body(callback.notice()),
        Destination::Zego => zego::body(app, callback.notice(), callback.part(), nick, None),
    }
}

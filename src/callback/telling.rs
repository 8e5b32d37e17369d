//! What a callback is called and says, whoever it is for.

use super::{body, zego};
use crate::config::callback_command;
use crate::domain::{AppId, Destination};
use crate::engine::LoggedCallback;

/// The word of a callback: RoomEngine's command, ZEGO's event.
#[must_use]
pub fn word(callback: &LoggedCallback) -> &'static str {
    let event = &callback.notice().event;
    match callback.to() {
        Destination::RoomEngine => callback_command(event.kind()),
        Destination::Zego => event.single(callback.part()).map_or("", zego::word),
    }
}

/// A callback's body, in JSON, as the log shows it: without what each attempt makes anew, which is
/// the time, the nonce and the signature of ZEGO's.
#[must_use]
pub fn shown(app: AppId, callback: &LoggedCallback) -> Vec<u8> {
    match callback.to() {
        Destination::RoomEngine => body(callback.notice()),
        Destination::Zego => zego::body(app, callback.notice(), callback.part(), None),
    }
}

//! What a callback is called and says, whoever it is for.

use super::{body, zego};
use crate::config::{CALLBACK_COMMANDS, callback_command};
use crate::domain::{Account, AppId, Destination, EventKind};
use crate::engine::{CallbackWord, LoggedCallback};

/// The word of a callback: RoomEngine's command, ZEGO's event.
#[must_use]
pub fn word(callback: &LoggedCallback) -> &'static str {
    word_of(CallbackWord { to: callback.to(), kind: callback.notice().event.kind() })
}

/// How it is written; empty for what is not told.
#[must_use]
pub fn word_of(CallbackWord { to, kind }: CallbackWord) -> &'static str {
    match to {
        Destination::RoomEngine => callback_command(kind),
        Destination::Zego => zego::word(kind),
    }
}

/// Every word that a callback may have.
pub fn words() -> impl Iterator<Item = (&'static str, CallbackWord)> + Clone {
    let of = |to: Destination| {
        move |(word, kind): (&'static str, EventKind)| (word, CallbackWord { to, kind })
    };
    let room_engine = CALLBACK_COMMANDS.into_iter().map(of(Destination::RoomEngine));
    room_engine.chain(zego::WORDS.into_iter().map(of(Destination::Zego)))
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

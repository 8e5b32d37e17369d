//! `Url` and `CallbackCommandList`, of the commands that set a receiver of callbacks.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::config::CALLBACK_COMMANDS;
use crate::domain::{CallbackUrl, EventKind, MAX_CALLBACK_URL_BYTES};
use crate::engine::Receiver;
use crate::proto::tencent::field::{FieldFault, Text, required};

/// The most words of one list, repeated ones included. Undocumented; our choice.
const MAX_COMMANDS: usize = 100;

/// What the vendor's early pages call `Room.CallbackAfterUpdateRoomInfo`.
const OLD_UPDATE: (&str, EventKind) = ("Room.CallbackUpdateRoomInfo", EventKind::RoomUpdated);

/// The body of both commands.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct ReceiverFields<'a> {
    /// Where callbacks go: http or https.
    #[serde(borrow)]
    #[schemars(required, length(min = 1, max = MAX_CALLBACK_URL_BYTES))]
    url: Option<Text<'a>>,
    /// Which callbacks.
    #[serde(borrow)]
    #[schemars(required, length(max = MAX_COMMANDS))]
    callback_command_list: Option<Vec<Text<'a>>>,
}

/// A receiver, as both fields name it. A word that stands there twice counts once.
pub(super) fn receiver(fields: &ReceiverFields<'_>) -> Result<Receiver, FieldFault> {
    const LIST: &str = "CallbackCommandList";
    let url = CallbackUrl::parse(required("Url", fields.url.as_ref())?.as_str());
    let url = url.map_err(|fault| FieldFault::new("Url", fault.to_string()))?;
    let commands = required(LIST, fields.callback_command_list.as_ref())?;
    if commands.len() > MAX_COMMANDS {
        let reason = format!("{} commands, at most {MAX_COMMANDS}", commands.len());
        return Err(FieldFault::new(LIST, reason));
    }
    let mut kinds = Vec::new();
    for (nth, word) in commands.iter().enumerate() {
        let kind = kind(word.as_str());
        let kind = kind.map_err(|reason| FieldFault::new(format!("{LIST}[{nth}]"), reason))?;
        if !kinds.contains(&kind) {
            kinds.push(kind);
        }
    }
    Ok(Receiver { url, kinds, by_rest: true })
}

fn kind(word: &str) -> Result<EventKind, String> {
    let mut known = CALLBACK_COMMANDS.iter().chain([&OLD_UPDATE]);
    if let Some((_, kind)) = known.find(|(known, _)| *known == word) {
        return Ok(*kind);
    }
    // As much of a long word as says what it was like.
    let start: String = word.chars().take(64).collect();
    let words = CALLBACK_COMMANDS.iter().map(|(known, _)| *known);
    let nearest = words.min_by_key(|known| strsim::osa_distance(known, &start));
    let nearest = nearest.expect("there are commands");
    Err(format!("not a callback command, the nearest is {nearest}"))
}

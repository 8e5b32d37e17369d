//! `SendBarrageMessage`: <https://docs.zegocloud.com/article/9783>
//!
//! Sends a message that may get lost to everybody in a room. The sender need not be there. `MessageId` is
//! a text: category, time and number.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Spec};
use super::codes;
use super::message::{self, TO_ALL};
use super::refused::Refused;
use super::reply::Data;

/// Sends a barrage message.
pub(super) struct SendBarrageMessage;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "SendBarrageMessageData")]
pub(super) struct Sent {
    /// The message.
    message_id: String,
}

impl Action for SendBarrageMessage {
    const SPEC: Spec = Spec {
        action: "SendBarrageMessage",
        summary: "Sends a barrage message",
        page: "https://docs.zegocloud.com/article/9783",
        calls_per_second: 100,
        room_period_s: None,
        parameters: TO_ALL,
        codes: &[1, 2, 206, 1008, 50_012],
        answers: &[codes::NO_ROOM, codes::NO_CONTENT, codes::TOO_LONG],
    };
    type Data = Sent;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let message = message::to_all(call.query, codes::NO_CONTENT)?;
        let number = message::number(call, &message.room).await?;
        let message_id = format!("{}_{}_{number}", message.category, call.app.now_ms());
        data.write(&Sent { message_id });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const ACTION: &str = "SendBarrageMessage";
    const GOOD: &str = "RoomId=r&UserId=server&UserName=S&MessageCategory=1&MessageContent=hi";

    #[test]
    fn the_documented_reply_numbers_the_messages() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let id = desk.data(ACTION, GOOD)["MessageId"].as_str().unwrap().to_owned();
        let parts: Vec<_> = id.split('_').collect();
        assert_eq!((parts.len(), parts[0], parts[1].len()), (3, "1", 13), "{id}");
        assert_ne!(desk.data(ACTION, GOOD), json!({"MessageId": id}));
    }

    #[test]
    fn each_parameter_has_its_limit() {
        let desk = Desk::new();
        desk.refuses(ACTION, GOOD, 104, "the room does not exist");
        desk.make_room("r", "olga");
        for (from, to, code, text) in [
            ("RoomId=r", "", 2, "RoomId: missing or empty"),
            ("UserId=server", "", 2, "UserId: missing or empty"),
            ("MessageCategory=1", "", 2, "MessageCategory: missing or empty"),
            ("Category=1", "Category=3", 2, "MessageCategory: must be a whole number, 1 to 2"),
            ("MessageContent=hi", "", 1008, "MessageContent: missing or empty"),
        ] {
            desk.refuses(ACTION, &GOOD.replace(from, to), code, text);
        }
        let content = |bytes: usize| GOOD.replace("hi", &"x".repeat(bytes));
        desk.data(ACTION, &content(1024));
        let text = "MessageContent: 1025 bytes, at most 1024";
        desk.refuses(ACTION, &content(1025), 50_012, text);
        let name = |bytes: usize| GOOD.replace("=S", &format!("={}", "x".repeat(bytes)));
        desk.data(ACTION, &name(256));
        desk.refuses(ACTION, &name(257), 2, "UserName: 257 bytes, at most 256");
    }
}

//! `SendBroadcastMessage`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/send-broadcast-message>
//!
//! Sends a message to everybody in a room. The sender need not be there. `MessageId` counts up.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Spec};
use super::codes;
use super::message::{self, TO_ALL};
use super::refused::Refused;
use super::reply::Data;

/// Sends a broadcast message.
pub(super) struct SendBroadcastMessage;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "SendBroadcastMessageData")]
pub(super) struct Sent {
    /// The message.
    message_id: u64,
}

impl Action for SendBroadcastMessage {
    const SPEC: Spec = Spec {
        action: "SendBroadcastMessage",
        summary: "Sends a broadcast message",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/send-broadcast-message",
        calls_per_second: 100,
        room_period_s: None,
        parameters: TO_ALL,
        codes: &[1, 2, 121, 122, 151, 206, 5201, 5202, 50_012],
        answers: &[codes::NO_ROOM, codes::TOO_LONG],
    };
    type Data = Sent;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let message = message::to_all(call.query, codes::BAD_PARAMETER)?;
        let number = message::number(call, &message.room).await?;
        let message_id = number;
        data.write(&Sent { message_id });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const ACTION: &str = "SendBroadcastMessage";
    const GOOD: &str = "RoomId=r&UserId=server&UserName=S&MessageCategory=1&MessageContent=hi";

    #[test]
    fn the_documented_reply_numbers_the_messages() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let first = desk.data(ACTION, GOOD)["MessageId"].as_u64().unwrap();
        assert_eq!(desk.data(ACTION, GOOD), json!({"MessageId": first + 1}));
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
            ("MessageContent=hi", "", 2, "MessageContent: missing or empty"),
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

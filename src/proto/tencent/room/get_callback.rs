//! `get_callback`: <https://trtc.io/document/60730>
//!
//! Says where an app's callbacks go. Quirk: the page's sample prints an old command word; the
//! present one is answered, however it was set.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::config::{CALLBACK_COMMANDS, callback_command};
use crate::domain::Destination;
use crate::engine::NoReceiver;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Says where callbacks go.
pub struct GetCallback;

/// The body: nothing is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request {}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a> {
    /// Where callbacks go.
    url: &'a str,
    /// Which callbacks.
    #[schemars(length(max = CALLBACK_COMMANDS.len()))]
    callback_command_list: Vec<&'static str>,
}

impl Command for GetCallback {
    const SPEC: Spec = Spec {
        path: "room_config/get_callback",
        summary: "Says where callbacks go",
        page: "https://trtc.io/document/60730",
        reads: true,
        codes: &[100_001, 100_002, 100_301],
        answers: &[100_301],
        ..super::SPEC
    };
    type Request<'a> = Request;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        _: Request,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let receiver = call.app.receiver(Destination::RoomEngine).ok_or(NoReceiver)?;
        let callback_command_list =
            receiver.kinds.iter().map(|kind| callback_command(*kind)).collect();
        reply.response(&Response { url: receiver.url.expose(), callback_command_list });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "room_config/get_callback";

    #[test]
    fn the_documented_request_answers_what_the_settings_say() {
        let url = "app.0.callback.url=https://h/a?token=x";
        let commands = "app.0.callback.commands=Mic.CallbackAfterSeatInfoChanged";
        let desk = Desk::with(&[url, commands]);
        assert_eq!(
            desk.call(PATH, "{}"),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "Response": {
                    "Url": "https://h/a?token=x",
                    "CallbackCommandList": ["Mic.CallbackAfterSeatInfoChanged"],
                },
            })
        );
    }

    #[test]
    fn where_nothing_is_set_it_says_so() {
        let text = "no receiver of callbacks is set: use set_callback";
        Desk::new().refuses(PATH, "{}", 100_301, text);
    }
}

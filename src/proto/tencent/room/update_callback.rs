//! `update_callback`: <https://trtc.io/document/60728>
//!
//! Sets another receiver of an app's callbacks where one is set, until the app is reset. Both fields
//! are mandatory, as in `set_callback`, and checked alike.

use schemars::JsonSchema;
use serde::Deserialize;

use super::callback_fields::{MAX_COMMANDS, receiver};
use crate::domain::MAX_CALLBACK_URL_BYTES;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::Text;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Sets another receiver of callbacks.
pub struct UpdateCallback;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Where callbacks go: http or https.
    #[serde(borrow)]
    #[schemars(required, length(min = 1, max = MAX_CALLBACK_URL_BYTES))]
    url: Option<Text<'a>>,
    /// Which callbacks.
    #[serde(borrow)]
    #[schemars(required, length(max = MAX_COMMANDS))]
    callback_command_list: Option<Vec<Text<'a>>>,
}

impl Command for UpdateCallback {
    const SPEC: Spec = Spec {
        path: "room_config/update_callback",
        summary: "Sets another receiver of callbacks",
        page: "https://trtc.io/document/60728",
        codes: &[100_001, 100_002, 100_301],
        answers: &[100_002, 100_301],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let Request { url, callback_command_list } = request;
        let receiver = receiver(url.as_ref(), callback_command_list.as_deref())?;
        call.app.replace_receiver(receiver)?;
        call.engine.receiver_changed(call.app);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_config/update_callback";

    #[test]
    fn the_documented_request_needs_something_to_update() {
        let desk = Desk::new();
        let body = r#"{"Url":"https://www.example.com",
            "CallbackCommandList":["Room.CallbackAfterDestroyRoom"]}"#;
        let text = "no receiver of callbacks is set: use set_callback";
        desk.refuses(PATH, body, 100_301, text);
        let first = r#"{"Url":"http://old.example","CallbackCommandList":[]}"#;
        assert_eq!(desk.call("room_config/set_callback", first), done());
        assert_eq!(desk.call(PATH, body), done());
        let reply = desk.call("room_config/get_callback", "{}");
        assert_eq!(reply["Response"]["Url"], "https://www.example.com");
    }
}

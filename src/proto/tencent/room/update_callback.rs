//! `update_callback`: <https://trtc.io/document/60728>
//!
//! Sets another receiver of an app's callbacks where one is set, until the app is reset. Both fields
//! are mandatory, as in `set_callback`, and checked alike.

use super::callback_fields::{ReceiverFields, receiver};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Sets another receiver of callbacks.
pub struct UpdateCallback;

impl Command for UpdateCallback {
    const SPEC: Spec = Spec {
        path: "room_config/update_callback",
        summary: "Sets another receiver of callbacks",
        page: "https://trtc.io/document/60728",
        codes: &[100_001, 100_002, 100_301],
        answers: &[100_002, 100_301],
        ..super::SPEC
    };
    type Request<'a> = ReceiverFields<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: ReceiverFields<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let receiver = receiver(&request)?;
        call.app.replace_receiver(receiver)?;
        Ok(call.engine.receiver_changed(call.app).await?)
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

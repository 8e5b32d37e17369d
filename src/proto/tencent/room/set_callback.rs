//! `set_callback`: <https://trtc.io/document/60729>
//!
//! Sets where an app's callbacks go, where nothing is set. What the settings set counts: it is
//! overridden by `update_callback`, until the app is reset.
//!
//! Where the page is silent: `Url` has up to 2048 bytes, no user name and no spaces; an empty list is
//! taken; an unknown word is 100002, the early pages' `Room.CallbackUpdateRoomInfo` is none; a word
//! that stands there twice counts once.

use super::callback_fields::{ReceiverFields, receiver};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Sets where callbacks go.
pub struct SetCallback;

impl Command for SetCallback {
    const SPEC: Spec = Spec {
        path: "room_config/set_callback",
        summary: "Sets where callbacks go",
        page: "https://trtc.io/document/60729",
        codes: &[100_001, 100_002, 100_300],
        answers: &[100_002, 100_300],
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
        call.app.create_receiver(receiver)?;
        Ok(call.engine.receiver_changed(call.app).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_config/set_callback";

    #[test]
    fn the_documented_request_sets_what_is_queried_afterwards() {
        let desk = Desk::new();
        let body = r#"{"Url":"https://www.example.com","CallbackCommandList":[
            "Room.CallbackAfterCreateRoom","Room.CallbackUpdateRoomInfo",
            "Room.CallbackAfterUpdateRoomInfo"]}"#;
        assert_eq!(desk.call(PATH, body), done());
        let reply = desk.call("room_config/get_callback", "{}");
        let expected = json!({
            "Url": "https://www.example.com",
            "CallbackCommandList": [
                "Room.CallbackAfterCreateRoom", "Room.CallbackAfterUpdateRoomInfo",
            ],
        });
        assert_eq!(reply["Response"], expected);
        let text = "a receiver of callbacks is set: use update_callback";
        desk.refuses(PATH, body, 100_300, text);
    }
}

//! `delete_callback`: <https://trtc.io/document/60727>
//!
//! Callbacks of the app go nowhere from now on, those that wait included. Where the page is silent:
//! where nothing is set that is no failure, since 100301 is not among its codes.

use schemars::JsonSchema;
use serde::Deserialize;

use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;

/// Lets callbacks go nowhere.
pub struct DeleteCallback;

/// The body: nothing is asked.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request {}

impl Command for DeleteCallback {
    const SPEC: Spec = Spec {
        path: "room_config/delete_callback",
        summary: "Lets callbacks go nowhere",
        page: "https://trtc.io/document/60727",
        codes: &[100_001, 100_002],
        answers: &[],
        ..super::SPEC
    };
    type Request<'a> = Request;
    type Response = ();

    async fn answer<'a>(call: &'a Call<'a>, _: Request, _: &'a mut Reply) -> Result<(), Refused> {
        call.app.remove_receiver();
        Ok(call.engine.receiver_removed(call.app).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    #[test]
    fn the_documented_request_deletes_whatever_is_set() {
        let desk = Desk::with(&["app.0.callback.url=http://h/"]);
        for _ in 0..2 {
            assert_eq!(desk.call("room_config/delete_callback", "{}"), done());
            let text = "no receiver of callbacks is set: use set_callback";
            desk.refuses("room_config/get_callback", "{}", 100_301, text);
        }
    }
}

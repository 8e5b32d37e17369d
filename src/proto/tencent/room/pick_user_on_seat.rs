//! `pick_user_on_seat`: <https://trtc.io/document/60718>
//!
//! Puts a member on a free seat, whatever the room's `TakeSeatMode`.
//!
//! Where the page is silent, the order of its codes: 100004, 100211, 100005, 100002 for an index
//! that the room does not have, 100203, 100202, 100200, 100205 when every seat is taken, 100210.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::seat_fields::{LAST_SEAT, at_seat, seat_index};
use crate::domain::TakeSeat;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Puts a member on a seat.
pub struct PickUserOnSeat;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Who is to sit.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// On which seat, from 0.
    #[serde(rename = "Index")]
    #[schemars(required, range(min = 0, max = LAST_SEAT))]
    index: Option<i64>,
}

impl Command for PickUserOnSeat {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/pick_user_on_seat",
        summary: "Puts a member on a seat",
        page: "https://trtc.io/document/60718",
        codes: &[
            100_001, 100_002, 100_004, 100_005, 100_200, 100_202, 100_203, 100_205, 100_210,
            100_211,
        ],
        answers: &[
            100_001, 100_002, 100_004, 100_005, 100_200, 100_202, 100_203, 100_205, 100_210,
            100_211,
        ],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let operation = TakeSeat {
            by: call.caller.account().clone(),
            account: account("Member_Account", &required("Member_Account", request.account)?)?,
            index: seat_index("Index", request.index)?,
        };
        reach::run(call, &room, &operation).await.map_err(at_seat("Index"))
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_mic/pick_user_on_seat";

    #[test]
    fn the_documented_request_seats_a_member() {
        let desk = Desk::new();
        desk.create_with_seats("r-1001", "alice", 2);
        let body = r#"{"RoomId":"r-1001","Member_Account":"bob","Index":1}"#;
        desk.refuses(PATH, body, 100_005, "bob is not a member of the room");
        desk.enter("r-1001", "bob");
        assert_eq!(desk.call(PATH, body), done());
        assert_eq!(desk.seated("r-1001"), [None, Some("bob".to_owned())]);
        desk.refuses(PATH, body, 100_203, "bob is seated already");
    }
}

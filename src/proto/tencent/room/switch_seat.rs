//! `switch_seat`: <https://trtc.io/document/72552>
//!
//! Moves a seated member to another seat, which must be free. The old way of `move_user_to_seat`,
//! documented with the live rooms.
//!
//! Where the page is silent: a taken seat is 100210, a locked one 100200, an account that is not
//! seated 100206, an index that the room does not have 100002, a room without seats 100211; one's
//! own seat changes nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::seat_fields::{LAST_SEAT, at_seat, seat_index};
use crate::domain::{IfTaken, MoveToSeat};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Moves a member to a free seat.
pub struct SwitchSeat;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// To which seat, from 0.
    #[serde(rename = "ToIndex")]
    #[schemars(required, range(min = 0, max = LAST_SEAT))]
    index: Option<i64>,
    /// Who moves.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
}

impl Command for SwitchSeat {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/switch_seat",
        summary: "Moves a seated member to a free seat",
        page: "https://trtc.io/document/72552",
        codes: &[100_001, 100_002, 100_004],
        answers: &[100_001, 100_002, 100_004, 100_200, 100_206, 100_210, 100_211],
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
        let operation = MoveToSeat {
            by: call.caller.account().clone(),
            index: seat_index("ToIndex", request.index)?,
            account: account("Member_Account", &required("Member_Account", request.account)?)?,
            if_taken: IfTaken::GiveUp,
        };
        reach::run(call, &room, &operation).await.map_err(at_seat("ToIndex"))
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_mic/switch_seat";

    #[test]
    fn the_documented_request_moves_a_member_to_a_free_seat() {
        let desk = Desk::new();
        desk.create_with_seats("r-1001", "alice", 3);
        desk.seat("r-1001", "bob", 0);
        desk.seat("r-1001", "carol", 1);
        let body = r#"{"RoomId":"r-1001","ToIndex":2,"Member_Account":"bob"}"#;
        assert_eq!(desk.call(PATH, body), done());
        let seated = [None, Some("carol".to_owned()), Some("bob".to_owned())];
        assert_eq!(desk.seated("r-1001"), seated);
        let taken = r#"{"RoomId":"r-1001","ToIndex":1,"Member_Account":"bob"}"#;
        desk.refuses(PATH, taken, 100_210, "seat 1 is taken");
    }
}

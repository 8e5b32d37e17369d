//! `move_user_to_seat`: <https://trtc.io/document/72685>
//!
//! Moves a seated member to another seat; `Policy` says what is done when somebody sits there: 0
//! gives up, 1 pushes that one off, 2 swaps the two. Documented with the live rooms.
//!
//! Where the page is silent: a taken seat with policy 0 is 100210, a locked one 100200 with every
//! policy, an account that is not seated 100206, an index that the room does not have 100002, a
//! room without seats 100211; one's own seat changes nothing.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::seat_fields::{LAST_SEAT, at_seat, seat_index};
use crate::domain::{IfTaken, MoveToSeat};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, account, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Moves a member to a seat.
pub struct MoveUserToSeat;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// To which seat, from 0.
    #[serde(rename = "SeatIndex")]
    #[schemars(required, range(min = 0, max = LAST_SEAT))]
    index: Option<i64>,
    /// Who moves.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// What is done when somebody sits there: 0 nothing, 1 that one gets up, 2 the two swap.
    #[serde(rename = "Policy")]
    #[schemars(required, range(min = 0, max = 2))]
    policy: Option<i64>,
}

impl Command for MoveUserToSeat {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/move_user_to_seat",
        summary: "Moves a seated member to a seat, free or taken",
        page: "https://trtc.io/document/72685",
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
            index: seat_index("SeatIndex", request.index)?,
            account: account("Member_Account", &required("Member_Account", request.account)?)?,
            if_taken: policy(required("Policy", request.policy)?)?,
        };
        reach::run(call, &room, &operation).await.map_err(at_seat("SeatIndex"))
    }
}

fn policy(number: i64) -> Result<IfTaken, FieldFault> {
    match number {
        0 => Ok(IfTaken::GiveUp),
        1 => Ok(IfTaken::PushOff),
        2 => Ok(IfTaken::Swap),
        other => Err(FieldFault::new("Policy", format!("{other}, 0 to 2"))),
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_mic/move_user_to_seat";

    fn body(policy: u32) -> String {
        format!(r#"{{"RoomId":"r-1001","SeatIndex":1,"Member_Account":"bob","Policy":{policy}}}"#)
    }

    #[test]
    fn the_documented_request_moves_a_member_by_each_policy() {
        let [bob, carol] = ["bob", "carol"].map(|name| Some(name.to_owned()));
        let rows = [(1, [None, bob.clone(), None]), (2, [carol, bob, None])];
        for (policy, seated) in rows {
            let desk = Desk::new();
            desk.create_with_seats("r-1001", "alice", 3);
            desk.seat("r-1001", "bob", 0);
            desk.seat("r-1001", "carol", 1);
            desk.refuses(PATH, &body(0), 100_210, "seat 1 is taken");
            assert_eq!(desk.call(PATH, &body(policy)), done());
            assert_eq!(desk.seated("r-1001"), seated, "policy {policy}");
            assert_eq!(desk.call(PATH, &body(0)), done(), "one's own seat");
        }
    }
}

//! `kick_user_off_seat`: <https://trtc.io/document/60717>
//!
//! Takes somebody off the seat; the member stays in the room. `Data` is for the client of the one
//! who gets up: it is checked and reaches nobody here.
//!
//! Where the page is silent: an account that is not seated, in the room or not, is 100206; a room
//! without seats is 100211; `Data` may be left out (strict: 100002) and has up to 1000 bytes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use crate::domain::LeaveSeat;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, account, required, room_id, text_within,
};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The longest `Data`, in bytes of UTF-8. Undocumented; our choice.
const MAX_DATA_BYTES: usize = 1000;

/// Takes somebody off a seat.
pub struct KickUserOffSeat;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Who is to get up.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// What the client of that one is told.
    #[serde(rename = "Data", borrow)]
    #[schemars(length(max = MAX_DATA_BYTES))]
    data: Option<Text<'a>>,
}

impl Command for KickUserOffSeat {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/kick_user_off_seat",
        summary: "Takes somebody off a seat",
        page: "https://trtc.io/document/60717",
        codes: &[100_001, 100_002, 100_004],
        answers: &[100_001, 100_002, 100_004, 100_206, 100_211],
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
        let operation = LeaveSeat {
            by: call.caller.account().clone(),
            account: account("Member_Account", &required("Member_Account", request.account)?)?,
        };
        match &request.data {
            Some(data) => drop(text_within("Data", data, MAX_DATA_BYTES)?),
            None if call.app.strict() => return Err(FieldFault::new("Data", "missing").into()),
            None => {}
        }
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_mic/kick_user_off_seat";

    #[test]
    fn the_documented_request_unseats_a_member_who_stays() {
        let desk = Desk::new();
        desk.create_with_seats("r-1001", "alice", 2);
        desk.seat("r-1001", "bob", 1);
        let body = r#"{"RoomId":"r-1001","Member_Account":"bob","Data":"time over"}"#;
        assert_eq!(desk.call(PATH, body), done());
        assert_eq!(desk.seated("r-1001"), [None, None]);
        desk.refuses(PATH, body, 100_206, "bob is not seated");
        assert_eq!(desk.roles("r-1001")[1][0], "bob");
    }
}

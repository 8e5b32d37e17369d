//! `get_seat_list`: <https://trtc.io/document/60719>
//!
//! Lists all seats, taken or free. Quirk: a free seat has no `Member_Account`. Where the page is
//! silent: a room without seats answers an empty list.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::reach;
use crate::domain::{MAX_SEATS, Need, Seat};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Lists seats.
pub struct GetSeatList;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a> {
    /// Every seat, by its index.
    #[schemars(length(max = MAX_SEATS))]
    seat_list: Vec<SeatRow<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct SeatRow<'a> {
    /// Which seat, from 0.
    index: u32,
    /// Who sits there; absent for a free seat.
    #[serde(rename = "Member_Account", skip_serializing_if = "Option::is_none")]
    #[schemars(default, with = "AccountField")]
    taken_by: Option<&'a str>,
    /// The seat is locked.
    is_taken_disabled: bool,
    /// Whoever sits there may not show a camera.
    is_video_disabled: bool,
    /// Whoever sits there may not speak.
    is_audio_disabled: bool,
}

impl<'a> SeatRow<'a> {
    fn new((index, seat): (u32, &'a Seat)) -> Self {
        Self {
            index,
            taken_by: seat.taken_by.as_ref().map(|account| account.as_str()),
            is_taken_disabled: seat.locked,
            is_video_disabled: seat.video_off,
            is_audio_disabled: seat.audio_off,
        }
    }
}

impl Command for GetSeatList {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/get_seat_list",
        summary: "Lists a room's seats",
        page: "https://trtc.io/document/60719",
        reads: true,
        codes: &[100_001, 100_002, 100_004],
        answers: &[100_001, 100_002, 100_004],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let need = Need { seats: true, ..Need::default() };
        let looking = reach::look(call, &room, need, |_, slice| {
            let seat_list = slice.seats().iter().map(SeatRow::new).collect();
            reply.response(&Response { seat_list });
        });
        Ok(looking.await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_mic/get_seat_list";

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::new();
        desk.create_with_seats("r-1001", "alice", 2);
        let pick = r#"{"RoomId":"r-1001","Member_Account":"alice","Index":0}"#;
        assert_eq!(desk.call("room_engine_http_mic/pick_user_on_seat", pick), done());
        assert_eq!(
            desk.call(PATH, r#"{"RoomId":"r-1001"}"#),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "Response": {"SeatList": [
                    {"Index": 0, "Member_Account": "alice", "IsTakenDisabled": false,
                     "IsVideoDisabled": false, "IsAudioDisabled": false},
                    {"Index": 1, "IsTakenDisabled": false, "IsVideoDisabled": false,
                     "IsAudioDisabled": false},
                ]},
            })
        );
    }

    #[test]
    fn a_room_without_seats_lists_none() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        let reply = desk.call(PATH, r#"{"RoomId":"r-1001"}"#);
        assert_eq!(reply["Response"], json!({"SeatList": []}));
    }
}

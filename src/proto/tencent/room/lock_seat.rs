//! `lock_seat`: <https://trtc.io/document/60716>
//!
//! Locks a seat, or changes what whoever sits there may do. `ForbidTaken` puts whoever sits there
//! off first; the other two leave him there.
//!
//! Where the page is silent: an absent flag stays as it is; an index that the room does not have is
//! 100002.

use schemars::JsonSchema;
use serde::Deserialize;

use super::reach;
use super::seat_fields::{LAST_SEAT, at_seat, seat_index};
use crate::domain::{self, SeatChange};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

/// Locks a seat.
pub struct LockSeat;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Which seat, from 0.
    #[schemars(required, range(min = 0, max = LAST_SEAT))]
    index: Option<i64>,
    /// Nobody may take it.
    forbid_taken: Option<bool>,
    /// Whoever sits there may not show a camera.
    forbid_video: Option<bool>,
    /// Whoever sits there may not speak.
    forbid_audio: Option<bool>,
}

impl Command for LockSeat {
    const SPEC: Spec = Spec {
        path: "room_engine_http_mic/lock_seat",
        summary: "Locks a seat, or changes what it allows",
        page: "https://trtc.io/document/60716",
        codes: &[100_001, 100_002, 100_004, 100_211],
        answers: &[100_001, 100_002, 100_004, 100_211],
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
        let operation = domain::LockSeat {
            by: call.caller.account().clone(),
            index: seat_index("Index", request.index)?,
            change: SeatChange {
                locked: request.forbid_taken,
                video_off: request.forbid_video,
                audio_off: request.forbid_audio,
            },
        };
        reach::run(call, &room, &operation).await.map_err(at_seat("Index"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    #[test]
    fn the_documented_request_locks_a_seat_and_puts_its_occupant_off() {
        let desk = Desk::new();
        desk.create_with_seats("r-1001", "alice", 3);
        desk.seat("r-1001", "bob", 2);
        let body = r#"{"RoomId":"r-1001","Index":2,"ForbidTaken":true,"ForbidVideo":true,
            "ForbidAudio":true}"#;
        assert_eq!(desk.call("room_engine_http_mic/lock_seat", body), done());
        let reply = desk.call("room_engine_http_mic/get_seat_list", r#"{"RoomId":"r-1001"}"#);
        let locked = json!({"Index": 2, "IsTakenDisabled": true, "IsVideoDisabled": true,
            "IsAudioDisabled": true});
        assert_eq!(reply["Response"]["SeatList"][2], locked);
    }
}

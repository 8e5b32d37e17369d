//! `DeleteStream`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/delete-stream>
//!
//! Takes a stream out of a room's list; its publisher stays. Where the page is silent: a room that does
//! not exist is 104, a stream that is not there or is somebody else's 138.

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{MAX_NAME_BYTES, account, room, stream, text};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{self, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES};

/// Takes a stream out of a room's list.
pub(super) struct DeleteStream;

impl Action for DeleteStream {
    const SPEC: Spec = Spec {
        action: "DeleteStream",
        summary: "Takes a stream out of a room's list",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/delete-stream",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("UserId", Kind::Text(MAX_ACCOUNT_BYTES), "Who publishes it"),
            Parameter::optional("UserName", Kind::Text(MAX_NAME_BYTES), "That one's name"),
            Parameter::required("StreamId", Kind::Text(MAX_STREAM_ID_BYTES), "Which stream"),
        ],
        codes: &[1, 2, 124, 138, 206],
        answers: &[codes::NO_ROOM, codes::NO_STREAM],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        let account = account(call.query, "UserId")?;
        text(call.query, "UserName", MAX_NAME_BYTES)?;
        let delete = domain::DeleteStream { account, stream: stream(call.query)? };
        Ok(call.engine.run(call.app, &room, &delete).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::zego::tests::Desk;

    const GOOD: &str = "RoomId=r&UserId=olga&StreamId=s1";

    #[test]
    fn the_documented_request_takes_a_stream_away_once() {
        let desk = Desk::new();
        desk.refuses("DeleteStream", GOOD, 104, "the room does not exist");
        desk.make_room("r", "olga");
        desk.done("AddStream", GOOD);
        let other = GOOD.replace("olga", "bob");
        desk.refuses("DeleteStream", &other, 138, "bob publishes no such stream");
        assert_eq!(desk.done("DeleteStream", GOOD), None);
        desk.refuses("DeleteStream", GOOD, 138, "olga publishes no such stream");
        for name in ["RoomId=r", "UserId=olga", "StreamId=s1"] {
            let text = format!("{}: missing or empty", name.split('=').next().unwrap());
            desk.refuses("DeleteStream", &GOOD.replace(name, ""), 2, &text);
        }
    }
}

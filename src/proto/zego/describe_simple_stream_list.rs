//! `DescribeSimpleStreamList`: <https://docs.zegocloud.com/article/13858>
//!
//! Lists the streams of a room. Where the page is silent: a room that does not exist has none; a name
//! that was not said is the user id.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::room;
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{MAX_ROOM_ID_BYTES, Need, Refusal, Stream};
use crate::engine::Failure;

/// Lists the streams of a room.
pub(super) struct DescribeSimpleStreamList;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeSimpleStreamListData")]
pub(super) struct Streams {
    /// In the order of their adding.
    stream_list: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row {
    /// Which stream.
    stream_id: String,
    /// Who publishes it.
    user_id: String,
    /// That one's name.
    user_name: String,
    /// When it was added, in Unix milliseconds.
    create_time: u64,
    /// Its number in the room.
    stream_number_id: u32,
}

impl Row {
    fn of(stream: &Stream) -> Self {
        let name = if stream.name.is_empty() { stream.account.as_str() } else { &stream.name };
        Self {
            stream_id: stream.id.to_string(),
            user_id: stream.account.to_string(),
            user_name: name.to_owned(),
            create_time: stream.created_ms,
            stream_number_id: u32::try_from(stream.nth).unwrap_or(u32::MAX),
        }
    }
}

impl Action for DescribeSimpleStreamList {
    const SPEC: Spec = Spec {
        action: "DescribeSimpleStreamList",
        summary: "Lists the streams of a room",
        page: "https://docs.zegocloud.com/article/13858",
        calls_per_second: 50,
        room_period_s: Some(10),
        parameters: &[Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room")],
        codes: &[1, 2, 154, 206, 207],
        answers: &[codes::ROOM_RATE],
    };
    type Data = Streams;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        call.count_room(&Self::SPEC, &room)?;
        let need = Need { streams: true, ..Need::default() };
        let looking = call
            .engine
            .look(call.app, &room, need, |_, slice| slice.streams.iter().map(Row::of).collect());
        let stream_list = match looking.await {
            Err(Failure::Refused(Refusal::NoSuchRoom)) => Vec::new(),
            rows => rows?,
        };
        data.write(&Streams { stream_list });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const ACTION: &str = "DescribeSimpleStreamList";

    #[test]
    fn the_documented_reply_lists_streams_and_they_go_with_their_publisher() {
        let desk = Desk::new();
        assert_eq!(desk.data(ACTION, "RoomId=r"), json!({"StreamList": []}));
        desk.make_room("r", "olga");
        desk.enter("r", "bob", "");
        desk.done("AddStream", "RoomId=r&UserId=olga&StreamId=s1&UserName=O.");
        desk.done("AddStream", "RoomId=r&UserId=bob&StreamId=s2");
        let data = desk.data(ACTION, "RoomId=r");
        let since = data["StreamList"][0]["CreateTime"].as_u64().unwrap();
        assert!(since > 1_600_000_000_000);
        let first = json!({"StreamId": "s1", "UserId": "olga", "UserName": "O.",
            "CreateTime": since, "StreamNumberId": 1});
        assert_eq!(data["StreamList"][0], first);
        assert_eq!(data["StreamList"][1]["UserName"], "bob");
        desk.leave("r", "bob");
        assert_eq!(desk.data(ACTION, "RoomId=r"), json!({"StreamList": [first]}));
        desk.refuses(ACTION, "", 2, "RoomId: missing or empty");
    }
}

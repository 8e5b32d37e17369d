//! `DelForbidStreamRule`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/del-forbid-stream-rule>
//!
//! Lifts the rule against a stream. One that has none is lifted all the same.

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::field::{room, stream};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{ForbidKey, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES};

/// Lifts the rule against a stream.
pub(super) struct DelForbidStreamRule;

impl Action for DelForbidStreamRule {
    const SPEC: Spec = Spec {
        action: "DelForbidStreamRule",
        summary: "Lifts the rule against a stream",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/del-forbid-stream-rule",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("StreamId", Kind::Text(MAX_STREAM_ID_BYTES), "Which stream"),
        ],
        codes: &[1, 2, 9, 123, 206],
        answers: &[],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let key = ForbidKey::Stream(room(call.query)?, stream(call.query)?);
        call.engine.lift(call.app, &key).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::zego::tests::Desk;

    const DELETE: &str = "DelForbidStreamRule";

    fn forbidden(desk: &Desk) -> Vec<Value> {
        let query = "RoomId=r&StreamId=stream1&StreamId=stream2";
        let data = desk.data("DescribeForbidStreamRules", query);
        let rows = data["ForbidStreamRuleList"].as_array().unwrap().iter();
        rows.map(|row| row["DisableAudio"].clone()).collect()
    }

    #[test]
    fn the_documented_request_lifts_one_rule_or_none() {
        let desk = Desk::new();
        assert_eq!(desk.done(DELETE, "RoomId=r&StreamId=stream1"), None, "there is none");
        for stream in ["stream1", "stream2"] {
            let rule = format!("RoomId=r&StreamId={stream}&DisableAudio=1");
            desk.done("SetForbidStreamRule", &rule);
        }
        desk.done(DELETE, "RoomId=other&StreamId=stream1");
        assert_eq!(forbidden(&desk), [1, 1].map(|it| json!(it)));
        for _ in 0..2 {
            assert_eq!(desk.done(DELETE, "RoomId=r&StreamId=stream1"), None);
            assert_eq!(forbidden(&desk), [0, 1].map(|it| json!(it)));
        }
    }

    #[test]
    fn room_and_stream_are_needed() {
        let desk = Desk::new();
        desk.refuses(DELETE, "StreamId=s", 2, "RoomId: missing or empty");
        desk.refuses(DELETE, "RoomId=r", 2, "StreamId: missing or empty");
        let long = format!("RoomId=r&StreamId={}", "s".repeat(257));
        desk.refuses(DELETE, &long, 2, "StreamId: 257 bytes, at most 256");
    }
}

//! `DescribeForbidStreamRules`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/describe-forbid-stream-rules>
//!
//! Says what is forbidden of some streams of a room. A stream without a rule has 0 in every field.
//! Where the page is silent: so has one whose rule is over; more than ten streams are code 2.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::field::{room, streams};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{Deed, ForbidKey, ForbidRule, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES, RoomId};

/// The most streams of one call.
const MAX_STREAMS: usize = 10;

/// Says what is forbidden of some streams.
pub(super) struct DescribeForbidStreamRules;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeForbidStreamRulesData")]
pub(super) struct Rules {
    /// As it was asked for.
    room_id: String,
    /// In the order in which the streams were named.
    forbid_stream_rule_list: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row {
    /// Which stream.
    stream_id: String,
    /// 1 the sound is forbidden, 0 not.
    disable_audio: u32,
    /// 1 the pictures are forbidden, 0 not.
    disable_video: u32,
    /// When the rule was made, in Unix seconds; 0 if there is none.
    create_time: u64,
    /// For how long it was made, in seconds; 0 if there is none.
    effective_time: u64,
}

impl Action for DescribeForbidStreamRules {
    const SPEC: Spec = Spec {
        action: "DescribeForbidStreamRules",
        summary: "Says what is forbidden of some streams",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/describe-forbid-stream-rules",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required(
                "StreamId",
                Kind::List(MAX_STREAMS, MAX_STREAM_ID_BYTES),
                "Which streams",
            ),
        ],
        codes: &[1, 2, 9, 123, 206],
        answers: &[],
    };
    type Data = Rules;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let room: RoomId = room(call.query)?;
        let streams = streams(call.query, MAX_STREAMS)?.into_iter();
        let keys: Vec<_> = streams.map(|stream| ForbidKey::Stream(room.clone(), stream)).collect();
        let mut forbid_stream_rule_list = Vec::with_capacity(keys.len());
        let see = |key: &ForbidKey, rule: Option<&ForbidRule>| {
            if let ForbidKey::Stream(_, stream) = key {
                forbid_stream_rule_list.push(row(stream.as_str(), rule));
            }
        };
        call.engine.forbid_rules_of(call.app, &keys, see).await?;
        data.write(&Rules { room_id: room.to_string(), forbid_stream_rule_list });
        Ok(())
    }
}

fn row(stream: &str, rule: Option<&ForbidRule>) -> Row {
    let forbids = |deed| u32::from(rule.is_some_and(|rule| rule.forbids.contains(deed)));
    Row {
        stream_id: stream.to_owned(),
        disable_audio: forbids(Deed::Audio),
        disable_video: forbids(Deed::Video),
        create_time: rule.map_or(0, |rule| rule.created_ms / 1000),
        effective_time: rule.map_or(0, |rule| (rule.until_ms - rule.created_ms) / 1000),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const LIST: &str = "DescribeForbidStreamRules";

    #[test]
    fn the_documented_reply_has_a_row_for_each_stream_asked_for() {
        let desk = Desk::new();
        let now_s = desk.freeze();
        let set =
            "RoomId=room1&StreamId=streamId1&DisableAudio=1&DisableVideo=1&EffectiveTime=3600";
        desk.done("SetForbidStreamRule", set);
        let none = |stream: &str| {
            json!({"StreamId": stream, "DisableAudio": 0, "DisableVideo": 0, "CreateTime": 0,
                "EffectiveTime": 0})
        };
        let rule = json!({"StreamId": "streamId1", "DisableAudio": 1, "DisableVideo": 1,
            "CreateTime": now_s, "EffectiveTime": 3600});
        let query = "RoomId=room1&StreamId[]=streamId2&StreamId[]=streamId1";
        let expected =
            |first, second| json!({"RoomId": "room1", "ForbidStreamRuleList": [first, second]});
        desk.advance_ms(3_599_999);
        assert_eq!(desk.data(LIST, query), expected(none("streamId2"), rule));
        desk.advance_ms(1);
        assert_eq!(desk.data(LIST, query), expected(none("streamId2"), none("streamId1")));
        let other = desk.data(LIST, "RoomId=room2&StreamId=streamId1");
        assert_eq!(other["ForbidStreamRuleList"], json!([none("streamId1")]));
    }

    #[test]
    fn ten_streams_are_looked_up_and_not_eleven() {
        let desk = Desk::new();
        let query =
            |count: usize| (0..count).map(|nth| format!("&StreamId[]=s{nth}")).collect::<String>();
        let data = desk.data(LIST, &format!("RoomId=r{}", query(10)));
        assert_eq!(data["ForbidStreamRuleList"].as_array().unwrap().len(), 10);
        let many = format!("RoomId=r{}", query(11));
        desk.refuses(LIST, &many, 2, "StreamId: 11 of them, at most 10");
        desk.refuses(LIST, "RoomId=r", 2, "StreamId: missing or empty");
        desk.refuses(LIST, "StreamId=s", 2, "RoomId: missing or empty");
        let long = format!("RoomId=r&StreamId={}", "s".repeat(257));
        desk.refuses(LIST, &long, 2, "StreamId: 257 bytes, at most 256");
    }
}

//! `SetForbidStreamRule`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/set-forbid-stream-rule>
//!
//! Forbids the sound or the pictures of a stream for a time; the last call for a stream counts. No
//! media comes by here, so nobody's sound is cut: the rule can be looked up.
//!
//! Where the page is silent: neither sound nor pictures is code 2, and so is an `EffectiveTime` of 0;
//! beyond 10,000 rules in force of an app it is 123. Whether the room or the stream exists does not
//! matter.

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{integer, room, stream};
use super::query::Query;
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{Deed, Deeds, ForbidKey, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES};
use crate::engine::Forbade;

/// The time of a rule that says none, in seconds.
const USUAL_S: u64 = 21_600;
/// The longest time of a rule, in seconds. A longer one is this.
const MAX_EFFECTIVE_S: u64 = 86_400;

/// Forbids the sound or the pictures of a stream.
pub(super) struct SetForbidStreamRule;

impl Action for SetForbidStreamRule {
    const SPEC: Spec = Spec {
        action: "SetForbidStreamRule",
        summary: "Forbids the sound or the pictures of a stream, for a time",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-stream-rule/set-forbid-stream-rule",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("StreamId", Kind::Text(MAX_STREAM_ID_BYTES), "Which stream"),
            Parameter::optional("DisableAudio", Kind::Integer(0, 1), "1 forbids the sound"),
            Parameter::optional("DisableVideo", Kind::Integer(0, 1), "1 forbids the pictures"),
            Parameter::optional(
                "EffectiveTime",
                Kind::Integer(1, MAX_EFFECTIVE_S),
                "For how long, in seconds; 21600 if it is not said, and what is longer than a day is a day",
            ),
        ],
        codes: &[1, 2, 9, 123, 206],
        answers: &[codes::STREAM_NOT_SET],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let query = call.query;
        let key = ForbidKey::Stream(room(query)?, stream(query)?);
        let (forbids, seconds) = (forbids(query)?, seconds(query)?);
        match call.engine.forbid(call.app, key, forbids, seconds * 1000).await? {
            Forbade::Done(_) => Ok(()),
            Forbade::TooMany { at_most } => {
                let text =
                    format!("{at_most} rules against streams are in force, at most {at_most}");
                Err(Refused::new(codes::STREAM_NOT_SET, text))
            }
        }
    }
}

fn forbids(query: &Query<'_>) -> Result<Deeds, Refused> {
    let mut deeds = Vec::with_capacity(2);
    for (name, deed) in [("DisableAudio", Deed::Audio), ("DisableVideo", Deed::Video)] {
        if integer(query, name, 0..=1)? == Some(1) {
            deeds.push(deed);
        }
    }
    if deeds.is_empty() {
        return Err(Refused::parameter("DisableAudio, DisableVideo", "at least one must be 1"));
    }
    Ok(Deeds::of(&deeds))
}

fn seconds(query: &Query<'_>) -> Result<u64, Refused> {
    let too_few = |_| Refused::parameter("EffectiveTime", "must be a whole number, at least 1");
    let said = integer(query, "EffectiveTime", 1..=u64::MAX).map_err(too_few)?;
    Ok(said.unwrap_or(USUAL_S).min(MAX_EFFECTIVE_S))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::zego::tests::Desk;

    const SET: &str = "SetForbidStreamRule";
    const GOOD: &str = "RoomId=room1&StreamId=s1&DisableAudio=1&DisableVideo=1&EffectiveTime=3600";

    fn kept(desk: &Desk) -> Value {
        let data = desk.data("DescribeForbidStreamRules", "RoomId=room1&StreamId=s1");
        data["ForbidStreamRuleList"][0].clone()
    }

    fn rule(audio: u32, video: u32, created_s: u64, for_s: u64) -> Value {
        json!({"StreamId": "s1", "DisableAudio": audio, "DisableVideo": video,
            "CreateTime": created_s, "EffectiveTime": for_s})
    }

    #[test]
    fn the_documented_request_forbids_and_the_last_one_counts() {
        let desk = Desk::new();
        let now_s = desk.freeze();
        assert_eq!(desk.done(SET, GOOD), None);
        assert_eq!(kept(&desk), rule(1, 1, now_s, 3600));
        desk.advance_ms(5_000);
        let rows = [
            ("DisableAudio=1", rule(1, 0, now_s + 5, 21_600)),
            ("DisableVideo=1&DisableAudio=0", rule(0, 1, now_s + 5, 21_600)),
            ("DisableAudio=1&EffectiveTime=1", rule(1, 0, now_s + 5, 1)),
            ("DisableAudio=1&EffectiveTime=86400", rule(1, 0, now_s + 5, 86_400)),
            ("DisableAudio=1&EffectiveTime=86401", rule(1, 0, now_s + 5, 86_400)),
            ("DisableAudio=1&EffectiveTime=18446744073709551615", rule(1, 0, now_s + 5, 86_400)),
        ];
        for (query, expected) in rows {
            desk.done(SET, &format!("RoomId=room1&StreamId=s1&{query}"));
            assert_eq!(kept(&desk), expected, "{query}");
        }
    }

    #[test]
    fn each_parameter_is_what_it_should_be() {
        let desk = Desk::new();
        let stream = |bytes: usize| GOOD.replace("s1", &"s".repeat(bytes));
        desk.done(SET, &stream(256));
        desk.refuses(SET, &stream(257), 2, "StreamId: 257 bytes, at most 256");
        let room = |bytes: usize| GOOD.replace("room1", &"r".repeat(bytes));
        desk.done(SET, &room(128));
        desk.refuses(SET, &room(129), 2, "RoomId: 129 bytes, at most 128");
        for name in ["RoomId", "StreamId"] {
            let query = GOOD.replace(name, "Other");
            desk.refuses(SET, &query, 2, &format!("{name}: missing or empty"));
        }
        for name in ["DisableAudio", "DisableVideo"] {
            let query = GOOD.replace(&format!("{name}=1"), &format!("{name}=2"));
            let text = format!("{name}: must be a whole number, 0 to 1");
            desk.refuses(SET, &query, 2, &text);
        }
        for none in ["", "&DisableAudio=0", "&DisableVideo=0&DisableAudio=0"] {
            let text = "DisableAudio, DisableVideo: at least one must be 1";
            desk.refuses(SET, &format!("RoomId=room1&StreamId=s1{none}"), 2, text);
        }
        for bad in ["0", "-1", "x"] {
            let text = "EffectiveTime: must be a whole number, at least 1";
            desk.refuses(SET, &GOOD.replace("3600", bad), 2, text);
        }
    }

    #[test]
    fn an_app_has_10000_rules_against_streams_in_force_and_not_10001() {
        let desk = Desk::new();
        desk.freeze();
        for nth in 0..10_000 {
            desk.done(SET, &GOOD.replace("s1", &format!("s{nth}")));
        }
        let text = "10000 rules against streams are in force, at most 10000";
        desk.refuses(SET, &GOOD.replace("s1", "more"), 123, text);
        desk.done(SET, &GOOD.replace("s1", "s7"));
        desk.advance_ms(3_600_000);
        desk.done(SET, &GOOD.replace("s1", "more"));
    }
}

//! `SetForbidUserRule`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/set-forbid-user-rule>
//!
//! Forbids people to come in, or to publish, for a time. Nobody who is inside has to go; whoever may
//! not come in, and is inside, may not publish either. The last rule of an address, room or user
//! counts, in both what it forbids and until when.
//!
//! Where the page is silent: an `EffectiveTime` outside its range is code 2; an address of version 4
//! that is spelt as one of version 6 is the same; a rule that takes the place of another needs no
//! place of its own.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{integer, required};
use super::query::Query;
use super::refused::Refused;
use super::reply::Data;
use super::user_rule::{IP, ROOM, RULE_TYPE, USER, key};
use crate::domain::{Deed, Deeds};
use crate::engine::Forbade;

/// The longest time of a rule, in seconds.
const MAX_EFFECTIVE_S: u64 = 86_400;
/// How much can be forbidden: to come in, and to publish.
const MAX_PRIVILEGES: usize = 2;

/// Forbids people to come in or to publish.
pub(super) struct SetForbidUserRule;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "SetForbidUserRuleData")]
pub(super) struct Until {
    /// When the rule is over, in Unix seconds.
    expire_time: u64,
}

impl Action for SetForbidUserRule {
    const SPEC: Spec = Spec {
        action: "SetForbidUserRule",
        summary: "Forbids people to come in or to publish, for a time",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/set-forbid-user-rule",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            RULE_TYPE,
            IP,
            ROOM,
            USER,
            Parameter::required(
                "DisabledPrivilege",
                Kind::List(MAX_PRIVILEGES, 1),
                "What is forbidden: 1 to come in, 2 to publish",
            ),
            Parameter::required(
                "EffectiveTime",
                Kind::Integer(1, MAX_EFFECTIVE_S),
                "For how long, in seconds",
            ),
        ],
        codes: &[1, 2, 9, 206, 50_123],
        answers: &[codes::TOO_MANY_RULES],
    };
    type Data = Until;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let query = call.query;
        let key = key(query)?;
        let forbids = privileges(query)?;
        required(query, "EffectiveTime")?;
        let seconds = integer(query, "EffectiveTime", 1..=MAX_EFFECTIVE_S)?.unwrap_or_default();
        match call.engine.forbid(call.app, key, forbids, seconds * 1000).await? {
            Forbade::Done(rule) => data.write(&Until { expire_time: rule.until_ms / 1000 }),
            Forbade::TooMany { at_most } => {
                let text = format!(
                    "RuleType: {at_most} rules of this type are in force, at most {at_most}"
                );
                return Err(Refused::new(codes::TOO_MANY_RULES, text));
            }
        }
        Ok(())
    }
}

fn privileges(query: &Query<'_>) -> Result<Deeds, Refused> {
    let texts = query.list("DisabledPrivilege");
    if texts.is_empty() {
        return Err(Refused::parameter("DisabledPrivilege", "missing or empty"));
    }
    let deed = |text: &str| match text {
        "1" => Ok(Deed::Login),
        "2" => Ok(Deed::Publish),
        _ => Err(Refused::parameter("DisabledPrivilege", "each must be 1 or 2")),
    };
    let deeds: Result<Vec<Deed>, Refused> = texts.into_iter().map(deed).collect();
    Ok(Deeds::of(&deeds?))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const SET: &str = "SetForbidUserRule";
    const ROOM: &str = "RuleType=2&RoomId=room1&DisabledPrivilege[]=1&DisabledPrivilege[]=2\
                        &EffectiveTime=1800";

    #[test]
    fn the_documented_request_forbids_until_its_time_is_over() {
        let desk = Desk::new();
        let now_s = desk.freeze();
        assert_eq!(desk.data(SET, ROOM), json!({"ExpireTime": now_s + 1800}));
        let spelt = ROOM.replace("[]", "");
        assert_eq!(desk.data(SET, &spelt), json!({"ExpireTime": now_s + 1800}));
        desk.data(SET, "RuleType=1&IP=192.0.2.1&DisabledPrivilege=1&EffectiveTime=1");
        // What a type does not need is not looked at.
        let long = "x".repeat(129);
        let user =
            format!("RuleType=3&UserId=bob&IP=x&RoomId={long}&DisabledPrivilege=2&EffectiveTime=1");
        desk.data(SET, &user);
        desk.data(SET, "RuleType=4&RoomId=r&UserId=bob&DisabledPrivilege=2&EffectiveTime=1");
    }

    #[test]
    fn each_type_has_so_many_rules_in_force_and_not_one_more() {
        let desk = Desk::new();
        for (kind, limit) in [(1, 100), (2, 200), (3, 200), (4, 200)] {
            let rule = |nth: usize| {
                let whom = match kind {
                    1 => format!("IP=192.0.2.{nth}"),
                    2 => format!("RoomId=r{nth}"),
                    3 => format!("UserId=u{nth}"),
                    _ => format!("RoomId=r&UserId=u{nth}"),
                };
                format!("RuleType={kind}&{whom}&DisabledPrivilege=1&EffectiveTime=60")
            };
            for nth in 1..=limit {
                desk.data(SET, &rule(nth));
            }
            let text =
                format!("RuleType: {limit} rules of this type are in force, at most {limit}");
            desk.refuses(SET, &rule(limit + 1), 50_123, &text);
            desk.data(SET, &rule(1));
        }
        desk.advance_ms(60_000);
        desk.data(SET, "RuleType=3&UserId=another&DisabledPrivilege=1&EffectiveTime=60");
    }

    #[test]
    fn who_may_not_publish_or_come_in_adds_no_stream() {
        let add = "RoomId=r&UserId=bob&StreamId=s";
        for (privilege, whom, named) in [
            (2, "RuleType=2&RoomId=r", "everybody in the room r"),
            (2, "RuleType=3&UserId=bob", "bob"),
            (2, "RuleType=4&RoomId=r&UserId=bob", "bob in the room r"),
            (1, "RuleType=3&UserId=bob", "bob"),
        ] {
            let desk = Desk::new();
            desk.make_room("r", "olga");
            desk.enter("r", "bob", "");
            desk.freeze();
            desk.done("AddStream", add);
            desk.data(SET, &format!("{whom}&DisabledPrivilege={privilege}&EffectiveTime=60"));
            let text = format!("a rule against {named} forbids to publish");
            desk.refuses("AddStream", add, 123, &text);
            assert_eq!(desk.people("r"), ["olga", "bob"], "nobody has to go");
            let streams = desk.data("DescribeSimpleStreamList", "RoomId=r");
            assert_eq!(streams["StreamList"].as_array().unwrap().len(), 1, "and no stream ends");
            desk.advance_ms(60_000);
            desk.done("AddStream", add);
        }
    }

    #[test]
    fn each_parameter_is_what_it_should_be() {
        let desk = Desk::new();
        for time in ["1", "86400"] {
            desk.data(SET, &ROOM.replace("1800", time));
        }
        let time = "EffectiveTime: must be a whole number, 1 to 86400";
        for bad in ["0", "86401", "-1", "x", "1.5"] {
            desk.refuses(SET, &ROOM.replace("1800", bad), 2, time);
        }
        let kind = "RuleType: must be a whole number, 1 to 4";
        for bad in ["0", "5", "x"] {
            desk.refuses(SET, &ROOM.replace("RuleType=2", &format!("RuleType={bad}")), 2, kind);
        }
        let each = "DisabledPrivilege: each must be 1 or 2";
        for bad in ["0", "3", "12", "x"] {
            let with = ROOM.replace("DisabledPrivilege[]=2", &format!("DisabledPrivilege[]={bad}"));
            desk.refuses(SET, &with, 2, each);
        }
        let ip = "IP: not an address of IP, version 4 or 6";
        for bad in ["x", "192.0.2.1:80", "192.0.2.256", "::1%25eth0"] {
            let with = format!("RuleType=1&IP={bad}&DisabledPrivilege=1&EffectiveTime=1");
            desk.refuses(SET, &with, 2, ip);
        }
        let rows = [
            (ROOM.replace("RuleType=2", ""), "RuleType"),
            (ROOM.replace("RoomId=room1", ""), "RoomId"),
            (ROOM.replace("EffectiveTime=1800", "EffectiveTime="), "EffectiveTime"),
            (ROOM.replace("DisabledPrivilege", "Other"), "DisabledPrivilege"),
            (ROOM.replace("RuleType=2", "RuleType=1"), "IP"),
            (ROOM.replace("RuleType=2", "RuleType=3"), "UserId"),
            (ROOM.replace("RuleType=2", "RuleType=4"), "UserId"),
            (ROOM.replace("RuleType=2&RoomId=room1", "RuleType=4&UserId=u"), "RoomId"),
        ];
        for (query, name) in rows {
            desk.refuses(SET, &query, 2, &format!("{name}: missing or empty"));
        }
        let room = |bytes: usize| ROOM.replace("room1", &"r".repeat(bytes));
        desk.data(SET, &room(128));
        desk.refuses(SET, &room(129), 2, "RoomId: 129 bytes, at most 128");
        let user = |bytes: usize| {
            let user = "u".repeat(bytes);
            format!("RuleType=3&UserId={user}&DisabledPrivilege=1&EffectiveTime=1")
        };
        desk.data(SET, &user(64));
        desk.refuses(SET, &user(65), 2, "UserId: 65 bytes, at most 64");
    }
}

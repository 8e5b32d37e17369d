//! `DelForbidUserRule`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/del-forbid-user-rule>
//!
//! Lifts a rule. Where the page is silent: one that is over is not there.

use super::action::{Action, Call, Spec};
use super::codes;
use super::refused::Refused;
use super::reply::Data;
use super::user_rule::{IP, ROOM, RULE_TYPE, USER, key};

/// Lifts a rule against people.
pub(super) struct DelForbidUserRule;

impl Action for DelForbidUserRule {
    const SPEC: Spec = Spec {
        action: "DelForbidUserRule",
        summary: "Lifts a rule against people",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/del-forbid-user-rule",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[RULE_TYPE, IP, ROOM, USER],
        codes: &[1, 2, 9, 206, 50_124],
        answers: &[codes::NO_RULE],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let key = key(call.query)?;
        if call.engine.lift(call.app, &key).await? {
            return Ok(());
        }
        Err(Refused::new(codes::NO_RULE, format!("there is no rule against {key}")))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const DELETE: &str = "DelForbidUserRule";

    #[test]
    fn the_documented_request_lifts_a_rule_once() {
        let rows = [
            ("RuleType=1&IP=192.0.2.1", "the address 192.0.2.1"),
            ("RuleType=2&RoomId=room1", "everybody in the room room1"),
            ("RuleType=3&UserId=bob", "bob"),
            ("RuleType=4&RoomId=room1&UserId=bob", "bob in the room room1"),
        ];
        for (rule, named) in rows {
            let desk = Desk::new();
            desk.freeze();
            let text = format!("there is no rule against {named}");
            desk.refuses(DELETE, rule, 50_124, &text);
            for (other, _) in rows {
                let other = format!("{other}&DisabledPrivilege=1&EffectiveTime=60");
                desk.data("SetForbidUserRule", &other);
            }
            assert_eq!(desk.done(DELETE, rule), None);
            desk.refuses(DELETE, rule, 50_124, &text);
            let left: usize = (1..=4)
                .map(|of| desk.data("DescribeForbidUserRules", &format!("RuleType={of}")))
                .map(|data| data["RuleList"].as_array().unwrap().len())
                .sum();
            assert_eq!(left, 3, "the others stay");
            desk.advance_ms(60_000);
            for (other, named) in rows {
                let text = format!("there is no rule against {named}");
                desk.refuses(DELETE, other, 50_124, &text);
            }
        }
    }

    #[test]
    fn a_type_needs_its_key() {
        let desk = Desk::new();
        let rows = [
            ("", "RuleType: missing or empty"),
            ("RuleType=5", "RuleType: must be a whole number, 1 to 4"),
            ("RuleType=1&UserId=bob", "IP: missing or empty"),
            ("RuleType=1&IP=bob", "IP: not an address of IP, version 4 or 6"),
            ("RuleType=2&UserId=bob", "RoomId: missing or empty"),
            ("RuleType=3&RoomId=r", "UserId: missing or empty"),
            ("RuleType=4&UserId=bob", "RoomId: missing or empty"),
            ("RuleType=4&RoomId=r", "UserId: missing or empty"),
        ];
        for (query, text) in rows {
            desk.refuses(DELETE, query, 2, text);
        }
        assert_eq!(desk.data("DescribeForbidUserRules", "RuleType=3"), json!({"RuleList": []}));
    }
}

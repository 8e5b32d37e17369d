//! `DescribeForbidUserRules`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/describe-forbid-user-rules>
//!
//! Lists the rules of one type. Where the page is silent: in the order of making; and only those that
//! are in force, where the page promises none that are over.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Spec};
use super::refused::Refused;
use super::reply::Data;
use super::user_rule::{RULE_TYPE, kind};
use crate::domain::{Deed, ForbidKey, ForbidRule};

/// Lists the rules of one type.
pub(super) struct DescribeForbidUserRules;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeForbidUserRulesData")]
pub(super) struct Rules {
    /// In the order of making.
    rule_list: Vec<Row>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row {
    /// As it was asked for.
    rule_type: u32,
    /// The address, of a rule of type 1; else empty.
    #[serde(rename = "IP")]
    ip: String,
    /// The room, of a rule of type 2 or 4; else empty.
    room_id: String,
    /// The user, of a rule of type 3 or 4; else empty.
    user_id: String,
    /// What is forbidden: 1 to come in, 2 to publish.
    disabled_privilege_list: Vec<u32>,
    /// When it is over, in Unix seconds.
    expire_time: u64,
}

impl Action for DescribeForbidUserRules {
    const SPEC: Spec = Spec {
        action: "DescribeForbidUserRules",
        summary: "Lists the rules against people of one type",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/forbid-user-rule/describe-forbid-user-rules",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[RULE_TYPE],
        codes: &[1, 2, 9, 206],
        answers: &[],
    };
    type Data = Rules;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let kind = kind(call.query)?;
        let mut rule_list = Vec::new();
        call.engine.forbid_rules(call.app, kind, |rule| rule_list.push(row(rule))).await?;
        data.write(&Rules { rule_list });
        Ok(())
    }
}

fn row(rule: &ForbidRule) -> Row {
    let (rule_type, ip, room_id, user_id) = match &rule.key {
        ForbidKey::Ip(address) => (1, address.to_string(), String::new(), String::new()),
        ForbidKey::Room(room) => (2, String::new(), room.to_string(), String::new()),
        ForbidKey::User(account) => (3, String::new(), String::new(), account.to_string()),
        ForbidKey::RoomUser(room, account) => {
            (4, String::new(), room.to_string(), account.to_string())
        }
        ForbidKey::Stream(..) => unreachable!("rules against streams have no type"),
    };
    let numbers = [(1, Deed::Login), (2, Deed::Publish)].into_iter();
    let forbidden = numbers.filter(|(_, deed)| rule.forbids.contains(*deed));
    Row {
        rule_type,
        ip,
        room_id,
        user_id,
        disabled_privilege_list: forbidden.map(|(number, _)| number).collect(),
        expire_time: rule.until_ms / 1000,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::zego::tests::Desk;

    const LIST: &str = "DescribeForbidUserRules";

    fn set(desk: &Desk, rule: &str) {
        desk.data("SetForbidUserRule", rule);
    }

    fn row(of: u32, ip: &str, room: &str, user: &str, list: &[u32], until_s: u64) -> Value {
        json!({"RuleType": of, "IP": ip, "RoomId": room, "UserId": user,
            "DisabledPrivilegeList": list, "ExpireTime": until_s})
    }

    #[test]
    fn the_documented_reply_lists_rules_of_one_type_in_the_order_of_making() {
        let desk = Desk::new();
        let now_s = desk.freeze();
        for of in 1..=4 {
            assert_eq!(desk.data(LIST, &format!("RuleType={of}")), json!({"RuleList": []}));
        }
        let both = "DisabledPrivilege[]=2&DisabledPrivilege[]=1&EffectiveTime=60";
        set(&desk, &format!("RuleType=2&RoomId=room1&{both}"));
        set(&desk, "RuleType=2&RoomId=a&DisabledPrivilege[]=1&EffectiveTime=30");
        set(&desk, &format!("RuleType=1&IP=192.0.2.1&{both}"));
        set(&desk, &format!("RuleType=1&IP=2001%3ADB8%3A0%3A%3A1&{both}"));
        set(&desk, &format!("RuleType=1&IP=::ffff:192.0.2.9&{both}"));
        set(&desk, &format!("RuleType=3&UserId=bob&{both}"));
        set(&desk, "RuleType=4&RoomId=r&UserId=%22b%22&DisabledPrivilege=2&EffectiveTime=60");
        let (long, short) = (now_s + 60, now_s + 30);
        let expected = [
            vec![
                row(1, "192.0.2.1", "", "", &[1, 2], long),
                row(1, "2001:db8::1", "", "", &[1, 2], long),
                row(1, "192.0.2.9", "", "", &[1, 2], long),
            ],
            vec![row(2, "", "room1", "", &[1, 2], long), row(2, "", "a", "", &[1], short)],
            vec![row(3, "", "", "bob", &[1, 2], long)],
            vec![row(4, "", "r", "\"b\"", &[2], long)],
        ];
        for (of, rows) in (1..).zip(expected) {
            assert_eq!(desk.data(LIST, &format!("RuleType={of}")), json!({"RuleList": rows}));
        }
        // Made again, it stands last; over, it does not stand there.
        set(&desk, "RuleType=2&RoomId=room1&DisabledPrivilege[]=2&EffectiveTime=86400");
        let again = row(2, "", "room1", "", &[2], now_s + 86_400);
        let first = row(2, "", "a", "", &[1], short);
        assert_eq!(desk.data(LIST, "RuleType=2"), json!({"RuleList": [first, again]}));
        desk.advance_ms(30_000);
        assert_eq!(desk.data(LIST, "RuleType=2"), json!({"RuleList": [again]}));
    }

    #[test]
    fn there_are_four_types() {
        let desk = Desk::new();
        desk.refuses(LIST, "", 2, "RuleType: missing or empty");
        for bad in ["0", "5", "x"] {
            let text = "RuleType: must be a whole number, 1 to 4";
            desk.refuses(LIST, &format!("RuleType={bad}"), 2, text);
        }
    }
}

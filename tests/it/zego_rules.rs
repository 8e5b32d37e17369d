//! ZEGO's rules against people and streams, through the door.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::harness::Server;

/// How a client that comes from an address is answered at the door of a room.
async fn at_the_door(server: &Server, room: &str, account: &str, ip: &str) -> (u16, Value) {
    let path = format!("rooms/{room}/members/{account}?create=open");
    let body = json!({"ip": ip}).to_string();
    let answer = server.control(Method::PUT, &path).body(body).send().await.unwrap();
    (answer.status().as_u16(), answer.json::<Value>().await.unwrap()["code"].clone())
}

#[tokio::test]
async fn a_rule_keeps_people_out_until_it_is_lifted_or_over() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let now_s = server.freeze().await / 1000;
    for (whom, out, others) in [
        ("RuleType=1&IP=192.0.2.1", ("live", "bob", "192.0.2.1"), ("live", "bob", "192.0.2.2")),
        ("RuleType=2&RoomId=live", ("live", "bob", "192.0.2.1"), ("other", "bob", "192.0.2.1")),
        ("RuleType=3&UserId=bob", ("live", "bob", "192.0.2.1"), ("live", "eve", "192.0.2.1")),
        (
            "RuleType=4&RoomId=live&UserId=bob",
            ("live", "bob", "192.0.2.1"),
            ("other", "bob", "192.0.2.1"),
        ),
    ] {
        let door = async |(room, who, ip): (&str, &str, &str)| {
            let came = at_the_door(&server, room, who, ip).await;
            // The room closes behind whoever came in.
            server.leave(room, who).await;
            came
        };
        let set = format!("{whom}&DisabledPrivilege[]=1&EffectiveTime=60");
        let made = server.zego_done("SetForbidUserRule", &set).await;
        let until_s = made["ExpireTime"].as_u64().unwrap();
        assert!(until_s >= now_s + 60, "{made}");
        let listing = format!("RuleType={}", &whom["RuleType=".len()..="RuleType=".len()]);
        let listed = server.zego_done("DescribeForbidUserRules", &listing).await;
        assert_eq!(listed["RuleList"][0]["ExpireTime"], until_s, "{listed}");
        assert_eq!(door(out).await, (403, json!(100_016)), "{whom}");
        assert_eq!(door(others).await.0, 201, "{whom}");

        assert_eq!(server.zego_done("DelForbidUserRule", whom).await, Value::Null);
        assert_eq!(door(out).await.0, 201, "{whom}: lifted");
        let again = server.zego("DelForbidUserRule", whom).await;
        assert_eq!(again["Code"], 50_124, "{again}");

        server.zego_done("SetForbidUserRule", &set).await;
        server.advance(json!({"ms": 59_999})).await;
        assert_eq!(door(out).await, (403, json!(100_016)), "{whom}: to its last millisecond");
        server.advance(json!({"ms": 1})).await;
        assert_eq!(door(out).await.0, 201, "{whom}: over");
        let listed = server.zego_done("DescribeForbidUserRules", &listing).await;
        assert_eq!(listed, json!({"RuleList": []}));
    }
}

#[tokio::test]
async fn a_rule_about_a_room_outlives_the_room_and_takes_nobody_out() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    assert_eq!(at_the_door(&server, "live", "bob", "::1").await.0, 201);
    let rule = "RuleType=2&RoomId=live&DisabledPrivilege=1&DisabledPrivilege=2&EffectiveTime=86400";
    server.zego_done("SetForbidUserRule", rule).await;
    let there = server.zego_done("DescribeUserList", "RoomId=live").await;
    assert_eq!(there["UserList"][0]["UserId"], "bob", "{there}");
    server.zego_done("KickoutUser", "RoomId=live&UserId=bob").await;
    for _ in 0..2 {
        assert_eq!(at_the_door(&server, "live", "bob", "::1").await, (403, json!(100_016)));
        // Nor is it about rooms of one kind.
        server.create("live").await;
        assert_eq!(at_the_door(&server, "live", "eve", "::1").await, (403, json!(100_016)));
        server.done("destroy_room", json!({"RoomId": "live"})).await;
    }
    let reset = server.control(Method::POST, "reset").send().await.unwrap();
    assert_eq!(reset.status(), StatusCode::NO_CONTENT);
    assert_eq!(at_the_door(&server, "live", "bob", "::1").await.0, 201);
}

#[tokio::test]
async fn a_rule_against_a_stream_is_looked_up_until_it_is_lifted() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let now_s = server.freeze().await / 1000;
    let rule = "RoomId=r&StreamId=a%2Fb%2B%22&DisableVideo=1&EffectiveTime=100000";
    assert_eq!(server.zego_done("SetForbidStreamRule", rule).await, Value::Null);
    let query = "RoomId=r&StreamId[]=a%2Fb%2B%22&StreamId[]=other";
    let data = server.zego_done("DescribeForbidStreamRules", query).await;
    let none = |stream: &str| {
        json!({"StreamId": stream, "DisableAudio": 0, "DisableVideo": 0, "CreateTime": 0,
            "EffectiveTime": 0})
    };
    let kept = json!({"StreamId": "a/b+\"", "DisableAudio": 0, "DisableVideo": 1,
        "CreateTime": now_s, "EffectiveTime": 86_400});
    assert_eq!(data, json!({"RoomId": "r", "ForbidStreamRuleList": [kept, none("other")]}));
    for _ in 0..2 {
        let lifted = "RoomId=r&StreamId=a%2Fb%2B%22";
        assert_eq!(server.zego_done("DelForbidStreamRule", lifted).await, Value::Null);
    }
    let data = server.zego_done("DescribeForbidStreamRules", query).await;
    assert_eq!(data["ForbidStreamRuleList"], json!([none("a/b+\""), none("other")]));
}

#[tokio::test]
async fn an_app_has_200_rules_against_users_in_force_and_not_201() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.freeze().await;
    let rule = |nth: u32| format!("RuleType=3&UserId=u{nth}&DisabledPrivilege=1&EffectiveTime=60");
    for nth in 0..200 {
        server.zego_done("SetForbidUserRule", &rule(nth)).await;
    }
    let full = server.zego("SetForbidUserRule", &rule(200)).await;
    let text = "RuleType: 200 rules of this type are in force, at most 200";
    assert_eq!(full, json!({"Code": 50_123, "Message": text}));
    assert_eq!(at_the_door(&server, "live", "u200", "::1").await.0, 201);
    server.advance(json!({"ms": 60_000})).await;
    server.zego_done("SetForbidUserRule", &rule(200)).await;
    let listed = server.zego_done("DescribeForbidUserRules", "RuleType=3").await;
    assert_eq!(listed["RuleList"].as_array().unwrap().len(), 1);
}

//! Many enter at once.

use std::sync::Arc;

use guestlist::store::{Fault, Faulty, MemoryStore};
use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{Server, member, members};

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("m{n:05}")).collect()
}

fn entries(entered: usize, already: usize, refused: Value) -> Value {
    json!({"entered": entered, "already": already, "refused": refused})
}

#[tokio::test]
async fn ten_thousand_enter_and_one_more_is_too_many() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"MaxMemberCount": 20_000})).await;
    let too_many = server.post(&members("r"), json!({"accounts": numbered(10_001)})).await;
    too_many.problem(400, None, "accounts: 10001 accounts, at most 10000");
    assert_eq!(server.accounts("r").await, ["admin"]);

    let all = numbered(10_000);
    let answer = server.post(&members("r"), json!({"accounts": all})).await.is(200);
    assert_eq!(answer, entries(10_000, 0, json!([])));
    let listed = server.accounts("r").await;
    assert_eq!(listed[0], "admin");
    assert_eq!(listed[1..], all, "steps stand in their order, a step in that of its accounts");
    let again = server.post(&members("r"), json!({"accounts": all})).await.is(200);
    assert_eq!(again, entries(0, 10_000, json!([])));
}

#[tokio::test]
async fn who_may_not_enter_is_listed_and_keeps_nobody_out() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"MaxMemberCount": 4})).await;
    server.put(&member("r", "bob"), json!({})).await.is(201);
    let long = "a".repeat(65);
    let accounts =
        json!(["admin", "", "bob", "carol", "carol", &long, "dan", "a\nb", "eve", "dan", "eve"]);
    let answer = server.post(&members("r"), json!({"accounts": accounts})).await.is(200);
    let bad = |account: &str, why: &str| json!({"account": account, "code": 100_002, "detail": format!("account: {why}")});
    let full =
        json!({"account": "eve", "code": 100_008, "detail": "the room is full: at most 4 members"});
    let refused = json!([
        bad("", "0 bytes, at least 1"),
        bad(&long, "65 bytes, at most 64"),
        bad("a\nb", "control characters are not allowed"),
        full,
        full,
    ]);
    // admin (listed, now there), carol and dan enter; bob, carol's and dan's second mention were in.
    assert_eq!(answer, entries(3, 3, refused));
    assert_eq!(server.accounts("r").await, ["admin", "bob", "carol", "dan"]);
}

#[tokio::test]
async fn steps_of_500_fill_a_room_to_its_last_place() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"MaxMemberCount": 701})).await;
    let all = numbered(1_200);
    let answer = server.post(&members("r"), json!({"accounts": all})).await.is(200);
    assert_eq!((&answer["entered"], &answer["already"]), (&json!(700), &json!(0)));
    let refused = answer["refused"].as_array().unwrap();
    assert_eq!(refused.len(), 500);
    for (refused, account) in refused.iter().zip(&all[700..]) {
        assert_eq!(refused["account"], account.as_str());
        assert_eq!(refused["code"], 100_008);
    }
    assert_eq!(server.accounts("r").await.len(), 701);

    // The same account in two steps: the second mention was in.
    server.room_with("s", json!({"MaxMemberCount": 1_000})).await;
    let mut twice = numbered(500);
    twice.push("m00000".to_owned());
    let answer = server.post(&members("s"), json!({"accounts": twice})).await.is(200);
    assert_eq!(answer, entries(500, 1, json!([])));
}

#[tokio::test]
async fn nobody_says_a_password_for_many() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"IsPasswordEnabled": true, "Password": "4321"})).await;
    let answer = server.post(&members("r"), json!({"accounts": ["bob"]})).await.is(200);
    assert_eq!(answer["refused"][0]["code"], 100_018);
    assert_eq!(answer["entered"], 0);
}

#[tokio::test]
async fn only_an_unknown_room_ends_the_call() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let nobody = json!({"accounts": []});
    assert_eq!(server.post(&members("r"), nobody.clone()).await.is(200), entries(0, 0, json!([])));
    for body in [nobody, json!({"accounts": ["bob"]}), json!({"accounts": [""]})] {
        let unknown = server.post(&members("unknown"), body).await;
        unknown.problem(404, Some(100_004), "room");
    }
}

#[tokio::test]
async fn a_call_that_broke_in_the_middle_can_be_repeated() {
    // The room is the first commit, the first 500 are the second.
    let store = Faulty::new(Arc::new(MemoryStore::new()), Fault::Commit { at: 3 });
    let server = Server::on(Arc::new(store), &[]).await;
    server.room_with("r", json!({"MaxMemberCount": 2_000})).await;
    let all = json!({"accounts": numbered(1_000)});
    let broken = server.post(&members("r"), all.clone()).await;
    broken.problem(503, None, "unavailable");
    assert_eq!(server.accounts("r").await.len(), 501);
    assert_eq!(server.post(&members("r"), all).await.is(200), entries(500, 500, json!([])));
}

#[tokio::test]
async fn the_body_is_an_object_with_one_list_of_texts() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let rows = [
        ("{}", "accounts: missing"),
        ("", "accounts: missing"),
        (r#"{"accounts":["a"],"accounts":["b"]}"#, "accounts: stands there twice"),
        (r#"{"accounts":"a"}"#, "accounts: wrong type, expected an array"),
        (r#"{"accounts":["a",7]}"#, "accounts[1]: wrong type, expected a string"),
        (r#"{"accounts":["a"],"create":true}"#, "create: no field of this request"),
        (r#"[["a"]]"#, "body: not a JSON object"),
        (r#"{"accounts":["a"]"#, "body: not JSON, line 1, column 17"),
    ];
    for (body, words) in rows {
        let refused = server.send(Method::POST, &members("r"), body).await;
        refused.problem(400, None, words);
    }
    assert_eq!(server.accounts("r").await, ["admin"]);
}

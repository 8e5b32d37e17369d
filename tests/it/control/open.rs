//! Rooms that open with the first who enters and close with the last who leaves, and sessions.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{APP, Server, column, member, members};

fn room(id: &str) -> String {
    format!("/apps/{APP}/rooms/{id}")
}

fn open(path: &str) -> String {
    format!("{path}?create=open")
}

#[tokio::test]
async fn a_room_opens_with_the_first_and_closes_with_the_last() {
    let server = Server::dev(&[]).await;
    let closed = server.put(&member("live", "bob"), json!({})).await;
    closed.problem(404, Some(100_004), "room");

    let bob = server.call(Method::PUT, &open(&member("live", "bob"))).await.is(201);
    assert_eq!((&bob["role"], &bob["entered"]), (&json!("member"), &json!(true)));
    let live = server.get(&room("live")).await.is(200);
    assert_eq!((&live["kind"], &live["owner"]), (&json!("open"), &Value::Null));
    assert_eq!(live["group_type"], "chat_room");
    server.put(&open(&member("live", "bob")), json!({})).await.is(200);
    server.put(&member("live", "carl"), json!({})).await.is(201);
    let rooms = server.get(&format!("/apps/{APP}/rooms")).await.is(200);
    assert_eq!(column(&rooms["rooms"], "kind"), ["open"]);

    server.delete(&member("live", "bob")).await.is(204);
    assert_eq!(server.accounts("live").await, ["carl"]);
    server.delete(&format!("{}?reason=expired", member("live", "carl"))).await.is(204);
    server.get(&room("live")).await.problem(404, Some(100_004), "room");

    // The next one of this id is another.
    server.put(&open(&member("live", "dora")), json!({})).await.is(201);
    assert_eq!(server.accounts("live").await, ["dora"]);
}

#[tokio::test]
async fn the_room_dialect_knows_an_open_room_and_empties_it() {
    let server = Server::dev(&[]).await;
    let entries = json!({"accounts": ["bob", "carl", "bob"]});
    let entered = server.post(&open(&members("live")), entries).await.is(200);
    assert_eq!(entered, json!({"entered": 2, "already": 1, "refused": []}));
    let kick = json!({"RoomId": "live", "MemberList_Account": ["bob"]});
    server.vendor(APP, "kick_user_out", kick).await;
    assert_eq!(server.accounts("live").await, ["carl"]);
    let kick = json!({"RoomId": "live", "MemberList_Account": ["carl"]});
    server.vendor(APP, "kick_user_out", kick).await;
    server.get(&room("live")).await.problem(404, Some(100_004), "room");
    // Nobody came in, so nothing opened.
    let nobody = server.post(&open(&members("live")), json!({"accounts": []})).await.is(200);
    assert_eq!(nobody["entered"], 0);
    server.get(&room("live")).await.problem(404, Some(100_004), "room");
}

#[tokio::test]
async fn another_kind_of_room_is_not_opened() {
    let server = Server::dev(&[]).await;
    for path in [open(&member("live", "bob")), open(&members("live"))] {
        let path = path.replace("=open", "=conference");
        let method = if path.contains("bob") { Method::PUT } else { Method::POST };
        let asked = server.send(method, &path, json!({"accounts": []}).to_string()).await;
        asked.problem(400, None, "");
    }
    server.room("r").await;
    server.put(&open(&member("r", "bob")), json!({})).await.is(201);
    assert_eq!(server.get(&room("r")).await.is(200)["kind"], "conference");
}

#[tokio::test]
async fn another_session_moves_to_the_end_of_the_list() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let bob = member("r", "bob");
    let phone = json!({"name": "Bob", "session": "phone", "platform": "ios"});
    let first = server.put(&bob, phone).await.is(201);
    server.put(&member("r", "carl"), json!({})).await.is(201);
    assert_eq!(server.accounts("r").await, ["admin", "bob", "carl"]);
    // The same session, or none: the one who is in.
    for body in [json!({"session": "phone"}), json!({})] {
        assert_eq!(server.put(&bob, body).await.is(200), first);
    }
    let second = server.put(&bob, json!({"session": "browser"})).await.is(201);
    assert_eq!((&second["name"], &first["name"]), (&json!(""), &json!("Bob")));
    assert!(second["joined_ms"].as_u64() > first["joined_ms"].as_u64());
    assert_eq!(server.accounts("r").await, ["admin", "carl", "bob"]);
}

#[tokio::test]
async fn a_session_has_1_to_64_bytes_and_a_platform_is_a_known_word() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let bob = member("r", "bob");
    let refused = server.put(&bob, json!({"session": "é".repeat(32) + "x"})).await;
    refused.problem(400, None, "session: 65 bytes, at most 64");
    server.put(&bob, json!({"session": ""})).await.problem(400, None, "session");
    server.put(&bob, json!({"platform": "toaster"})).await.problem(400, None, "platform");
    server.put(&bob, json!({"session": "é".repeat(32)})).await.is(201);
    for (nth, platform) in
        ["windows", "ios", "ipad", "android", "mac", "linux", "web", "mini_program", "unknown"]
            .iter()
            .enumerate()
    {
        let body = json!({"platform": platform, "session": nth.to_string()});
        server.put(&bob, body).await.is(201);
    }
}

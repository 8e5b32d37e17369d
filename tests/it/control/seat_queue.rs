//! The seat queue: who asks for a seat, who takes that back, and what the vendor's commands see.

use serde_json::{Value, json};

use super::harness::{APP, Server, member};

fn place(room: &str, account: &str) -> String {
    format!("/apps/{APP}/rooms/{room}/seat_queue/{account}")
}

/// A room `r` with two seats and a room `plain` without; bob and carol are in both.
async fn two_rooms(more: Value) -> Server {
    let server = Server::dev(&[]).await;
    let mut facts = json!({"IsSeatEnabled": true, "MaxSeatCount": 2});
    facts.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    server.room_with("r", facts).await;
    server.room("plain").await;
    for room in ["r", "plain"] {
        for account in ["bob", "carol"] {
            server.put(&member(room, account), json!({})).await.is(201);
        }
    }
    server
}

fn pick(account: &str) -> Value {
    json!({"RoomId": "r", "Member_Account": account, "Index": 0})
}

#[tokio::test]
async fn one_asks_and_waits_and_takes_that_back_whatever_the_mode() {
    for mode in ["FreeToTake", "ApplyToTake"] {
        let server = two_rooms(json!({"TakeSeatMode": mode})).await;
        let bob = place("r", "bob");
        let nobody = server.delete(&bob).await;
        nobody.problem(404, Some(100_204), "bob is not waiting for a seat");
        assert_eq!(server.put(&bob, json!({})).await.is(201), Value::Null);
        let again = server.put(&bob, json!({})).await;
        again.problem(409, Some(100_202), "bob is waiting for a seat");
        server.vendor(APP, "pick_user_on_seat", pick("carol")).await;
        assert_eq!(server.delete(&bob).await.is(204), Value::Null);
        server.delete(&bob).await.problem(404, Some(100_204), "bob is not waiting for a seat");
        server.call(reqwest::Method::PUT, &bob).await.is(201);
    }
}

#[tokio::test]
async fn who_waits_is_not_picked_and_who_sits_does_not_wait() {
    let server = two_rooms(json!({})).await;
    server.put(&place("r", "bob"), json!({})).await.is(201);
    let refused = server.vendor_refuses("pick_user_on_seat", pick("bob")).await;
    assert_eq!(refused, 100_202);
    server.delete(&place("r", "bob")).await.is(204);
    server.vendor(APP, "pick_user_on_seat", pick("bob")).await;
    let seated = server.put(&place("r", "bob"), json!({})).await;
    seated.problem(409, Some(100_203), "bob is seated already");
    server.delete(&place("r", "bob")).await.problem(404, Some(100_204), "bob is not waiting");
}

#[tokio::test]
async fn only_who_is_in_a_room_with_seats_asks() {
    let server = two_rooms(json!({})).await;
    let rows = [
        (place("plain", "bob"), 409, 100_211, "the room has no seats"),
        (place("plain", "eve"), 409, 100_211, "the room has no seats"),
        (place("r", "eve"), 404, 100_005, "eve is not a member"),
        // Listed, and never came in.
        (place("r", "admin"), 404, 100_005, "admin is not a member"),
        (place("unknown", "bob"), 404, 100_004, "room does not exist"),
    ];
    for (path, status, code, words) in rows {
        server.put(&path, json!({})).await.problem(status, Some(code), words);
        server.delete(&path).await.problem(status, Some(code), words);
    }
    server.put(&member("r", "admin"), json!({})).await.is(201);
    server.put(&place("r", "admin"), json!({})).await.is(201);
    let strange = server.put(&place("r", "bob"), json!({"index": 0})).await;
    strange.problem(400, None, "index: no field of this request");
    let strange = server.delete(&format!("{}?force=1", place("r", "admin"))).await;
    strange.problem(400, None, "force");
    let long = server.put(&place("r", &"a".repeat(65)), json!({})).await;
    long.problem(400, None, "account: 65 bytes, at most 64");
    server.delete(&place("r", "admin")).await.is(204);
}

#[tokio::test]
async fn who_comes_back_waits_no_longer() {
    let server = two_rooms(json!({})).await;
    server.put(&place("r", "bob"), json!({})).await.is(201);
    server.delete(&member("r", "bob")).await.is(204);
    server.delete(&place("r", "bob")).await.problem(404, Some(100_005), "bob is not a member");
    server.put(&member("r", "bob"), json!({})).await.is(201);
    server.delete(&place("r", "bob")).await.problem(404, Some(100_204), "bob is not waiting");
    server.vendor(APP, "pick_user_on_seat", pick("bob")).await;
}

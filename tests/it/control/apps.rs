//! Apps and their reset.

use serde_json::{Value, json};

use super::harness::{APP, Server};

#[tokio::test]
async fn apps_are_listed_without_keys_and_reset_one_by_one() {
    let server = Server::dev(&[
        "app.1.sdkappid=7",
        &format!("app.1.secret_keys={}", guestlist::config::DEVELOPMENT_KEY),
        "app.1.admins=admin",
    ])
    .await;
    let app = |id: u32, rooms: u32| json!({"sdkappid": id, "leased": false, "rooms": rooms});
    let apps = |one, other| json!({"apps": [app(7, other), app(APP, one)]});
    assert_eq!(server.get("/apps").await.is(200), apps(0, 0));

    server.room("r").await;
    server.room("s").await;
    let room = json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference"}});
    server.vendor(7, "create_room", room).await;
    assert_eq!(server.get("/apps").await.is(200), apps(2, 1));

    let reset = format!("/apps/{APP}/reset");
    assert_eq!(server.post(&reset, json!({})).await.is(204), Value::Null);
    assert_eq!(server.get("/apps").await.is(200), apps(0, 1));
    let gone = format!("/apps/{APP}/rooms/r");
    server.get(&gone).await.problem(404, Some(100_004), "room");
    server.get("/apps/7/rooms/r").await.is(200);

    // An id of before can be used again, and nobody is in it.
    server.room("r").await;
    assert_eq!(server.accounts("r").await, ["admin"]);
}

#[tokio::test]
async fn an_unknown_app_is_not_found_and_a_strange_one_no_number() {
    let server = Server::dev(&[]).await;
    server.get("/apps/1/rooms").await.problem(404, None, "no app 1");
    server.post("/apps/1/reset", json!({})).await.problem(404, None, "no app 1");
    server.get("/apps/1/rooms/r").await.problem(404, None, "no app 1");
    server.get("/apps/4294967296/rooms").await.problem(400, None, "app");
    server.get("/apps/r/rooms").await.problem(400, None, "app");
}

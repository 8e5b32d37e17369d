//! Snapshots: kept under a name, listed, removed and put back, each app's its own.

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{APP, Server, column, member};
use crate::harness::faulty;
use guestlist::store::Fault;

const OTHER: u32 = 88_888_889;

fn snapshot(app: u32, name: &str) -> String {
    format!("/apps/{app}/snapshots/{name}")
}

/// Two apps with one key.
async fn two_apps(more: &[&str]) -> Server {
    let key = format!("app.1.secret_keys={}", guestlist::config::DEVELOPMENT_KEY);
    let second = ["app.1.sdkappid=88888889", &key, "app.1.admins=admin"];
    Server::dev(&[&second[..], more].concat()).await
}

impl Server {
    /// What an export says, but for its moment.
    async fn state(&self, app: u32) -> String {
        let path = format!("/_guestlist/v1/apps/{app}/export");
        let text = self.request(Method::GET, &path).send().await.unwrap().text().await.unwrap();
        text.split_once('\n').unwrap().1.to_owned()
    }

    async fn take(&self, app: u32, name: &str, status: u16) -> Value {
        self.call(Method::POST, &snapshot(app, name)).await.is(status)
    }

    async fn put_back(&self, app: u32, name: &str) -> Value {
        self.call(Method::POST, &format!("{}/restore", snapshot(app, name))).await.is(200)
    }
}

#[tokio::test]
async fn everything_is_changed_and_put_back() {
    let server = two_apps(&[]).await;
    let seats = json!({"IsSeatEnabled": true, "TakeSeatMode": "FreeToTake", "MaxSeatCount": 3});
    server.room_with("meeting", seats).await;
    for name in ["anna", "bert"] {
        server.put(&member("meeting", name), json!({})).await.is(201);
    }
    let receiver = json!({"Url": "http://127.0.0.1:9/hear?token=4321",
        "CallbackCommandList": ["Room.CallbackAfterDestroyRoom"]});
    server.vendor(APP, "set_callback", receiver.clone()).await;
    let before = server.state(APP).await;
    let about = server.take(APP, "a", 201).await;
    assert_eq!(
        (&about["name"], &about["rooms"], &about["members"]),
        (&json!("a"), &json!(1), &json!(3))
    );

    server.vendor(APP, "destroy_room", json!({"RoomId": "meeting"})).await;
    server.room("other").await;
    server.vendor(APP, "delete_callback", json!({})).await;
    let fault = json!({"on": "request", "command": "create_room", "nth": 99,
        "fault": {"kind": "close"}});
    server.post(&format!("/apps/{APP}/faults"), fault).await.is(201);
    let requests = server.get(&format!("/apps/{APP}/requests")).await.is(200);
    let after = server.state(APP).await;
    assert_ne!(after, before);

    let report = server.put_back(APP, "a").await;
    assert_eq!((&report["rooms"], &report["members"]), (&json!(1), &json!(3)));
    assert_eq!(report["receiver_query_missing"], false);
    assert_eq!(server.state(APP).await, before);
    let requests_now = server.get(&format!("/apps/{APP}/requests")).await.is(200);
    assert_eq!(requests_now, requests, "the log stays");
    let faults = server.get(&format!("/apps/{APP}/faults")).await.is(200);
    assert_eq!(faults["faults"].as_array().unwrap().len(), 1, "and so do faults");
    assert!(!server.state(APP).await.contains("token"), "an export has no query of a URL");
    // It can be put back again, and a new one takes the place of it.
    server.room("other").await;
    server.put_back(APP, "a").await;
    assert_eq!(server.state(APP).await, before);
    server.room("other").await;
    assert_eq!(server.take(APP, "a", 200).await["rooms"], 2);
    server.running.stop().await;
}

#[tokio::test]
async fn the_receiver_has_its_query_again() {
    let server = Server::dev(&[]).await;
    let receiver =
        |url: &str| json!({"Url": url, "CallbackCommandList": ["Room.CallbackAfterCreateRoom"]});
    server.vendor(APP, "set_callback", receiver("http://127.0.0.1:9/hear?token=4321")).await;
    server.take(APP, "a", 201).await;
    for other in ["http://127.0.0.1:9/hear?token=other", "http://127.0.0.1:8/"] {
        server.vendor(APP, "update_callback", receiver(other)).await;
        let report = server.put_back(APP, "a").await;
        assert_eq!(report["receiver_query_missing"], false);
        // An import of what is exported keeps the query that is there: it is the first one again.
        let answer = server.vendor_answer("get_callback", json!({})).await;
        assert_eq!(answer["Response"]["Url"], "http://127.0.0.1:9/hear?token=4321");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn the_clock_goes_back_to_how_it_told_the_time() {
    let server = Server::dev(&[]).await;
    let clock = format!("/apps/{APP}/clock");
    let advance = format!("/apps/{APP}/clock/advance");
    let days = json!({"ms": 3 * 86_400_000_u64});
    server.take(APP, "running", 201).await;
    server.post(&advance, days.clone()).await.is(200);
    assert!(server.get(&clock).await.is(200)["offset_ms"].as_i64().unwrap() > 200_000_000);
    server.put_back(APP, "running").await;
    let shown = server.get(&clock).await.is(200);
    assert_eq!(
        (&shown["offset_ms"], &shown["frozen"]),
        (&json!(0), &json!(false)),
        "real time again"
    );

    let stands = server.put(&clock, json!({"frozen": true})).await.is(200)["now_ms"].clone();
    assert_eq!(server.take(APP, "frozen", 201).await["at_ms"], stands);
    server.post(&advance, days).await.is(200);
    server.put_back(APP, "frozen").await;
    let shown = server.get(&clock).await.is(200);
    assert_eq!((&shown["now_ms"], &shown["frozen"]), (&stands, &json!(true)));
    server.running.stop().await;
}

#[tokio::test]
async fn what_is_due_after_a_snapshot_is_due_again_after_a_restore() {
    let server = Server::dev(&["app.0.room.reclaim_after=1h"]).await;
    let advance = format!("/apps/{APP}/clock/advance");
    server.put(&format!("/apps/{APP}/clock"), json!({"frozen": true})).await.is(200);
    server.room("empties").await;
    server.take(APP, "a", 201).await;
    for _ in 0..2 {
        let moved = server.post(&advance, json!({"ms": 86_400_000})).await.is(200);
        assert!(moved["ran"].as_u64() > Some(0), "{moved}");
        server.get(&format!("/apps/{APP}/rooms/empties")).await.problem(404, Some(100_004), "");
        server.put_back(APP, "a").await;
        server.get(&format!("/apps/{APP}/rooms/empties")).await.is(200);
    }
    server.running.stop().await;
}

#[tokio::test]
async fn they_are_listed_by_name_and_removed() {
    let server = two_apps(&[]).await;
    let list = |app: u32| format!("/apps/{app}/snapshots");
    assert_eq!(server.get(&list(APP)).await.is(200), json!({"snapshots": []}));
    for name in ["b", "a.1_-Z", "c"] {
        server.take(APP, name, 201).await;
    }
    server.room("r").await;
    server.take(OTHER, "b", 201).await;
    let listed = server.get(&list(APP)).await.is(200);
    assert_eq!(column(&listed["snapshots"], "name"), ["a.1_-Z", "b", "c"]);
    assert!(listed["snapshots"][0]["bytes"].as_u64().unwrap() > 50, "{listed}");
    server.delete(&snapshot(APP, "b")).await.is(204);
    let restore = format!("{}/restore", snapshot(APP, "b"));
    server.call(Method::POST, &restore).await.problem(404, None, "name: no snapshot b");
    server.delete(&snapshot(APP, "b")).await.problem(404, None, "name: no snapshot b");
    // The other app's is its own.
    let listed = server.get(&list(OTHER)).await.is(200);
    assert_eq!(column(&listed["snapshots"], "name"), ["b"]);
    server.put_back(OTHER, "b").await;
    assert!(server.state(APP).await.contains("\"r\""), "the first app is as it was");
    let foreign = format!("{}/restore", snapshot(OTHER, "c"));
    server.call(Method::POST, &foreign).await.problem(404, None, "name: no snapshot c");
    server.running.stop().await;
}

#[tokio::test]
async fn names_numbers_and_bytes_have_their_limits() {
    let server = Server::dev(&["bench.snapshots=2 KiB"]).await;
    for bad in ["a%20b", "a%2Fb", "%C3%A9", &"n".repeat(65)] {
        for (method, path) in [
            (Method::POST, snapshot(APP, bad)),
            (Method::DELETE, snapshot(APP, bad)),
            (Method::POST, format!("{}/restore", snapshot(APP, bad))),
        ] {
            server.call(method, &path).await.problem(400, None, "name: ");
        }
    }
    server.take(APP, &"n".repeat(64), 201).await;
    for nth in 1..16 {
        server.take(APP, &format!("s{nth}"), 201).await;
    }
    let more = server.call(Method::POST, &snapshot(APP, "more")).await;
    more.problem(409, None, "the app has 16 snapshots, which is the most");
    server.take(APP, "s1", 200).await;
    server.room("r").await;
    let large = server.call(Method::POST, &snapshot(APP, "s1")).await;
    large.problem(409, None, "bench.snapshots: more than 2048 bytes over all snapshots of the app");
    let body = server.send(Method::POST, &snapshot(APP, "s1"), "{\"x\":1}").await;
    body.problem(400, None, "x: no field of this request");
    server.call(Method::POST, "/apps/1/snapshots/a").await.problem(404, None, "no app 1");
    server.running.stop().await;
}

#[tokio::test]
async fn a_restore_is_whole_or_not_at_all() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    server.take(APP, "a", 201).await;
    let path = format!("/_guestlist/v1/apps/{APP}/import");
    server.room("s").await;
    let head = json!({"guestlist": {"version": 1, "app": APP, "at_ms": 0}});
    let wrong = server.request(Method::PUT, &path).body(format!("{head}\n{{}}\n"));
    super::harness::answer(wrong).await.problem(400, None, "line 2");
    assert_eq!(
        server.get(&format!("/apps/{APP}/rooms")).await.is(200)["rooms"].as_array().unwrap().len(),
        2
    );
    server.put_back(APP, "a").await;
    assert_eq!(
        server.get(&format!("/apps/{APP}/rooms")).await.is(200)["rooms"].as_array().unwrap().len(),
        1
    );
    server.running.stop().await;
}

#[tokio::test]
async fn a_store_that_cannot_be_read_makes_no_snapshot() {
    let server = Server::on(faulty(Fault::Reads), &[]).await;
    server.call(Method::POST, &snapshot(APP, "a")).await.problem(503, None, "unavailable");
    assert_eq!(
        server.get(&format!("/apps/{APP}/snapshots")).await.is(200),
        json!({"snapshots": []})
    );
    server.running.stop().await;
}

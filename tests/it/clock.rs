//! Clocks: shown, set, moved, and what happens when they are.

use guestlist::config::{DEVELOPMENT_KEY, Defaults};
use guestlist::store::{Calls, Fault};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{
    ADMIN, SDKAPPID, Server, faulty, now_s, query, refusal, settings_for, usersig_of,
};

const DAY_MS: u64 = 86_400_000;

impl Server {
    async fn clock(&self) -> Value {
        self.control(Method::GET, "clock").send().await.unwrap().json().await.unwrap()
    }

    async fn set_clock(&self, body: Value) -> (u16, Value) {
        let sent = self.control(Method::PUT, "clock").body(body.to_string()).send().await.unwrap();
        (sent.status().as_u16(), sent.json().await.unwrap())
    }

    /// Moves the clock: the status and the body of the answer.
    pub(crate) async fn advance(&self, body: Value) -> (u16, Value) {
        let request = self.control(Method::POST, "clock/advance").body(body.to_string());
        let sent = request.send().await.unwrap();
        (sent.status().as_u16(), sent.json().await.unwrap())
    }

    /// Freezes the clock where it is.
    pub(crate) async fn freeze(&self) -> u64 {
        let (status, clock) = self.set_clock(json!({"frozen": true})).await;
        assert_eq!((status, &clock["frozen"]), (200, &json!(true)));
        clock["now_ms"].as_u64().unwrap()
    }
}

#[tokio::test]
async fn a_clock_is_shown_set_frozen_and_taken_back() {
    let server = Server::start().await;
    let clock = server.clock().await;
    assert_eq!((&clock["frozen"], &clock["offset_ms"]), (&json!(false), &json!(0)));
    assert!(clock["now_ms"].as_u64().unwrap() / 1000 >= now_s() - 5);
    let now = server.freeze().await;
    assert_eq!(server.clock().await["now_ms"], now);
    let (status, clock) = server.set_clock(json!({"now_ms": now + DAY_MS})).await;
    assert_eq!(
        (status, &clock["now_ms"], &clock["frozen"]),
        (200, &json!(now + DAY_MS), &json!(true))
    );
    let (status, clock) = server.set_clock(json!({"offset_ms": 2 * DAY_MS, "frozen": false})).await;
    assert_eq!((status, &clock["frozen"]), (200, &json!(false)));
    let offset = clock["offset_ms"].as_i64().unwrap() - 2 * i64::try_from(DAY_MS).unwrap();
    assert!(offset.abs() < 5_000, "{offset}");
    let reset = server.control(Method::POST, "reset").send().await.unwrap();
    assert_eq!(reset.status(), 204);
    assert_eq!(server.clock().await["offset_ms"], 0);
}

#[tokio::test]
async fn a_clock_goes_forward_only_and_says_so() {
    let server = Server::start().await;
    let now = server.freeze().await;
    for body in [json!({"now_ms": now - 1}), json!({"offset_ms": -DAY_MS.cast_signed()})] {
        let (status, problem) = server.set_clock(body).await;
        assert_eq!(status, 409, "{problem}");
        assert!(problem["detail"].as_str().unwrap().contains("forward only"), "{problem}");
    }
    assert_eq!(server.clock().await["now_ms"], now);
    for body in [json!({"now_ms": now, "offset_ms": 0}), json!({"now": 1}), json!({"now_ms": -1})] {
        assert_eq!(server.set_clock(body.clone()).await.0, 400, "{body}");
    }
    for body in [json!({}), json!({"ms": -1}), json!({"ms": "1"}), json!({"ms": 1, "s": 1})] {
        assert_eq!(server.advance(body.clone()).await.0, 400, "{body}");
    }
    let end = json!({"now_ms": 253_402_300_799_999_u64, "ran": 0, "left": 0});
    assert_eq!(server.advance(json!({"ms": u64::MAX})).await, (200, end));
}

#[tokio::test]
async fn a_ticket_expires_because_the_clock_was_moved() {
    let server = Server::start().await;
    let now = server.freeze().await;
    let ticket = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now / 1000, 3600);
    let path = format!("/v4/room_engine_http_srv/get_room_info?{}", query(ADMIN, &ticket));
    let code = async || {
        let url = server.url(&path);
        refusal(&server.send(Method::POST, &url, r#"{"RoomId":"x"}"#).await).0
    };
    assert_eq!(code().await, 100_004);
    let to_the_last_second = 3600 * 1000 + 999 - now % 1000;
    let (status, moved) = server.advance(json!({"ms": to_the_last_second})).await;
    assert_eq!((status, &moved["now_ms"]), (200, &json!(now + to_the_last_second)));
    assert_eq!(code().await, 100_004, "good up to and including its last second");
    assert_eq!(server.advance(json!({"ms": 1})).await.0, 200);
    assert_eq!(code().await, 70001);
    let other = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now / 1000, 7200);
    let path = format!("/v4/room_engine_http_srv/get_room_info?{}", query(ADMIN, &other));
    let reply = server.send(Method::POST, &server.url(&path), r#"{"RoomId":"x"}"#).await;
    assert_eq!(refusal(&reply).0, 100_004);
}

/// Whoever signs here has to live longer than the clocks of these tests.
pub(crate) async fn long_lived(overrides: &[&str]) -> Server {
    let server = Server::with(overrides).await;
    server.signing_for(10 * 365 * 86_400)
}

#[tokio::test]
async fn a_meeting_starts_and_an_empty_room_ends_by_the_clock() {
    let server = long_lived(&["app.0.room.reclaim_after=1h"]).await;
    let now = server.freeze().await;
    let start_s = now / 1000 + 86_400;
    let info = json!({
        "RoomId": "r", "RoomType": "Conference", "ScheduleStartTime": start_s,
        "ScheduleEndTime": start_s + 600,
    });
    server.done("create_room", json!({"RoomInfo": info})).await;
    server.create("busy").await;
    server.enter("busy", "bob").await;
    let status = async || {
        let reply = server.room("get_room_info", json!({"RoomId": "r"})).await;
        reply["Response"]["RoomInfo"]["RoomStatus"].clone()
    };
    assert_eq!(status().await, "NotStarted");
    server.advance(json!({"ms": start_s * 1000 - now - 1})).await;
    assert_eq!(status().await, "NotStarted");
    server.advance(json!({"ms": 1})).await;
    assert_eq!(status().await, "Running");
    // An hour past its scheduled end, since nobody came; not a millisecond before.
    let (_, moved) = server.advance(json!({"ms": 600_000 + 3_600_000 - 1})).await;
    assert_eq!(moved["ran"], 0);
    assert_eq!(status().await, "Running");
    let (_, moved) = server.advance(json!({"ms": 1})).await;
    assert_eq!((&moved["ran"], &moved["left"]), (&json!(1), &json!(0)));
    assert_eq!(server.refused("get_room_info", json!({"RoomId": "r"})).await.0, 100_004);
    server.done("get_room_info", json!({"RoomId": "busy"})).await;
    assert_eq!(server.leave("busy", "bob").await, 204);
    let (_, moved) = server.advance(json!({"ms": 3_600_000})).await;
    assert_eq!(moved["ran"], 1);
    assert_eq!(server.refused("get_room_info", json!({"RoomId": "busy"})).await.0, 100_004);
}

#[tokio::test]
async fn what_is_due_by_a_clock_that_was_set_is_done_soon_after() {
    let server = long_lived(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    let now = server.freeze().await;
    server.set_clock(json!({"now_ms": now + 2 * DAY_MS})).await;
    loop {
        let reply = server.room("get_room_info", json!({"RoomId": "r"})).await;
        if reply["ErrorCode"] == 100_004 {
            break;
        }
    }
}

#[tokio::test]
async fn only_one_moves_a_clock_at_a_time() {
    let server = Server::on(faulty(Fault::Hangs(Calls::Reads)), &[]).await;
    // The first to come waits for the store, so the one that answers is the second.
    let (status, problem) = tokio::select! {
        answer = server.advance(json!({"ms": 1})) => answer,
        answer = server.advance(json!({"ms": 1})) => answer,
    };
    assert_eq!(status, 409, "{problem}");
    assert!(problem["detail"].as_str().unwrap().contains("another request"), "{problem}");
}

#[tokio::test]
async fn clocks_can_be_moved_on_the_bench_alone() {
    let overrides = ["control.token=t", "app.0.sdkappid=88888888", r#"app.0.secret_keys=["k"]"#];
    let settings = settings_for(&overrides, Defaults::Serve);
    let running = guestlist::app::start(&settings, false).await.unwrap();
    let url =
        format!("http://{}/_guestlist/v1/apps/{SDKAPPID}/clock", running.control_address.unwrap());
    let client = crate::harness::client();
    let status = async |method: Method, path: &str| {
        let request = client.request(method, format!("{url}{path}")).bearer_auth("t");
        request.body(r#"{"ms":1}"#).send().await.unwrap().status().as_u16()
    };
    assert_eq!(status(Method::GET, "").await, 200);
    assert_eq!(status(Method::PUT, "").await, 403);
    assert_eq!(status(Method::POST, "/advance").await, 403);
}

#[tokio::test]
async fn rates_refill_by_advance() {
    let server = Server::with(&["app.0.total_calls_per_second=1"]).await;
    server.freeze().await;
    let code = async || server.refused("get_room_info", json!({"RoomId": "x"})).await.0;
    assert_eq!(code().await, 100_004);
    server.advance(json!({"ms": 1000})).await;
    assert_eq!(code().await, 100_004);
    assert_eq!(code().await, 60011);
}

#[tokio::test]
async fn what_is_counted_is_told() {
    let server = Server::start().await;
    server.create("r").await;
    server.enter("r", "bob").await;
    server.refused("get_room_info", json!({"RoomId": "x"})).await;
    let url = server
        .url("/v4/room_engine_http_srv/get_room_info?sdkappid=88888888&identifier=admin&usersig=x");
    server.send(Method::POST, &url, "{}").await;
    server.send(Method::POST, &server.url("/v4/a/b"), "{}").await;
    let control = server.running().control_address.unwrap();
    let sent = server.client().get(format!("http://{control}/metrics")).send().await.unwrap();
    let text = sent.text().await.unwrap();
    for line in [
        r#"guestlist_requests_total{command="room_engine_http_srv/create_room",code="0"} 1"#,
        r#"guestlist_requests_total{command="room_engine_http_srv/get_room_info",code="100004"} 1"#,
        r#"guestlist_requests_total{command="room_engine_http_srv/get_room_info",code="70003"} 1"#,
        r#"guestlist_requests_total{command="unknown",code="60009"} 1"#,
        r#"guestlist_signature_failures_total{code="70003"} 1"#,
        r#"guestlist_request_duration_seconds_count{command="room_engine_http_srv/create_room"} 1"#,
        "guestlist_ticket_cache_hits_total 1",
        "guestlist_ticket_cache_misses_total 2",
        r#"guestlist_rooms{sdkappid="88888888"} 1"#,
        r#"guestlist_members{sdkappid="88888888"} 2"#,
        // One of the client's for each listener.
        "guestlist_connections 2",
    ] {
        assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
    }
}

/// `BLESS=1 cargo test --test it goes_as_it_says` writes the replies. Read what it wrote.
#[test]
#[cfg(target_os = "linux")]
fn the_section_on_the_clock_goes_as_it_says() {
    let mut page = crate::pages::Page::new("testing.md");
    page.section = Some("\n## The clock\n");
    page.bless();
    page.holds(None);
}

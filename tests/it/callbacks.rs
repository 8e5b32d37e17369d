//! Callbacks, from the change to the receiver: what is sent, in which order, and what becomes of it
//! when nobody answers.

use std::time::Duration;

use axum::http::StatusCode;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use crate::backend::{Answer, Backend};
use crate::harness::{SDKAPPID, Server};
#[cfg(target_os = "linux")]
use crate::pages::Page;

const ALL: [&str; 6] = [
    "Room.CallbackAfterCreateRoom",
    "Room.CallbackAfterDestroyRoom",
    "Room.CallbackAfterUpdateRoomInfo",
    "Room.CallbackAfterMemberEnter",
    "Room.CallbackAfterMemberLeave",
    "Mic.CallbackAfterSeatInfoChanged",
];

impl Server {
    /// Calls a command of any service that must be done.
    async fn call(&self, path: &str, body: Value) -> Value {
        let url = self.url(&format!("/v4/{path}?{}", self.query()));
        let reply = self.send(Method::POST, &url, &body.to_string()).await;
        assert_eq!(reply["ErrorCode"], 0, "{path}: {reply}");
        reply
    }

    async fn set_receiver(&self, url: &str, commands: &[&str]) {
        let body = json!({"Url": url, "CallbackCommandList": commands});
        self.call("room_config/set_callback", body).await;
    }

    async fn create_with_seats(&self, room: &str) {
        let info = json!({"RoomId": room, "RoomType": "Conference", "IsSeatEnabled": true,
            "MaxSeatCount": 2});
        self.done("create_room", json!({"RoomInfo": info})).await;
    }

    async fn callbacks(&self, query: &str) -> Value {
        let answer = self.control(Method::GET, &format!("callbacks?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{query}");
        answer.json().await.unwrap()
    }

    async fn stop_clock(&self) {
        let frozen = json!({"frozen": true}).to_string();
        let set = self.control(Method::PUT, "clock").body(frozen).send().await.unwrap();
        assert_eq!(set.status(), StatusCode::OK);
    }

    async fn move_clock(&self, ms: u64) -> Value {
        let body = json!({"ms": ms}).to_string();
        let moved = self.control(Method::POST, "clock/advance").body(body).send().await.unwrap();
        moved.json().await.unwrap()
    }
}

/// The words of some callbacks, with one field of each.
fn told(bodies: &[Value], field: &str) -> Vec<String> {
    let short = |body: &Value| {
        let word = body["CallbackCommand"].as_str().unwrap();
        format!("{} {}", word.split_once("After").unwrap().1, body[field])
    };
    bodies.iter().map(short).collect()
}

#[tokio::test]
async fn a_receiver_hears_of_each_of_the_six_with_the_documented_fields() {
    let server = Server::start().await;
    server.stop_clock().await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &ALL).await;
    server.create_with_seats("r").await;
    server.done("update_room_info", json!({"RoomInfo": {"RoomId": "r", "RoomName": "new"}})).await;
    server.enter("r", "bob").await;
    server.enter("r", "carol").await;
    let pick = json!({"RoomId": "r", "Member_Account": "bob", "Index": 1});
    server.call("room_engine_http_mic/pick_user_on_seat", pick).await;
    let kick = json!({"RoomId": "r", "MemberList_Account": ["bob"], "Reason": "spam"});
    server.done("kick_user_out", kick).await;
    let expired = server.control(Method::DELETE, "rooms/r/members/carol?reason=expired");
    assert_eq!(expired.send().await.unwrap().status(), 204);
    server.done("destroy_room", json!({"RoomId": "r"})).await;
    let bodies = backend.bodies(9).await;
    let time = bodies[0]["EventTime"].clone();
    let rows = [
        json!({"CallbackCommand": "Room.CallbackAfterMemberEnter", "Operator_Account": "bob",
            "RoomId": "r", "MemberCount": 2, "Type": "Enter", "MemberList_Account": ["bob"],
            "EventTime": time}),
        json!({"CallbackCommand": "Room.CallbackAfterMemberEnter", "Operator_Account": "carol",
            "RoomId": "r", "MemberCount": 3, "Type": "Enter", "MemberList_Account": ["carol"],
            "EventTime": time}),
        json!({"CallbackCommand": "Mic.CallbackAfterSeatInfoChanged",
            "Operator_Account": "admin", "RoomId": "r", "SeatList": [{"Index": 1,
            "Member_Account": "bob", "IsTakenDisabled": false, "IsVideoDisabled": false,
            "IsAudioDisabled": false}], "EventTime": time}),
        json!({"CallbackCommand": "Room.CallbackAfterMemberLeave", "Operator_Account": "admin",
            "RoomId": "r", "MemberCount": 2, "Type": "Kicked", "MemberList_Account": ["bob"],
            "Reason": "spam", "EventTime": time}),
        json!({"CallbackCommand": "Mic.CallbackAfterSeatInfoChanged",
            "Operator_Account": "admin", "RoomId": "r", "SeatList": [{"Index": 1,
            "Member_Account": "", "IsTakenDisabled": false, "IsVideoDisabled": false,
            "IsAudioDisabled": false}], "EventTime": time}),
        json!({"CallbackCommand": "Room.CallbackAfterMemberLeave", "Operator_Account": "carol",
            "RoomId": "r", "MemberCount": 1, "Type": "Expired", "MemberList_Account": ["carol"],
            "Reason": "", "EventTime": time}),
        json!({"CallbackCommand": "Room.CallbackAfterDestroyRoom", "Operator_Account": "admin",
            "RoomId": "r", "EventTime": time}),
    ];
    assert_eq!(bodies[0]["CallbackCommand"], "Room.CallbackAfterCreateRoom");
    assert_eq!(bodies[0]["RoomInfo"]["RoomId"], "r");
    assert_eq!(bodies[0]["ScheduleInviteeList_Account"], json!([]));
    assert_eq!(bodies[1]["CallbackCommand"], "Room.CallbackAfterUpdateRoomInfo");
    assert_eq!(bodies[1]["RoomInfo"]["RoomName"], "new");
    assert_eq!(bodies[2..], rows);
    let queries = backend.seen.requests.lock();
    let query = format!(
        "SdkAppid={SDKAPPID}&CallbackCommand=Room.CallbackAfterCreateRoom&contenttype=json\
         &ClientIP=127.0.0.1&OptPlatform=RESTAPI"
    );
    assert_eq!(queries[0].0, query);
}

#[tokio::test]
async fn what_comes_by_time_is_told_before_the_clock_is_moved_on() {
    let server = Server::start().await;
    server.stop_clock().await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &ALL).await;
    server.create("r").await;
    backend.bodies(1).await;
    let moved = server.move_clock(8 * 3_600_000).await;
    assert_eq!((&moved["ran"], &moved["left"]), (&json!(2), &json!(0)), "a room's end, and a try");
    let bodies = backend.seen.requests.lock().clone();
    assert_eq!(bodies.len(), 2, "it was told when the answer came");
    let ended = &bodies[1].1;
    assert_eq!(ended["Operator_Account"], "@TIM#SYSTEM");
    assert_eq!(ended["CallbackCommand"], "Room.CallbackAfterDestroyRoom");
}

#[tokio::test]
async fn only_what_is_listed_is_sent_and_without_a_url_it_is_logged_alone() {
    let server = Server::start().await;
    server.create("before").await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &["Room.CallbackAfterMemberEnter"]).await;
    server.create("r").await;
    server.enter("r", "bob").await;
    assert_eq!(told(&backend.bodies(1).await, "MemberCount"), ["MemberEnter 2"]);
    server.call("room_config/delete_callback", json!({})).await;
    server.enter("r", "carol").await;
    let log = server.callbacks("wait=5s&count=3").await;
    let rows: Vec<_> = log["items"].as_array().unwrap().iter().collect();
    let states: Vec<_> = rows.iter().map(|row| (&row["room"], &row["state"])).collect();
    let [before, r] = ["before", "r"].map(Value::from);
    let [no_url, sent] = ["no_url", "sent"].map(Value::from);
    assert_eq!(states, [(&before, &no_url), (&r, &sent), (&r, &no_url)], "{log}");
    assert_eq!(rows[2]["body"]["MemberList_Account"], json!(["carol"]));
    assert_eq!(rows[1]["attempts"][0]["status"], 200);
    assert_eq!(rows[1]["attempts_made"], 1);
}

#[tokio::test]
async fn a_receiver_that_was_away_gets_everything_afterwards_in_order() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.stop_clock().await;
    let backend = Backend::start().await;
    let (address, url) = (backend.address, backend.url());
    server.set_receiver(&url, &ALL).await;
    server.create("r").await;
    server.create("s").await;
    backend.bodies(2).await;
    backend.stop().await;
    server.enter("r", "user0").await;
    server.enter("s", "user0").await;
    server.move_clock(0).await;
    for nth in 1..20 {
        server.enter("r", &format!("user{nth}")).await;
        server.enter("s", &format!("user{nth}")).await;
    }
    // Some tries in vain.
    let moved = server.move_clock(10_000).await;
    assert_eq!(moved["left"], 0);
    let waiting = server.callbacks("state=waiting&limit=100").await;
    assert_eq!(waiting["items"].as_array().unwrap().len(), 40);
    let tried = |row: &&Value| row["attempts_made"].as_u64().unwrap() > 0;
    let rows: Vec<&Value> = waiting["items"].as_array().unwrap().iter().filter(tried).collect();
    let made: u64 = rows.iter().map(|row| row["attempts_made"].as_u64().unwrap()).sum();
    let most = rows.iter().max_by_key(|row| row["attempts_made"].as_u64()).unwrap();
    assert_eq!(most["attempts_made"], 4, "one probes, at 0, 1, 3 and 7 s: {rows:#?}");
    // The other may have been on its way when the first found that nobody is there.
    assert!(made - 4 <= 1, "the others wait: {rows:#?}");
    let error = most["attempts"][0]["error"].as_str().unwrap();
    assert_eq!(error, "cannot connect: connection refused");

    let backend = Backend::at(address).await;
    server.move_clock(60_000).await;
    let bodies = backend.bodies(40).await;
    for room in ["r", "s"] {
        let of_room: Vec<_> =
            bodies.iter().filter(|body| body["RoomId"] == room).cloned().collect();
        let counts: Vec<_> = (2..22).map(|count| format!("MemberEnter {count}")).collect();
        assert_eq!(told(&of_room, "MemberCount"), counts, "in order, nothing missing");
    }
    assert_eq!(bodies.len(), 40, "and nothing twice");
    let log = server.callbacks("state=sent&limit=100").await;
    assert_eq!(log["items"].as_array().unwrap().len(), 42);
}

#[tokio::test]
async fn an_answer_that_is_not_success_holds_its_own_room_alone() {
    let server = Server::with(&["app.0.callback.retry=5,7"]).await;
    server.stop_clock().await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &["Room.CallbackAfterMemberEnter"]).await;
    server.create("held").await;
    server.create("free").await;
    backend.answers(Answer::Bad);
    server.enter("held", "bob").await;
    server.enter("held", "carol").await;
    backend.bodies(1).await;
    server.callbacks("wait=5s&state=waiting").await;
    let tried = server.callbacks("room=held").await;
    assert_eq!(tried["items"][1]["attempts_made"], 0, "the second waits behind the first");
    backend.answers(Answer::Good);
    server.enter("free", "bob").await;
    let free = server.callbacks("room=free&state=sent&wait=5s").await;
    assert_eq!(free["items"].as_array().unwrap().len(), 1, "another room goes on");
    backend.answers(Answer::Bad);
    let moved = server.move_clock(4_999).await;
    assert_eq!(moved["ran"], 0, "not before its time");
    let moved = server.move_clock(7_001).await;
    assert_eq!(moved["ran"], 3, "the second and the third try, and the next letter's first");
    let log = server.callbacks("room=held").await;
    let [first, second] = &log["items"].as_array().unwrap()[..] else { panic!("{log}") };
    assert_eq!((&first["state"], &first["attempts_made"]), (&json!("failed"), &json!(3)));
    assert_eq!(first["attempts"][2]["error"], "HTTP status 500, must be 200");
    assert_eq!(first["attempts"][2]["answer"], "not today");
    assert_eq!((&second["state"], &second["attempts_made"]), (&json!("waiting"), &json!(1)));
    backend.answers(Answer::Good);
    assert_eq!(server.move_clock(5_000).await["ran"], 1);
    let log = server.callbacks("room=held&state=sent").await;
    assert_eq!(log["items"][0]["body"]["MemberList_Account"], json!(["carol"]));
}

#[tokio::test]
async fn without_retries_one_attempt_is_all() {
    let server = Server::with(&["app.0.callback.retry=[]"]).await;
    let backend = Backend::start().await;
    backend.answers(Answer::Bad);
    server.set_receiver(&backend.url(), &["Room.CallbackAfterCreateRoom"]).await;
    server.create("r").await;
    let log = server.callbacks("state=failed&wait=5s").await;
    assert_eq!(log["items"][0]["attempts_made"], 1);
}

#[tokio::test]
async fn a_callback_is_replayed_whatever_became_of_it() {
    let server = Server::start().await;
    server.create("r").await;
    let none = server.control(Method::POST, "callbacks/1/replay").send().await.unwrap();
    assert_eq!(none.status(), StatusCode::CONFLICT, "nobody is to hear of it");
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &[]).await;
    for made in 1..=2 {
        let sent = server.control(Method::POST, "callbacks/1/replay").send().await.unwrap();
        assert_eq!(sent.status(), StatusCode::OK);
        let row: Value = sent.json().await.unwrap();
        assert_eq!((&row["state"], &row["attempts_made"]), (&json!("sent"), &json!(made)));
        assert_eq!(row["body"], backend.bodies(made).await[made - 1]);
    }
    for id in ["2", "0", "x"] {
        let path = format!("callbacks/{id}/replay");
        let status = server.control(Method::POST, &path).send().await.unwrap().status();
        assert_eq!(status, if id == "x" { 400 } else { 404 }, "{id}");
    }
}

#[tokio::test]
async fn a_receiver_that_never_answers_delays_neither_requests_nor_the_stop() {
    let server = Server::with(&["app.0.callback.timeout=60s", "app.0.unlimited=true"]).await;
    let backend = Backend::start().await;
    backend.answers(Answer::Never);
    server.set_receiver(&backend.url(), &ALL).await;
    for nth in 0..100 {
        server.create(&format!("r{nth}")).await;
    }
    let bodies = backend.bodies(64).await;
    assert_eq!(bodies.len(), 64, "so many are on their way, and no more");
    let stopped = tokio::time::timeout(Duration::from_secs(20), server.stop()).await;
    assert!(stopped.is_ok());
}

#[tokio::test]
async fn a_token_signs_every_callback() {
    let server = Server::with(&["app.0.callback.token=xxxxyyyy"]).await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &ALL).await;
    server.create("r").await;
    backend.bodies(1).await;
    let query = backend.seen.requests.lock()[0].0.clone();
    let (_, signed) = query.split_once("&Sign=").unwrap();
    let (sign, time) = signed.split_once("&RequestTime=").unwrap();
    use sha2::Digest;
    let digest = sha2::Sha256::digest(format!("xxxxyyyy{time}"));
    let expected: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(sign, expected);
    let log = server.callbacks("wait=5s&state=sent").await.to_string();
    assert!(!log.contains("xxxxyyyy") && !log.contains(sign), "{log}");
}

#[tokio::test]
async fn a_full_backlog_drops_the_oldest_and_lists_them() {
    let server = Server::with(&["callback.backlog=8 KiB", "app.0.unlimited=true"]).await;
    server.stop_clock().await;
    // A port where nobody is.
    let url = { TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap() };
    server.set_receiver(&format!("http://{url}/"), &ALL).await;
    for nth in 0..100 {
        server.create(&format!("r{nth}")).await;
    }
    let dropped = server.callbacks("state=dropped&limit=1000").await;
    let waiting = server.callbacks("state=waiting&limit=1000").await;
    let names = |log: &Value| -> Vec<String> {
        let rows = log["items"].as_array().unwrap().iter();
        rows.map(|row| row["room"].as_str().unwrap().to_owned()).collect()
    };
    let (dropped, waiting) = (names(&dropped), names(&waiting));
    assert_eq!(dropped.len() + waiting.len(), 100);
    assert!((2..30).contains(&waiting.len()), "8 KiB hold {}", waiting.len());
    let all: Vec<_> = (0..100).map(|nth| format!("r{nth}")).collect();
    assert_eq!([dropped, waiting].concat(), all, "the oldest went");
    let reset = server.control(Method::POST, "reset").send().await.unwrap();
    assert_eq!(reset.status(), 204);
    assert_eq!(server.callbacks("limit=1000").await["items"], json!([]), "a reset forgets");
}

#[tokio::test]
async fn metrics_say_what_was_sent_and_what_waits() {
    let server = Server::start().await;
    let backend = Backend::start().await;
    server.set_receiver(&backend.url(), &ALL).await;
    server.create("r").await;
    server.callbacks("state=sent&wait=5s").await;
    backend.answers(Answer::Bad);
    server.create("s").await;
    backend.bodies(2).await;
    let address = server.running().control_address.unwrap();
    let text = async || {
        let url = format!("http://{address}/metrics");
        server.client().get(url).send().await.unwrap().text().await.unwrap()
    };
    let app = format!("sdkappid=\"{SDKAPPID}\"");
    let text = text().await;
    for line in [
        format!("guestlist_callbacks_total{{{app},end=\"sent\"}} 1"),
        format!("guestlist_callbacks_waiting{{{app}}} 1"),
    ] {
        assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
    }
}

#[cfg(target_os = "linux")]
#[test]
fn the_page_on_callbacks_goes_as_it_says() {
    // An address of its own, which Linux has: no port is free for sure when it is bound again.
    let pid = std::process::id();
    let address = format!("127.{}.{}.{}", 1 + pid % 200, pid / 200 % 250, 1 + pid / 50_000 % 250);
    let directory = tempfile::tempdir().unwrap();
    let mut page = Page::new("callbacks.md");
    page.directory = Some(directory.path().to_owned());
    page.instead = vec![
        ("127.0.0.1:9000", format!("{address}:9000")),
        ("127.0.0.1/9000", format!("{address}/9000")),
        ("\"127.0.0.1\", 9000", format!("\"{address}\", 9000")),
    ];
    page.bless();
    page.holds(None);
}

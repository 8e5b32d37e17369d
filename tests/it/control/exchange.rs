//! An app's state, taken away and brought back by the control plane.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::harness::{APP, Server, answer};

fn path(what: &str) -> String {
    format!("/_guestlist/v1/apps/{APP}/{what}")
}

impl Server {
    /// Everything, but for the first line, which has the moment in it.
    async fn exported(&self) -> String {
        let response = self.request(Method::GET, &path("export")).send().await.unwrap();
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "application/jsonl");
        assert!(response.headers().contains_key("x-request-id"));
        let text = response.text().await.unwrap();
        let (head, rest) = text.split_once('\n').unwrap();
        let head: Value = serde_json::from_str(head).unwrap();
        assert_eq!(head["guestlist"]["version"], 1);
        assert_eq!(head["guestlist"]["app"], APP);
        assert!(head["guestlist"]["at_ms"].as_u64().unwrap() > 1_600_000_000_000);
        rest.to_owned()
    }

    async fn import(&self, rest: &str) -> super::harness::Answer {
        let head = json!({"guestlist": {"version": 1, "app": APP, "at_ms": 0}});
        let body = format!("{head}\n{rest}");
        answer(self.request(Method::PUT, &path("import")).body(body)).await
    }
}

/// Some of everything that an app keeps.
async fn fill(server: &Server) {
    let seats = json!({"RoomName": "Überblick \"x\"", "IsSeatEnabled": true,
        "TakeSeatMode": "FreeToTake", "MaxSeatCount": 3, "Password": "open sesame",
        "IsPasswordEnabled": true});
    server.room_with("meeting", seats).await;
    server.room("second").await;
    for name in ["anna", "bert", "carl", "dora"] {
        let path = format!("/apps/{APP}/rooms/meeting/members/{name}");
        let entered = server.put(&path, json!({"name": name, "password": "open sesame"})).await;
        entered.is(201);
    }
    let pick = json!({"RoomId": "meeting", "Member_Account": "anna", "Index": 1});
    server.vendor(APP, "pick_user_on_seat", pick).await;
    let accounts = ["bert", "eve"];
    let ban = json!({"RoomId": "meeting", "MemberList_Account": accounts, "Duration": 3600});
    server.vendor(APP, "ban_room_member", ban).await;
    let open = format!("/apps/{APP}/rooms/open/members/zed?create=open");
    server.put(&open, json!({"session": "s-1"})).await.is(201);
}

#[tokio::test]
async fn what_is_exported_is_imported_and_exported_again() {
    let from = Server::dev(&[]).await;
    fill(&from).await;
    let text = from.exported().await;
    for secret in ["open sesame", guestlist::config::DEVELOPMENT_KEY, "usersig"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    let to = Server::dev(&["server.body_limit=1KiB"]).await;
    to.room("gone").await;
    assert!(text.len() > 2 * 1024, "it is longer than the body limit");
    let report = to.import(&text).await.is(200);
    let lines = text.lines().count() as u64;
    assert_eq!(report["records"], lines - 1, "{report}");
    assert_eq!((&report["rooms"], &report["members"]), (&json!(3), &json!(6)), "{report}");
    assert_eq!(report["receiver_query_missing"], false);
    assert_eq!(to.exported().await, text, "byte by byte");

    let rooms = to.get(&format!("/apps/{APP}/rooms")).await.is(200);
    assert_eq!(super::harness::column(&rooms["rooms"], "room"), ["meeting", "open", "second"]);
    let newcomer = format!("/apps/{APP}/rooms/meeting/members/nora");
    let refused = to.put(&newcomer, json!({"password": "wrong"})).await;
    refused.problem(403, Some(100_019), "password");
    to.put(&newcomer, json!({"password": "open sesame"})).await.is(201);
    let banned = to.put(&format!("/apps/{APP}/rooms/meeting/members/eve"), json!({})).await;
    banned.problem(403, Some(100_016), "ban");
    from.running.stop().await;
    to.running.stop().await;
}

#[tokio::test]
async fn what_is_wrong_leaves_the_app_as_it_is() {
    let server = Server::dev(&[]).await;
    fill(&server).await;
    let text = server.exported().await;
    let bad = text.replacen("\"robot\":false", "\"robot\":4321", 1);
    let line = 2 + bad.lines().position(|line| line.contains("\"robot\":4321")).unwrap();
    let said = format!("line {line}: member.robot: wrong type or value, expected a boolean");
    server.import(&bad).await.problem(400, None, &said);
    let cut = &text[..text.len() - 20];
    server.import(cut).await.problem(400, None, "it is cut off");
    let request = server.request(Method::PUT, &path("import"));
    answer(request.body("{\"guestlist\":{\"version\":2}}\n")).await.problem(
        400,
        None,
        "line 1: guestlist.version: 2, and this program reads 1",
    );
    let request = server.request(Method::PUT, &path("import"));
    answer(request.body("x".repeat(9 * 1024 * 1024))).await.problem(
        400,
        None,
        "line 1: more than 8388608 bytes",
    );
    let request = server.request(Method::PUT, &path("import"));
    answer(request).await.problem(400, None, "it is cut off: 0 lines");
    let query = format!("/apps/{APP}/export?format=x");
    server.get(&query).await.problem(400, None, "format");
    server.get("/apps/1/export").await.problem(404, None, "no app 1");
    assert_eq!(server.exported().await, text, "as it was");
    server.running.stop().await;
}

/// A client that begins to import, and sends no more than this.
async fn begin(server: &Server, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(server.control()).await.unwrap();
    let head = format!(
        "PUT {} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n{:x}\r\n{text}\r\n",
        path("import"),
        text.len()
    );
    stream.write_all(head.as_bytes()).await.unwrap();
    stream
}

/// Tries something until it is so.
async fn until(mut is_so: impl AsyncFnMut() -> bool) {
    let so = async {
        while !is_so().await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), so).await.expect("it comes to be so");
}

const HEAD: &str = "{\"guestlist\":{\"version\":1,\"app\":1,\"at_ms\":0}}\n";

#[tokio::test]
async fn one_import_of_an_app_is_under_way_at_a_time_and_ends_with_its_client() {
    let server = Server::dev(&[]).await;
    fill(&server).await;
    let text = server.exported().await;
    let begun = &format!("{HEAD}{}", text.lines().next().unwrap())[..];
    let mut first = begin(&server, &format!("{begun}\n")).await;
    let busy = "another import of this app is under way";
    until(async || {
        let second = server.import("{\"end\":{\"records\":0}}\n").await;
        if second.status == 200 {
            // It was faster than the first one.
            server.import(&text).await.is(200);
            return false;
        }
        second.problem(409, None, busy);
        true
    })
    .await;
    assert_eq!(server.exported().await, text, "nothing is seen of it");
    server.room("meanwhile").await;
    first.shutdown().await.unwrap();
    drop(first);
    until(async || server.import(&text).await.status == 200).await;
    assert_eq!(server.exported().await, text, "and it can be done anew");

    // One that comes to its end takes the place of everything.
    let mut whole = begin(&server, &format!("{HEAD}{{\"end\":{{\"records\":0}}}}\n")).await;
    whole.write_all(b"0\r\n\r\n").await.unwrap();
    let mut came = vec![0; 17];
    whole.read_exact(&mut came).await.unwrap();
    assert!(came.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&came));
    assert_eq!(server.exported().await.lines().count(), 1);
    drop(whole);
    server.running.stop().await;
}

#[tokio::test]
async fn whoever_sends_nothing_more_is_let_go() {
    let server = Server::dev(&["server.request_timeout=1s"]).await;
    server.room("stays").await;
    let mut slow = begin(&server, HEAD).await;
    let mut came = String::new();
    slow.read_to_string(&mut came).await.unwrap();
    assert!(came.starts_with("HTTP/1.1 408"), "{came}");
    assert!(server.exported().await.contains("stays"));
    server.running.stop().await;
}

#[tokio::test]
async fn a_token_is_asked_for_before_anything_is_read() {
    let server = Server::dev(&["control.token=open-sesame-open-sesame"]).await;
    for (method, what) in [(Method::GET, "export"), (Method::PUT, "import")] {
        let request = server.request(method, &path(what));
        answer(request.body("x".repeat(100_000))).await.problem(401, None, "token");
    }
    server.running.stop().await;
}

#[tokio::test]
async fn callbacks_that_wait_and_their_receiver_go_along() {
    // Nobody listens there.
    let from = Server::dev(&["app.0.callback.url=http://127.0.0.1:9/"]).await;
    let hear = json!({"Url": "http://127.0.0.1:9/hear?token=4321",
        "CallbackCommandList": ["Room.CallbackAfterCreateRoom"]});
    from.vendor(APP, "update_callback", hear).await;
    from.room("board").await;
    let text = from.exported().await;
    assert!(!text.contains("4321"), "{text}");
    assert!(text.contains("\"letter\":") && text.contains("\"query_left_out\":true"), "{text}");
    let to = Server::dev(&[]).await;
    let report = to.import(&text).await.is(200);
    assert_eq!((&report["letters"], &report["receiver_query_missing"]), (&json!(1), &json!(true)));
    // It may have been tried in vain by now, so no state is asked for. However soon the sender takes
    // it, the log has it.
    let log = to.get(&format!("/apps/{APP}/callbacks?wait=30s")).await.is(200);
    assert_eq!(log["items"][0]["room"], "board", "{log}");
    assert_eq!(log["items"][0]["body"]["CallbackCommand"], "Room.CallbackAfterCreateRoom");
    // Where the receiver is known, its query stays.
    let report = from.import(&text).await.is(200);
    assert_eq!(report["receiver_query_missing"], false);
    from.running.stop().await;
    to.running.stop().await;
}

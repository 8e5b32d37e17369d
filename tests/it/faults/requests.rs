//! Requests that are struck: what is on the wire, what was done, and what the log says.

use std::time::Duration;

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::time::Instant;

use super::on_request;
use crate::harness::{SDKAPPID, Server, query, usersig};
use crate::raw::{INFO, Raw, head, in_time};

const CREATE: &str = "/v4/room_engine_http_srv/create_room";

fn creation(room: &str) -> String {
    json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference"}}).to_string()
}

/// A signed request, every byte of it.
fn request(server: &Server, path: &str, more: &str, body: &str) -> String {
    let length = format!("{more}Content-Length: {}\r\n", body.len());
    format!("{}{body}", head(path, &server.query(), &length))
}

/// Sends a request of a test's own and reads until the connection ends: all that came.
async fn all_of(server: &Server, path: &str, more: &str, body: &str) -> String {
    let mut raw = Raw::to(server).await;
    raw.send(&request(server, path, more, body)).await;
    let mut came = Vec::new();
    in_time(raw.0.read_to_end(&mut came)).await.unwrap();
    String::from_utf8(came).unwrap()
}

async fn exists(server: &Server, room: &str) -> bool {
    let answer = server.control(Method::GET, &format!("rooms/{room}")).send().await.unwrap();
    answer.status() == StatusCode::OK
}

#[tokio::test]
async fn an_error_is_answered_in_the_dialect_and_nothing_is_done() {
    let server = Server::start().await;
    let fault = json!({"kind": "error", "code": 100_001, "text": "no \"luck\""});
    let id = server.fault(on_request("create_room", fault)).await;
    let refused = server.refused("create_room", serde_json::from_str(&creation("r")).unwrap());
    assert_eq!(refused.await, (100_001, "no \"luck\"".to_owned()));
    assert!(!exists(&server, "r").await);
    let logged = server.last_request().await;
    assert_eq!(logged["fault"], json!({"id": id, "kind": "error"}));
    assert_eq!((&logged["code"], &logged["info"]), (&json!(100_001), &json!("no \"luck\"")));
    server.create("r").await;
    let logged = server.last_request().await;
    assert_eq!(logged.get("fault"), None, "it was struck once: {logged}");
}

#[tokio::test]
async fn chat_answers_an_error_as_chat_does() {
    let server = Server::start().await;
    let command = "group_open_http_svc/get_group_info";
    server.fault(on_request(command, json!({"kind": "error", "code": 10_002}))).await;
    let url = server.url(&format!("/v4/{command}?{}", server.query()));
    let reply = server.send(Method::POST, &url, r#"{"GroupIdList":["r"]}"#).await;
    let expected = json!({
        "ActionStatus": "FAIL", "ErrorCode": 10_002, "ErrorInfo": "a fault that was asked for",
    });
    assert_eq!(reply, expected);
}

#[tokio::test]
async fn a_status_is_what_a_proxy_would_say_and_the_connection_goes_on() {
    let server = Server::start().await;
    server.fault(on_request("create_room", json!({"kind": "status"}))).await;
    server.fault(on_request("create_room", json!({"kind": "status", "status": 503}))).await;
    let mut raw = Raw::to(&server).await;
    for expected in ["502 Bad Gateway", "503 Service Unavailable"] {
        raw.send(&request(&server, CREATE, "", &creation("r"))).await;
        let mut said = String::new();
        while !said.contains("</html>") {
            said += &raw.says().await;
        }
        assert!(said.starts_with(&format!("HTTP/1.1 {expected}\r\n")), "{said}");
        assert!(said.contains("content-type: text/html\r\n"), "{said}");
        assert!(said.contains(&format!("<h1>{expected}</h1>")), "{said}");
        assert!(!exists(&server, "r").await);
    }
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    assert_eq!(raw.answer().await.1["ErrorCode"], 0, "on the same connection");
    let page = server.shown("requests").await;
    let of = |at: usize| (page["items"][at]["code"].clone(), page["items"][at]["fault"].clone());
    assert_eq!(of(0), (json!(60_008), json!({"id": 1, "kind": "status"})));
}

#[tokio::test]
async fn a_connection_that_is_closed_brings_not_one_byte_and_nothing_is_done() {
    let server = Server::start().await;
    let id = server.fault(on_request("create_room", json!({"kind": "close"}))).await;
    assert_eq!(all_of(&server, CREATE, "", &creation("r")).await, "");
    assert!(!exists(&server, "r").await);
    let logged = server.last_request().await;
    assert_eq!(logged["fault"], json!({"id": id, "kind": "close"}));
    assert_eq!((&logged["code"], &logged["room"]), (&json!(60_008), &json!("r")));
    let text = "service timeout or request format error,please check and try again (a fault that \
                was asked for: close)";
    assert_eq!(logged["info"], text);
}

#[tokio::test]
async fn half_a_body_is_half_of_the_true_answer_behind_its_whole_head() {
    let server = Server::start().await;
    server.create("r").await;
    let ask = json!({"RoomId": "r"}).to_string();
    let whole = server.room("get_room_info", json!({"RoomId": "r"})).await;
    server.fault(on_request("get_room_info", json!({"kind": "half_body"}))).await;
    let came = all_of(&server, INFO, "", &ask).await;
    let (head, half) = came.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK"), "{head}");
    let announced = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
    let announced: usize = announced.parse().unwrap();
    assert_eq!(half.len(), announced / 2);
    assert!(half.starts_with(r#"{"ActionStatus":"OK","ErrorCode":0"#), "{half}");
    assert!(announced > whole.to_string().len(), "of the whole body");
    server.fault(on_request("create_room", json!({"kind": "half_body"}))).await;
    let came = all_of(&server, CREATE, "", &creation("s")).await;
    assert!(!came.is_empty() && exists(&server, "s").await, "it was done");
}

#[tokio::test]
async fn half_of_a_large_body_comes_whole() {
    let server = Server::start().await;
    server.create("r").await;
    let accounts: Vec<String> = (0..290).map(|nth| format!("{nth:032}")).collect();
    let body = json!({"accounts": accounts}).to_string();
    let sent = server.control(Method::POST, "rooms/r/members").body(body).send().await.unwrap();
    assert_eq!(sent.status(), StatusCode::OK);
    server.fault(json!({"on": "request", "fault": {"kind": "half_body"}})).await;
    let list = "/v4/room_engine_http_srv/get_room_member_list";
    let ask = json!({"RoomId": "r", "Count": 200}).to_string();
    let came = all_of(&server, list, "", &ask).await;
    let (head, half) = came.split_once("\r\n\r\n").unwrap();
    let announced = head.split("content-length: ").nth(1).unwrap().lines().next().unwrap();
    let announced: usize = announced.parse().unwrap();
    assert!(announced > 20_000, "{announced}");
    assert_eq!(half.len(), announced / 2);
}

#[tokio::test]
async fn what_is_applied_and_lost_is_there_when_its_client_asks_again() {
    let server = Server::start().await;
    let id = server.fault(on_request("create_room", json!({"kind": "lost"}))).await;
    assert_eq!(all_of(&server, CREATE, "", &creation("r")).await, "", "not one byte");
    assert!(exists(&server, "r").await);
    let logged = server.last_request().await;
    assert_eq!((&logged["code"], &logged["info"]), (&json!(0), &json!("")), "the answer it had");
    assert_eq!(logged["fault"], json!({"id": id, "kind": "lost"}));
    let callbacks = server.shown("callbacks").await;
    assert_eq!(callbacks["items"][0]["command"], "Room.CallbackAfterCreateRoom");
    let again = all_of(&server, CREATE, "Connection: close\r\n", &creation("r")).await;
    assert!(again.contains("\"ErrorCode\":100010"), "it has it already: {again}");
}

#[tokio::test]
async fn a_delay_comes_before_what_is_done_and_is_no_time_out_of_the_server() {
    let server = Server::with(&["server.request_timeout=100ms"]).await;
    server.fault(on_request("create_room", json!({"kind": "delay", "ms": 400}))).await;
    let begun = Instant::now();
    let mut raw = Raw::to(&server).await;
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    server.control(Method::GET, "requests?wait=1ms").send().await.unwrap();
    let early = exists(&server, "r").await;
    let waited = begun.elapsed();
    assert!(!early || waited >= Duration::from_millis(400), "nothing is done before");
    assert_eq!(raw.answer().await.1["ErrorCode"], 0);
    assert!(begun.elapsed() >= Duration::from_millis(400), "{:?}", begun.elapsed());
    assert!(exists(&server, "r").await);
    let logged = server.last_request().await;
    assert_eq!(logged["fault"]["kind"], "delay");
    assert!(logged["took_us"].as_u64().unwrap() >= 400_000);
}

#[tokio::test]
async fn a_delay_ends_with_the_server_and_its_request_is_answered() {
    let server = Server::start().await;
    let fault = json!({"kind": "delay", "ms": 60_000});
    let id = server.fault(on_request("create_room", fault)).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    while server.counts(id).await.1 == 0 {
        tokio::task::yield_now().await;
    }
    let begun = Instant::now();
    let (_, answer) = tokio::join!(server.stop(), raw.answer());
    assert_eq!(answer.1["ErrorCode"], 0);
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn a_time_out_is_in_the_log_at_once_and_lasts_until_the_client_goes() {
    let server = Server::with(&["server.max_connections=1"]).await;
    let id = server.fault(on_request("create_room", json!({"kind": "timeout"}))).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    let logged = server.shown("requests?wait=20s").await["items"][0].clone();
    assert_eq!(logged["fault"], json!({"id": id, "kind": "timeout"}));
    // What a client sends meanwhile is read for nobody.
    raw.send("GET / HTTP/1.1\r\n\r\n").await;
    assert!(!exists(&server, "r").await);
    drop(raw);
    // There is room for one connection: the next is served when that one is done with.
    let mut next = Raw::to(&server).await;
    next.send(&request(&server, CREATE, "", &creation("r"))).await;
    assert_eq!(next.answer().await.1["ErrorCode"], 0);
}

#[tokio::test]
async fn a_client_that_closes_its_side_alone_is_gone_too() {
    let server = Server::start().await;
    server.fault(on_request("create_room", json!({"kind": "timeout"}))).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    server.shown("requests?wait=20s").await;
    raw.0.shutdown().await.unwrap();
    raw.closed().await;
}

#[tokio::test]
async fn a_time_out_has_an_end() {
    let server = Server::start().await;
    server.fault(on_request("create_room", json!({"kind": "timeout", "ms": 300}))).await;
    let begun = Instant::now();
    assert_eq!(all_of(&server, CREATE, "", &creation("r")).await, "");
    assert!(begun.elapsed() >= Duration::from_millis(300), "{:?}", begun.elapsed());
    assert!(!exists(&server, "r").await);
}

#[tokio::test]
async fn a_time_out_ends_with_the_server() {
    // A stop waits for a request so long, and a little more.
    let server = Server::with(&["server.request_timeout=60s"]).await;
    server.fault(on_request("create_room", json!({"kind": "timeout"}))).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&request(&server, CREATE, "", &creation("r"))).await;
    server.shown("requests?wait=20s").await;
    let begun = Instant::now();
    tokio::join!(server.stop(), raw.closed());
    assert!(begun.elapsed() < Duration::from_secs(30), "{:?}", begun.elapsed());
}

#[tokio::test]
async fn nobody_is_struck_but_who_may_ask() {
    let server = Server::start().await;
    let fault = json!({"on": "request", "fault": {"kind": "close"}});
    let id = server.fault(fault).await;
    let strangers = [
        (query("mallory", &usersig("mallory")), 60_010),
        (server.query().replace("usersig=", "usersig=x"), 70_003),
        (server.query().replace(&SDKAPPID.to_string(), "1"), 60_006),
    ];
    for (query, code) in strangers {
        let url = server.url(&format!("{CREATE}?{query}"));
        let sent = server.client().post(url).header("X-Guestlist-Fault", "close");
        let reply: Value = sent.body(creation("r")).send().await.unwrap().json().await.unwrap();
        assert_eq!(reply["ErrorCode"], code, "{reply}");
    }
    let unknown = server.room_url("no_such_command");
    assert_eq!(server.send(Method::POST, &unknown, "{}").await["ErrorCode"], 60_009);
    assert_eq!(server.counts(id).await, (0, 0));
    // Whoever may is struck before anything else is looked at.
    assert_eq!(all_of(&server, CREATE, "", "nonsense").await, "");
    assert_eq!(server.counts(id).await, (1, 1));
}

#[tokio::test]
async fn the_nth_request_about_a_room_is_struck_and_no_other() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let done = json!({"kind": "error", "code": 100_001});
    let fault = json!({"on": "request", "room": "r", "nth": 3, "times": 2, "fault": done});
    let id = server.fault(fault).await;
    for room in ["r", "s"] {
        server.create(room).await;
    }
    let mut codes = Vec::new();
    for room in ["s", "r", "r", "s", "r", "r"] {
        codes
            .push(server.room("get_room_info", json!({"RoomId": room})).await["ErrorCode"].clone());
    }
    assert_eq!(codes, [0, 0, 100_001, 0, 100_001, 0]);
    assert_eq!(server.counts(id).await, (4, 2), "the creation was the first");
}

#[tokio::test]
async fn one_seed_strikes_the_same_requests_in_every_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let server = Server::with(&["app.0.unlimited=true"]).await;
        server.create("r").await;
        let done = json!({"kind": "error", "code": 100_001});
        server.fault(json!({"on": "request", "probability": 0.5, "fault": done})).await;
        let mut codes = Vec::new();
        for _ in 0..24 {
            let reply = server.room("get_room_info", json!({"RoomId": "r"})).await;
            codes.push(reply["ErrorCode"] != 0);
        }
        runs.push(codes);
    }
    assert_eq!(runs[0], runs[1]);
    let struck: Vec<usize> = (1..=24).filter(|nth| runs[0][nth - 1]).collect();
    assert_eq!(struck, [2, 3, 5, 6, 7, 9, 11, 17, 19, 24], "the draws of the seed 0");
}

#[tokio::test]
async fn a_header_brings_a_fault_for_its_request_alone() {
    let server = Server::start().await;
    let set = server.fault(json!({"on": "request", "fault": {"kind": "close"}})).await;
    let ask = async |fault: &str| {
        let sent = server.client().post(server.room_url("get_room_info"));
        let sent = sent.header("X-Guestlist-Fault", fault).body(r#"{"RoomId":"r"}"#);
        let reply: Value = sent.send().await.unwrap().json().await.unwrap();
        (reply["ErrorCode"].as_u64().unwrap(), reply["ErrorInfo"].as_str().unwrap().to_owned())
    };
    assert_eq!(ask("error=60008:try again").await, (60_008, "try again".to_owned()));
    let json = r#"{"kind": "error", "code": 7, "text": "seven"}"#;
    assert_eq!(ask(json).await, (7, "seven".to_owned()));
    let logged = server.last_request().await;
    assert_eq!(logged["fault"], json!({"id": null, "kind": "error"}));
    assert_eq!(ask("delay=1").await.0, 100_004, "and then as always");
    let (code, text) = ask("delay=60001").await;
    assert_eq!(code, 60_002);
    let expected = "HTTP parse Error: X-Guestlist-Fault: ms: 60001, must be 1 to 60000";
    assert_eq!(text, expected);
    assert_eq!(server.counts(set).await, (0, 0), "a request with its own is nobody else's");
    let twice = "X-Guestlist-Fault: close\r\nX-Guestlist-Fault: lost\r\nConnection: close\r\n";
    let came = all_of(&server, INFO, twice, r#"{"RoomId":"r"}"#).await;
    assert!(came.contains("X-Guestlist-Fault: stands there twice"), "{came}");
    let came = all_of(&server, CREATE, "X-Guestlist-Fault: lost\r\n", &creation("r")).await;
    assert!(came.is_empty() && exists(&server, "r").await);
}

#[tokio::test]
async fn a_header_that_is_not_allowed_is_one_that_nobody_knows() {
    for off in ["bench.fault_header=false", "bench.enabled=false"] {
        let server = Server::with(&[off]).await;
        let sent = server.client().post(server.room_url("get_room_info"));
        let sent = sent.header("X-Guestlist-Fault", "nonsense").body(r#"{"RoomId":"r"}"#);
        let reply: Value = sent.send().await.unwrap().json().await.unwrap();
        assert_eq!(reply["ErrorCode"], 100_004, "{off}: {reply}");
    }
}

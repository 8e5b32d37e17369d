//! Slow clients: bytes that keep coming, but too slowly, and answers that nobody takes.

use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::harness::{ADMIN, Server, query, refusal};
use crate::raw::{INFO, Raw, head, in_time};

/// Far longer than the pace of a dribbling client.
const TIMEOUT: &str = "server.request_timeout=150ms";

#[tokio::test]
async fn a_head_that_dribbles_is_cut_off() {
    let server = Server::with(&[TIMEOUT]).await;
    let mut raw = Raw::to(&server).await;
    raw.send("POST /v4/x HTTP/1.1\r\n").await;
    assert_eq!(raw.dribbles(b"X-More: of it\r\n").await, "");
}

#[tokio::test]
async fn a_head_that_dribbles_behind_an_answered_request_is_cut_off() {
    let server = Server::with(&[TIMEOUT]).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&(head(INFO, &server.query(), "Content-Length: 2\r\n") + "{}")).await;
    raw.answer().await;
    assert_eq!(raw.dribbles(b"P").await, "");
}

#[tokio::test]
async fn a_head_that_dribbles_behind_a_shed_request_is_cut_off() {
    // One body in pieces takes all that there is.
    let server =
        Server::with(&[TIMEOUT, "server.body_limit=1 KiB", "server.body_memory=1 KiB"]).await;
    let half_sent = async || {
        let mut raw = Raw::to(&server).await;
        raw.send(&head(INFO, &server.query(), "Content-Length: 1024\r\n")).await;
        raw.send(&" ".repeat(512)).await;
        raw
    };
    // Of two, one is shed, unless the machine was so slow that the first was out of time before.
    let mut shed = loop {
        let (mut first, mut second) = (half_sent().await, half_sent().await);
        let (one, (_, reply)) = tokio::select! {
            answer = first.answer() => (first, answer),
            answer = second.answer() => (second, answer),
        };
        if refusal(&reply).1.ends_with("(the server is busy)") {
            break one;
        }
    };
    shed.send(&" ".repeat(512)).await;
    assert_eq!(shed.dribbles(b"P").await, "");
}

#[tokio::test]
async fn a_body_that_dribbles_is_answered_and_cut_off() {
    let server = Server::with(&[TIMEOUT]).await;
    for (length, body) in [
        ("Content-Length: 100000\r\n", &b" "[..]),
        ("Transfer-Encoding: chunked\r\n", b"1\r\n \r\n"),
    ] {
        let mut raw = Raw::to(&server).await;
        raw.send(&head(INFO, &server.query(), length)).await;
        let said = raw.dribbles(body).await;
        assert!(said.contains(r#""ErrorCode":60008,"#), "{said}");
        assert!(said.contains("(the request took too long)"), "{said}");
    }
}

#[tokio::test]
async fn the_dribbling_body_of_a_refused_request_is_not_waited_for() {
    let server = Server::with(&[TIMEOUT]).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&head(INFO, &query(ADMIN, "xxx"), "Content-Length: 100000\r\n")).await;
    let said = raw.dribbles(b" ").await;
    assert!(said.contains(r#""ErrorCode":70003,"#), "{said}");
}

#[tokio::test]
async fn a_client_that_takes_no_answers_is_cut_off() {
    let server = Server::with(&["server.request_timeout=20ms", "app.0.unlimited=true"]).await;
    server.create("r").await;
    let info = json!({"RoomInfo": {"RoomId": "r", "RoomName": "n".repeat(100)}});
    server.done("update_room_info", info).await;
    let body = r#"{"RoomId":"r"}"#;
    let request = head(INFO, &server.query(), "Content-Length: 14\r\n") + body;
    let mut raw = Raw::to(&server).await;
    // Until the buffers of both systems are full of answers, the server takes requests; then it
    // waits for its client, and then no more.
    while in_time(raw.0.write_all(request.as_bytes())).await.is_ok() {}
}

//! Bodies: larger than allowed, and more of them at one time than memory is given to.

use std::pin::pin;

use futures_util::StreamExt;
use futures_util::future::{Either, select};
use futures_util::stream::FuturesUnordered;
use reqwest::Method;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::harness::{Server, refusal};
use crate::raw::{INFO, Raw, head, in_time};

#[tokio::test]
async fn a_body_without_a_length_and_without_an_end_is_answered_and_cut_off() {
    let server = Server::with(&["server.body_limit=64 KiB"]).await;
    let mut raw = Raw::to(&server).await;
    raw.send(&head(INFO, &server.query(), "Transfer-Encoding: chunked\r\n")).await;
    let (mut reading, mut writing) = raw.0.split();
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    let endless = pin!(async { while writing.write_all(chunk.as_bytes()).await.is_ok() {} });
    let mut answer = vec![0; 4096];
    let answering = pin!(reading.read(&mut answer));
    let Either::Left((read, endless)) = select(answering, endless).await else {
        panic!("the connection was closed without an answer");
    };
    let answer = String::from_utf8_lossy(&answer[..read.unwrap()]).into_owned();
    assert!(answer.contains(r#""ErrorCode":60008,"#), "{answer}");
    assert!(answer.contains("(body: at most 65536 bytes)"), "{answer}");
    in_time(endless).await;
}

#[tokio::test]
async fn a_client_that_sends_all_before_it_listens_learns_that_it_is_too_much() {
    let server = Server::with(&["server.body_limit=1 MiB"]).await;
    let mut raw = Raw::to(&server).await;
    let body = " ".repeat(4 << 20);
    let length = format!("Content-Length: {}\r\n", body.len());
    raw.send(&head(INFO, &server.query(), &length)).await;
    raw.send(&body).await;
    let (head, reply) = raw.answer().await;
    assert_eq!(refusal(&reply).0, 60008);
    assert!(head.contains("connection: close"), "{head}");
    raw.closed().await;
}

/// Clients of a flood.
const CLIENTS: usize = 40;
/// How many bodies like theirs fit into what bodies may hold.
const FITTING: usize = 4;
const BODY_BYTES: usize = 120 * 1024;

/// A client that has sent its head and most of its body.
async fn half_sent(server: &Server) -> Raw {
    let mut raw = Raw::to(server).await;
    let length = format!("Content-Length: {BODY_BYTES}\r\n");
    raw.send(&head(INFO, &server.query(), &length)).await;
    raw.send(&" ".repeat(BODY_BYTES - 20 * 1024)).await;
    raw
}

/// The rest of that body.
fn rest() -> String {
    format!("{:>width$}", r#"{"RoomId":"x"}"#, width = 20 * 1024)
}

fn is_busy(reply: &Value) -> bool {
    let (code, text) = refusal(reply);
    assert!(matches!(code, 60008 | 100_004), "{reply}");
    let busy = "service timeout or request format error,please check and try again \
                (the server is busy)";
    assert_eq!(code == 60008, text == busy, "{text}");
    code == 60008
}

#[tokio::test]
async fn a_flood_of_half_sent_bodies_is_shed_at_once_and_leaves_connections_usable() {
    // Nothing here may come from a time-out.
    let server = Server::with(&[
        "server.request_timeout=10m",
        "server.body_limit=128 KiB",
        "server.body_memory=512 KiB",
        "app.0.unlimited=true",
    ])
    .await;
    let mut flood = FuturesUnordered::new();
    for number in 0..CLIENTS {
        let mut raw = half_sent(&server).await;
        flood.push(async move {
            let (_, reply) = raw.answer().await;
            (number, raw, reply)
        });
    }
    // More than fit cannot be there: all the others are answered although nobody sends anything.
    let mut shed = Vec::new();
    while shed.len() < CLIENTS - FITTING {
        let (number, raw, reply) = in_time(flood.next()).await.unwrap();
        assert!(is_busy(&reply), "client {number}: {reply}");
        shed.push(raw);
    }
    // Meanwhile whoever sends little is served.
    let url = server.room_url("get_room_info");
    let small = server.send(Method::POST, &url, r#"{"RoomId":"x"}"#).await;
    assert_eq!(refusal(&small).0, 100_004);
    // The connections that were shed go on, behind the rest of what they had begun to send.
    let small = head(INFO, &server.query(), "Content-Length: 14\r\n") + r#"{"RoomId":"x"}"#;
    for raw in &mut shed {
        raw.send(&(rest() + &small)).await;
        assert!(!is_busy(&raw.answer().await.1));
    }
    // The flood ebbs, and what it held is free for as many as before, one after the other.
    drop((flood, shed));
    for _ in 0..2 * FITTING {
        let mut raw = half_sent(&server).await;
        loop {
            raw.send(&rest()).await;
            if !is_busy(&raw.answer().await.1) {
                break;
            }
            raw = half_sent(&server).await;
        }
    }
}

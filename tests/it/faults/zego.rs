//! ZEGO's requests that are struck.

use serde_json::{Value, json};
use tokio::io::AsyncReadExt;

use super::on_request;
use crate::harness::Server;
use crate::raw::{Raw, in_time};

/// Asks an action by hand, and reads until the connection ends: all that came.
async fn all_of(server: &Server, action: &str, query: &str, more: &str) -> String {
    let url = server.zego_url(action, query).await;
    let target = url.split_once("//").unwrap().1.split_once('/').unwrap().1;
    let mut raw = Raw::to(server).await;
    raw.send(&format!("GET /{target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n{more}\r\n"))
        .await;
    let mut came = Vec::new();
    in_time(raw.0.read_to_end(&mut came)).await.unwrap();
    String::from_utf8(came).unwrap()
}

#[tokio::test]
async fn an_action_fails_in_its_own_envelope() {
    let server = Server::start().await;
    let id = server.fault(on_request("DescribeUserNum", json!({"kind": "error", "code": 1}))).await;
    let reply = server.zego("DescribeUserNum", "RoomId[]=r").await;
    assert_eq!(reply, json!({"Code": 1, "Message": "a fault that was asked for"}));
    let logged = server.last_request().await;
    assert_eq!(logged["fault"], json!({"id": id, "kind": "error"}));
    assert_eq!(server.zego("DescribeUserNum", "RoomId[]=r").await["Code"], 0);
}

#[tokio::test]
async fn any_room_that_an_action_names_is_matched() {
    let server = Server::start().await;
    let done = json!({"kind": "error", "code": 1});
    let id = server.fault(json!({"on": "request", "room": "b", "fault": done})).await;
    for (query, code) in [("RoomId[]=a&RoomId[]=b", 1), ("RoomId[]=a", 0), ("RoomId[]=b", 1)] {
        assert_eq!(server.zego("DescribeUserNum", query).await["Code"], code, "{query}");
    }
    assert_eq!(server.counts(id).await, (2, 2));
}

#[tokio::test]
async fn a_room_is_closed_and_the_answer_lost() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    for (kind, is_there) in [("close", true), ("lost", false)] {
        server.create(kind).await;
        server.fault(on_request("CloseRoom", json!({"kind": kind}))).await;
        let came = all_of(&server, "CloseRoom", &format!("RoomId={kind}"), "").await;
        assert_eq!(came, "", "not one byte");
        let rooms = server.shown("rooms").await["rooms"].to_string();
        assert_eq!(rooms.contains(kind), is_there, "{rooms}");
    }
    server.create("half").await;
    let came =
        all_of(&server, "CloseRoom", "RoomId=half", "X-Guestlist-Fault: half_body\r\n").await;
    let (head, half) = came.split_once("\r\n\r\n").unwrap();
    assert!(half.starts_with(r#"{"Code":0,"Message":"#), "{came}");
    assert!(
        head.contains(&format!("content-length: {}", 2 * half.len()))
            || head.contains(&format!("content-length: {}", 2 * half.len() + 1)),
        "{came}"
    );
}

#[tokio::test]
async fn a_stranger_and_a_header_that_is_nonsense_are_told_so() {
    let server = Server::start().await;
    let id = server.fault(json!({"on": "request", "fault": {"kind": "close"}})).await;
    let url =
        server.zego_url("DescribeUserNum", "RoomId[]=r").await.replace("Signature=", "Signature=0");
    let sent = server.client().get(url).header("X-Guestlist-Fault", "close").send().await.unwrap();
    let reply: Value = sent.json().await.unwrap();
    assert_eq!(reply["Code"], 100_000_005, "{reply}");
    assert_eq!(server.counts(id).await, (0, 0));
    let url = server.zego_url("DescribeUserNum", "RoomId[]=r").await;
    let sent = server.client().get(url).header("X-Guestlist-Fault", "hold").send().await.unwrap();
    let reply: Value = sent.json().await.unwrap();
    let words = "error, status, delay, timeout, close, half_body, lost";
    let expected = format!("X-Guestlist-Fault: kind: must be one of {words}");
    assert_eq!((&reply["Code"], &reply["Message"]), (&json!(2), &json!(expected)));
}

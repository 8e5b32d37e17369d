//! When something goes wrong: slow and large bodies, a store that fails, hangs or panics.

use guestlist::store::{Calls, Fault};
use reqwest::Method;
use serde_json::json;

use super::harness::{APP, Answer, Server, answer, member, members, raw};
use crate::harness::faulty;

/// A body of so many bytes that is a good entry.
fn entry_of(bytes: usize) -> String {
    format!("{{}}{}", " ".repeat(bytes - 2))
}

#[tokio::test]
async fn a_body_has_n_bytes_and_not_n_plus_1() {
    let server = Server::dev(&["server.body_limit=1 KiB"]).await;
    server.room("r").await;
    server.send(Method::PUT, &member("r", "bob"), entry_of(1024)).await.is(201);
    let large = server.send(Method::PUT, &member("r", "eve"), entry_of(1025)).await;
    large.problem(413, None, "body: at most 1024 bytes");
    let huge = server.send(Method::POST, &members("r"), "x".repeat(2048)).await;
    huge.problem(413, None, "body: at most 1024 bytes");
    assert_eq!(server.accounts("r").await, ["admin", "bob"]);
}

#[tokio::test]
async fn a_limit_above_two_megabytes_holds_too() {
    let server = Server::dev(&["server.body_limit=3 MiB"]).await;
    server.room("r").await;
    server.send(Method::PUT, &member("r", "bob"), entry_of(3 << 20)).await.is(201);
}

#[tokio::test]
async fn a_body_that_does_not_announce_its_length_is_counted() {
    let server = Server::dev(&["server.body_limit=1 KiB"]).await;
    server.room("r").await;
    for (bytes, expected) in [(1024, 201), (1025, 413)] {
        let (half, rest) = (512, bytes - 512);
        let request = format!(
            "PUT /_guestlist/v1{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
             Transfer-Encoding: chunked\r\n\r\n{half:x}\r\n{}\r\n{rest:x}\r\n{}\r\n0\r\n\r\n",
            member("r", "bob"),
            entry_of(half),
            " ".repeat(rest),
        );
        let (status, came) = raw(server.control(), &request).await;
        assert_eq!(status, expected, "{came}");
    }
}

#[tokio::test]
async fn a_body_that_breaks_off_or_does_not_come_is_a_problem() {
    let server = Server::dev(&["server.request_timeout=200ms"]).await;
    let head = format!("PUT /_guestlist/v1{} HTTP/1.1\r\nHost: localhost\r\n", member("r", "bob"));
    let (status, came) =
        raw(server.control(), &format!("{head}Content-Length: 3\r\n\r\n{{}}")).await;
    assert_eq!(status, 408, "{came}");
    assert!(came.contains("application/problem+json") && came.contains("200ms"), "{came}");
    assert!(came.to_ascii_lowercase().contains("connection: close"), "{came}");
    let nonsense = format!("{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n");
    let (status, came) = raw(server.control(), &nonsense).await;
    assert_eq!(status, 400, "{came}");
    assert!(came.contains("body: it broke off"), "{came}");
}

#[tokio::test]
async fn an_announced_length_is_refused_unread() {
    let overrides = ["server.request_timeout=200ms", "server.body_limit=1 KiB"];
    let server = Server::dev(&overrides).await;
    let request = format!(
        "PUT /_guestlist/v1{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1025\r\n\r\n",
        member("r", "bob")
    );
    let (status, came) = raw(server.control(), &request).await;
    assert_eq!(status, 413, "{came}");
}

#[tokio::test]
async fn a_store_that_cannot_read_is_unavailable() {
    let server = Server::on(faulty(Fault::Reads), &[]).await;
    server.room("r").await;
    let rooms = format!("/apps/{APP}/rooms");
    for path in ["/apps", &rooms, &format!("{rooms}/r"), &members("r")] {
        server.get(path).await.problem(503, None, "unavailable");
    }
    let post = server.post(&members("r"), json!({"accounts": ["bob"]})).await;
    post.problem(503, None, "unavailable");
}

#[tokio::test]
async fn a_store_that_cannot_write_is_unavailable() {
    for fault in [Fault::Commit { at: 2 }, Fault::Answer { at: 2 }] {
        let server = Server::on(faulty(fault), &[]).await;
        server.room("r").await;
        let first = server.put(&member("r", "bob"), json!({})).await;
        first.problem(503, None, "unknown");
        // An answer that was lost had its change made; the next try tells.
        let done = fault == Fault::Answer { at: 2 };
        server.put(&member("r", "bob"), json!({})).await.is(if done { 200 } else { 201 });
    }
}

#[tokio::test]
async fn a_change_that_takes_too_long_is_unavailable() {
    let store = faulty(Fault::Hangs(Calls::Changes));
    let server = Server::on(store, &["server.request_timeout=200ms"]).await;
    for method in [Method::PUT, Method::DELETE] {
        let slow = server.call(method, &member("r", "bob")).await;
        slow.problem(503, None, "not done within 200ms");
    }
    let reset = server.post(&format!("/apps/{APP}/reset"), json!({})).await;
    reset.problem(503, None, "not done within 200ms");
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_server_goes_on() {
    let server = Server::on(faulty(Fault::Panics(Calls::Changes)), &[]).await;
    let broken: Answer = server.put(&member("r", "bob"), json!({})).await;
    let broken = broken.problem(500, None, "bug");
    assert!(!broken.body.to_string().contains("asked for"));
    assert!(broken.headers.contains_key("x-request-id"));
    server.get("/apps").await.is(200);
    let probe = server.request(Method::GET, "/readyz").send().await.unwrap();
    assert_eq!(probe.status(), 200);
    answer(server.request(Method::GET, "/")).await.problem(404, None, "path");
}

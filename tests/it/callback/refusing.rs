//! Answers that are none, and receivers that cannot be reached.

use std::io::ErrorKind;
use std::net::SocketAddr;
use std::time::Duration;

use guestlist::callback::{Failure, MAX_ANSWER_BYTES, MAX_KEPT_ANSWER_BYTES, Outcome, Reach};
use tokio::net::TcpListener;

use super::receiver::{Receiver, Script};
use super::{IMPATIENT, SENSITIVE, Sender, anywhere, destination, impatient};

/// An address of this machine at which nobody listens.
async fn nobody() -> SocketAddr {
    let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
    socket.local_addr().unwrap()
}

async fn failure_after(script: Script) -> Failure {
    let receiver = Receiver::by_hand(script).await;
    Sender::new().failure(&anywhere(receiver.address)).await
}

/// What comes of an answer that begins and does not end. The beginning must come in time, so a slow
/// machine gets more of it.
async fn after_a_beginning(script: Script) -> (Failure, Duration, String) {
    let receiver = Receiver::by_hand(script).await;
    let mut destination = impatient(receiver.address);
    loop {
        let outcome = Sender::new().send(&destination).await;
        let Outcome::Failed { failure, answer } = outcome else { panic!("there was an end") };
        match answer {
            Some(answer) => return (failure, destination.timeout, answer.start),
            None => destination.timeout *= 2,
        }
    }
}

#[tokio::test]
async fn another_status_than_200_is_a_failure_whatever_the_body() {
    let rows = [
        ("HTTP/1.1 500 Oops\r\nContent-Length: 2\r\n\r\n{}", 500),
        ("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n", 404),
        ("HTTP/1.1 204 No Content\r\n\r\n", 204),
        ("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}", 201),
    ];
    for (answer, status) in rows {
        assert_eq!(failure_after(Script::Say(answer)).await, Failure::Status(status));
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = Receiver::ordinary().await;
    let location = format!("http://{}/", elsewhere.address);
    let answer = format!("HTTP/1.1 307 Go\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n");
    assert_eq!(failure_after(Script::Say(answer.leak())).await, Failure::Status(307));
    assert!(elsewhere.seen().is_empty());
}

#[tokio::test]
async fn a_body_that_is_no_json_is_a_failure() {
    for body in ["", "OK", "{", "{}{}", "<html>", "{\"a\":1,}"] {
        let receiver = Receiver::answering(body.to_owned()).await;
        let outcome = Sender::new().send(&anywhere(receiver.address)).await;
        let Outcome::Failed { failure, answer } = outcome else { panic!("{body:?} was taken") };
        assert_eq!((failure, answer.unwrap().start.as_str()), (Failure::NotJson, body));
    }
}

#[tokio::test]
async fn an_answer_takes_n_bytes_and_not_n_plus_1() {
    let json = |bytes: usize| format!("\"{}\"", "a".repeat(bytes - 2));
    let largest = Receiver::answering(json(MAX_ANSWER_BYTES)).await;
    let answer = Sender::new().answer(&anywhere(largest.address)).await;
    assert_eq!((answer.start.len(), answer.cut), (MAX_KEPT_ANSWER_BYTES, true));

    let too_large = Receiver::answering(json(MAX_ANSWER_BYTES + 1)).await;
    let outcome = Sender::new().send(&anywhere(too_large.address)).await;
    let Outcome::Failed { failure, answer } = outcome else { panic!("it was taken") };
    assert_eq!((failure, answer.unwrap().start.len()), (Failure::TooLarge, MAX_KEPT_ANSWER_BYTES));
}

#[tokio::test]
async fn an_answer_without_an_end_is_left_at_the_limit() {
    let head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
    let chunk = format!("400\r\n{}\r\n", " ".repeat(1024));
    assert_eq!(failure_after(Script::SayForever(head, chunk.leak())).await, Failure::TooLarge);
}

#[tokio::test]
async fn a_receiver_that_says_nothing_is_left_in_time() {
    for script in [Script::Silence, Script::Say("HTTP/1.1 200 OK\r\nContent-Le")] {
        let receiver = Receiver::by_hand(script).await;
        let failure = Sender::new().failure(&impatient(receiver.address)).await;
        assert_eq!(failure, Failure::Timeout(IMPATIENT));
        assert!(failure.is_unreachable());
    }
}

#[tokio::test]
async fn an_answer_that_stops_in_the_middle_is_left_in_time() {
    let stalled = Script::Say("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}");
    let (failure, timeout, start) = after_a_beginning(stalled).await;
    assert_eq!((failure, start.as_str()), (Failure::Timeout(timeout), "{}"));
    // A status has said what there is to say.
    let stalled = Script::Say("HTTP/1.1 503 Busy\r\nContent-Length: 9\r\n\r\nbusy");
    let (failure, _, start) = after_a_beginning(stalled).await;
    assert_eq!((failure, start.as_str()), (Failure::Status(503), "busy"));
}

#[tokio::test]
async fn a_connection_that_breaks_is_told_from_one_that_cannot_be_made() {
    for answer in ["", "HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}", "SSH-2.0-OpenSSH\r\n"] {
        let failure = failure_after(Script::SayAndClose(answer)).await;
        assert_eq!(failure, Failure::Broken, "{answer:?}");
        assert!(!failure.is_unreachable());
    }
    let failure = Sender::new().failure(&anywhere(nobody().await)).await;
    assert_eq!(failure, Failure::Connect(ErrorKind::ConnectionRefused));
    assert!(failure.is_unreachable());
}

#[tokio::test]
async fn an_address_that_may_not_be_reached_is_not_connected_to() {
    let receiver = Receiver::ordinary().await;
    let port = receiver.address.port();
    let sender = Sender::new();
    let hosts = ["127.0.0.1", "2130706433", "0x7f.1", "0177.0.0.1", "[::ffff:127.0.0.1]", "0"];
    for host in hosts {
        let destination = destination(format!("{host}:{port}"), Reach::PublicOnly);
        let failure = sender.failure(&destination).await;
        let Failure::Address(refused) = &failure else { panic!("{host}: {failure}") };
        assert!(refused.to_string().contains("public addresses only"), "{refused}");
        assert!(failure.is_unreachable());
    }
    let private = sender.failure(&destination("10.0.0.1", Reach::LoopbackOnly)).await;
    assert_eq!(private.kind(), "address");
    assert!(receiver.seen().is_empty());
    sender.answer(&destination(format!("0x7f.1:{port}"), Reach::LoopbackOnly)).await;
    assert_eq!(receiver.seen().len(), 1);
}

#[tokio::test]
async fn a_page_that_repeats_the_request_does_not_bring_its_secrets_back() {
    let page = format!("cannot POST /callback?k={SENSITIVE}&SdkAppid=1400000001");
    let receiver = Receiver::answering(page).await;
    let outcome = Sender::new().send(&anywhere(receiver.address)).await;
    let shown = format!("{outcome:?}");
    assert!(shown.contains("/callback?k=(hidden)&SdkAppid="), "{shown}");
    assert!(!shown.contains(SENSITIVE), "{shown}");
}

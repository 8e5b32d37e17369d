//! What a receiver sees, and how connections are used.

use std::sync::Arc;

use guestlist::callback::{Destination, Reach};
use http::header::{
    ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, HOST, REFERER,
};
use tokio::task::JoinSet;

use super::receiver::{Receiver, Script};
use super::{BODY, SENSITIVE, Sender, THANKS, anywhere, destination};

#[tokio::test]
async fn a_callback_arrives_as_it_is_documented() {
    let receiver = Receiver::ordinary().await;
    let answer = Sender::new().answer(&anywhere(receiver.address)).await;
    assert_eq!((answer.status, answer.start.as_str(), answer.cut), (200, THANKS, false));

    let [seen] = &receiver.seen()[..] else { panic!("{:?}", receiver.seen()) };
    assert_eq!((seen.method.as_str(), seen.body.as_str()), ("POST", BODY));
    // The digest of "sensitive-7f3a1669872112".
    let sign = "03fa439b280e5d288006c5b7f07bb4163004db4a96a44c4db85428d6f47aa99d";
    assert_eq!(
        seen.target,
        format!(
            "/callback?k={SENSITIVE}&SdkAppid=1400000001\
             &CallbackCommand=Room.CallbackAfterDestroyRoom&contenttype=json&ClientIP=127.0.0.1\
             &OptPlatform=RESTAPI&Sign={sign}&RequestTime=1669872112"
        )
    );
    assert_eq!(seen.headers[CONTENT_TYPE], "application/json");
    assert_eq!(seen.headers[CONTENT_LENGTH], BODY.len().to_string());
    assert_eq!(seen.headers[HOST], receiver.address.to_string());
    for absent in [ACCEPT_ENCODING, AUTHORIZATION, COOKIE, REFERER] {
        assert!(!seen.headers.contains_key(&absent), "{absent}");
    }
}

#[tokio::test]
async fn without_a_token_nothing_is_signed() {
    let receiver = Receiver::ordinary().await;
    let unsigned = Destination { token: None, ..anywhere(receiver.address) };
    Sender::new().answer(&unsigned).await;
    let target = receiver.seen()[0].target.clone();
    assert!(target.ends_with("&OptPlatform=RESTAPI"), "{target}");
}

#[tokio::test]
async fn whatever_json_says_is_an_answer() {
    let bodies = [
        r#"{"ActionStatus":"FAIL","ErrorInfo":"no","ErrorCode":1}"#,
        r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0,"more":[1,2.5,null]}"#,
        "{}",
        "[]",
        " null ",
    ];
    for body in bodies {
        let receiver = Receiver::answering(body.to_owned()).await;
        let answer = Sender::new().answer(&anywhere(receiver.address)).await;
        assert_eq!(answer.start, body);
    }
}

#[tokio::test]
async fn a_connection_is_used_again_but_not_by_who_may_not_open_it() {
    let receiver = Receiver::ordinary().await;
    let sender = Sender::new();
    for reach in [Reach::Any, Reach::Any, Reach::LoopbackOnly, Reach::LoopbackOnly] {
        sender.answer(&destination(receiver.address, reach)).await;
    }
    let from: Vec<_> = receiver.seen().iter().map(|seen| seen.from).collect();
    assert_eq!((from[0], from[2]), (from[1], from[3]));
    assert_ne!(from[1], from[2], "a connection of another reach");
    // There is one that leads there, but not for this reach.
    sender.failure(&destination(receiver.address, Reach::PublicOnly)).await;
    assert_eq!(receiver.seen().len(), 4);
}

/// As many as are ever in flight to one URL.
#[tokio::test]
async fn one_client_sends_many_at_once() {
    let receiver = Receiver::ordinary().await;
    let (sender, url) = (Arc::new(Sender::new()), anywhere(receiver.address));
    let mut sending = JoinSet::new();
    for _ in 0..64 {
        let (sender, url) = (Arc::clone(&sender), url.clone());
        sending.spawn(async move { sender.answer(&url).await });
    }
    assert!(sending.join_all().await.iter().all(|answer| answer.status == 200));
    assert_eq!(receiver.seen().len(), 64);
}

#[tokio::test]
async fn a_receiver_that_closes_each_connection_gets_another() {
    let answer = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}";
    let receiver = Receiver::by_hand(Script::SayAndClose(answer)).await;
    let sender = Sender::new();
    for _ in 0..3 {
        assert_eq!(sender.answer(&anywhere(receiver.address)).await.start, "{}");
    }
}

/// Runs another test of this file where the environment names a proxy at which nobody listens.
#[test]
fn a_proxy_of_the_environment_is_not_asked() {
    let name = "callback::client::a_callback_arrives_as_it_is_documented";
    let mut command = std::process::Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", name]);
    for variable in ["http_proxy", "HTTP_PROXY", "https_proxy", "all_proxy", "ALL_PROXY"] {
        command.env(variable, "http://127.0.0.1:1");
    }
    let output = command.env_remove("no_proxy").env_remove("NO_PROXY").output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && text.contains("1 passed"), "{text}");
}

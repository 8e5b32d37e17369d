//! The edge: what is no fault of any command, told in the dialect all the same.

use guestlist::store::{Calls, Fault};
use reqwest::Method;
use serde_json::json;
use tokio::net::TcpStream;

use crate::harness::{ADMIN, Server, faulty, query, refusal};
use crate::raw::{INFO, Raw, head};

#[tokio::test]
async fn a_body_at_the_limit_is_read_and_one_byte_more_is_not() {
    let server = Server::with(&["server.body_limit=64 B"]).await;
    let at_limit = format!("{:<64}", r#"{"RoomId":"x"}"#);
    let url = server.room_url("get_room_info");
    let reply = server.send(Method::POST, &url, &at_limit).await;
    assert_eq!(refusal(&reply).0, 100_004);
    let too_large = "service timeout or request format error,please check and try again \
                     (body: at most 64 bytes)";
    let announced = server.send(Method::POST, &url, &(at_limit + " ")).await;
    assert_eq!(refusal(&announced), (60008, too_large.to_owned()));
    let mut raw = Raw::to(&server).await;
    raw.send(&head(INFO, &server.query(), "Transfer-Encoding: chunked\r\n")).await;
    for _ in 0..5 {
        raw.send(&format!("10\r\n{}\r\n", " ".repeat(16))).await;
    }
    let (head, reply) = raw.answer().await;
    assert_eq!(refusal(&reply), (60008, too_large.to_owned()));
    assert!(head.contains("connection: close"), "{head}");
}

#[tokio::test]
async fn an_announced_body_over_the_limit_is_not_waited_for() {
    let server = Server::start().await;
    let mut raw = Raw::to(&server).await;
    raw.send(&head(INFO, &server.query(), "Content-Length: 1048577\r\n")).await;
    assert_eq!(refusal(&raw.answer().await.1).0, 60008);
}

#[tokio::test]
async fn a_refusal_reaches_a_client_that_is_still_sending() {
    let server = Server::start().await;
    let url = server.url(&format!("{INFO}?{}", query(ADMIN, "xxx")));
    let reply = server.send(Method::POST, &url, &" ".repeat(1_000_000)).await;
    assert_eq!(refusal(&reply).0, 70003);
}

/// What `head` adds to the lines that it is given.
const FIRST_BYTES: usize = "POST ? HTTP/1.1\r\nHost: x\r\n\r\n".len();

#[tokio::test]
async fn heads_up_to_their_limits_are_answered_in_the_dialect() {
    let server = Server::start().await;
    let ask = async |query: &str, more: &str| {
        let mut raw = Raw::to(&server).await;
        raw.send(&(head(INFO, query, &format!("Content-Length: 14\r\n{more}")))).await;
        raw.send(r#"{"RoomId":"x"}"#).await;
        raw.answer().await
    };
    // A hundred lines: `Host` and `Content-Length` are two of them.
    let lines = "X-More: of it\r\n".repeat(98);
    assert_eq!(refusal(&ask(&server.query(), &lines).await.1).0, 100_004);
    // One byte less than 64 KiB, in the URL and in a line.
    let query = server.query();
    let taken = FIRST_BYTES + INFO.len() + query.len() + "Content-Length: 14\r\n".len();
    let rest = 64 * 1024 - 1 - taken;
    let long = format!("{query}&x={}", "x".repeat(rest - 3));
    assert_eq!(refusal(&ask(&long, "").await.1).0, 100_004);
    let long = format!("X: {}\r\n", "x".repeat(rest - 5));
    assert_eq!(refusal(&ask(&query, &long).await.1).0, 100_004);
    // More lines have no dialect: HTTP says no.
    let mut raw = Raw::to(&server).await;
    raw.send(&head(INFO, &query, &"X-More: of it\r\n".repeat(100))).await;
    let said = raw.says().await;
    assert!(said.starts_with("HTTP/1.1 431 "), "{said}");
}

#[tokio::test]
async fn slow_clients_are_cut_off() {
    let server = Server::with(&["server.request_timeout=80ms"]).await;
    let mut slow_head = Raw::to(&server).await;
    slow_head.send("POST /v4/x").await;
    let mut slow_body = Raw::to(&server).await;
    slow_body.send(&head(INFO, &server.query(), "Content-Length: 10\r\n")).await;
    slow_body.send("{").await;
    let (_, reply) = slow_body.answer().await;
    let (code, text) = refusal(&reply);
    assert_eq!(code, 60008);
    assert!(text.ends_with("(the request took too long)"), "{text}");
    slow_head.closed().await;
    slow_body.closed().await;
}

#[tokio::test]
async fn silence_between_requests_is_not_slowness() {
    let server = Server::with(&["server.request_timeout=50ms"]).await;
    let mut raw = Raw::to(&server).await;
    let request = head(INFO, &server.query(), "Content-Length: 14\r\n") + r#"{"RoomId":"x"}"#;
    for _ in 0..3 {
        raw.send(&request).await;
        assert_eq!(refusal(&raw.answer().await.1).0, 100_004);
        // Another connection that is cut off shows that the time-out has passed.
        let mut slow = Raw::to(&server).await;
        slow.send("POST").await;
        slow.closed().await;
    }
    raw.send(&(request.clone() + &request)).await;
    let (_, first) = raw.answer_of_two().await;
    assert_eq!(refusal(&first).0, 100_004, "pipelined requests are answered in order");
}

#[tokio::test]
async fn a_panic_is_an_envelope_and_the_server_lives_on() {
    let server = Server::on(faulty(Fault::Panics(Calls::Reads)), &[]).await;
    for _ in 0..2 {
        let refused = server.refused("get_room_info", json!({"RoomId": "r"})).await;
        assert_eq!(refused, (100_001, "internal error, please retry".into()));
    }
    server.create("r").await;
}

#[tokio::test]
async fn a_store_that_does_not_answer_is_a_time_out() {
    let store = faulty(Fault::Hangs(Calls::Reads));
    let server = Server::on(store, &["server.request_timeout=60ms"]).await;
    assert_eq!(server.refused("get_room_info", json!({"RoomId": "r"})).await.0, 60008);
    server.create("r").await;
}

#[tokio::test]
async fn a_store_that_fails_is_an_internal_error_and_nothing_is_half_applied() {
    let server = Server::on(faulty(Fault::Commit { at: 2 }), &[]).await;
    server.create("r").await;
    let update = json!({"RoomInfo": {"RoomId": "r", "RoomName": "new"}});
    assert_eq!(server.refused("update_room_info", update.clone()).await.0, 100_001);
    let name = async || {
        let reply = server.done("get_room_info", json!({"RoomId": "r"})).await;
        reply["Response"]["RoomInfo"]["RoomName"].clone()
    };
    assert_eq!(name().await, "r");
    server.done("update_room_info", update).await;
    assert_eq!(name().await, "new");
}

#[tokio::test]
async fn bans_and_seats_that_cannot_be_written_or_read_are_an_internal_error() {
    let unavailable =
        (100_001, "internal error: the store is unavailable, please retry".to_owned());
    let list = json!({"RoomId": "r", "MemberList_Account": ["bob"], "Duration": 60});
    let changes = [
        ("ban_room_member", &list, 0),
        ("unban_room_member", &list, 0),
        ("pick_user_on_seat", &json!({"Member_Account": "admin", "Index": 0}), 0),
        ("kick_user_off_seat", &json!({"Member_Account": "admin"}), 100_206),
        ("lock_seat", &json!({"Index": 0, "ForbidTaken": true}), 0),
        ("switch_seat", &json!({"Member_Account": "admin", "ToIndex": 0}), 100_206),
        (
            "move_user_to_seat",
            &json!({"Member_Account": "admin", "SeatIndex": 0, "Policy": 0}),
            100_206,
        ),
    ];
    for (command, body, answered) in changes {
        // The room is the first transaction.
        let server = Server::on(faulty(Fault::Commit { at: 2 }), &[]).await;
        server.create_with("r", json!({"IsSeatEnabled": true})).await;
        let before = server.whole("r").await;
        let mut body = body.clone();
        body["RoomId"] = "r".into();
        assert_eq!(server.refused(command, body.clone()).await, unavailable, "{command}");
        assert_eq!(server.whole("r").await, before, "{command}");
        assert_eq!(server.room(command, body).await["ErrorCode"], answered, "{command}");
    }
    let server = Server::on(faulty(Fault::Reads), &[]).await;
    server.create("r").await;
    for command in ["get_banned_member_list", "get_seat_list"] {
        let refused = server.refused(command, json!({"RoomId": "r"})).await;
        assert_eq!(refused, unavailable, "{command}");
    }
}

#[tokio::test]
async fn a_stop_answers_what_was_accepted() {
    let server = Server::start().await;
    let mut half_sent = Raw::to(&server).await;
    half_sent.send(&head(INFO, &server.query(), "Content-Length: 14\r\n")).await;
    let mut whole = Raw::to(&server).await;
    whole.send(&head(INFO, &server.query(), "Content-Length: 14\r\n")).await;
    whole.send(r#"{"RoomId":"x"}"#).await;
    let address = server.address();
    let stopping = tokio::task::JoinSet::from_iter([server.stop()]);
    half_sent.send(r#"{"RoomId":"x"}"#).await;
    for raw in [&mut half_sent, &mut whole] {
        assert_eq!(refusal(&raw.answer().await.1).0, 100_004);
        raw.closed().await;
    }
    stopping.join_all().await;
    assert!(TcpStream::connect(address).await.is_err(), "nobody listens any more");
}

#[tokio::test]
async fn probes_are_answered_plainly() {
    let server = Server::start().await;
    for path in ["/healthz", "/readyz"] {
        let answer = server.client().get(server.url(path)).send().await.unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.text().await.unwrap().as_str()),
            (200, "ok\n")
        );
    }
}

#[tokio::test]
async fn connections_beyond_the_cap_wait_their_turn() {
    let server = Server::with(&["server.max_connections=1"]).await;
    let request = head(INFO, &server.query(), "Content-Length: 14\r\nConnection: close\r\n");
    let mut first = Raw::to(&server).await;
    let mut second = Raw::to(&server).await;
    second.send(&(request.clone() + r#"{"RoomId":"x"}"#)).await;
    first.send(&request).await;
    first.send(r#"{"RoomId":"x"}"#).await;
    let (head, _) = first.answer().await;
    assert!(head.contains("connection: close"), "{head}");
    assert_eq!(refusal(&second.answer().await.1).0, 100_004);
}

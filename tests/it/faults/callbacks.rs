//! Callbacks that are struck: what the receiver hears, in which order, and what the log says.

use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::backend::{Answer, Backend};
use crate::harness::Server;

const ENTER: &str = "Room.CallbackAfterMemberEnter";
const LEAVE: &str = "Room.CallbackAfterMemberLeave";
const SEATS: &str = "Mic.CallbackAfterSeatInfoChanged";

/// A frozen server with the room `r`, and its receiver, which hears of who comes and goes, of seats,
/// and with ZEGO's words too if it is to.
async fn told(zego: bool, more: &[&str]) -> (Server, Backend) {
    let backend = Backend::start().await;
    let url = format!("app.0.callback.url={}", backend.url());
    let commands = format!("app.0.callback.commands={ENTER},{LEAVE},{SEATS}");
    let mut settings = vec!["app.0.unlimited=true", &url, &commands];
    let of_zego = format!("app.0.zego.callback_url={}", backend.url());
    if zego {
        settings = vec!["app.0.unlimited=true", "app.0.zego.callback_secret=s", &of_zego];
    }
    let server = Server::with(&[&settings[..], more].concat()).await;
    server.freeze().await;
    let seats = json!({"RoomId": "r", "RoomType": "Conference", "IsSeatEnabled": true});
    server.done("create_room", json!({"RoomInfo": seats})).await;
    (server, backend)
}

/// The first account that each callback names, and its word.
fn heard(bodies: &[Value]) -> Vec<String> {
    let one = |body: &Value| {
        let word = body["CallbackCommand"].as_str().or(body["event"].as_str()).unwrap();
        let word = word.rsplit("After").next().unwrap();
        let who = body["MemberList_Account"][0].as_str().or(body["user_account"].as_str());
        format!("{word} {}", who.unwrap_or("-"))
    };
    bodies.iter().map(one).collect()
}

/// Everything in the log: command, state, fault.
async fn logged(server: &Server) -> Vec<(String, String, Value)> {
    let page = server.shown("callbacks?limit=1000").await;
    let text = |value: &Value| value.as_str().unwrap().rsplit("After").next().unwrap().to_owned();
    let row = |row: &Value| (text(&row["command"]), text(&row["state"]), row["fault"].clone());
    page["items"].as_array().unwrap().iter().map(row).collect()
}

async fn come_and_go(server: &Server, accounts: &[&str]) {
    for account in accounts {
        server.enter("r", account).await;
    }
    for account in accounts {
        assert_eq!(server.leave("r", account).await, StatusCode::NO_CONTENT);
    }
}

/// Waits until nothing is on its way or due.
async fn settle(server: &Server) {
    assert_eq!(server.advance(json!({"ms": 0})).await.1["left"], 0);
}

fn on_callback(command: &str, fault: Value) -> Value {
    json!({"on": "callback", "command": command, "nth": 1, "fault": fault})
}

#[tokio::test]
async fn the_second_leave_comes_before_the_first_every_time() {
    for seated in [false, true, false, true, false, true] {
        let (server, backend) = told(false, &[]).await;
        let id = server.fault(on_callback(LEAVE, json!({"kind": "reorder", "past": LEAVE}))).await;
        server.enter("r", "alice").await;
        server.enter("r", "bob").await;
        if seated {
            let pick = json!({"RoomId": "r", "Member_Account": "alice", "Index": 1});
            server.done("pick_user_on_seat", pick).await;
        }
        server.leave("r", "alice").await;
        server.leave("r", "bob").await;
        let expected: &[&str] = if seated {
            &[
                "MemberEnter alice",
                "MemberEnter bob",
                "SeatInfoChanged -",
                "SeatInfoChanged -",
                "MemberLeave bob",
                "MemberLeave alice",
            ]
        } else {
            &["MemberEnter alice", "MemberEnter bob", "MemberLeave bob", "MemberLeave alice"]
        };
        assert_eq!(heard(&backend.bodies(expected.len()).await), expected);
        settle(&server).await;
        let log = logged(&server).await;
        assert!(log.iter().all(|(_, state, _)| state == "sent"), "{log:?}");
        let leaves: Vec<_> = log.iter().filter(|(word, ..)| word == "MemberLeave").collect();
        assert_eq!(leaves[0].2, json!({"id": id, "kind": "reorder"}));
        assert_eq!(leaves[1].2, Value::Null);
    }
}

#[tokio::test]
async fn a_callback_goes_behind_so_many_of_its_room() {
    let (server, backend) = told(false, &[]).await;
    server.create("other").await;
    server.fault(on_callback(ENTER, json!({"kind": "reorder", "by": 3}))).await;
    server.enter("r", "alice").await;
    for account in ["a", "b", "c", "d"] {
        server.enter("other", account).await;
    }
    come_and_go(&server, &["bob", "carol"]).await;
    let mut heard = heard(&backend.bodies(9).await);
    heard.retain(|word| ["alice", "bob", "carol"].iter().any(|name| word.ends_with(name)));
    let expected = [
        "MemberEnter bob",
        "MemberEnter carol",
        "MemberLeave bob",
        "MemberEnter alice",
        "MemberLeave carol",
    ];
    assert_eq!(heard, expected);
}

#[tokio::test]
async fn what_is_held_holds_its_room_alone_until_it_is_let_go() {
    let (server, backend) = told(false, &[]).await;
    server.create("other").await;
    let id = server.fault(on_callback(ENTER, json!({"kind": "hold"}))).await;
    come_and_go(&server, &["alice"]).await;
    server.enter("other", "bob").await;
    assert_eq!(heard(&backend.bodies(1).await), ["MemberEnter bob"]);
    let (_, moved) = server.advance(json!({"ms": 3_600_000})).await;
    assert_eq!((&moved["ran"], &moved["left"]), (&json!(0), &json!(0)), "nobody waits for it");
    let log = logged(&server).await;
    let held = ("MemberEnter".to_owned(), "waiting".to_owned(), json!({"id": id, "kind": "hold"}));
    assert_eq!((&log[0], &log[1].1), (&held, &"waiting".to_owned()));
    assert_eq!(server.release(json!({"room": "other"})).await, 0);
    assert_eq!(server.release(json!({"room": "r"})).await, 1);
    let expected = ["MemberEnter bob", "MemberEnter alice", "MemberLeave alice"];
    assert_eq!(heard(&backend.bodies(3).await), expected);
    settle(&server).await;
    assert_eq!(server.release(json!({})).await, 0);
    let attempts = server.shown("callbacks").await["items"][0]["attempts_made"].clone();
    assert_eq!(attempts, 1, "a hold is no attempt");
}

#[tokio::test]
async fn rooms_are_told_in_the_order_in_which_they_are_let_go() {
    let (server, backend) = told(false, &[]).await;
    server.create("s").await;
    let hold = json!({"on": "callback", "command": ENTER, "fault": {"kind": "hold"}});
    server.fault(hold).await;
    server.enter("r", "first").await;
    server.enter("s", "second").await;
    settle(&server).await;
    assert_eq!(server.release(json!({"room": "s"})).await, 1);
    assert_eq!(heard(&backend.bodies(1).await), ["MemberEnter second"]);
    assert_eq!(server.release(json!({})).await, 1);
    assert_eq!(heard(&backend.bodies(2).await)[1], "MemberEnter first");
}

#[tokio::test]
async fn what_is_dropped_is_never_sent_and_the_log_says_so() {
    let (server, backend) = told(false, &[]).await;
    let id = server.fault(on_callback(ENTER, json!({"kind": "drop"}))).await;
    come_and_go(&server, &["alice", "bob"]).await;
    let expected = ["MemberEnter bob", "MemberLeave alice", "MemberLeave bob"];
    assert_eq!(heard(&backend.bodies(3).await), expected);
    settle(&server).await;
    let dropped = server.shown("callbacks?state=dropped").await["items"].clone();
    assert_eq!(dropped.as_array().unwrap().len(), 1);
    assert_eq!(dropped[0]["fault"], json!({"id": id, "kind": "drop"}));
    assert_eq!(
        (&dropped[0]["attempts_made"], &dropped[0]["body"]["MemberCount"]),
        (&json!(0), &json!(2))
    );
    assert_eq!(server.counts(id).await, (1, 1));
}

#[tokio::test]
async fn what_is_doubled_is_sent_again_once_it_has_arrived() {
    let (server, backend) = told(false, &["app.0.callback.retry=7"]).await;
    server.fault(on_callback(ENTER, json!({"kind": "duplicate"}))).await;
    come_and_go(&server, &["alice"]).await;
    let expected = ["MemberEnter alice", "MemberEnter alice", "MemberLeave alice"];
    let bodies = backend.bodies(3).await;
    assert_eq!(heard(&bodies), expected);
    assert_eq!(bodies[0], bodies[1]);
    settle(&server).await;
    let rows = server.shown("callbacks").await["items"].clone();
    let row = rows.as_array().unwrap().iter().find(|row| row["command"] == ENTER).unwrap();
    assert_eq!((&row["state"], &row["attempts_made"]), (&json!("sent"), &json!(2)));
    assert_eq!(row["fault"]["kind"], "duplicate");
}

#[tokio::test]
async fn what_is_doubled_and_does_not_arrive_is_tried_again_by_the_schedule() {
    let (server, backend) = told(false, &["app.0.callback.retry=7"]).await;
    backend.answers(Answer::Bad);
    server.fault(on_callback(ENTER, json!({"kind": "duplicate"}))).await;
    server.enter("r", "alice").await;
    settle(&server).await;
    assert_eq!(backend.bodies(1).await.len(), 1, "it is not sent twice in vain");
    backend.answers(Answer::Good);
    let (_, moved) = server.advance(json!({"ms": 7_000})).await;
    assert_eq!(moved["ran"], 2);
    assert_eq!(heard(&backend.bodies(3).await), ["MemberEnter alice"; 3]);
}

#[tokio::test]
async fn a_delay_is_by_the_clock_of_the_app_and_costs_no_attempt() {
    let (server, backend) = told(false, &["app.0.callback.retry=7"]).await;
    server.fault(on_callback(ENTER, json!({"kind": "delay", "ms": 5_000}))).await;
    come_and_go(&server, &["alice"]).await;
    let (_, moved) = server.advance(json!({"ms": 4_999})).await;
    assert_eq!(moved["ran"], 0);
    assert_eq!(backend.seen.requests.lock().len(), 0);
    backend.answers(Answer::Bad);
    let (_, moved) = server.advance(json!({"ms": 1})).await;
    assert_eq!(moved["ran"], 1, "at its time");
    backend.answers(Answer::Good);
    let (_, moved) = server.advance(json!({"ms": 7_000})).await;
    assert_eq!(moved["ran"], 2, "the first pause is the first: the delay was no failure");
    let expected = ["MemberEnter alice", "MemberEnter alice", "MemberLeave alice"];
    assert_eq!(heard(&backend.bodies(3).await), expected);
}

#[tokio::test]
async fn a_callback_is_matched_once_however_often_it_is_tried() {
    let (server, backend) = told(false, &["app.0.callback.retry=1,1,1"]).await;
    backend.answers(Answer::Bad);
    let fault = json!({"on": "callback", "nth": 2, "fault": {"kind": "drop"}});
    let id = server.fault(fault).await;
    server.enter("r", "alice").await;
    assert_eq!(server.advance(json!({"ms": 2_000})).await.1["ran"], 2);
    server.enter("r", "bob").await;
    assert_eq!(server.counts(id).await, (2, 1), "as soon as it has happened");
    server.enter("r", "carol").await;
    backend.answers(Answer::Good);
    server.advance(json!({"ms": 1_000})).await;
    let heard = heard(&backend.bodies(5).await);
    assert_eq!(heard[3..], ["MemberEnter alice", "MemberEnter carol"]);
}

#[tokio::test]
async fn what_happened_before_a_fault_is_not_struck_by_it() {
    let (server, backend) = told(false, &["app.0.callback.retry=1"]).await;
    backend.answers(Answer::Bad);
    server.enter("r", "alice").await;
    server.enter("r", "bob").await;
    settle(&server).await;
    let id = server.fault(json!({"on": "callback", "fault": {"kind": "drop"}})).await;
    backend.answers(Answer::Good);
    server.advance(json!({"ms": 1_000})).await;
    let expected = ["MemberEnter alice", "MemberEnter alice", "MemberEnter bob"];
    assert_eq!(heard(&backend.bodies(3).await), expected);
    assert_eq!(server.counts(id).await, (0, 0));
}

#[tokio::test]
async fn one_seed_drops_the_same_callbacks_in_every_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let (server, backend) = told(false, &[]).await;
        let drop = json!({"kind": "drop"});
        let fault = json!({"on": "callback", "probability": 0.5, "seed": 1, "fault": drop});
        server.fault(fault).await;
        for nth in 1..=24 {
            server.enter("r", &nth.to_string()).await;
        }
        settle(&server).await;
        let bodies = backend.bodies(16).await;
        runs.push(heard(&bodies));
        let dropped = server.shown("callbacks?state=dropped").await["items"].clone();
        let dropped = dropped.as_array().unwrap().iter();
        let names: Vec<_> = dropped.map(|it| it["body"]["Operator_Account"].clone()).collect();
        assert_eq!(names, ["3", "7", "13", "16", "18", "19", "21", "24"], "the draws of the seed");
    }
    assert_eq!(runs[0], runs[1]);
}

#[tokio::test]
async fn each_of_several_who_are_sent_away_at_once_is_a_callback_of_zegos() {
    let (server, backend) = told(true, &[]).await;
    for account in ["a", "b", "c"] {
        server.enter("r", account).await;
    }
    let drop =
        json!({"on": "callback", "command": "room_logout", "nth": 2, "fault": {"kind": "drop"}});
    server.fault(drop).await;
    let reorder = json!({"kind": "reorder", "by": 2});
    server.fault(on_callback("room_logout", reorder)).await;
    let kick = json!({"RoomId": "r", "MemberList_Account": ["a", "b", "c"]});
    server.done("kick_user_out", kick).await;
    server.enter("r", "d").await;
    let heard = heard(&backend.bodies(7).await);
    // The second, which is dropped, has passed the first all the same.
    assert_eq!(heard[4..], ["room_logout c", "room_logout a", "room_login d"]);
    settle(&server).await;
    let log = logged(&server).await;
    let states: Vec<_> = log.iter().filter(|(word, ..)| word == "room_logout").collect();
    assert_eq!(states.len(), 3, "{log:?}");
    let kinds: Vec<_> =
        states.iter().map(|(_, state, fault)| (&**state, fault["kind"].as_str())).collect();
    assert_eq!(kinds, [("sent", Some("reorder")), ("dropped", Some("drop")), ("sent", None)]);
}

#[tokio::test]
async fn a_reset_forgets_what_is_held_and_set_aside() {
    let (server, backend) = told(false, &[]).await;
    server.fault(on_callback(ENTER, json!({"kind": "reorder", "by": 9}))).await;
    server.fault(on_callback(LEAVE, json!({"kind": "hold"}))).await;
    come_and_go(&server, &["alice"]).await;
    settle(&server).await;
    let reset = server.control(Method::POST, "reset").send().await.unwrap();
    assert_eq!(reset.status(), StatusCode::NO_CONTENT);
    assert_eq!(server.release(json!({})).await, 0);
    server.freeze().await;
    server.create("r").await;
    come_and_go(&server, &["bob"]).await;
    assert_eq!(heard(&backend.bodies(2).await), ["MemberEnter bob", "MemberLeave bob"]);
}

#[tokio::test]
async fn what_waits_is_given_up_when_nobody_is_to_hear_of_it() {
    let (server, _backend) = told(false, &[]).await;
    server.create("s").await;
    server.fault(on_callback(ENTER, json!({"kind": "reorder"}))).await;
    server.enter("r", "alice").await;
    server.fault(on_callback(ENTER, json!({"kind": "hold"}))).await;
    server.enter("s", "bob").await;
    settle(&server).await;
    let url = server.url(&format!("/v4/room_config/delete_callback?{}", server.query()));
    assert_eq!(server.send(Method::POST, &url, "{}").await["ErrorCode"], 0);
    let log = logged(&server).await;
    let states: Vec<&str> = log.iter().map(|(_, state, _)| &**state).collect();
    assert_eq!(states, ["no_url", "no_url"], "{log:?}");
    assert_eq!(server.release(json!({})).await, 0);
}

#[tokio::test]
async fn what_is_held_is_within_the_backlog_and_the_oldest_goes_first() {
    let (server, backend) = told(false, &["callback.backlog=8 KiB"]).await;
    server.fault(json!({"on": "callback", "fault": {"kind": "hold"}})).await;
    for nth in 0..40 {
        server.enter("r", &nth.to_string()).await;
        // Each is up alone, and held.
        settle(&server).await;
    }
    let dropped = server.shown("callbacks?state=dropped&limit=1000").await["items"].clone();
    let dropped = dropped.as_array().unwrap().len();
    assert!((1..40).contains(&dropped), "{dropped}");
    let waiting = server.shown("callbacks?state=waiting&limit=1000").await["items"].clone();
    assert_eq!(waiting[0]["body"]["Operator_Account"], dropped.to_string(), "the oldest went");
    while server.release(json!({})).await > 0 {
        settle(&server).await;
    }
    let heard = heard(&backend.bodies(40 - dropped).await);
    assert_eq!(heard[0], format!("MemberEnter {dropped}"));
    assert_eq!(heard.len(), 40 - dropped);
}

//! Faults as they are written down: each field with its limits, and the routes.

use reqwest::Method;
use serde_json::{Value, json};

use super::on_request;
use crate::harness::Server;

/// The status of a request without a body.
async fn status(server: &Server, method: Method, path: &str) -> u16 {
    server.control(method, path).send().await.unwrap().status().as_u16()
}

#[tokio::test]
async fn a_fault_is_shown_as_it_was_written_with_what_was_not_said() {
    let server = Server::start().await;
    let rows = [
        (
            json!({"on": "request", "fault": {"kind": "lost"}}),
            json!({
                "id": 1, "on": "request", "command": null, "room": null, "nth": 1, "times": null,
                "probability": 1.0, "seed": 0, "fault": {"kind": "lost"}, "matched": 0, "struck": 0,
            }),
        ),
        (
            json!({
                "on": "request", "command": "create_room", "room": "r", "nth": 2, "times": 3,
                "probability": 0.25, "seed": u64::MAX, "fault": {"kind": "error", "code": 7},
            }),
            json!({
                "id": 2, "on": "request", "command": "create_room", "room": "r", "nth": 2,
                "times": 3, "probability": 0.25, "seed": u64::MAX,
                "fault": {"kind": "error", "code": 7, "text": "a fault that was asked for"},
                "matched": 0, "struck": 0,
            }),
        ),
        (
            json!({
                "on": "callback", "command": "CallbackAfterMemberLeave", "nth": 1,
                "fault": {"kind": "reorder", "past": "CallbackAfterSeatInfoChanged"},
            }),
            json!({
                "id": 3, "on": "callback", "command": "Room.CallbackAfterMemberLeave", "room": null,
                "nth": 1, "times": 1, "probability": 1.0, "seed": 0,
                "fault": {"kind": "reorder", "by": 1, "past": "Mic.CallbackAfterSeatInfoChanged"},
                "matched": 0, "struck": 0,
            }),
        ),
        (
            json!({"on": "callback", "command": "room_logout", "fault": {"kind": "delay", "ms": 5}}),
            json!({
                "id": 4, "on": "callback", "command": "room_logout", "room": null, "nth": 1,
                "times": null, "probability": 1.0, "seed": 0, "fault": {"kind": "delay", "ms": 5},
                "matched": 0, "struck": 0,
            }),
        ),
    ];
    for (written, shown) in &rows {
        let id = server.fault(written.clone()).await;
        assert_eq!(&server.shown(&format!("faults/{id}")).await, shown);
    }
    let all: Vec<&Value> = rows.iter().map(|(_, shown)| shown).collect();
    assert_eq!(server.shown("faults").await, json!({"faults": all}));
    assert_eq!(status(&server, Method::DELETE, "faults/2").await, 204);
    for method in [Method::GET, Method::DELETE] {
        assert_eq!(status(&server, method.clone(), "faults/2").await, 404);
        assert_eq!(status(&server, method, "faults/x").await, 400);
    }
    assert_eq!(status(&server, Method::DELETE, "faults").await, 204);
    assert_eq!(server.shown("faults").await, json!({"faults": []}));
}

#[tokio::test]
async fn an_app_has_100_faults_and_not_101_and_a_reset_leaves_none() {
    let server = Server::start().await;
    let fault = || on_request("create_room", json!({"kind": "error", "code": 7}));
    for id in 1..=100 {
        assert_eq!(server.fault(fault()).await, id);
    }
    let (status_code, problem) = server.set_fault(fault()).await;
    assert_eq!(status_code, 409);
    assert_eq!(problem["detail"], "the app has 100 faults, and at most 100");
    assert_eq!(status(&server, Method::DELETE, "faults/50").await, 204);
    assert_eq!(server.fault(fault()).await, 101);
    assert_eq!(status(&server, Method::POST, "reset").await, 204);
    assert_eq!(server.shown("faults").await, json!({"faults": []}));
    server.create("r").await;
    assert_eq!(server.fault(fault()).await, 102, "a number names one fault");
}

#[tokio::test]
async fn each_field_is_refused_beyond_its_limit_by_name() {
    let server = Server::start().await;
    let (text, long) = ("é".repeat(256), format!("{}x", "é".repeat(256)));
    let room = "r".repeat(128);
    let request = |fault: Value| json!({"on": "request", "fault": fault});
    let callback = |fault: Value| json!({"on": "callback", "fault": fault});
    let with = |name: &str, value: Value| {
        let mut fault = request(json!({"kind": "close"}));
        fault[name] = value;
        fault
    };
    let good = [
        with("nth", json!(u32::MAX)),
        with("times", json!(1)),
        with("probability", json!(0)),
        with("room", json!(room)),
        with("command", json!("DescribeUserList")),
        request(json!({"kind": "error", "code": u32::MAX, "text": text})),
        request(json!({"kind": "status", "status": 400})),
        request(json!({"kind": "status", "status": 599})),
        request(json!({"kind": "delay", "ms": 60_000})),
        request(json!({"kind": "timeout", "ms": 600_000})),
        callback(json!({"kind": "delay", "ms": 86_400_000})),
        callback(json!({"kind": "reorder", "by": 100})),
    ];
    for fault in good {
        server.fault(fault).await;
    }
    let words = "Room.CallbackAfterCreateRoom, Room.CallbackAfterDestroyRoom, \
                 Room.CallbackAfterUpdateRoomInfo, Room.CallbackAfterMemberEnter, \
                 Room.CallbackAfterMemberLeave, Mic.CallbackAfterSeatInfoChanged, room_create, \
                 room_close, room_login, room_logout, stream_create, stream_close";
    let other = |command: &str| {
        let mut fault = callback(json!({"kind": "reorder", "past": "room_login"}));
        fault["command"] = command.into();
        fault
    };
    let bad = [
        (json!({}), "on: missing".to_owned()),
        (json!({"on": "both"}), "on: must be one of request, callback".to_owned()),
        (json!({"on": "request"}), "fault: missing".to_owned()),
        (with("nth", json!(0)), "nth: 0, must be 1 to 4294967295".to_owned()),
        (with("times", json!(0)), "times: 0, must be 1 to 4294967295".to_owned()),
        (with("probability", json!(1.1)), "probability: 1.1, must be 0 to 1".to_owned()),
        (with("probability", json!(-0.1)), "probability: -0.1, must be 0 to 1".to_owned()),
        (with("seed", json!(-1)), "seed: wrong type".to_owned()),
        (with("room", json!("")), "room: 0 bytes, at least 1".to_owned()),
        (with("room", json!(format!("{room}r"))), "room: 129 bytes, at most 128".to_owned()),
        (with("rooms", json!("r")), "rooms: no field of this request".to_owned()),
        (
            with("command", json!("create_rom")),
            "command: not a command or an action; create_room is".to_owned(),
        ),
        (with("command", json!("zzz")), "command: not a command or an action".to_owned()),
        (request(json!({})), "fault.kind: missing".to_owned()),
        (
            request(json!({"kind": "hold"})),
            "fault.kind: must be one of error, status, delay, timeout, close, half_body, lost"
                .to_owned(),
        ),
        (request(json!({"kind": "close", "ms": 1})), "fault.ms: not for the kind close".to_owned()),
        (request(json!({"kind": "error"})), "fault.code: missing".to_owned()),
        (
            request(json!({"kind": "error", "code": 0})),
            "fault.code: 0, must be 1 to 4294967295".to_owned(),
        ),
        (
            request(json!({"kind": "error", "code": 1, "text": long})),
            "fault.text: 513 bytes, at most 512".to_owned(),
        ),
        (
            request(json!({"kind": "status", "status": 399})),
            "fault.status: 399, must be 400 to 599".to_owned(),
        ),
        (
            request(json!({"kind": "status", "status": 600})),
            "fault.status: 600, must be 400 to 599".to_owned(),
        ),
        (request(json!({"kind": "delay"})), "fault.ms: missing".to_owned()),
        (
            request(json!({"kind": "delay", "ms": 60_001})),
            "fault.ms: 60001, must be 1 to 60000".to_owned(),
        ),
        (
            request(json!({"kind": "timeout", "ms": 600_001})),
            "fault.ms: 600001, must be 1 to 600000".to_owned(),
        ),
        (request(json!({"kind": "timeout", "ms": 0})), "fault.ms: 0, must be 1".to_owned()),
        (
            callback(json!({"kind": "lost"})),
            "fault.kind: must be one of hold, drop, duplicate, delay, reorder".to_owned(),
        ),
        (
            callback(json!({"kind": "delay", "ms": 86_400_001})),
            "fault.ms: 86400001, must be 1 to 86400000".to_owned(),
        ),
        (
            callback(json!({"kind": "reorder", "by": 101})),
            "fault.by: 101, must be 1 to 100".to_owned(),
        ),
        (callback(json!({"kind": "reorder", "by": 0})), "fault.by: 0, must be 1 to 100".to_owned()),
        (
            callback(json!({"kind": "reorder", "past": "room_logou"})),
            format!("fault.past: must be one of {words}"),
        ),
        (other("CallbackAfterMemberEnter"), "fault.past: goes to another receiver".to_owned()),
        (
            json!({"on": "callback", "command": "create_room", "fault": {"kind": "drop"}}),
            format!("command: must be one of {words}"),
        ),
    ];
    let before = server.shown("faults").await;
    for (fault, words) in bad {
        let (status, problem) = server.set_fault(fault.clone()).await;
        let detail = problem["detail"].as_str().unwrap();
        assert!(status == 400 && detail.starts_with(&words), "{fault}: {status} {detail}");
    }
    assert_eq!(server.shown("faults").await, before, "and nothing is set");
}

#[tokio::test]
async fn without_the_bench_there_are_no_faults() {
    let server = Server::with(&["bench.enabled=false"]).await;
    let routes = [
        (Method::POST, "faults"),
        (Method::GET, "faults"),
        (Method::DELETE, "faults"),
        (Method::GET, "faults/1"),
        (Method::DELETE, "faults/1"),
        (Method::POST, "callbacks/release"),
    ];
    for (method, path) in routes {
        assert_eq!(status(&server, method.clone(), path).await, 403, "{method} {path}");
    }
}

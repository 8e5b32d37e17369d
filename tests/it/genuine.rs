//! The whole conversation, signed by the vendor's own libraries.
//!
//! The libraries are those of the examples (`libraries`).

use std::sync::LazyLock;

use guestlist::config::DEVELOPMENT_KEY;
use reqwest::Method;
use serde_json::json;

use crate::harness::{ADMIN, SDKAPPID, Server, query, refusal};
use crate::libraries::{node, python, run};

/// A ticket of the Python library. One for all tests.
pub(crate) static PYTHON: LazyLock<String> = LazyLock::new(python_ticket);
/// A ticket of the Node library.
pub(crate) static NODE: LazyLock<String> = LazyLock::new(node_ticket);

fn python_ticket() -> String {
    let script = format!(
        "import TLSSigAPIv2 as t; print(t.TLSSigAPIv2({SDKAPPID}, '{DEVELOPMENT_KEY}').gen_sig('{ADMIN}'))"
    );
    run(python("python3").args(["-c", &script])).trim().to_owned()
}

fn node_ticket() -> String {
    let script = format!(
        "console.log(new (require('tls-sig-api-v2').Api)({SDKAPPID}, '{DEVELOPMENT_KEY}').genSig('{ADMIN}', 86400))"
    );
    let mut node = node("node");
    let top = node.get_current_dir().expect("a copy of the examples").join("examples/node");
    run(node.args(["-e", &script]).current_dir(top)).trim().to_owned()
}

/// A room is made, three come in, the list comes in pages, one becomes an administrator, the room
/// ends.
async fn converse(ticket: &str) {
    let server = Server::start().await;
    let call = async |command: &str, body: serde_json::Value| {
        let path = format!("/v4/room_engine_http_srv/{command}?{}", query(ADMIN, ticket));
        server.send(Method::POST, &server.url(&path), &body.to_string()).await
    };
    let create = json!({"RoomInfo": {"RoomId": "room-test", "RoomType": "Conference"}});
    assert_eq!(call("create_room", create).await["ErrorCode"], 0);
    for account in ["user2", "user3", "user4"] {
        server.enter("room-test", account).await;
    }
    let page = async |next: &str| {
        let body = json!({"RoomId": "room-test", "Count": 3, "Next": next});
        let mut reply = call("get_room_member_list", body).await;
        let next = reply["Response"]["Next"].as_str().unwrap().to_owned();
        (reply["Response"]["MemberList"].take(), next)
    };
    let (first, next) = page("").await;
    let names = |list: &serde_json::Value| -> Vec<String> {
        let rows = list.as_array().unwrap().iter();
        rows.map(|row| row["Member_Account"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(names(&first), ["admin", "user2", "user3"]);
    assert!(!next.is_empty());
    let update = json!({
        "RoomId": "room-test",
        "MemberInfo": {"Member_Account": "user4", "NameCard": "jack", "Role": "Admin",
            "CustomInfo": "custom info"},
    });
    let done = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""});
    assert_eq!(call("update_room_member_info", update).await, done);
    let (second, next) = page(&next).await;
    let jack = json!([{
        "Member_Account": "user4", "NameCard": "jack", "Role": "Admin", "Marks": [],
        "CustomInfo": "custom info",
    }]);
    assert_eq!((second, next.as_str()), (jack, ""));
    assert_eq!(call("destroy_room", json!({"RoomId": "room-test"})).await, done);
    let gone = call("get_room_member_list", json!({"RoomId": "room-test"})).await;
    assert_eq!(refusal(&gone).0, 100_004);
}

#[tokio::test]
async fn signed_by_the_python_library() {
    converse(&PYTHON).await;
}

#[tokio::test]
async fn signed_by_the_node_library() {
    converse(&NODE).await;
}

//! The whole conversation, signed by the vendor's own libraries.
//!
//! The libraries are fetched by their package managers into the build directory, once.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use guestlist::config::DEVELOPMENT_KEY;
use reqwest::Method;
use serde_json::json;

use crate::harness::{ADMIN, SDKAPPID, Server, query, refusal};

/// A ticket of the Python library. One for all tests, so that only one of them fetches it.
pub(crate) static PYTHON: LazyLock<String> = LazyLock::new(python_ticket);
/// A ticket of the Node library.
pub(crate) static NODE: LazyLock<String> = LazyLock::new(node_ticket);

/// A folder of the build directory for one ecosystem's packages.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("genuine").join(name);
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

fn run(command: &mut Command) -> String {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{command:?}: {errors}");
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn python_ticket() -> String {
    let folder = folder("python");
    if !folder.join("TLSSigAPIv2.py").exists() {
        let install = ["-m", "pip", "install", "--quiet", "--no-deps", "--target"];
        run(Command::new("python3").args(install).arg(&folder).arg("tls-sig-api-v2==1.1"));
    }
    let script = format!(
        "import TLSSigAPIv2 as t; print(t.TLSSigAPIv2({SDKAPPID}, '{DEVELOPMENT_KEY}').gen_sig('{ADMIN}'))"
    );
    run(Command::new("python3").args(["-c", &script]).env("PYTHONPATH", folder))
}

fn node_ticket() -> String {
    let folder = folder("node");
    if !folder.join("node_modules/tls-sig-api-v2").exists() {
        let install = ["install", "--silent", "--no-save", "--prefix"];
        run(Command::new("npm").args(install).arg(&folder).arg("tls-sig-api-v2@1.0.2"));
    }
    let script = format!(
        "console.log(new (require('tls-sig-api-v2').Api)({SDKAPPID}, '{DEVELOPMENT_KEY}').genSig('{ADMIN}', 86400))"
    );
    run(Command::new("node").args(["-e", &script]).current_dir(folder))
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

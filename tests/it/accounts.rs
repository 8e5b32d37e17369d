//! Accounts: which exist, and what asks for it.

use std::sync::Arc;

use guestlist::store::{Fault, Faulty, MemoryStore};
use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::{Server, refusal};

fn create(room: &str, owner: Option<&str>) -> Value {
    json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference", "Owner_Account": owner}})
}

#[tokio::test]
async fn where_accounts_are_imported_a_room_s_owner_is_one() {
    let server = Server::with(&["app.0.chat.accounts=imported"]).await;
    let unknown = (100_002, "RoomInfo.Owner_Account: alice was not imported".to_owned());
    assert_eq!(server.refused("create_room", create("r", Some("alice"))).await, unknown);
    assert_eq!(server.shown("rooms").await["rooms"], json!([]), "nothing half applied");
    server.done("multiaccount_import", json!({"Accounts": ["alice", "bob"]})).await;
    server.done("create_room", create("r", Some("alice"))).await;
    // The administrators of the settings are there from the start.
    server.done("create_room", create("s", None)).await;
    server.done("create_room", create("t", Some("administrator"))).await;
    for who in ["bob", "carol"] {
        server.enter("r", who).await;
    }
    let pass = |to: &str| json!({"RoomId": "r", "From_Account": "alice", "NewOwner_Account": to});
    let unknown = "NewOwner_Account: carol was not imported";
    server.refuses("r", "change_room_owner", &[(pass("carol"), 100_002, unknown)]).await;
    server.done("change_room_owner", pass("bob")).await;

    server.done("account_delete", json!({"DeleteItem": [{"UserID": "alice"}]})).await;
    let gone = (100_002, "RoomInfo.Owner_Account: alice was not imported".to_owned());
    assert_eq!(server.refused("create_room", create("u", Some("alice"))).await, gone);
    let reset = server.control(Method::POST, "reset").send().await.unwrap();
    assert_eq!(reset.status(), 204);
    assert_eq!(server.refused("create_room", create("r", Some("bob"))).await.0, 100_002);
}

#[tokio::test]
async fn where_any_account_may_be_used_none_is_looked_for() {
    let server = Server::start().await;
    server.done("create_room", create("r", Some("alice"))).await;
}

#[tokio::test]
async fn a_store_that_cannot_tell_whether_an_account_exists_is_unavailable() {
    let store = Faulty::new(Arc::new(MemoryStore::new()), Fault::Reads);
    let server = Server::on(Arc::new(store), &["app.0.chat.accounts=imported"]).await;
    assert_eq!(server.refused("create_room", create("r", Some("alice"))).await.0, 100_001);
}

#[tokio::test]
async fn account_check_may_be_get_and_without_a_body_unless_strict() {
    let body = r#"{"CheckItem":[{"UserID":"alice"}]}"#;
    let call = async |server: &Server, method, body| {
        refusal(&server.send(method, &server.room_url("account_check"), body).await).0
    };
    let lenient = Server::start().await;
    assert_eq!(call(&lenient, Method::GET, body).await, 0);
    assert_eq!(call(&lenient, Method::GET, "").await, 70402);
    assert_eq!(call(&lenient, Method::POST, "").await, 60003);
    let strict = Server::with(&["app.0.strict=true"]).await;
    assert_eq!(call(&strict, Method::GET, body).await, 60002);
    assert_eq!(call(&strict, Method::POST, body).await, 0);
}

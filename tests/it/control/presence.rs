//! Who is online by hand.

use serde_json::{Value, json};

use super::harness::{APP, Server};

fn online(account: &str) -> String {
    format!("/apps/{APP}/accounts/{account}/online")
}

async fn is_online(server: &Server, account: &str) -> bool {
    server.get(&online(account)).await.is(200)["online"].as_bool().unwrap()
}

#[tokio::test]
async fn one_is_online_until_set_offline_however_often() {
    let server = Server::dev(&[]).await;
    for _ in 0..2 {
        assert_eq!(server.put(&online("bob"), json!({})).await.is(204), Value::Null);
        assert!(is_online(&server, "bob").await && !is_online(&server, "Bob").await);
    }
    // It needs no record and no room; the name is decoded once.
    server.call(reqwest::Method::PUT, &online("a%2Fb")).await.is(204);
    assert!(is_online(&server, "a%2Fb").await && !is_online(&server, "a").await);
    for _ in 0..2 {
        assert_eq!(server.delete(&online("bob")).await.is(204), Value::Null);
        assert!(!is_online(&server, "bob").await && is_online(&server, "a%2Fb").await);
    }
}

#[tokio::test]
async fn nobody_is_online_after_a_reset_or_once_deleted() {
    let server = Server::dev(&[]).await;
    for account in ["bob", "carol", "dave"] {
        server.put(&online(account), json!({})).await.is(204);
    }
    server.vendor(APP, "account_import", json!({"UserID": "bob"})).await;
    let both = json!({"DeleteItem": [{"UserID": "bob"}, {"UserID": "carol"}]});
    server.vendor(APP, "account_delete", both).await;
    for (account, expected) in [("bob", false), ("carol", true), ("dave", true)] {
        // carol was never imported, and is not deleted.
        assert_eq!(is_online(&server, account).await, expected, "{account}");
    }
    server.post(&format!("/apps/{APP}/reset"), json!({})).await.is(204);
    assert!(!is_online(&server, "carol").await && !is_online(&server, "dave").await);
}

#[tokio::test]
async fn what_is_wrong_is_named() {
    let server = Server::dev(&[]).await;
    let unknown = server.put("/apps/7/accounts/bob/online", json!({})).await;
    unknown.problem(404, None, "app: no app 7");
    let long = server.put(&online(&"a".repeat(65)), json!({})).await;
    long.problem(400, None, "account: 65 bytes, at most 64");
    let strange = server.put(&online("bob"), json!({"since": 0})).await;
    strange.problem(400, None, "since: no field of this request");
    let strange = server.delete(&format!("{}?force=1", online("bob"))).await;
    strange.problem(400, None, "force");
    server.post(&online("bob"), json!({})).await.problem(405, None, "see Allow");
}

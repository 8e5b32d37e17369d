//! ZEGO's server API through the door: one list with the other dialects, and what only the door knows.

use std::collections::BTreeSet;

use guestlist::config::DEVELOPMENT_ZEGO_SECRET;
use guestlist::proto::zego::ACTIONS;
use guestlist::sig::zego::{sign, token04};
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

use crate::contract::{Seen, check};
use crate::harness::{SDKAPPID, Server};
use crate::pages::Page;

/// The pages on ZEGO and on the one list, run as they are printed.
///
/// `BLESS=1 cargo test --test it goes_as_it_says` writes the replies. Read what it wrote.
fn page(name: &str) -> Page {
    let mut page = Page::new(name);
    page.program = vec!["dev", "--set", "app.0.unlimited=true"];
    assert!(page.text().contains("guestlist dev --set app.0.unlimited=true"));
    page
}

#[test]
fn the_page_on_zego_goes_as_it_says() {
    page("zego.md").bless();
    page("zego.md").holds(None);
}

#[test]
fn the_page_on_one_list_goes_as_it_says() {
    page("one-list.md").bless();
    page("one-list.md").holds(None);
}

#[test]
fn the_page_on_zego_comes_by_every_action() {
    let blocks = page("zego.md").blocks();
    let words = blocks.iter().flat_map(|block| block.commands.split_whitespace());
    let words: BTreeSet<&str> = words.collect();
    let left_out = ACTIONS.iter().map(|entry| entry.spec.action);
    let left_out: Vec<&str> = left_out.filter(|name| !words.contains(name)).collect();
    assert!(left_out.is_empty(), "the page does not use {left_out:?}");
}

const NONCE: &str = "0123456789abcdef";

impl Server {
    /// The URL of an action, signed with a secret by the app's clock.
    pub(crate) async fn zego_url(&self, action: &str, query: &str) -> String {
        let now_ms = self.shown("clock").await["now_ms"].as_u64().unwrap();
        let (app, time) = (SDKAPPID.to_string(), (now_ms / 1000).to_string());
        let signature = sign(&app, NONCE, DEVELOPMENT_ZEGO_SECRET, &time);
        self.url(&format!(
            "/?Action={action}&AppId={app}&SignatureNonce={NONCE}&Timestamp={time}\
             &Signature={signature}&SignatureVersion=2.0&{query}"
        ))
    }

    /// Asks an action: the reply without its `RequestId`.
    pub(crate) async fn zego(&self, action: &str, query: &str) -> Value {
        let url = self.zego_url(action, query).await;
        zego_reply(self.client().get(url).send().await.unwrap()).await
    }

    /// An action that must be done: its `Data`, null if it has none.
    pub(crate) async fn zego_done(&self, action: &str, query: &str) -> Value {
        let mut reply = self.zego(action, query).await;
        let data = reply.as_object_mut().unwrap().remove("Data").unwrap_or_default();
        assert_eq!(reply, json!({"Code": 0, "Message": "success"}), "{action} {query}");
        data
    }
}

/// A reply as the document has it: HTTP 200, JSON, without its `RequestId`.
async fn zego_reply(sent: reqwest::Response) -> Value {
    assert_eq!(sent.status(), StatusCode::OK);
    let content_type = sent.headers()["content-type"].to_str().unwrap().to_owned();
    let body = sent.text().await.unwrap();
    let (method, path, content_type) = (&Method::GET, "/", Some(&*content_type));
    check(&Seen { method, path, status: 200, content_type, body: &body });
    let mut reply: Value = serde_json::from_str(&body).unwrap();
    let request_id = reply.as_object_mut().unwrap().remove("RequestId").unwrap();
    assert!(request_id.as_str().unwrap().parse::<u64>().is_ok());
    reply
}

fn column(rows: &Value, name: &str) -> Vec<Value> {
    rows.as_array().unwrap().iter().map(|row| row[name].clone()).collect()
}

#[tokio::test]
async fn four_hundred_and_fifty_people_are_walked_in_pages_of_200() {
    let server = Server::start().await;
    let people: Vec<String> = (0..449).map(|nth| format!("user-{nth:03}")).collect();
    server
        .done(
            "create_room",
            json!({"RoomInfo": {"RoomId": "room_demo", "RoomType": "Conference",
        "Owner_Account": "host", "MaxMemberCount": 500}}),
        )
        .await;
    let entries = server.control(Method::POST, "rooms/room_demo/members");
    let body = json!({"accounts": people}).to_string();
    assert_eq!(entries.body(body).send().await.unwrap().status(), 200);

    let mut met = Vec::new();
    let (mut marker, mut sizes) = (String::new(), Vec::new());
    loop {
        let query = format!("RoomId=room_demo&Mode=0&Limit=200&Marker={marker}");
        let data = server.zego_done("DescribeUserList", &query).await;
        sizes.push(data["UserList"].as_array().unwrap().len());
        met.extend(column(&data["UserList"], "UserId"));
        data["Marker"].as_str().unwrap().clone_into(&mut marker);
        if marker.is_empty() {
            break;
        }
    }
    assert_eq!(sizes, [200, 200, 50]);
    let mut expected = vec![json!("host")];
    expected.extend(people.into_iter().map(Value::from));
    assert_eq!(met, expected);
}

#[tokio::test]
async fn conferences_and_groups_are_seen_in_one_order_with_their_roles() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server
        .done(
            "create_room",
            json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference",
        "Owner_Account": "host"}}),
        )
        .await;
    server.enter("r", "bob").await;
    server.done("add_robot", json!({"RoomId": "r", "Member_Account": "robot"})).await;
    let data = server.zego_done("DescribeUserList", "RoomId=r").await;
    assert_eq!(column(&data["UserList"], "UserId"), ["host", "bob", "robot"]);
    assert_eq!(column(&data["UserList"], "UserRole"), [1, 2, 4]);
    let listed = server.done("get_room_member_list", json!({"RoomId": "r"})).await;
    let rows = &listed["Response"]["MemberList"];
    assert_eq!(column(rows, "Member_Account"), ["host", "bob", "robot"]);

    // A person who is sent away by ZEGO's action is gone from the others' lists.
    server.zego_done("KickoutUser", "RoomId=r&UserId[]=bob&CustomReason=spam").await;
    let listed = server.done("get_room_member_list", json!({"RoomId": "r"})).await;
    let rows = &listed["Response"]["MemberList"];
    assert_eq!(column(rows, "Member_Account"), ["host", "robot"]);
    let log = server.shown("callbacks?command=Room.CallbackAfterMemberLeave").await;
    let body = &log["items"][0]["body"];
    assert_eq!((&body["Type"], &body["Reason"]), (&json!("Kicked"), &json!("spam")));
    assert_eq!(body["Operator_Account"], "administrator");
}

#[tokio::test]
async fn an_open_room_is_seen_while_somebody_is_in_it() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let enter = server.control(Method::PUT, "rooms/live/members/bob?create=open");
    assert_eq!(enter.send().await.unwrap().status(), 201);
    let data = server.zego_done("DescribeUserNum", "RoomId[]=live&RoomId[]=other").await;
    assert_eq!(column(&data["UserCountList"], "UserCount"), [1, 0]);
    server.leave("live", "bob").await;
    let data = server.zego_done("DescribeUserList", "RoomId=live").await;
    assert_eq!(data, json!({"Marker": "", "UserList": []}));
    let absent = server.zego("DescribeUsers", "RoomId=live&UserId=bob").await;
    assert_eq!(absent["Code"], 50_001);
}

#[tokio::test]
async fn a_post_is_a_get_and_a_body_over_the_limit_is_not_read() {
    let server = Server::with(&["app.0.unlimited=true", "server.body_limit=1 KiB"]).await;
    let url = server.zego_url("DescribeUserList", "RoomId=r").await;
    for body in ["", "{}", "no JSON", &"x".repeat(1024)] {
        let sent = server.client().post(&url).body(body.to_owned()).send().await.unwrap();
        assert_eq!(zego_reply(sent).await["Code"], 0, "{} bytes", body.len());
    }
}

#[tokio::test]
async fn a_body_over_the_limit_is_code_2() {
    let server = Server::with(&["server.body_limit=1 KiB"]).await;
    let url = server.zego_url("DescribeUserList", "RoomId=r").await;
    let sent = server.client().post(&url).body("x".repeat(1025)).send().await.unwrap();
    let refused = json!({"Code": 2, "Message": "the body: at most 1024 bytes"});
    assert_eq!(zego_reply(sent).await, refused);
}

#[tokio::test]
async fn an_app_without_a_server_secret_is_unknown() {
    let server = Server::with(&["app.0.zego.server_secret="]).await;
    assert_eq!(server.zego("DescribeUserList", "RoomId=r").await["Code"], 100_000_010);
}

#[tokio::test]
async fn pages_of_other_sites_may_not_use_the_well_known_secret() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let url = server.zego_url("DescribeUserList", "RoomId=r").await;
    for (origin, code, allowed) in [
        ("https://evil.example", 100_000_017, None),
        ("http://localhost:5173", 0, Some("http://localhost:5173")),
    ] {
        let sent = server.client().get(&url).header(ORIGIN, origin).send().await.unwrap();
        let told = sent.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
        assert_eq!(told.as_ref().map(|value| value.to_str().unwrap()), allowed);
        assert_eq!(zego_reply(sent).await["Code"], code, "{origin}");
    }
}

#[tokio::test]
async fn a_secret_of_ones_own_lets_every_page_read_unless_set_otherwise() {
    let own = "app.0.zego.server_secret=0123456789abcdef0123456789abcdef";
    for (cors, allowed) in [("app.0.zego.cors=true", Some("*")), ("app.0.zego.cors=false", None)] {
        let server = Server::with(&[own, cors]).await;
        let url = server.zego_url("DescribeUserList", "RoomId=r").await;
        for method in [Method::OPTIONS, Method::GET] {
            let preflight = method == Method::OPTIONS;
            let request = server.client().request(method, &url).header(ORIGIN, "https://a.example");
            let sent = request.send().await.unwrap();
            let told = sent.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
            assert_eq!(told.as_ref().map(|value| value.to_str().unwrap()), allowed, "{cors}");
            assert_eq!(sent.text().await.unwrap().is_empty(), preflight);
        }
    }
}

#[tokio::test]
async fn no_signature_is_logged() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let url = server.zego_url("DescribeUserNum", "RoomId=r").await;
    let sent = server.client().get(url).send().await.unwrap();
    let reply: Value = serde_json::from_str(&sent.text().await.unwrap()).unwrap();
    let log = server.shown("requests?command=DescribeUserNum").await;
    let entry = &log["items"][0];
    assert_eq!((&entry["path"], &entry["code"]), (&json!("/"), &json!(0)));
    assert_eq!(entry["request_id"], reply["RequestId"], "found by what the client saw");
    assert_eq!(entry["body"], json!({"RoomId": ["r"]}));
    let text = log.to_string();
    assert!(!text.contains("Signature") && !text.contains(NONCE), "{text}");
}

fn token(app_id: u32, user_id: &str, expire_s: i64, payload: &str) -> String {
    let claims = token04::Claims {
        app_id,
        user_id: user_id.to_owned(),
        nonce: 7,
        created_s: expire_s - 60,
        expire_s,
        payload: payload.to_owned(),
    };
    let iv = token04::Iv::from_random([7; 16]);
    token04::make(DEVELOPMENT_ZEGO_SECRET, &claims, iv).unwrap()
}

#[tokio::test]
async fn a_token_is_checked_at_the_door() {
    let server = Server::start().await;
    server
        .room("create_room", json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference"}}))
        .await;
    let now_s = i64::try_from(server.freeze().await / 1000).unwrap();
    let enter = async |token: &str| {
        let request = server.control(Method::PUT, "rooms/r/members/bob");
        let sent = request.body(json!({"token": token}).to_string()).send().await.unwrap();
        let status = sent.status().as_u16();
        let body: Value = sent.json().await.unwrap();
        (status, body["detail"].as_str().unwrap_or_default().to_owned())
    };
    let room = r#"{"room_id":"r","privilege":{"1":1,"2":0},"stream_id_list":null}"#;
    let good = token(SDKAPPID, "bob", now_s, room);
    for (token, text) in [
        (token(1, "bob", now_s, ""), "token: it is for the app 1, not 88888888".to_owned()),
        (token(SDKAPPID, "eve", now_s, ""), "token: it is for somebody else than bob".to_owned()),
        (
            token(SDKAPPID, "bob", now_s - 1, ""),
            format!("token: it ended at {}, and it is {now_s}", now_s - 1),
        ),
        (
            token(SDKAPPID, "bob", now_s, &room.replace("\"1\":1", "\"1\":0")),
            "token: it denies to log in".to_owned(),
        ),
        (
            token(SDKAPPID, "bob", now_s, &room.replace("\"r\"", "\"s\"")),
            "token: it is for another room than r".to_owned(),
        ),
        ("05abc".to_owned(), "token: the token does not begin with 04".to_owned()),
        (good.replace('A', "B"), "token: ".to_owned()),
    ] {
        let (status, detail) = enter(&token).await;
        assert_eq!(status, 403, "{detail}");
        assert!(detail.starts_with(&text), "{detail}, not {text}");
    }
    assert_eq!(enter(&good).await.0, 201);
    let none = Server::with(&["app.0.zego.server_secret="]).await;
    let request = none.control(Method::PUT, "rooms/r/members/bob?create=open");
    let sent = request.body(json!({"token": good}).to_string()).send().await.unwrap();
    assert_eq!(sent.status(), 400);
}

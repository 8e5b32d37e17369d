//! Who may not come in because a rule of the app forbids it.

use std::sync::Arc;

use guestlist::domain::{Account, AppId, Deed, Deeds, ForbidKey, ForbidRule, RoomId};
use guestlist::store::{Fault, Faulty, MemoryStore, RoomStore};
use serde_json::{Value, json};

use super::harness::{APP, Server, member, members};

/// A server whose clock stands, and its store.
struct Place {
    server: Server,
    store: Arc<MemoryStore>,
    then_ms: u64,
}

impl Place {
    async fn new() -> Self {
        let store = Arc::new(MemoryStore::new());
        let server = Server::on(store.clone(), &["app.0.unlimited=true"]).await;
        let frozen = json!({"frozen": true});
        let clock = server.put(&format!("/apps/{APP}/clock"), frozen).await.is(200);
        Self { server, store, then_ms: clock["now_ms"].as_u64().unwrap() }
    }

    /// Makes a rule that holds for a second.
    async fn forbid(&self, key: ForbidKey, deed: Deed) {
        let (created_ms, until_ms) = (self.then_ms, self.then_ms + 1_000);
        let rule = ForbidRule { key, forbids: Deeds::of(&[deed]), created_ms, until_ms };
        self.store.put_rule(AppId(APP), &rule, u64::MAX, created_ms).await.unwrap();
    }

    async fn advance(&self, by_ms: u64) {
        let by = json!({"ms": by_ms});
        self.server.post(&format!("/apps/{APP}/clock/advance"), by).await.is(200);
    }
}

fn user(name: &str) -> ForbidKey {
    ForbidKey::User(Account::parse(name).unwrap())
}

fn room(id: &str) -> RoomId {
    RoomId::parse(id).unwrap()
}

#[tokio::test]
async fn whom_a_rule_is_against_does_not_come_in_until_it_is_over() {
    let bob = || Account::parse("bob").unwrap();
    let ip = ForbidKey::ip([192, 0, 2, 7].into());
    let rows = [
        (ip, "a rule forbids the login: the address 192.0.2.7"),
        (ForbidKey::Room(room("r")), "a rule forbids the login: everybody in the room r"),
        (user("bob"), "a rule forbids the login: bob"),
        (ForbidKey::RoomUser(room("r"), bob()), "a rule forbids the login: bob in the room r"),
    ];
    for (key, words) in rows {
        let place = Place::new().await;
        let server = &place.server;
        server.room("r").await;
        place.forbid(key.clone(), Deed::Publish).await;
        let entry = json!({"ip": "192.0.2.7", "name": "Bob"});
        server.put(&member("r", "bob"), entry.clone()).await.is(201);
        server.delete(&member("r", "bob")).await.is(204);

        place.forbid(key, Deed::Login).await;
        let refused = server.put(&member("r", "bob"), entry.clone()).await;
        let refused = refused.problem(403, Some(100_016), words);
        assert_eq!(refused.body["detail"], words, "and no more");
        assert_eq!(server.accounts("r").await, ["admin"]);
        place.advance(999).await;
        server.put(&member("r", "bob"), entry.clone()).await.problem(403, Some(100_016), words);
        place.advance(1).await;
        server.put(&member("r", "bob"), entry).await.is(201);
    }
}

#[tokio::test]
async fn a_rule_is_about_nobody_else() {
    let place = Place::new().await;
    let server = &place.server;
    for room in ["r", "s"] {
        server.room(room).await;
    }
    place.forbid(ForbidKey::ip([192, 0, 2, 7].into()), Deed::Login).await;
    place.forbid(ForbidKey::RoomUser(room("r"), Account::parse("bob").unwrap()), Deed::Login).await;
    server.put(&member("r", "eve"), json!({"ip": "192.0.2.8"})).await.is(201);
    server.put(&member("r", "ann"), json!({})).await.is(201);
    server.put(&member("s", "bob"), json!({"ip": null})).await.is(201);
    let mapped = json!({"ip": "::ffff:192.0.2.7"});
    let refused = server.put(&member("s", "dan"), mapped).await;
    refused.problem(403, Some(100_016), "the address 192.0.2.7");
}

#[tokio::test]
async fn whoever_is_inside_stays_and_cannot_come_in_again() {
    let place = Place::new().await;
    let server = &place.server;
    server.room("r").await;
    let bob = server.put(&member("r", "bob"), json!({})).await.is(201);
    place.forbid(user("bob"), Deed::Login).await;
    assert_eq!(server.accounts("r").await, ["admin", "bob"]);
    for again in [json!({}), json!({"session": "another"})] {
        server.put(&member("r", "bob"), again).await.problem(403, Some(100_016), "bob");
    }
    assert_eq!(server.get(&members("r")).await.is(200)["members"][1], bob);
    server.delete(&member("r", "bob")).await.is(204);
    server.put(&member("r", "bob"), json!({})).await.problem(403, Some(100_016), "bob");
}

#[tokio::test]
async fn a_rule_comes_before_the_room_and_opens_none() {
    let place = Place::new().await;
    let server = &place.server;
    place.forbid(user("bob"), Deed::Login).await;
    server.put(&member("live", "bob"), json!({})).await.problem(403, Some(100_016), "bob");
    let open = format!("{}?create=open", member("live", "bob"));
    server.put(&open, json!({})).await.problem(403, Some(100_016), "bob");
    let open = format!("{}?create=open", members("live"));
    let many = server.post(&open, json!({"accounts": ["bob"]})).await.is(200);
    assert_eq!(many["refused"][0]["code"], 100_016);
    let unknown = server.get(&members("live")).await;
    unknown.problem(404, Some(100_004), "room");
    // Nor does it go with a room that closes behind the last.
    for _ in 0..2 {
        let many = server.post(&open, json!({"accounts": ["bob", "eve"]})).await.is(200);
        assert_eq!((&many["entered"], &many["refused"][0]["account"]), (&json!(1), &json!("bob")));
        server.delete(&member("live", "eve")).await.is(204);
    }
}

#[tokio::test]
async fn of_many_those_whom_a_rule_is_against_are_listed() {
    let place = Place::new().await;
    let server = &place.server;
    server.room_with("r", json!({"MaxMemberCount": 2_000})).await;
    place.forbid(user("m0003"), Deed::Login).await;
    place.forbid(user("m0004"), Deed::Publish).await;
    let key = ForbidKey::RoomUser(room("r"), Account::parse("m0700").unwrap());
    place.forbid(key, Deed::Login).await;
    let mut all: Vec<String> = (0..1_000).map(|n| format!("m{n:04}")).collect();
    all.push("m0003".to_owned());
    let answer = server.post(&members("r"), json!({"accounts": all})).await.is(200);
    let refused = |account: &str, of: &str| {
        let detail = format!("a rule forbids the login: {account}{of}");
        json!({"account": account, "code": 100_016, "detail": detail})
    };
    let refused =
        json!([refused("m0003", ""), refused("m0700", " in the room r"), refused("m0003", "")]);
    assert_eq!(answer, json!({"entered": 998, "already": 0, "refused": refused}));
    assert_eq!(server.accounts("r").await.len(), 999);

    place.forbid(ForbidKey::Room(room("r")), Deed::Login).await;
    let two = json!({"accounts": ["m0001", "new"]});
    let answer = server.post(&members("r"), two.clone()).await.is(200);
    assert_eq!(answer["refused"].as_array().unwrap().len(), 2, "{answer}");
    place.advance(1_000).await;
    let answer = server.post(&members("r"), two).await.is(200);
    assert_eq!(answer, json!({"entered": 1, "already": 1, "refused": []}));
}

#[tokio::test]
async fn an_address_is_one_of_ip() {
    let place = Place::new().await;
    let server = &place.server;
    server.room("r").await;
    let longest = "2001:0db8:0000:0000:0000:ffff:255.255.255.255";
    assert_eq!(longest.len(), 45);
    for (nth, ip) in
        ["192.0.2.1", "2001:db8::1", "::1", "::ffff:192.0.2.1", longest].into_iter().enumerate()
    {
        server.put(&member("r", &format!("m{nth}")), json!({"ip": ip})).await.is(201);
    }
    let bad = ["", "192.0.2", "192.0.2.256", "192.0.2.1:80", "[::1]", "::1%eth0", "192.0.2.0/24"];
    for ip in bad.into_iter().chain(["localhost", " 192.0.2.1", "192.0.2.01"]) {
        let refused = server.put(&member("r", "bob"), json!({"ip": ip})).await;
        refused.problem(400, None, "ip: not an address of IP, version 4 or 6");
    }
    let refused = server.put(&member("r", "bob"), json!({"ip": 7})).await;
    refused.problem(400, None, "ip: wrong type, expected a string");
    assert_eq!(server.accounts("r").await.len(), 6);
}

#[tokio::test]
async fn rules_are_gone_with_a_reset() {
    let place = Place::new().await;
    let server = &place.server;
    place.forbid(user("bob"), Deed::Login).await;
    let reset = server.post(&format!("/apps/{APP}/reset"), json!({})).await;
    assert_eq!(reset.is(204), Value::Null);
    server.room("r").await;
    server.put(&member("r", "bob"), json!({})).await.is(201);
}

#[tokio::test]
async fn nobody_comes_in_while_rules_cannot_be_read() {
    let store = Faulty::new(Arc::new(MemoryStore::new()), Fault::Reads);
    let server = Server::on(Arc::new(store), &[]).await;
    server.room("r").await;
    server.put(&member("r", "bob"), json!({})).await.problem(503, None, "unavailable");
    let open = format!("{}?create=open", members("r"));
    let many = server.post(&open, json!({"accounts": ["bob"]})).await;
    many.problem(503, None, "unavailable");
}

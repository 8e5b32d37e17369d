//! Members: the list, one who enters, one who leaves.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use super::harness::{APP, Server, column, member, members};

fn row(account: &str, role: &str, joined_ms: u64, entered: bool) -> Value {
    json!({
        "account": account, "name": "", "role": role, "robot": false, "joined_ms": joined_ms,
        "marks": [], "custom_info": "", "seat": null, "entered": entered,
    })
}

#[tokio::test]
async fn the_owner_is_listed_first_and_enters_later_at_the_same_place() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let listed = server.get(&members("r")).await.is(200);
    let joined_ms = listed["members"][0]["joined_ms"].as_u64().unwrap();
    let owner = row("admin", "owner", joined_ms, false);
    assert_eq!(listed, json!({"members": [owner], "next": "", "count": 1}));
    // Only listed: there is nobody who could leave.
    let leaving = server.delete(&member("r", "admin")).await;
    leaving.problem(404, Some(100_005), "admin is not a member");

    let bob = server.call(Method::PUT, &member("r", "bob")).await.is(201);
    let bob_joined_ms = bob["joined_ms"].as_u64().unwrap();
    assert!(bob_joined_ms > joined_ms);
    assert_eq!(bob, row("bob", "member", bob_joined_ms, true));

    let owner = row("admin", "owner", joined_ms, true);
    assert_eq!(server.put(&member("r", "admin"), json!({})).await.is(201), owner);
    assert_eq!(server.put(&member("r", "admin"), json!({})).await.is(200), owner);
    let list = server.get(&members("r")).await.is(200);
    assert_eq!(list, json!({"members": [owner, bob], "next": "", "count": 2}));

    // The owner leaves, owns, and comes back at the end.
    assert_eq!(server.delete(&member("r", "admin")).await.is(204), Value::Null);
    assert_eq!(server.accounts("r").await, ["bob"]);
    assert_eq!(server.get(&format!("/apps/{APP}/rooms/r")).await.is(200)["owner"], "admin");
    let back = server.put(&member("r", "admin"), json!({})).await.is(201);
    assert_eq!((&back["role"], &back["entered"]), (&json!("owner"), &json!(true)));
    assert_eq!(server.accounts("r").await, ["bob", "admin"]);
}

#[tokio::test]
async fn who_leaves_is_gone_and_cannot_leave_again() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    for reason in ["", "?reason=leave", "?reason=expired"] {
        let bob = member("r", "bob");
        server.put(&bob, json!({})).await.is(201);
        let leave = format!("{bob}{reason}");
        assert_eq!(server.delete(&leave).await.is(204), Value::Null);
        assert_eq!(server.accounts("r").await, ["admin"]);
        let again = server.delete(&leave).await;
        again.problem(404, Some(100_005), "bob is not a member");
    }
    let strange = server.delete(&format!("{}?reason=bored", member("r", "bob"))).await;
    strange.problem(400, None, "reason: must be leave or expired");
    let nowhere = server.delete(&member("unknown", "bob")).await;
    nowhere.problem(404, Some(100_004), "room");
}

#[tokio::test]
async fn entering_again_changes_nothing() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let bob = member("r", "bob");
    let first = server.put(&bob, json!({"name": "Bob \"B\""})).await.is(201);
    assert_eq!(first["name"], "Bob \"B\"");
    assert_eq!(server.put(&bob, json!({"name": "Robert"})).await.is(200), first);
    assert_eq!(server.get(&members("r")).await.is(200)["members"][1], first);
}

#[tokio::test]
async fn what_the_vendor_changes_is_seen() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let before = server.put(&member("r", "bob"), json!({"name": "Bob"})).await.is(201);
    let info =
        json!({"Member_Account": "bob", "NameCard": "B", "Role": "Admin", "CustomInfo": "i"});
    let change = json!({"RoomId": "r", "MemberInfo": info});
    server.vendor(APP, "update_room_member_info", change).await;
    let mut expected = before;
    expected["name"] = "B".into();
    expected["role"] = "admin".into();
    expected["custom_info"] = "i".into();
    assert_eq!(server.get(&members("r")).await.is(200)["members"][1], expected);
}

#[tokio::test]
async fn the_door_and_the_walls_hold() {
    let server = Server::dev(&[]).await;
    let facts = json!({"MaxMemberCount": 2, "IsPasswordEnabled": true, "Password": "4321"});
    server.room_with("r", facts).await;
    let bob = member("r", "bob");
    for body in [json!({}), json!({"password": null}), json!({"password": ""})] {
        server.put(&bob, body).await.problem(403, Some(100_018), "password");
    }
    for wrong in ["1234", &"9".repeat(32)] {
        let refused = server.put(&bob, json!({"password": wrong})).await;
        refused.problem(403, Some(100_019), "password");
    }
    assert_eq!(server.accounts("r").await, ["admin"]);
    server.put(&bob, json!({"password": "4321"})).await.is(201);
    let full = server.put(&member("r", "eve"), json!({"password": "4321"})).await;
    full.problem(409, Some(100_008), "at most 2 members");
    // The owner was counted from the start.
    server.put(&member("r", "admin"), json!({"password": "4321"})).await.is(201);
    let unknown = server.put(&member("unknown", "bob"), json!({})).await;
    unknown.problem(404, Some(100_004), "room");
}

#[tokio::test]
async fn texts_take_n_bytes_and_refuse_n_plus_1() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let name = "é".repeat(128);
    let entered = server.put(&member("r", "bob"), json!({"name": name})).await.is(201);
    assert_eq!(entered["name"], name.as_str());
    let refused = server.put(&member("r", "eve"), json!({"name": format!("{name}x")})).await;
    refused.problem(400, None, "name: 257 bytes, at most 256");
    let refused = server.put(&member("r", "eve"), json!({"password": "p".repeat(33)})).await;
    refused.problem(400, None, "password: 33 bytes, at most 32");
    server.put(&member("r", "eve"), json!({"password": "p".repeat(32)})).await.is(201);

    server.put(&member("r", &"a".repeat(64)), json!({})).await.is(201);
    let refused = server.put(&member("r", &"a".repeat(65)), json!({})).await;
    refused.problem(400, None, "account: 65 bytes, at most 64");
    let refused = server.put(&member("r", "a%0Ab"), json!({})).await;
    refused.problem(400, None, "account: control characters");
    let known = server.get(&members(&"r".repeat(128))).await;
    known.problem(404, Some(100_004), "room");
    let refused = server.get(&members(&"r".repeat(129))).await;
    refused.problem(400, None, "room: 129 bytes, at most 128");
}

#[tokio::test]
async fn a_page_has_1_to_1000_members() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"MaxMemberCount": 2000})).await;
    let accounts: Vec<String> = (1..=1000).map(|n| format!("m{n:04}")).collect();
    server.post(&members("r"), json!({"accounts": accounts})).await.is(200);
    for (query, rows) in [("", 50), ("?limit=1", 1), ("?limit=1000", 1000), ("?after=", 50)] {
        let page = server.get(&format!("{}{query}", members("r"))).await.is(200);
        assert_eq!(page["members"].as_array().unwrap().len(), rows, "{query}");
        assert_eq!(page["count"], 1001);
        let next = page["next"].as_str().unwrap();
        let rest = format!("{}?limit=1000&after={next}", members("r"));
        let rest = server.get(&rest).await.is(200);
        assert_eq!(rest["members"].as_array().unwrap().len(), (1001 - rows).min(1000), "{query}");
        // Pages in a row overlap by nobody and leave out nobody.
        let first_of_rest = &column(&rest["members"], "account")[0];
        assert_eq!(*first_of_rest, format!("m{rows:04}"), "{query}");
    }
    for limit in ["0", "1001", "-1", "many", ""] {
        let page = server.get(&format!("{}?limit={limit}", members("r"))).await;
        page.problem(400, None, "limit: must be a number from 1 to 1000");
    }
}

#[tokio::test]
async fn a_damaged_or_foreign_position_is_refused() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    server.room("s").await;
    server.put(&member("r", "bob"), json!({})).await.is(201);
    let first = server.get(&format!("{}?limit=1", members("r"))).await.is(200);
    let next = first["next"].as_str().unwrap();
    let last = server.get(&format!("{}?after={next}", members("r"))).await.is(200);
    assert_eq!(column(&last["members"], "account"), ["bob"]);
    let foreign = server.get(&format!("{}?after={next}", members("s"))).await;
    foreign.problem(400, None, "after");
    for damaged in [&next[1..], &next[..next.len() - 1], "bob", "%F0%9F%99%82"] {
        let refused = server.get(&format!("{}?after={damaged}", members("r"))).await;
        refused.problem(400, None, "after");
    }
}

#[tokio::test]
async fn a_walk_meets_each_who_stays_exactly_once() {
    let server = Server::dev(&[]).await;
    server.room_with("r", json!({"MaxMemberCount": 1000})).await;
    let accounts: Vec<String> = (0..200).map(|n| format!("m{n:03}")).collect();
    server.post(&members("r"), json!({"accounts": accounts})).await.is(200);

    let mut seen: HashMap<String, u32> = HashMap::new();
    let mut gone = Vec::new();
    let (mut next, mut pages) = (String::new(), 0);
    loop {
        let page = server.get(&format!("{}?limit=7&after={next}", members("r"))).await.is(200);
        let rows = column(&page["members"], "account");
        for account in &rows {
            *seen.entry(account.clone()).or_default() += 1;
        }
        next = page["next"].as_str().unwrap().to_owned();
        pages += 1;
        if next.is_empty() {
            break;
        }
        // The one shown last leaves, whom the cursor names; so does one who stands far ahead; and
        // somebody comes. Later on all is quiet, so that the walk ends.
        if pages <= 20 {
            let last = rows.last().unwrap();
            server.delete(&member("r", last)).await.is(204);
            gone.push(last.clone());
            let ahead = format!("m{:03}", 199 - pages);
            if server.delete(&member("r", &ahead)).await.status == 204 {
                gone.push(ahead);
            }
            server.put(&member("r", &format!("new{pages:02}")), json!({})).await.is(201);
        }
    }
    assert!(pages > 20 && gone.len() > 30, "nobody came and went: {pages} pages, {gone:?}");
    let stayed = server.accounts("r").await;
    assert_eq!(stayed.len(), 201 - gone.len() + 20);
    for account in &stayed {
        assert_eq!(seen.get(account), Some(&1), "{account}");
    }
    for account in &gone {
        assert!(seen.get(account).is_none_or(|times| *times == 1), "{account}");
    }
}

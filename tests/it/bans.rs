//! Bans: who is kept out, for how long, and who is listed.

use std::collections::HashMap;

use reqwest::Method;
use serde_json::{Value, json};

use crate::clock::long_lived;
use crate::harness::Server;

const NO_ROOM: &str = "the room does not exist or was destroyed";

impl Server {
    async fn ban(&self, accounts: &[&str], duration_s: u64) {
        let body = json!({
            "RoomId": "r", "MemberList_Account": accounts, "Reason": "spam", "Duration": duration_s,
        });
        self.done("ban_room_member", body).await;
    }

    async fn unban(&self, accounts: &[&str]) {
        let body = json!({"RoomId": "r", "MemberList_Account": accounts});
        self.done("unban_room_member", body).await;
    }

    /// A page of the list: its accounts, and where the next one begins.
    async fn banned(&self, mut more: Value) -> (Vec<String>, u64) {
        more["RoomId"] = "r".into();
        let reply = self.done("get_banned_member_list", more).await;
        let rows = reply["Response"]["BannedAccountList"].as_array().unwrap().iter();
        let accounts = rows.map(|row| row["Member_Account"].as_str().unwrap().to_owned());
        (accounts.collect(), reply["Response"]["NextOffset"].as_u64().unwrap())
    }

    /// Everybody who is banned, in order.
    async fn all_banned(&self) -> Vec<String> {
        let (accounts, next) = self.banned(json!({})).await;
        assert_eq!(next, 0, "one page holds them all");
        accounts
    }

    /// Bans `x000` and those who follow.
    async fn ban_many(&self, count: usize) -> Vec<String> {
        let accounts: Vec<String> = (0..count).map(|nth| format!("x{nth:03}")).collect();
        for twenty in accounts.chunks(20) {
            self.ban(&twenty.iter().map(String::as_str).collect::<Vec<_>>(), 3600).await;
        }
        accounts
    }
}

/// A room `r` of `admin`, with these people in it, whose clock stands still; and when that is.
async fn a_room_of(people: &[&str], overrides: &[&str]) -> (Server, u64) {
    let server = long_lived(&[&["app.0.unlimited=true"], overrides].concat()).await;
    server.create("r").await;
    for account in people {
        server.enter("r", account).await;
    }
    let now_ms = server.freeze().await;
    (server, now_ms)
}

/// Twenty accounts, the last of which is this one.
fn twenty_with(last: &str) -> Vec<String> {
    let others = (0..19).map(|nth| format!("user{nth}"));
    others.chain([last.to_owned()]).collect()
}

#[tokio::test]
async fn accounts_are_banned_together_or_not_at_all() {
    let (server, now_ms) = a_room_of(&["bob", "carol"], &[]).await;
    let ban = |accounts: Value| json!({"RoomId": "r", "MemberList_Account": accounts, "Reason": "spam", "Duration": 60});
    let with = |field: &str, value: Value| {
        let mut body = ban(json!(["bob"]));
        body[field] = value;
        body
    };
    let many: Value = (0..21).map(|nth| format!("user{nth}")).collect();
    let (long, at_limit) = ("x".repeat(33), "x".repeat(32));
    let too_long = "MemberList_Account[19]: 33 bytes, at most 32";
    let owner = "permission denied: admin owns the room and cannot be banned";
    let number = "Duration: wrong type, expected an integer of 64 bits";
    let rows = [
        (json!({"MemberList_Account": ["bob"]}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r"}), 100_002, "MemberList_Account: missing"),
        (ban(json!([])), 100_002, "MemberList_Account: 0 accounts, at least 1"),
        (ban(many), 100_002, "MemberList_Account: 21 accounts, at most 20"),
        (ban(json!(["bob", ""])), 100_002, "MemberList_Account[1]: 0 bytes, at least 1"),
        (ban(json!(twenty_with(&long))), 100_002, too_long),
        (with("Reason", "é".repeat(501).into()), 100_002, "Reason: 1002 bytes, at most 1000"),
        (with("Duration", Value::Null), 100_002, "Duration: missing"),
        (with("Duration", json!(0)), 100_002, "Duration: 0, at least 1"),
        (with("Duration", json!(-1)), 100_002, "Duration: -1, at least 1"),
        (with("Duration", json!(1_u64 << 32)), 100_002, "Duration: 4294967296, at most 4294967295"),
        (with("Duration", json!("60")), 100_002, number),
        (with("RoomId", json!("x")), 100_004, NO_ROOM),
        (ban(json!(["bob", "admin"])), 100_006, owner),
        (ban(json!(twenty_with("admin"))), 100_006, owner),
    ];
    server.refuses("r", "ban_room_member", &rows).await;
    assert_eq!(server.room("ban_room_member", ban(json!([7]))).await["ErrorCode"], 60015);

    let mut most = ban(json!(twenty_with("bob")));
    most["Reason"] = "x".repeat(1000).into();
    server.done("ban_room_member", most).await;
    assert_eq!(server.all_banned().await, twenty_with("bob"));
    assert_eq!(server.accounts("r", 9).await, ["admin", "carol"], "who was in is sent away");

    let body = json!({
        "RoomId": "r", "MemberList_Account": [at_limit, "carol", "carol"], "Duration": u32::MAX,
    });
    server.done("ban_room_member", body).await;
    let list = server.done("get_banned_member_list", json!({"RoomId": "r", "Offset": 20})).await;
    let until_s = now_ms / 1000 + u64::from(u32::MAX);
    let rows = [at_limit.as_str(), "carol"]
        .map(|account| json!({"Member_Account": account, "BannedUntil": until_s}));
    assert_eq!(list["Response"], json!({"BannedAccountList": rows, "NextOffset": 0}));
}

#[tokio::test]
async fn strict_bans_members_only_and_wants_a_reason() {
    let (server, _) = a_room_of(&["bob", "carol"], &["app.0.strict=true"]).await;
    let ban = |accounts: Value| json!({"RoomId": "r", "MemberList_Account": accounts, "Reason": "", "Duration": 60});
    let silent = json!({"RoomId": "r", "MemberList_Account": ["bob"], "Duration": 60});
    let stranger = "eve is not a member of the room";
    let rows = [
        (silent, 100_002, "Reason: missing"),
        (ban(json!(["bob", "carol", "eve"])), 100_005, stranger),
        (ban(json!(["eve", "admin"])), 100_005, stranger),
    ];
    server.refuses("r", "ban_room_member", &rows).await;
    server.done("ban_room_member", ban(json!(["bob", "carol"]))).await;
    assert_eq!(server.all_banned().await, ["bob", "carol"]);
    let again = (ban(json!(["bob"])), 100_005, "bob is not a member of the room");
    server.refuses("r", "ban_room_member", &[again]).await;
}

#[tokio::test]
async fn an_owner_may_be_kicked_but_not_banned_until_another_owns_the_room() {
    let (server, _) = a_room_of(&["admin", "bob"], &[]).await;
    let kick = json!({"RoomId": "r", "MemberList_Account": ["admin"]});
    let ban = json!({"RoomId": "r", "MemberList_Account": ["bob", "admin"], "Duration": 60});
    let refused = (ban, 100_006, "permission denied: admin owns the room and cannot be banned");
    server.refuses("r", "ban_room_member", std::slice::from_ref(&refused)).await;
    server.done("kick_user_out", kick).await;
    assert_eq!(server.shown("rooms/r").await["owner"], "admin");
    server.refuses("r", "ban_room_member", &[refused]).await;
    server.enter("r", "admin").await;
    let pass = json!({"RoomId": "r", "From_Account": "admin", "NewOwner_Account": "bob"});
    server.done("change_room_owner", pass).await;
    server.ban(&["admin"], 60).await;
    assert_eq!(server.accounts("r", 9).await, ["bob"]);
}

#[tokio::test]
async fn a_ban_keeps_out_until_it_ends_by_the_clock_or_is_lifted() {
    let (server, now_ms) = a_room_of(&["bob", "carol"], &[]).await;
    server.ban(&["bob", "carol", "eve"], 60).await;
    let refused = async |account: &str| {
        let (status, problem) = server.try_enter("r", account, json!({})).await;
        let said = json!({
            "type": "about:blank", "title": "Forbidden", "status": 403, "code": 100_016,
            "detail": format!("{account} is banned from the room"),
        });
        assert_eq!((status.as_u16(), problem), (403, said));
    };
    refused("bob").await;
    refused("eve").await;
    let many = server.control(Method::POST, "rooms/r/members");
    let many = many.body(r#"{"accounts":["bob","dora","eve"]}"#).send().await.unwrap();
    let row = |account: &str| json!({"account": account, "code": 100_016, "detail": format!("{account} is banned from the room")});
    let rows = json!({"entered": 1, "already": 0, "refused": [row("bob"), row("eve")]});
    assert_eq!(many.json::<Value>().await.unwrap(), rows);
    let robot = json!({"RoomId": "r", "Member_Account": "eve"});
    let banned = (100_016, "eve is banned from the room".to_owned());
    assert_eq!(server.refused("add_robot", robot.clone()).await, banned);
    let bans = async || server.shown("rooms/r").await["bans"].take();
    let ban = |account: &str| json!({"account": account, "until_ms": now_ms + 60_000});
    assert_eq!(bans().await, json!([ban("bob"), ban("carol"), ban("eve")]));

    server.unban(&["carol", "carol", "nobody"]).await;
    server.enter("r", "carol").await;
    assert_eq!(server.all_banned().await, ["bob", "eve"]);
    server.advance(json!({"ms": 59_999})).await;
    refused("bob").await;
    assert_eq!(server.all_banned().await, ["bob", "eve"]);
    server.advance(json!({"ms": 1})).await;
    assert_eq!(server.all_banned().await, [""; 0], "a ban that is over is not listed");
    assert_eq!(bans().await, json!([]));
    server.enter("r", "bob").await;
    server.done("add_robot", robot).await;
    server.unban(&["bob"]).await;
    assert_eq!(server.accounts("r", 9).await, ["admin", "dora", "carol", "bob", "eve"]);
}

#[tokio::test]
async fn a_ban_in_force_is_overwritten_in_its_place_and_one_that_is_over_anew() {
    let (server, now_ms) = a_room_of(&[], &[]).await;
    server.ban(&["a", "b", "c"], 100).await;
    server.ban(&["b"], 200).await;
    server.ban(&["c"], 50).await;
    let list = server.done("get_banned_member_list", json!({"RoomId": "r"})).await;
    let row = |account: &str, for_s: u64| json!({"Member_Account": account, "BannedUntil": now_ms / 1000 + for_s});
    let rows = json!([row("a", 100), row("b", 200), row("c", 50)]);
    assert_eq!(list["Response"]["BannedAccountList"], rows);
    server.advance(json!({"ms": 100_000})).await;
    assert_eq!(server.all_banned().await, ["b"]);
    server.ban(&["c", "a"], 100).await;
    assert_eq!(server.all_banned().await, ["b", "c", "a"]);
}

#[tokio::test]
async fn bans_are_lifted_together() {
    let (server, _) = a_room_of(&[], &[]).await;
    server.ban(&["bob", "eve"], 60).await;
    let lift = |accounts: Value| json!({"RoomId": "r", "MemberList_Account": accounts});
    let many: Value = (0..21).map(|nth| format!("user{nth}")).collect();
    let too_long = "MemberList_Account[1]: 33 bytes, at most 32";
    let rows = [
        (json!({"MemberList_Account": ["bob"]}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r"}), 100_002, "MemberList_Account: missing"),
        (lift(json!([])), 100_002, "MemberList_Account: 0 accounts, at least 1"),
        (lift(many), 100_002, "MemberList_Account: 21 accounts, at most 20"),
        (lift(json!(["bob", "x".repeat(33)])), 100_002, too_long),
        (json!({"RoomId": "x", "MemberList_Account": ["bob"]}), 100_004, NO_ROOM),
    ];
    server.refuses("r", "unban_room_member", &rows).await;
    assert_eq!(server.room("unban_room_member", lift(json!(["bob", 7]))).await["ErrorCode"], 60015);
    server.done("unban_room_member", lift(json!(twenty_with("bob")))).await;
    assert_eq!(server.all_banned().await, ["eve"]);
}

#[tokio::test]
async fn the_list_comes_in_pages_of_a_hundred() {
    let (server, _) = a_room_of(&[], &[]).await;
    let all = server.ban_many(250).await;
    let page = |from: usize, to: usize, next: u64| (all[from..to].to_vec(), next);
    let rows = [
        (json!({}), page(0, 100, 100)),
        (json!({"Limit": null, "Offset": null, "Next": null}), page(0, 100, 100)),
        (json!({"Limit": 0, "Offset": 0}), page(0, 100, 100)),
        (json!({"Limit": 100, "Next": ""}), page(0, 100, 100)),
        (json!({"Limit": 99}), page(0, 99, 99)),
        (json!({"Offset": 100}), page(100, 200, 200)),
        (json!({"Next": 100}), page(100, 200, 200)),
        (json!({"Next": "100"}), page(100, 200, 200)),
        (json!({"Next": "0200"}), page(200, 250, 0)),
        (json!({"Limit": 1, "Next": "248"}), page(248, 249, 249)),
        (json!({"Limit": 1, "Next": 249}), page(249, 250, 0)),
        (json!({"Offset": 100, "Next": "200"}), page(100, 200, 200)),
        (json!({"Offset": 0, "Next": 200}), page(0, 100, 100)),
        (json!({"Offset": i64::MAX}), page(0, 0, 0)),
        (json!({"Next": i64::MAX.to_string()}), page(0, 0, 0)),
    ];
    for (more, expected) in rows {
        assert_eq!(server.banned(more.clone()).await, expected, "{more}");
    }
    let with = |field: &str, value: Value| json!({"RoomId": "r", field: value});
    let rows = [
        (json!({}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "x"}), 100_004, NO_ROOM),
        (with("Limit", json!(101)), 100_002, "Limit: 101, at most 100"),
        (with("Limit", json!(-1)), 100_002, "Limit: -1, at least 0"),
        (with("Offset", json!(-1)), 100_002, "Offset: -1, at least 0"),
        (with("Next", json!(-1)), 100_002, "Next: -1, at least 0"),
        (json!({"RoomId": "r", "Offset": 0, "Next": -1}), 100_002, "Next: -1, at least 0"),
    ];
    server.refuses("r", "get_banned_member_list", &rows).await;
    let wrong = [
        ("Limit", json!("100")),
        ("Offset", json!("0")),
        ("Offset", json!(1.5)),
        ("Next", json!("x")),
        ("Next", json!("-1")),
        ("Next", json!("+1")),
        ("Next", json!(" 1")),
        ("Next", json!("9223372036854775808")),
        ("Next", json!(1_u64 << 63)),
        ("Next", json!(0.5)),
        ("Next", json!(true)),
        ("Next", json!([1])),
    ];
    for (field, value) in wrong {
        let (code, text) =
            server.refused("get_banned_member_list", with(field, value.clone())).await;
        assert!(code == 100_002 && text.starts_with(&format!("{field}: ")), "{value}: {text}");
    }
}

#[tokio::test]
async fn a_walk_meets_each_ban_that_stays_exactly_once() {
    let (server, _) = a_room_of(&[], &[]).await;
    let mut stayed = server.ban_many(120).await;
    let mut seen: HashMap<String, u32> = HashMap::new();
    let (mut offset, mut pages) = (0, 0);
    loop {
        let (page, next) = server.banned(json!({"Limit": 7, "Offset": offset})).await;
        for account in &page {
            *seen.entry(account.clone()).or_default() += 1;
        }
        if next == 0 {
            break;
        }
        (offset, pages) = (next, pages + 1);
        // The one that was shown last is let in again, and one who stands ahead; another is banned.
        if pages <= 10 {
            let ahead = format!("x{:03}", 119 - pages);
            for account in [page.last().unwrap(), &ahead] {
                server.unban(&[account]).await;
                stayed.retain(|other| other != account);
            }
            let newcomer = format!("y{pages:03}");
            server.ban(&[&newcomer], 3600).await;
            stayed.push(newcomer);
        }
    }
    assert!(pages > 10, "nothing happened during the walk: {pages} pages");
    assert_eq!(stayed.len(), 120 - 20 + 10);
    for account in &stayed {
        assert_eq!(seen.get(account), Some(&1), "{account}");
    }
    for (account, times) in &seen {
        assert_eq!(*times, 1, "{account}");
    }
}

#[tokio::test]
async fn bans_that_are_over_are_passed_by_and_go_as_others_come() {
    let (server, _) = a_room_of(&[], &[]).await;
    let all = server.ban_many(60).await;
    server.ban(&["for longer"], 7200).await;
    server.advance(json!({"ms": 3_600_000})).await;
    assert_eq!(server.banned(json!({"Limit": 1})).await, (vec!["for longer".to_owned()], 0));
    server.ban(&[&all[5], &all[59]], 60).await;
    assert_eq!(server.banned(json!({"Limit": 2})).await.0, ["for longer", "x005"]);
    assert_eq!(server.all_banned().await, ["for longer", "x005", "x059"]);
    assert_eq!(server.shown("rooms/r").await["bans"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn bans_end_with_their_room() {
    let (server, _) = a_room_of(&["bob"], &[]).await;
    server.ban(&["bob"], 60).await;
    server.done("destroy_room", json!({"RoomId": "r"})).await;
    server.create("r").await;
    assert_eq!(server.all_banned().await, [""; 0]);
    server.enter("r", "bob").await;
}

//! People and robots of a room: the ownership passed on, members sent away, robots put in.

use serde_json::{Value, json};

use crate::harness::Server;

impl Server {
    /// The room's members and their roles, in order.
    async fn roles(&self, room: &str) -> Value {
        let reply = self.done("get_room_member_list", json!({"RoomId": room})).await;
        let rows = reply["Response"]["MemberList"].as_array().unwrap().iter();
        rows.map(|row| json!([row["Member_Account"], row["Role"]])).collect()
    }
}

async fn a_room_of_three() -> Server {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    for account in ["bob", "carol"] {
        server.enter("r", account).await;
    }
    server
}

/// Rows that are refused: each with its code and text, and nothing changed.
async fn refuses(server: &Server, command: &str, rows: &[(Value, u64, &str)]) {
    let before = server.roles("r").await;
    for (body, code, text) in rows {
        let refused = server.refused(command, body.clone()).await;
        assert_eq!(refused, (*code, (*text).to_owned()), "{command} {body}");
        assert_eq!(server.roles("r").await, before, "nothing half applied: {body}");
    }
}

const NO_ROOM: &str = "the room does not exist or was destroyed";

#[tokio::test]
async fn an_ownership_is_passed_on_by_its_owner_to_a_member() {
    let server = a_room_of_three().await;
    let pass =
        |from: &str, to: &str| json!({"RoomId": "r", "From_Account": from, "NewOwner_Account": to});
    let long = "x".repeat(33);
    let too_long = "NewOwner_Account: 33 bytes, at most 32";
    let rows = [
        (json!({}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r", "NewOwner_Account": "bob"}), 100_002, "From_Account: missing"),
        (json!({"RoomId": "r", "From_Account": "admin"}), 100_002, "NewOwner_Account: missing"),
        (pass("admin", &long), 100_002, too_long),
        (pass("", "bob"), 100_002, "From_Account: 0 bytes, at least 1"),
        (pass("bob", "carol"), 100_002, "From_Account: bob does not own the room"),
        (pass("admin", "eve"), 100_005, "eve is not a member of the room"),
        (json!({"RoomId": "x", "From_Account": "a", "NewOwner_Account": "b"}), 100_004, NO_ROOM),
        (
            json!({"RoomId": "r", "From_Account": 7}),
            60015,
            "From_Account: an account must be a string",
        ),
    ];
    refuses(&server, "change_room_owner", &rows).await;
    server.done("change_room_owner", pass("admin", "admin")).await;
    server.done("change_room_owner", pass("admin", "bob")).await;
    // The old owner was only listed and never came in: he is listed no longer.
    assert_eq!(server.roles("r").await, json!([["bob", "Owner"], ["carol", "Member"]]));
    let create = json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference"}});
    assert_eq!(server.refused("create_room", create).await.0, 100_003, "somebody else's now");
    server.done("change_room_owner", pass("bob", "carol")).await;
    assert_eq!(server.roles("r").await, json!([["bob", "Member"], ["carol", "Owner"]]));
}

#[tokio::test]
async fn members_are_sent_away_together_or_not_at_all() {
    let server = a_room_of_three().await;
    let kick = |accounts: &[&str]| json!({"RoomId": "r", "MemberList_Account": accounts, "Reason": "off topic"});
    let mut with_long_reason = kick(&["bob"]);
    with_long_reason["Reason"] = "é".repeat(501).into();
    let many: Vec<String> = (0..21).map(|nth| format!("user{nth}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    let rows = [
        (json!({"MemberList_Account": ["bob"]}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r"}), 100_002, "MemberList_Account: missing"),
        (kick(&[]), 100_002, "MemberList_Account: 0 accounts, at least 1"),
        (kick(&many), 100_002, "MemberList_Account: 21 accounts, at most 20"),
        (kick(&["bob", ""]), 100_002, "MemberList_Account[1]: 0 bytes, at least 1"),
        (with_long_reason, 100_002, "Reason: 1002 bytes, at most 1000"),
        (kick(&["bob", "eve", "carol"]), 100_005, "eve is not a member of the room"),
        (json!({"RoomId": "x", "MemberList_Account": ["bob"]}), 100_004, NO_ROOM),
        (
            json!({"RoomId": "r", "MemberList_Account": ["bob", 7]}),
            60015,
            "MemberList_Account[1]: an account must be a string",
        ),
    ];
    refuses(&server, "kick_user_out", &rows).await;
    server
        .done("kick_user_out", json!({"RoomId": "r", "MemberList_Account": ["bob", "bob"]}))
        .await;
    assert_eq!(server.roles("r").await, json!([["admin", "Owner"], ["carol", "Member"]]));
    server.enter("r", "bob").await;
    let mut at_limit = kick(&["admin", "carol"]);
    at_limit["Reason"] = "x".repeat(1000).into();
    server.done("kick_user_out", at_limit).await;
    assert_eq!(server.roles("r").await, json!([["bob", "Member"]]), "the owner may be sent away");
    server.enter("r", "admin").await;
    assert_eq!(server.roles("r").await, json!([["bob", "Member"], ["admin", "Owner"]]));
}

#[tokio::test]
async fn twenty_are_sent_away_with_one_call() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    let accounts: Vec<String> = (0..20).map(|nth| format!("user{nth}")).collect();
    for account in &accounts {
        server.enter("r", account).await;
    }
    server.done("kick_user_out", json!({"RoomId": "r", "MemberList_Account": accounts})).await;
    assert_eq!(server.roles("r").await, json!([["admin", "Owner"]]));
}

#[tokio::test]
async fn strict_wants_a_reason() {
    let server = Server::with(&["app.0.strict=true"]).await;
    let kick = json!({"RoomId": "r", "MemberList_Account": ["bob"]});
    let refused = server.refused("kick_user_out", kick).await;
    assert_eq!(refused, (100_002, "Reason: missing".into()));
}

#[tokio::test]
async fn robots_stand_in_the_list_up_to_their_number() {
    let server = a_room_of_three().await;
    let robot = |account: &str| json!({"RoomId": "r", "Member_Account": account});
    for account in ["r1", "r2", "r3", "r2", "bob"] {
        server.done("add_robot", robot(account)).await;
    }
    let long = "x".repeat(33);
    let rows = [
        (json!({"Member_Account": "r1"}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r"}), 100_002, "Member_Account: missing"),
        (robot(&long), 100_002, "Member_Account: 33 bytes, at most 32"),
        (robot("r4"), 100_700, "the room has its upper limit of 3 robots"),
        (json!({"RoomId": "x", "Member_Account": "r1"}), 100_004, NO_ROOM),
        (
            json!({"RoomId": "r", "Member_Account": 7}),
            60015,
            "Member_Account: an account must be a string",
        ),
    ];
    refuses(&server, "add_robot", &rows).await;
    let rows = [
        (robot("bob"), 100_005, "bob is not a member of the room"),
        (robot("eve"), 100_005, "eve is not a member of the room"),
        (json!({"RoomId": "x", "Member_Account": "r1"}), 100_004, NO_ROOM),
    ];
    refuses(&server, "delete_robot", &rows).await;
    let member = server.control(reqwest::Method::GET, "rooms/r/members?limit=10").send().await;
    let members: Value = member.unwrap().json().await.unwrap();
    let robots = members["members"].as_array().unwrap().iter().map(|row| row["robot"].clone());
    assert_eq!(robots.collect::<Value>(), json!([false, false, false, true, true, true]));
    server.done("delete_robot", robot("r2")).await;
    server.done("add_robot", robot("r4")).await;
    let accounts = server.accounts("r", 3).await;
    assert_eq!(accounts, ["admin", "bob", "carol", "r1", "r3", "r4"]);
}

#[tokio::test]
async fn a_full_room_takes_no_robot() {
    let server = Server::with(&["app.0.room.max_member_count=1"]).await;
    server.create("r").await;
    let robot = json!({"RoomId": "r", "Member_Account": "r1"});
    let refused = server.refused("add_robot", robot).await;
    assert_eq!(refused, (100_008, "the room is full: at most 1 members".into()));
}

#[tokio::test]
async fn members_are_marked_up_to_every_limit() {
    let server = a_room_of_three().await;
    let mark = |list: Value| json!({"RoomId": "r", "CommandType": 1, "MemberList": list});
    let one = |account: &str, marks: Value| json!({"Member_Account": account, "Marks": marks});
    let eleven: Value = (0..11).map(|nth| one(&format!("u{nth}"), json!([1000]))).collect();
    let rows = [
        (json!({"RoomId": "r", "MemberList": []}), 100_002, "CommandType: missing"),
        (json!({"RoomId": "r", "CommandType": 1}), 100_002, "MemberList: missing"),
        (mark(json!([])), 100_002, "MemberList: 0 members, 1 to 10"),
        (mark(eleven), 100_002, "MemberList: 11 members, 1 to 10"),
        (mark(json!([{"Marks": [1000]}])), 100_002, "MemberList[0].Member_Account: missing"),
        (mark(json!([{"Member_Account": "bob"}])), 100_002, "MemberList[0].Marks: missing"),
        (mark(json!([one("bob", json!([]))])), 100_002, "MemberList[0].Marks: 0 marks, 1 to 3"),
        (
            mark(json!([one("bob", json!([1000, 1001, 1002, 1003]))])),
            100_002,
            "MemberList[0].Marks: 4 marks, 1 to 3",
        ),
        (
            mark(json!([one("bob", json!([999]))])),
            100_002,
            "MemberList[0].Marks[0]: 999, 1000 to 4294967295",
        ),
        (
            mark(json!([one("bob", json!([4_294_967_296_u64]))])),
            100_002,
            "MemberList[0].Marks[0]: 4294967296, 1000 to 4294967295",
        ),
        (
            mark(json!([one("bob", json!([1000])), one("eve", json!([1000]))])),
            100_005,
            "eve is not a member of the room",
        ),
        (
            mark(json!([one("bob", json!([1000])), {"Member_Account": 7}])),
            60015,
            "MemberList[1].Member_Account: an account must be a string",
        ),
    ];
    refuses(&server, "mark_room_member", &rows).await;
    let marks = async || {
        let reply = server.done("get_room_member_list", json!({"RoomId": "r"})).await;
        let rows = reply["Response"]["MemberList"].as_array().unwrap().iter();
        rows.map(|row| row["Marks"].clone()).collect::<Value>()
    };
    assert_eq!(marks().await, json!([[], [], []]));
    for first in [1000, 1003, 1006] {
        let three = json!([first, first + 1, first + 2]);
        server.done("mark_room_member", mark(json!([one("bob", three)]))).await;
    }
    let tenth = json!([one("carol", json!([4_294_967_295_u32, 1000]))]);
    server.done("mark_room_member", mark(tenth)).await;
    let nine: Vec<u32> = (1000..1009).collect();
    assert_eq!(marks().await, json!([[], nine, [1000, 4_294_967_295_u32]]));
    let eleventh = mark(json!([one("admin", json!([1000, 1009]))]));
    let refused = server.refused("mark_room_member", eleventh).await;
    let text = "MemberList.Marks: the room has its upper limit of 10 different marks";
    assert_eq!(refused, (100_009, text.to_owned()));
    assert_eq!(marks().await[0], json!([]), "nothing half applied");
    assert_eq!(server.leave("r", "bob").await, 204);
    server.enter("r", "bob").await;
    assert_eq!(
        marks().await,
        json!([[], [1000, 4_294_967_295_u32], []]),
        "marks go with the member"
    );
}

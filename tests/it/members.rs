//! Members: the list in pages, and changing one of them.

use serde_json::{Value, json};

use crate::harness::Server;

#[tokio::test]
async fn the_list_comes_in_pages_in_the_order_of_coming_in() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    let mut expected = vec!["admin".to_owned()];
    for nth in (0..9).rev() {
        let account = format!("user{nth}");
        server.enter("r", &account).await;
        expected.push(account);
    }
    for count in [1, 3, 9, 10, 11, 200] {
        assert_eq!(server.accounts("r", count).await, expected, "pages of {count}");
    }
    server.enter_again("r", "admin").await;
    assert_eq!(server.accounts("r", 4).await, expected, "the owner keeps the place in the list");
}

impl Server {
    async fn enter_again(&self, room: &str, account: &str) {
        assert_eq!(self.try_enter(room, account, json!({})).await.0.as_u16(), 201);
        assert_eq!(self.try_enter(room, account, json!({"name": "x"})).await.0.as_u16(), 200);
    }

    /// One page of a room, `RoomId` and whatever else.
    async fn page(&self, body: Value) -> (usize, String) {
        let reply = self.done("get_room_member_list", body).await;
        let rows = reply["Response"]["MemberList"].as_array().unwrap().len();
        (rows, reply["Response"]["Next"].as_str().unwrap().to_owned())
    }
}

#[tokio::test]
async fn the_count_has_a_default_and_a_bound() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    let accounts: Vec<String> = (1..201).map(|nth| format!("user{nth:03}")).collect();
    let bulk = server.control(reqwest::Method::POST, "rooms/r/members");
    let body = json!({"accounts": accounts}).to_string();
    assert_eq!(bulk.body(body).send().await.unwrap().status(), 200);
    for count in [Value::Null, json!(0), json!(50)] {
        let (rows, next) = server.page(json!({"RoomId": "r", "Count": count})).await;
        assert_eq!((rows, next.is_empty()), (50, false), "{count}");
    }
    assert_eq!(server.page(json!({"RoomId": "r"})).await.0, 50);
    let (rows, next) = server.page(json!({"RoomId": "r", "Count": 200, "Next": ""})).await;
    assert_eq!((rows, next.is_empty()), (200, false));
    let (rows, end) = server.page(json!({"RoomId": "r", "Count": 201, "Next": next})).await;
    assert_eq!((rows, end.as_str()), (1, ""));
    assert_eq!(server.page(json!({"RoomId": "r", "Count": i64::MAX})).await.0, 200);
    assert_eq!(server.accounts("r", 7).await.len(), 201);
}

#[tokio::test]
async fn a_list_that_cannot_be_had() {
    let server = Server::start().await;
    server.create("r").await;
    server.create("s").await;
    for account in ["a", "b"] {
        server.enter("s", account).await;
    }
    let (_, foreign) = server.page(json!({"RoomId": "s", "Count": 1})).await;
    let no_cursor = "Next: not a cursor of this room, use \"\" or the last Next";
    let rows = [
        (json!({}), 100_002, "RoomId: missing"),
        (json!({"RoomId": ""}), 100_002, "RoomId: 0 bytes, at least 1"),
        (json!({"RoomId": "x".repeat(49)}), 100_002, "RoomId: 49 bytes, at most 48"),
        (json!({"RoomId": "r", "Count": -1}), 100_002, "Count: -1, at least 0"),
        (json!({"RoomId": "r", "Next": foreign}), 100_002, no_cursor),
        (json!({"RoomId": "r", "Next": "0"}), 100_002, no_cursor),
        (json!({"RoomId": "absent"}), 100_004, "the room does not exist or was destroyed"),
    ];
    for (body, code, text) in rows {
        let refused = server.refused("get_room_member_list", body.clone()).await;
        assert_eq!(refused, (code, text.to_owned()), "{body}");
    }
}

#[tokio::test]
async fn a_walk_meets_everybody_who_stays_exactly_once() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.create("r").await;
    for account in ["a", "b", "c", "d", "e"] {
        server.enter("r", account).await;
    }
    let (mut seen, mut next) = (Vec::new(), String::new());
    for (leaves, comes) in [("b", "f"), ("c", "g"), ("a", "h"), ("g", "i")] {
        let body = json!({"RoomId": "r", "Count": 2, "Next": next});
        let reply = server.done("get_room_member_list", body).await;
        let rows = reply["Response"]["MemberList"].as_array().unwrap();
        seen.extend(rows.iter().map(|row| row["Member_Account"].as_str().unwrap().to_owned()));
        reply["Response"]["Next"].as_str().unwrap().clone_into(&mut next);
        assert_eq!(server.leave("r", leaves).await, 204);
        server.enter("r", comes).await;
    }
    for who in ["admin", "d", "e", "f", "h"] {
        assert_eq!(seen.iter().filter(|account| *account == who).count(), 1, "{who} in {seen:?}");
    }
}

#[tokio::test]
async fn an_update_of_a_member_changes_what_it_names() {
    let server = Server::with(&["app.0.unlimited=true", "app.0.room.max_admin_count=1"]).await;
    server.create("r").await;
    for account in ["bob", "carol"] {
        server.enter("r", account).await;
    }
    let update = |fields: Value| {
        let mut info = json!({"Member_Account": "bob"});
        info.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        json!({"RoomId": "r", "MemberInfo": info})
    };
    let row = async || {
        let list = server.done("get_room_member_list", json!({"RoomId": "r"})).await;
        list["Response"]["MemberList"][1].clone()
    };
    let at_limit =
        json!({"NameCard": "é".repeat(16), "CustomInfo": "x".repeat(60), "Role": "Admin"});
    server.done("update_room_member_info", update(at_limit.clone())).await;
    let expected = json!({
        "Member_Account": "bob", "NameCard": "é".repeat(16), "Role": "Admin", "Marks": [],
        "CustomInfo": "x".repeat(60),
    });
    assert_eq!(row().await, expected);
    let of = |who: &str, role: &str| update(json!({"Member_Account": who, "Role": role}));
    let rows = [
        (json!({"RoomId": "r"}), 100_002, "MemberInfo: missing"),
        (json!({"MemberInfo": {"Member_Account": "bob"}}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r", "MemberInfo": {}}), 100_002, "MemberInfo.Member_Account: missing"),
        (of("", "Admin"), 100_002, "MemberInfo.Member_Account: 0 bytes, at least 1"),
        (of(&"x".repeat(33), "Admin"), 100_002, "MemberInfo.Member_Account: 33 bytes, at most 32"),
        (
            update(json!({"NameCard": "x".repeat(33)})),
            100_002,
            "MemberInfo.NameCard: 33 bytes, at most 32",
        ),
        (
            update(json!({"CustomInfo": "x".repeat(61)})),
            100_002,
            "MemberInfo.CustomInfo: 61 bytes, at most 60",
        ),
        (
            update(json!({"NameCard": "n", "Role": "Owner"})),
            100_002,
            "MemberInfo.Role: not one of Admin, Member",
        ),
        (
            update(json!({"NameCard": "n", "Member_Account": "eve"})),
            100_005,
            "eve is not a member of the room",
        ),
        (
            of("admin", "Member"),
            100_006,
            "permission denied: admin owns the room, the ownership moves by itself",
        ),
        (
            of("carol", "Admin"),
            100_020,
            "MemberInfo.Role: the room has its upper limit of 1 administrators",
        ),
        (
            json!({"RoomId": "x", "MemberInfo": {"Member_Account": "bob"}}),
            100_004,
            "the room does not exist or was destroyed",
        ),
    ];
    for (body, code, text) in rows {
        let refused = server.refused("update_room_member_info", body.clone()).await;
        assert_eq!(refused, (code, text.to_owned()), "{body}");
        assert_eq!(row().await, expected, "nothing half applied: {body}");
    }
    server.done("update_room_member_info", update(json!({"Role": "", "NameCard": null}))).await;
    assert_eq!(row().await, expected, "an empty word is absent, and so is null");
    server.done("update_room_member_info", update(json!({"NameCard": "", "Role": "Member"}))).await;
    assert_eq!((&row().await["NameCard"], &row().await["Role"]), (&json!(""), &json!("Member")));
    server.done("update_room_member_info", of("carol", "Admin")).await;
}

#[tokio::test]
async fn nothing_of_a_room_survives_its_end() {
    let server = Server::start().await;
    server.create("r").await;
    server.enter("r", "bob").await;
    let (_, next) = server.page(json!({"RoomId": "r", "Count": 1})).await;
    server.done("destroy_room", json!({"RoomId": "r"})).await;
    for command in ["get_room_info", "get_room_member_list", "destroy_room"] {
        assert_eq!(server.refused(command, json!({"RoomId": "r"})).await.0, 100_004, "{command}");
    }
    server.create("r").await;
    assert_eq!(server.accounts("r", 10).await, ["admin"]);
    server.page(json!({"RoomId": "r", "Next": next})).await;
}

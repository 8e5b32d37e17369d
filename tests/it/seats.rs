//! Seats: who is put on which, who leaves them, and what locking does.

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Server;

const NO_ROOM: &str = "the room does not exist or was destroyed";
const NO_SEATS: &str = "not support seat: the room was created without seats";

impl Server {
    /// Who sits where; null for a free seat.
    async fn seated(&self) -> Value {
        let reply = self.done("get_seat_list", json!({"RoomId": "r"})).await;
        let seats = reply["Response"]["SeatList"].as_array().unwrap().iter();
        seats.map(|seat| seat["Member_Account"].clone()).collect()
    }

    async fn pick(&self, account: &str, index: u32) {
        let body = json!({"RoomId": "r", "Member_Account": account, "Index": index});
        self.done("pick_user_on_seat", body).await;
    }

    async fn lock(&self, index: u32, locked: bool) {
        let body = json!({"RoomId": "r", "Index": index, "ForbidTaken": locked});
        self.done("lock_seat", body).await;
    }

    /// A client asks for a seat.
    async fn ask_for_seat(&self, account: &str) {
        let path = format!("rooms/r/seat_queue/{account}");
        assert_eq!(self.control(Method::PUT, &path).send().await.unwrap().status(), 201);
    }
}

/// A room `r` of `admin` with so many seats and these people in it, and a room `plain` without.
async fn a_room_with(seats: u32, people: &[&str], overrides: &[&str]) -> Server {
    let server = Server::with(&[&["app.0.unlimited=true"], overrides].concat()).await;
    let mode = json!({
        "IsSeatEnabled": true, "MaxSeatCount": seats, "TakeSeatMode": "ApplyToTake",
    });
    server.create_with("r", mode).await;
    server.create("plain").await;
    for account in people {
        server.enter("r", account).await;
    }
    server
}

/// Who are named in order, on the first seats.
async fn a_seated_room(seats: u32, people: &[&str]) -> Server {
    let server = a_room_with(seats, people, &[]).await;
    for (index, account) in (0..).zip(people) {
        server.pick(account, index).await;
    }
    server
}

/// Bodies in which a field of a good one is missing or wrong, each with its code and text.
fn with_wrong_fields(
    good: &Value,
    rows: &[(&str, Value, &'static str)],
) -> Vec<(Value, u64, &'static str)> {
    let wrong = |(field, value, text): &(&str, Value, &'static str)| {
        let mut body = good.clone();
        body[*field] = value.clone();
        (body, 100_002, *text)
    };
    rows.iter().map(wrong).collect()
}

#[tokio::test]
async fn a_member_is_put_on_a_free_seat_and_every_reason_against_it_has_its_code() {
    let server = a_room_with(4, &["bob", "carol", "dora"], &[]).await;
    let pick = |account: &str, index: u32| json!({"RoomId": "r", "Member_Account": account, "Index": index});
    server.pick("bob", 3).await;
    server.lock(2, true).await;
    server.ask_for_seat("carol").await;
    let long = "x".repeat(33);
    let mut rows = with_wrong_fields(
        &pick("dora", 0),
        &[
            ("RoomId", Value::Null, "RoomId: missing"),
            ("Member_Account", Value::Null, "Member_Account: missing"),
            ("Member_Account", json!(long), "Member_Account: 33 bytes, at most 32"),
            ("Index", Value::Null, "Index: missing"),
            ("Index", json!(-1), "Index: -1, at least 0"),
            ("Index", json!(4), "Index: 4, 0 to 3"),
            ("Index", json!(99), "Index: 99, 0 to 3"),
            ("Index", json!(100), "Index: 100, at most 99"),
            ("Index", json!("0"), "Index: wrong type, expected an integer of 64 bits"),
        ],
    );
    let in_room = |room: &str| json!({"RoomId": room, "Member_Account": "admin", "Index": 0});
    rows.extend([
        (
            json!({"RoomId": "r", "Member_Account": 7}),
            60015,
            "Member_Account: an account must be a string",
        ),
        (in_room("x"), 100_004, NO_ROOM),
        (pick("eve", 0), 100_005, "eve is not a member of the room"),
        (pick("dora", 2), 100_200, "seat 2 is locked"),
        (pick("carol", 0), 100_202, "carol is waiting for a seat already"),
        (pick("bob", 0), 100_203, "bob is seated already"),
        (pick("bob", 3), 100_203, "bob is seated already"),
        (pick("dora", 3), 100_210, "seat 3 is taken"),
        (in_room("plain"), 100_211, NO_SEATS),
    ]);
    server.refuses("r", "pick_user_on_seat", &rows).await;
    server.lock(2, false).await;
    server.pick("dora", 0).await;
    // The owner has not come in, but is listed.
    server.pick("admin", 2).await;
    assert_eq!(server.seated().await, json!(["dora", null, "admin", "bob"]));
}

#[tokio::test]
async fn full_seats_are_told_from_one_that_is_taken() {
    let server = a_seated_room(2, &["bob", "carol"]).await;
    server.enter("r", "dora").await;
    let pick = |index: u32| json!({"RoomId": "r", "Member_Account": "dora", "Index": index});
    let full = "the seats are full: all 2 are taken";
    let rows = [(pick(0), 100_205, full), (pick(1), 100_205, full)];
    server.refuses("r", "pick_user_on_seat", &rows).await;
    // Seat 1 is locked and free: not every seat is taken.
    server.lock(1, true).await;
    let rows = [(pick(0), 100_210, "seat 0 is taken"), (pick(1), 100_200, "seat 1 is locked")];
    server.refuses("r", "pick_user_on_seat", &rows).await;
}

#[tokio::test]
async fn a_room_has_up_to_a_hundred_seats() {
    let server = a_room_with(100, &["bob"], &["app.0.room.max_seat_count=100"]).await;
    server.pick("bob", 99).await;
    let moves = json!({"RoomId": "r", "Member_Account": "bob", "ToIndex": 98});
    server.done("switch_seat", moves).await;
    let seated = server.seated().await;
    assert_eq!((seated.as_array().unwrap().len(), &seated[98]), (100, &json!("bob")));
}

#[tokio::test]
async fn seats_are_listed_taken_free_and_locked() {
    let server = a_seated_room(3, &["bob"]).await;
    let lock = |index: u32, video: bool| json!({"RoomId": "r", "Index": index, "ForbidTaken": index == 2, "ForbidVideo": video});
    server.done("lock_seat", lock(0, true)).await;
    server.done("lock_seat", lock(2, false)).await;
    let list = server.room("get_seat_list", json!({"RoomId": "r"})).await;
    let seat = |index: u32, locked: bool, video: bool| json!({"Index": index, "IsTakenDisabled": locked, "IsVideoDisabled": video, "IsAudioDisabled": false});
    let mut seats = [seat(0, false, true), seat(1, false, false), seat(2, true, false)];
    seats[0]["Member_Account"] = "bob".into();
    let whole = json!({
        "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "Response": {"SeatList": seats},
    });
    assert_eq!(list, whole);
    let rows = server.shown("rooms/r").await["seats"].take();
    let row = |index: u32, account: Option<&str>, locked: bool, video: bool| {
        json!({
            "index": index, "account": account, "locked": locked, "video_disabled": video,
            "audio_disabled": false,
        })
    };
    let all =
        [row(0, Some("bob"), false, true), row(1, None, false, false), row(2, None, true, false)];
    assert_eq!(rows, json!(all));

    let plain = server.done("get_seat_list", json!({"RoomId": "plain"})).await;
    assert_eq!(plain["Response"], json!({"SeatList": []}));
    assert_eq!(server.shown("rooms/plain").await["seats"], json!([]));
    let rows =
        [(json!({}), 100_002, "RoomId: missing"), (json!({"RoomId": "x"}), 100_004, NO_ROOM)];
    server.refuses("r", "get_seat_list", &rows).await;
}

#[tokio::test]
async fn who_is_taken_off_a_seat_stays_in_the_room() {
    let server = a_seated_room(2, &["bob", "carol"]).await;
    let off =
        |account: &str| json!({"RoomId": "r", "Member_Account": account, "Data": "time over"});
    let mut rows = with_wrong_fields(
        &off("bob"),
        &[
            ("RoomId", Value::Null, "RoomId: missing"),
            ("Member_Account", Value::Null, "Member_Account: missing"),
            ("Member_Account", json!("x".repeat(33)), "Member_Account: 33 bytes, at most 32"),
            ("Data", json!("é".repeat(501)), "Data: 1002 bytes, at most 1000"),
            ("Data", json!(7), "Data: wrong type, expected a string"),
        ],
    );
    let in_room = |room: &str| json!({"RoomId": room, "Member_Account": "bob"});
    rows.extend([
        (
            json!({"RoomId": "r", "Member_Account": 7}),
            60015,
            "Member_Account: an account must be a string",
        ),
        (in_room("x"), 100_004, NO_ROOM),
        (off("admin"), 100_206, "admin is not seated"),
        (off("eve"), 100_206, "eve is not seated"),
        (in_room("plain"), 100_211, NO_SEATS),
    ]);
    server.refuses("r", "kick_user_off_seat", &rows).await;
    let mut longest = off("bob");
    longest["Data"] = "x".repeat(1000).into();
    server.done("kick_user_off_seat", longest).await;
    server.done("kick_user_off_seat", json!({"RoomId": "r", "Member_Account": "carol"})).await;
    assert_eq!(server.seated().await, json!([null, null]));
    assert_eq!(server.accounts("r", 9).await, ["admin", "bob", "carol"]);
    server.pick("bob", 1).await;
}

#[tokio::test]
async fn strict_wants_what_is_said_to_who_gets_up() {
    let server = a_room_with(1, &["bob"], &["app.0.strict=true"]).await;
    server.pick("bob", 0).await;
    let off = json!({"RoomId": "r", "Member_Account": "bob"});
    server.refuses("r", "kick_user_off_seat", &[(off.clone(), 100_002, "Data: missing")]).await;
    let mut said = off;
    said["Data"] = "".into();
    server.done("kick_user_off_seat", said).await;
}

#[tokio::test]
async fn a_lock_changes_what_it_names_and_puts_off_who_sits_there() {
    let server = a_seated_room(2, &["bob"]).await;
    let lock = |more: Value| {
        let mut body = json!({"RoomId": "r", "Index": 0});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    let flag = "wrong type, expected true or false";
    let texts = ["ForbidTaken", "ForbidVideo", "ForbidAudio"].map(|name| format!("{name}: {flag}"));
    let mut rows = vec![
        (json!({"Index": 0}), 100_002, "RoomId: missing"),
        (json!({"RoomId": "r", "ForbidTaken": true}), 100_002, "Index: missing"),
        (lock(json!({"Index": -1, "ForbidTaken": true})), 100_002, "Index: -1, at least 0"),
        (lock(json!({"Index": 2, "ForbidTaken": true})), 100_002, "Index: 2, 0 to 1"),
        (lock(json!({"Index": 100, "ForbidTaken": true})), 100_002, "Index: 100, at most 99"),
        (lock(json!({"RoomId": "x"})), 100_004, NO_ROOM),
        (lock(json!({"RoomId": "plain", "ForbidTaken": true})), 100_211, NO_SEATS),
    ];
    rows.push((lock(json!({"ForbidTaken": 1})), 100_002, &texts[0]));
    rows.push((lock(json!({"ForbidTaken": true, "ForbidVideo": "true"})), 100_002, &texts[1]));
    rows.push((lock(json!({"ForbidTaken": true, "ForbidAudio": []})), 100_002, &texts[2]));
    server.refuses("r", "lock_seat", &rows).await;

    let first = async || {
        let reply = server.done("get_seat_list", json!({"RoomId": "r"})).await;
        let seat = &reply["Response"]["SeatList"][0];
        json!([
            seat["Member_Account"],
            seat["IsTakenDisabled"],
            seat["IsVideoDisabled"],
            seat["IsAudioDisabled"]
        ])
    };
    let steps = [
        (json!({}), json!(["bob", false, false, false])),
        (json!({"ForbidVideo": true}), json!(["bob", false, true, false])),
        (json!({"ForbidAudio": true, "ForbidTaken": null}), json!(["bob", false, true, true])),
        (json!({"ForbidTaken": false, "ForbidVideo": false}), json!(["bob", false, false, true])),
        (json!({"ForbidTaken": true}), json!([null, true, false, true])),
        (json!({"ForbidTaken": true, "ForbidVideo": true}), json!([null, true, true, true])),
        (json!({"ForbidTaken": false}), json!([null, false, true, true])),
    ];
    for (more, expected) in steps {
        server.done("lock_seat", lock(more.clone())).await;
        assert_eq!(first().await, expected, "{more}");
    }
    assert_eq!(server.accounts("r", 9).await, ["admin", "bob"], "he stays in the room");
    server.pick("bob", 0).await;
}

#[tokio::test]
async fn a_switch_goes_to_a_free_seat() {
    let server = a_seated_room(4, &["bob", "carol"]).await;
    server.enter("r", "dora").await;
    server.lock(3, true).await;
    let go = |account: &str, index: u32| json!({"RoomId": "r", "Member_Account": account, "ToIndex": index});
    let mut rows = with_wrong_fields(
        &go("bob", 2),
        &[
            ("RoomId", Value::Null, "RoomId: missing"),
            ("Member_Account", Value::Null, "Member_Account: missing"),
            ("Member_Account", json!(""), "Member_Account: 0 bytes, at least 1"),
            ("ToIndex", Value::Null, "ToIndex: missing"),
            ("ToIndex", json!(-1), "ToIndex: -1, at least 0"),
            ("ToIndex", json!(4), "ToIndex: 4, 0 to 3"),
            ("ToIndex", json!(100), "ToIndex: 100, at most 99"),
        ],
    );
    let in_room = |room: &str| json!({"RoomId": room, "Member_Account": "bob", "ToIndex": 0});
    rows.extend([
        (in_room("x"), 100_004, NO_ROOM),
        (go("bob", 3), 100_200, "seat 3 is locked"),
        (go("dora", 2), 100_206, "dora is not seated"),
        (go("eve", 2), 100_206, "eve is not seated"),
        (go("bob", 1), 100_210, "seat 1 is taken"),
        (in_room("plain"), 100_211, NO_SEATS),
    ]);
    server.refuses("r", "switch_seat", &rows).await;
    server.done("switch_seat", go("bob", 0)).await;
    server.done("switch_seat", go("bob", 2)).await;
    assert_eq!(server.seated().await, json!([null, "carol", "bob", null]));
}

#[tokio::test]
async fn a_move_goes_by_its_policy() {
    let server = a_seated_room(4, &["bob", "carol"]).await;
    server.enter("r", "dora").await;
    server.lock(3, true).await;
    let go = |account: &str, index: u32, policy: i64| json!({"RoomId": "r", "Member_Account": account, "SeatIndex": index, "Policy": policy});
    let mut rows = with_wrong_fields(
        &go("bob", 2, 0),
        &[
            ("RoomId", Value::Null, "RoomId: missing"),
            ("Member_Account", Value::Null, "Member_Account: missing"),
            ("SeatIndex", Value::Null, "SeatIndex: missing"),
            ("SeatIndex", json!(-1), "SeatIndex: -1, at least 0"),
            ("SeatIndex", json!(4), "SeatIndex: 4, 0 to 3"),
            ("SeatIndex", json!(100), "SeatIndex: 100, at most 99"),
            ("Policy", Value::Null, "Policy: missing"),
            ("Policy", json!(-1), "Policy: -1, 0 to 2"),
            ("Policy", json!(3), "Policy: 3, 0 to 2"),
            ("Policy", json!("0"), "Policy: wrong type, expected an integer of 64 bits"),
        ],
    );
    for policy in 0..3 {
        let mut plain = go("bob", 0, policy);
        plain["RoomId"] = "plain".into();
        rows.extend([
            (go("bob", 3, policy), 100_200, "seat 3 is locked"),
            (go("dora", 2, policy), 100_206, "dora is not seated"),
            (plain, 100_211, NO_SEATS),
        ]);
    }
    let mut nowhere = go("bob", 0, 0);
    nowhere["RoomId"] = "x".into();
    rows.extend([(nowhere, 100_004, NO_ROOM), (go("bob", 1, 0), 100_210, "seat 1 is taken")]);
    server.refuses("r", "move_user_to_seat", &rows).await;

    let steps = [
        (go("bob", 0, 0), json!(["bob", "carol", null, null])),
        (go("bob", 0, 1), json!(["bob", "carol", null, null])),
        (go("bob", 0, 2), json!(["bob", "carol", null, null])),
        (go("bob", 2, 0), json!([null, "carol", "bob", null])),
        (go("bob", 1, 2), json!([null, "bob", "carol", null])),
        (go("carol", 0, 2), json!(["carol", "bob", null, null])),
        (go("bob", 0, 1), json!(["bob", null, null, null])),
        (go("bob", 1, 1), json!([null, "bob", null, null])),
    ];
    for (body, seated) in steps {
        server.done("move_user_to_seat", body.clone()).await;
        assert_eq!(server.seated().await, seated, "{body}");
    }
    assert_eq!(server.accounts("r", 9).await, ["admin", "bob", "carol", "dora"]);
}

#[tokio::test]
async fn robots_sit_like_everybody_else() {
    let server = a_seated_room(3, &["bob"]).await;
    let robot = |account: &str| json!({"RoomId": "r", "Member_Account": account});
    for (index, account) in (1..).zip(["r1", "r2"]) {
        server.done("add_robot", robot(account)).await;
        server.pick(account, index).await;
    }
    let swap = json!({"RoomId": "r", "Member_Account": "r1", "SeatIndex": 0, "Policy": 2});
    server.done("move_user_to_seat", swap).await;
    assert_eq!(server.seated().await, json!(["r1", "bob", "r2"]));
    server.done("delete_robot", robot("r1")).await;
    assert_eq!(server.seated().await, json!([null, "bob", "r2"]));
    let ban = json!({"RoomId": "r", "MemberList_Account": ["r2"], "Duration": 60});
    server.done("ban_room_member", ban).await;
    assert_eq!(server.seated().await, json!([null, "bob", null]));
    assert_eq!(server.refused("add_robot", robot("r2")).await.0, 100_016);
}

/// How somebody goes.
#[derive(Debug, Clone, Copy)]
enum Going {
    Leaves,
    Expires,
    IsKicked,
    IsBanned,
}

impl Server {
    async fn goes(&self, account: &str, how: Going) {
        let list = json!({"RoomId": "r", "MemberList_Account": [account], "Duration": 60});
        let reason = match how {
            Going::IsKicked => return drop(self.done("kick_user_out", list).await),
            Going::IsBanned => return drop(self.done("ban_room_member", list).await),
            Going::Leaves => "leave",
            Going::Expires => "expired",
        };
        let path = format!("rooms/r/members/{account}?reason={reason}");
        let status = self.control(Method::DELETE, &path).send().await.unwrap().status();
        assert_eq!(status, 204, "{account} {how:?}");
    }
}

#[tokio::test]
async fn who_goes_gives_up_seat_marks_and_place_in_the_queue() {
    for how in [Going::Leaves, Going::Expires, Going::IsKicked, Going::IsBanned] {
        let server = a_seated_room(2, &["bob", "carol"]).await;
        server.enter("r", "dora").await;
        server.ask_for_seat("dora").await;
        let mark = async |account: &str, from: u32| {
            for marks in
                [0, 3, 6].map(|more| json!([from + more, from + more + 1, from + more + 2]))
            {
                let list = json!([{"Member_Account": account, "Marks": marks}]);
                let body = json!({"RoomId": "r", "CommandType": 1, "MemberList": list});
                server.done("mark_room_member", body).await;
            }
        };
        mark("bob", 1000).await;
        for account in ["bob", "dora"] {
            server.goes(account, how).await;
        }
        assert_eq!(server.seated().await, json!([null, "carol"]), "{how:?}");
        // With his nine marks there would be no room for nine others.
        mark("carol", 2000).await;
        let lift = json!({"RoomId": "r", "MemberList_Account": ["bob", "dora"]});
        server.done("unban_room_member", lift).await;
        for account in ["bob", "dora"] {
            let (status, member) = server.try_enter("r", account, json!({})).await;
            let brought = (status.as_u16(), &member["seat"], &member["marks"]);
            assert_eq!(brought, (201, &Value::Null, &json!([])), "{account} {how:?}");
        }
        // Somebody who waits could not be picked.
        server.pick("dora", 0).await;
    }
}

#[tokio::test]
async fn members_are_shown_with_their_seats() {
    let server = a_seated_room(3, &["bob", "carol"]).await;
    let shown = async || {
        let list = server.shown("rooms/r/members").await;
        let rows = list["members"].as_array().unwrap().iter();
        rows.map(|row| json!([row["account"], row["seat"]])).collect::<Value>()
    };
    assert_eq!(shown().await, json!([["admin", null], ["bob", 0], ["carol", 1]]));
    let (status, bob) = server.try_enter("r", "bob", json!({})).await;
    assert_eq!((status.as_u16(), &bob["seat"]), (200, &json!(0)), "he was in");
    // The owner is listed, sits, comes in and sits there still.
    server.pick("admin", 2).await;
    let (status, admin) = server.try_enter("r", "admin", json!({})).await;
    assert_eq!((status.as_u16(), &admin["seat"]), (201, &json!(2)));
    let page = server.shown("rooms/r/members?limit=1").await;
    assert_eq!(page["members"][0]["seat"], 2, "on a page of one, too");
}

#[tokio::test]
async fn an_owner_who_is_listed_no_longer_sits_no_longer() {
    let server = a_seated_room(2, &["bob"]).await;
    server.pick("admin", 1).await;
    let pass = json!({"RoomId": "r", "From_Account": "admin", "NewOwner_Account": "bob"});
    server.done("change_room_owner", pass).await;
    assert_eq!(server.seated().await, json!(["bob", null]));
}

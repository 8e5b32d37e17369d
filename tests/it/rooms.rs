//! Rooms: every field, default, limit and code of making, changing and reading them.

use serde_json::{Value, json};

use crate::harness::Server;

/// A body of `create_room` with some fields beside the required ones.
fn body(fields: Value) -> Value {
    let mut info = json!({"RoomId": "r", "RoomType": "Conference"});
    let fields = fields.as_object().unwrap().clone();
    info.as_object_mut().unwrap().extend(fields);
    json!({"RoomInfo": info})
}

impl Server {
    /// The room's `RoomInfo`.
    async fn info(&self, room: &str) -> Value {
        let mut reply = self.done("get_room_info", json!({"RoomId": room})).await;
        reply["Response"]["RoomInfo"].take()
    }

    /// Makes room `r` with some fields, reads it back and destroys it.
    async fn made(&self, fields: Value) -> Value {
        self.done("create_room", body(fields)).await;
        let info = self.info("r").await;
        self.done("destroy_room", json!({"RoomId": "r"})).await;
        info
    }
}

/// Rows of `create_room`'s fields that are refused. Nothing of the room is left each time.
#[tokio::test]
async fn every_limit_of_a_new_room_refuses_what_is_one_more() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let (x33, e51, x501) = ("x".repeat(33), "é".repeat(51), "x".repeat(501));
    let invitees: Vec<String> = (0..301).map(|nth| format!("i{nth}")).collect();
    let rows = [
        (json!({}), 100_002, "RoomInfo: missing"),
        (json!({"RoomInfo": null}), 100_002, "RoomInfo: missing"),
        (body(json!({"RoomId": null})), 100_002, "RoomInfo.RoomId: missing"),
        (body(json!({"RoomId": ""})), 100_002, "RoomInfo.RoomId: 0 bytes, at least 1"),
        (body(json!({"RoomId": "r".repeat(49)})), 100_002, "RoomInfo.RoomId: 49 bytes, at most 48"),
        (
            body(json!({"RoomId": "a\tb"})),
            100_002,
            "RoomInfo.RoomId: control characters are not allowed",
        ),
        (
            body(json!({"RoomId": "é"})),
            100_002,
            "RoomInfo.RoomId: only printable ASCII (0x20 to 0x7e) is allowed",
        ),
        (body(json!({"RoomName": e51})), 100_002, "RoomInfo.RoomName: 102 bytes, at most 100"),
        (
            body(json!({"RoomName": "x".repeat(101)})),
            100_002,
            "RoomInfo.RoomName: 101 bytes, at most 100",
        ),
        (body(json!({"RoomType": null})), 100_002, "RoomInfo.RoomType: missing"),
        (body(json!({"RoomType": ""})), 100_002, "RoomInfo.RoomType: missing"),
        (body(json!({"RoomType": "Live"})), 100_015, "RoomInfo.RoomType: not one of Conference"),
        (
            body(json!({"RoomType": "conference"})),
            100_015,
            "RoomInfo.RoomType: not one of Conference",
        ),
        (
            body(json!({"Owner_Account": ""})),
            100_002,
            "RoomInfo.Owner_Account: 0 bytes, at least 1",
        ),
        (
            body(json!({"Owner_Account": x33})),
            100_002,
            "RoomInfo.Owner_Account: 33 bytes, at most 32",
        ),
        (
            body(json!({"Owner_Account": "a\nb"})),
            100_002,
            "RoomInfo.Owner_Account: control characters are not allowed",
        ),
        (body(json!({"MaxMemberCount": 0})), 100_002, "RoomInfo.MaxMemberCount: 0, at least 1"),
        (body(json!({"MaxMemberCount": -1})), 100_002, "RoomInfo.MaxMemberCount: -1, at least 1"),
        (
            body(json!({"MaxMemberCount": 1_000_001})),
            100_013,
            "RoomInfo.MaxMemberCount: 1000001, the upper limit is 1000000",
        ),
        (
            body(json!({"MaxMemberCount": 4_294_967_296_u64})),
            100_002,
            "RoomInfo.MaxMemberCount: 4294967296, at most 4294967295",
        ),
        (
            body(json!({"ScheduleStartTime": -1})),
            100_002,
            "RoomInfo.ScheduleStartTime: -1, at least 0",
        ),
        (
            body(json!({"ScheduleStartTime": 253_402_300_800_u64})),
            100_002,
            "RoomInfo.ScheduleStartTime: 253402300800, at most 253402300799",
        ),
        (
            body(json!({"ScheduleStartTime": 2_000_000_000, "ScheduleEndTime": 2_000_000_299})),
            100_002,
            "RoomInfo.ScheduleEndTime: 299 seconds after ScheduleStartTime, at least 300",
        ),
        (
            body(json!({"ScheduleStartTime": 2_000_000_000, "ScheduleEndTime": 1_999_999_999})),
            100_002,
            "RoomInfo.ScheduleEndTime: -1 seconds after ScheduleStartTime, at least 300",
        ),
        (body(json!({"CustomInfo": x501})), 100_002, "RoomInfo.CustomInfo: 501 bytes, at most 500"),
        (body(json!({"MaxSeatCount": 0})), 100_002, "RoomInfo.MaxSeatCount: 0, at least 1"),
        (
            body(json!({"IsSeatEnabled": true, "MaxSeatCount": 17})),
            100_013,
            "RoomInfo.MaxSeatCount: 17, the upper limit is 16",
        ),
        (
            body(json!({"TakeSeatMode": "None"})),
            100_002,
            "RoomInfo.TakeSeatMode: not one of FreeToTake, ApplyToTake",
        ),
        (
            body(json!({"IsPasswordEnabled": true})),
            100_002,
            "RoomInfo.Password: missing, IsPasswordEnabled is true and none is kept",
        ),
        (
            body(json!({"IsPasswordEnabled": true, "Password": ""})),
            100_002,
            "RoomInfo.Password: missing, IsPasswordEnabled is true and none is kept",
        ),
        (body(json!({"Password": x33})), 100_002, "RoomInfo.Password: 33 bytes, at most 32"),
        (
            json!({"RoomInfo": body(json!({}))["RoomInfo"], "ScheduleInviteeList_Account": invitees}),
            100_002,
            "ScheduleInviteeList_Account: 301 accounts, at most 300",
        ),
        (
            json!({"RoomInfo": body(json!({}))["RoomInfo"], "ScheduleInviteeList_Account": ["a", x33]}),
            100_002,
            "ScheduleInviteeList_Account[1]: 33 bytes, at most 32",
        ),
    ];
    for (body, code, text) in rows {
        let refused = server.refused("create_room", body.clone()).await;
        assert_eq!(refused, (code, text.to_owned()), "{body}");
        assert_eq!(server.refused("get_room_info", json!({"RoomId": "r"})).await.0, 100_004);
    }
}

#[tokio::test]
async fn every_limit_of_a_new_room_takes_what_is_exactly_at_it() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let room = "r".repeat(48);
    let invitees: Vec<String> = (0..300).map(|nth| format!("{nth:032}")).collect();
    let create = json!({
        "RoomInfo": {
            "RoomId": room, "RoomType": "Conference", "RoomName": "é".repeat(50),
            "Owner_Account": "ö".repeat(16), "MaxMemberCount": 1_000_000,
            "ScheduleStartTime": 253_402_300_499_u64, "ScheduleEndTime": 253_402_300_799_u64,
            "CustomInfo": "x".repeat(500), "IsSeatEnabled": true, "MaxSeatCount": 16,
            "TakeSeatMode": "FreeToTake", "IsPasswordEnabled": true, "Password": "p".repeat(32),
        },
        "ScheduleInviteeList_Account": invitees,
    });
    server.done("create_room", create.clone()).await;
    let info = server.info(&room).await;
    let sent = create["RoomInfo"].as_object().unwrap();
    for (field, value) in sent.iter().filter(|(field, _)| !field.contains("Password")) {
        assert_eq!(info[field], *value, "{field}");
    }
    assert_eq!(info["RoomStatus"], "NotStarted");
    assert!(!info.to_string().contains("ppp"), "no page shows the password");
}

#[tokio::test]
async fn what_a_creator_leaves_out_has_its_default() {
    let server = Server::with(&["app.0.room.max_member_count=20"]).await;
    let info = server.made(json!({"RoomName": null, "Owner_Account": null})).await;
    assert_eq!(info["RoomName"], "r");
    assert_eq!(info["Owner_Account"], "admin");
    assert_eq!(info["MaxMemberCount"], 20);
    assert_eq!(server.made(json!({"RoomName": ""})).await["RoomName"], "r");
    let seats = server.made(json!({"IsSeatEnabled": true})).await;
    assert_eq!(
        (&seats["MaxSeatCount"], &seats["TakeSeatMode"]),
        (&json!(16), &json!("FreeToTake"))
    );
    let started = json!({"ScheduleStartTime": 2_000_000_000, "ScheduleEndTime": 0});
    assert_eq!(server.made(started).await["ScheduleEndTime"], 2_000_003_600);
    let past = json!({"ScheduleStartTime": 1_000_000_000, "ScheduleEndTime": 1_000_000_300});
    assert_eq!(server.made(past).await["RoomStatus"], "Running");
    let no_seats = server.made(json!({"MaxSeatCount": 8, "TakeSeatMode": "ApplyToTake"})).await;
    assert_eq!((&no_seats["MaxSeatCount"], &no_seats["TakeSeatMode"]), (&json!(0), &json!("None")));
}

#[tokio::test]
async fn strict_holds_the_table_to_the_letter() {
    let server = Server::with(&["app.0.strict=true"]).await;
    let refused = server.refused("create_room", body(json!({"IsSeatEnabled": true}))).await;
    assert_eq!(refused, (100_002, "RoomInfo.TakeSeatMode: missing".into()));
    let epoch = server.made(json!({"ScheduleStartTime": 0})).await;
    assert_eq!(epoch["ScheduleEndTime"], 3600);
}

#[tokio::test]
async fn an_id_in_use_is_told_apart_by_who_owns_the_room() {
    let server = Server::start().await;
    server.create("r").await;
    assert_eq!(server.refused("create_room", body(json!({}))).await.0, 100_010);
    let other = body(json!({"RoomId": "s", "Owner_Account": "alice"}));
    server.done("create_room", other.clone()).await;
    assert_eq!(server.refused("create_room", other).await.0, 100_003);
    let wrong = body(json!({"CustomInfo": "x".repeat(501)}));
    assert_eq!(server.refused("create_room", wrong).await.0, 100_002, "fields come first");
}

#[tokio::test]
async fn an_owner_need_not_be_listed() {
    let server = Server::with(&["app.0.room.owner_is_member=false"]).await;
    server.create("r").await;
    assert_eq!(server.info("r").await["MemberCount"], 0);
    assert_eq!(server.accounts("r", 10).await, [""; 0]);
    server.enter("r", "bob").await;
    server.enter("r", "admin").await;
    assert_eq!(server.accounts("r", 10).await, ["bob", "admin"]);
    let list = server.done("get_room_member_list", json!({"RoomId": "r"})).await;
    assert_eq!(list["Response"]["MemberList"][1]["Role"], "Owner");
}

#[tokio::test]
async fn an_update_changes_what_it_names_and_refuses_what_is_one_more() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    server.done("create_room", body(json!({"CustomInfo": "old", "RoomName": "name"}))).await;
    let before = server.info("r").await;
    let update = |fields: Value| {
        let mut body = body(fields);
        body["RoomInfo"].as_object_mut().unwrap().remove("RoomType");
        body
    };
    let rows = [
        (json!({}), 100_002, "RoomInfo: missing"),
        (json!({"RoomInfo": {}}), 100_002, "RoomInfo.RoomId: missing"),
        (
            update(json!({"RoomName": "x".repeat(101)})),
            100_002,
            "RoomInfo.RoomName: 101 bytes, at most 100",
        ),
        (
            update(json!({"CustomInfo": "x".repeat(501)})),
            100_002,
            "RoomInfo.CustomInfo: 501 bytes, at most 500",
        ),
        (update(json!({"MaxMemberCount": 0})), 100_002, "RoomInfo.MaxMemberCount: 0, at least 1"),
        (
            update(json!({"MaxMemberCount": 1_000_001})),
            100_013,
            "RoomInfo.MaxMemberCount: 1000001, the upper limit is 1000000",
        ),
        (
            update(json!({"TakeSeatMode": "Nope"})),
            100_002,
            "RoomInfo.TakeSeatMode: not one of FreeToTake, ApplyToTake",
        ),
        (
            update(json!({"RoomName": "new", "TakeSeatMode": "FreeToTake"})),
            100_211,
            "not support seat: the room was created without seats",
        ),
        (
            update(json!({"RoomName": "new", "IsPasswordEnabled": true})),
            100_002,
            "RoomInfo.Password: missing, IsPasswordEnabled is true and none is kept",
        ),
        (update(json!({"RoomId": "absent"})), 100_004, "the room does not exist or was destroyed"),
    ];
    for (body, code, text) in rows {
        let refused = server.refused("update_room_info", body.clone()).await;
        assert_eq!(refused, (code, text.to_owned()), "{body}");
        assert_eq!(server.info("r").await, before, "nothing half applied: {body}");
    }
    server.done("update_room_info", update(json!({"RoomName": "", "Owner_Account": "eve"}))).await;
    assert_eq!(server.info("r").await, before, "an empty name is absent, the owner not updatable");
    let all = json!({
        "RoomName": "n".repeat(100), "MaxMemberCount": 1, "IsVideoDisabled": true,
        "IsAudioDisabled": true, "IsMessageDisabled": true, "IsScreenSharingDisabled": true,
        "IsCloudRecordingDisabled": true, "CustomInfo": "",
    });
    server.done("update_room_info", update(all.clone())).await;
    let after = server.info("r").await;
    for (field, value) in all.as_object().unwrap() {
        assert_eq!(after[field], *value, "{field}");
    }
}

#[tokio::test]
async fn the_door_asks_for_the_password_that_was_set_last() {
    let server = Server::with(&["app.0.unlimited=true"]).await;
    let gate = async |fields| {
        let update = body(fields);
        server.done("update_room_info", update).await;
    };
    let tries = async |who: &str, password: Option<&str>| {
        let (status, said) = server.try_enter("r", who, json!({"password": password})).await;
        (status.as_u16(), said["code"].as_u64())
    };
    server.done("create_room", body(json!({"Password": "1234"}))).await;
    assert_eq!(tries("a", None).await, (201, None), "kept, but not asked for");
    gate(json!({"IsPasswordEnabled": true})).await;
    assert_eq!(tries("b", None).await, (403, Some(100_018)));
    assert_eq!(tries("b", Some("123")).await, (403, Some(100_019)));
    assert_eq!(tries("b", Some("1234")).await, (201, None));
    gate(json!({"Password": "98"})).await;
    assert_eq!(tries("c", Some("1234")).await, (403, Some(100_019)));
    assert_eq!(tries("c", Some("98")).await, (201, None));
    gate(json!({"Password": ""})).await;
    assert_eq!(tries("d", None).await, (201, None), "an empty password turns the gate off");
    let again = server.refused("update_room_info", body(json!({"IsPasswordEnabled": true}))).await;
    assert_eq!(again.0, 100_002, "and is forgotten");
}

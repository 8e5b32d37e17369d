//! Rooms: the list and the room itself.

use serde_json::{Value, json};

use super::harness::{APP, Server, column};

#[tokio::test]
async fn rooms_are_listed_by_id_in_pages() {
    let server = Server::dev(&[]).await;
    let rooms = format!("/apps/{APP}/rooms");
    assert_eq!(server.get(&rooms).await.is(200), json!({"rooms": [], "next": ""}));

    let mut names: Vec<String> = (0..51).map(|n| format!("r{n:02}")).collect();
    for name in names.iter().rev() {
        server.room(name).await;
    }
    let first = server.get(&rooms).await.is(200);
    assert_eq!(column(&first["rooms"], "room"), names[..50]);
    assert_eq!(first["next"], "r49");
    let row = &first["rooms"][0];
    let created_ms = row["created_ms"].as_u64().unwrap();
    assert!(created_ms > 1_700_000_000_000, "{row}");
    let expected = json!({"room": "r00", "kind": "conference", "group_type": "chat_room", "member_count": 1,
            "created_ms": created_ms});
    assert_eq!(*row, expected);

    // A position outlives the room that it names.
    server.vendor(APP, "destroy_room", json!({"RoomId": "r49"})).await;
    names.remove(49);
    let last = server.get(&format!("{rooms}?after=r49")).await.is(200);
    assert_eq!((column(&last["rooms"], "room"), &last["next"]), (vec!["r50".into()], &json!("")));

    let (mut walked, mut after) = (Vec::new(), String::new());
    loop {
        let page = server.get(&format!("{rooms}?limit=1&after={after}")).await.is(200);
        walked.extend(column(&page["rooms"], "room"));
        after = page["next"].as_str().unwrap().to_owned();
        if after.is_empty() {
            break;
        }
    }
    assert_eq!(walked, names);
    let all = server.get(&format!("{rooms}?limit=1000")).await.is(200);
    assert_eq!(column(&all["rooms"], "room"), names);
}

#[tokio::test]
async fn a_room_shows_its_first_thousand_bans() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let accounts: Vec<String> = (0..1001).map(|n| format!("m{n:04}")).collect();
    for (twenty, more) in accounts.chunks(20).zip(1..) {
        let ban = json!({"RoomId": "r", "MemberList_Account": twenty, "Duration": 3600});
        server.vendor(APP, "ban_room_member", ban).await;
        let room = server.get(&format!("/apps/{APP}/rooms/r")).await.is(200);
        let shown = (20 * more).min(1000);
        assert_eq!(column(&room["bans"], "account"), accounts[..shown]);
    }
}

#[tokio::test]
async fn a_page_has_1_to_1000_rooms_and_a_position_is_a_room_id() {
    let server = Server::dev(&[]).await;
    for limit in ["0", "1001", "-1", "many", "", "1.5", "18446744073709551616"] {
        let path = format!("/apps/{APP}/rooms?limit={limit}");
        server.get(&path).await.problem(400, None, "limit: must be a number from 1 to 1000");
    }
    let path = |after: &str| format!("/apps/{APP}/rooms?after={after}");
    server.get(&path(&"r".repeat(128))).await.is(200);
    let long = server.get(&path(&"r".repeat(129))).await;
    long.problem(400, None, "after: 129 bytes, at most 128");
    server.get(&path("a%0Ab")).await.problem(400, None, "after: control characters");
    server.get(&path("%FF")).await.problem(400, None, "query: not UTF-8");
}

#[tokio::test]
async fn a_room_shows_its_facts() {
    let server = Server::dev(&[]).await;
    server.room("plain").await;
    let plain = server.get(&format!("/apps/{APP}/rooms/plain")).await.is(200);
    let info = &plain["info"];
    let created_ms = info["created_ms"].as_u64().unwrap();
    let start_s = created_ms / 1000;
    let expected = json!({
        "room": "plain",
        "kind": "conference",
        "group_type": "chat_room",
        "name": "plain",
        "owner": "admin",
        "info": {
            "max_member_count": 300,
            "schedule_start_s": start_s,
            "schedule_end_s": start_s + 3600,
            "status": "running",
            "video_disabled": false,
            "audio_disabled": false,
            "message_disabled": false,
            "screen_sharing_disabled": false,
            "cloud_recording_disabled": false,
            "custom_info": "",
            "password_enabled": false,
            "take_seat_mode": null,
            "max_seat_count": 0,
            "created_ms": created_ms,
        },
        "member_count": 1,
        "seats": [],
        "bans": [],
    });
    assert_eq!(plain, expected);

    let facts = json!({
        "RoomName": "Board \"A\"", "Owner_Account": "alice", "MaxMemberCount": 7,
        "ScheduleStartTime": 4_000_000_000_u64, "ScheduleEndTime": 4_000_000_300_u64,
        "IsVideoDisabled": true, "IsAudioDisabled": false, "IsMessageDisabled": true,
        "IsScreenSharingDisabled": false, "IsCloudRecordingDisabled": true,
        "CustomInfo": "c", "IsSeatEnabled": true, "MaxSeatCount": 5,
        "TakeSeatMode": "ApplyToTake", "IsPasswordEnabled": true, "Password": "4321",
    });
    server.room_with("full", facts).await;
    let full = server.get(&format!("/apps/{APP}/rooms/full")).await.is(200);
    let created_ms = full["info"]["created_ms"].as_u64().unwrap();
    let seat = |index: u32| json!({"index": index, "account": null, "locked": false, "video_disabled": false, "audio_disabled": false});
    let free: Value = (0..5).map(seat).collect();
    let expected = json!({
        "room": "full",
        "kind": "conference",
        "group_type": "chat_room",
        "name": "Board \"A\"",
        "owner": "alice",
        "info": {
            "max_member_count": 7,
            "schedule_start_s": 4_000_000_000_u64,
            "schedule_end_s": 4_000_000_300_u64,
            "status": "not_started",
            "video_disabled": true,
            "audio_disabled": false,
            "message_disabled": true,
            "screen_sharing_disabled": false,
            "cloud_recording_disabled": true,
            "custom_info": "c",
            "password_enabled": true,
            "take_seat_mode": "apply_to_take",
            "max_seat_count": 5,
            "created_ms": created_ms,
        },
        "member_count": 1,
        "seats": free,
        "bans": [],
    });
    assert_eq!(full, expected);
    assert!(!full.to_string().contains("4321"));

    let seats = json!({"IsSeatEnabled": true, "TakeSeatMode": "FreeToTake"});
    server.room_with("free", seats).await;
    let free = server.get(&format!("/apps/{APP}/rooms/free")).await.is(200);
    assert_eq!(free["info"]["take_seat_mode"], "free_to_take");
    assert_eq!(free["info"]["max_seat_count"], 16);

    let unknown = server.get(&format!("/apps/{APP}/rooms/unknown")).await;
    unknown.problem(404, Some(100_004), "room");
}

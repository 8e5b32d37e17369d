//! What thirteen published client libraries send, and what they do with answers.

use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde_json::{Value, json};

use crate::harness::{ADMIN, SDKAPPID, Server, envelope, now_s, query, refusal, usersig_of};
use guestlist::config::DEVELOPMENT_KEY;

const ABSENT: &str = r#"{"RoomId":"absent"}"#;

#[tokio::test]
async fn the_content_type_of_a_body_is_not_looked_at() {
    let server = Server::start().await;
    for content_type in [None, Some("application/json; charset=utf-8"), Some("text/plain")] {
        let mut request = server.client().post(server.room_url("get_room_info"));
        if let Some(content_type) = content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        let reply = envelope(request.body(ABSENT).send().await.unwrap()).await;
        assert_eq!(refusal(&reply).0, 100_004, "{content_type:?}");
    }
}

#[tokio::test]
async fn random_and_contenttype_are_not_looked_at_wherever_they_are() {
    let server = Server::start().await;
    let path = "/v4/room_engine_http_srv/get_room_info";
    let ticket = crate::harness::usersig(ADMIN);
    let signed = format!("usersig={ticket}&identifier={ADMIN}&sdkappid={SDKAPPID}");
    for query in [
        format!("random=7&{signed}"),
        format!("{signed}&random=99999999999999999999&contenttype=xml"),
        format!("contenttype=json&{signed}"),
        signed.clone(),
    ] {
        for _ in 0..2 {
            let url = server.url(&format!("{path}?{query}"));
            let reply = server.send(Method::POST, &url, ABSENT).await;
            assert_eq!(refusal(&reply).0, 100_004, "{query}");
        }
    }
}

#[tokio::test]
async fn tickets_may_be_escaped_or_bare_reused_or_made_anew() {
    let server = Server::start().await;
    let now = now_s();
    let tickets: Vec<_> =
        (0..50).map(|nth| usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now, 60 + nth)).collect();
    assert!(tickets.iter().any(|ticket| ticket.contains('*')), "one of fifty has a star");
    for ticket in tickets {
        for ticket in [ticket.replace('*', "%2A").replace('_', "%5f"), ticket] {
            let url = format!("/v4/room_engine_http_srv/get_room_info?{}", query(ADMIN, &ticket));
            let reply = server.send(Method::POST, &server.url(&url), ABSENT).await;
            assert_eq!(refusal(&reply).0, 100_004, "{ticket}");
        }
    }
}

#[tokio::test]
async fn null_and_empty_optional_fields_are_absent_and_unknown_ones_ignored() {
    let server = Server::start().await;
    let create = json!({
        "RoomInfo": {
            "RoomId": "r", "RoomType": "Conference", "RoomName": null, "Owner_Account": null,
            "MaxMemberCount": null, "ScheduleStartTime": null, "IsSeatEnabled": null,
            "TakeSeatMode": "", "CustomInfo": null, "Password": null, "ShutUpUntil": 5,
            "roomName": {"any": ["thing"]},
        },
        "ScheduleInviteeList_Account": null, "Unknown": [1, {"x": null}],
    });
    server.done("create_room", create).await;
    let list = json!({"RoomId": "r", "Count": null, "Next": null, "Limit": "x"});
    server.done("get_room_member_list", list).await;
    let update = json!({
        "RoomId": "r",
        "MemberInfo": {"Member_Account": "admin", "NameCard": null, "Role": "", "Nick": ""},
    });
    server.done("update_room_member_info", update).await;
}

#[tokio::test]
async fn four_fields_make_a_room() {
    let server = Server::start().await;
    let create =
        r#"{"RoomInfo":{"RoomId":"r","RoomName":"n","RoomType":"Conference","Owner_Account":"o"}}"#;
    let reply = server.send(Method::POST, &server.room_url("create_room"), create).await;
    assert_eq!(reply, json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""}));
}

#[tokio::test]
async fn numbers_are_integers_and_refusals_are_http_200() {
    let server = Server::start().await;
    let sent = server.client().post(server.room_url("get_room_info")).body("{").send().await;
    let sent = sent.unwrap();
    assert_eq!(sent.status(), 200);
    let text = sent.text().await.unwrap();
    assert!(text.contains(r#""ErrorCode":60003,"#), "{text}");
    server.create("r").await;
    let reply = server.done("get_room_info", json!({"RoomId": "r"})).await;
    let info = &reply["Response"]["RoomInfo"];
    for field in ["CreateTime", "MemberCount", "MaxMemberCount", "ScheduleStartTime"] {
        assert!(info[field].is_u64(), "{field}");
    }
    assert!(matches!(reply["ErrorCode"], Value::Number(_)));
}

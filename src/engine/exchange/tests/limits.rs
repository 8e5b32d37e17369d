//! Every limit, at n and at n + 1.

use serde_json::{Value, json};

use super::{MAX_LINE_BYTES, bring, everything, fault_of, text_of};
use crate::engine::exchange::ImportFault;
use crate::engine::rules::{MAX_IP_RULES, MAX_STREAM_RULES, MAX_USER_RULES};
use crate::store::MemoryStore;
use crate::store::conformance::refill;

/// The lines of an app with everything.
pub(super) async fn lines() -> Vec<Value> {
    let store = MemoryStore::new();
    refill(&store, super::APP, &everything()).await.unwrap();
    let text = text_of(&store, super::APP).await;
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// The nth line of a kind, from 1, and its number, from 1.
pub(super) fn find(lines: &[Value], kind: &str, nth: usize) -> usize {
    let of_kind = |(_, line): &(usize, &Value)| line.get(kind).is_some();
    let mut found = lines.iter().enumerate().filter(of_kind);
    found.nth(nth - 1).map(|(at, _)| at + 1).unwrap()
}

pub(super) fn joined(lines: &[Value]) -> Vec<u8> {
    let mut text = Vec::new();
    for line in lines {
        serde_json::to_writer(&mut text, line).unwrap();
        text.push(b'\n');
    }
    text
}

#[tokio::test]
async fn texts_and_numbers_have_the_limits_that_are_said() {
    let long = |bytes: usize| json!("é".repeat(bytes / 2) + &"x".repeat(bytes % 2));
    let text = |field: &str, bytes: usize, at_most: usize| {
        format!("{field}: {bytes} bytes, at most {at_most}")
    };
    let pairs = |count: usize| -> Value {
        (0..count).map(|nth| json!([format!("k{nth:02}"), "v"])).collect()
    };
    let of = |key: &str, value: &str| json!([[key, value]]);
    let count = 1_u64 << 62;
    // Kind, which of them, where, what is right, what is not, what is said of it.
    let mut rows: Vec<(&str, usize, &str, Value, Value, String)> = Vec::new();
    for (kind, nth, pointer, at_most) in [
        ("account", 1, "/nick", 500),
        ("account", 1, "/face_url", 500),
        ("room", 1, "/facts/name", 1000),
        ("room", 1, "/facts/custom_info", 500),
        ("room", 2, "/facts/profile/introduction", 1000),
        ("room", 2, "/facts/profile/notification", 1000),
        ("room", 2, "/facts/profile/face_url", 1000),
        ("stream", 1, "/name", 256),
        ("stream", 1, "/title", 127),
        ("stream", 1, "/extra_info", 1024),
        ("member", 2, "/name", 256),
        ("member", 2, "/custom_info", 500),
        ("member", 2, "/session", 64),
        ("letter", 1, "/facts/name", 1000),
        ("letter", 4, "/event/members_left/words", 1000),
    ] {
        let field = format!("{kind}{}", pointer.replace('/', "."));
        let field = field.replace(".members_left", "");
        let said = text(&field, at_most + 1, at_most);
        rows.push((kind, nth, pointer, long(at_most), long(at_most + 1), said));
    }
    for (pointer, at_most, field) in
        [("name", 256, "letter.event.people.name"), ("session", 64, "letter.event.people.session")]
    {
        let pointer: &str = match pointer {
            "name" => "/event/members_entered/people/1/name",
            _ => "/event/members_entered/people/1/session",
        };
        let said = text(field, at_most + 1, at_most);
        rows.push(("letter", 3, pointer, long(at_most), long(at_most + 1), said));
    }
    for (pointer, at_most, what) in
        [("/account", 64, "account.account"), ("/account", 64, "account.account")]
    {
        let said = text(what, at_most + 1, at_most);
        rows.push(("account", 1, pointer, long(at_most), long(at_most + 1), said));
    }
    rows.extend([
        ("room", 2, "/room", long(128), long(129), text("room.room", 129, 128)),
        ("stream", 1, "/id", long(256), long(257), text("stream.id", 257, 256)),
        (
            "room",
            2,
            "/facts/profile/fields",
            pairs(20),
            pairs(21),
            "room.facts.profile.fields: 21 of them, at most 20".to_owned(),
        ),
        (
            "member",
            5,
            "/fields",
            of(&"k".repeat(16), "v"),
            of(&"k".repeat(17), "v"),
            text("member.fields", 17, 16),
        ),
        (
            "member",
            5,
            "/fields",
            of("k", &"v".repeat(512)),
            of("k", &"v".repeat(513)),
            text("member.fields", 513, 512),
        ),
        (
            "room",
            1,
            "/tally/passages",
            json!(count),
            json!(count + 1),
            "room.tally.passages".into(),
        ),
        (
            "room",
            1,
            "/tally/newest_ban",
            json!(count),
            json!(count + 1),
            "room.tally.newest_ban".into(),
        ),
        (
            "room",
            1,
            "/tally/newest_mute",
            json!(count),
            json!(count + 1),
            "room.tally.newest_mute".into(),
        ),
        (
            "room",
            1,
            "/tally/newest_stream",
            json!(count),
            json!(count + 1),
            "room.tally.newest_stream".into(),
        ),
        (
            "room",
            1,
            "/tally/newest_joined_ms",
            json!(count),
            json!(count + 1),
            "room.tally.newest_joined_ms".into(),
        ),
        ("ban", 2, "/nth", json!(3), json!(4), "ban.nth: 4, must be 2 to 3".into()),
        ("ban", 2, "/nth", json!(2), json!(1), "ban.nth: 1, must be 2 to 3".into()),
        ("mute", 1, "/nth", json!(1), json!(0), "mute.nth: 0, must be 1 to 1".into()),
        ("stream", 2, "/nth", json!(4), json!(5), "stream.nth: 5, must be 2 to 4".into()),
        (
            "member",
            4,
            "/joined_ms",
            json!(2002),
            json!(2003),
            "member.joined_ms: 2003, room.tally.newest_joined_ms is 2002".into(),
        ),
        ("member", 2, "/marks", json!([1000, 1001]), json!([999, 1001]), "member.marks".into()),
        ("letter", 3, "/part", json!(1), json!(2), "letter.part: 2, must be below".into()),
        (
            "letter",
            3,
            "/parts",
            json!(2),
            json!(3),
            "letter.parts: 3, this event is told in 2".into(),
        ),
        (
            "letter",
            1,
            "/parts",
            json!(1),
            json!(2),
            "letter.parts: 2, this event is told in 1".into(),
        ),
        (
            "room",
            1,
            "/facts/schedule/end_s",
            json!(1),
            json!(0),
            "room.facts.schedule.end_s: before start_s".into(),
        ),
    ]);
    let lines = lines().await;
    for (kind, nth, pointer, good, bad, said) in rows {
        let line = find(&lines, kind, nth);
        let with = |value: &Value| {
            let mut lines = lines.clone();
            *lines[line - 1][kind].pointer_mut(pointer).unwrap() = value.clone();
            joined(&lines)
        };
        let store = MemoryStore::new();
        let taken = bring(&store, &with(&good), 1000).await;
        assert!(taken.is_ok(), "{kind}{pointer} {good}: {taken:?}");
        let fault = fault_of(&with(&bad)).await.to_string();
        let start = format!("line {line}: ");
        assert!(fault.starts_with(&start) && fault.contains(&said), "{fault}, not {start}{said}");
    }
}

/// The lines of an app with a room of some streams and some seats.
fn room_of(streams: usize, seats: usize) -> Vec<u8> {
    let head = json!({"guestlist": {"version": 1, "app": 1, "at_ms": 0}});
    let seat = json!({"taken_by": null, "locked": false, "video_off": false, "audio_off": false});
    let facts = json!({
        "kind": "open", "serial": 1, "name": "", "owner": null, "created_ms": 1, "schedule": null,
        "max_member_count": 1, "silenced": {"video": false, "audio": false, "messages": false,
        "screen_sharing": false, "cloud_recording": false}, "custom_info": "",
        "seats": {"count": seats, "mode": "free"},
        "gate": {"enabled": false, "password": null},
        "profile": {"introduction": "", "notification": "", "face_url": "", "apply": "free",
        "invite": "free", "fields": [], "topics": false, "permissions": false,
        "default_permission": 0, "history": null, "changes": 0, "changed_ms": 0},
    });
    let tally = json!({
        "members": 0, "admins": 0, "present": 0, "robots": 0, "marks": [],
        "newest_joined_ms": 0, "newest_ban": 0, "newest_mute": 0, "messages": 0, "passages": 0,
        "newest_stream": streams, "due_ms": null,
    });
    let seats = vec![seat; seats];
    let room = json!({"room": {"room": "r", "facts": facts, "tally": tally, "seats": seats}});
    let stream = |nth: usize| {
        json!({"stream": {
            "id": format!("s{nth}"), "account": "a", "name": "", "title": "", "extra_info": "",
            "created_ms": 1, "nth": nth, "serial": 1,
        }})
    };
    let mut lines = vec![head, room];
    lines.extend((1..=streams).map(stream));
    lines.push(json!({"end": {"records": streams + 1}}));
    joined(&lines)
}

#[tokio::test]
async fn a_room_has_as_many_streams_and_seats_as_it_may() {
    for (streams, seats) in [(0, 0), (500, 100)] {
        assert!(bring(&MemoryStore::new(), &room_of(streams, seats), 1000).await.is_ok());
    }
    let fault = fault_of(&room_of(501, 0)).await.to_string();
    assert_eq!(fault, "line 503: stream: 501 in one room, at most 500");
    let fault = fault_of(&room_of(0, 101)).await.to_string();
    assert!(fault.starts_with("line 2: room.seats: 101 of them"), "{fault}");
}

#[tokio::test]
async fn there_are_as_many_rules_of_a_kind_as_may_be_in_force() {
    let against = |kind: &str, nth: u64| match kind {
        "ip" => json!({"ip": format!("10.0.{}.{}", nth / 256, nth % 256)}),
        "stream" => json!({"stream": ["r", nth.to_string()]}),
        "room_user" => json!({"room_user": ["r", nth.to_string()]}),
        kind => json!({kind: nth.to_string()}),
    };
    for (kind, at_most) in [
        ("ip", MAX_IP_RULES),
        ("room", MAX_USER_RULES),
        ("user", MAX_USER_RULES),
        ("room_user", MAX_USER_RULES),
        ("stream", MAX_STREAM_RULES),
    ] {
        let text = |count: u64| {
            let mut lines = vec![json!({"guestlist": {"version": 1, "app": 1, "at_ms": 0}})];
            lines.extend((0..count).map(|nth| {
                json!({"rule": {"against": against(kind, nth), "forbids": ["login"],
                    "created_ms": 1, "until_ms": 2}})
            }));
            lines.push(json!({"end": {"records": count}}));
            joined(&lines)
        };
        assert!(bring(&MemoryStore::new(), &text(at_most), 9999).await.is_ok(), "{kind}");
        let fault = fault_of(&text(at_most + 1)).await.to_string();
        let more = at_most + 1;
        let said =
            format!("line {}: rule.against: {more} of this kind, at most {at_most}", more + 1);
        assert_eq!(fault, said);
    }
}

#[tokio::test]
async fn a_line_has_as_many_bytes_as_it_may() {
    let head = br#"{"guestlist":{"version":1,"app":1,"at_ms":0}}"#;
    let text = |bytes: usize| {
        let mut text = head.to_vec();
        text.resize(bytes, b' ');
        text.extend(b"\n{\"end\":{\"records\":0}}");
        text
    };
    for piece in [4096, usize::MAX] {
        let taken = bring(&MemoryStore::new(), &text(MAX_LINE_BYTES), piece).await;
        assert!(taken.is_ok(), "{taken:?}");
        let fault = bring(&MemoryStore::new(), &text(MAX_LINE_BYTES + 1), piece).await;
        let said = format!("more than {MAX_LINE_BYTES} bytes, which is the most");
        assert_eq!(fault.unwrap_err(), ImportFault::line(1, said));
    }
}

#[tokio::test]
async fn letters_hold_what_the_outbox_may_and_no_more() {
    let lines = lines().await;
    let letters = lines.iter().filter(|line| line.get("letter").is_some());
    let mut only = vec![lines[0].clone()];
    only.extend(letters.cloned());
    only.push(json!({"end": {"records": only.len() - 1}}));
    let records = super::letters();
    let bytes = |record: &crate::domain::Record| match record {
        crate::domain::Record::Letter(letter) => letter.notice.size_bytes() + 256,
        _ => 0,
    };
    let all: usize = records.iter().map(bytes).sum();
    let text = joined(&only);
    assert!(bring(&MemoryStore::with_backlog(all), &text, 1000).await.is_ok());
    let fault = bring(&MemoryStore::with_backlog(all - 1), &text, 1000).await.unwrap_err();
    let last = records.len() as u64 + 1;
    let said = "letter: they hold more than `callback.backlog`, up to this one";
    assert_eq!(fault, ImportFault::line(last, said));
}

//! What is refused, with the line and the field, and without what stands there.

use serde_json::{Value, json};

use super::limits::{find, joined, lines};
use super::{MemoryStore, bring, everything, fault_of, refill, text_of};
use crate::engine::exchange::ImportFault;

/// Where a line is another one, and what is said of it.
async fn refuses(rows: &[(&str, usize, &str, Value, &str)]) {
    let lines = lines().await;
    for (kind, nth, pointer, value, said) in rows {
        let mut broken = lines.clone();
        let line = find(&lines, kind, *nth);
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = broken[line - 1].pointer_mut(parent).unwrap();
        match parent {
            Value::Object(fields) if value.is_null() && fields.contains_key(field) => {
                fields.remove(field);
            }
            Value::Array(items) => items[field.parse::<usize>().unwrap()] = value.clone(),
            parent => parent[field] = value.clone(),
        }
        let fault = fault_of(&joined(&broken)).await.to_string();
        assert_eq!(fault, format!("line {line}: {said}"), "{pointer} {value}");
        assert!(!fault.contains("4321"), "{fault}");
    }
}

#[tokio::test]
async fn unknown_missing_and_mistyped_fields_are_named() {
    let secret = || json!("4321");
    refuses(&[
        ("room", 1, "/room/x4", secret(), "room.x4: no such field"),
        ("room", 1, "/room/facts/x4", secret(), "room.facts.x4: no such field"),
        ("room", 1, "/room/facts/gate/pass", secret(), "room.facts.gate.pass: no such field"),
        ("room", 1, "/room/tally/x4", secret(), "room.tally.x4: no such field"),
        ("room", 1, "/room/seats/0/x4", secret(), "room.seats[0].x4: no such field"),
        ("room", 1, "/room/facts/profile/x4", secret(), "room.facts.profile.x4: no such field"),
        ("member", 1, "/member/x4", secret(), "member.x4: no such field"),
        ("stream", 1, "/stream/x4", secret(), "stream.x4: no such field"),
        ("account", 1, "/account/x4", secret(), "account.x4: no such field"),
        ("rule", 1, "/rule/x4", secret(), "rule.x4: no such field"),
        ("ban", 1, "/ban/x4", secret(), "ban.x4: no such field"),
        ("letter", 1, "/letter/x4", secret(), "letter.x4: no such field"),
        ("guestlist", 1, "/guestlist/x4", secret(), "guestlist.x4: no such field"),
        ("end", 1, "/end/x4", secret(), "end.x4: no such field"),
        ("receiver", 1, "/receiver/token", secret(), "receiver.token: no such field"),
        ("member", 1, "/member/joined_ms", Value::Null, "member.joined_ms: missing"),
        ("room", 1, "/room/facts/kind", Value::Null, "room.facts.kind: missing"),
        ("ban", 1, "/ban/until_ms", Value::Null, "ban.until_ms: missing"),
        (
            "member",
            1,
            "/member/joined_ms",
            secret(),
            "member.joined_ms: wrong type or value, expected u64",
        ),
        (
            "room",
            1,
            "/room/facts/gate/password/salt",
            secret(),
            "room.facts.gate.password: salt: must be 32 digits 0-9a-f",
        ),
        ("member", 1, "/member/account", json!(""), "member.account: 0 bytes, at least 1"),
        (
            "member",
            1,
            "/member/account",
            json!("a\u{7}"),
            "member.account: control characters are not allowed",
        ),
        (
            "receiver",
            1,
            "/receiver/url",
            json!("ftp://4321"),
            "receiver.url: must start with http:// or https://",
        ),
    ])
    .await;
    let lines = lines().await;
    let line = find(&lines, "member", 1);
    let mut broken = lines.clone();
    broken[line - 1]["member"]["role"] = secret();
    let fault = fault_of(&joined(&broken)).await.to_string();
    assert!(fault.contains("member.role: no such word, expected"), "{fault}");
    assert!(!fault.contains("4321"), "{fault}");
}

#[tokio::test]
async fn what_does_not_fit_together_is_refused() {
    let of = |account: &str| json!({"taken_by": account, "locked": false, "video_off": false, "audio_off": false});
    refuses(&[
        (
            "member",
            1,
            "/member/role",
            json!("member"),
            "member.role: `owner` and room.facts.owner are not of one mind",
        ),
        (
            "member",
            2,
            "/member/role",
            json!("owner"),
            "member.role: `owner` and room.facts.owner are not of one mind",
        ),
        (
            "room",
            1,
            "/room/seats/0",
            json!({"taken_by": "anna", "locked": true, "video_off": false,
            "audio_off": false}),
            "room.seats[0].taken_by: the seat is locked, or sits elsewhere too",
        ),
        (
            "room",
            1,
            "/room/seats/1",
            of("anna"),
            "room.seats[1].taken_by: the seat is locked, or sits elsewhere too",
        ),
        (
            "room",
            1,
            "/room/facts/seats",
            Value::Null,
            "room.seats: 2 of them, must be as many as room.facts.seats.count, at most 100",
        ),
        (
            "room",
            1,
            "/room/facts/owner",
            Value::Null,
            "room.facts.owner: missing, a conference has one",
        ),
        (
            "room",
            1,
            "/room/facts/gate/password",
            Value::Null,
            "room.facts.gate.password: missing, and the gate is on",
        ),
        ("member", 2, "/member/marks", json!([1001, 1000]), "member.marks: must ascend, from 1000"),
        (
            "member",
            2,
            "/member/marks",
            json!([1000, 1002]),
            "member.marks: one is not in room.tally.marks, which has at most 10",
        ),
        (
            "member",
            2,
            "/member/joined_ms",
            json!(1000),
            "member.joined_ms: not in order, by joined_ms and account",
        ),
        (
            "rule",
            1,
            "/rule/against",
            json!({"ip": "::ffff:10.0.0.1"}),
            "rule.against.ip: must be spelt as an address of version 4",
        ),
        ("rule", 1, "/rule/forbids", json!([]), "rule.forbids: empty, at least 1"),
        (
            "receiver",
            1,
            "/receiver/kinds",
            json!(["room_ended", "room_ended"]),
            "receiver.kinds: one stands there twice",
        ),
        ("end", 1, "/end/records", json!(1), "end.records: 1, and there are 29"),
        (
            "guestlist",
            1,
            "/guestlist/version",
            json!(2),
            "guestlist.version: 2, and this program reads 1",
        ),
    ])
    .await;
}

#[tokio::test]
async fn counts_are_those_of_the_members_that_came() {
    let lines = lines().await;
    let line = find(&lines, "room", 2);
    for (field, said) in [
        ("members", "room meeting: tally.members is 9, and 4 came"),
        ("admins", "room meeting: tally.admins is 9, and 1 came"),
        ("present", "room meeting: tally.present is 9, and 3 came"),
        ("robots", "room meeting: tally.robots is 9, and 1 came"),
    ] {
        let mut broken = lines.clone();
        broken[find(&lines, "room", 1) - 1]["room"]["tally"][field] = json!(9);
        let fault = fault_of(&joined(&broken)).await;
        assert_eq!(fault, ImportFault::line(line as u64, said));
    }
    let mut broken = lines.clone();
    let room = find(&lines, "room", 1) - 1;
    broken[room]["room"]["tally"]["marks"] = json!([[1000, 1], [1001, 2]]);
    let said = "room meeting: tally.marks are others than those of the members";
    assert_eq!(fault_of(&joined(&broken)).await, ImportFault::line(line as u64, said));
    let mut broken = lines.clone();
    broken[room]["room"]["seats"][0]["taken_by"] = json!("nobody");
    let said = "room meeting: somebody has a seat who is no member";
    assert_eq!(fault_of(&joined(&broken)).await, ImportFault::line(line as u64, said));
}

#[tokio::test]
async fn what_stands_there_twice_or_in_another_order_is_refused() {
    let lines = lines().await;
    for (kind, nth, said) in [
        ("guestlist", 1, "guestlist: stands there twice"),
        ("receiver", 1, "what it is about was there before"),
        ("account", 1, "what it is about was there before"),
        ("rule", 3, "what it is about was there before"),
        ("end", 1, "stands behind the last one"),
    ] {
        let line = find(&lines, kind, nth);
        let mut twice = lines.clone();
        twice.insert(line, lines[line - 1].clone());
        let count = find(&twice, "end", 1);
        twice[count - 1]["end"]["records"] = json!(count - 2);
        let fault = fault_of(&joined(&twice)).await;
        assert_eq!(fault, ImportFault::line(line as u64 + 1, said), "{kind}");
    }
    // A room and its members once more, at the end of the rooms.
    let (from, to) = (find(&lines, "room", 2), find(&lines, "letter", 1));
    let mut twice = lines.clone();
    twice.splice(to - 1..to - 1, lines[from - 1..to - 1].to_vec());
    let fault = fault_of(&joined(&twice)).await.to_string();
    assert_eq!(fault, format!("line {}: end.records: 29, and there are 31", twice.len()));
    let last = twice.len() - 1;
    twice[last]["end"]["records"] = json!(31);
    let fault = fault_of(&joined(&twice)).await;
    assert_eq!(fault, ImportFault::line(to as u64, "what it is about was there before"));

    for (kind, before, said) in [
        ("account", "receiver", "receiver: stands too late, see the order of records"),
        ("rule", "account", "account: stands too late, see the order of records"),
        ("member", "room", "member: no room stands before it"),
        ("member", "stream", "stream: stands too late, see the order of records"),
        ("ban", "member", "member: stands too late, see the order of records"),
        ("mute", "ban", "ban: stands too late, see the order of records"),
        ("letter", "rule", "rule: stands too late, see the order of records"),
        ("account", "guestlist", "guestlist: missing, must come first"),
    ] {
        let (from, to) = (find(&lines, kind, 1) - 1, find(&lines, before, 1) - 1);
        let mut moved = lines.clone();
        let line = moved.remove(from);
        moved.insert(to, line);
        let fault = fault_of(&joined(&moved)).await.to_string();
        assert!(fault.ends_with(said), "{kind} before {before}: {fault}");
    }
}

#[tokio::test]
async fn what_is_cut_off_is_refused_wherever_it_is_cut() {
    let store = MemoryStore::new();
    refill(&store, super::APP, &everything()).await.unwrap();
    let text = text_of(&store, super::APP).await;
    // The end of the last line may be missing.
    let whole = text.len() - 1;
    assert!(bring(&MemoryStore::new(), &text.as_bytes()[..whole], 999).await.is_ok());
    for cut in (0..whole).rev().step_by(7) {
        let fault = fault_of(&text.as_bytes()[..cut]).await;
        assert!(matches!(fault, ImportFault::Cut { .. }), "{cut}: {fault}");
    }
    for cut in whole - 30..whole {
        let fault = fault_of(&text.as_bytes()[..cut]).await;
        assert!(matches!(fault, ImportFault::Cut { .. }), "{cut}: {fault}");
    }
}

#[tokio::test]
async fn what_is_no_line_is_refused() {
    let head = "{\"guestlist\":{\"version\":1,\"app\":1,\"at_ms\":0}}\n";
    for (line, said) in [
        ("", "empty"),
        (" \r", "empty"),
        ("4321", "not a JSON object with one field, column 1"),
        ("{\"account\":{\"account\":\"4321\",", "not a JSON object with one field, column 29"),
        (
            "{\"account\":{\"account\":4321",
            "account.account: wrong type or value, expected a string",
        ),
        ("{\"end\":{\"records\":0}} 4321", "not a JSON object with one field, column 23"),
        ("{\"end\":{\"records\":0,\"records\":0}}", "end.records: stands there twice"),
        ("{\"end\":{\"records\":0},\"x\":1}", "not a JSON object with one field, column 20"),
    ] {
        let fault = fault_of(format!("{head}{line}\n").as_bytes()).await.to_string();
        assert_eq!(fault, format!("line 2: {said}"), "{line}");
    }
    let fault = fault_of(b"{\"guestlist\":{\"version\":1,\"app\":1,\"at_ms\":0}}\n\xff\n").await;
    assert_eq!(fault, ImportFault::line(2, "not UTF-8"));
    let newer = b"{\"guestlist\":{\"version\":7,\"app\":1,\"shape\":\"new\"}}\n";
    assert_eq!(fault_of(newer).await, ImportFault::Version { found: 7 });
}

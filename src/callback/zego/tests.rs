//! Each event, field by field.

use serde_json::{Value, json};

use super::*;
use crate::domain::{
    Account, Event, Facts, Gate, GroupProfile, Login, Member, RoomId, RoomKind, Silenced, Stream,
    StreamId,
};

const APP: AppId = AppId(1_234_567);
/// Above 2^53.
const SERIAL: u64 = 858_012_925_204_410_401;

fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

fn notice(event: Event) -> Notice {
    let room = RoomId::parse("r").unwrap();
    Notice {
        id: 1,
        room,
        at_ms: 1_700_000_009_123,
        event,
        serial: SERIAL,
        member_count: 1,
        facts: None,
    }
}

fn bob() -> Passage {
    let named = Member::named(account("bob"), 1_700_000_001_456);
    let member = Member { name: "Bob".into(), session: "s-1".into(), entered: true, ..named };
    Passage::of(&member, 7)
}

fn stream(id: &str) -> Stream {
    Stream {
        id: StreamId::parse(id).unwrap(),
        account: account("bob"),
        name: "".into(),
        title: "a title".into(),
        extra_info: "more".into(),
        created_ms: 1_700_000_002_789,
        nth: 3,
        serial: SERIAL + 1,
    }
}

fn told(event: Event, part: u32) -> Value {
    serde_json::from_slice(&body(APP, &notice(event), part, "", None)).unwrap()
}

fn left(reason: LeaveReason) -> Event {
    Event::MembersLeft { people: vec![bob()], reason, by: account("admin"), words: "".into() }
}

#[test]
fn a_room_that_is_made_is_told_in_numbers() {
    let event = Event::RoomCreated { by: account("bob"), invitees: vec![] };
    let expected = json!({"event": "room_create", "appid": 1_234_567, "room_id": "r",
        "room_session_id": SERIAL, "room_create_time": "1700000009123", "id_name": "bob"});
    assert_eq!(told(event, 0), expected);
}

#[test]
fn a_room_that_ends_says_how() {
    let by = account("admin");
    let gone = |last_went| Event::RoomReclaimed { last_went };
    let rows = [
        (Event::RoomDestroyed { by, quietly: false }, 0),
        (gone(None), 0),
        (gone(Some(LeaveReason::Left)), 0),
        (gone(Some(LeaveReason::Expired)), 1),
        (gone(Some(LeaveReason::Kicked)), 3),
    ];
    for (event, close_reason) in rows {
        let expected = json!({"event": "room_close", "appid": 1_234_567, "room_id": "r",
            "room_session_id": SERIAL, "close_reason": close_reason,
            "room_close_time": "1700000009123"});
        assert_eq!(told(event, 0), expected);
    }
}

#[test]
fn whoever_comes_in_is_told_of_in_text() {
    let login = Login { again: true, platform: Platform::Web, token_version: 4 };
    let event = Event::MembersEntered { people: vec![bob()], login };
    let mut notice = notice(event);
    let expected = json!({"event": "room_login", "appid": "1234567", "room_id": "r",
        "room_name": "", "room_seq": SERIAL.to_string(), "user_account": "bob",
        "user_nickname": "Bob", "session_id": "s-1", "login_time": "1700000001456",
        "user_role": "2", "auth_level": "4", "relogin": "1", "user_update_seq": "7",
        "callback_data": "", "term_type": "6"});
    let told = |notice: &Notice| -> Value {
        serde_json::from_slice(&body(APP, notice, 0, "", None)).unwrap()
    };
    assert_eq!(told(&notice), expected);
    notice.facts = Some(Box::new(facts("the room")));
    assert_eq!(told(&notice)["room_name"], "the room");
}

fn facts(name: &str) -> Facts {
    Facts {
        kind: RoomKind::Conference,
        serial: SERIAL,
        name: name.into(),
        owner: None,
        created_ms: 1,
        schedule: None,
        max_member_count: 300,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        profile: GroupProfile::default(),
    }
}

#[test]
fn whoever_goes_is_told_of_in_text_and_says_why() {
    let reasons = [
        (LeaveReason::Left, "0"),
        (LeaveReason::Expired, "1"),
        (LeaveReason::Kicked, "3"),
        (LeaveReason::Replaced, "3"),
    ];
    for (reason, word) in reasons {
        let expected = json!({"event": "room_logout", "appid": "1234567", "room_id": "r",
            "room_seq": SERIAL.to_string(), "user_account": "bob", "user_nickname": "Bob",
            "session_id": "s-1", "login_time": "1700000001456", "logout_time": "1700000009123",
            "reason": word, "user_role": "2", "user_update_seq": "7"});
        assert_eq!(told(left(reason), 0), expected);
    }
}

#[test]
fn a_stream_that_is_added_is_told_of() {
    let expected = json!({"event": "stream_create", "appid": "1234567", "room_id": "r",
        "room_session_id": SERIAL.to_string(), "user_id": "bob", "user_name": "bob",
        "channel_id": "r", "stream_id": "s", "stream_sid": (SERIAL + 1).to_string(),
        "title": "a title", "stream_alias": "s", "stream_attr": "{\"cid\":0}", "stream_seq": "3",
        "create_time": "1700000002", "create_time_ms": "1700000002789", "extra_info": "more",
        "recreate": "1", "publish_id": "bob", "publish_name": "bob", "rtmp_url": [],
        "hls_url": [], "hdl_url": [], "pic_url": []});
    assert_eq!(told(Event::StreamAdded { stream: stream("s"), again: true }, 0), expected);
    let named = Stream { name: "Bob".into(), ..stream("s") };
    let told = told(Event::StreamAdded { stream: named, again: false }, 0);
    let fields = ["user_name", "publish_name", "recreate"].map(|field| told[field].clone());
    assert_eq!(fields, ["Bob", "Bob", "0"]);
}

#[test]
fn each_stream_that_ends_is_told_of_and_says_why() {
    let reasons = [
        (StreamEnd::Left(LeaveReason::Left), "0"),
        (StreamEnd::Left(LeaveReason::Expired), "1"),
        (StreamEnd::Left(LeaveReason::Replaced), "2"),
        (StreamEnd::Left(LeaveReason::Kicked), "3"),
        (StreamEnd::RoomEnded, "5"),
        (StreamEnd::Deleted, "100"),
    ];
    for (reason, word) in reasons {
        let event = || Event::StreamsEnded { streams: vec![stream("s"), stream("t")], reason };
        for (part, id) in [(0, "s"), (1, "t")] {
            let expected = json!({"event": "stream_close", "appid": "1234567", "room_id": "r",
                "room_session_id": SERIAL.to_string(), "user_id": "bob", "user_name": "bob",
                "channel_id": "r", "type": word, "stream_alias": id, "stream_id": id,
                "stream_sid": (SERIAL + 1).to_string(), "stream_seq": "3",
                "third_define_data": "", "create_time_ms": "1700000002789",
                "destroy_timemillis": "1700000009123"});
            assert_eq!(told(event(), part), expected);
        }
    }
}

#[test]
fn the_three_that_sign_have_the_types_of_the_rest() {
    let signing = Signing::new("secret", 1_470_820_198, 123_412);
    let head = |event| {
        let body = body(APP, &notice(event), 0, "", Some(&signing));
        let order = ["event", "appid", "timestamp", "nonce", "signature", "room_id"];
        let text = String::from_utf8(body).unwrap();
        let places = order.map(|field| text.find(&format!("\"{field}\":")).unwrap());
        assert!(places.is_sorted(), "{text}");
        let body: Value = serde_json::from_str(&text).unwrap();
        order[1..5].iter().map(|field| body[field].clone()).collect::<Value>()
    };
    let signature = "5bd59fd62953a8059fb7eaba95720f66d19e4517";
    let created = Event::RoomCreated { by: account("bob"), invitees: vec![] };
    assert_eq!(head(created), json!([1_234_567, 1_470_820_198, "123412", signature]));
    let left = left(LeaveReason::Left);
    assert_eq!(head(left), json!(["1234567", "1470820198", "123412", signature]));
}

#[test]
fn roles_are_three() {
    let role = |role, robot| user_role(&Passage { role, robot, ..bob() });
    assert_eq!(role(Role::Owner, false), "1");
    assert_eq!(role(Role::Admin, false), "2");
    assert_eq!(role(Role::Member, false), "2");
    assert_eq!(role(Role::Member, true), "4");
}

#[test]
fn who_says_nothing_of_a_session_has_one_all_the_same() {
    let unsaid = Passage { session: "".into(), ..bob() };
    let first = session(SERIAL, &unsaid);
    assert!(first.parse::<u64>().is_ok(), "{first}");
    assert_eq!(first, session(SERIAL, &unsaid), "the same when he goes as when he came");
    let others = [
        session(SERIAL + 1, &unsaid),
        session(SERIAL, &Passage { joined_ms: unsaid.joined_ms + 1, ..unsaid.clone() }),
        session(SERIAL, &Passage { account: account("carl"), ..unsaid.clone() }),
    ];
    assert!(!others.contains(&first), "{first} {others:?}");
}

#[test]
fn who_has_no_name_in_the_room_is_called_by_his_account() {
    let left = |name: &str| {
        let people = vec![Passage { name: name.into(), ..bob() }];
        let (reason, by) = (LeaveReason::Left, account("bob"));
        notice(Event::MembersLeft { people, reason, by, words: "".into() })
    };
    let added = |name: &str| {
        let stream = Stream { name: name.into(), ..stream("s") };
        notice(Event::StreamAdded { stream, again: false })
    };
    let rows = [("In the room", "Nick", "In the room"), ("", "Nick", "Nick"), ("", "", "bob")];
    for (name, nick, expected) in rows {
        for (notice, field) in [(left(name), "user_nickname"), (added(name), "user_name")] {
            assert_eq!(nameless(&notice, 0).is_some(), name.is_empty());
            let told: Value = serde_json::from_slice(&body(APP, &notice, 0, nick, None)).unwrap();
            assert_eq!(told[field], expected);
        }
    }
    let created = notice(Event::RoomCreated { by: account("bob"), invitees: vec![] });
    assert_eq!(nameless(&created, 0), None);
}

#[test]
fn clients_have_the_documented_numbers() {
    let rows = [
        (Platform::Unsaid, "0"),
        (Platform::Windows, "1"),
        (Platform::Ios, "2"),
        (Platform::Ipad, "2"),
        (Platform::Android, "3"),
        (Platform::Mac, "4"),
        (Platform::Linux, "5"),
        (Platform::Web, "6"),
        (Platform::MiniProgram, "7"),
        (Platform::Unknown, "32"),
    ];
    for (platform, word) in rows {
        assert_eq!(term_type(platform), word);
    }
}

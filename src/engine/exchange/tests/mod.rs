//! The format: what it looks like, what comes back of it, and what is refused.

mod limits;
mod random;
mod refused;

use std::path::Path;
use std::sync::Arc;

use super::*;
use crate::domain::{
    Account, AccountRecord, AppId, ApplyOption, CallbackUrl, CustomFields, Deed, Deeds, Event,
    EventKind, Facts, ForbidKey, ForbidRule, Gate, GroupProfile, GroupType, InviteOption,
    LeaveReason, LetterRecord, Login, Member, MsgFlag, Notice, Passage, PasswordHash, Platform,
    ReceiverRecord, Record, Role, RoomId, RoomKind, RoomRecord, Sanction, Schedule, Seat,
    SeatSettings, Seats, Silenced, Stream, StreamEnd, StreamId, TakeSeatMode, Tally,
};
use crate::store::conformance::{records, refill};
use crate::store::{MemoryStore, RoomStore};

const APP: AppId = AppId(88_888_888);
const NOW_MS: u64 = 1_700_000_000_500;

fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

/// An app, written down.
async fn text_of(store: &dyn RoomStore, app: AppId) -> String {
    let mut lines = Lines::of(store, app, NOW_MS).await.unwrap();
    let mut text = Vec::new();
    while let Some(more) = lines.next().await.unwrap() {
        text.extend(more);
    }
    assert!(lines.next().await.unwrap().is_none(), "nothing stands behind the last line");
    String::from_utf8(text).unwrap()
}

/// Brings an app in pieces of some size.
async fn bring(
    store: &dyn RoomStore,
    text: &[u8],
    piece: usize,
) -> Result<(Imported, Option<Option<ReceiverRecord>>), ImportFault> {
    let ids = NoticeIds::below(1 << 60);
    let mut intake = Intake::begin(store, APP, &ids).await?;
    for piece in text.chunks(piece) {
        intake.push(piece).await?;
    }
    let mut told = Vec::new();
    let imported = intake.finish(&mut |step| told.push(step)).await?;
    let Ok([Takeover::Over(receiver), Takeover::Begun]) = <[_; 2]>::try_from(told) else {
        panic!("each step is told once, in their order")
    };
    Ok((imported, receiver))
}

/// What is refused of a text, by a store whose app has something.
async fn fault_of(text: &[u8]) -> ImportFault {
    let store = MemoryStore::new();
    let before = vec![Record::Account(person("before"))];
    refill(&store, APP, &before).await.unwrap();
    let fault = bring(&store, text, 1000).await.unwrap_err();
    assert_eq!(records(&store, APP).await.unwrap(), before, "the app is as it was: {fault}");
    fault
}

fn person(name: &str) -> AccountRecord {
    AccountRecord { account: account(name), nick: "N".into(), face_url: "http://f".into() }
}

fn stream(name: &str, nth: u64) -> Stream {
    Stream {
        id: StreamId::parse(name).unwrap(),
        account: account("anna"),
        name: "Anna".into(),
        title: "a title".into(),
        extra_info: "{\"x\":1}".into(),
        created_ms: 7,
        nth,
        serial: (1 << 60) + nth,
    }
}

fn conference() -> Vec<Record> {
    let facts = Facts {
        kind: RoomKind::Conference,
        serial: 1 << 60,
        name: "Überblick".into(),
        owner: Some(account("olga")),
        created_ms: 1_000,
        schedule: Some(Schedule { start_s: 1, end_s: 3_601 }),
        max_member_count: 300,
        silenced: Silenced { video: true, ..Silenced::default() },
        custom_info: "a \"text\"\n".into(),
        seats: Some(SeatSettings { count: 2, mode: TakeSeatMode::Apply }),
        gate: Gate { enabled: true, password: Some(PasswordHash::new("open sesame", [7; 16])) },
        profile: GroupProfile::default(),
    };
    let olga = Member {
        role: Role::Owner,
        msg_flag: MsgFlag::OnlineOnly,
        ..Member::named(account("olga"), 1_000)
    };
    let anna = Member {
        name: "Anna".into(),
        custom_info: "tall".into(),
        role: Role::Admin,
        entered: true,
        marks: [1000, 1001].into(),
        session: "s-1".into(),
        ..Member::named(account("anna"), 2_000)
    };
    let robot = Member { entered: true, robot: true, ..Member::named(account("r2"), 2_000) };
    let waits = Member { entered: true, awaits_seat: true, ..Member::named(account("w"), 2_001) };
    let members = [olga, anna, robot, waits];
    let tally = Tally {
        newest_joined_ms: 2_002,
        newest_ban: 3,
        newest_mute: 1,
        passages: 5,
        newest_stream: 4,
        ..Tally::default()
    };
    let tally = tally.counting(members.iter().map(Member::view));
    let seats = Seats::from_iter([
        Seat { taken_by: Some(account("anna")), video_off: true, ..Seat::default() },
        Seat { locked: true, ..Seat::default() },
    ]);
    let id = RoomId::parse("meeting").unwrap();
    let mut all = vec![Record::Room(Box::new(RoomRecord { id, facts, tally, seats }))];
    all.extend([("s1", 1), ("s4", 4)].map(|(name, nth)| Record::Stream(stream(name, nth))));
    all.extend(members.map(|member| Record::Member(Box::new(member))));
    let ban = |name, nth, until_ms| Sanction { account: account(name), until_ms, nth };
    all.extend([Record::Ban(ban("bert", 1, 9_000)), Record::Ban(ban("carl", 3, u64::MAX))]);
    all.push(Record::Mute(ban("anna", 1, 8_000)));
    all
}

fn group() -> Vec<Record> {
    let field = |key: &str, value: &str| (Arc::from(key), Box::from(value));
    let facts = Facts {
        kind: RoomKind::Group(GroupType::Public),
        serial: (1 << 60) + 1,
        name: "a group".into(),
        owner: None,
        created_ms: 3_000,
        schedule: None,
        max_member_count: 2_000,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        profile: GroupProfile {
            introduction: "What it is about".into(),
            notification: "Read this".into(),
            face_url: "http://f".into(),
            apply: ApplyOption::Free,
            invite: InviteOption::Disabled,
            fields: CustomFields::default().with(&[field("b", "2"), field("a", "1")]),
            topics: true,
            permissions: true,
            default_permission: 5,
            history: Some(true),
            changes: 2,
            changed_ms: 3_500,
        },
    };
    let member = Member {
        fields: CustomFields::default().with(&[field("city", "Bern")]),
        msg_flag: MsgFlag::OnlineOnlyExceptAt,
        msg_seq: 4,
        entered: true,
        ..Member::named(account("gina"), 3_000)
    };
    let tally = Tally { newest_joined_ms: 3_000, messages: 4, passages: 1, ..Tally::default() };
    let tally = Tally { due_ms: Some(9_999), ..tally.counting([member.view()].into_iter()) };
    let id = RoomId::parse("@TGS#1").unwrap();
    let room = RoomRecord { id, facts, tally, seats: Seats::default() };
    vec![Record::Room(Box::new(room)), Record::Member(Box::new(member))]
}

fn letters() -> Vec<Record> {
    let passage = |name: &str, nth| Passage {
        account: account(name),
        name: "Name".into(),
        session: "".into(),
        role: Role::Member,
        robot: false,
        entered: true,
        joined_ms: 2_000,
        nth,
    };
    let by = || account("olga");
    let facts = || match &conference()[0] {
        Record::Room(room) => Some(Box::new(room.facts.clone())),
        _ => None,
    };
    let login = Login { again: true, platform: Platform::Ipad, token_version: 4 };
    let left = StreamEnd::Left(LeaveReason::Replaced);
    let seat = Seat { taken_by: Some(account("anna")), ..Seat::default() };
    let words = || "out".into();
    let people = || vec![passage("anna", 1), passage("bert", 2)];
    let (room, zego) = (Destination::RoomEngine, Destination::Zego);
    let events = [
        (room, Event::RoomCreated { by: by(), invitees: vec![account("anna")] }),
        (room, Event::RoomUpdated { by: by() }),
        (zego, Event::MembersEntered { people: people(), login }),
        (
            zego,
            Event::MembersLeft {
                people: people(),
                reason: LeaveReason::Kicked,
                by: by(),
                words: words(),
            },
        ),
        (room, Event::SeatsChanged { by: by(), seats: vec![(3, seat)] }),
        (zego, Event::StreamAdded { stream: stream("s1", 1), again: false }),
        (zego, Event::StreamsEnded { streams: vec![stream("s1", 1)], reason: left }),
        (room, Event::RoomDestroyed { by: by(), quietly: true }),
        (zego, Event::RoomReclaimed { last_went: Some(LeaveReason::Expired) }),
    ];
    let letter = |(nth, (to, event)): (u64, (Destination, Event))| {
        let parts = if to == zego { event.singles() } else { 1 };
        let facts = if nth == 0 { facts() } else { None };
        let room = RoomId::parse(if nth == 2 { "another" } else { "meeting" }).unwrap();
        let (at_ms, serial, id) = (NOW_MS, 1 << 60, (1 << 60) - 1 - nth);
        let notice = Notice { id, room, at_ms, event, serial, member_count: 4, facts };
        // The first of its room and destination may be on its way.
        let (part, put_off) = if nth == 2 { (1, 3) } else { (0, 0) };
        let ready_ms = if put_off > 0 { NOW_MS + 1 } else { 0 };
        let notice = Arc::new(notice);
        Record::Letter(Box::new(LetterRecord { to, notice, parts, part, put_off, ready_ms }))
    };
    (0..).zip(events).map(letter).collect()
}

/// An app with some of everything.
fn everything() -> Vec<Record> {
    let receiver = ReceiverRecord {
        url: CallbackUrl::parse("http://one.example/hear").unwrap(),
        kinds: vec![EventKind::MembersLeft, EventKind::RoomEnded],
    };
    let rule = |key, forbids: &[Deed]| {
        Record::Rule(ForbidRule {
            key,
            forbids: Deeds::of(forbids),
            created_ms: NOW_MS,
            until_ms: NOW_MS + 60_000,
        })
    };
    let room = || RoomId::parse("meeting").unwrap();
    let mut all = vec![Record::Receiver(Some(receiver))];
    all.extend(["anna", "bert"].map(|name| Record::Account(person(name))));
    all.push(rule(ForbidKey::ip("2001:db8::1".parse().unwrap()), &[Deed::Login]));
    all.push(rule(ForbidKey::Room(room()), &[Deed::Login]));
    all.push(rule(ForbidKey::User(account("bert")), &[Deed::Publish, Deed::Login]));
    all.push(rule(ForbidKey::RoomUser(room(), account("bert")), &[Deed::Login]));
    all.push(rule(ForbidKey::Stream(room(), stream("s1", 1).id), &[Deed::Audio, Deed::Video]));
    [all, conference(), group(), letters()].concat()
}

/// `BLESS=1 cargo test --lib exchange` writes the file, which `docs/export.md` names.
#[tokio::test]
async fn the_format_is_that_of_its_version() {
    let store = MemoryStore::new();
    refill(&store, APP, &everything()).await.unwrap();
    let text = text_of(&store, APP).await;
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/export.jsonl");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(&path, &text).unwrap();
    }
    let written = std::fs::read_to_string(&path).unwrap();
    assert!(written == text, "another format is another version, or read the diff and bless");
}

#[tokio::test]
async fn what_is_written_comes_back_however_it_is_cut() {
    let from = MemoryStore::new();
    refill(&from, APP, &everything()).await.unwrap();
    let text = text_of(&from, APP).await;
    for piece in [1, 7, 100, 8_191, usize::MAX] {
        let store = MemoryStore::new();
        let (imported, receiver) = bring(&store, text.as_bytes(), piece).await.unwrap();
        let records = records(&store, APP).await.unwrap();
        assert_eq!(records, everything(), "pieces of {piece}");
        assert_eq!(text_of(&store, APP).await, text);
        let Some(Record::Receiver(first)) = records.first() else { panic!("{records:?}") };
        assert_eq!(receiver.as_ref(), Some(first), "whoever is told hears of the receiver");
        let counts = Imported {
            records: everything().len() as u64,
            rooms: 2,
            members: 5,
            accounts: 2,
            rules: 5,
            letters: 9,
            query_missing: false,
        };
        assert_eq!(imported, counts);
    }
}

#[tokio::test]
async fn an_empty_app_is_two_lines() {
    let store = MemoryStore::new();
    let text = text_of(&store, APP).await;
    assert_eq!(text.lines().count(), 2, "{text}");
    refill(&store, APP, &everything()).await.unwrap();
    let (imported, receiver) = bring(&store, text.as_bytes(), 9).await.unwrap();
    assert_eq!((imported, receiver), (Imported::default(), None));
    assert_eq!(records(&store, APP).await.unwrap(), [], "it takes the place of everything");
}

#[tokio::test]
async fn nothing_secret_of_a_receiver_is_written() {
    let secret = "http://one.example/hear?token=4321#also-4321";
    let kinds = vec![EventKind::RoomCreated];
    let record =
        |url: &str| ReceiverRecord { url: CallbackUrl::parse(url).unwrap(), kinds: kinds.clone() };
    let store = MemoryStore::new();
    refill(&store, APP, &[Record::Receiver(Some(record(secret)))]).await.unwrap();
    let text = text_of(&store, APP).await;
    assert!(!text.contains("4321") && text.contains(r#""query_left_out":true"#), "{text}");

    let ids = NoticeIds::below(9);
    let bare = "http://one.example/hear";
    for (known, kept, missing) in [
        (Some(secret), secret, false),
        (Some("http://one.example/hear?other"), "http://one.example/hear?other", false),
        (Some("http://one.example/here?token=4321"), bare, true),
        (None, bare, true),
    ] {
        let intake = Intake::begin(&store, APP, &ids).await.unwrap();
        let mut intake = intake.knowing(known.map(record));
        intake.push(text.as_bytes()).await.unwrap();
        let mut told = None;
        let mut tell = |step| match step {
            Takeover::Over(receiver) => told = receiver,
            Takeover::Begun => {}
        };
        let imported = intake.finish(&mut tell).await.unwrap();
        assert_eq!(told, Some(Some(record(kept))), "{known:?}");
        assert_eq!(imported.query_missing, missing, "{known:?}");
        assert_eq!(store.receiver(APP).await.unwrap(), told);
    }
    // That there is none is something that was said.
    refill(&store, APP, &[Record::Receiver(None)]).await.unwrap();
    let text = text_of(&store, APP).await;
    assert!(text.contains("{\"receiver\":null}\n"), "{text}");
    assert_eq!(bring(&store, text.as_bytes(), 9).await.unwrap().1, Some(None));
}

#[test]
fn numbers_for_notices_go_down_and_never_come_twice() {
    let ids = NoticeIds::below(100);
    assert_eq!([ids.next(), ids.next(), ids.next()], [99, 98, 97]);
}

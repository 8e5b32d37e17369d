//! No row is longer than it may be: records of most kinds are far below, letters are split.

use std::path::Path;

use super::super::keys::Key;
use super::super::rows::{MAX_PIECE_BYTES, MAX_ROW_BYTES, pieces};
use super::kit::*;
use super::*;
use crate::domain::{
    CustomFields, Delta, Event, Facts, FactsWrite, GroupProfile, LeaveReason, Letter, Login,
    MAX_CUSTOM_FIELDS, MAX_SEATS, MAX_STREAM_ID_BYTES, MAX_STREAMS, Member, MemberWrite, Passage,
    Seats, Stream, StreamEnd, StreamId, StreamWrite, Tally,
};

fn letter(event: Event) -> Letter {
    Letter { to: TO, notice: Arc::new(notice(&key("room"), 1, event)), parts: 2 }
}

/// A letter whose record takes so many bytes.
fn letter_of(bytes: usize) -> Letter {
    let of = |words: usize| {
        letter(Event::MembersLeft {
            people: Vec::new(),
            reason: LeaveReason::Kicked,
            by: account("olga"),
            words: "x".repeat(words).into(),
        })
    };
    let size = |letter: &Letter| record(letter).len();
    let letter = of(bytes - (size(&of(bytes)) - bytes));
    assert_eq!(size(&letter), bytes);
    letter
}

fn record(letter: &Letter) -> Vec<u8> {
    postcard::to_stdvec(&(0_u64, 1_u64, letter.parts, &*letter.notice)).unwrap()
}

/// The letters that are there, and all rows of letters.
async fn opened_again(path: &Path, store: JournalStore) -> (JournalStore, usize) {
    drop(store);
    let letters = rows(path).into_iter().filter(|(key, value)| {
        assert!(value.len() <= MAX_ROW_BYTES, "a row of {} bytes", value.len());
        matches!(keys::read(key), Some(Key::Letter(..)))
    });
    let count = letters.count();
    (open(path), count)
}

#[tokio::test]
async fn a_letter_of_any_size_comes_back_and_goes() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let mut store = open(path);
    make(&store, &key("room")).await;
    let one = MAX_PIECE_BYTES;
    for (bytes, expected) in [(one, 1), (one + 1, 2), (2 * one, 2), (2 * one + 1, 3)] {
        let letter = letter_of(bytes);
        write(&store, &key("room"), Delta { outbox: vec![letter.clone()], ..Delta::default() })
            .await;
        let rows;
        (store, rows) = opened_again(path, store).await;
        assert_eq!(rows, expected, "rows of {bytes} bytes");
        let taken = store.take(APP, TO, NOW_MS, 9, None).await.unwrap();
        let [taken] = &taken[..] else { panic!("{} letters", taken.len()) };
        assert!((&taken.notice, taken.parts) == (&letter.notice, 2), "{bytes} bytes");
        for _ in 0..2 {
            let id = taken.id;
            assert!(store.ack(&key("room"), TO, id).await.unwrap());
            store.take(APP, TO, NOW_MS, 9, None).await.unwrap();
        }
        let rows;
        (store, rows) = opened_again(path, store).await;
        assert_eq!(rows, 0, "sent, of {bytes} bytes");
    }
}

#[tokio::test]
async fn of_a_letter_that_lacks_a_row_nothing_is_taken() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let store = open(path);
    make(&store, &key("room")).await;
    let letters = vec![letter_of(3 * MAX_PIECE_BYTES), letter_of(100)];
    write(&store, &key("room"), Delta { outbox: letters, ..Delta::default() }).await;
    drop(store);
    let whole = files(path);
    for lost in [0, 1, 2] {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path();
        put_files(path, &whole);
        let key_of_lost = keys::piece(&keys::letter(APP, TO, 1), lost);
        let disk = super::super::disk::Disk::open(&path.join("rows")).unwrap();
        disk.write([(&key_of_lost[..], None)].into_iter()).unwrap();
        drop(disk);
        let Err(OpenFault::Damaged { faults, .. }) = try_open(path, false) else {
            panic!("without row {lost} it is not whole")
        };
        assert!(faults[0].starts_with("letter 1 of app 1: "), "{faults:?}");
        drop(try_open(path, true).unwrap());
        let store = open(path);
        let taken = store.take(APP, TO, NOW_MS, 9, None).await.unwrap();
        assert_eq!(taken.iter().map(|letter| letter.id).collect::<Vec<_>>(), [2], "row {lost}");
    }
}

fn stream(nth: u64) -> Stream {
    Stream {
        id: StreamId::parse(&format!("{nth:0>MAX_STREAM_ID_BYTES$}")).unwrap(),
        account: account(&"a".repeat(64)),
        name: "n".repeat(256).into(),
        title: "t".repeat(127).into(),
        extra_info: "e".repeat(1024).into(),
        created_ms: u64::MAX,
        nth,
        serial: u64::MAX,
    }
}

fn longest_fields() -> CustomFields {
    let field = |nth: usize| (format!("{nth:0>64}").into(), "v".repeat(512).into());
    CustomFields::default().with(&(0..MAX_CUSTOM_FIELDS).map(field).collect::<Vec<_>>())
}

fn longest_member(nth: u64) -> Member {
    Member {
        name: "n".repeat(256).into(),
        custom_info: "c".repeat(500).into(),
        marks: (u32::MAX - 9..=u32::MAX).collect(),
        fields: longest_fields(),
        msg_seq: u32::MAX,
        session: "s".repeat(64).into(),
        ..Member::named(account(&format!("{nth:0>64}")), u64::MAX)
    }
}

fn longest_facts() -> Facts {
    let env = crate::domain::Env { now_ms: u64::MAX, serial: u64::MAX, rules: &RULES };
    let profile = GroupProfile {
        introduction: "i".repeat(1000).into(),
        notification: "n".repeat(1000).into(),
        face_url: "f".repeat(1000).into(),
        fields: longest_fields(),
        ..GroupProfile::default()
    };
    let name = "n".repeat(256).into();
    Facts { name, custom_info: "c".repeat(500).into(), profile, ..Facts::open(&env) }
}

#[tokio::test]
async fn the_longest_records_are_rows_and_the_longest_letters_come_back() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let store = open(path);
    let streams: Vec<Stream> = (0..MAX_STREAMS as u64).map(stream).collect();
    let people: Vec<Passage> =
        (0..500).map(|nth| Passage::of(&longest_member(nth), u64::MAX)).collect();
    let entered = Event::MembersEntered { people: people.clone(), login: Login::default() };
    let left = Event::MembersLeft {
        people,
        reason: LeaveReason::Kicked,
        by: account("olga"),
        words: "w".repeat(1000).into(),
    };
    let ended = Event::StreamsEnded { streams: streams.clone(), reason: StreamEnd::RoomEnded };
    let created = Event::RoomCreated {
        by: account("olga"),
        invitees: (0..300).map(|nth| account(&format!("{nth:0>64}"))).collect(),
    };
    let mut letters = Vec::new();
    for event in [entered, left, ended, created] {
        let mut letter = letter(event);
        Arc::make_mut(&mut letter.notice).facts = Some(Box::new(longest_facts()));
        let rows = record(&letter).len().div_ceil(MAX_PIECE_BYTES);
        let removed = pieces(b"", letter.notice.size_bytes()).count();
        assert!(rows <= removed, "of {rows} rows {removed} go with it");
        letters.push(letter);
    }
    let delta = Delta {
        facts: FactsWrite::Put(Box::new(longest_facts())),
        tally: Some(Tally { members: 1, newest_stream: 2, ..Tally::default() }),
        members: vec![MemberWrite::Put(longest_member(1))],
        seats: Some(Seats::free(MAX_SEATS)),
        streams: streams.into_iter().take(3).map(StreamWrite::Put).collect(),
        outbox: letters.clone(),
        ..Delta::default()
    };
    write(&store, &key("room"), delta).await;
    let before = conformance::everything(&store, APP).await.unwrap();
    let (store, rows) = opened_again(path, store).await;
    assert!(rows > letters.len(), "some take several");
    assert!(conformance::everything(&store, APP).await.unwrap() == before, "the records");
    for letter in &letters {
        let taken = store.take(APP, TO, NOW_MS, 9, None).await.unwrap();
        assert!(taken[0].notice == letter.notice, "{:?}", letter.notice.event.kind());
        assert!(store.ack(&key("room"), TO, taken[0].id).await.unwrap());
        store.take(APP, TO, NOW_MS, 1, None).await.unwrap();
        assert!(store.ack(&key("room"), TO, taken[0].id).await.unwrap());
    }
    assert_eq!(opened_again(path, store).await.1, 0, "sent");
}

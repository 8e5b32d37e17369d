//! Stores that are to be damaged, and everything that can be seen of them.

use std::fs;
use std::path::Path;
use std::time::Duration;

use super::super::{salvage, scan};
use super::kit::*;
use super::*;
use crate::domain::{AccountView, BanMembers, CallbackUrl, Deed, Deeds, EventKind, MuteMembers};
use crate::store::conformance::RoomSeen;

/// Everything that can be seen of a store.
#[derive(Debug, PartialEq)]
pub(super) struct Seen {
    pub(super) rooms: Vec<RoomSeen>,
    accounts: Vec<Option<String>>,
    rules: Vec<ForbidRule>,
    receiver: Option<Option<ReceiverRecord>>,
    waiting: u64,
    next: Vec<TakenLetter>,
}

pub(super) async fn seen(store: &JournalStore) -> Seen {
    let accounts: Vec<Account> = (0..3).map(|nth| account(&format!("a{nth}"))).collect();
    let (mut nicks, mut rules) = (Vec::new(), Vec::new());
    let mut see = |_: &Account, record: Option<AccountView<'_>>| {
        nicks.push(record.map(|record| record.nick.to_owned()));
    };
    store.see_accounts(APP, &accounts, &mut see).await.unwrap();
    let mut see = |rule: &ForbidRule| rules.push(rule.clone());
    store.rules(APP, ForbidKind::User, &mut see).await.unwrap();
    Seen {
        rooms: conformance::everything(store, APP).await.unwrap(),
        accounts: nicks,
        rules,
        receiver: store.receiver(APP).await.unwrap(),
        waiting: store.outbox(APP).await.unwrap().waiting,
        next: store.take(APP, TO, u64::MAX, 9, None).await.unwrap(),
    }
}

/// Some of everything.
async fn begin(store: &JournalStore) {
    let room = key("room");
    make(store, &room).await;
    crowd(store, &room, 20, 10).await;
    let ban = BanMembers {
        by: account("olga"),
        accounts: vec![account("x")],
        words: "".into(),
        for_ms: 1000,
        members_only: false,
    };
    act(store, &room, &ban, NOW_MS).await;
    act(store, &room, &MuteMembers { accounts: vec![account("u1")], for_ms: 1000 }, NOW_MS).await;
    post(store, &room, 1..=5).await;
    let taken = store.take(APP, TO, NOW_MS, 1, None).await.unwrap();
    store.ack(&room, TO, taken[0].id).await.unwrap();
    let taken = store.take(APP, TO, NOW_MS, 1, None).await.unwrap();
    store.put_off(&room, TO, taken[0].id, NOW_MS + 9).await.unwrap();
    let record = |nth: u32| AccountRecord {
        account: account(&format!("a{nth}")),
        nick: format!("nick {nth}").into(),
        face_url: "".into(),
    };
    store.put_accounts(APP, &[record(0), record(1)], 9).await.unwrap();
    let rule = ForbidRule {
        key: ForbidKey::User(account("u1")),
        forbids: Deeds::of(&[Deed::Login]),
        created_ms: NOW_MS,
        until_ms: u64::MAX,
    };
    store.put_rule(APP, &rule, 9, NOW_MS).await.unwrap();
    let url = CallbackUrl::parse("http://127.0.0.1:9/").unwrap();
    let record = ReceiverRecord { url, kinds: vec![EventKind::RoomCreated] };
    store.put_receiver(APP, Some(&record)).await.unwrap();
}

/// Rooms with so many members that tables are made of them.
async fn grow(store: &JournalStore, tables: &Path) {
    for nth in 0..14 {
        let room = key(&format!("large{nth}"));
        make(store, &room).await;
        crowd(store, &room, 100, 400).await;
        if nth == 8 {
            wait_until(|| fs::read_dir(tables).unwrap().next().is_some());
        }
    }
    // The last word, in the journal.
    make(store, &key("last")).await;
}

/// Waits for the thread that makes tables.
fn wait_until(mut done: impl FnMut() -> bool) {
    for _ in 0..60_000 {
        if done() {
            return;
        }
        std::thread::sleep(Duration::from_millis(1));
    }
    panic!("no table is made");
}

/// The files of a store that is small: no row is in a table.
pub(super) async fn small() -> (Files, Seen) {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    begin(&store).await;
    let seen = seen(&store).await;
    drop(store);
    (files(directory.path()), seen)
}

/// A store with many rows, ended at two moments.
pub(super) struct Large {
    /// The first of its rows are in tables, and the journal that had them is gone.
    pub(super) tables: Files,
    /// No row is in a table yet, and there are several journals.
    pub(super) journals: Files,
    pub(super) seen: Seen,
}

pub(super) async fn large() -> Large {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let before = files(directory.path());
    begin(&store).await;
    grow(&store, &directory.path().join("rows/keyspaces/1/tables")).await;
    let seen = seen(&store).await;
    drop(store);
    // One journal holds all of it: the embedded store begins another one after 64 MB. Where it ends
    // and the next one begins makes no difference.
    let first = Path::new("rows/0.jnl");
    let ends = scan::ends(&directory.path().join(first));
    let mut tables = files(directory.path());
    let (len, bytes) = tables.remove(first).unwrap();
    let reached = salvage::reach(directory.path(), "rows").unwrap();
    assert!(reached > 5 && reached < ends.last().unwrap().0.unwrap().last, "tables to {reached}");
    let end_of = |number: u64| {
        let (_, end) = ends.iter().find(|(commit, _)| commit.unwrap().last >= number).unwrap();
        *end
    };
    let mut journals = before;
    journals.insert("synced".into(), tables[Path::new("synced")].clone());
    let (one, two, last) = (end_of(4), end_of(reached), bytes.len());
    for (name, part) in [("0", 0..one), ("1", one..two), ("2", two..last)] {
        let path = Path::new("rows").join(name).with_extension("jnl");
        journals.insert(path, (len, bytes[part].to_vec()));
    }
    tables.insert("rows/1.jnl".into(), (len, bytes[two..].to_vec()));
    Large { tables, journals, seen }
}

//! What a crash leaves of an app that was being brought, and what is read of a journal.

use std::path::Path;

use super::kit::{close_swept, open};
use super::*;
use crate::domain::{AccountRecord, LetterRecord, Notice};
use crate::store::conformance::{records, refill};
use crate::store::memory::MemoryStore;

const APP: AppId = AppId(7);

fn accounts(names: &[String]) -> Vec<Record> {
    let record = |name: &String| {
        Record::Account(AccountRecord {
            account: Account::parse(name).unwrap(),
            nick: "".into(),
            face_url: "".into(),
        })
    };
    names.iter().map(record).collect()
}

fn named(name: &str) -> Vec<Record> {
    accounts(&[name.to_owned()])
}

fn letter(room: &str) -> Record {
    let room = RoomId::parse(room).unwrap();
    let by = Account::parse("olga").unwrap();
    let event = crate::domain::Event::RoomUpdated { by };
    let notice = Notice { id: 1, room, at_ms: 1, event, serial: 1, member_count: 0, facts: None };
    let (to, notice) = (Destination::RoomEngine, Arc::new(notice));
    let letter = LetterRecord { to, notice, parts: 1, part: 0, put_off: 2, ready_ms: 9 };
    Record::Letter(Box::new(letter))
}

/// How many rows are on disk, but for those that say how far it is.
fn rows(store: &JournalStore) -> usize {
    [&b"A"[..], b"L", b"P"].map(|first| store.disk.rows_of(first).count()).iter().sum()
}

/// The rows, once nothing more is swept.
async fn settled(path: &Path) -> usize {
    close_swept(open(path)).await;
    rows(&open(path))
}

#[tokio::test]
async fn what_a_crash_leaves_of_an_epoch_is_seen_by_nobody_and_swept() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let before = [named("before"), vec![letter("kept")]].concat();
    let store = open(path);
    refill(&store, APP, &before).await.unwrap();
    let clean = rows(&store);
    let epoch = store.open_epoch(APP).await.unwrap();
    let names: Vec<String> = (0..2500).map(|nth| format!("a{nth}")).collect();
    let others = [accounts(&names), vec![letter("other")]].concat();
    assert_eq!(store.fill_epoch(APP, epoch, others).await, Ok(Filled::Done));
    assert!(rows(&store) >= clean + 2502, "they are on disk");
    // As after a crash: nobody says that it is given up.
    drop(store);
    let store = open(path);
    assert_ne!(store.open_epoch(APP).await, Ok(epoch), "they are of nobody who comes now");
    drop(store);
    assert_eq!(settled(path).await, clean, "they are swept");
    let store = open(path);
    assert_eq!(records(&store, APP).await, Ok(before), "and what was there is there");
}

#[tokio::test]
async fn an_epoch_that_is_given_up_is_swept_and_the_one_before_when_it_is_switched() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path();
    let store = open(path);
    refill(&store, APP, &[named("a"), vec![letter("a")]].concat()).await.unwrap();
    let clean = rows(&store);
    let epoch = store.open_epoch(APP).await.unwrap();
    let other = [named("b"), vec![letter("b")]].concat();
    assert_eq!(store.fill_epoch(APP, epoch, other.clone()).await, Ok(Filled::Done));
    store.drop_epoch(APP, epoch);
    drop(store);
    assert_eq!(settled(path).await, clean, "given up");
    let store = open(path);
    refill(&store, APP, &other).await.unwrap();
    drop(store);
    assert_eq!(settled(path).await, clean, "switched");
    assert_eq!(records(&open(path), APP).await, Ok(other));
}

#[tokio::test]
async fn an_export_is_of_the_moment_of_its_beginning() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let names: Vec<String> = (0..3000).map(|nth| format!("a{nth:04}")).collect();
    refill(&store, APP, &accounts(&names)).await.unwrap();
    let mut export = store.export(APP).await.unwrap();
    let mut came = export.next(10).await.unwrap();
    let last = Account::parse("a2999").unwrap();
    assert_eq!(store.remove_account(APP, &last).await, Ok(true));
    refill(&store, APP, &named("other")).await.unwrap();
    loop {
        let more = export.next(700).await.unwrap();
        if more.is_empty() {
            break;
        }
        came.extend(more);
    }
    assert_eq!(came, accounts(&names), "nothing of what came later is seen");
    assert_eq!(records(&store, APP).await, Ok(named("other")));
}

#[tokio::test]
async fn stores_of_every_kind_give_each_other_the_same_records() {
    let directory = tempfile::tempdir().unwrap();
    let records_of = [named("a"), named("b"), vec![letter("r"), letter("q")]].concat();
    let memory = MemoryStore::new();
    refill(&memory, APP, &records_of).await.unwrap();
    let journal = open(directory.path());
    refill(&journal, APP, &records(&memory, APP).await.unwrap()).await.unwrap();
    let again = MemoryStore::new();
    refill(&again, APP, &records(&journal, APP).await.unwrap()).await.unwrap();
    assert_eq!(records(&again, APP).await, Ok(records_of));
}

//! What the tests of the journal do to a store and its directory in few words.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::super::disk::Disk;
use super::super::open::ROWS;
use super::super::zeros;
use super::*;
use crate::domain::{
    Delta, Env, Event, Facts, FactsWrite, Letter, Member, MemberWrite, Notice, Operation,
    RoomRules, Slice, Tally,
};
use crate::store::memory::DEFAULT_BACKLOG_BYTES;

pub(super) const APP: AppId = AppId(1);
pub(super) const NOW_MS: u64 = 1_700_000_000_500;
pub(super) const TO: Destination = Destination::RoomEngine;
pub(super) const RULES: RoomRules = RoomRules {
    owner_is_member: false,
    max_member_count: 10_000,
    member_ceiling: 10_000,
    max_seat_count: 16,
    max_admin_count: 10,
    max_robot_count: 2,
    reclaim_after_ms: 1_000,
};

pub(super) fn open(path: &Path) -> JournalStore {
    try_open(path, false).unwrap_or_else(|fault| panic!("{fault}"))
}

pub(super) fn try_open(path: &Path, accept_loss: bool) -> Result<JournalStore, OpenFault> {
    open_within(path, accept_loss, DEFAULT_BACKLOG_BYTES)
}

pub(super) fn open_within(
    path: &Path,
    accept_loss: bool,
    backlog_bytes: usize,
) -> Result<JournalStore, OpenFault> {
    JournalStore::open(JournalOptions {
        path: path.to_owned(),
        backlog_bytes,
        accept_loss,
        on_failure: Box::new(|error| panic!("nothing fails here: {error}")),
    })
}

pub(super) fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

pub(super) fn key(room: &str) -> RoomKey {
    RoomKey { app: APP, room: RoomId::parse(room).unwrap() }
}

/// Runs an operation that nothing speaks against.
pub(super) async fn act<O: Operation>(
    store: &JournalStore,
    key: &RoomKey,
    operation: &O,
    now_ms: u64,
) -> O::Output {
    let env = Env { now_ms, serial: 1, rules: &RULES };
    conformance::act(store, key, operation, &env).await.unwrap()
}

/// Writes a delta as it is.
pub(super) async fn write(store: &JournalStore, key: &RoomKey, delta: Delta) {
    let mut decide = |_: &Slice<'_>| Ok(delta.clone());
    let need = Need { create: true, ..Need::default() };
    store.transact(key, need, &mut decide).await.unwrap();
}

/// Makes a room, with the events that are posted for it.
pub(super) async fn make(store: &JournalStore, key: &RoomKey) {
    let env = Env { now_ms: NOW_MS, serial: 1, rules: &RULES };
    let facts = FactsWrite::Put(Box::new(Facts::open(&env)));
    write(store, key, Delta { facts, tally: Some(Tally::default()), ..Delta::default() }).await;
}

/// Members with so many bytes to say of each come into a room that has none.
pub(super) async fn crowd(store: &JournalStore, key: &RoomKey, count: u32, bytes: usize) {
    let member = |nth: u32| Member {
        custom_info: format!("{nth:0>bytes$}").into(),
        entered: true,
        ..Member::named(account(&format!("u{nth}")), NOW_MS + u64::from(nth))
    };
    let members = (0..count).map(member).map(MemberWrite::Put).collect();
    let tally = Tally { members: count, present: count, ..Tally::default() };
    write(store, key, Delta { tally: Some(tally), members, ..Delta::default() }).await;
}

pub(super) fn notice(key: &RoomKey, id: u64, event: Event) -> Notice {
    let room = key.room.clone();
    Notice { id, room, at_ms: NOW_MS, event, serial: 1, member_count: 0, facts: None }
}

/// Waits until nothing is left to be swept, and closes the store.
pub(super) async fn close_swept(store: JournalStore) {
    for _ in 0..4000 {
        if store.broom.is_done() && store.queue.backlog() == 0 {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    panic!("it is swept within 20 s");
}

/// Posts letters, each of a room that was changed.
pub(super) async fn post(store: &JournalStore, key: &RoomKey, ids: impl Iterator<Item = u64>) {
    let letter = |id| {
        let notice = notice(key, id, Event::RoomUpdated { by: account("olga") });
        Letter { to: TO, notice: Arc::new(notice), parts: 1 }
    };
    write(store, key, Delta { outbox: ids.map(letter).collect(), ..Delta::default() }).await;
}

/// Files by their paths, each with its length and its bytes without the zeros at its end.
pub(super) type Files = BTreeMap<PathBuf, (usize, Vec<u8>)>;

/// Every file of a directory with what it holds.
pub(super) fn files(directory: &Path) -> Files {
    let mut files = BTreeMap::new();
    let mut directories = vec![directory.to_owned()];
    while let Some(directory) = directories.pop() {
        for entry in fs::read_dir(directory).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                directories.push(path);
            } else {
                let mut bytes = fs::read(&path).unwrap();
                let len = bytes.len();
                bytes.truncate(zeros::used(&bytes));
                files.insert(path, (len, bytes));
            }
        }
    }
    let below =
        |(path, bytes): (PathBuf, _)| (path.strip_prefix(directory).unwrap().to_owned(), bytes);
    files.into_iter().map(below).collect()
}

/// Writes files as [`files`] has read them into a new directory. What is set aside behind a journal is
/// less than it was: it only takes time to read.
pub(super) fn put_files(directory: &Path, files: &Files) {
    for (path, (len, bytes)) in files {
        let path = directory.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, bytes).unwrap();
        let len = *len.min(&(bytes.len() + 10_000));
        fs::File::options().write(true).open(&path).unwrap().set_len(len as u64).unwrap();
    }
    // That directory may be empty.
    for current in files.keys().filter(|path| path.ends_with("current")) {
        let tree = directory.join(current);
        fs::create_dir_all(tree.parent().unwrap().join("tables")).unwrap();
    }
}

/// The rows of a store that is closed.
pub(super) fn rows(directory: &Path) -> Vec<(Vec<u8>, Vec<u8>)> {
    let disk = Disk::open(&directory.join(ROWS)).unwrap();
    let pair = |pair: Result<_, fjall::Error>| {
        let (key, value): (fjall::UserKey, fjall::UserValue) = pair.unwrap();
        (key.to_vec(), value.to_vec())
    };
    disk.rows_of(b"").map(pair).collect()
}

/// Numbers that look random and are the same for the same seed.
pub(super) struct Dice(pub(super) u64);

impl Dice {
    /// A number below another.
    pub(super) fn below(&mut self, end: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) % end.max(1) as u64) as usize
    }
}

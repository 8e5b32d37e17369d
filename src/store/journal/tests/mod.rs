//! The journal conforms, also when it is closed and opened again behind each change.

mod damage;
mod exchange;
mod kit;
mod leaving;
mod sizes;
mod stores;
mod torn;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;
use tokio::sync::RwLock;

use self::kit::open;
use super::*;
use crate::store::{Fault, Faulty, conformance};

/// A store in a directory that goes with it.
struct InDirectory {
    store: RwLock<Option<JournalStore>>,
    /// How often it is still to be closed and opened again behind a change: some cases make
    /// thousands.
    again: AtomicU32,
    directory: TempDir,
}

impl InDirectory {
    fn new(again: u32) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let store = RwLock::new(Some(open(directory.path())));
        Self { store, again: AtomicU32::new(again), directory }
    }

    async fn reopen(&self) {
        let once_less = |again: u32| again.checked_sub(1);
        if self.again.fetch_update(Ordering::Relaxed, Ordering::Relaxed, once_less).is_err() {
            return;
        }
        let mut store = self.store.write().await;
        drop(store.take());
        *store = Some(open(self.directory.path()));
    }
}

macro_rules! on {
    ($self:ident, $call:ident($($argument:expr),*)) => {
        Box::pin(async move {
            let store = $self.store.read().await;
            store.as_ref().unwrap().$call($($argument),*).await
        })
    };
}

macro_rules! changing {
    ($self:ident, $call:ident($($argument:expr),*)) => {
        Box::pin(async move {
            let answer = {
                let store = $self.store.read().await;
                store.as_ref().unwrap().$call($($argument),*).await
            };
            $self.reopen().await;
            answer
        })
    };
}

impl RoomStore for InDirectory {
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()> {
        changing!(self, transact(key, need, decide))
    }

    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()> {
        on!(self, read(key, need, see))
    }

    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd> {
        on!(self, page(key, query, sink))
    }

    fn sanctions<'a>(
        &'a self,
        key: &'a RoomKey,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'a>,
    ) -> StoreFuture<'a, ()> {
        on!(self, sanctions(key, kind, after, see))
    }

    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>> {
        on!(self, rooms(app, after, limit, see))
    }

    fn rooms_by_age<'a>(
        &'a self,
        app: AppId,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<u64>> {
        on!(self, rooms_by_age(app, only, after, limit, see))
    }

    fn joined<'a>(
        &'a self,
        app: AppId,
        account: &'a Account,
        see: SeeJoined<'a>,
    ) -> StoreFuture<'a, ()> {
        on!(self, joined(app, account, see))
    }

    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        on!(self, due(app, until_ms, limit))
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        on!(self, counts(app))
    }

    fn take<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Vec<TakenLetter>> {
        on!(self, take(app, to, now_ms, limit, only))
    }

    fn ack<'a>(&'a self, key: &'a RoomKey, to: Destination, id: u64) -> StoreFuture<'a, bool> {
        on!(self, ack(key, to, id))
    }

    fn put_off<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> StoreFuture<'a, ()> {
        on!(self, put_off(key, to, id, until_ms))
    }

    fn set_back<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        back: SetBack,
    ) -> StoreFuture<'a, bool> {
        // It is forgotten with the store, which therefore stays open.
        self.again.store(0, Ordering::Relaxed);
        on!(self, set_back(key, to, id, back))
    }

    fn release<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, u64> {
        on!(self, release(app, to, only))
    }

    fn next_letter<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Option<u64>> {
        on!(self, next_letter(app, to, only))
    }

    fn outbox(&self, app: AppId) -> StoreFuture<'_, OutboxCounts> {
        on!(self, outbox(app))
    }

    fn put_accounts<'a>(
        &'a self,
        app: AppId,
        records: &'a [AccountRecord],
        at_most: u64,
    ) -> StoreFuture<'a, Vec<AccountPut>> {
        changing!(self, put_accounts(app, records, at_most))
    }

    fn remove_account<'a>(&'a self, app: AppId, account: &'a Account) -> StoreFuture<'a, bool> {
        changing!(self, remove_account(app, account))
    }

    fn see_accounts<'a>(
        &'a self,
        app: AppId,
        accounts: &'a [Account],
        see: SeeAccount<'a>,
    ) -> StoreFuture<'a, ()> {
        on!(self, see_accounts(app, accounts, see))
    }

    fn put_rule<'a>(
        &'a self,
        app: AppId,
        rule: &'a ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> StoreFuture<'a, RulePut> {
        changing!(self, put_rule(app, rule, at_most, now_ms))
    }

    fn remove_rule<'a>(
        &'a self,
        app: AppId,
        key: &'a ForbidKey,
    ) -> StoreFuture<'a, Option<ForbidRule>> {
        changing!(self, remove_rule(app, key))
    }

    fn rules<'a>(&'a self, app: AppId, kind: ForbidKind, see: SeeRule<'a>) -> StoreFuture<'a, ()> {
        on!(self, rules(app, kind, see))
    }

    fn see_rules<'a>(
        &'a self,
        app: AppId,
        keys: &'a [ForbidKey],
        see: SeeRuleOf<'a>,
    ) -> StoreFuture<'a, ()> {
        on!(self, see_rules(app, keys, see))
    }

    fn put_receiver<'a>(
        &'a self,
        app: AppId,
        receiver: Option<&'a ReceiverRecord>,
    ) -> StoreFuture<'a, ()> {
        changing!(self, put_receiver(app, receiver))
    }

    fn receiver(&self, app: AppId) -> StoreFuture<'_, Option<Option<ReceiverRecord>>> {
        on!(self, receiver(app))
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        changing!(self, new_epoch(app))
    }

    fn export(&self, app: AppId) -> StoreFuture<'_, Box<dyn Export>> {
        on!(self, export(app))
    }

    fn open_epoch(&self, app: AppId) -> StoreFuture<'_, u64> {
        on!(self, open_epoch(app))
    }

    fn fill_epoch(&self, app: AppId, epoch: u64, records: Vec<Record>) -> StoreFuture<'_, Filled> {
        on!(self, fill_epoch(app, epoch, records))
    }

    fn switch_epoch<'a>(
        &'a self,
        app: AppId,
        epoch: u64,
        switched: Switched<'a>,
    ) -> StoreFuture<'a, ()> {
        changing!(self, switch_epoch(app, epoch, switched))
    }

    fn drop_epoch(&self, app: AppId, epoch: u64) {
        let store = self.store.try_read().unwrap();
        store.as_ref().unwrap().drop_epoch(app, epoch);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_journal_conforms() {
    conformance::run(|| Arc::new(InDirectory::new(0))).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_journal_conforms_opened_again_behind_each_change() {
    conformance::run(|| Arc::new(InDirectory::new(6))).await;
}

/// In a store whose fault never comes.
fn in_faulty(again: u32) -> Arc<Faulty> {
    let never = Fault::Commit { at: u64::MAX };
    Arc::new(Faulty::new(Arc::new(InDirectory::new(again)), never))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_journal_conforms_behind_a_fault_that_never_comes() {
    conformance::run(|| in_faulty(0)).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn the_journal_conforms_opened_again_behind_a_fault_that_never_comes() {
    conformance::run(|| in_faulty(6)).await;
}

#[tokio::test]
async fn what_was_written_is_counted() {
    let directory = tempfile::tempdir().unwrap();
    let store = open(directory.path());
    let before = store.journal().await.unwrap().unwrap();
    assert_eq!((before.changes, before.groups, before.waiting), (0, 0, 0));
    let app = AppId(7);
    for nth in 0..3 {
        let account = Account::parse(&nth.to_string()).unwrap();
        let record = AccountRecord { account, nick: "".into(), face_url: "".into() };
        store.put_accounts(app, &[record], 10).await.unwrap();
    }
    store.remove_account(app, &Account::parse("nobody").unwrap()).await.unwrap();
    let after = store.journal().await.unwrap().unwrap();
    assert_eq!((after.changes, after.groups, after.waiting), (3, 3, 0), "one behind the other");
    assert!(after.busy_ns > 0 && after.disk_bytes > 0, "{after:?}");
}

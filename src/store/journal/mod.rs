//! Rooms in memory, and every change of them on disk before it is answered.
//!
//! Job: what [`MemoryStore`] does, so that it outlives the process. Each record is a row of an
//! embedded store (`rows`, `keys`); a change is the rows of its delta, all at once, written by one
//! thread that takes what waits as one group (`queue`, `writer`). Reads are answered from memory.
//!
//! Promise: whatever is answered, a change, a refusal or nothing to do, is answered when everything
//! that had happened by then is on disk. Letters are handed out when their change is. After a
//! failure to write nothing more is answered. A store that lost something which was answered is not
//! opened (`open`, `judge`, `recover`, `rooms`), and nothing is changed by trying.
//!
//! Order: space in the queue is reserved before a room is locked; rows are queued under that lock;
//! nobody waits for the queue or the disk while he holds one.

mod aside;
mod check;
mod disk;
mod fault;
mod format;
mod judge;
mod kept;
mod keys;
mod letters;
mod open;
mod queue;
mod reader;
mod reading;
mod recover;
mod rooms;
mod rows;
mod salvage;
mod scan;
mod scribe;
mod sweep;
mod synced;
mod writer;
mod zeros;

use std::sync::Arc;
use std::thread::JoinHandle;

use futures_util::FutureExt;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

pub use fault::OpenFault;
pub use open::JournalOptions;
pub use queue::Written;

use self::disk::Disk;
use self::kept::Kept;
use self::keys::Life;
use self::queue::{Entry, Queue};
use self::reading::Reading;
use self::rows::Row;
use self::sweep::{Broom, Waste};
use super::memory::MemoryStore;
use super::memory::outbox::{Acked, Progress};
use super::memory::staging::Place;
use super::{
    AccountPut, Counts, Decide, Due, Export, Filled, JournalCounts, OutboxCounts, RoomStore,
    RulePut, See, SeeAccount, SeeJoined, SeeRoom, SeeRule, SeeRuleOf, SeeSanction, SetBack,
    StoreFuture, Switched, TakenLetter, TxError,
};
use crate::domain::{
    Account, AccountRecord, AppId, Destination, ForbidKey, ForbidKind, ForbidRule, GroupType, Need,
    PageEnd, PageQuery, PageSink, ReceiverRecord, Record, RoomId, RoomKey, SanctionKind,
};

/// Changes that are under way at one time: more wait before they lock anything.
const MAX_UNDER_WAY: usize = 4096;

/// The journal backend. Dropped, it writes what waits and ends.
pub struct JournalStore {
    memory: MemoryStore,
    disk: Arc<Disk>,
    queue: Arc<Queue>,
    broom: Arc<Broom>,
    kept: Arc<Kept>,
    under_way: Semaphore,
    /// Held while an app's own records change: they are queued in the order in which they change.
    apps: Mutex<()>,
    writer: Option<JoinHandle<()>>,
}

impl Drop for JournalStore {
    fn drop(&mut self) {
        // The sweeper waits for the writer, so it ends first.
        self.broom.stop();
        self.queue.close();
        if let Some(writer) = self.writer.take() {
            let _ = writer.join();
        }
    }
}

/// What memory answers, which it does at once.
fn at_once<T>(future: StoreFuture<'_, T>) -> Result<T, TxError> {
    future.now_or_never().expect("memory answers at once")
}

impl JournalStore {
    /// What was written since the store was opened: how many changes share a sync.
    #[must_use]
    pub fn written(&self) -> Written {
        self.queue.written()
    }

    /// Does something to memory and answers when it is on disk.
    async fn durably<T>(&self, change: impl FnOnce() -> Result<T, TxError>) -> Result<T, TxError> {
        let under_way = self.under_way.acquire().await;
        let _under_way = under_way.map_err(|_| TxError::Unavailable)?;
        if self.queue.is_failed() {
            return Err(TxError::Unavailable);
        }
        let changed = change();
        self.queue.settled().await?;
        changed
    }

    fn life(&self, app: AppId) -> Life {
        Life { app, epoch: self.memory.epoch(app) }
    }

    fn progress(&self, app: AppId, to: Destination, id: u64, progress: Progress) {
        self.push(vec![Row::put(keys::put_off(app, to, id), &progress)]);
    }

    fn push(&self, rows: Vec<Row>) {
        self.queue.push(Entry { rows, census: None });
    }
}

impl RoomStore for JournalStore {
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()> {
        Box::pin(self.durably(move || at_once(self.memory.transact(key, need, decide))))
    }

    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()> {
        self.memory.read(key, need, see)
    }

    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd> {
        self.memory.page(key, query, sink)
    }

    fn sanctions<'a>(
        &'a self,
        key: &'a RoomKey,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'a>,
    ) -> StoreFuture<'a, ()> {
        self.memory.sanctions(key, kind, after, see)
    }

    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>> {
        self.memory.rooms(app, after, limit, see)
    }

    fn rooms_by_age<'a>(
        &'a self,
        app: AppId,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<u64>> {
        self.memory.rooms_by_age(app, only, after, limit, see)
    }

    fn joined<'a>(
        &'a self,
        app: AppId,
        account: &'a Account,
        see: SeeJoined<'a>,
    ) -> StoreFuture<'a, ()> {
        self.memory.joined(app, account, see)
    }

    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        self.memory.due(app, until_ms, limit)
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        self.memory.counts(app)
    }

    fn take<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Vec<TakenLetter>> {
        Box::pin(async move {
            let taken = self.memory.take(app, to, now_ms, limit, only).await?;
            if !taken.is_empty() {
                // A letter is posted behind the rows of its change: what is taken was queued.
                self.queue.settled().await?;
            }
            Ok(taken)
        })
    }

    /// Answers before it is on disk: a letter whose end is lost is sent once more.
    fn ack<'a>(&'a self, key: &'a RoomKey, to: Destination, id: u64) -> StoreFuture<'a, bool> {
        Box::pin(async move {
            let acked = self.memory.acknowledge(key, to, id);
            match acked {
                // No row tells of a part that was told apart.
                Acked::Gone | Acked::Apart => {}
                Acked::Next(progress) => self.progress(key.app, to, id, progress),
                Acked::Done(bytes) => {
                    self.push(scribe::done(key.app, to, id, bytes));
                    if let Some((life, incarnation)) = self.kept.release(id) {
                        self.broom.sweep(Waste::Room(life, incarnation));
                    }
                }
            }
            Ok(acked != Acked::Gone)
        })
    }

    /// Answers before it is on disk: a letter whose pause is lost is sent sooner.
    fn put_off<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> StoreFuture<'a, ()> {
        Box::pin(async move {
            if let Some(progress) = self.memory.postpone(key, to, id, until_ms) {
                self.progress(key.app, to, id, progress);
            }
            Ok(())
        })
    }

    /// In memory alone: it ends with the process.
    fn set_back<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        back: SetBack,
    ) -> StoreFuture<'a, bool> {
        self.memory.set_back(key, to, id, back)
    }

    fn release<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, u64> {
        self.memory.release(app, to, only)
    }

    fn next_letter<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Option<u64>> {
        self.memory.next_letter(app, to, only)
    }

    fn outbox(&self, app: AppId) -> StoreFuture<'_, OutboxCounts> {
        self.memory.outbox(app)
    }

    fn journal(&self) -> StoreFuture<'_, Option<JournalCounts>> {
        let disk = Arc::clone(&self.disk);
        Box::pin(async move {
            // It waits for whoever writes.
            let size = tokio::task::spawn_blocking(move || disk.size_bytes());
            let disk_bytes = size.await.map_err(|_| TxError::Unavailable)?;
            let waiting = self.queue.backlog();
            let Written { changes, groups, busy } = self.queue.written();
            let busy_ns = u64::try_from(busy.as_nanos()).unwrap_or(u64::MAX);
            Ok(Some(JournalCounts { changes, groups, busy_ns, waiting, disk_bytes }))
        })
    }

    fn put_accounts<'a>(
        &'a self,
        app: AppId,
        records: &'a [AccountRecord],
        at_most: u64,
    ) -> StoreFuture<'a, Vec<AccountPut>> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            let put = at_once(self.memory.put_accounts(app, records, at_most))?;
            let life = self.life(app);
            let kept = records.iter().zip(&put).filter(|(_, put)| **put != AccountPut::Full);
            self.push(kept.map(|(record, _)| scribe::account(life, record)).collect());
            Ok(put)
        }))
    }

    fn remove_account<'a>(&'a self, app: AppId, account: &'a Account) -> StoreFuture<'a, bool> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            let was_there = at_once(self.memory.remove_account(app, account))?;
            if was_there {
                let kind = keys::Kind::Account;
                let key = keys::named(self.life(app), kind, account.as_str());
                self.push(vec![Row::remove(key)]);
            }
            Ok(was_there)
        }))
    }

    fn see_accounts<'a>(
        &'a self,
        app: AppId,
        accounts: &'a [Account],
        see: SeeAccount<'a>,
    ) -> StoreFuture<'a, ()> {
        self.memory.see_accounts(app, accounts, see)
    }

    fn put_rule<'a>(
        &'a self,
        app: AppId,
        rule: &'a ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> StoreFuture<'a, RulePut> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            let (put, place, swept) = self.memory.put_rule_now(app, rule, at_most, now_ms);
            let life = self.life(app);
            let swept = swept.iter().map(|key| Row::remove(keys::rule(life, key)));
            let mut rows: Vec<Row> = swept.collect();
            if put == RulePut::Done {
                rows.push(scribe::rule(life, place, rule));
            }
            self.push(rows);
            Ok(put)
        }))
    }

    fn remove_rule<'a>(
        &'a self,
        app: AppId,
        key: &'a ForbidKey,
    ) -> StoreFuture<'a, Option<ForbidRule>> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            let removed = at_once(self.memory.remove_rule(app, key))?;
            if removed.is_some() {
                self.push(vec![Row::remove(keys::rule(self.life(app), key))]);
            }
            Ok(removed)
        }))
    }

    fn rules<'a>(&'a self, app: AppId, kind: ForbidKind, see: SeeRule<'a>) -> StoreFuture<'a, ()> {
        self.memory.rules(app, kind, see)
    }

    fn see_rules<'a>(
        &'a self,
        app: AppId,
        keys: &'a [ForbidKey],
        see: SeeRuleOf<'a>,
    ) -> StoreFuture<'a, ()> {
        self.memory.see_rules(app, keys, see)
    }

    fn put_receiver<'a>(
        &'a self,
        app: AppId,
        receiver: Option<&'a ReceiverRecord>,
    ) -> StoreFuture<'a, ()> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            at_once(self.memory.put_receiver(app, receiver))?;
            let key = keys::room(self.life(app), keys::Kind::Receiver, 0);
            self.push(vec![Row::put(key, &receiver)]);
            Ok(())
        }))
    }

    fn receiver(&self, app: AppId) -> StoreFuture<'_, Option<Option<ReceiverRecord>>> {
        self.memory.receiver(app)
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        Box::pin(async move {
            let over = self
                .durably(|| {
                    let _apps = self.apps.lock();
                    let (over, epoch) = (self.life(app), self.memory.next_epoch(app));
                    // Queued before anything of the new life is.
                    self.push(vec![Row::put(keys::epoch(app), &epoch)]);
                    self.memory.begin_epoch(app, epoch);
                    Ok(over)
                })
                .await?;
            self.kept.forget(over);
            self.broom.sweep(Waste::Life(over));
            Ok(())
        })
    }

    fn export(&self, app: AppId) -> StoreFuture<'_, Box<dyn Export>> {
        Box::pin(async move {
            // What was answered is on disk; what was done without waiting for it soon is.
            self.queue.settled().await?;
            let reading = Reading::new(self.disk.moment(), app)?;
            Ok(Box::new(reading) as Box<dyn Export>)
        })
    }

    fn open_epoch(&self, app: AppId) -> StoreFuture<'_, u64> {
        self.memory.open_epoch(app)
    }

    fn fill_epoch(&self, app: AppId, epoch: u64, records: Vec<Record>) -> StoreFuture<'_, Filled> {
        Box::pin(self.durably(move || {
            let life = Life { app, epoch };
            let mut tell = |record: &Record, place: Place| {
                self.queue.push(scribe::record(life, place, record));
            };
            self.memory.fill_epoch_now(app, epoch, records, Some(&mut tell))
        }))
    }

    fn switch_epoch<'a>(
        &'a self,
        app: AppId,
        epoch: u64,
        switched: Switched<'a>,
    ) -> StoreFuture<'a, ()> {
        Box::pin(self.durably(move || {
            let _apps = self.apps.lock();
            let over = self.life(app);
            let closed = self.memory.close_epoch(app, epoch)?;
            // Queued behind everything of the new life, and before anything that happens in it.
            self.push(vec![Row::put(keys::epoch(app), &epoch)]);
            self.memory.switch_to(app, closed, switched);
            self.broom.sweep(Waste::Life(over));
            Ok(())
        }))
    }

    fn drop_epoch(&self, app: AppId, epoch: u64) {
        if self.memory.drop_epoch_now(app, epoch) {
            self.broom.sweep(Waste::Life(Life { app, epoch }));
        }
    }
}

#[cfg(test)]
mod tests;

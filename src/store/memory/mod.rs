//! Rooms in memory.
//!
//! What is atomic: one delta on one room, under that room's lock, which is held for microseconds
//! and never across an await. The directory only says which cell a room has: it is looked up,
//! cloned and let go before the cell is locked, so two rooms never wait for each other. A cell is
//! vacant while its room is being made, live, or dead; whoever locks a dead one looks again.
//!
//! Lock order: room, then the indexes of rooms and of who is where, then the outbox. Never two rooms.

mod accounts;
mod ages;
mod copying;
pub(in crate::store) mod departed;
mod index;
mod joined;
mod members;
mod order;
pub(in crate::store) mod outbox;
mod restore;
mod rules;
mod sanctions;
pub(in crate::store) mod scribe;
mod slab;
pub(in crate::store) mod space;
pub(in crate::store) mod staging;
mod streams;
mod sweeper;

use std::future::ready;
use std::hash::RandomState;
use std::sync::Arc;

use dashmap::DashMap;
use parking_lot::Mutex;

use self::accounts::Accounts;
use self::outbox::{Acked, Outbox, Progress};
use self::rules::Rules;
use self::scribe::Scribe;
use self::space::Space;
use self::staging::Staging;
use self::sweeper::Sweeper;
use super::{
    AccountPut, Counts, Decide, Due, Export, Filled, OutboxCounts, RoomStore, RulePut, See,
    SeeAccount, SeeJoined, SeeRoom, SeeRule, SeeRuleOf, SeeSanction, SetBack, StoreFuture,
    Switched, TakenLetter, TxError,
};
use crate::domain::{
    Account, AccountRecord, AppId, Destination, ForbidKey, ForbidKind, ForbidRule, GroupType, Need,
    PageEnd, PageQuery, PageSink, ReceiverRecord, Record, RoomId, RoomKey, SanctionKind,
};

/// What letters may hold together unless told, in bytes.
pub const DEFAULT_BACKLOG_BYTES: usize = 64 * 1024 * 1024;

/// The memory backend. Everything is gone when it is dropped.
pub struct MemoryStore {
    /// One space an app: its present epoch.
    spaces: DashMap<AppId, Arc<Space>>,
    /// Those of each app, in its present epoch.
    accounts: DashMap<AppId, Arc<Accounts>>,
    /// Those of each app that ever made one, in its present epoch.
    rules: DashMap<AppId, Arc<Rules>>,
    /// What was said of each app's receiver, in its present epoch.
    receivers: DashMap<AppId, Option<ReceiverRecord>>,
    /// Epochs that are being filled.
    staged: DashMap<(AppId, u64), Arc<Mutex<Staging>>>,
    /// The latest number that an epoch of each app was given.
    latest_epochs: DashMap<AppId, u64>,
    outbox: Arc<Outbox>,
    hasher: RandomState,
    sweeper: Sweeper,
    /// Whoever writes down what changes, if anybody does.
    scribe: Option<Arc<dyn Scribe>>,
}

impl Default for MemoryStore {
    fn default() -> Self {
        Self::new()
    }
}

impl MemoryStore {
    /// An empty store, whose letters hold at most [`DEFAULT_BACKLOG_BYTES`].
    #[must_use]
    pub fn new() -> Self {
        Self::with_backlog(DEFAULT_BACKLOG_BYTES)
    }

    /// An empty store, whose letters hold at most so many bytes together.
    #[must_use]
    pub fn with_backlog(at_most_bytes: usize) -> Self {
        Self::new_with(at_most_bytes, None)
    }

    /// An empty store, whose changes somebody writes down.
    pub(in crate::store) fn recorded(at_most_bytes: usize, scribe: Arc<dyn Scribe>) -> Self {
        Self::new_with(at_most_bytes, Some(scribe))
    }

    fn new_with(at_most_bytes: usize, scribe: Option<Arc<dyn Scribe>>) -> Self {
        Self {
            spaces: DashMap::new(),
            accounts: DashMap::new(),
            rules: DashMap::new(),
            receivers: DashMap::new(),
            staged: DashMap::new(),
            latest_epochs: DashMap::new(),
            outbox: Arc::new(Outbox::new(at_most_bytes)),
            hasher: RandomState::new(),
            sweeper: Sweeper::default(),
            scribe,
        }
    }

    fn space(&self, app: AppId) -> Arc<Space> {
        if let Some(space) = self.spaces.get(&app) {
            return Arc::clone(&space);
        }
        Arc::clone(&self.spaces.entry(app).or_insert_with(|| Arc::new(self.empty(app, 0))))
    }

    fn accounts(&self, app: AppId) -> Arc<Accounts> {
        if let Some(accounts) = self.accounts.get(&app) {
            return Arc::clone(&accounts);
        }
        Arc::clone(&self.accounts.entry(app).or_insert_with(|| self.no_accounts()))
    }

    fn no_accounts(&self) -> Arc<Accounts> {
        Arc::new(Accounts::new(self.hasher.clone()))
    }

    fn empty(&self, app: AppId, epoch: u64) -> Space {
        let (hasher, outbox) = (self.hasher.clone(), Arc::clone(&self.outbox));
        Space::new(app, epoch, hasher, outbox, self.scribe.clone())
    }

    /// As [`RoomStore::put_off`]; answers how far the letter is, if it is still there.
    pub(in crate::store) fn postpone(
        &self,
        key: &RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> Option<Progress> {
        self.outbox.put_off(key.app, to, &key.room, id, until_ms)
    }

    /// As [`RoomStore::ack`]; answers how far the letter is.
    pub(in crate::store) fn acknowledge(&self, key: &RoomKey, to: Destination, id: u64) -> Acked {
        self.outbox.ack(key.app, to, &key.room, id)
    }

    /// Which life of an app this is.
    pub(in crate::store) fn epoch(&self, app: AppId) -> u64 {
        self.space(app).epoch()
    }

    /// As [`RoomStore::put_rule`]; answers the rule's place too, and the keys of those that went
    /// because they are over.
    pub(in crate::store) fn put_rule_now(
        &self,
        app: AppId,
        rule: &ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> (RulePut, u64, Vec<ForbidKey>) {
        let none = || Arc::new(Rules::new(self.hasher.clone()));
        let rules = Arc::clone(&self.rules.entry(app).or_insert_with(none));
        rules.put(rule, at_most, now_ms)
    }

    /// The rules of an app, if it ever made one.
    fn rules_of(&self, app: AppId) -> Option<Arc<Rules>> {
        self.rules.get(&app).map(|rules| Arc::clone(&rules))
    }
}

fn done<'a, T: Send + 'a>(result: Result<T, TxError>) -> StoreFuture<'a, T> {
    Box::pin(ready(result))
}

impl RoomStore for MemoryStore {
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()> {
        let committed = self.space(key.app).transact(&key.room, need, decide);
        done(committed.map(|debris| {
            if let Some(debris) = debris {
                self.sweeper.drop_later(debris);
            }
        }))
    }

    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()> {
        done(self.space(key.app).read(&key.room, need, see))
    }

    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd> {
        done(self.space(key.app).page(&key.room, query, sink))
    }

    fn sanctions<'a>(
        &'a self,
        key: &'a RoomKey,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'a>,
    ) -> StoreFuture<'a, ()> {
        done(self.space(key.app).sanctions(&key.room, kind, after, see))
    }

    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>> {
        done(Ok(self.space(app).rooms(after, limit, see)))
    }

    fn rooms_by_age<'a>(
        &'a self,
        app: AppId,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<u64>> {
        done(Ok(self.space(app).rooms_by_age(only, after, limit, see)))
    }

    fn joined<'a>(
        &'a self,
        app: AppId,
        account: &'a Account,
        see: SeeJoined<'a>,
    ) -> StoreFuture<'a, ()> {
        self.space(app).joined(account, see);
        done(Ok(()))
    }

    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        done(Ok(self.space(app).due(until_ms, limit)))
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        let accounts = self.accounts(app).len();
        let rules = self.rules_of(app).map_or(0, |rules| rules.len());
        done(Ok(Counts { accounts, rules, ..self.space(app).counts() }))
    }

    fn take<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Vec<TakenLetter>> {
        done(Ok(self.outbox.take(app, to, now_ms, limit, only)))
    }

    fn ack<'a>(&'a self, key: &'a RoomKey, to: Destination, id: u64) -> StoreFuture<'a, bool> {
        done(Ok(self.acknowledge(key, to, id) != Acked::Gone))
    }

    fn put_off<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> StoreFuture<'a, ()> {
        self.postpone(key, to, id, until_ms);
        done(Ok(()))
    }

    fn set_back<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        back: SetBack,
    ) -> StoreFuture<'a, bool> {
        done(Ok(self.outbox.set_back(key.app, to, &key.room, id, back)))
    }

    fn release<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, u64> {
        done(Ok(self.outbox.release(app, to, only)))
    }

    fn next_letter<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Option<u64>> {
        done(Ok(self.outbox.next(app, to, only)))
    }

    fn outbox(&self, app: AppId) -> StoreFuture<'_, OutboxCounts> {
        done(Ok(self.outbox.counts(app)))
    }

    fn put_accounts<'a>(
        &'a self,
        app: AppId,
        records: &'a [AccountRecord],
        at_most: u64,
    ) -> StoreFuture<'a, Vec<AccountPut>> {
        let accounts = self.accounts(app);
        done(Ok(records.iter().map(|record| accounts.put(record, at_most)).collect()))
    }

    fn remove_account<'a>(&'a self, app: AppId, account: &'a Account) -> StoreFuture<'a, bool> {
        done(Ok(self.accounts(app).remove(account)))
    }

    fn see_accounts<'a>(
        &'a self,
        app: AppId,
        accounts: &'a [Account],
        see: SeeAccount<'a>,
    ) -> StoreFuture<'a, ()> {
        self.accounts(app).see(accounts, see);
        done(Ok(()))
    }

    fn put_rule<'a>(
        &'a self,
        app: AppId,
        rule: &'a ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> StoreFuture<'a, RulePut> {
        done(Ok(self.put_rule_now(app, rule, at_most, now_ms).0))
    }

    fn remove_rule<'a>(
        &'a self,
        app: AppId,
        key: &'a ForbidKey,
    ) -> StoreFuture<'a, Option<ForbidRule>> {
        done(Ok(self.rules_of(app).and_then(|rules| rules.remove(key))))
    }

    fn rules<'a>(&'a self, app: AppId, kind: ForbidKind, see: SeeRule<'a>) -> StoreFuture<'a, ()> {
        if let Some(rules) = self.rules_of(app) {
            rules.visit(kind, see);
        }
        done(Ok(()))
    }

    fn see_rules<'a>(
        &'a self,
        app: AppId,
        keys: &'a [ForbidKey],
        see: SeeRuleOf<'a>,
    ) -> StoreFuture<'a, ()> {
        match self.rules_of(app) {
            Some(rules) => rules.see(keys, see),
            None => keys.iter().for_each(|key| see(key, None)),
        }
        done(Ok(()))
    }

    fn put_receiver<'a>(
        &'a self,
        app: AppId,
        receiver: Option<&'a ReceiverRecord>,
    ) -> StoreFuture<'a, ()> {
        self.receivers.insert(app, receiver.cloned());
        done(Ok(()))
    }

    fn receiver(&self, app: AppId) -> StoreFuture<'_, Option<Option<ReceiverRecord>>> {
        done(Ok(self.receivers.get(&app).map(|receiver| receiver.clone())))
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        self.begin_epoch(app, self.next_epoch(app));
        done(Ok(()))
    }

    fn forget(&self, app: AppId) -> StoreFuture<'_, ()> {
        if let Some((_, old)) = self.spaces.remove(&app) {
            self.sweeper.drop_later(Box::new(old));
        }
        self.outbox.clear(app);
        self.sweep_beside(app);
        self.accounts.remove(&app);
        self.staged.retain(|(other, _), _| *other != app);
        self.latest_epochs.remove(&app);
        done(Ok(()))
    }

    fn export(&self, app: AppId) -> StoreFuture<'_, Box<dyn Export>> {
        done(Ok(Box::new(self.reading(app))))
    }

    fn open_epoch(&self, app: AppId) -> StoreFuture<'_, u64> {
        done(Ok(self.open_epoch_now(app)))
    }

    fn fill_epoch(&self, app: AppId, epoch: u64, records: Vec<Record>) -> StoreFuture<'_, Filled> {
        done(self.fill_epoch_now(app, epoch, records, None))
    }

    fn switch_epoch<'a>(
        &'a self,
        app: AppId,
        epoch: u64,
        switched: Switched<'a>,
    ) -> StoreFuture<'a, ()> {
        let closed = self.close_epoch(app, epoch);
        done(closed.map(|staging| {
            self.switch_to(app, staging, switched);
        }))
    }

    fn drop_epoch(&self, app: AppId, epoch: u64) {
        self.drop_epoch_now(app, epoch);
    }
}

impl MemoryStore {
    /// Gives an app an epoch of this number, empty.
    pub(in crate::store) fn begin_epoch(&self, app: AppId, epoch: u64) {
        let old = self.spaces.insert(app, Arc::new(self.empty(app, epoch)));
        self.outbox.clear(app);
        if let Some(old) = old {
            self.sweeper.drop_later(Box::new(old));
        }
        self.sweep_beside(app);
    }

    /// Lets go of what an app keeps beside its rooms.
    fn sweep_beside(&self, app: AppId) {
        if let Some(old) = self.accounts.insert(app, self.no_accounts()) {
            self.sweeper.drop_later(Box::new(old));
        }
        self.receivers.remove(&app);
        if let Some((_, old)) = self.rules.remove(&app) {
            self.sweeper.drop_later(Box::new(old));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::MemoryStore;
    use crate::store::conformance;
    use std::sync::Arc;

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn the_memory_store_conforms() {
        conformance::run(|| Arc::new(MemoryStore::new())).await;
    }
}

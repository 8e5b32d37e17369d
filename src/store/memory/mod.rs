//! Rooms in memory.
//!
//! What is atomic: one delta on one room, under that room's lock, which is held for microseconds
//! and never across an await. The directory only says which cell a room has: it is looked up,
//! cloned and let go before the cell is locked, so two rooms never wait for each other. A cell is
//! vacant while its room is being made, live, or dead; whoever locks a dead one looks again.
//!
//! Lock order: room, then the index of rooms. Never two rooms.

mod bans;
mod index;
mod members;
mod order;
mod slab;
mod space;
mod sweeper;

use std::future::ready;
use std::hash::RandomState;
use std::sync::Arc;

use dashmap::DashMap;

use self::space::Space;
use self::sweeper::Sweeper;
use super::{Counts, Decide, Due, RoomStore, See, SeeBan, SeeRoom, StoreFuture, TxError};
use crate::domain::{AppId, Need, PageEnd, PageQuery, PageSink, RoomId, RoomKey};

/// The memory backend. Everything is gone when it is dropped.
#[derive(Default)]
pub struct MemoryStore {
    /// One space an app: its present epoch.
    spaces: DashMap<AppId, Arc<Space>>,
    hasher: RandomState,
    sweeper: Sweeper,
}

impl MemoryStore {
    /// An empty store.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    fn space(&self, app: AppId) -> Arc<Space> {
        if let Some(space) = self.spaces.get(&app) {
            return Arc::clone(&space);
        }
        Arc::clone(&self.spaces.entry(app).or_insert_with(|| self.empty()))
    }

    fn empty(&self) -> Arc<Space> {
        Arc::new(Space::new(self.hasher.clone()))
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

    fn bans<'a>(&'a self, key: &'a RoomKey, after: u64, see: SeeBan<'a>) -> StoreFuture<'a, ()> {
        done(self.space(key.app).bans(&key.room, after, see))
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

    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>> {
        done(Ok(self.space(app).due(until_ms, limit)))
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        done(Ok(self.space(app).counts()))
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        if let Some(old) = self.spaces.insert(app, self.empty()) {
            self.sweeper.drop_later(Box::new(old));
        }
        done(Ok(()))
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

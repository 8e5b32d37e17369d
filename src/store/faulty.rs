//! A store that fails on purpose, around any other.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Counts, Decide, RoomStore, See, SeeRoom, StoreFuture, TxError};
use crate::domain::{AppId, Need, PageEnd, PageQuery, PageSink, RoomId, RoomKey};

/// Where the failure is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The nth transaction (from 1) fails before anything is written.
    Commit {
        /// Which.
        at: u64,
    },
    /// The nth transaction (from 1) is done, but its answer is lost.
    Answer {
        /// Which.
        at: u64,
    },
    /// Every read fails.
    Reads,
}

/// A store wrapped in one [`Fault`].
pub struct Faulty {
    inner: Arc<dyn RoomStore>,
    fault: Fault,
    transactions: AtomicU64,
}

impl Faulty {
    /// Wraps a store.
    #[must_use]
    pub fn new(inner: Arc<dyn RoomStore>, fault: Fault) -> Self {
        Self { inner, fault, transactions: AtomicU64::new(0) }
    }

    fn reads_fail(&self) -> bool {
        self.fault == Fault::Reads
    }
}

fn unavailable<'a, T: Send + 'a>() -> StoreFuture<'a, T> {
    Box::pin(std::future::ready(Err(TxError::Unavailable)))
}

impl RoomStore for Faulty {
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()> {
        let nth = self.transactions.fetch_add(1, Ordering::Relaxed) + 1;
        match self.fault {
            Fault::Commit { at } if at == nth => unavailable(),
            Fault::Answer { at } if at == nth => Box::pin(async move {
                self.inner.transact(key, need, decide).await?;
                Err(TxError::Unavailable)
            }),
            _ => self.inner.transact(key, need, decide),
        }
    }

    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()> {
        if self.reads_fail() { unavailable() } else { self.inner.read(key, need, see) }
    }

    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd> {
        if self.reads_fail() { unavailable() } else { self.inner.page(key, query, sink) }
    }

    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>> {
        if self.reads_fail() { unavailable() } else { self.inner.rooms(app, after, limit, see) }
    }

    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts> {
        if self.reads_fail() { unavailable() } else { self.inner.counts(app) }
    }

    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()> {
        self.inner.new_epoch(app)
    }
}

//! The store seam: where rooms are kept, and what may be asked of whoever keeps them.
//!
//! Job: show an operation the records of its footprint, commit its delta, visit pages in order.
//!
//! Promise: a delta is committed whole or not at all, on one room; committed changes to one room
//! are linearizable; a page shows one moment of the room. A refused operation leaves nothing
//! behind. Every backend passes [`conformance`].
//!
//! Not here: rules. No backend knows one.

pub mod conformance;
mod faulty;
mod memory;

use std::ops::ControlFlow;
use std::pin::Pin;

pub use faulty::{Calls, Fault, Faulty};
pub use memory::MemoryStore;

use crate::domain::{
    AppId, BanView, Delta, Need, PageEnd, PageQuery, PageSink, Refusal, RoomId, RoomKey, RoomView,
    Slice,
};

/// Why a transaction was not done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TxError {
    /// The rules say no, or the room is not there: the caller's business.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The store cannot do it now: ours, and worth another try. Whether it was done is unknown.
    #[error("the store is unavailable")]
    Unavailable,
}

/// What a store answers, in its own time.
pub type StoreFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T, TxError>> + Send + 'a>>;

/// A decision, asked for under the room's lock; again, if the store had to look again.
pub type Decide<'a> = &'a mut (dyn FnMut(&Slice<'_>) -> Result<Delta, Refusal> + Send);

/// A look at some records of a room.
pub type See<'a> = &'a mut (dyn FnMut(&Slice<'_>) + Send);

/// A look at one room of many.
pub type SeeRoom<'a> = &'a mut (dyn FnMut(&RoomId, &RoomView<'_>) + Send);

/// A look at one ban of many, and whether that is enough.
pub type SeeBan<'a> = &'a mut (dyn FnMut(&BanView<'_>) -> ControlFlow<()> + Send);

/// What an app keeps here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rooms that exist.
    pub rooms: u64,
    /// Members of all of them.
    pub members: u64,
}

/// A room that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// Which.
    pub room: RoomId,
}

/// Where rooms are kept. See the module for what every backend promises.
pub trait RoomStore: Send + Sync + 'static {
    /// Shows `decide` the records of `need` and commits what it decides.
    ///
    /// # Errors
    /// [`TxError::Refused`] with what `decide` said, or [`Refusal::NoSuchRoom`] for an unknown room
    /// unless `need.create`; [`TxError::Unavailable`] when the outcome is unknown.
    fn transact<'a>(
        &'a self,
        key: &'a RoomKey,
        need: Need<'a>,
        decide: Decide<'a>,
    ) -> StoreFuture<'a, ()>;

    /// Shows `see` the records of `need`, once.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    fn read<'a>(&'a self, key: &'a RoomKey, need: Need<'a>, see: See<'a>) -> StoreFuture<'a, ()>;

    /// Visits members in order.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    fn page<'a>(
        &'a self,
        key: &'a RoomKey,
        query: PageQuery<'a>,
        sink: &'a mut dyn PageSink,
    ) -> StoreFuture<'a, PageEnd>;

    /// Visits a room's bans in the order of banning, over or not, behind a place (0: all of them),
    /// until `see` has enough.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    fn bans<'a>(&'a self, key: &'a RoomKey, after: u64, see: SeeBan<'a>) -> StoreFuture<'a, ()>;

    /// Visits an app's rooms by id, behind `after`; answers the last one shown if more follow.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn rooms<'a>(
        &'a self,
        app: AppId,
        after: Option<&'a RoomId>,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<RoomId>>;

    /// The rooms that are due up to a moment, at most `limit` of them, the earliest first. Found
    /// through an index that the store derives from the tallies it writes.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn due(&self, app: AppId, until_ms: u64, limit: usize) -> StoreFuture<'_, Vec<Due>>;

    /// Counts what an app keeps.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn counts(&self, app: AppId) -> StoreFuture<'_, Counts>;

    /// Gives an app a new, empty epoch: all its rooms are gone at once.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()>;
}

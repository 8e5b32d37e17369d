//! The store seam: where rooms are kept, and what may be asked of whoever keeps them.
//!
//! Job: show an operation the records of its footprint, commit its delta, visit pages in order, hand
//! out the letters of what was committed; keep the records of accounts and the rules that forbid
//! something, which are no room's.
//!
//! Promise: a delta is committed whole or not at all, on one room, its letters with it; committed changes to one room
//! are linearizable; a page shows one moment of the room. A refused operation leaves nothing
//! behind. Every backend passes [`conformance`].
//!
//! Not here: rules. No backend knows one.

pub mod conformance;
mod faulty;
mod journal;
mod memory;

use std::ops::ControlFlow;
use std::pin::Pin;
use std::sync::Arc;

pub use faulty::{Calls, Fault, Faulty};
pub use journal::{JournalOptions, JournalStore, OpenFault, Written};
pub use memory::{DEFAULT_BACKLOG_BYTES, MemoryStore};

use crate::domain::{
    Account, AccountRecord, AccountView, AppId, Delta, Destination, EventKind, ForbidKey,
    ForbidKind, ForbidRule, GroupType, MemberView, Need, Notice, PageEnd, PageQuery, PageSink,
    ReceiverRecord, Record, Refusal, RoomId, RoomKey, RoomView, SanctionKind, SanctionView, Slice,
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

/// Whoever decides what a transaction writes. A function of the slice is one.
pub trait Decider: Send {
    /// Decides, from what is seen. Asked again if the store had to look again.
    ///
    /// # Errors
    /// Refuses; then nothing is written.
    fn decide(&mut self, seen: &Slice<'_>) -> Result<Delta, Refusal>;

    /// What was decided last is written, and the letters `dropped` had to go for its own. Called
    /// once, before anything that comes behind it in the room is written; return soon.
    fn committed(&mut self, dropped: Vec<DroppedLetter>) {
        drop(dropped);
    }
}

impl<F: FnMut(&Slice<'_>) -> Result<Delta, Refusal> + Send> Decider for F {
    fn decide(&mut self, seen: &Slice<'_>) -> Result<Delta, Refusal> {
        self(seen)
    }
}

/// A decision, to be asked for.
pub type Decide<'a> = &'a mut (dyn Decider + 'a);

/// A look at some records of a room.
pub type See<'a> = &'a mut (dyn FnMut(&Slice<'_>) + Send);

/// A look at one room of many.
pub type SeeRoom<'a> = &'a mut (dyn FnMut(&RoomId, &RoomView<'_>) + Send);

/// A look at one room of many that an account is in, and at its record there.
pub type SeeJoined<'a> = &'a mut (dyn FnMut(&RoomId, &RoomView<'_>, &MemberView<'_>) + Send);

/// A look at one ban or mute of many, and whether that is enough.
pub type SeeSanction<'a> = &'a mut (dyn FnMut(&SanctionView<'_>) -> ControlFlow<()> + Send);

/// A look at one account of several: its record, if it has one.
pub type SeeAccount<'a> = &'a mut (dyn FnMut(&Account, Option<AccountView<'_>>) + Send);

/// What became of a record that was to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AccountPut {
    /// The account had none.
    New,
    /// It stands in the place of another.
    Replaced,
    /// Nothing: the account had none, and there are as many as there may be.
    Full,
}

/// A look at one rule of many.
pub type SeeRule<'a> = &'a mut (dyn FnMut(&ForbidRule) + Send);

/// A look at one key of several: its rule, if there is one.
pub type SeeRuleOf<'a> = &'a mut (dyn FnMut(&ForbidKey, Option<&ForbidRule>) + Send);

/// How far the switch from one epoch to another is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Switch {
    /// The one before is over; nothing of the other can be seen yet, and none of its letters taken.
    Over,
    /// The other is the present one.
    Begun,
}

/// Told of both steps of a switch, in their order.
pub type Switched<'a> = &'a mut (dyn FnMut(Switch) + Send);

/// What became of a rule that was to be put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RulePut {
    /// It is there.
    Done,
    /// Nothing: as many of its kind are in force as may be, and none of its key.
    Full,
}

/// What an app keeps here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Rooms that exist, groups among them.
    pub rooms: u64,
    /// Members of all of them.
    pub members: u64,
    /// The rooms by the type of group that chat sees in them, in the order of [`GroupType::ALL`].
    pub of_type: [u64; GroupType::ALL.len()],
    /// The groups among them.
    pub groups: u64,
    /// Accounts that have a record.
    pub accounts: u64,
    /// Rules that forbid something, those among them that are over and not swept yet.
    pub rules: u64,
}

/// A room that somebody has to look at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// When, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// Which.
    pub room: RoomId,
}

/// A letter that somebody took from the outbox, to be delivered: until he says what came of it, no
/// other letter of its room and destination is given away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenLetter {
    /// Its number. Letters of one room have ascending ones.
    pub id: u64,
    /// How often the part that is up was put off.
    pub put_off: u32,
    /// What it says.
    pub notice: Arc<Notice>,
    /// Which of its parts is up, from 0.
    pub part: u32,
    /// How many it has.
    pub parts: u32,
}

/// How a letter that was taken is given back, untold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetBack {
    /// To be told from a moment on, in Unix milliseconds of the app's clock.
    Until(u64),
    /// To be told when it is let go.
    Held,
    /// To be told behind others of its room that come after it.
    Behind {
        /// How many, at least 1.
        count: u32,
        /// Only those of this kind count.
        past: Option<EventKind>,
    },
}

/// A letter that had to go undelivered: the outbox was full, and it was the oldest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DroppedLetter {
    /// Its number.
    pub id: u64,
    /// Whose.
    pub app: AppId,
    /// To whom it was.
    pub to: Destination,
    /// What it said.
    pub notice: Arc<Notice>,
    /// The first of its parts that is not done with, from 0.
    pub part: u32,
    /// How many it had.
    pub parts: u32,
}

/// What waits in an app's outbox.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OutboxCounts {
    /// Letters, those included that are taken.
    pub waiting: u64,
    /// When the oldest of them was written, in Unix milliseconds of the app's clock.
    pub oldest_ms: Option<u64>,
}

/// What a backend wrote to disk since it was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct JournalCounts {
    /// Changes that are on disk.
    pub changes: u64,
    /// How many groups of them were written and synced.
    pub groups: u64,
    /// How long that took, in nanoseconds of real time.
    pub busy_ns: u64,
    /// Changes that wait for the disk.
    pub waiting: u64,
    /// What the files take, in bytes.
    pub disk_bytes: u64,
}

/// Somebody who reads an app's records, in the order of [`Record`]. Holds no lock between two steps,
/// and of the app no more than one room at a time, and its names.
pub trait Export: Send {
    /// The next records, about `at_most`; none at the end.
    ///
    /// # Errors
    /// [`TxError::Unavailable`]; then there is nothing more to be read.
    fn next(&mut self, at_most: usize) -> StoreFuture<'_, Vec<Record>>;
}

/// What became of records that were to fill an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filled {
    /// They are there.
    Done,
    /// What the nth of them (from 0) is about is there already; it and those behind it are not.
    Twice(usize),
    /// The letters up to the nth record (from 0) hold more than the outbox may.
    Full(usize),
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

    /// Visits a room's bans or mutes in their order, over or not, behind a place (0: all of them),
    /// until `see` has enough.
    ///
    /// # Errors
    /// As [`transact`](Self::transact).
    fn sanctions<'a>(
        &'a self,
        key: &'a RoomKey,
        kind: SanctionKind,
        after: u64,
        see: SeeSanction<'a>,
    ) -> StoreFuture<'a, ()>;

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

    /// Visits an app's rooms in the order of their making, those of one type if it is named, behind
    /// a place ([`RoomView::incarnation`]; 0: all of them); answers the place of the last one shown
    /// if more follow.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn rooms_by_age<'a>(
        &'a self,
        app: AppId,
        only: Option<GroupType>,
        after: u64,
        limit: usize,
        see: SeeRoom<'a>,
    ) -> StoreFuture<'a, Option<u64>>;

    /// Visits the rooms that an account is in, about in the order of coming in (opened again, a store
    /// may have them in another), each at a moment of its own. Found through an index that the store derives from the records it writes.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn joined<'a>(
        &'a self,
        app: AppId,
        account: &'a Account,
        see: SeeJoined<'a>,
    ) -> StoreFuture<'a, ()>;

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

    /// Takes letters of an app to a destination: of each room the oldest that is left, if it is ready
    /// at a moment and nobody has taken it. At most `limit`, those that were ready first; of one room
    /// `only`, if it is named. Letters of a room that ended are delivered all the same.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn take<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        now_ms: u64,
        limit: usize,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Vec<TakenLetter>>;

    /// The part that is up of a letter that was taken is done with. Unless it was the last, the next
    /// part is ready at once, put off no time; otherwise the letter is gone, and the next of its room
    /// is ready. Answers whether the letter was still there: one that was dropped meanwhile is no
    /// failure.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn ack<'a>(&'a self, key: &'a RoomKey, to: Destination, id: u64) -> StoreFuture<'a, bool>;

    /// A letter that was taken is ready again at a moment, and before that no other of its room.
    /// One that was dropped meanwhile is no failure.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn put_off<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        until_ms: u64,
    ) -> StoreFuture<'a, ()>;

    /// Gives back the part that is up of a letter that was taken: it is told at another time, or behind
    /// others, and was put off no time more. One that waits for a moment, or is held, holds its room;
    /// one that is behind others is the next of its room once those have been told, dropped or set
    /// back themselves. Of a letter of which more parts are behind this one, those go on without it,
    /// and it is a letter of its own. Answers whether the letter was still there. All of this is
    /// forgotten when the store is closed.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn set_back<'a>(
        &'a self,
        key: &'a RoomKey,
        to: Destination,
        id: u64,
        back: SetBack,
    ) -> StoreFuture<'a, bool>;

    /// Lets letters of an app to a destination go that are held or behind others, of one room `only`
    /// if it is named: they are ready, in the order in which they were posted, before all that nobody
    /// has begun to tell. Answers how many.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn release<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, u64>;

    /// When the first letter of an app to a destination is ready that nobody has taken and that is not
    /// held, in Unix milliseconds of the app's clock; of one room `only`, if it is named.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn next_letter<'a>(
        &'a self,
        app: AppId,
        to: Destination,
        only: Option<&'a RoomId>,
    ) -> StoreFuture<'a, Option<u64>>;

    /// Counts what waits in an app's outbox.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn outbox(&self, app: AppId) -> StoreFuture<'_, OutboxCounts>;

    /// Counts what was written to disk; nothing where nothing is.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn journal(&self) -> StoreFuture<'_, Option<JournalCounts>> {
        Box::pin(async { Ok(None) })
    }

    /// Puts the records of accounts, where there are some in their place; each unless it is new and
    /// there are `at_most` already. Answers what became of each.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn put_accounts<'a>(
        &'a self,
        app: AppId,
        records: &'a [AccountRecord],
        at_most: u64,
    ) -> StoreFuture<'a, Vec<AccountPut>>;

    /// Removes an account's record; answers whether there was one.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn remove_account<'a>(&'a self, app: AppId, account: &'a Account) -> StoreFuture<'a, bool>;

    /// Shows the records of accounts, one after another, in their order.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn see_accounts<'a>(
        &'a self,
        app: AppId,
        accounts: &'a [Account],
        see: SeeAccount<'a>,
    ) -> StoreFuture<'a, ()>;

    /// Puts a rule, as the last of its kind, in the place of any other of its key; unless as many of
    /// its kind are in force at a moment as `at_most`, and none of its key is. Some of those that are
    /// over at that moment may be removed, which is no change that anybody is promised to see.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn put_rule<'a>(
        &'a self,
        app: AppId,
        rule: &'a ForbidRule,
        at_most: u64,
        now_ms: u64,
    ) -> StoreFuture<'a, RulePut>;

    /// Removes the rule of a key; answers what was removed. One that is over may still be there.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn remove_rule<'a>(
        &'a self,
        app: AppId,
        key: &'a ForbidKey,
    ) -> StoreFuture<'a, Option<ForbidRule>>;

    /// Visits the rules of one kind in the order of making. Those that are over may be among them.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn rules<'a>(&'a self, app: AppId, kind: ForbidKind, see: SeeRule<'a>) -> StoreFuture<'a, ()>;

    /// Shows the rules of some keys, one after another, in their order, all at one moment. Those that
    /// are over may be among them.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn see_rules<'a>(
        &'a self,
        app: AppId,
        keys: &'a [ForbidKey],
        see: SeeRuleOf<'a>,
    ) -> StoreFuture<'a, ()>;

    /// Keeps where an app's callbacks were said to go: nowhere, if there is no record.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn put_receiver<'a>(
        &'a self,
        app: AppId,
        receiver: Option<&'a ReceiverRecord>,
    ) -> StoreFuture<'a, ()>;

    /// Where an app's callbacks were said to go; nothing if nobody ever said it.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn receiver(&self, app: AppId) -> StoreFuture<'_, Option<Option<ReceiverRecord>>>;

    /// Gives an app a new, empty epoch: all its rooms, letters, accounts, rules and what was said of
    /// its receiver are gone at once.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn new_epoch(&self, app: AppId) -> StoreFuture<'_, ()>;

    /// Lets go of an app for good: as [`new_epoch`](Self::new_epoch), and what the store remembers of
    /// the app itself goes too, where that is in memory alone. For apps that nobody asks for again.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn forget(&self, app: AppId) -> StoreFuture<'_, ()> {
        self.new_epoch(app)
    }

    /// Begins to read an app: at one moment, or where that cannot be, at one moment of each room,
    /// its letters included. Rooms that are made later are not read.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn export(&self, app: AppId) -> StoreFuture<'_, Box<dyn Export>>;

    /// Opens an epoch of an app, empty and seen by nobody; answers its number, which no other epoch
    /// of the app ever had.
    ///
    /// # Errors
    /// [`TxError::Unavailable`].
    fn open_epoch(&self, app: AppId) -> StoreFuture<'_, u64>;

    /// Puts records into an epoch that was opened, in the order of [`Record`], those of one call at
    /// a time. Whoever puts them has checked that they fit together.
    ///
    /// # Errors
    /// [`TxError::Unavailable`], also if no such epoch is open.
    fn fill_epoch(&self, app: AppId, epoch: u64, records: Vec<Record>) -> StoreFuture<'_, Filled>;

    /// Makes an epoch that was opened the app's present one, at once; all that was before is gone.
    /// `switched` is called for each step, when it comes; return soon.
    ///
    /// # Errors
    /// [`TxError::Unavailable`], also if no such epoch is open.
    fn switch_epoch<'a>(
        &'a self,
        app: AppId,
        epoch: u64,
        switched: Switched<'a>,
    ) -> StoreFuture<'a, ()>;

    /// Gives up an epoch that was opened. Returns at once; nobody saw anything of it.
    fn drop_epoch(&self, app: AppId, epoch: u64);
}

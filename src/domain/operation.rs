//! The shape of a change: footprint, decision, delta.
//!
//! What is atomic: all writes and events of one [`Delta`], on one room. A store shows an operation
//! exactly the records of its [`Need`], commits its delta whole or not at all, and may ask it to
//! decide again when somebody else was faster.

use std::sync::Arc;

use super::event::{Event, LeaveReason};
use super::everybody::Roster;
use super::group::Reach;
use super::ids::Account;
use super::member::{Member, MemberView};
use super::notice::Letter;
use super::refusal::Refusal;
use super::room::{Facts, RoomKind, RoomView, Tally};
use super::rules::RoomRules;
use super::sanction::{SanctionView, SanctionWrite};
use super::seats::Seats;
use super::stream::{Stream, StreamWrite};

/// The records that an operation must see. Facts and tally are always among them.
#[derive(Debug, Clone, Copy, Default)]
pub struct Need<'a> {
    /// The room may be unknown: the operation makes it. Without this an unknown room is
    /// [`Refusal::NoSuchRoom`], said by the store.
    pub create: bool,
    /// Members to show, by account; an absent one is shown as absent.
    pub accounts: &'a [Account],
    /// The bans of those accounts are to be shown too.
    pub bans: bool,
    /// The mutes of those accounts are to be shown too.
    pub mutes: bool,
    /// So many bans are to be shown of those that end first, whosever they are: whoever adds some
    /// removes some that are over.
    pub ending_bans: usize,
    /// So many mutes that end first, for the same reason.
    pub ending_mutes: usize,
    /// Whether those accounts are present in some room that is no group is to be shown too.
    pub presence: bool,
    /// The owner's record is to be shown.
    pub owner: bool,
    /// The seats are to be shown.
    pub seats: bool,
    /// The streams are to be shown.
    pub streams: bool,
    /// The people are to be named, for whoever ends the room: once the operation has decided, it
    /// may keep them if it does, and must let them go if not.
    pub everybody: bool,
}

/// What an operation sees: the records of its [`Need`] at one moment, borrowed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Slice<'a> {
    /// The room, absent only for an operation that may create it.
    pub room: Option<RoomView<'a>>,
    /// The needed members, in the order of [`Need::accounts`].
    pub members: &'a [Option<MemberView<'a>>],
    /// Their bans in the same order, over or not, if [`Need::bans`] asks; else nothing.
    pub bans: &'a [Option<SanctionView<'a>>],
    /// Their mutes in the same order, over or not, if [`Need::mutes`] asks; else nothing.
    pub mutes: &'a [Option<SanctionView<'a>>],
    /// Whether each came into some room of the app that is no group, and is still there, in the
    /// same order, if [`Need::presence`] asks; else nothing.
    pub presence: &'a [bool],
    /// The bans that end first, the earliest first, at most [`Need::ending_bans`].
    pub ending_bans: &'a [SanctionView<'a>],
    /// The mutes that end first, the earliest first, at most [`Need::ending_mutes`].
    pub ending_mutes: &'a [SanctionView<'a>],
    /// The owner's record, if there is one and [`Need::owner`] asks.
    pub owner: Option<MemberView<'a>>,
    /// The seats of the room, if there is one and [`Need::seats`] asks.
    pub seats: Option<&'a Seats>,
    /// The streams of the room in the order of their adding, if [`Need::streams`] asks; else nothing.
    pub streams: &'a [Stream],
    /// The people of the room, if there is one and [`Need::everybody`] asks.
    pub everybody: Option<&'a Arc<dyn Roster>>,
}

impl<'a> Slice<'a> {
    /// The room.
    ///
    /// # Errors
    /// [`Refusal::NoSuchRoom`] when there is none.
    pub fn room(&self) -> Result<RoomView<'a>, Refusal> {
        self.room.ok_or(Refusal::NoSuchRoom)
    }

    /// The first needed member.
    #[must_use]
    pub fn member(&self) -> Option<MemberView<'a>> {
        self.members.first().copied().flatten()
    }

    /// The seats of a room that was found.
    ///
    /// # Panics
    /// When the operation needs no seats: a bug of it.
    #[must_use]
    pub fn seats(&self) -> &'a Seats {
        self.seats.expect("the operation needs the seats")
    }
}

/// The circumstances of a decision.
#[derive(Debug, Clone, Copy)]
pub struct Env<'a> {
    /// The app's time, in Unix milliseconds.
    pub now_ms: u64,
    /// A number that nothing else of the app has, above 2^53: for a room or a stream that is made.
    pub serial: u64,
    /// The app's limits.
    pub rules: &'a RoomRules,
}

/// What becomes of the facts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum FactsWrite {
    /// They stay.
    #[default]
    Keep,
    /// They are these now; a room that was absent exists from here on. Its kind never changes.
    Put(Box<Facts>),
    /// The room ends, and everything in it.
    Destroy,
}

/// What becomes of one member's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberWrite {
    /// The record is this now, whether there was one or not.
    Put(Member),
    /// The record is gone.
    Remove(Account),
}

/// Everything that one operation changes in one room, and what it tells the world.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Delta {
    /// The facts.
    pub facts: FactsWrite,
    /// The tally, if it changes. A room that is made brings one.
    pub tally: Option<Tally>,
    /// The members who change, each at most once.
    pub members: Vec<MemberWrite>,
    /// The bans that change, each account's at most once.
    pub bans: Vec<SanctionWrite>,
    /// The mutes that change, each account's at most once.
    pub mutes: Vec<SanctionWrite>,
    /// The seats, if they change.
    pub seats: Option<Seats>,
    /// The streams that change, each at most once.
    pub streams: Vec<StreamWrite>,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// What is to be told of it and to whom, in order. Rules write events; whoever runs them knows
    /// who wants to hear.
    pub outbox: Vec<Letter>,
}

impl Delta {
    /// Writes the tally of a room that somebody went from. Nobody is left of an open room when it
    /// is empty: it ends.
    pub(super) fn conclude(
        &mut self,
        seen: &Slice<'_>,
        facts: &Facts,
        tally: Tally,
        last_went: LeaveReason,
        env: &Env<'_>,
    ) {
        self.tally = Some(tally.with_due(facts, env));
        if facts.kind == RoomKind::Open && tally.present == 0 {
            self.facts = FactsWrite::Destroy;
            let is_gone = |stream: &Stream| {
                self.streams.iter().any(|write| *write == StreamWrite::Remove(stream.id.clone()))
            };
            let left = seen.streams.iter().filter(|stream| !is_gone(stream)).cloned();
            let ended = Event::streams_end_with_room(left.collect());
            self.events.extend(ended);
            self.events.push(Event::RoomReclaimed { last_went: Some(last_went) });
        }
    }

    /// Writes the seats and tells of those that are others than before; nothing if none is.
    pub(super) fn reseat(&mut self, before: &Seats, after: Seats, by: &Account) {
        let seats = after.changed_since(before);
        if !seats.is_empty() {
            self.seats = Some(after);
            self.events.push(Event::SeatsChanged { by: by.clone(), seats });
        }
    }

    /// Frees the seats of people who go. Called once they are told of: the seats are told of
    /// behind them.
    pub(super) fn vacate(&mut self, before: &Seats, gone: &[Account], by: &Account) {
        let mut seats = gone.iter().filter_map(|account| before.seat_of(account.as_str()));
        let Some(first) = seats.next() else { return };
        let mut after = before.clone();
        for index in std::iter::once(first).chain(seats) {
            after.seat_mut(index).taken_by = None;
        }
        self.reseat(before, after, by);
    }
}

/// An operation on rooms that its caller can reach; of others it says what [`Reach`] does. An
/// operation that makes a room looks at no other.
#[derive(Debug)]
pub struct Within<'a, O> {
    /// Which rooms.
    pub reach: Reach,
    /// What is done.
    pub operation: &'a O,
}

impl<O: Operation> Operation for Within<'_, O> {
    type Output = O::Output;

    fn need(&self) -> Need<'_> {
        self.operation.need()
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<O::Output> {
        if let Some(room) = seen.room {
            self.reach.check(room.facts.kind)?;
        }
        self.operation.decide(seen, env)
    }
}

/// A decision: what to write, and what to answer.
pub type Decision<T> = Result<(Delta, T), Refusal>;

/// Something that can be done to a room.
pub trait Operation: Send + Sync {
    /// What the caller gets to know when it is done.
    type Output: Send;

    /// The records that [`decide`](Self::decide) must see.
    fn need(&self) -> Need<'_>;

    /// Decides, from what is seen alone.
    ///
    /// # Errors
    /// Refuses what must not be done; then nothing is written.
    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Self::Output>;
}

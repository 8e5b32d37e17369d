//! How the suite acts on a store, and everything it can see of it.

use std::ops::ControlFlow;

use crate::domain::{
    Account, AppId, Aside, Env, Facts, Member, MemberView, Need, Operation, PageQuery, PageSink,
    Refusal, RoomId, RoomKey, RoomView, Sanction, SanctionKind, SanctionView, Seats, Slice, Tally,
};
use crate::store::{RoomStore, TxError};

/// Runs an operation on a room.
///
/// # Errors
/// As [`RoomStore::transact`].
///
/// # Panics
/// When the store says that it is done and has asked for no decision.
pub async fn act<O: Operation>(
    store: &dyn RoomStore,
    key: &RoomKey,
    operation: &O,
    env: &Env<'_>,
) -> Result<O::Output, TxError> {
    let mut output = None;
    let mut decide = |seen: &Slice<'_>| {
        let (delta, answer) = operation.decide(seen, env)?;
        output = Some(answer);
        Ok(delta)
    };
    store.transact(key, operation.need(), &mut decide).await?;
    Ok(output.expect("a store commits only what was decided"))
}

/// One room, with everything that can be seen of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomSeen {
    /// Its id.
    pub room: RoomId,
    /// Which room of this id it is.
    pub incarnation: u64,
    /// Its facts.
    pub facts: Facts,
    /// Its counts.
    pub tally: Tally,
    /// Its members, in order.
    pub members: Vec<Member>,
    /// Its seats.
    pub seats: Seats,
    /// Its bans in the order of banning, those that are over too.
    pub bans: Vec<Sanction>,
    /// Its mutes in the order of muting, those that are over too.
    pub mutes: Vec<Sanction>,
}

/// All rooms of an app, by id. Of one moment only while nobody writes.
///
/// # Errors
/// As the reads of the store; a room that ends meanwhile is [`Refusal::NoSuchRoom`].
///
/// # Panics
/// When a page breaks the promises of [`PageSink`], or its count is not the tally's.
pub async fn everything(store: &dyn RoomStore, app: AppId) -> Result<Vec<RoomSeen>, TxError> {
    let mut rooms = Vec::new();
    let mut see = |room: &RoomId, view: &RoomView<'_>| rooms.push(seen(room, view));
    let next = store.rooms(app, None, usize::MAX, &mut see).await?;
    assert_eq!(next, None, "nothing follows all rooms");
    for room in &mut rooms {
        let key = RoomKey { app, room: room.room.clone() };
        let mut listing = Listing::default();
        let query = PageQuery { seats: true, ..PageQuery::first(usize::MAX) };
        let end = store.page(&key, query, &mut listing).await?;
        assert_eq!((end.next, end.count), (None, room.tally.members), "the end of {room:?}");
        room.members = listing.members;
        room.seats = listing.seats;
        for (kind, kept) in
            [(SanctionKind::Ban, &mut room.bans), (SanctionKind::Mute, &mut room.mutes)]
        {
            let mut see = |sanction: &SanctionView<'_>| {
                kept.push(sanctioned(sanction));
                ControlFlow::Continue(())
            };
            store.sanctions(&key, kind, 0, &mut see).await?;
        }
    }
    Ok(rooms)
}

/// A room as a listing shows it; members, seats, bans and mutes are yet to come.
fn seen(room: &RoomId, view: &RoomView<'_>) -> RoomSeen {
    RoomSeen {
        room: room.clone(),
        incarnation: view.incarnation,
        facts: view.facts.clone(),
        tally: *view.tally,
        members: Vec::new(),
        seats: Seats::default(),
        bans: Vec::new(),
        mutes: Vec::new(),
    }
}

/// A sanction as it was written.
pub(super) fn sanctioned(view: &SanctionView<'_>) -> Sanction {
    let account = Account::parse(view.account).expect("a kept account is right");
    Sanction { account, until_ms: view.until_ms, nth: view.nth }
}

/// Looks at one room's facts and counts.
pub(super) async fn room(store: &dyn RoomStore, key: &RoomKey) -> Result<RoomSeen, TxError> {
    let mut room = None;
    let mut looks = 0;
    let mut see = |slice: &Slice<'_>| {
        looks += 1;
        room = slice.room.map(|view| seen(&key.room, &view));
    };
    store.read(key, Need::default(), &mut see).await?;
    assert_eq!(looks, 1, "a read shows its records once");
    room.ok_or(TxError::Refused(Refusal::NoSuchRoom))
}

/// A page, copied.
#[derive(Default)]
pub(super) struct Listing {
    /// How many members were announced.
    at_most: Option<usize>,
    pub(super) members: Vec<Member>,
    /// What was shown beside each.
    pub(super) asides: Vec<Aside>,
    pub(super) seats: Seats,
}

impl Listing {
    /// Whether the page was begun at all.
    pub(super) fn begun(&self) -> bool {
        self.at_most.is_some()
    }
}

impl PageSink for Listing {
    fn begin(&mut self, _: &RoomView<'_>, at_most: usize, seats: &Seats) -> Result<(), Refusal> {
        assert_eq!(self.at_most, None, "a page begins once");
        self.at_most = Some(at_most);
        self.seats = seats.clone();
        Ok(())
    }

    fn member(&mut self, view: &MemberView<'_>, aside: &Aside) -> ControlFlow<()> {
        let at_most = self.at_most.expect("a page begins before its first member");
        assert!(self.members.len() < at_most, "more members than the {at_most} announced");
        self.members.push(copied(view));
        self.asides.push(*aside);
        ControlFlow::Continue(())
    }
}

/// A record as it was written.
pub(super) fn copied(view: &MemberView<'_>) -> Member {
    let account = Account::parse(view.account).expect("a kept account is right");
    let member = view.to_member(&account);
    assert_eq!(view.plain, member.is_plain(), "what is said of the texts of {member:?}");
    member
}

//! How the suite acts on a store, and everything it can see of it.

use std::collections::{HashMap, HashSet};
use std::ops::ControlFlow;

use crate::domain::{
    Account, AppId, Aside, Env, Facts, Member, MemberView, Need, Operation, PageQuery, PageSink,
    Refusal, RoomId, RoomKey, RoomView, Sanction, SanctionKind, SanctionView, Seats, Slice, Stream,
    Tally,
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
    /// What is kept of each of them beside the record.
    pub asides: Vec<Aside>,
    /// Its seats.
    pub seats: Seats,
    /// Its bans in the order of banning, those that are over too.
    pub bans: Vec<Sanction>,
    /// Its mutes in the order of muting, those that are over too.
    pub mutes: Vec<Sanction>,
    /// Its streams in the order of their adding.
    pub streams: Vec<Stream>,
}

/// All rooms of an app, by id. Of one moment only while nobody writes.
///
/// # Errors
/// As the reads of the store; a room that ends meanwhile is [`Refusal::NoSuchRoom`].
///
/// # Panics
/// When a page breaks the promises of [`PageSink`], its count is not the tally's, or an aside is not
/// what mutes and rooms say of its account.
pub async fn everything(store: &dyn RoomStore, app: AppId) -> Result<Vec<RoomSeen>, TxError> {
    let mut rooms = Vec::new();
    let mut see = |room: &RoomId, view: &RoomView<'_>| rooms.push(seen(room, view));
    let next = store.rooms(app, None, usize::MAX, &mut see).await?;
    assert_eq!(next, None, "nothing follows all rooms");
    for room in &mut rooms {
        let key = RoomKey { app, room: room.room.clone() };
        let mut listing = Listing::default();
        let query = PageQuery { seats: true, asides: true, ..PageQuery::first(usize::MAX) };
        let end = store.page(&key, query, &mut listing).await?;
        assert_eq!((end.next, end.count), (None, room.tally.members), "the end of {room:?}");
        room.members = listing.members;
        room.asides = listing.asides;
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
        let mut see = |slice: &Slice<'_>| room.streams.extend_from_slice(slice.streams);
        store.read(&key, Need { streams: true, ..Need::default() }, &mut see).await?;
    }
    assert_asides(&rooms);
    Ok(rooms)
}

/// Each aside says what the room's mutes and all rooms together say of its account.
fn assert_asides(rooms: &[RoomSeen]) {
    let of_rooms = rooms.iter().filter(|room| !room.facts.kind.is_group());
    let entered = of_rooms.flat_map(|room| &room.members).filter(|member| member.entered);
    let present: HashSet<&Account> = entered.map(|member| &member.account).collect();
    for room in rooms {
        let mutes = room.mutes.iter().map(|mute| (&mute.account, mute.until_ms));
        let muted: HashMap<&Account, u64> = mutes.collect();
        for (Member { account, .. }, aside) in room.members.iter().zip(&room.asides) {
            let muted_until_ms = muted.get(account).copied().unwrap_or_default();
            let expected = Aside { muted_until_ms, present: present.contains(account) };
            assert_eq!(*aside, expected, "beside {account} of {}", room.room);
        }
    }
}

/// A room as a listing shows it; what else is seen of it is yet to come.
pub(super) fn seen(room: &RoomId, view: &RoomView<'_>) -> RoomSeen {
    RoomSeen {
        room: room.clone(),
        incarnation: view.incarnation,
        facts: view.facts.clone(),
        tally: *view.tally,
        members: Vec::new(),
        asides: Vec::new(),
        seats: Seats::default(),
        bans: Vec::new(),
        mutes: Vec::new(),
        streams: Vec::new(),
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
    /// Of which incarnation they are.
    pub(super) incarnation: u64,
    pub(super) members: Vec<Member>,
    /// What was shown beside each.
    pub(super) asides: Vec<Aside>,
    pub(super) seats: Seats,
    /// After so many members it has enough, if it ever has.
    enough: Option<usize>,
    /// Why it wants no page, if it wants none.
    refuses: Option<Refusal>,
}

impl Listing {
    /// A sink that has enough after so many.
    pub(super) fn of(enough: usize) -> Self {
        Self { enough: Some(enough), ..Self::default() }
    }

    /// A sink that wants no page.
    pub(super) fn refusing(refusal: Refusal) -> Self {
        Self { refuses: Some(refusal), ..Self::default() }
    }

    /// Whether the page was begun at all.
    pub(super) fn begun(&self) -> bool {
        self.at_most.is_some()
    }
}

impl PageSink for Listing {
    fn begin(&mut self, room: &RoomView<'_>, at_most: usize, seats: &Seats) -> Result<(), Refusal> {
        assert_eq!(self.at_most, None, "a page begins once");
        if let Some(refusal) = self.refuses.clone() {
            return Err(refusal);
        }
        self.at_most = Some(at_most);
        self.incarnation = room.incarnation;
        self.seats = seats.clone();
        Ok(())
    }

    fn member(&mut self, view: &MemberView<'_>, aside: &Aside) -> ControlFlow<()> {
        let at_most = self.at_most.expect("a page begins before its first member");
        assert!(self.members.len() < at_most, "more members than the {at_most} announced");
        assert_ne!(self.enough, Some(self.members.len()), "who has enough is shown no more");
        self.members.push(copied(view));
        self.asides.push(*aside);
        if self.enough == Some(self.members.len()) {
            ControlFlow::Break(())
        } else {
            ControlFlow::Continue(())
        }
    }
}

/// A record as it was written.
pub(super) fn copied(view: &MemberView<'_>) -> Member {
    let account = Account::parse(view.account).expect("a kept account is right");
    let member = view.to_member(&account);
    assert_eq!(view.plain, member.is_plain(), "what is said of the texts of {member:?}");
    member
}

//! A store under test, with what the cases ask of it in few words.

use std::fmt;
use std::sync::Arc;

use super::sight::{self, Listing, RoomSeen};
use crate::domain::{
    Account, AppId, Aside, CreateRoom, Delta, Enter, EnterMany, Entrance, Entry, Env, Facts,
    FactsWrite, Gate, GroupProfile, GroupType, Leave, LeaveReason, MAX_ENTRIES_PER_STEP, Member,
    MemberWrite, Need, Operation, PageEnd, PageQuery, Position, Refusal, RoomId, RoomKey, RoomKind,
    RoomRules, RoomView, Silenced, Slice, Tally,
};
use crate::store::{Counts, RoomStore, TxError};

/// When the cases take place.
pub(super) const NOW_MS: u64 = 1_700_000_000_500;

/// The app that most cases use.
pub(super) const APP: AppId = AppId(1);

/// A store, and the case that holds it. Displays as the name of the case.
#[derive(Clone)]
pub(super) struct Probe {
    pub(super) store: Arc<dyn RoomStore>,
    case: &'static str,
    rules: RoomRules,
}

impl fmt::Display for Probe {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.case)
    }
}

impl Probe {
    pub(super) fn new(store: Arc<dyn RoomStore>, case: &'static str) -> Self {
        let rules = RoomRules {
            owner_is_member: false,
            max_member_count: 10_000,
            member_ceiling: 10_000,
            max_seat_count: 16,
            max_admin_count: 10,
            max_robot_count: 2,
            reclaim_after_ms: 1_000,
        };
        Self { store, case, rules }
    }

    /// Runs an operation.
    pub(super) async fn run<O: Operation>(
        &self,
        key: &RoomKey,
        operation: &O,
    ) -> Result<O::Output, TxError> {
        let env = Env { now_ms: NOW_MS, serial: 1, rules: &self.rules };
        sight::act(&*self.store, key, operation, &env).await
    }

    /// Runs an operation that nothing speaks against.
    pub(super) async fn must<O: Operation>(&self, key: &RoomKey, operation: &O) -> O::Output {
        match self.run(key, operation).await {
            Ok(output) => output,
            Err(error) => panic!("{self}: {key:?} refuses what it should do: {error}"),
        }
    }

    /// Makes a room that nobody is in.
    pub(super) async fn create(&self, key: &RoomKey) {
        self.must(key, &create("olga")).await;
    }

    /// Makes a group that nobody is in.
    pub(super) async fn create_group(&self, key: &RoomKey, of: GroupType) {
        let facts = FactsWrite::Put(Box::new(group(of)));
        let need = Need { create: true, ..Need::default() };
        let mut decide = |seen: &Slice<'_>| {
            assert!(seen.room.is_none(), "{self}: {key:?} is free");
            let tally = Some(Tally::default());
            Ok(Delta { facts: facts.clone(), tally, ..Delta::default() })
        };
        let made = self.store.transact(key, need, &mut decide).await;
        assert_eq!(made, Ok(()), "{self}: {key:?} is made");
    }

    /// Lets people in, one after another.
    pub(super) async fn enter(&self, key: &RoomKey, names: &[&str]) {
        for name in names {
            let Entrance { entry, .. } = self.must(key, &enter(name)).await;
            assert_eq!(entry, Entry::Entered, "{self}: {name} comes in");
        }
    }

    /// Lets `count` people in, in steps.
    pub(super) async fn enter_crowd(&self, key: &RoomKey, count: usize) {
        let crowd: Vec<_> = (0..count).map(|nth| account(&format!("crowd-{nth:05}"))).collect();
        for step in crowd.chunks(MAX_ENTRIES_PER_STEP) {
            let entries =
                self.must(key, &EnterMany { accounts: step.to_vec(), opens: false }).await;
            assert!(
                entries.iter().all(|entry| *entry == Entry::Entered),
                "{self}: everybody comes in"
            );
        }
    }

    /// Lets somebody out.
    pub(super) async fn leave(&self, key: &RoomKey, name: &str) {
        self.must(key, &leave(name)).await;
    }

    /// Writes a delta as it is.
    pub(super) async fn write(&self, key: &RoomKey, delta: Delta) {
        let mut decide = |_: &Slice<'_>| Ok(delta.clone());
        let written = self.store.transact(key, Need::default(), &mut decide).await;
        assert_eq!(written, Ok(()), "{self}: {key:?} takes {delta:?}");
    }

    /// Writes records as they are, and counts them.
    pub(super) async fn put(&self, key: &RoomKey, members: Vec<Member>) {
        let mut decide = |seen: &Slice<'_>| {
            let mut tally = *seen.room()?.tally;
            tally.members += u32::try_from(members.len()).expect("a few members");
            let members = members.iter().cloned().map(MemberWrite::Put).collect();
            Ok(Delta { tally: Some(tally), members, ..Delta::default() })
        };
        let written = self.store.transact(key, Need::default(), &mut decide).await;
        assert_eq!(written, Ok(()), "{self}: {key:?} takes {members:?}");
    }

    /// Removes records as they are, and counts them.
    pub(super) async fn remove(&self, key: &RoomKey, names: &[&str]) {
        let mut decide = |seen: &Slice<'_>| {
            let mut tally = *seen.room()?.tally;
            tally.members -= u32::try_from(names.len()).expect("a few members");
            let members = names.iter().map(|name| MemberWrite::Remove(account(name))).collect();
            Ok(Delta { tally: Some(tally), members, ..Delta::default() })
        };
        let written = self.store.transact(key, Need::default(), &mut decide).await;
        assert_eq!(written, Ok(()), "{self}: {key:?} loses {names:?}");
    }

    /// A room's facts and counts.
    pub(super) async fn room(&self, key: &RoomKey) -> Result<RoomSeen, TxError> {
        sight::room(&*self.store, key).await
    }

    /// A page of a room's list.
    pub(super) async fn page(
        &self,
        key: &RoomKey,
        after: Option<&Position>,
        limit: usize,
    ) -> (Vec<Member>, PageEnd) {
        let query = PageQuery { after, ..PageQuery::first(limit) };
        let mut listing = Listing::default();
        let end = self.page_of(key, query, &mut listing).await;
        let nothing = vec![Aside::default(); listing.members.len()];
        assert_eq!(listing.asides, nothing, "{self}: nobody asked for more than the records");
        (listing.members, end)
    }

    /// A page of what a query wants.
    pub(super) async fn page_of(
        &self,
        key: &RoomKey,
        query: PageQuery<'_>,
        listing: &mut Listing,
    ) -> PageEnd {
        match self.store.page(key, query, listing).await {
            Ok(end) => {
                assert!(listing.begun(), "{self}: a page begins, even an empty one");
                assert!(listing.members.len() <= query.limit, "{self}: a page holds its limit");
                end
            }
            Err(error) => panic!("{self}: {key:?} has no page: {error}"),
        }
    }

    /// A room's whole list.
    pub(super) async fn list(&self, key: &RoomKey) -> Vec<Member> {
        let (members, end) = self.page(key, None, usize::MAX).await;
        assert_eq!(end.next, None, "{self}: nobody stands behind the whole list");
        assert_eq!(end.count as usize, members.len(), "{self}: the count is the list's length");
        members
    }

    /// The accounts of a room's whole list.
    pub(super) async fn accounts(&self, key: &RoomKey) -> Vec<String> {
        names(&self.list(key).await)
    }

    /// An app's rooms behind an id.
    pub(super) async fn rooms(
        &self,
        app: AppId,
        after: Option<&str>,
        limit: usize,
    ) -> (Vec<String>, Option<String>) {
        let after = after.map(room_id);
        let mut rooms = Vec::new();
        let mut see = |id: &RoomId, _: &RoomView<'_>| rooms.push(id.to_string());
        match self.store.rooms(app, after.as_ref(), limit, &mut see).await {
            Ok(next) => (rooms, next.map(|id| id.to_string())),
            Err(error) => panic!("{self}: {app} has no rooms: {error}"),
        }
    }

    /// What an app keeps.
    pub(super) async fn counts(&self, app: AppId) -> (u64, u64) {
        match self.store.counts(app).await {
            Ok(Counts { rooms, members, .. }) => (rooms, members),
            Err(error) => panic!("{self}: {app} is not counted: {error}"),
        }
    }

    /// All that can be seen of an app.
    pub(super) async fn everything(&self, app: AppId) -> Vec<RoomSeen> {
        match sight::everything(&*self.store, app).await {
            Ok(rooms) => rooms,
            Err(error) => panic!("{self}: {app} cannot be seen: {error}"),
        }
    }

    /// Asserts that no trace of a room can be seen, in an app that has no other.
    pub(super) async fn assert_no_trace(&self, key: &RoomKey) {
        let unknown = TxError::Refused(Refusal::NoSuchRoom);
        assert_eq!(self.room(key).await, Err(unknown.clone()), "{self}: a read finds no room");
        let mut listing = Listing::default();
        let query = PageQuery::first(10);
        let page = self.store.page(key, query, &mut listing).await;
        assert_eq!(page, Err(unknown), "{self}: a page finds no room");
        assert!(!listing.begun(), "{self}: no page is begun where no room is");
        assert_eq!(self.rooms(key.app, None, 10).await, (vec![], None), "{self}: none is listed");
        assert_eq!(self.counts(key.app).await, (0, 0), "{self}: nothing is counted");
    }
}

pub(super) fn room_id(text: &str) -> RoomId {
    RoomId::parse(text).expect("the cases name rooms right")
}

pub(super) fn account(text: &str) -> Account {
    Account::parse(text).expect("the cases name people right")
}

/// A room of the usual app.
pub(super) fn key(room: &str) -> RoomKey {
    RoomKey { app: APP, room: room_id(room) }
}

pub(super) fn create(owner: &str) -> CreateRoom {
    CreateRoom {
        by: account("carl"),
        owner: account(owner),
        name: "a room".into(),
        max_member_count: None,
        start_s: None,
        end_s: None,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        invitees: Vec::new(),
    }
}

pub(super) fn enter(name: &str) -> Enter {
    Enter::of(account(name))
}

pub(super) fn leave(name: &str) -> Leave {
    Leave { account: account(name), reason: LeaveReason::Left }
}

/// What is true of a group of nobody's.
pub(super) fn group(of: GroupType) -> Facts {
    Facts {
        kind: RoomKind::Group(of),
        serial: 1,
        name: "a group".into(),
        owner: None,
        created_ms: NOW_MS,
        schedule: None,
        max_member_count: 10_000,
        silenced: Silenced::default(),
        custom_info: "".into(),
        seats: None,
        gate: Gate::default(),
        profile: GroupProfile::default(),
    }
}

/// A record at a place.
pub(super) fn member(name: &str, joined_ms: u64) -> Member {
    Member { entered: true, ..Member::named(account(name), joined_ms) }
}

pub(super) fn position(joined_ms: u64, name: &str) -> Position {
    Position { joined_ms, account: account(name) }
}

pub(super) fn names(members: &[Member]) -> Vec<String> {
    members.iter().map(|member| member.account.to_string()).collect()
}

//! The machine: a store, driven with the operations of the domain and held against the model.

use std::collections::HashMap;
use std::marker::PhantomData;
use std::ops::ControlFlow;
use std::sync::Arc;

use guestlist::domain::{
    Account, AddRobot, AppId, Aside, AskForSeat, BanMembers, ChangeOwner, CreateRoom, DeleteRobot,
    DestroyRoom, Enter, EnterMany, Env, Event, Facts, Gate, GroupProfile, GroupType, Kick, Leave,
    LeaveSeat, LockSeat, MarkMembers, Member, MemberChange, MemberView, MoveToSeat, Need,
    Operation, PageQuery, PageSink, Passage, PasswordHash, Position, Reclaim, Refusal, Role,
    RoomChange, RoomId, RoomKey, RoomKind, RoomView, SeatRequest, Seats, Silenced, Slice, TakeSeat,
    Tally, UnbanMembers, UpdateMember, UpdateRoom, WithdrawFromQueue,
};
use guestlist::store::conformance::{RoomSeen, everything};
use guestlist::store::{Counts, Due, RoomStore, TxError};
use proptest::prelude::*;
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use tokio::runtime::Runtime;

use super::naive::{
    APPS, Answer, Page, Room, World, account, everybody_left, people, position, rules,
};
use super::steps::{Creation, MemberUpdate, PEOPLE, Place, RoomUpdate, Step, next};

/// Of every room that is made.
const SERIAL: u64 = 77;

/// A store of one kind.
pub(crate) struct Machine<S> {
    store: Arc<dyn RoomStore>,
    runtime: Runtime,
    /// Which room has which incarnation, in each app's present epoch.
    incarnations: [HashMap<u64, u32>; APPS],
    /// All that can be seen after the last step.
    seen: [Vec<RoomSeen>; APPS],
    /// Whom the walk under way has met.
    met: Vec<Position>,
    kind: PhantomData<S>,
}

impl ReferenceStateMachine for World {
    type State = World;
    type Transition = Step;

    fn init_state() -> BoxedStrategy<World> {
        Just(World { now_ms: 1_700_000_000_500, ..World::default() }).boxed()
    }

    fn transitions(world: &World) -> BoxedStrategy<Step> {
        next(world)
    }

    fn apply(world: World, step: &Step) -> World {
        world.after(step)
    }
}

impl<S: RoomStore + Default> StateMachineTest for Machine<S> {
    type SystemUnderTest = Self;
    type Reference = World;

    fn init_test(_: &World) -> Self {
        Self {
            store: Arc::new(S::default()),
            runtime: tokio::runtime::Builder::new_current_thread().build().unwrap(),
            incarnations: Default::default(),
            seen: Default::default(),
            met: Vec::new(),
            kind: PhantomData,
        }
    }

    fn apply(mut machine: Self, world: &World, step: Step) -> Self {
        let outcome = match step {
            Step::Create(at, ask) => Some(machine.run(world, at, &create(at, &ask), done)),
            Step::Destroy(at, by) => {
                Some(machine.run(world, at, &DestroyRoom { by: account(by), quietly: false }, done))
            }
            Step::UpdateRoom(at, by, ask) => {
                Some(machine.run(world, at, &update_room(by, &ask), done))
            }
            Step::UpdateMember(at, who, ask) => {
                Some(machine.run(world, at, &update_member(&who, &ask), done))
            }
            Step::Enter { place, who, name, password } => {
                let operation = Enter {
                    name: name.map(Into::into),
                    password: password.map(Into::into),
                    ..Enter::of(account(&who))
                };
                Some(machine.run(world, place, &operation, Answer::Entry))
            }
            Step::EnterMany(at, who) => {
                let accounts = who.iter().map(|who| account(who)).collect();
                Some(machine.run(world, at, &EnterMany { accounts, opens: false }, Answer::Entries))
            }
            Step::Leave(at, who, reason) => {
                Some(machine.run(world, at, &Leave { account: account(&who), reason }, done))
            }
            Step::ChangeOwner(at, from, to) => {
                let from = account(&from);
                let operation =
                    ChangeOwner { by: from.clone(), from: Some(from), to: account(&to) };
                Some(machine.run(world, at, &operation, done))
            }
            Step::Kick(at, by, who) => {
                let accounts = who.iter().map(|who| account(who)).collect();
                let operation = Kick {
                    by: account(by),
                    accounts,
                    words: "off topic".into(),
                    passes_over: false,
                };
                Some(machine.run(world, at, &operation, done))
            }
            Step::Mark(at, set, entries) => {
                let entries = entries.into_iter().map(|(who, marks)| (account(&who), marks));
                Some(machine.run(world, at, &MarkMembers::new(set, entries), done))
            }
            Step::AddRobot(at, who) => {
                Some(machine.run(world, at, &AddRobot { account: account(&who) }, done))
            }
            Step::DeleteRobot(at, by, who) => {
                let operation = DeleteRobot { by: account(by), account: account(&who) };
                Some(machine.run(world, at, &operation, done))
            }
            Step::Ban { place, by, who, for_ms, members_only } => {
                let accounts = who.iter().map(|who| account(who)).collect();
                let (by, words) = (account(by), "spam".into());
                let operation = BanMembers { by, accounts, words, for_ms, members_only };
                Some(machine.run(world, place, &operation, done))
            }
            Step::Unban(at, who) => {
                let accounts = who.iter().map(|who| account(who)).collect();
                Some(machine.run(world, at, &UnbanMembers { accounts }, done))
            }
            Step::TakeSeat(at, by, who, index) => {
                let operation = TakeSeat { by: account(by), account: account(&who), index };
                Some(machine.run(world, at, &operation, done))
            }
            Step::LeaveSeat(at, by, who) => {
                let operation = LeaveSeat { by: account(by), account: account(&who) };
                Some(machine.run(world, at, &operation, done))
            }
            Step::LockSeat(at, by, index, change) => {
                let operation = LockSeat { by: account(by), index, change };
                Some(machine.run(world, at, &operation, done))
            }
            Step::MoveToSeat(at, by, who, index, if_taken) => {
                let (by, account) = (account(by), account(&who));
                let operation = MoveToSeat { by, account, index, if_taken };
                Some(machine.run(world, at, &operation, done))
            }
            Step::AskForSeat(at, who) => {
                Some(machine.run(world, at, &AskForSeat { account: account(&who) }, done))
            }
            Step::WithdrawFromQueue(at, who) => {
                Some(machine.run(world, at, &WithdrawFromQueue { account: account(&who) }, done))
            }
            Step::Reclaim(at) => Some(machine.run(world, at, &Reclaim, Answer::Ended)),
            Step::NewEpoch(app) => {
                machine.wait(machine.store.new_epoch(app_id(app))).unwrap();
                machine.incarnations[app].clear();
                None
            }
            Step::WalkFrom { .. } => {
                machine.met.clear();
                None
            }
            Step::WalkOn { .. } | Step::Wait { .. } => None,
        };
        assert_eq!(outcome, world.outcome, "the answer and what is told");
        if let Some(page) = &world.page {
            machine.turn(world, page);
        }
        machine.look(world);
        machine
    }

    fn check_invariants(machine: &Self, world: &World) {
        for (app, rooms) in world.apps.iter().enumerate() {
            let seen = &machine.seen[app];
            assert_eq!(
                seen.iter().map(|room| room.room.as_str()).collect::<Vec<_>>(),
                rooms.iter().map(|room| room.id).collect::<Vec<_>>(),
                "the rooms of app {app}"
            );
            for (seen, room) in seen.iter().zip(rooms) {
                compare(seen, room, world.now_ms);
                one_owner(seen);
                seats_are_right(seen);
                banned_are_outside(seen, world.now_ms);
                machine.walk_at_rest(app, seen);
                machine.look_at_people(app, seen);
            }
            machine.walk_rooms(app, rooms);
            let counts = machine.wait(machine.store.counts(app_id(app)));
            assert_eq!(counts, Ok(counts_of(rooms)), "app {app}");
            machine.look_at_due(app, world);
        }
    }
}

/// What the store is to count.
fn counts_of(rooms: &[Room]) -> Counts {
    let rooms_of = |of| if of == GroupType::ChatRoom { rooms.len() as u64 } else { 0 };
    Counts {
        rooms: rooms.len() as u64,
        members: rooms.iter().map(|room| room.members.len() as u64).sum(),
        // Chat sees a meeting in each.
        of_type: GroupType::ALL.map(rooms_of),
        ..Counts::default()
    }
}

/// When which room is due, the earliest first.
fn due_of(rooms: &[Room]) -> Vec<Due> {
    let due = |room: &Room| {
        room.due_ms().map(|at_ms| Due { at_ms, room: RoomId::parse(room.id).unwrap() })
    };
    let mut due: Vec<Due> = rooms.iter().filter_map(due).collect();
    due.sort_by_key(|due| (due.at_ms, due.room.clone()));
    due
}

fn app_id(app: usize) -> AppId {
    AppId(u32::try_from(app).unwrap() + 1)
}

fn key((app, room): Place) -> RoomKey {
    RoomKey { app: app_id(app), room: RoomId::parse(room).unwrap() }
}

fn done((): ()) -> Answer {
    Answer::Done
}

fn hash(password: &str) -> PasswordHash {
    PasswordHash::new(password, [3; 16])
}

fn create((_, id): Place, ask: &Creation) -> CreateRoom {
    CreateRoom {
        by: account(ask.by),
        owner: account(ask.owner),
        name: format!("{id} of {}", ask.owner).into(),
        max_member_count: ask.max,
        start_s: ask.start_s,
        end_s: ask.end_s,
        silenced: silenced(ask.silenced),
        custom_info: "".into(),
        seats: ask.seats.map(|(count, mode)| SeatRequest { count, mode }),
        gate: Gate { enabled: ask.gate_on, password: ask.password.map(hash) },
        invitees: vec![],
    }
}

fn silenced([video, audio, messages, screen_sharing, cloud_recording]: [bool; 5]) -> Silenced {
    Silenced { video, audio, messages, screen_sharing, cloud_recording }
}

fn update_room(by: &str, ask: &RoomUpdate) -> UpdateRoom {
    let [video, audio, messages, screen_sharing, cloud_recording] = ask.silenced;
    let change = RoomChange {
        name: ask.name.map(Into::into),
        max_member_count: ask.max,
        video,
        audio,
        messages,
        screen_sharing,
        cloud_recording,
        custom_info: ask.custom_info.map(Into::into),
        take_seat_mode: ask.seat_mode,
        gate_enabled: ask.gate_on,
        password: ask.password.map(|password| password.map(hash)),
    };
    UpdateRoom { by: account(by), change }
}

fn update_member(who: &str, ask: &MemberUpdate) -> UpdateMember {
    let change = MemberChange {
        name: ask.name.map(Into::into),
        admin: ask.admin,
        custom_info: ask.custom_info.map(Into::into),
        ..MemberChange::default()
    };
    UpdateMember { account: account(who), change }
}

/// A member as a page shows it.
fn copied(view: &MemberView<'_>) -> Member {
    view.to_member(&Account::parse(view.account).unwrap())
}

/// A page, copied.
struct Copied(Vec<Member>);

impl PageSink for Copied {
    fn begin(&mut self, _: &RoomView<'_>, at_most: usize, _: &Seats) -> Result<(), Refusal> {
        self.0.reserve_exact(at_most);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        self.0.push(copied(member));
        ControlFlow::Continue(())
    }
}

/// An event as the model knows it: of people it says who.
fn by_account(event: &Event) -> Event {
    let accounts = |told: &[Passage]| people(told.iter().map(|one| one.account.clone()).collect());
    if let Event::EverybodyLeft { people: all } = event {
        let gone = (0..all.count()).map(|nth| all.nth(nth).expect("each of them is there").account);
        return everybody_left(gone.collect());
    }
    let mut event = event.clone();
    if let Event::MembersEntered { people, .. } | Event::MembersLeft { people, .. } = &mut event {
        *people = accounts(people);
    }
    event
}

fn compare(seen: &RoomSeen, room: &Room, now_ms: u64) {
    let admits = |text: &str| seen.facts.gate.password.as_ref().is_some_and(|p| p.admits(text));
    for text in ["4321", "swordfish"] {
        assert_eq!(admits(text), room.password == Some(text), "the password of {seen:?}");
    }
    let facts = Facts {
        kind: RoomKind::Conference,
        serial: SERIAL,
        name: room.name.as_str().into(),
        owner: Some(room.owner.clone()),
        created_ms: room.created_ms,
        schedule: Some(room.schedule),
        max_member_count: room.max,
        silenced: silenced(room.silenced),
        custom_info: room.custom_info.as_str().into(),
        seats: room.seats,
        // Compared above.
        gate: Gate { enabled: room.gate_on, password: seen.facts.gate.password.clone() },
        profile: GroupProfile {
            changes: room.changes,
            changed_ms: room.changed_ms,
            ..GroupProfile::default()
        },
    };
    assert_eq!(seen.facts, facts);
    let tally = Tally {
        members: u32::try_from(room.members.len()).unwrap(),
        admins: u32::try_from(room.admins()).unwrap(),
        present: u32::try_from(room.present()).unwrap(),
        robots: u32::try_from(room.robots()).unwrap(),
        // Compared below.
        marks: seen.tally.marks,
        due_ms: room.due_ms(),
        newest_joined_ms: room.newest_joined_ms,
        newest_ban: room.newest_ban,
        newest_mute: 0,
        newest_stream: 0,
        // Not modelled: the tables of the rules have it.
        passages: seen.tally.passages,
        messages: 0,
    };
    assert_eq!(seen.tally, tally, "{}", room.id);
    assert_eq!(seen.tally.marks.iter().collect::<Vec<_>>(), room.marks(), "{}", room.id);
    assert_eq!(seen.members, room.members, "{}", room.id);
    assert_eq!(seen.seats, room.chairs.iter().cloned().collect(), "{}", room.id);
    let in_force = seen.bans.iter().filter(|ban| ban.until_ms > now_ms);
    assert!(in_force.eq(&room.bans), "{}: {:?}, not {:?}", room.id, seen.bans, room.bans);
}

/// A seat holds a member, a member one seat, a locked one nobody; who sits does not wait.
fn seats_are_right(seen: &RoomSeen) {
    let mut seated = Vec::new();
    for (index, seat) in seen.seats.iter() {
        let Some(account) = &seat.taken_by else { continue };
        assert!(!seat.locked, "seat {index} of {} is locked and taken", seen.room);
        let member = seen.members.iter().find(|member| member.account == *account);
        let member =
            member.unwrap_or_else(|| panic!("{account} sits in {} from outside", seen.room));
        assert!(!member.awaits_seat, "{account} sits and waits");
        assert!(!seated.contains(account), "{account} has two seats");
        seated.push(account.clone());
    }
}

fn banned_are_outside(seen: &RoomSeen, now_ms: u64) {
    for ban in seen.bans.iter().filter(|ban| ban.until_ms > now_ms) {
        let inside = seen.members.iter().any(|member| member.account == ban.account);
        assert!(!inside, "{} is banned from {} and in it", ban.account, seen.room);
        assert!(!seen.facts.is_owner(&ban.account), "the owner is not banned");
    }
}

/// The owner is a fact of the room; nobody else has the role, and the owner has no other.
fn one_owner(seen: &RoomSeen) {
    for member in &seen.members {
        let is_owner = seen.facts.is_owner(&member.account);
        assert_eq!(member.role == Role::Owner, is_owner, "{member:?} of {:?}", seen.facts.owner);
    }
}

impl<S> Machine<S> {
    fn wait<T>(&self, answer: impl Future<Output = T>) -> T {
        self.runtime.block_on(answer)
    }

    /// Looks at everything. The model names rooms, the store numbers them: each keeps its number
    /// for life, and none is given twice in an epoch.
    fn look(&mut self, world: &World) {
        for (app, rooms) in world.apps.iter().enumerate() {
            self.seen[app] = self.wait(everything(&*self.store, app_id(app))).unwrap();
            for (room, seen) in rooms.iter().zip(&self.seen[app]) {
                let serial = *self.incarnations[app].entry(seen.incarnation).or_insert(room.serial);
                assert_eq!(serial, room.serial, "incarnation {} was another", seen.incarnation);
                let numbers = self.incarnations[app].values();
                let times = numbers.filter(|other| **other == room.serial).count();
                assert_eq!(times, 1, "{} has another incarnation than before", room.id);
            }
        }
    }

    /// Runs an operation: its answer, and what its last decision tells the world.
    fn run<O: Operation>(
        &self,
        world: &World,
        place: Place,
        operation: &O,
        answer: fn(O::Output) -> Answer,
    ) -> Result<(Answer, Vec<Event>), Refusal> {
        let rules = rules(place.0);
        let env = Env { now_ms: world.now_ms, serial: SERIAL, rules: &rules };
        let mut decided = None;
        let mut decide = |seen: &Slice<'_>| {
            let (delta, output) = operation.decide(seen, &env)?;
            decided = Some((answer(output), delta.events.iter().map(by_account).collect()));
            Ok(delta)
        };
        let key = key(place);
        match self.wait(self.store.transact(&key, operation.need(), &mut decide)) {
            Ok(()) => Ok(decided.unwrap()),
            Err(TxError::Refused(refusal)) => Err(refusal),
            Err(TxError::Unavailable) => panic!("nothing fails here"),
        }
    }

    fn page(
        &self,
        key: &RoomKey,
        after: Option<&Position>,
        limit: usize,
    ) -> Result<(Vec<Member>, Option<Position>, u32), Refusal> {
        let mut sink = Copied(Vec::new());
        match self.wait(self.store.page(
            key,
            PageQuery { after, ..PageQuery::first(limit) },
            &mut sink,
        )) {
            Ok(end) => Ok((sink.0, end.next, end.count)),
            Err(TxError::Refused(refusal)) => Err(refusal),
            Err(TxError::Unavailable) => panic!("nothing fails here"),
        }
    }

    /// Takes the page of a walk, and holds the walk against the model when it is over.
    fn turn(&mut self, world: &World, asked: &Page) {
        let page = self.page(&key(asked.place), asked.after.as_ref(), asked.limit);
        assert_eq!(page, asked.holds, "{} behind {:?}", asked.limit, asked.after);
        let (Ok((members, next, _)), Some(walk)) = (page, &world.walk) else { return };
        self.met.extend(members.iter().map(position));
        assert!(self.met.is_sorted_by(|a, b| a < b), "nobody is met twice: {:?}", self.met);
        if next.is_none() {
            for stayed in &walk.stayed {
                assert!(self.met.contains(stayed), "{stayed:?} stayed and was not met");
            }
        }
    }

    /// While nobody writes, the pages together are the list, whatever their size.
    fn walk_at_rest(&self, app: usize, seen: &RoomSeen) {
        let key = RoomKey { app: app_id(app), room: seen.room.clone() };
        let limit = seen.members.len() / 3 + 1;
        let (mut met, mut after) = (Vec::new(), None);
        loop {
            let (members, next, count) = self.page(&key, after.as_ref(), limit).unwrap();
            assert_eq!(count as usize, seen.members.len());
            met.extend(members);
            after = next;
            if after.is_none() {
                break;
            }
        }
        assert_eq!(met, seen.members, "by {limit}");
    }

    /// The rooms, one at a time, are all of them.
    fn walk_rooms(&self, app: usize, rooms: &[Room]) {
        let mut after = None;
        for (nth, room) in rooms.iter().enumerate() {
            let mut ids = Vec::new();
            let mut see = |id: &RoomId, _: &RoomView<'_>| ids.push(id.to_string());
            let listed = self.store.rooms(app_id(app), after.as_ref(), 1, &mut see);
            let next = self.wait(listed).unwrap();
            assert_eq!(ids, [room.id], "behind {after:?}");
            assert_eq!(next.is_some(), nth + 1 < rooms.len(), "whether more follow {}", room.id);
            after = next;
        }
    }

    /// The store's index of due rooms, as far as now, all of it, and its first entry.
    fn look_at_due(&self, app: usize, world: &World) {
        let all = due_of(&world.apps[app]);
        let now = all.iter().filter(|due| due.at_ms <= world.now_ms).cloned().collect();
        let first = all.iter().take(1).cloned().collect();
        for (until_ms, limit, due) in
            [(world.now_ms, usize::MAX, now), (u64::MAX, 1, first), (u64::MAX, usize::MAX, all)]
        {
            assert_eq!(self.wait(self.store.due(app_id(app), until_ms, limit)), Ok(due));
        }
    }

    /// Who is found by account is who stands in the list.
    fn look_at_people(&self, app: usize, seen: &RoomSeen) {
        let key = RoomKey { app: app_id(app), room: seen.room.clone() };
        let accounts: Vec<_> = PEOPLE.iter().map(|who| account(who)).collect();
        let mut found = Vec::new();
        let mut see = |slice: &Slice<'_>| {
            found = slice.members.iter().map(|view| view.as_ref().map(copied)).collect();
        };
        let need = Need { accounts: &accounts, ..Need::default() };
        self.wait(self.store.read(&key, need, &mut see)).unwrap();
        let listed: Vec<_> = accounts
            .iter()
            .map(|account| seen.members.iter().find(|member| member.account == *account).cloned())
            .collect();
        assert_eq!(found, listed, "{}", seen.room);
    }
}

//! What can be done, and how likely it is.

use guestlist::domain::{IfTaken, LeaveReason, MAX_ENTRIES_PER_STEP, SeatChange, TakeSeatMode};
use proptest::prelude::*;
use proptest::sample::{Index, select, subsequence};

use super::naive::{APPS, World};

/// Their order by bytes is neither this one nor that of a dictionary; one needs escaping in JSON.
pub(crate) const PEOPLE: &[&str] = &["anna", "Bert", "zoe", "é", "an", "olga", "ca\"rl", "0"];
const ROOMS: &[&str] = &["hall", "Hall", "ö"];
const PASSWORDS: &[&str] = &["4321", "swordfish"];

/// A room of an app, by the app's number.
pub(crate) type Place = (usize, &'static str);

#[derive(Debug, Clone)]
pub(crate) enum Step {
    Create(Place, Creation),
    Destroy(Place, &'static str),
    UpdateRoom(Place, &'static str, RoomUpdate),
    UpdateMember(Place, String, MemberUpdate),
    Enter {
        place: Place,
        who: String,
        name: Option<&'static str>,
        password: Option<&'static str>,
    },
    EnterMany(Place, Vec<String>),
    Leave(Place, String, LeaveReason),
    ChangeOwner(Place, String, String),
    Kick(Place, &'static str, Vec<String>),
    Mark(Place, bool, Vec<(String, Vec<u32>)>),
    AddRobot(Place, String),
    DeleteRobot(Place, &'static str, String),
    Ban {
        place: Place,
        by: &'static str,
        who: Vec<String>,
        for_ms: u64,
        members_only: bool,
    },
    Unban(Place, Vec<String>),
    TakeSeat(Place, &'static str, String, u32),
    LeaveSeat(Place, &'static str, String),
    LockSeat(Place, &'static str, u32, SeatChange),
    MoveToSeat(Place, &'static str, String, u32, IfTaken),
    AskForSeat(Place, String),
    WithdrawFromQueue(Place, String),
    Reclaim(Place),
    NewEpoch(usize),
    /// Begins a walk over the pages, forgetting the one under way.
    WalkFrom {
        place: Place,
        from: Start,
        limit: usize,
    },
    /// Takes the next page of the walk under way.
    WalkOn {
        limit: usize,
    },
    Wait {
        ms: u64,
    },
}

#[derive(Debug, Clone)]
pub(crate) struct Creation {
    pub(crate) by: &'static str,
    pub(crate) owner: &'static str,
    pub(crate) max: Option<u32>,
    pub(crate) start_s: Option<u64>,
    pub(crate) end_s: Option<u64>,
    pub(crate) silenced: [bool; 5],
    pub(crate) seats: Option<(Option<u32>, TakeSeatMode)>,
    pub(crate) gate_on: bool,
    pub(crate) password: Option<&'static str>,
}

#[derive(Debug, Clone)]
pub(crate) struct RoomUpdate {
    pub(crate) name: Option<&'static str>,
    pub(crate) max: Option<u32>,
    pub(crate) silenced: [Option<bool>; 5],
    pub(crate) custom_info: Option<&'static str>,
    pub(crate) seat_mode: Option<TakeSeatMode>,
    pub(crate) gate_on: Option<bool>,
    pub(crate) password: Option<Option<&'static str>>,
}

#[derive(Debug, Clone)]
pub(crate) struct MemberUpdate {
    pub(crate) name: Option<&'static str>,
    pub(crate) admin: Option<bool>,
    pub(crate) custom_info: Option<&'static str>,
}

/// Where a walk begins.
#[derive(Debug, Clone)]
pub(crate) enum Start {
    First,
    /// Behind one who is in the list, if anybody is.
    Behind(Index),
    /// Behind a place where nobody need stand.
    Anywhere {
        earlier_ms: u64,
        account: String,
    },
}

/// Somebody of the many.
fn crowd(nth: usize) -> String {
    format!("crowd-{nth:04}")
}

fn person() -> impl Strategy<Value = &'static str> {
    select(PEOPLE)
}

fn anybody() -> impl Strategy<Value = String> {
    prop_oneof![
        9 => person().prop_map(str::to_owned),
        1 => (0..1200_usize).prop_map(crowd),
    ]
}

/// Any room that can be, or more often one that is.
fn place(world: &World) -> BoxedStrategy<Place> {
    let app = prop_oneof![3 => Just(0), 1 => Just(APPS - 1)];
    let any = (app, select(ROOMS));
    let rooms = world.apps.iter().enumerate();
    let live: Vec<Place> =
        rooms.flat_map(|(app, rooms)| rooms.iter().map(move |room| (app, room.id))).collect();
    if live.is_empty() {
        return any.boxed();
    }
    prop_oneof![1 => any, 12 => select(live)].boxed()
}

/// Somebody somewhere, mostly somebody who is in a room.
fn guest(world: &World) -> BoxedStrategy<(Place, String)> {
    let any = (place(world), anybody());
    let mut inside: Vec<(Place, String)> = Vec::new();
    for (app, rooms) in world.apps.iter().enumerate() {
        for room in rooms {
            // Of a crowd, a few will do.
            let some = room.members.iter().step_by(1 + room.members.len() / 16);
            inside.extend(some.map(|member| ((app, room.id), member.account.to_string())));
        }
    }
    if inside.is_empty() {
        return any.boxed();
    }
    prop_oneof![1 => any, 3 => select(inside)].boxed()
}

fn text() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::weighted(0.3, select(&["", "a name", "quo\"te\n", "ünïcode 🙂"]))
}

fn max_members() -> impl Strategy<Value = Option<u32>> {
    prop_oneof![
        3 => Just(None),
        4 => (1..9_u32).prop_map(Some),
        4 => Just(Some(1500)),
        1 => Just(Some(1501)),
    ]
}

fn password() -> impl Strategy<Value = Option<&'static str>> {
    prop::option::of(select(PASSWORDS))
}

fn seat_mode() -> impl Strategy<Value = TakeSeatMode> {
    select(&[TakeSeatMode::Free, TakeSeatMode::Apply])
}

fn creation(now_s: u64) -> impl Strategy<Value = Creation> {
    let start_s = prop::option::weighted(0.2, now_s - 400..now_s + 400);
    let end_s = prop::option::weighted(0.1, now_s..now_s + 1000);
    let seats = prop::option::weighted(0.6, (prop::option::of(1..6_u32), seat_mode()));
    let gate = (prop::bool::weighted(0.15), prop::option::weighted(0.8, select(PASSWORDS)));
    (person(), person(), max_members(), start_s, end_s, any::<[bool; 5]>(), seats, gate).prop_map(
        |(by, owner, max, start_s, end_s, silenced, seats, (gate_on, password))| Creation {
            by,
            owner,
            max,
            start_s,
            end_s,
            silenced,
            seats,
            gate_on,
            password,
        },
    )
}

fn room_update() -> impl Strategy<Value = RoomUpdate> {
    let password = prop::option::weighted(0.3, password());
    let seat_mode = prop::option::weighted(0.2, seat_mode());
    let gate_on = prop::option::weighted(0.3, any::<bool>());
    (text(), max_members(), any::<[Option<bool>; 5]>(), text(), seat_mode, gate_on, password)
        .prop_map(|(name, max, silenced, custom_info, seat_mode, gate_on, password)| RoomUpdate {
            name,
            max,
            silenced,
            custom_info,
            seat_mode,
            gate_on,
            password,
        })
}

fn member_update() -> impl Strategy<Value = MemberUpdate> {
    let admin = prop::option::weighted(0.6, prop::bool::weighted(0.8));
    (text(), admin, text()).prop_map(|(name, admin, custom_info)| MemberUpdate {
        name,
        admin,
        custom_info,
    })
}

/// A few people in any order, or a crowd.
fn many() -> impl Strategy<Value = Vec<String>> {
    prop_oneof![
        3 => subsequence(PEOPLE, 0..=PEOPLE.len())
            .prop_shuffle()
            .prop_map(|people| people.into_iter().map(str::to_owned).collect()),
        1 => (0..700_usize, 1..=MAX_ENTRIES_PER_STEP)
            .prop_map(|(first, count)| (first..first + count).map(crowd).collect()),
    ]
}

fn start() -> impl Strategy<Value = Start> {
    prop_oneof![
        2 => Just(Start::First),
        2 => any::<Index>().prop_map(Start::Behind),
        1 => (0..20_u64, anybody())
            .prop_map(|(earlier_ms, account)| Start::Anywhere { earlier_ms, account }),
    ]
}

fn limit() -> impl Strategy<Value = usize> {
    prop_oneof![4 => 1..4_usize, 1 => 1..700_usize]
}

/// A few marks; there are more of them than a room may have.
fn marks() -> impl Strategy<Value = Vec<u32>> {
    prop::collection::vec(1000..1013_u32, 0..4)
}

/// A room and its owner, if there is a room.
fn owner_or_anybody(world: &World) -> BoxedStrategy<(Option<Place>, Option<String>)> {
    let rooms = world.apps.iter().enumerate();
    let owned: Vec<_> = rooms
        .flat_map(|(app, rooms)| rooms.iter().map(move |room| (app, room)))
        .map(|(app, room)| (Some((app, room.id)), Some(room.owner.to_string())))
        .collect();
    if owned.is_empty() { Just((None, None)).boxed() } else { select(owned).boxed() }
}

/// A few people, each once.
fn people() -> impl Strategy<Value = Vec<String>> {
    subsequence(PEOPLE, 1..3).prop_map(|people| people.into_iter().map(str::to_owned).collect())
}

fn ban(guest: BoxedStrategy<(Place, String)>) -> impl Strategy<Value = Step> {
    let for_ms = prop_oneof![1..5_u64, 1_000..1_000_000_u64, Just(u64::MAX)];
    (guest, person(), people(), for_ms, prop::bool::weighted(0.2)).prop_map(
        |((place, guest), by, mut who, for_ms, members_only)| {
            if !who.contains(&guest) {
                who.push(guest);
            }
            Step::Ban { place, by, who, for_ms, members_only }
        },
    )
}

/// What can be done with seats; there are fewer than are named.
fn seat_step(guest: BoxedStrategy<(Place, String)>) -> impl Strategy<Value = Step> {
    let flag = || prop::option::of(any::<bool>());
    let change = (prop::option::weighted(0.4, any::<bool>()), flag(), flag());
    let change = change.prop_map(|(locked, video_off, audio_off)| SeatChange {
        locked,
        video_off,
        audio_off,
    });
    let if_taken = select(&[IfTaken::GiveUp, IfTaken::PushOff, IfTaken::Swap]);
    let seat = 0..5_u32;
    prop_oneof![
        8 => (guest.clone(), person(), seat.clone())
            .prop_map(|((at, who), by, index)| Step::TakeSeat(at, by, who, index)),
        3 => (guest.clone(), person(), seat.clone(), if_taken).prop_map(
            |((at, who), by, index, if_taken)| Step::MoveToSeat(at, by, who, index, if_taken)
        ),
        2 => (guest.clone(), person()).prop_map(|((at, who), by)| Step::LeaveSeat(at, by, who)),
        2 => (guest.clone(), person(), seat, change)
            .prop_map(|((at, _), by, index, change)| Step::LockSeat(at, by, index, change)),
        2 => guest.clone().prop_map(|(at, who)| Step::AskForSeat(at, who)),
        1 => guest.prop_map(|(at, who)| Step::WithdrawFromQueue(at, who)),
    ]
}

/// Anything that can be done next.
pub(crate) fn next(world: &World) -> BoxedStrategy<Step> {
    let said = prop_oneof![
        2 => Just(None),
        1 => select(PASSWORDS).prop_map(Some),
        1 => select(&["", "no"]).prop_map(Some),
    ];
    let reason = select(&[LeaveReason::Left, LeaveReason::Expired]);
    let at = place(world);
    let guest = guest(world);
    // An empty world is filled, and a walk is finished, mostly.
    let creates = if world.apps.iter().all(Vec::is_empty) { 100 } else { 3 };
    let walks_on = if world.walk.as_ref().is_some_and(|walk| walk.next.is_some()) { 30 } else { 1 };
    prop_oneof![
        creates => (at.clone(), creation(world.now_ms / 1000))
            .prop_map(|(at, ask)| Step::Create(at, ask)),
        1 => (at.clone(), person()).prop_map(|(at, by)| Step::Destroy(at, by)),
        4 => (at.clone(), person(), room_update())
            .prop_map(|(at, by, ask)| Step::UpdateRoom(at, by, ask)),
        8 => (guest.clone(), member_update())
            .prop_map(|((at, who), ask)| Step::UpdateMember(at, who, ask)),
        12 => (at.clone(), anybody(), text(), said)
            .prop_map(|(place, who, name, password)| Step::Enter { place, who, name, password }),
        6 => (at.clone(), many()).prop_map(|(at, who)| Step::EnterMany(at, who)),
        8 => (guest.clone(), reason).prop_map(|((at, who), why)| Step::Leave(at, who, why)),
        4 => at.clone().prop_map(Step::Reclaim),
        4 => (guest.clone(), owner_or_anybody(world), anybody()).prop_map(
            |((at, who), (owned, owner), stranger)| match (owned, owner) {
                (Some(place), Some(owner)) if place == at => Step::ChangeOwner(at, owner, who),
                _ => Step::ChangeOwner(at, stranger, who),
            }
        ),
        3 => (guest.clone(), person(), subsequence(PEOPLE, 0..2)).prop_map(
            |((at, who), by, others)| {
                let mut accounts = vec![who];
                accounts.extend(others.into_iter().map(str::to_owned));
                accounts.dedup();
                Step::Kick(at, by, accounts)
            }
        ),
        6 => (guest.clone(), prop::bool::weighted(0.7), marks(), person(), marks()).prop_map(
            |((at, who), set, some, other, more)| {
                let mut entries = vec![(who, some)];
                if more.len() > 1 {
                    entries.push((other.to_owned(), more));
                }
                Step::Mark(at, set, entries)
            }
        ),
        4 => (at.clone(), anybody()).prop_map(|(at, who)| Step::AddRobot(at, who)),
        2 => (guest.clone(), person()).prop_map(|((at, who), by)| Step::DeleteRobot(at, by, who)),
        2 => (at.clone(), people()).prop_map(|(at, who)| Step::Unban(at, who)),
        5 => ban(guest.clone()),
        25 => seat_step(guest.clone()),
        1 => prop_oneof![5 => Just(APPS - 1), 1 => Just(0)].prop_map(Step::NewEpoch),
        5 => (at, start(), limit())
            .prop_map(|(place, from, limit)| Step::WalkFrom { place, from, limit }),
        walks_on => limit().prop_map(|limit| Step::WalkOn { limit }),
        4 => prop_oneof![Just(1), 2..5_u64, 1000..1_000_000_u64, 3_000_000..9_000_000_u64]
            .prop_map(|ms| Step::Wait { ms }),
    ]
    .boxed()
}

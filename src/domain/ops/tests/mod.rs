//! The rules as tables: every operation against rooms made by hand, with every reason to refuse.

mod ban_members;
mod change_owner;
mod create_room;
mod enter;
mod enter_many;
mod kick;
mod leave;
mod mark_members;
mod open;
mod reclaim;
mod robots;
mod seat_queue;
mod seats;
mod sessions;
mod streams;
mod unknown_room;
mod update_member;
mod update_room;

use std::sync::Arc;

use crate::domain::{
    Account, Decision, Env, Facts, Gate, GroupProfile, Member, MsgFlag, Operation, Passage,
    PasswordHash, Role, RoomKind, RoomRules, RoomView, Roster, Sanction, SanctionView, Schedule,
    Seat, Seats, Silenced, Slice, Stream, Tally,
};

/// Half a second into a second, so that milliseconds and seconds cannot be mixed up unseen.
const NOW_MS: u64 = 1_700_000_000_500;
const NOW_S: u64 = 1_700_000_000;
/// Of whatever is made.
const SERIAL: u64 = 77;

fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

fn accounts(texts: &[&str]) -> Vec<Account> {
    texts.iter().copied().map(account).collect()
}

fn password(text: &str) -> PasswordHash {
    PasswordHash::new(text, [7; 16])
}

fn rules() -> RoomRules {
    RoomRules {
        owner_is_member: true,
        max_member_count: 300,
        member_ceiling: 1000,
        max_seat_count: 16,
        max_admin_count: 10,
        max_robot_count: 2,
        reclaim_after_ms: 1_000,
    }
}

/// Somebody in the list since `joined_ms`, who hears of what members of a room hear.
fn member(name: &str, role: Role, joined_ms: u64) -> Member {
    Member {
        name: format!("the name of {name}").into(),
        custom_info: format!("the text of {name}").into(),
        role,
        entered: true,
        msg_flag: MsgFlag::OnlineOnly,
        ..Member::named(account(name), joined_ms)
    }
}

fn ban(name: &str, until_ms: u64, nth: u64) -> Sanction {
    Sanction { account: account(name), until_ms, nth }
}

/// Seats with these people on them.
fn seats(taken_by: &[Option<&str>]) -> Seats {
    let seat = |name: &Option<&str>| Seat { taken_by: name.map(account), ..Seat::default() };
    taken_by.iter().map(seat).collect()
}

/// A room made by hand: the owner `olga` is not in it until somebody puts her there.
struct Hall {
    facts: Facts,
    tally: Tally,
    members: Vec<Member>,
    /// In the order of their ends.
    bans: Vec<Sanction>,
    /// In the order of their ends.
    mutes: Vec<Sanction>,
    /// Who is present in some room of the app.
    present: Vec<Account>,
    seats: Seats,
    streams: Vec<Stream>,
    rules: RoomRules,
    now_ms: u64,
}

impl Hall {
    fn new() -> Self {
        let facts = Facts {
            kind: RoomKind::Conference,
            serial: 1,
            name: "the hall".into(),
            owner: Some(account("olga")),
            created_ms: 17,
            schedule: Some(Schedule { start_s: 20, end_s: 320 }),
            max_member_count: 300,
            silenced: Silenced::default(),
            custom_info: "the text".into(),
            seats: None,
            gate: Gate::default(),
            profile: GroupProfile::default(),
        };
        Self {
            facts,
            tally: Tally::default(),
            members: Vec::new(),
            bans: Vec::new(),
            mutes: Vec::new(),
            present: Vec::new(),
            seats: Seats::default(),
            streams: Vec::new(),
            rules: rules(),
            now_ms: NOW_MS,
        }
    }

    /// A hall with these people in it, counted.
    fn of(members: impl IntoIterator<Item = Member>) -> Self {
        let mut hall = Self::new();
        for member in members {
            hall.tally.members += 1;
            hall.tally.present += u32::from(member.entered);
            hall.tally.admins += u32::from(member.role == Role::Admin);
            hall.tally.newest_joined_ms = hall.tally.newest_joined_ms.max(member.joined_ms);
            hall.members.push(member);
        }
        hall
    }

    /// What is told of these members, the next who go.
    fn gone(&self, names: &[&str]) -> Vec<Passage> {
        let member = |name: &&str| {
            self.members.iter().find(|member| member.account.as_str() == *name).unwrap()
        };
        came(&names.iter().map(member).collect::<Vec<_>>(), self.tally.passages)
    }

    /// Decides an operation that sees this room, as a store would have it do.
    fn decide<O: Operation>(&self, operation: &O) -> Decision<O::Output> {
        let room = RoomView { incarnation: 1, facts: &self.facts, tally: &self.tally };
        let need = operation.need();
        let accounts = need.accounts;
        let member = |account: &Account| {
            self.members.iter().find(|member| member.account == *account).map(Member::view)
        };
        let members: Vec<_> = accounts.iter().map(member).collect();
        let wanted = |wants: bool| if wants { accounts } else { &[] };
        let is_present = |account| self.present.contains(account);
        let owner = self.facts.owner.as_ref().filter(|_| need.owner);
        let everybody: Arc<dyn Roster> = Arc::new(People(self.members.clone()));
        let slice = Slice {
            room: Some(room),
            owner: owner.and_then(member),
            members: &members,
            bans: &against(&self.bans, wanted(need.bans)),
            mutes: &against(&self.mutes, wanted(need.mutes)),
            presence: &wanted(need.presence).iter().map(is_present).collect::<Vec<_>>(),
            ending_bans: &first(&self.bans, need.ending_bans),
            ending_mutes: &first(&self.mutes, need.ending_mutes),
            seats: need.seats.then_some(&self.seats),
            streams: if need.streams { &self.streams } else { &[] },
            everybody: need.everybody.then_some(&everybody),
        };
        operation.decide(&slice, &Env { now_ms: self.now_ms, serial: SERIAL, rules: &self.rules })
    }
}

/// The people of a hall.
#[derive(Debug)]
struct People(Vec<Member>);

impl Roster for People {
    fn nth(&self, nth: u32) -> Option<Passage> {
        let mut people = self.0.iter().filter(|member| member.entered && !member.robot);
        people.nth(nth as usize).map(|member| Passage::of(member, 0))
    }

    fn size_bytes(&self) -> usize {
        0
    }
}

/// What is told of people who come or go behind so many others.
fn came(members: &[&Member], behind: u64) -> Vec<Passage> {
    members.iter().zip(behind + 1..).map(|(member, nth)| Passage::of(member, nth)).collect()
}

/// What holds against each of some accounts.
fn against<'a>(all: &'a [Sanction], accounts: &[Account]) -> Vec<Option<SanctionView<'a>>> {
    let find =
        |account: &Account| all.iter().find(|one| one.account == *account).map(Sanction::view);
    accounts.iter().map(find).collect()
}

/// Those that end first.
fn first(all: &[Sanction], count: usize) -> Vec<SanctionView<'_>> {
    all.iter().take(count).map(Sanction::view).collect()
}

/// Decides an operation where no room is.
fn decide_nowhere<O: Operation>(operation: &O, rules: &RoomRules) -> Decision<O::Output> {
    let members = vec![None; operation.need().accounts.len()];
    let slice = Slice { members: &members, ..Slice::default() };
    operation.decide(&slice, &Env { now_ms: NOW_MS, serial: SERIAL, rules })
}

/// The refusal of a decision.
fn refusal<T: std::fmt::Debug>(decision: Decision<T>) -> crate::domain::Refusal {
    decision.expect_err("a refusal")
}

//! The model: rooms in a list, members in a list, every rule written down once more as simply as
//! can be. Names of the domain are used as words only; nothing of it is called.

mod bans;
mod room;
mod seats;

use guestlist::domain::{
    Account, Ceiling, CustomFields, Entrance, Entry, Event, LeaveReason, Login, Member, MsgFlag,
    Passage, Position, Refusal, Role, RoomRules, Schedule, Seat, SeatSettings,
};

pub(crate) use self::room::Room;
use super::steps::{Creation, MemberUpdate, Place, RoomUpdate, Start, Step};

/// How many apps there are.
pub(crate) const APPS: usize = 2;

/// How long a room stands empty, in milliseconds.
const RECLAIM_AFTER_MS: u64 = 60_000;

/// What an app allows: one lists the owner of a new room, the other does not.
pub(crate) fn rules(app: usize) -> RoomRules {
    RoomRules {
        owner_is_member: app == 0,
        max_member_count: 4,
        member_ceiling: 1500,
        max_seat_count: 4,
        max_admin_count: 2,
        max_robot_count: 2,
        reclaim_after_ms: RECLAIM_AFTER_MS,
    }
}

/// What an operation answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Answer {
    Done,
    Entry(Entrance),
    Entries(Vec<Entry>),
    Ended(bool),
}

/// What came of an operation: its answer, and what the world is told.
pub(crate) type Outcome = Result<(Answer, Vec<Event>), Refusal>;

/// A page that was asked for, and what it holds.
#[derive(Debug, Clone)]
pub(crate) struct Page {
    pub(crate) place: Place,
    pub(crate) after: Option<Position>,
    pub(crate) limit: usize,
    /// Members, where it goes on, and how many the list has.
    pub(crate) holds: Result<(Vec<Member>, Option<Position>, u32), Refusal>,
}

/// A walk over the pages of a room.
#[derive(Debug, Clone)]
pub(crate) struct Walk {
    pub(crate) place: Place,
    serial: u32,
    /// Where it goes on; it is over if nowhere.
    pub(crate) next: Option<Position>,
    /// Those behind its start who were there at its beginning and never went.
    pub(crate) stayed: Vec<Position>,
}

#[derive(Debug, Clone, Default)]
pub(crate) struct World {
    pub(crate) now_ms: u64,
    pub(crate) apps: [Vec<Room>; APPS],
    pub(crate) walk: Option<Walk>,
    /// What the last step asked for, if it was an operation or a page.
    pub(crate) outcome: Option<Outcome>,
    pub(crate) page: Option<Page>,
    pub(crate) born: u32,
}

pub(crate) fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

/// People who came or went, as the model knows them: by account.
pub(crate) fn people(accounts: Vec<Account>) -> Vec<Passage> {
    let passage = |account| Passage::of(&newcomer(account, Role::Member, true, 0), 0);
    accounts.into_iter().map(passage).collect()
}

fn entered(accounts: Vec<Account>) -> Event {
    Event::MembersEntered { people: people(accounts), login: Login::default() }
}

/// That a room took these with it.
pub(crate) fn everybody_left(accounts: Vec<Account>) -> Event {
    let (reason, by, words) = (LeaveReason::Kicked, account("the room"), "".into());
    Event::MembersLeft { people: people(accounts), reason, by, words }
}

pub(crate) fn position(member: &Member) -> Position {
    Position { joined_ms: member.joined_ms, account: member.account.clone() }
}

/// Whether a member stands behind a place: later, or at the same time with a greater account.
fn behind(member: &Member, place: &Position) -> bool {
    if member.joined_ms != place.joined_ms {
        return member.joined_ms > place.joined_ms;
    }
    member.account.as_str().as_bytes() > place.account.as_str().as_bytes()
}

fn nobody(who: &str) -> Refusal {
    Refusal::NotAMember { account: account(who) }
}

fn newcomer(account: Account, role: Role, entered: bool, joined_ms: u64) -> Member {
    Member {
        account,
        name: "".into(),
        custom_info: "".into(),
        role,
        entered,
        robot: false,
        awaits_seat: false,
        marks: Box::default(),
        fields: CustomFields::default(),
        msg_flag: MsgFlag::OnlineOnly,
        msg_seq: 0,
        session: "".into(),
        joined_ms,
    }
}

impl World {
    fn find(&self, (app, id): Place) -> Result<usize, Refusal> {
        self.apps[app].iter().position(|room| room.id == id).ok_or(Refusal::NoSuchRoom)
    }

    fn room(&mut self, place: Place) -> Result<&mut Room, Refusal> {
        let nth = self.find(place)?;
        Ok(&mut self.apps[place.0][nth])
    }

    /// The world after a step.
    pub(crate) fn after(mut self, step: &Step) -> Self {
        self.outcome = None;
        self.page = None;
        match step {
            Step::Create(place, ask) => self.outcome = Some(self.create(*place, ask)),
            Step::Destroy(place, by) => self.outcome = Some(self.destroy(*place, by)),
            Step::UpdateRoom(place, by, ask) => {
                self.outcome = Some(self.update_room(*place, by, ask));
            }
            Step::UpdateMember(place, who, ask) => {
                self.outcome = Some(self.update_member(*place, who, ask));
            }
            Step::Enter { place, who, name, password } => {
                self.outcome = Some(self.enter(*place, who, *name, *password));
            }
            Step::EnterMany(place, who) => self.outcome = Some(self.enter_many(*place, who)),
            Step::Leave(place, who, reason) => {
                self.outcome = Some(self.leave(*place, who, *reason));
            }
            Step::ChangeOwner(place, from, to) => {
                self.outcome = Some(self.change_owner(*place, from, to));
            }
            Step::Kick(place, by, who) => self.outcome = Some(self.kick(*place, by, who)),
            Step::Mark(place, set, entries) => {
                self.outcome = Some(self.mark(*place, *set, entries));
            }
            Step::AddRobot(place, who) => self.outcome = Some(self.add_robot(*place, who)),
            Step::DeleteRobot(place, by, who) => {
                self.outcome = Some(self.delete_robot(*place, by, who));
            }
            Step::Ban { place, by, who, for_ms, members_only } => {
                self.outcome = Some(self.ban(*place, by, who, *for_ms, *members_only));
            }
            Step::Unban(place, who) => self.outcome = Some(self.unban(*place, who)),
            Step::TakeSeat(place, by, who, index) => {
                self.outcome = Some(self.take_seat(*place, by, who, *index));
            }
            Step::LeaveSeat(place, by, who) => {
                self.outcome = Some(self.leave_seat(*place, by, who));
            }
            Step::LockSeat(place, by, index, change) => {
                self.outcome = Some(self.lock_seat(*place, by, *index, *change));
            }
            Step::MoveToSeat(place, by, who, index, if_taken) => {
                self.outcome = Some(self.move_to_seat(*place, by, who, *index, *if_taken));
            }
            Step::AskForSeat(place, who) => self.outcome = Some(self.ask_for_seat(*place, who)),
            Step::WithdrawFromQueue(place, who) => {
                self.outcome = Some(self.withdraw_from_queue(*place, who));
            }
            Step::Reclaim(place) => self.outcome = Some(self.reclaim(*place)),
            Step::NewEpoch(app) => self.apps[*app].clear(),
            Step::WalkFrom { place, from, limit } => self.walk_from(*place, from, *limit),
            Step::WalkOn { limit } => self.walk_on(*limit),
            Step::Wait { ms } => self.now_ms += ms,
        }
        for room in self.apps.iter_mut().flatten() {
            room.bans.retain(|ban| ban.until_ms > self.now_ms);
            room.empty_since_ms = match (room.present(), room.empty_since_ms) {
                (0, None) => Some(self.now_ms),
                (0, since) => since,
                _ => None,
            };
        }
        self.forget_who_went();
        self
    }

    fn create(&mut self, (app, id): Place, ask: &Creation) -> Outcome {
        let rules = rules(app);
        let above =
            |ceiling, asked, at_most| Err(Refusal::AboveCeiling { ceiling, asked, at_most });
        let max = ask.max.unwrap_or(4);
        if max > 1500 {
            return above(Ceiling::Members, max, 1500);
        }
        let seats = ask.seats.map(|(count, mode)| SeatSettings { count: count.unwrap_or(4), mode });
        if let Some(SeatSettings { count: count @ 5.., .. }) = seats {
            return above(Ceiling::Seats, count, 4);
        }
        if ask.gate_on && ask.password.is_none() {
            return Err(Refusal::NoPasswordToAskFor);
        }
        let start_s = ask.start_s.unwrap_or(self.now_ms / 1000);
        let end_s = ask.end_s.unwrap_or(start_s + 3600);
        if end_s < start_s + 300 {
            let length_s = i64::try_from(end_s).unwrap() - i64::try_from(start_s).unwrap();
            return Err(Refusal::ScheduleTooShort { length_s, at_least_s: 300 });
        }
        if let Ok(room) = self.room((app, id)) {
            let yours = room.owner.as_str() == ask.by;
            return Err(if yours { Refusal::RoomExistsAndYours } else { Refusal::RoomExists });
        }
        self.born += 1;
        let owner = account(ask.owner);
        let mut room = Room {
            serial: self.born,
            id,
            name: format!("{id} of {owner}"),
            owner: owner.clone(),
            created_ms: self.now_ms,
            schedule: Schedule { start_s, end_s },
            max,
            silenced: ask.silenced,
            custom_info: String::new(),
            changes: 0,
            changed_ms: 0,
            seats,
            gate_on: ask.gate_on,
            password: ask.password,
            newest_joined_ms: 0,
            empty_since_ms: None,
            members: vec![],
            chairs: vec![Seat::default(); seats.map_or(0, |seats| seats.count as usize)],
            newest_ban: 0,
            bans: vec![],
        };
        if rules.owner_is_member {
            room.newest_joined_ms = self.now_ms;
            room.members.push(newcomer(owner, Role::Owner, false, self.now_ms));
        }
        self.apps[app].push(room);
        self.apps[app].sort_by_key(|room| room.id.as_bytes());
        Ok((Answer::Done, vec![Event::RoomCreated { by: account(ask.by), invitees: vec![] }]))
    }

    fn destroy(&mut self, place: Place, by: &str) -> Outcome {
        let nth = self.find(place)?;
        let room = self.apps[place.0].remove(nth);
        let present = room.members.iter().filter(|member| member.entered && !member.robot);
        let gone: Vec<_> = present.map(|member| member.account.clone()).collect();
        let gone = Some(gone).filter(|gone| !gone.is_empty()).map(everybody_left);
        let end = Event::RoomDestroyed { by: account(by), quietly: false };
        Ok((Answer::Done, gone.into_iter().chain([end]).collect()))
    }

    fn reclaim(&mut self, place: Place) -> Outcome {
        let nth = self.find(place)?;
        if self.apps[place.0][nth].due_ms().is_none_or(|due_ms| due_ms > self.now_ms) {
            return Ok((Answer::Ended(false), vec![]));
        }
        self.apps[place.0].remove(nth);
        Ok((Answer::Ended(true), vec![Event::RoomReclaimed { last_went: None }]))
    }

    fn update_room(&mut self, place: Place, by: &str, ask: &RoomUpdate) -> Outcome {
        let now_ms = self.now_ms;
        let room = self.room(place)?;
        let mut new = room.clone();
        new.changes += 1;
        new.changed_ms = now_ms;
        if let Some(max) = ask.max {
            if max > 1500 {
                let ceiling = Ceiling::Members;
                return Err(Refusal::AboveCeiling { ceiling, asked: max, at_most: 1500 });
            }
            new.max = max;
        }
        if let Some(mode) = ask.seat_mode {
            match &mut new.seats {
                None => return Err(Refusal::NoSeats),
                Some(seats) => seats.mode = mode,
            }
        }
        if let Some(password) = ask.password {
            new.password = password;
            if password.is_none() {
                new.gate_on = false;
            }
        }
        if let Some(gate_on) = ask.gate_on {
            new.gate_on = gate_on;
        }
        if new.gate_on && new.password.is_none() {
            return Err(Refusal::NoPasswordToAskFor);
        }
        if let Some(name) = ask.name {
            new.name = name.to_owned();
        }
        if let Some(custom_info) = ask.custom_info {
            new.custom_info = custom_info.to_owned();
        }
        for (nth, said) in ask.silenced.into_iter().enumerate() {
            if let Some(said) = said {
                new.silenced[nth] = said;
            }
        }
        *room = new;
        Ok((Answer::Done, vec![Event::RoomUpdated { by: account(by) }]))
    }

    fn update_member(&mut self, place: Place, who: &str, ask: &MemberUpdate) -> Outcome {
        let room = self.room(place)?;
        let nth = room.find(who).ok_or(nobody(who))?;
        let admins = room.admins();
        let member = &mut room.members[nth];
        if let Some(admin) = ask.admin {
            if member.role == Role::Owner {
                return Err(Refusal::OwnerKeepsRole { account: account(who) });
            }
            if admin && member.role != Role::Admin && admins >= 2 {
                return Err(Refusal::TooManyAdmins { at_most: 2 });
            }
            member.role = if admin { Role::Admin } else { Role::Member };
        }
        if let Some(name) = ask.name {
            member.name = name.into();
        }
        if let Some(custom_info) = ask.custom_info {
            member.custom_info = custom_info.into();
        }
        Ok((Answer::Done, vec![]))
    }

    fn enter(
        &mut self,
        place: Place,
        who: &str,
        name: Option<&str>,
        password: Option<&str>,
    ) -> Outcome {
        let now_ms = self.now_ms;
        let room = self.room(place)?;
        let joined_ms = room.place_for_the_next(now_ms);
        let entry = match room.admit(who, name, password, joined_ms) {
            Entry::Refused(refusal) => return Err(refusal),
            entry => entry,
        };
        let member = room.members[room.find(who).unwrap()].clone();
        let events = match entry {
            Entry::Entered => vec![entered(vec![account(who)])],
            _ => vec![],
        };
        let seat = room.chair_of(who).map(|nth| u32::try_from(nth).unwrap());
        Ok((Answer::Entry(Entrance { entry, member, seat }), events))
    }

    fn enter_many(&mut self, place: Place, who: &[String]) -> Outcome {
        let now_ms = self.now_ms;
        let room = self.room(place)?;
        let joined_ms = room.place_for_the_next(now_ms);
        let entries: Vec<Entry> =
            who.iter().map(|who| room.admit(who, None, None, joined_ms)).collect();
        let accounts: Vec<Account> = who
            .iter()
            .zip(&entries)
            .filter(|(_, entry)| **entry == Entry::Entered)
            .map(|(who, _)| account(who))
            .collect();
        let told = !accounts.is_empty();
        let events = if told { vec![entered(accounts)] } else { vec![] };
        Ok((Answer::Entries(entries), events))
    }

    fn leave(&mut self, place: Place, who: &str, reason: LeaveReason) -> Outcome {
        let room = self.room(place)?;
        let nth = room.find(who).filter(|nth| room.members[*nth].entered).ok_or(nobody(who))?;
        room.members.remove(nth);
        let accounts = vec![account(who)];
        let (by, words) = (account(who), "".into());
        let mut events = vec![Event::MembersLeft { people: people(accounts), reason, by, words }];
        events.extend(room.tidy_chairs(who));
        Ok((Answer::Done, events))
    }

    fn change_owner(&mut self, place: Place, from: &str, to: &str) -> Outcome {
        let now_ms = self.now_ms;
        let room = self.room(place)?;
        if room.owner.as_str() != from {
            return Err(Refusal::NotTheOwner { account: account(from) });
        }
        let new = room.find(to).ok_or(nobody(to))?;
        let mut events = vec![];
        if from != to {
            room.members[new].role = Role::Owner;
            if let Some(old) = room.find(from) {
                if room.members[old].entered {
                    room.members[old].role = Role::Member;
                } else {
                    room.members.remove(old);
                    events.extend(room.tidy_chairs(from));
                }
            }
            room.owner = account(to);
            room.changes += 1;
            room.changed_ms = now_ms;
        }
        Ok((Answer::Done, events))
    }

    fn kick(&mut self, place: Place, by: &str, who: &[String]) -> Outcome {
        let room = self.room(place)?;
        let mut left = room.members.clone();
        for who in who {
            let nth = left.iter().position(|member| member.account.as_str() == who);
            left.remove(nth.ok_or(nobody(who))?);
        }
        room.members = left;
        let accounts = who.iter().map(|who| account(who)).collect();
        let (words, reason) = ("off topic".into(), LeaveReason::Kicked);
        let mut events =
            vec![Event::MembersLeft { people: people(accounts), reason, by: account(by), words }];
        events.extend(room.tidy_chairs(by));
        Ok((Answer::Done, events))
    }

    fn mark(&mut self, place: Place, set: bool, entries: &[(String, Vec<u32>)]) -> Outcome {
        let room = self.room(place)?;
        let mut marked = room.clone();
        // Who is not in is told before what is too many; both in the order of the call.
        let mut accounts: Vec<&str> = Vec::new();
        for (who, _) in entries {
            if !accounts.contains(&who.as_str()) {
                accounts.push(who);
            }
        }
        for who in accounts {
            let nth = marked.find(who).ok_or(nobody(who))?;
            for mark in entries.iter().filter(|(other, _)| other == who).flat_map(|(_, m)| m) {
                let mut held = marked.members[nth].marks.to_vec();
                held.retain(|other| other != mark);
                if set {
                    held.push(*mark);
                    held.sort_unstable();
                }
                marked.members[nth].marks = held.into();
                if marked.marks().len() > 10 {
                    return Err(Refusal::TooManyMarks { at_most: 10 });
                }
            }
        }
        *room = marked;
        Ok((Answer::Done, vec![]))
    }

    fn add_robot(&mut self, place: Place, who: &str) -> Outcome {
        let now_ms = self.now_ms;
        let room = self.room(place)?;
        if room.find(who).is_some() {
            return Ok((Answer::Done, vec![]));
        }
        if room.bans.iter().any(|ban| ban.account.as_str() == who) {
            return Err(Refusal::Banned { account: account(who) });
        }
        if room.robots() >= 2 {
            return Err(Refusal::TooManyRobots { at_most: 2 });
        }
        if room.members.len() >= room.max as usize {
            return Err(Refusal::RoomFull { at_most: room.max });
        }
        let role = if room.owner.as_str() == who { Role::Owner } else { Role::Member };
        let joined_ms = room.place_for_the_next(now_ms);
        room.newest_joined_ms = joined_ms;
        let robot = newcomer(account(who), role, true, joined_ms);
        room.members.push(Member { robot: true, ..robot });
        room.sort();
        Ok((Answer::Done, vec![]))
    }

    fn delete_robot(&mut self, place: Place, by: &str, who: &str) -> Outcome {
        let room = self.room(place)?;
        let nth = room.find(who).filter(|nth| room.members[*nth].robot).ok_or(nobody(who))?;
        room.members.remove(nth);
        Ok((Answer::Done, room.tidy_chairs(by).into_iter().collect()))
    }

    fn walk_from(&mut self, place: Place, from: &Start, limit: usize) {
        let room = self.room(place).ok().cloned();
        let members = room.as_ref().map_or(&[][..], |room| &room.members);
        let after = match from {
            Start::Behind(index) if !members.is_empty() => Some(position(index.get(members))),
            Start::First | Start::Behind(_) => None,
            Start::Anywhere { earlier_ms, account: who } => {
                Some(Position { joined_ms: self.now_ms - earlier_ms, account: account(who) })
            }
        };
        let stayed = members
            .iter()
            .filter(|member| after.as_ref().is_none_or(|after| behind(member, after)))
            .map(position)
            .collect();
        self.walk = room.map(|room| Walk { place, serial: room.serial, next: None, stayed });
        self.turn(place, after, limit);
    }

    fn walk_on(&mut self, limit: usize) {
        // A walk that is over goes nowhere.
        if let Some(Walk { place, next: Some(next), .. }) = self.walk.clone() {
            self.turn(place, Some(next), limit);
        } else {
            self.walk = None;
        }
    }

    /// Takes a page.
    fn turn(&mut self, place: Place, after: Option<Position>, limit: usize) {
        let holds = self.room(place).map(|room| {
            let rest: Vec<Member> = room
                .members
                .iter()
                .filter(|member| after.as_ref().is_none_or(|after| behind(member, after)))
                .cloned()
                .collect();
            let page: Vec<Member> = rest.iter().take(limit).cloned().collect();
            let next = if rest.len() > limit { page.last().map(position) } else { None };
            (page, next, u32::try_from(room.members.len()).unwrap())
        });
        match (&mut self.walk, &holds) {
            (Some(walk), Ok((_, next, _))) => walk.next = next.clone(),
            (walk, _) => *walk = None,
        }
        self.page = Some(Page { place, after, limit, holds });
    }

    /// Who went has not stayed, even if he is back.
    fn forget_who_went(&mut self) {
        let Some(mut walk) = self.walk.take() else { return };
        let members = match self.room(walk.place) {
            Ok(room) if room.serial == walk.serial => &room.members[..],
            _ => &[],
        };
        walk.stayed.retain(|place| members.iter().any(|member| position(member) == *place));
        self.walk = Some(walk);
    }
}

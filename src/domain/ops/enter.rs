//! Coming in: one person, or many in steps.

use super::leaving::{Leaving, Why};
use crate::domain::event::{Event, LeaveReason};
use crate::domain::ids::Account;
use crate::domain::member::{Member, MemberView};
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::passage::{Login, Passage};
use crate::domain::refusal::Refusal;
use crate::domain::room::{Facts, Tally};
use crate::domain::sanction::{SanctionView, SanctionWrite};
use crate::domain::seats::Seats;

/// The most people who come in with one commit.
pub const MAX_ENTRIES_PER_STEP: usize = 500;

/// What coming in did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// The person is in, and was not before.
    Entered,
    /// The person was in; nothing changed.
    WasIn,
    /// The person stays outside.
    Refused(Refusal),
}

/// Who came in, and how.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrance {
    /// What coming in did.
    pub entry: Entry,
    /// The member's record, as it is now.
    pub member: Member,
    /// Where the member sits: one who was in already may, and an owner who was listed.
    pub seat: Option<u32>,
}

/// One person comes in.
///
/// An owner who was listed from the start keeps that place. Who is in already stays as he is, unless
/// he comes with another session: then he goes, with seat, marks and streams, and comes in again
/// with one commit. Where no room is, one may be born.
///
/// Refused, in this order: an unknown room, one who is banned, a missing or wrong password, a full
/// room.
#[derive(Debug, Clone)]
pub struct Enter {
    /// Who.
    pub account: Account,
    /// The display name to come in with; an absent one leaves what is there.
    pub name: Option<Box<str>>,
    /// The password said at the door.
    pub password: Option<Box<str>>,
    /// What the client calls its stay; who says nothing is taken for the one who is in.
    pub session: Option<Box<str>>,
    /// An unknown room is born as an open one.
    pub opens: bool,
    /// How.
    pub login: Login,
}

impl Enter {
    /// Somebody comes in, of whom nothing else is said.
    #[must_use]
    pub fn of(account: Account) -> Self {
        let login = Login::default();
        Self { account, name: None, password: None, session: None, opens: false, login }
    }
}

impl Operation for Enter {
    type Output = Entrance;

    fn need(&self) -> Need<'_> {
        let accounts = std::slice::from_ref(&self.account);
        let create = self.opens;
        Need { create, accounts, bans: true, seats: true, streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Entrance> {
        let hall = Hall::of(seen, self.opens, env)?;
        let mut delta = hall.birth(&self.account);
        let mut tally = hall.tally;
        let seats = seen.seats.unwrap_or(Seats::NONE);
        let present = seen.member().filter(|member| member.entered);
        if let Some(member) = present {
            let session = self.session.as_deref().unwrap_or(member.session);
            if session == member.session {
                let seat = seats.seat_of(self.account.as_str());
                let member = member.to_member(&self.account);
                return Ok((Delta::default(), Entrance { entry: Entry::WasIn, member, seat }));
            }
            let mut leaving = Leaving::from(tally);
            leaving.take(&self.account, &member);
            tally = leaving.tally;
            let (reason, by) = (LeaveReason::Replaced, &self.account);
            leaving.write(&mut delta, seen, &Why { reason, by, words: "" });
            // The record is written once, as that of the one who comes.
            delta.members.clear();
        }
        tally = tally.with_notice(hall.facts());
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let again = present.is_some();
        let entrant = Entrant {
            account: &self.account,
            present: seen.member().filter(|_| !again),
            ban: seen.bans.first().copied().flatten(),
            name: self.name.as_deref(),
            password: self.password.as_deref(),
            session: self.session.as_deref(),
            joined_ms,
        };
        let Some(member) = entrant.admit(hall.facts(), &mut tally, env.now_ms)? else {
            unreachable!("who is in already was seen to")
        };
        let seat = seats.seat_of(self.account.as_str()).filter(|_| !again);
        delta.tally = Some(tally.with_due(hall.facts(), env));
        delta.members.push(MemberWrite::Put(member.clone()));
        delta.bans.extend(entrant.forgotten());
        let people = vec![Passage::of(&member, tally.passages)];
        delta.events.push(Event::MembersEntered { people, login: Login { again, ..self.login } });
        delta.facts = hall.put();
        Ok((delta, Entrance { entry: Entry::Entered, member, seat }))
    }
}

/// Many people come in with one commit and one event: at most [`MAX_ENTRIES_PER_STEP`], each named
/// once. They stand at one moment, in the order of their accounts. Who may not come in stays
/// outside; the others are in all the same. Where no room is, one may be born.
#[derive(Debug, Clone)]
pub struct EnterMany {
    /// Who, each once.
    pub accounts: Vec<Account>,
    /// An unknown room is born as an open one.
    pub opens: bool,
}

impl Operation for EnterMany {
    /// What became of each, in the order of the accounts.
    type Output = Vec<Entry>;

    fn need(&self) -> Need<'_> {
        Need { create: self.opens, accounts: &self.accounts, bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Vec<Entry>> {
        let hall = Hall::of(seen, self.opens, env)?;
        let mut tally = hall.tally.with_notice(hall.facts());
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let mut entries = Vec::with_capacity(self.accounts.len());
        let mut members = Vec::with_capacity(self.accounts.len());
        let mut people = Vec::with_capacity(self.accounts.len());
        let mut bans = Vec::new();
        for (nth, account) in self.accounts.iter().enumerate() {
            let present = seen.members.get(nth).copied().flatten();
            let ban = seen.bans.get(nth).copied().flatten();
            let (name, password, session) = (None, None, None);
            let entrant = Entrant { account, present, ban, name, password, session, joined_ms };
            entries.push(match entrant.admit(hall.facts(), &mut tally, env.now_ms) {
                Ok(Some(member)) => {
                    bans.extend(entrant.forgotten());
                    people.push(Passage::of(&member, tally.passages));
                    members.push(MemberWrite::Put(member));
                    Entry::Entered
                }
                Ok(None) => Entry::WasIn,
                Err(refusal) => Entry::Refused(refusal),
            });
        }
        let Some(first) = people.first() else {
            return Ok((Delta::default(), entries));
        };
        let mut delta = hall.birth(&first.account);
        delta.events.push(Event::MembersEntered { people, login: Login::default() });
        delta.tally = Some(tally.with_due(hall.facts(), env));
        delta.facts = hall.put();
        Ok((Delta { members, bans, ..delta }, entries))
    }
}

/// Where people come in: a room that is there, or one that is born with them.
struct Hall<'a> {
    /// Of a room that is there.
    known: Option<&'a Facts>,
    /// Of a room that is born.
    born: Option<Box<Facts>>,
    tally: Tally,
}

impl<'a> Hall<'a> {
    fn of(seen: &Slice<'a>, opens: bool, env: &Env<'_>) -> Result<Self, Refusal> {
        match seen.room {
            Some(room) => Ok(Self { known: Some(room.facts), born: None, tally: *room.tally }),
            None if opens => {
                let born = Some(Box::new(Facts::open(env)));
                Ok(Self { known: None, born, tally: Tally::default() })
            }
            None => Err(Refusal::NoSuchRoom),
        }
    }

    fn facts(&self) -> &Facts {
        let facts = self.known.or(self.born.as_deref());
        facts.expect("a hall is known or born")
    }

    /// What is told of a room that is born: the first who comes in made it.
    fn birth(&self, first: &Account) -> Delta {
        let mut delta = Delta::default();
        if self.born.is_some() {
            delta.events.push(Event::RoomCreated { by: first.clone(), invitees: Vec::new() });
        }
        delta
    }

    fn put(self) -> FactsWrite {
        self.born.map_or(FactsWrite::Keep, FactsWrite::Put)
    }
}

/// A person at the door.
struct Entrant<'a> {
    account: &'a Account,
    present: Option<MemberView<'a>>,
    ban: Option<SanctionView<'a>>,
    name: Option<&'a str>,
    password: Option<&'a str>,
    session: Option<&'a str>,
    joined_ms: u64,
}

impl Entrant<'_> {
    /// The record of a person who comes in now, counted in the tally; none for one who was in.
    fn admit(
        &self,
        facts: &Facts,
        tally: &mut Tally,
        now_ms: u64,
    ) -> Result<Option<Member>, Refusal> {
        if self.present.is_some_and(|member| member.entered) {
            return Ok(None);
        }
        if self.ban.is_some_and(|ban| ban.in_force(now_ms)) {
            return Err(Refusal::Banned { account: self.account.clone() });
        }
        self.pass_gate(facts)?;
        let mut member = match self.present {
            Some(listed) => listed.to_member(self.account),
            None => self.newcomer(facts, tally)?,
        };
        member.entered = true;
        tally.present += 1;
        tally.passages += 1;
        if let Some(name) = self.name {
            member.name = name.into();
        }
        if let Some(session) = self.session {
            member.session = session.into();
        }
        Ok(Some(member))
    }

    /// The ban of a person who comes in is over, and its record of no use.
    fn forgotten(&self) -> Option<SanctionWrite> {
        self.ban.map(|_| SanctionWrite::Remove(self.account.clone()))
    }

    fn pass_gate(&self, facts: &Facts) -> Result<(), Refusal> {
        let Some(password) = facts.gate.password.as_ref().filter(|_| facts.gate.enabled) else {
            return Ok(());
        };
        match self.password {
            None | Some("") => Err(Refusal::PasswordNeeded),
            Some(said) if password.admits(said) => Ok(()),
            Some(_) => Err(Refusal::PasswordWrong),
        }
    }

    fn newcomer(&self, facts: &Facts, tally: &mut Tally) -> Result<Member, Refusal> {
        if tally.members >= facts.max_member_count {
            return Err(Refusal::RoomFull { at_most: facts.max_member_count });
        }
        tally.members += 1;
        tally.newest_joined_ms = self.joined_ms;
        let member = Member::newcomer(self.account, facts, self.joined_ms);
        Ok(Member { msg_seq: tally.messages, ..member })
    }
}

//! Coming in: one person, or many in steps.

use crate::domain::event::Event;
use crate::domain::ids::Account;
use crate::domain::member::{Member, MemberView};
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::room::{Facts, Tally};
use crate::domain::sanction::{SanctionView, SanctionWrite};

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
/// An owner who was listed from the start keeps that place. Who is in already stays as he is.
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
}

impl Operation for Enter {
    type Output = Entrance;

    fn need(&self) -> Need<'_> {
        let accounts = std::slice::from_ref(&self.account);
        Need { accounts, bans: true, seats: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Entrance> {
        let room = seen.room()?;
        let mut tally = room.tally.with_notice(room.facts);
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let entrant = Entrant {
            account: &self.account,
            present: seen.member(),
            ban: seen.bans.first().copied().flatten(),
            name: self.name.as_deref(),
            password: self.password.as_deref(),
            joined_ms,
        };
        let seat = seen.seats().seat_of(self.account.as_str());
        match entrant.admit(room.facts, &mut tally, env.now_ms)? {
            None => {
                let present = seen.member().expect("only a member can be in already");
                let member = present.to_member(&self.account);
                Ok((Delta::default(), Entrance { entry: Entry::WasIn, member, seat }))
            }
            Some(member) => {
                let delta = Delta {
                    tally: Some(tally.with_due(room.facts, env)),
                    members: vec![MemberWrite::Put(member.clone())],
                    bans: entrant.forgotten().into_iter().collect(),
                    events: vec![Event::MembersEntered { accounts: vec![self.account.clone()] }],
                    ..Delta::default()
                };
                Ok((delta, Entrance { entry: Entry::Entered, member, seat }))
            }
        }
    }
}

/// Many people come in with one commit and one event: at most [`MAX_ENTRIES_PER_STEP`], each named
/// once. They stand at one moment, in the order of their accounts. Who may not come in stays
/// outside; the others are in all the same.
#[derive(Debug, Clone)]
pub struct EnterMany {
    /// Who, each once.
    pub accounts: Vec<Account>,
}

impl Operation for EnterMany {
    /// What became of each, in the order of the accounts.
    type Output = Vec<Entry>;

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Vec<Entry>> {
        let room = seen.room()?;
        let mut tally = room.tally.with_notice(room.facts);
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let mut entries = Vec::with_capacity(self.accounts.len());
        let mut members = Vec::with_capacity(self.accounts.len());
        let mut accounts = Vec::with_capacity(self.accounts.len());
        let mut bans = Vec::new();
        for ((account, present), ban) in self.accounts.iter().zip(seen.members).zip(seen.bans) {
            let (present, ban) = (*present, *ban);
            let entrant = Entrant { account, present, ban, name: None, password: None, joined_ms };
            entries.push(match entrant.admit(room.facts, &mut tally, env.now_ms) {
                Ok(Some(member)) => {
                    bans.extend(entrant.forgotten());
                    members.push(MemberWrite::Put(member));
                    accounts.push(account.clone());
                    Entry::Entered
                }
                Ok(None) => Entry::WasIn,
                Err(refusal) => Entry::Refused(refusal),
            });
        }
        if members.is_empty() {
            return Ok((Delta::default(), entries));
        }
        let events = vec![Event::MembersEntered { accounts }];
        let tally = Some(tally.with_due(room.facts, env));
        Ok((Delta { tally, members, bans, events, ..Delta::default() }, entries))
    }
}

/// A person at the door.
struct Entrant<'a> {
    account: &'a Account,
    present: Option<MemberView<'a>>,
    ban: Option<SanctionView<'a>>,
    name: Option<&'a str>,
    password: Option<&'a str>,
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
        if let Some(name) = self.name {
            member.name = name.into();
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

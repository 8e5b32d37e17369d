//! Making a room.

use crate::domain::event::Event;
use crate::domain::group::GroupProfile;
use crate::domain::ids::Account;
use crate::domain::member::Member;
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::password::Gate;
use crate::domain::refusal::{Ceiling, Refusal};
use crate::domain::room::{Facts, RoomKind, Schedule, SeatSettings, Silenced, TakeSeatMode, Tally};
use crate::domain::seats::Seats;

/// The seats that a creator asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SeatRequest {
    /// How many; the package's number when absent.
    pub count: Option<u32>,
    /// How people come to sit.
    pub mode: TakeSeatMode,
}

/// Makes a conference room.
///
/// Refused: an id in use (by a group, or two ways by who owns the room), a quantity above the app's package, a schedule
/// that is too short, a gate without a password.
#[derive(Debug, Clone)]
pub struct CreateRoom {
    /// Who asks.
    pub by: Account,
    /// Who is to own it.
    pub owner: Account,
    /// The name that people see.
    pub name: Box<str>,
    /// The most members; the app's usual number when absent.
    pub max_member_count: Option<u32>,
    /// Unix seconds; now when absent.
    pub start_s: Option<u64>,
    /// Unix seconds; an hour after the start when absent.
    pub end_s: Option<u64>,
    /// What ordinary members may not do.
    pub silenced: Silenced,
    /// The app's own text.
    pub custom_info: Box<str>,
    /// The seats, if there are to be any.
    pub seats: Option<SeatRequest>,
    /// The door.
    pub gate: Gate,
    /// Who is invited. Told to the world, not kept.
    pub invitees: Vec<Account>,
}

impl Operation for CreateRoom {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { create: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let facts = self.facts(env)?;
        if let Some(room) = seen.room {
            return Err(taken(room.facts, &self.by));
        }
        let mut tally = Tally::default();
        let mut members = Vec::new();
        if env.rules.owner_is_member {
            let joined_ms = tally.next_joined_ms(env.now_ms);
            tally = Tally { members: 1, newest_joined_ms: joined_ms, ..tally };
            let owner = Member::newcomer(&self.owner, &facts, joined_ms);
            members.push(MemberWrite::Put(owner));
        }
        let tally = tally.with_due(&facts, env);
        let events =
            vec![Event::RoomCreated { by: self.by.clone(), invitees: self.invitees.clone() }];
        let seats = facts.seats.map(|seats| Seats::free(seats.count));
        let facts = FactsWrite::Put(Box::new(facts));
        let tally = Some(tally);
        Ok((Delta { facts, tally, members, seats, events, ..Delta::default() }, ()))
    }
}

impl CreateRoom {
    fn facts(&self, env: &Env<'_>) -> Result<Facts, Refusal> {
        let rules = env.rules;
        let max_member_count = self.max_member_count.unwrap_or(rules.max_member_count);
        below(Ceiling::Members, max_member_count, rules.member_ceiling)?;
        let seats = self.seats.map(|asked| SeatSettings {
            count: asked.count.unwrap_or(rules.max_seat_count),
            mode: asked.mode,
        });
        if let Some(seats) = seats {
            below(Ceiling::Seats, seats.count, rules.max_seat_count)?;
        }
        if self.gate.enabled && self.gate.password.is_none() {
            return Err(Refusal::NoPasswordToAskFor);
        }
        Ok(Facts {
            kind: RoomKind::Conference,
            serial: env.serial,
            name: self.name.clone(),
            owner: Some(self.owner.clone()),
            created_ms: env.now_ms,
            schedule: Some(Schedule::new(self.start_s, self.end_s, env.now_ms / 1000)?),
            max_member_count,
            silenced: self.silenced,
            custom_info: self.custom_info.clone(),
            seats,
            gate: self.gate.clone(),
            profile: GroupProfile::default(),
        })
    }
}

/// Why a room cannot be made where there is one.
pub(super) fn taken(facts: &Facts, by: &Account) -> Refusal {
    if facts.kind.is_group() {
        Refusal::IsAGroup
    } else if facts.is_owner(by) {
        Refusal::RoomExistsAndYours
    } else {
        Refusal::RoomExists
    }
}

/// Refuses what is above an app's ceiling.
pub(super) fn below(ceiling: Ceiling, asked: u32, at_most: u32) -> Result<(), Refusal> {
    if asked > at_most {
        return Err(Refusal::AboveCeiling { ceiling, asked, at_most });
    }
    Ok(())
}

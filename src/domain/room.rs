//! A room: its facts, rarely written, and its tally, written with every coming and going.

use serde::{Deserialize, Serialize};

use super::group::{GroupProfile, GroupType};
use super::ids::Account;
use super::marks::MarkCounts;
use super::member::{MemberView, Role};
use super::operation::Env;
use super::password::Gate;
use super::refusal::Refusal;

/// What kind of room, which decides how it is born and how it ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoomKind {
    /// Made and destroyed by request; always owned, its owner present or not.
    Conference,
    /// A chat group: made and destroyed by request, never by itself. Its owner, if it has one, is a
    /// member.
    Group(GroupType),
    /// Born with the first who comes in, gone with the last who goes. Nobody owns it.
    Open,
}

impl RoomKind {
    /// Whether it is a chat group.
    #[must_use]
    pub fn is_group(self) -> bool {
        matches!(self, Self::Group(_))
    }

    /// The type of group that chat sees in it.
    #[must_use]
    pub fn group_type(self) -> GroupType {
        match self {
            Self::Conference | Self::Open => GroupType::ChatRoom,
            Self::Group(of) => of,
        }
    }
}

/// Whether a room's time has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum RoomStatus {
    /// Its scheduled start lies ahead.
    NotStarted,
    /// Its start has passed. The end passing changes nothing.
    Running,
}

/// How people come to sit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TakeSeatMode {
    /// Everybody seats himself.
    Free,
    /// The owner or an administrator approves.
    Apply,
}

/// A meeting lasts at least five minutes.
pub const MIN_SCHEDULE_S: u64 = 300;
/// A meeting of which no end is given lasts an hour.
const DEFAULT_SCHEDULE_S: u64 = 3600;

/// When a meeting is to take place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Schedule {
    /// Unix seconds.
    pub start_s: u64,
    /// Unix seconds.
    pub end_s: u64,
}

impl Schedule {
    /// The schedule of what begins at a moment, of which no end is known.
    #[must_use]
    pub fn at(start_s: u64) -> Self {
        Self { start_s, end_s: start_s.saturating_add(DEFAULT_SCHEDULE_S) }
    }

    /// A schedule from what the creator said: it starts now and lasts an hour unless told.
    ///
    /// # Errors
    /// [`Refusal::ScheduleTooShort`] when it lasts less than [`MIN_SCHEDULE_S`].
    pub fn new(start_s: Option<u64>, end_s: Option<u64>, now_s: u64) -> Result<Self, Refusal> {
        let start_s = start_s.unwrap_or(now_s);
        let end_s = end_s.unwrap_or(start_s.saturating_add(DEFAULT_SCHEDULE_S));
        if end_s.saturating_sub(start_s) < MIN_SCHEDULE_S {
            return Err(Refusal::ScheduleTooShort {
                length_s: end_s.checked_signed_diff(start_s).unwrap_or(i64::MIN),
                at_least_s: MIN_SCHEDULE_S,
            });
        }
        Ok(Self { start_s, end_s })
    }
}

/// What ordinary members may not do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "five independent switches of the field")]
pub struct Silenced {
    /// Show their camera.
    pub video: bool,
    /// Speak.
    pub audio: bool,
    /// Write messages.
    pub messages: bool,
    /// Share their screen.
    pub screen_sharing: bool,
    /// Record into the cloud.
    pub cloud_recording: bool,
}

/// The seats a room was made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SeatSettings {
    /// How many.
    pub count: u32,
    /// How people come to sit on them.
    pub mode: TakeSeatMode,
}

/// What is true of a room until somebody changes it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Facts {
    /// How it lives and ends.
    pub kind: RoomKind,
    /// Tells it from every other room of the app, those of the same id included.
    pub serial: u64,
    /// The name that people see.
    pub name: Box<str>,
    /// Who owns it, if anybody does.
    pub owner: Option<Account>,
    /// When it was made, in Unix milliseconds of the app's clock.
    pub created_ms: u64,
    /// When it is to take place; a group is not scheduled.
    pub schedule: Option<Schedule>,
    /// The most members it holds.
    pub max_member_count: u32,
    /// What ordinary members may not do.
    pub silenced: Silenced,
    /// The app's own text about the room.
    pub custom_info: Box<str>,
    /// Its seats, if it was made with any.
    pub seats: Option<SeatSettings>,
    /// Its door.
    pub gate: Gate,
    /// What chat says of it.
    pub profile: GroupProfile,
}

impl Facts {
    /// What is true of an open room that is born now.
    #[must_use]
    pub fn open(env: &Env<'_>) -> Self {
        Self {
            kind: RoomKind::Open,
            serial: env.serial,
            name: "".into(),
            owner: None,
            created_ms: env.now_ms,
            schedule: None,
            max_member_count: env.rules.member_ceiling,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            profile: GroupProfile::default(),
        }
    }

    /// Whether the room's time has come, by a clock.
    #[must_use]
    pub fn status(&self, now_ms: u64) -> RoomStatus {
        match self.schedule {
            Some(schedule) if now_ms / 1000 < schedule.start_s => RoomStatus::NotStarted,
            _ => RoomStatus::Running,
        }
    }

    /// Whether an account owns the room.
    #[must_use]
    pub fn is_owner(&self, account: &Account) -> bool {
        self.owner.as_ref() == Some(account)
    }
}

/// What changes with every coming and going: small, and written without touching the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tally {
    /// Everybody in the list.
    pub members: u32,
    /// The administrators among them, the owner not counted.
    pub admins: u32,
    /// Those who came in, robots too. An owner who is only listed keeps no room alive.
    pub present: u32,
    /// The robots among them.
    pub robots: u32,
    /// The marks that they hold.
    pub marks: MarkCounts,
    /// The latest place that was ever given in this room's order, in Unix milliseconds.
    pub newest_joined_ms: u64,
    /// The latest place that was ever given in this room's order of banning.
    pub newest_ban: u64,
    /// The latest place that was ever given in this room's order of muting.
    pub newest_mute: u64,
    /// The number of the latest message: nobody writes any here, but who comes and goes is told of.
    pub messages: u32,
    /// How often somebody came or went.
    pub passages: u64,
    /// How many streams were ever added.
    pub newest_stream: u64,
    /// When somebody has to look at the room again, in Unix milliseconds of the app's clock: an
    /// empty room ends then. A store finds rooms by it.
    pub due_ms: Option<u64>,
}

impl Tally {
    /// The place for whoever comes next: now, but behind everybody who came before, even under a
    /// frozen clock.
    #[must_use]
    pub fn next_joined_ms(&self, now_ms: u64) -> u64 {
        now_ms.max(self.newest_joined_ms.saturating_add(1))
    }

    /// The tally without a member who goes.
    #[must_use]
    pub fn without(self, member: &MemberView<'_>) -> Self {
        let mut marks = self.marks;
        member.marks.iter().for_each(|mark| marks.remove(*mark));
        Self {
            marks,
            members: self.members - 1,
            admins: self.admins - u32::from(member.role == Role::Admin),
            present: self.present - u32::from(member.entered),
            robots: self.robots - u32::from(member.robot),
            passages: self.passages + u64::from(member.entered),
            ..self
        }
    }

    /// The tally with the counts of these members, who are all that there are.
    #[must_use]
    pub fn counting<'a>(self, members: impl Iterator<Item = MemberView<'a>>) -> Self {
        let marks = MarkCounts::default();
        let tally = Self { members: 0, admins: 0, present: 0, robots: 0, marks, ..self };
        members.fold(tally, |tally, member| tally.with(&member))
    }

    /// The tally with one member more.
    #[must_use]
    pub fn with(mut self, member: &MemberView<'_>) -> Self {
        self.members += 1;
        self.admins += u32::from(member.role == Role::Admin);
        self.present += u32::from(member.entered);
        self.robots += u32::from(member.robot);
        for mark in member.marks {
            // A room of too many marks cannot be: those beyond are not counted.
            let _ = self.marks.add(*mark);
        }
        self
    }

    /// The tally after a group was told of who comes or goes: that is a message of its own.
    #[must_use]
    pub fn with_notice(self, facts: &Facts) -> Self {
        let messages = self.messages.saturating_add(u32::from(facts.kind.is_group()));
        Self { messages, ..self }
    }

    /// The tally with the time at which an empty room ends: `reclaim_after_ms` from when it became
    /// empty, and never before that long past its scheduled end. A group does not end by itself, and
    /// an open room ends with the last who goes.
    #[must_use]
    pub fn with_due(self, facts: &Facts, env: &Env<'_>) -> Self {
        let end_ms = facts.schedule.map_or(0, |schedule| schedule.end_s.saturating_mul(1000));
        let from_now = || env.now_ms.max(end_ms).saturating_add(env.rules.reclaim_after_ms);
        let empty = self.present == 0 && facts.kind == RoomKind::Conference;
        Self { due_ms: empty.then(|| self.due_ms.unwrap_or_else(from_now)), ..self }
    }
}

/// A room as a store shows it.
#[derive(Debug, Clone, Copy)]
pub struct RoomView<'a> {
    /// Tells a room from an earlier one with the same id. Not used twice in an app's epoch.
    pub incarnation: u64,
    /// What is true of it.
    pub facts: &'a Facts,
    /// Its counts.
    pub tally: &'a Tally,
}

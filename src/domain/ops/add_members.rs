//! Putting people into a room, with or without their asking.

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::ids::Account;
use crate::domain::member::{Member, Role};
use crate::domain::operation::{Decision, Delta, Env, MemberWrite, Need, Operation, Slice};
use crate::domain::passage::{Login, Passage};
use crate::domain::refusal::Refusal;
use crate::domain::room::Tally;
use crate::domain::sanction::SanctionWrite;

/// What became of somebody who was to be put into a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Addition {
    /// The account is in, and was not before.
    Added,
    /// The account was in; nothing changed.
    WasIn,
    /// The account stays outside: banned, or its time of joining cannot be.
    Refused,
}

/// Puts people into a room as ordinary members: they count as having come in, at one moment, in the
/// order of their accounts. No door asks them for a password. One call is one event and one notice.
///
/// Refused: an unknown room, a room that has no place for all who are new; then nobody is put in.
/// Who is banned stays outside.
#[derive(Debug, Clone)]
pub struct AddMembers {
    /// Who, each once.
    pub accounts: Vec<Account>,
    /// The group is not told.
    pub silent: bool,
}

impl Operation for AddMembers {
    /// What became of each, in the order of the accounts.
    type Output = Vec<Addition>;

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Vec<Addition>> {
        let room = seen.room()?;
        let mut tally = *room.tally;
        if !self.silent {
            tally = tally.with_notice(room.facts);
        }
        let joined_ms = tally.next_joined_ms(env.now_ms);
        let mut delta = Delta::default();
        let mut added = Vec::new();
        let mut outcomes = Vec::with_capacity(self.accounts.len());
        for ((account, present), ban) in self.accounts.iter().zip(seen.members).zip(seen.bans) {
            if present.is_some_and(|member| member.entered) {
                outcomes.push(Addition::WasIn);
                continue;
            }
            if ban.is_some_and(|ban| ban.in_force(env.now_ms)) {
                outcomes.push(Addition::Refused);
                continue;
            }
            let member = match present {
                Some(listed) => listed.to_member(account),
                None => {
                    tally.members += 1;
                    tally.newest_joined_ms = joined_ms;
                    let msg_seq = tally.messages;
                    Member { msg_seq, ..Member::newcomer(account, room.facts, joined_ms) }
                }
            };
            tally.present += 1;
            let member = Member { entered: true, ..member };
            // A ban that is over is of no use any more.
            delta.bans.extend(ban.map(|_| SanctionWrite::Remove(account.clone())));
            tally.passages += 1;
            added.push(Passage::of(&member, tally.passages));
            delta.members.push(MemberWrite::Put(member));
            outcomes.push(Addition::Added);
        }
        if added.is_empty() {
            return Ok((Delta::default(), outcomes));
        }
        has_place(&tally, room.tally, room.facts.max_member_count)?;
        delta.events.push(Event::MembersEntered { people: added, login: Login::default() });
        delta.tally = Some(tally.with_due(room.facts, env));
        Ok((delta, outcomes))
    }
}

/// Refuses more members than a room holds, if any are new.
fn has_place(after: &Tally, before: &Tally, at_most: u32) -> Result<(), Refusal> {
    if after.members > before.members && after.members > at_most {
        return Err(Refusal::RoomFull { at_most });
    }
    Ok(())
}

/// Somebody who is brought along from elsewhere.
#[derive(Debug, Clone)]
pub struct ImportedMember {
    /// Who.
    pub account: Account,
    /// An administrator.
    pub admin: bool,
    /// When the account joined, in Unix seconds; now when absent.
    pub joined_s: Option<u64>,
    /// The app's own fields of the member.
    pub fields: Vec<(Arc<str>, Box<str>)>,
}

/// Puts people into a room as they were in another one before. Tells nobody.
///
/// Who joined before the room was made or will join later stays outside, and so does whoever is
/// banned or finds no place.
///
/// Refused: an unknown room, administrators in a group that has none, too many of them; then nobody
/// is put in.
#[derive(Debug, Clone)]
pub struct ImportMembers {
    /// Who, each once.
    accounts: Vec<Account>,
    /// The same.
    members: Vec<ImportedMember>,
}

impl ImportMembers {
    /// Imports these, each named once.
    #[must_use]
    pub fn new(members: Vec<ImportedMember>) -> Self {
        let accounts = members.iter().map(|member| member.account.clone()).collect();
        Self { accounts, members }
    }
}

impl Operation for ImportMembers {
    /// What became of each, in the order of the call.
    type Output = Vec<Addition>;

    fn need(&self) -> Need<'_> {
        Need { accounts: &self.accounts, bans: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<Vec<Addition>> {
        let room = seen.room()?;
        let facts = room.facts;
        let mut tally = *room.tally;
        let now_ms = tally.next_joined_ms(env.now_ms);
        let times = facts.created_ms / 1000..=env.now_ms / 1000;
        let mut members = Vec::new();
        let mut outcomes = Vec::with_capacity(self.members.len());
        for ((row, present), ban) in self.members.iter().zip(seen.members).zip(seen.bans) {
            if present.is_some() {
                outcomes.push(Addition::WasIn);
                continue;
            }
            let banned = ban.is_some_and(|ban| ban.in_force(env.now_ms));
            let at_another_time = row.joined_s.is_some_and(|joined_s| !times.contains(&joined_s));
            if banned || at_another_time || tally.members >= facts.max_member_count {
                outcomes.push(Addition::Refused);
                continue;
            }
            let joined_ms = row.joined_s.map_or(now_ms, |joined_s| joined_s.saturating_mul(1000));
            tally.members += 1;
            tally.present += 1;
            tally.passages += 1;
            tally.newest_joined_ms = tally.newest_joined_ms.max(joined_ms);
            let mut member = Member::newcomer(&row.account, facts, joined_ms);
            member.entered = true;
            member.msg_seq = tally.messages;
            member.fields = member.fields.with(&row.fields);
            if row.admin && member.role == Role::Member {
                tally.admins += 1;
                member.role = Role::Admin;
            }
            members.push(MemberWrite::Put(member));
            outcomes.push(Addition::Added);
        }
        let group_type = facts.kind.group_type();
        if tally.admins > room.tally.admins {
            if !group_type.has_admins() {
                return Err(Refusal::GroupTypeForbids { group_type });
            }
            let at_most = env.rules.max_admin_count;
            if tally.admins > at_most {
                return Err(Refusal::TooManyAdmins { at_most });
            }
        }
        if members.is_empty() {
            return Ok((Delta::default(), outcomes));
        }
        let tally = Some(tally.with_due(facts, env));
        Ok((Delta { tally, members, ..Delta::default() }, outcomes))
    }
}

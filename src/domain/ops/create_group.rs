//! Making a chat group.

use std::sync::Arc;

use super::create_room::taken;
use crate::domain::event::Event;
use crate::domain::group::{GroupProfile, GroupType};
use crate::domain::ids::Account;
use crate::domain::member::{Member, MsgFlag, Role};
use crate::domain::operation::{
    Decision, Delta, Env, FactsWrite, MemberWrite, Need, Operation, Slice,
};
use crate::domain::password::Gate;
use crate::domain::refusal::Refusal;
use crate::domain::room::{Facts, RoomKind, Silenced, Tally};

/// Somebody who is in a group from the start.
#[derive(Debug, Clone)]
pub struct FirstMember {
    /// Who.
    pub account: Account,
    /// An administrator.
    pub admin: bool,
    /// The display name; none if empty.
    pub name: Box<str>,
    /// Which messages are to reach the member; those of the type when absent.
    pub msg_flag: Option<MsgFlag>,
    /// The app's own fields of the member.
    pub fields: Vec<(Arc<str>, Box<str>)>,
}

/// Makes a chat group with its first members. The owner stands in front; the others stand behind at
/// one moment, in the order of their accounts.
///
/// Refused: an id in use (two ways, by who owns the room or group), administrators in a group that
/// has none, too many of them, more members than it is to hold.
#[derive(Debug, Clone)]
pub struct CreateGroup {
    /// On whose behalf.
    pub by: Account,
    /// What kind of group.
    pub group_type: GroupType,
    /// Who is to own it, if anybody.
    pub owner: Option<Account>,
    /// The name that people see.
    pub name: Box<str>,
    /// The most members.
    pub max_member_count: u32,
    /// What else is said of it.
    pub profile: GroupProfile,
    /// When it came to be, in Unix milliseconds; now when absent.
    pub created_ms: Option<u64>,
    /// Who is in it from the start, each once. The owner is, named here or not.
    pub members: Vec<FirstMember>,
}

impl Operation for CreateGroup {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { create: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        if let Some(room) = seen.room {
            return Err(match taken(room.facts, &self.by) {
                Refusal::IsAGroup if room.facts.is_owner(&self.by) => Refusal::RoomExistsAndYours,
                Refusal::IsAGroup => Refusal::RoomExists,
                refusal => refusal,
            });
        }
        let facts = self.facts(env);
        let (members, tally) = self.people(&facts, env)?;
        let events = vec![Event::RoomCreated { by: self.by.clone(), invitees: Vec::new() }];
        let facts = FactsWrite::Put(Box::new(facts));
        Ok((Delta { facts, tally: Some(tally), members, events, ..Delta::default() }, ()))
    }
}

impl CreateGroup {
    fn facts(&self, env: &Env<'_>) -> Facts {
        Facts {
            kind: RoomKind::Group(self.group_type),
            serial: env.serial,
            name: self.name.clone(),
            owner: self.owner.clone(),
            created_ms: self.created_ms.unwrap_or(env.now_ms),
            schedule: None,
            max_member_count: self.max_member_count,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            profile: self.profile.clone(),
        }
    }

    fn people(&self, facts: &Facts, env: &Env<'_>) -> Result<(Vec<MemberWrite>, Tally), Refusal> {
        let mut tally = Tally::default();
        let mut members = Vec::with_capacity(self.members.len() + 1);
        let is_owner = |member: &&FirstMember| facts.is_owner(&member.account);
        if let Some(owner) = &facts.owner {
            let said = self.members.iter().find(is_owner);
            let joined_ms = tally.next_joined_ms(env.now_ms);
            members.push(MemberWrite::Put(person(owner, said, facts, joined_ms)));
            tally.newest_joined_ms = joined_ms;
        }
        let joined_ms = tally.next_joined_ms(env.now_ms);
        for member in self.members.iter().filter(|member| !is_owner(member)) {
            tally.admins += u32::from(member.admin);
            tally.newest_joined_ms = joined_ms;
            let record = person(&member.account, Some(member), facts, joined_ms);
            members.push(MemberWrite::Put(record));
        }
        if tally.admins > 0 && !self.group_type.has_admins() {
            return Err(Refusal::GroupTypeForbids { group_type: self.group_type });
        }
        let at_most = env.rules.max_admin_count;
        if tally.admins > at_most {
            return Err(Refusal::TooManyAdmins { at_most });
        }
        tally.members = u32::try_from(members.len()).unwrap_or(u32::MAX);
        if tally.members > facts.max_member_count {
            return Err(Refusal::RoomFull { at_most: facts.max_member_count });
        }
        tally.present = tally.members;
        tally.passages = u64::from(tally.members);
        Ok((members, tally.with_due(facts, env)))
    }
}

fn person(account: &Account, said: Option<&FirstMember>, facts: &Facts, joined_ms: u64) -> Member {
    let mut member = Member { entered: true, ..Member::newcomer(account, facts, joined_ms) };
    if let Some(said) = said {
        member.name.clone_from(&said.name);
        member.fields = member.fields.with(&said.fields);
        member.msg_flag = said.msg_flag.unwrap_or(member.msg_flag);
        if said.admin && member.role == Role::Member {
            member.role = Role::Admin;
        }
    }
    member
}

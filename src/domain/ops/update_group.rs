//! Changing what chat says of a room.

use std::sync::Arc;

use crate::domain::event::Event;
use crate::domain::group::{ApplyOption, GroupProfile, InviteOption};
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};
use crate::domain::room::{Facts, Silenced};

/// What is to be different; what is absent stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct GroupChange {
    /// The name that people see.
    pub name: Option<Box<str>>,
    /// What it is about; empty clears it.
    pub introduction: Option<Box<str>>,
    /// What its members are to know; empty clears it.
    pub notification: Option<Box<str>>,
    /// Its picture; empty clears it.
    pub face_url: Option<Box<str>>,
    /// The most members. Below the present number it only keeps new ones out.
    pub max_member_count: Option<u32>,
    /// How people join who ask to.
    pub apply: Option<ApplyOption>,
    /// How people join who are invited.
    pub invite: Option<InviteOption>,
    /// Whether ordinary members may not write messages.
    pub silenced: Option<bool>,
    /// The app's own fields that are set anew; an empty value takes one away.
    pub fields: Vec<(Arc<str>, Box<str>)>,
    /// Whether new members may read what was written before.
    pub history: Option<bool>,
    /// Whether members may be given rights of their own.
    pub permissions: Option<bool>,
    /// The rights of those who were given none.
    pub default_permission: Option<u32>,
}

/// Changes what chat says of a room or group.
///
/// Refused: an unknown room.
#[derive(Debug, Clone)]
pub struct UpdateGroup {
    /// Who asks.
    pub by: Account,
    /// What is to be different.
    pub change: GroupChange,
}

impl Operation for UpdateGroup {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need::default()
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let now = seen.room()?.facts;
        let change = &self.change;
        let facts = Facts {
            name: change.name.clone().unwrap_or_else(|| now.name.clone()),
            max_member_count: change.max_member_count.unwrap_or(now.max_member_count),
            silenced: Silenced {
                messages: change.silenced.unwrap_or(now.silenced.messages),
                ..now.silenced
            },
            profile: self.profile(&now.profile).touched(env.now_ms),
            ..now.clone()
        };
        let events = vec![Event::RoomUpdated { by: self.by.clone() }];
        let facts = FactsWrite::Put(Box::new(facts));
        Ok((Delta { facts, events, ..Delta::default() }, ()))
    }
}

impl UpdateGroup {
    fn profile(&self, now: &GroupProfile) -> GroupProfile {
        let change = &self.change;
        let text =
            |change: &Option<Box<str>>, now: &str| change.clone().unwrap_or_else(|| now.into());
        GroupProfile {
            introduction: text(&change.introduction, &now.introduction),
            notification: text(&change.notification, &now.notification),
            face_url: text(&change.face_url, &now.face_url),
            apply: change.apply.unwrap_or(now.apply),
            invite: change.invite.unwrap_or(now.invite),
            fields: now.fields.with(&change.fields),
            permissions: change.permissions.unwrap_or(now.permissions),
            default_permission: change.default_permission.unwrap_or(now.default_permission),
            history: change.history.or(now.history),
            topics: now.topics,
            changes: now.changes,
            changed_ms: now.changed_ms,
        }
    }
}

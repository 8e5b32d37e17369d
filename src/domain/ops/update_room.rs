//! Changing a room's facts.

use super::create_room::below;
use crate::domain::event::Event;
use crate::domain::ids::Account;
use crate::domain::operation::{Decision, Delta, Env, FactsWrite, Need, Operation, Slice};
use crate::domain::password::{Gate, PasswordHash};
use crate::domain::refusal::{Ceiling, Refusal};
use crate::domain::room::{Facts, Silenced, TakeSeatMode};

/// What is to be different; what is absent stays as it is.
#[derive(Debug, Clone, Default)]
pub struct RoomChange {
    /// The name that people see.
    pub name: Option<Box<str>>,
    /// The most members. Below the present number it only keeps new ones out.
    pub max_member_count: Option<u32>,
    /// Whether ordinary members may not show their camera.
    pub video: Option<bool>,
    /// Whether they may not speak.
    pub audio: Option<bool>,
    /// Whether they may not write messages.
    pub messages: Option<bool>,
    /// Whether they may not share their screen.
    pub screen_sharing: Option<bool>,
    /// Whether they may not record into the cloud.
    pub cloud_recording: Option<bool>,
    /// The app's own text.
    pub custom_info: Option<Box<str>>,
    /// How people come to sit.
    pub take_seat_mode: Option<TakeSeatMode>,
    /// Whether a password is asked for.
    pub gate_enabled: Option<bool>,
    /// The password: `Some(None)` forgets it and turns the gate off.
    pub password: Option<Option<PasswordHash>>,
}

/// Changes a room's facts.
///
/// Refused: an unknown room, a member count above the app's ceiling, a seat mode where there are no
/// seats, a gate without a password.
#[derive(Debug, Clone)]
pub struct UpdateRoom {
    /// Who asks.
    pub by: Account,
    /// What is to be different.
    pub change: RoomChange,
}

impl Operation for UpdateRoom {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need::default()
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let facts = seen.room()?.facts;
        let change = &self.change;
        let max_member_count = change.max_member_count.unwrap_or(facts.max_member_count);
        if change.max_member_count.is_some() {
            below(Ceiling::Members, max_member_count, env.rules.member_ceiling)?;
        }
        let mut seats = facts.seats;
        if let Some(mode) = change.take_seat_mode {
            seats.as_mut().ok_or(Refusal::NoSeats)?.mode = mode;
        }
        let silenced = Silenced {
            video: change.video.unwrap_or(facts.silenced.video),
            audio: change.audio.unwrap_or(facts.silenced.audio),
            messages: change.messages.unwrap_or(facts.silenced.messages),
            screen_sharing: change.screen_sharing.unwrap_or(facts.silenced.screen_sharing),
            cloud_recording: change.cloud_recording.unwrap_or(facts.silenced.cloud_recording),
        };
        let facts = Facts {
            name: change.name.clone().unwrap_or_else(|| facts.name.clone()),
            max_member_count,
            silenced,
            custom_info: change.custom_info.clone().unwrap_or_else(|| facts.custom_info.clone()),
            seats,
            gate: self.gate(&facts.gate)?,
            owner: facts.owner.clone(),
            profile: facts.profile.clone().touched(env.now_ms),
            ..*facts
        };
        let events = vec![Event::RoomUpdated { by: self.by.clone() }];
        let facts = FactsWrite::Put(Box::new(facts));
        Ok((Delta { facts, events, ..Delta::default() }, ()))
    }
}

impl UpdateRoom {
    fn gate(&self, now: &Gate) -> Result<Gate, Refusal> {
        let password = self.change.password.clone().unwrap_or_else(|| now.password.clone());
        let forgotten = self.change.password == Some(None);
        let enabled = self.change.gate_enabled.unwrap_or(now.enabled && !forgotten);
        if enabled && password.is_none() {
            return Err(Refusal::NoPasswordToAskFor);
        }
        Ok(Gate { enabled, password })
    }
}

//! The dialect's enumerated words: those of requests as tables, those of replies as types.

use schemars::JsonSchema;
use serde::Serialize;

use crate::config::OwnerRoleName;
use crate::domain::{Role, RoomKind, RoomStatus, SeatSettings, TakeSeatMode};

/// How people may come to sit, as requests spell it.
pub(super) const TAKE_SEAT_MODES: &[(&str, TakeSeatMode)] =
    &[("FreeToTake", TakeSeatMode::Free), ("ApplyToTake", TakeSeatMode::Apply)];

/// The kinds of room that can be made here.
pub(super) const ROOM_TYPES: &[(&str, RoomKind)] = &[("Conference", RoomKind::Conference)];

/// The roles that can be given, and whether each makes an administrator.
pub(super) const ROLES: &[(&str, bool)] = &[("Admin", true), ("Member", false)];

/// `TakeSeatMode` as replies spell it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub enum TakeSeatModeWord {
    /// The room has no seats.
    None,
    /// Everybody seats himself.
    FreeToTake,
    /// The owner or an administrator approves.
    ApplyToTake,
}

impl TakeSeatModeWord {
    /// The word of a room with these seats.
    #[must_use]
    pub fn of(seats: Option<SeatSettings>) -> Self {
        match seats.map(|seats| seats.mode) {
            None => Self::None,
            Some(TakeSeatMode::Free) => Self::FreeToTake,
            Some(TakeSeatMode::Apply) => Self::ApplyToTake,
        }
    }
}

/// `RoomType` as replies spell it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) enum RoomTypeWord {
    Conference,
}

impl From<RoomKind> for RoomTypeWord {
    fn from(kind: RoomKind) -> Self {
        match kind {
            // The one word that the dialect has.
            RoomKind::Conference | RoomKind::Open | RoomKind::Group(_) => Self::Conference,
        }
    }
}

/// `RoomStatus` as replies spell it.
#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
pub(super) enum RoomStatusWord {
    NotStarted,
    Running,
}

impl From<RoomStatus> for RoomStatusWord {
    fn from(status: RoomStatus) -> Self {
        match status {
            RoomStatus::NotStarted => Self::NotStarted,
            RoomStatus::Running => Self::Running,
        }
    }
}

/// `Role` as replies spell it; the owner's is a setting, since the vendor's table and sample differ.
pub(super) fn role(role: Role, owner: &'static str) -> &'static str {
    match role {
        Role::Owner => owner,
        Role::Admin => "Admin",
        Role::Member => "Member",
    }
}

/// Every `Role` that a reply may hold.
pub(super) fn roles() -> Vec<&'static str> {
    let owner = OwnerRoleName::Owner.as_str();
    let others = [Role::Admin, Role::Member].map(|other| role(other, owner));
    [owner, OwnerRoleName::RoomOwner.as_str()].into_iter().chain(others).collect()
}

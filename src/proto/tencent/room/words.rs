//! The dialect's enumerated words.

use crate::domain::{Role, RoomKind, RoomStatus, SeatSettings, TakeSeatMode};

/// How people may come to sit, as requests spell it.
pub(super) const TAKE_SEAT_MODES: &[(&str, TakeSeatMode)] =
    &[("FreeToTake", TakeSeatMode::Free), ("ApplyToTake", TakeSeatMode::Apply)];

/// The kinds of room that can be made here.
pub(super) const ROOM_TYPES: &[(&str, RoomKind)] = &[("Conference", RoomKind::Conference)];

/// `TakeSeatMode` as replies spell it.
pub(super) fn take_seat_mode(seats: Option<SeatSettings>) -> &'static str {
    match seats.map(|seats| seats.mode) {
        None => "None",
        Some(TakeSeatMode::Free) => "FreeToTake",
        Some(TakeSeatMode::Apply) => "ApplyToTake",
    }
}

/// `RoomType` as replies spell it.
pub(super) fn room_type(kind: RoomKind) -> &'static str {
    match kind {
        RoomKind::Conference => "Conference",
    }
}

/// `RoomStatus` as replies spell it.
pub(super) fn room_status(status: RoomStatus) -> &'static str {
    match status {
        RoomStatus::NotStarted => "NotStarted",
        RoomStatus::Running => "Running",
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

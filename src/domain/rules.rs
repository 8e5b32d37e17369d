//! What an app allows in its rooms: the vendor's package limits as values.

/// The limits and defaults of an app's rooms, from the settings `[app.room]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RoomRules {
    /// The owner of a new room is listed and counted from the start.
    pub owner_is_member: bool,
    /// Members a room holds when its creator names no number.
    pub max_member_count: u32,
    /// The most members that a room may be given.
    pub member_ceiling: u32,
    /// Seats a room has when its creator names no number, and the most it may be given.
    pub max_seat_count: u32,
    /// The most administrators in one room, the owner not counted.
    pub max_admin_count: u32,
    /// How long a room stands empty, and past its scheduled end, before it ends by itself, in
    /// milliseconds.
    pub reclaim_after_ms: u64,
}

//! What can be done to a room, one operation a file.

mod create_room;
mod destroy_room;
mod enter;
mod leave;
mod reclaim;
mod update_member;
mod update_room;

#[cfg(test)]
mod tests;

pub use create_room::{CreateRoom, SeatRequest};
pub use destroy_room::DestroyRoom;
pub use enter::{Enter, EnterMany, Entry, MAX_ENTRIES_PER_STEP};
pub use leave::Leave;
pub use reclaim::Reclaim;
pub use update_member::{MemberChange, UpdateMember};
pub use update_room::{RoomChange, UpdateRoom};

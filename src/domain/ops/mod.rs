//! What can be done to a room, one operation a file.

mod change_owner;
mod create_room;
mod destroy_room;
mod enter;
mod kick;
mod leave;
mod mark_members;
mod reclaim;
mod robots;
mod update_member;
mod update_room;

#[cfg(test)]
mod tests;

pub use change_owner::ChangeOwner;
pub use create_room::{CreateRoom, SeatRequest};
pub use destroy_room::DestroyRoom;
pub use enter::{Enter, EnterMany, Entry, MAX_ENTRIES_PER_STEP};
pub use kick::Kick;
pub use leave::Leave;
pub use mark_members::MarkMembers;
pub use reclaim::Reclaim;
pub use robots::{AddRobot, DeleteRobot};
pub use update_member::{MemberChange, UpdateMember};
pub use update_room::{RoomChange, UpdateRoom};

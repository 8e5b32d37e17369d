//! What can be done to a room, one operation a file.

mod add_members;
mod add_stream;
mod ban_members;
mod change_owner;
mod create_group;
mod create_room;
mod delete_stream;
mod destroy_room;
mod enter;
mod kick;
mod leave;
mod leave_seat;
mod leaving;
mod lock_seat;
mod mark_members;
mod move_to_seat;
mod mute_members;
mod reclaim;
mod remove_members;
mod robots;
mod sanctioning;
mod seat_queue;
mod take_seat;
mod update_group;
mod update_member;
mod update_room;

#[cfg(test)]
mod tests;

use super::refusal::Refusal;
use super::seats::{Seat, Seats};

pub use add_members::{AddMembers, Addition, ImportMembers, ImportedMember};
pub use add_stream::AddStream;
pub use ban_members::{BanMembers, UnbanMembers};
pub use change_owner::ChangeOwner;
pub use create_group::{CreateGroup, FirstMember};
pub use create_room::{CreateRoom, SeatRequest};
pub use delete_stream::DeleteStream;
pub use destroy_room::DestroyRoom;
pub use enter::{Enter, EnterMany, Entrance, Entry, MAX_ENTRIES_PER_STEP};
pub use kick::Kick;
pub use leave::{Leave, Vanish};
pub use leave_seat::LeaveSeat;
pub use lock_seat::{LockSeat, SeatChange};
pub use mark_members::MarkMembers;
pub use move_to_seat::{IfTaken, MoveToSeat};
pub use mute_members::MuteMembers;
pub use reclaim::Reclaim;
pub use remove_members::RemoveMembers;
pub use robots::{AddRobot, DeleteRobot};
pub use seat_queue::{AskForSeat, WithdrawFromQueue};
pub use take_seat::TakeSeat;
pub use update_group::{GroupChange, UpdateGroup};
pub use update_member::{MemberChange, UpdateMember};
pub use update_room::{RoomChange, UpdateRoom};

/// A seat of a room that has some.
fn seat_at(seats: &Seats, index: u32) -> Result<&Seat, Refusal> {
    let last = seats.count().saturating_sub(1);
    seats.get(index).ok_or(Refusal::NoSuchSeat { index, last })
}

//! The room dialect: Tencent RTC Conference's RoomEngine, `v4/room_engine_http_srv/*`.
//!
//! One command, one file; its name stands once more in [`COMMANDS`], from which everything else
//! that lists commands derives.

mod codes;
mod create_room;
mod destroy_room;
mod get_room_info;
mod get_room_member_list;
mod room_fields;
mod update_room_info;
mod update_room_member_info;
mod words;

pub use codes::{CODES, wire};
pub use create_room::CreateRoom;
pub use destroy_room::DestroyRoom;
pub use get_room_info::GetRoomInfo;
pub use get_room_member_list::GetRoomMemberList;
pub use update_room_info::UpdateRoomInfo;
pub use update_room_member_info::UpdateRoomMemberInfo;

use super::command::Entry;

/// Every command of the dialect.
pub const COMMANDS: &[Entry] = &[
    Entry::of::<CreateRoom>(),
    Entry::of::<DestroyRoom>(),
    Entry::of::<UpdateRoomInfo>(),
    Entry::of::<GetRoomInfo>(),
    Entry::of::<GetRoomMemberList>(),
    Entry::of::<UpdateRoomMemberInfo>(),
];

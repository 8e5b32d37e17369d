//! The room dialect: Tencent RTC Conference's RoomEngine, `v4/room_engine_http_srv/*` for
//! seats, `v4/room_engine_http_mic/*`, and for its callbacks `v4/room_config/*`.
//!
//! One command, one file; its name stands once more in [`COMMANDS`], from which everything else
//! that lists commands derives.

mod add_robot;
mod ban_room_member;
mod callback_fields;
mod change_room_owner;
mod codes;
mod create_room;
mod delete_callback;
mod delete_robot;
mod destroy_room;
mod get_banned_member_list;
mod get_callback;
mod get_room_info;
mod get_room_member_list;
mod get_seat_list;
mod kick_user_off_seat;
mod kick_user_out;
mod lock_seat;
mod mark_room_member;
mod member_list;
mod move_user_to_seat;
mod pick_user_on_seat;
mod reach;
mod room_fields;
mod room_info;
mod seat_fields;
mod set_callback;
mod switch_seat;
mod unban_room_member;
mod update_callback;
mod update_room_info;
mod update_room_member_info;
mod words;

pub use add_robot::AddRobot;
pub use ban_room_member::BanRoomMember;
pub use callback_fields::ReceiverFields;
pub use change_room_owner::ChangeRoomOwner;
pub use codes::{CODES, wire};
pub use create_room::CreateRoom;
pub use delete_callback::DeleteCallback;
pub use delete_robot::DeleteRobot;
pub use destroy_room::DestroyRoom;
pub use get_banned_member_list::GetBannedMemberList;
pub use get_callback::GetCallback;
pub use get_room_info::GetRoomInfo;
pub use get_room_member_list::GetRoomMemberList;
pub use get_seat_list::GetSeatList;
pub use kick_user_off_seat::KickUserOffSeat;
pub use kick_user_out::KickUserOut;
pub use lock_seat::LockSeat;
pub use mark_room_member::MarkRoomMember;
pub use move_user_to_seat::MoveUserToSeat;
pub use pick_user_on_seat::PickUserOnSeat;
pub use room_info::RoomInfo;
pub use set_callback::SetCallback;
pub use switch_seat::SwitchSeat;
pub use unban_room_member::UnbanRoomMember;
pub use update_callback::UpdateCallback;
pub use update_room_info::UpdateRoomInfo;
pub use update_room_member_info::UpdateRoomMemberInfo;
pub use words::TakeSeatModeWord;

use super::command::{Entry, MayCall, Spec};
use super::dialect::{Dialect, Envelope, UnknownCommand};

/// What its services answer alike.
pub const DIALECT: Dialect = Dialect {
    name: "Tencent RTC Conference",
    services: &["room_engine_http_srv", "room_engine_http_mic", "room_config"],
    envelope: Envelope::Room,
    unknown_command: UnknownCommand::ToAnybody,
    meanings: CODES,
    wire,
};

/// What all commands of the dialect have in common.
const SPEC: Spec = Spec {
    path: "",
    summary: "",
    page: "",
    calls_per_second: 200,
    may_call: MayCall::AppAdministrator,
    reads: false,
    codes: &[],
    answers: &[],
    dialect: &DIALECT,
};

/// Every command of the dialect.
pub const COMMANDS: &[Entry] = &[
    Entry::of::<CreateRoom>(),
    Entry::of::<DestroyRoom>(),
    Entry::of::<UpdateRoomInfo>(),
    Entry::of::<GetRoomInfo>(),
    Entry::of::<GetRoomMemberList>(),
    Entry::of::<UpdateRoomMemberInfo>(),
    Entry::of::<ChangeRoomOwner>(),
    Entry::of::<MarkRoomMember>(),
    Entry::of::<BanRoomMember>(),
    Entry::of::<UnbanRoomMember>(),
    Entry::of::<GetBannedMemberList>(),
    Entry::of::<KickUserOut>(),
    Entry::of::<AddRobot>(),
    Entry::of::<DeleteRobot>(),
    Entry::of::<GetSeatList>(),
    Entry::of::<PickUserOnSeat>(),
    Entry::of::<KickUserOffSeat>(),
    Entry::of::<LockSeat>(),
    Entry::of::<SwitchSeat>(),
    Entry::of::<MoveUserToSeat>(),
    Entry::of::<GetCallback>(),
    Entry::of::<SetCallback>(),
    Entry::of::<UpdateCallback>(),
    Entry::of::<DeleteCallback>(),
];

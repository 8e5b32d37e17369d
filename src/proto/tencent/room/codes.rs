//! The room dialect's codes: 100001 to 100999.
//!
//! The vendor publishes meanings, not texts. Ours name the field and the limit, and carry the
//! phrases that real clients look for (`room does not exist`, `permission denied`, `upper limit`,
//! `not support seat`).

use crate::domain::{Ceiling, Refusal};
use crate::proto::tencent::codes::gateway;
use crate::proto::tencent::refused::{Refused, Wire};

/// Every code of the dialect that is answered here, and what it means.
pub const CODES: &[(u32, &str)] = &[
    (100_001, "the store is unavailable, or a bug; try again"),
    (100_002, "a field is not what it should be; the text names it and its limit"),
    (100_003, "the room id is in use"),
    (100_004, "the room does not exist, or no longer"),
    (100_005, "the account is not in the room"),
    (100_006, "permission denied"),
    (100_008, "the room is full"),
    (100_009, "the room has its upper limit of different marks"),
    (100_010, "the room id is in use, and the caller owns the room"),
    (100_011, "the room id is in use by a chat group"),
    (100_013, "more than the app's settings allow"),
    (100_015, "no such `RoomType`"),
    (100_016, "the account is banned from the room"),
    (100_018, "the room asks for a password"),
    (100_019, "the password is wrong"),
    (100_020, "the room has its upper limit of administrators"),
    (100_200, "the seat is locked"),
    (100_202, "the account waits for a seat"),
    (100_203, "the account is seated already"),
    (100_204, "the account does not wait for a seat"),
    (100_205, "every seat is taken"),
    (100_206, "the account is not seated"),
    (100_210, "somebody is on that seat"),
    (100_211, "the room was created without seats"),
    (100_300, "a receiver of callbacks is set already"),
    (100_301, "no receiver of callbacks is set"),
    (100_700, "the room has its upper limit of robots"),
];

/// The code and text of a refusal in this dialect.
#[must_use]
pub fn wire(refused: &Refused) -> Wire {
    match refused {
        Refused::Gateway(refusal) => gateway(refusal),
        Refused::Field(fault)
        | Refused::ListLength(fault)
        | Refused::GroupId(fault)
        | Refused::ProfileValue(fault)
        | Refused::TypeForbids(fault) => Wire::new(100_002, fault.to_string()),
        Refused::UnknownAccount { field, account } => {
            Wire::new(100_002, format!("{field}: {account} was not imported"))
        }
        Refused::Quota { at_most, .. } => {
            Wire::new(100_013, format!("the upper limit of the app is {at_most}"))
        }
        Refused::ReplyTooLarge { bytes, at_most_bytes } => Wire::new(
            100_002,
            format!("the reply would have {bytes} bytes, at most {at_most_bytes}: ask for less"),
        ),
        Refused::RoomType(fault) => Wire::new(100_015, fault.to_string()),
        Refused::Rule(refusal) => rule(refusal),
        Refused::ReceiverExists => {
            Wire::new(100_300, "a receiver of callbacks is set: use update_callback")
        }
        Refused::NoReceiver => {
            Wire::new(100_301, "no receiver of callbacks is set: use set_callback")
        }
        Refused::Unavailable => {
            Wire::new(100_001, "internal error: the store is unavailable, please retry")
        }
        Refused::Panicked => Wire::new(100_001, "internal error, please retry"),
    }
}

fn rule(refusal: &Refusal) -> Wire {
    match refusal {
        Refusal::NoSuchRoom => Wire::new(100_004, "the room does not exist or was destroyed"),
        Refusal::RoomExists => Wire::new(100_003, "RoomInfo.RoomId: in use"),
        Refusal::RoomExistsAndYours => {
            Wire::new(100_010, "RoomInfo.RoomId: in use, and the caller owns the room: use it")
        }
        Refusal::IsAGroup => Wire::new(100_011, "RoomInfo.RoomId: in use by a chat group"),
        Refusal::GroupTypeForbids { group_type } => {
            Wire::new(100_006, format!("permission denied: not in a group of type {group_type:?}"))
        }
        Refusal::OwnerStays { account } => {
            Wire::new(100_006, format!("permission denied: {account} owns the group"))
        }
        Refusal::OwnerNotMutable { account } => Wire::new(
            100_006,
            format!("permission denied: {account} owns the group and cannot be muted"),
        ),
        Refusal::NotAMember { account } => {
            Wire::new(100_005, format!("{account} is not a member of the room"))
        }
        Refusal::NotTheOwner { account } => {
            Wire::new(100_002, format!("From_Account: {account} does not own the room"))
        }
        Refusal::TooManyMarks { at_most } => Wire::new(
            100_009,
            format!("MemberList.Marks: the room has its upper limit of {at_most} different marks"),
        ),
        Refusal::TooManyRobots { at_most } => {
            Wire::new(100_700, format!("the room has its upper limit of {at_most} robots"))
        }
        Refusal::OwnerKeepsRole { account } => Wire::new(
            100_006,
            format!("permission denied: {account} owns the room, the ownership moves by itself"),
        ),
        Refusal::TooManyAdmins { at_most } => Wire::new(
            100_020,
            format!("MemberInfo.Role: the room has its upper limit of {at_most} administrators"),
        ),
        Refusal::RoomFull { at_most } => {
            Wire::new(100_008, format!("the room is full: at most {at_most} members"))
        }
        Refusal::AboveCeiling { ceiling, asked, at_most } => {
            let field = match ceiling {
                Ceiling::Members => "RoomInfo.MaxMemberCount",
                Ceiling::Seats => "RoomInfo.MaxSeatCount",
            };
            Wire::new(100_013, format!("{field}: {asked}, the upper limit is {at_most}"))
        }
        Refusal::ScheduleTooShort { length_s, at_least_s } => Wire::new(
            100_002,
            format!(
                "RoomInfo.ScheduleEndTime: {length_s} seconds after ScheduleStartTime, at least \
                 {at_least_s}"
            ),
        ),
        Refusal::NoPasswordToAskFor => Wire::new(
            100_002,
            "RoomInfo.Password: missing, IsPasswordEnabled is true and none is kept",
        ),
        Refusal::NoSeats => {
            Wire::new(100_211, "not support seat: the room was created without seats")
        }
        Refusal::NoSuchSeat { index, last } => {
            Wire::new(100_002, format!("the seat: {index}, 0 to {last}"))
        }
        Refusal::SeatLocked { index } => Wire::new(100_200, format!("seat {index} is locked")),
        Refusal::SeatTaken { index } => Wire::new(100_210, format!("seat {index} is taken")),
        Refusal::SeatsFull { count } => {
            Wire::new(100_205, format!("the seats are full: all {count} are taken"))
        }
        Refusal::SeatedAlready { account } => {
            Wire::new(100_203, format!("{account} is seated already"))
        }
        Refusal::NotSeated { account } => Wire::new(100_206, format!("{account} is not seated")),
        Refusal::AwaitsSeat { account } => {
            Wire::new(100_202, format!("{account} is waiting for a seat already"))
        }
        Refusal::AwaitsNoSeat { account } => {
            Wire::new(100_204, format!("{account} is not waiting for a seat"))
        }
        Refusal::Banned { account } => {
            Wire::new(100_016, format!("{account} is banned from the room"))
        }
        Refusal::OwnerNotBannable { account } => Wire::new(
            100_006,
            format!("permission denied: {account} owns the room and cannot be banned"),
        ),
        Refusal::StreamTaken { .. }
        | Refusal::NoSuchStream { .. }
        | Refusal::TooManyStreams { .. } => Wire::new(100_002, refusal.to_string()),
        Refusal::PasswordNeeded => Wire::new(100_018, "the room asks for a password"),
        Refusal::PasswordWrong => Wire::new(100_019, "the password is wrong"),
    }
}

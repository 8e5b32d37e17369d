//! The dialect's numbers, in one exhaustive match.

use crate::domain::Refusal;

/// It failed, and may succeed another time.
pub(super) const FAILED: u32 = 1;
/// A parameter is missing or not what it should be.
pub(super) const BAD_PARAMETER: u32 = 2;
/// There is no such room.
pub(super) const NO_ROOM: u32 = 104;
/// A stream cannot be added, or a rule against one.
pub(super) const STREAM_NOT_SET: u32 = 123;
/// There is no such stream.
pub(super) const NO_STREAM: u32 = 138;
/// The app calls an action too often.
pub(super) const APP_RATE: u32 = 206;
/// An action is called too often for one room.
pub(super) const ROOM_RATE: u32 = 207;
/// The text of a barrage message is empty.
pub(super) const NO_CONTENT: u32 = 1008;
/// Somebody else's stream has that id.
pub(super) const STREAM_TAKEN: u32 = 1012;
/// There is no such room to close.
pub(super) const NO_ROOM_TO_CLOSE: u32 = 5024;
/// There is no such room to look for people in.
pub(super) const NO_ROOM_OF_USERS: u32 = 50_001;
/// The person is not in the room.
pub(super) const NOT_ONLINE: u32 = 50_003;
/// Too many people in one call.
pub(super) const TOO_MANY_USERS: u32 = 50_011;
/// The text of a message is too long.
pub(super) const TOO_LONG: u32 = 50_012;

/// Too many rules of one type are in force.
pub(super) const TOO_MANY_RULES: u32 = 50_123;
/// There is no such rule.
pub(super) const NO_RULE: u32 = 50_124;

/// What the private codes mean.
pub const MEANINGS: &[(u32, &str)] = &[
    (FAILED, "It failed, and may succeed another time"),
    (BAD_PARAMETER, "A parameter is missing or not what it should be"),
    (NO_ROOM, "The room does not exist"),
    (STREAM_NOT_SET, "The stream cannot be added, or the rule against it"),
    (NO_STREAM, "The stream does not exist"),
    (APP_RATE, "The app calls the action too often"),
    (ROOM_RATE, "The action is called too often for this room"),
    (NO_CONTENT, "MessageContent is empty"),
    (STREAM_TAKEN, "The stream is somebody else's"),
    (NO_ROOM_TO_CLOSE, "The room does not exist"),
    (NO_ROOM_OF_USERS, "The room does not exist"),
    (TOO_MANY_USERS, "Too many people in one call"),
    (TOO_LONG, "The message is too long"),
    (TOO_MANY_RULES, "Too many rules of this type are in force"),
    (NO_RULE, "The rule does not exist"),
];

/// The number of what the rules refuse. Actions that have a number of their own for a room that does
/// not exist say so before.
pub(super) fn of(refusal: &Refusal) -> u32 {
    match refusal {
        Refusal::NoSuchRoom => NO_ROOM,
        Refusal::NoSuchStream { .. } => NO_STREAM,
        Refusal::StreamTaken { .. } => STREAM_TAKEN,
        Refusal::TooManyStreams { .. } => STREAM_NOT_SET,
        // No action of this dialect leads here.
        Refusal::RoomExists
        | Refusal::RoomExistsAndYours
        | Refusal::IsAGroup
        | Refusal::GroupTypeForbids { .. }
        | Refusal::OwnerStays { .. }
        | Refusal::OwnerNotMutable { .. }
        | Refusal::NotAMember { .. }
        | Refusal::NotTheOwner { .. }
        | Refusal::OwnerKeepsRole { .. }
        | Refusal::TooManyAdmins { .. }
        | Refusal::TooManyMarks { .. }
        | Refusal::TooManyRobots { .. }
        | Refusal::RoomFull { .. }
        | Refusal::AboveCeiling { .. }
        | Refusal::ScheduleTooShort { .. }
        | Refusal::NoPasswordToAskFor
        | Refusal::NoSeats
        | Refusal::NoSuchSeat { .. }
        | Refusal::SeatLocked { .. }
        | Refusal::SeatTaken { .. }
        | Refusal::SeatsFull { .. }
        | Refusal::SeatedAlready { .. }
        | Refusal::NotSeated { .. }
        | Refusal::AwaitsSeat { .. }
        | Refusal::AwaitsNoSeat { .. }
        | Refusal::Banned { .. }
        | Refusal::OwnerNotBannable { .. }
        | Refusal::PasswordNeeded
        | Refusal::PasswordWrong => FAILED,
    }
}

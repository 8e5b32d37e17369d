//! The chat dialect's codes: 10002 to 10038 for groups, 40601 and 70107 to 70500 for accounts.
//!
//! The vendor publishes meanings, not texts. Ours name the field and the limit. What the rules and
//! the stores say is worded once for both services; what a number means is theirs.

use super::words::{GROUP_TYPES, word_of};
use crate::domain::{Ceiling, Refusal};
use crate::proto::tencent::codes::gateway;
use crate::proto::tencent::refused::{GatewayRefusal, Quota, Refused, Wire};

/// Every code of the groups that is answered here, and what it means.
pub const GROUP_CODES: &[(u32, &str)] = &[
    (10002, "the store is unavailable, or a bug; try again"),
    (10003, "no such command"),
    (10004, "a field is not what it should be; the text names it and its limit"),
    (10005, "too many accounts in one request"),
    (10006, "the app has its upper limit of groups"),
    (10007, "not allowed, or not to groups of this type"),
    (10010, "the group does not exist, or no longer"),
    (10014, "the group is full"),
    (10015, "the group id is not well-formed"),
    (10018, "the reply would be larger than 1 MiB"),
    (10019, "an account does not exist"),
    (10021, "the group id is in use"),
    (10025, "the group id is in use, and the caller owns the group"),
    (10036, "the app has its upper limit of groups of the type `AVChatRoom`"),
    (10037, "an account is in its upper limit of groups"),
    (10038, "more members than the app's plan allows"),
];

/// Every code of the accounts that is answered here, and what it means.
pub const ACCOUNT_CODES: &[(u32, &str)] = &[
    (40601, "a value of the profile is longer than 500 bytes"),
    (70107, "the account does not exist"),
    (70206, "too many accounts in one request, or none"),
    (70398, "the app has its upper limit of accounts"),
    (70402, "a field is not what it should be; the text names it and its limit"),
    (70500, "the store is unavailable, or a bug; try again"),
];

/// The code and text of what `group_open_http_svc` refuses.
#[must_use]
pub fn group_wire(refused: &Refused) -> Wire {
    let text = text(refused);
    let code = match refused {
        Refused::Gateway(GatewayRefusal::Command { .. }) => 10003,
        Refused::Gateway(refusal) => return gateway(refusal),
        Refused::Field(_) | Refused::RoomType(_) | Refused::ProfileValue(_) => 10004,
        Refused::ListLength(_) => 10005,
        Refused::GroupId(_) => 10015,
        Refused::TypeForbids(_) => 10007,
        Refused::UnknownAccount { .. } => 10019,
        Refused::Quota { quota: Quota::Groups | Quota::Accounts, .. } => 10006,
        Refused::Quota { quota: Quota::AvChatRooms, .. } => 10036,
        Refused::Quota { quota: Quota::GroupsOfAccount(_), .. } => 10037,
        Refused::Quota { quota: Quota::Members { .. }, .. } => 10038,
        Refused::ReplyTooLarge { .. } => 10018,
        Refused::Rule(refusal) => return rule(refusal),
        Refused::ReceiverExists | Refused::NoReceiver => 10007,
        Refused::Unavailable | Refused::Panicked => 10002,
    };
    Wire::new(code, text)
}

/// The code and text of what `im_open_login_svc` refuses.
#[must_use]
pub fn account_wire(refused: &Refused) -> Wire {
    let text = text(refused);
    let code = match refused {
        Refused::Gateway(refusal) => return gateway(refusal),
        Refused::Field(_)
        | Refused::RoomType(_)
        | Refused::GroupId(_)
        | Refused::TypeForbids(_)
        | Refused::ReplyTooLarge { .. }
        | Refused::ReceiverExists
        | Refused::NoReceiver => 70402,
        Refused::ListLength(_) => 70206,
        Refused::ProfileValue(_) => 40601,
        Refused::UnknownAccount { .. } => 70107,
        Refused::Quota {
            quota:
                Quota::Accounts
                | Quota::Groups
                | Quota::AvChatRooms
                | Quota::GroupsOfAccount(_)
                | Quota::Members { .. },
            ..
        } => 70398,
        // No rule is about accounts alone: one that spoke here would be a bug of ours.
        Refused::Rule(_) | Refused::Unavailable | Refused::Panicked => 70500,
    };
    Wire::new(code, text)
}

/// What is said of a refusal, whichever service says it.
fn text(refused: &Refused) -> String {
    match refused {
        Refused::Gateway(refusal) => gateway(refusal).text.into_owned(),
        Refused::Field(fault)
        | Refused::RoomType(fault)
        | Refused::ListLength(fault)
        | Refused::GroupId(fault)
        | Refused::ProfileValue(fault)
        | Refused::TypeForbids(fault) => fault.to_string(),
        Refused::UnknownAccount { field: "", account } => format!("{account} does not exist"),
        Refused::UnknownAccount { field, account } => format!("{field}: {account} does not exist"),
        Refused::Quota { quota, at_most } => match quota {
            Quota::Groups => format!("the app has its upper limit of {at_most} groups"),
            Quota::AvChatRooms => {
                format!("Type: the app has its upper limit of {at_most} groups of AVChatRoom")
            }
            Quota::GroupsOfAccount(account) => {
                format!("{account} is in {at_most} groups, the upper limit")
            }
            Quota::Members { asked } => format!("{asked} members, the upper limit is {at_most}"),
            Quota::Accounts => format!("the app has its upper limit of {at_most} accounts"),
        },
        Refused::ReplyTooLarge { bytes, at_most_bytes } => {
            format!("the reply would have {bytes} bytes, at most {at_most_bytes}: ask for less")
        }
        Refused::Rule(refusal) => rule(refusal).text.into_owned(),
        Refused::ReceiverExists | Refused::NoReceiver => {
            "the receiver of callbacks is set by room_config".to_owned()
        }
        Refused::Unavailable => "internal error: the store is unavailable, please retry".to_owned(),
        Refused::Panicked => "internal error, please retry".to_owned(),
    }
}

/// The code and text of what the rules of rooms say of a group.
fn rule(refusal: &Refusal) -> Wire {
    match refusal {
        Refusal::NoSuchRoom => Wire::new(10010, "the group does not exist or was disbanded"),
        Refusal::RoomExists | Refusal::IsAGroup => Wire::new(10021, "GroupId: in use"),
        Refusal::RoomExistsAndYours => {
            Wire::new(10025, "GroupId: in use, and the caller owns the group: use it")
        }
        Refusal::RoomFull { at_most } => {
            Wire::new(10014, format!("the group is full: at most {at_most} members"))
        }
        Refusal::NotAMember { account } => {
            Wire::new(10004, format!("{account} is not a member of the group"))
        }
        Refusal::NotTheOwner { account } => {
            Wire::new(10007, format!("permission denied: {account} does not own the group"))
        }
        Refusal::OwnerKeepsRole { account } => Wire::new(
            10007,
            format!("permission denied: {account} owns the group, the ownership moves by itself"),
        ),
        Refusal::OwnerNotBannable { account } => Wire::new(
            10007,
            format!("permission denied: {account} owns the group and cannot be banned"),
        ),
        Refusal::OwnerNotMutable { account } => Wire::new(
            10007,
            format!("permission denied: {account} owns the group and cannot be muted"),
        ),
        Refusal::OwnerStays { account } => Wire::new(
            10007,
            format!("permission denied: {account} owns the group and cannot leave it"),
        ),
        Refusal::GroupTypeForbids { group_type } => Wire::new(
            10007,
            format!(
                "permission denied: not in a group of type {}",
                word_of(GROUP_TYPES, *group_type)
            ),
        ),
        Refusal::Banned { account } => {
            Wire::new(10007, format!("permission denied: {account} is banned from the group"))
        }
        Refusal::PasswordNeeded => Wire::new(10007, "permission denied: a password is needed"),
        Refusal::PasswordWrong => Wire::new(10007, "permission denied: the password is wrong"),
        Refusal::TooManyAdmins { at_most } => Wire::new(
            10004,
            format!("Role: the group has its upper limit of {at_most} administrators"),
        ),
        Refusal::AboveCeiling { ceiling: Ceiling::Members, asked, at_most } => {
            Wire::new(10038, format!("{asked} members, the upper limit is {at_most}"))
        }
        Refusal::AboveCeiling { ceiling: Ceiling::Seats, .. }
        | Refusal::TooManyMarks { .. }
        | Refusal::TooManyRobots { .. }
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
        | Refusal::StreamTaken { .. }
        | Refusal::NoSuchStream { .. }
        | Refusal::TooManyStreams { .. } => Wire::new(10004, refusal.to_string()),
    }
}

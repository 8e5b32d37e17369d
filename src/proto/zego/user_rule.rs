//! What the three actions about rules against people have in common: which rule is meant.
//!
//! A rule is of one of four types, each of which needs its own of `IP`, `RoomId` and `UserId`; the
//! others are not looked at. Whether the room exists, or the person, does not matter.

use super::action::{Kind, Parameter};
use super::field::{account, integer, required, room};
use super::query::Query;
use super::refused::Refused;
use crate::domain::{ForbidKey, ForbidKind, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES};

/// The longest address, in bytes: one of version 6 that ends like one of version 4.
const MAX_IP_BYTES: usize = 45;

/// `RuleType`.
pub(super) const RULE_TYPE: Parameter = Parameter::required(
    "RuleType",
    Kind::Integer(1, 4),
    "1 against an address, 2 against everybody in a room, 3 against a user, 4 against a user in a room",
);
/// `IP`.
pub(super) const IP: Parameter =
    Parameter::optional("IP", Kind::Text(MAX_IP_BYTES), "The address, of a rule of type 1");
/// `RoomId`.
pub(super) const ROOM: Parameter = Parameter::optional(
    "RoomId",
    Kind::Text(MAX_ROOM_ID_BYTES),
    "The room, of a rule of type 2 or 4",
);
/// `UserId`.
pub(super) const USER: Parameter = Parameter::optional(
    "UserId",
    Kind::Text(MAX_ACCOUNT_BYTES),
    "The user, of a rule of type 3 or 4",
);

/// Reads `RuleType`.
pub(super) fn kind(query: &Query<'_>) -> Result<ForbidKind, Refused> {
    required(query, "RuleType")?;
    Ok(match integer(query, "RuleType", 1..=4)? {
        Some(1) => ForbidKind::Ip,
        Some(2) => ForbidKind::Room,
        Some(3) => ForbidKind::User,
        _ => ForbidKind::RoomUser,
    })
}

/// Reads the type, and what a rule of it is against.
pub(super) fn key(query: &Query<'_>) -> Result<ForbidKey, Refused> {
    Ok(match kind(query)? {
        ForbidKind::Ip => {
            let address = required(query, "IP")?.parse();
            let not_one = |_| Refused::parameter("IP", "not an address of IP, version 4 or 6");
            ForbidKey::ip(address.map_err(not_one)?)
        }
        ForbidKind::Room => ForbidKey::Room(room(query)?),
        ForbidKind::User => ForbidKey::User(account(query, "UserId")?),
        ForbidKind::RoomUser | ForbidKind::Stream => {
            ForbidKey::RoomUser(room(query)?, account(query, "UserId")?)
        }
    })
}

#[cfg(test)]
mod tests {
    use crate::proto::zego::tests::Desk;

    #[test]
    fn each_action_about_rules_is_called_10_times_a_second() {
        let desk = Desk::with(&[]);
        for (action, query) in [
            ("SetForbidUserRule", "RuleType=3&UserId=u&DisabledPrivilege=1&EffectiveTime=60"),
            ("DescribeForbidUserRules", "RuleType=3"),
            ("DelForbidUserRule", "RuleType=3&UserId=u"),
            ("SetForbidStreamRule", "RoomId=r&StreamId=s&DisableAudio=1"),
            ("DescribeForbidStreamRules", "RoomId=r&StreamId=s"),
            ("DelForbidStreamRule", "RoomId=r&StreamId=s"),
        ] {
            desk.done(action, query);
            // What is refused counts, too.
            for _ in 1..10 {
                desk.refuses(action, "", 2, first_missing(action));
            }
            desk.refuses(action, query, 206, &format!("{action}: more than 10 calls a second"));
        }
    }

    fn first_missing(action: &str) -> &'static str {
        if action.contains("Stream") {
            "RoomId: missing or empty"
        } else {
            "RuleType: missing or empty"
        }
    }
}

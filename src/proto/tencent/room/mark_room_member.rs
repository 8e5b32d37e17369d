//! `mark_room_member`: <https://trtc.io/document/60712>
//!
//! Puts marks on members, or takes them off. Quirk: `CommandType` is a string in the page's table
//! and a number in its sample; both are taken.
//!
//! Where the page is silent: setting unites, a mark that is set already or not there to be taken
//! off is no failure, one account that is not in the room is 100005 and nobody is marked, more
//! than ten different marks in the room is 100009, marks go with the member.

use std::fmt;

use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::reach;
use crate::domain::{Account, MIN_MARK, MarkMembers};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, account, required, room_id};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The most members of one call.
const MEMBERS_PER_CALL: usize = 10;
/// The most marks of one member in one call.
const MARKS_PER_MEMBER: usize = 3;

/// Puts marks on members, or takes them off.
pub struct MarkRoomMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// 1 puts the marks on, 2 takes them off.
    #[schemars(with = "u8", extend("enum" = [1, 2]))]
    command_type: Option<CommandType>,
    /// Whose marks, and which.
    #[serde(borrow)]
    #[schemars(required, length(min = 1, max = MEMBERS_PER_CALL))]
    member_list: Option<Vec<Object<Entry<'a>>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Entry<'a> {
    /// Which member.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// The marks.
    #[schemars(with = "Vec<u32>", length(min = 1, max = MARKS_PER_MEMBER))]
    #[schemars(inner(range(min = MIN_MARK)))]
    marks: Option<Vec<i64>>,
}

/// What is to be done: `1`, `"1"`, `2` or `"2"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CommandType {
    Set,
    Delete,
}

impl<'de> Deserialize<'de> for CommandType {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherWay;
        impl Visitor<'_> for EitherWay {
            type Value = CommandType;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("1 or 2")
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<CommandType, E> {
                Err(E::invalid_value(serde::de::Unexpected::Signed(number), &self))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<CommandType, E> {
                match number {
                    1 => Ok(CommandType::Set),
                    2 => Ok(CommandType::Delete),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Unsigned(number), &self)),
                }
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<CommandType, E> {
                match text {
                    "1" => Ok(CommandType::Set),
                    "2" => Ok(CommandType::Delete),
                    _ => Err(E::invalid_value(serde::de::Unexpected::Str(text), &self)),
                }
            }
        }
        deserializer.deserialize_any(EitherWay)
    }
}

impl Command for MarkRoomMember {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/mark_room_member",
        summary: "Puts marks on members, or takes them off",
        page: "https://trtc.io/document/60712",
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004, 100_005, 100_009],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let set = required("CommandType", request.command_type)? == CommandType::Set;
        let list = required("MemberList", request.member_list)?;
        if !(1..=MEMBERS_PER_CALL).contains(&list.len()) {
            let reason = format!("{} members, 1 to {MEMBERS_PER_CALL}", list.len());
            return Err(FieldFault::new("MemberList", reason).into());
        }
        let entries: Vec<_> = list
            .iter()
            .enumerate()
            .map(|(nth, Object(it))| entry(nth, it))
            .collect::<Result<_, _>>()?;
        Ok(reach::run(call, &room, &MarkMembers::new(set, entries)).await?)
    }
}

fn entry(nth: usize, entry: &Entry<'_>) -> Result<(Account, Vec<u32>), FieldFault> {
    let field = |name: &str| format!("MemberList[{nth}].{name}");
    let missing = |name: &str| FieldFault::new(field(name), "missing");
    let who = entry.account.as_ref().ok_or_else(|| missing("Member_Account"))?;
    let marks = entry.marks.as_ref().ok_or_else(|| missing("Marks"))?;
    if !(1..=MARKS_PER_MEMBER).contains(&marks.len()) {
        let reason = format!("{} marks, 1 to {MARKS_PER_MEMBER}", marks.len());
        return Err(FieldFault::new(field("Marks"), reason));
    }
    let mark = |(at, mark): (usize, &i64)| {
        u32::try_from(*mark).ok().filter(|mark| *mark >= MIN_MARK).ok_or_else(|| {
            let reason = format!("{mark}, {MIN_MARK} to {}", u32::MAX);
            FieldFault::new(field(&format!("Marks[{at}]")), reason)
        })
    };
    let marks = marks.iter().enumerate().map(mark).collect::<Result<_, _>>()?;
    Ok((account(field("Member_Account"), who)?, marks))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/mark_room_member";

    #[test]
    fn the_documented_request_marks_a_member() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        desk.enter("r-1001", "bob");
        let body = |command: &str| {
            format!(
                r#"{{"RoomId":"r-1001","CommandType":{command},"MemberList":[{{"Member_Account":"bob","Marks":[1000,1002]}}]}}"#
            )
        };
        let marks = || {
            let list = r#"{"RoomId":"r-1001"}"#;
            let reply = desk.call("room_engine_http_srv/get_room_member_list", list);
            reply["Response"]["MemberList"][1]["Marks"].clone()
        };
        for (set, delete) in [("1", "2"), (r#""1""#, r#""2""#)] {
            assert_eq!(desk.call(PATH, &body(set)), done());
            assert_eq!(marks(), json!([1000, 1002]));
            assert_eq!(desk.call(PATH, &body(delete)), done());
            assert_eq!(marks(), json!([]));
        }
        for wrong in ["3", r#""3""#, "0", "-1"] {
            desk.refuses(PATH, &body(wrong), 100_002, "CommandType: expected 1 or 2");
        }
        desk.refuses(PATH, &body("true"), 100_002, "CommandType: wrong type, expected 1 or 2");
    }
}

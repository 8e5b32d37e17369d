//! `SendCustomCommand`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/send-custom-command>
//!
//! Sends a signal to some people of a room, or to everybody. Who of those named is not there is listed
//! with 50003; where the page is silent, the list is `[]` when nobody is.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::field::{account, accounts, room};
use super::message::{self, CONTENT, ROOM};
use super::refused::Refused;
use super::reply::Data;
use super::{codes, query::Query};
use crate::domain::{Account, MAX_ACCOUNT_BYTES, Need, Refusal};
use crate::engine::Failure;

/// The most people of one call.
const MAX_USERS: usize = 10;

/// Sends a signal.
pub(super) struct SendCustomCommand;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "SendCustomCommandData")]
pub(super) struct Sent {
    /// Whom it did not reach.
    fail_users: Vec<FailUser>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct FailUser {
    /// Who.
    uid: String,
    /// 50003: not in the room.
    code: u32,
}

impl Action for SendCustomCommand {
    const SPEC: Spec = Spec {
        action: "SendCustomCommand",
        summary: "Sends a signal",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/send-custom-command",
        calls_per_second: 100,
        room_period_s: None,
        parameters: &[
            ROOM,
            Parameter::required("FromUserId", Kind::Text(MAX_ACCOUNT_BYTES), "Who sends it"),
            Parameter::optional(
                "ToUserId",
                Kind::List(MAX_USERS, MAX_ACCOUNT_BYTES),
                "To whom; to everybody if nobody is named",
            ),
            CONTENT,
        ],
        codes: &[1, 2, 206, 50_003, 50_011, 50_012, 50_013],
        answers: &[codes::NO_ROOM, codes::TOO_MANY_USERS, codes::TOO_LONG],
    };
    type Data = Sent;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        account(call.query, "FromUserId")?;
        message::content(call.query, codes::BAD_PARAMETER)?;
        let people = to(call.query)?;
        let need = Need { accounts: &people, ..Need::default() };
        let looking = call.engine.look(call.app, &room, need, |_, slice| {
            let missing = people.iter().zip(slice.members).filter(|(_, member)| member.is_none());
            let fail = |(who, _): (&Account, _)| FailUser {
                uid: who.to_string(),
                code: codes::NOT_ONLINE,
            };
            missing.map(fail).collect()
        });
        let fail_users = match looking.await {
            Err(Failure::Refused(Refusal::NoSuchRoom)) => {
                return Err(Refused::no_room(codes::NO_ROOM));
            }
            fail_users => fail_users?,
        };
        data.write(&Sent { fail_users });
        Ok(())
    }
}

/// Those who are named, if any are.
fn to(query: &Query<'_>) -> Result<Vec<Account>, Refused> {
    if query.list("ToUserId").is_empty() {
        return Ok(Vec::new());
    }
    accounts(query, "ToUserId", MAX_USERS, codes::TOO_MANY_USERS)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    const ACTION: &str = "SendCustomCommand";

    #[test]
    fn the_documented_reply_lists_whom_it_did_not_reach() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let query = "RoomId=r&FromUserId=olga&MessageContent=hi";
        assert_eq!(desk.data(ACTION, query), json!({"FailUsers": []}));
        let query = format!("{query}&ToUserId[]=olga&ToUserId[]=nobody");
        let failed = json!({"FailUsers": [{"Uid": "nobody", "Code": 50_003}]});
        assert_eq!(desk.data(ACTION, &query), failed);
    }

    #[test]
    fn each_parameter_has_its_limit() {
        let desk = Desk::new();
        let good = "RoomId=r&FromUserId=olga&MessageContent=hi";
        desk.refuses(ACTION, good, 104, "the room does not exist");
        desk.make_room("r", "olga");
        let to =
            |count: usize| (0..count).map(|nth| format!("&ToUserId={nth}")).collect::<String>();
        desk.data(ACTION, &format!("{good}{}", to(10)));
        let eleven = format!("{good}{}", to(11));
        desk.refuses(ACTION, &eleven, 50_011, "ToUserId: 11 of them, at most 10");
        let content = |bytes: usize| good.replace("hi", &"x".repeat(bytes));
        desk.data(ACTION, &content(1024));
        let text = "MessageContent: 1025 bytes, at most 1024";
        desk.refuses(ACTION, &content(1025), 50_012, text);
        let text = "MessageContent: missing or empty";
        desk.refuses(ACTION, "RoomId=r&FromUserId=olga", 2, text);
        let text = "FromUserId: missing or empty";
        desk.refuses(ACTION, "RoomId=r&MessageContent=hi", 2, text);
    }
}

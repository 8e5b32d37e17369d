//! `get_role_in_group`: <https://cloud.tencent.com/document/product/269/1626>
//!
//! Says what each of some accounts is in a group. Those who are not in it have a row too:
//! `NotMember`.
//!
//! Where the page is silent: rows stand in the order of the request; an account that is named twice
//! has one row, where it was named first; a list of more than `app.chat.limits.role_accounts` is
//! 10005.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{accounts, group, group_id};
use super::reach;
use super::support::Support;
use super::words::{ROLES, word_of};
use crate::domain::Need;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// Says what accounts are in a group.
pub struct GetRoleInGroup;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// The accounts, at most `app.chat.limits.role_accounts`.
    #[serde(rename = "User_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1))]
    accounts: Option<Vec<AccountText<'a>>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
pub struct Response<'a> {
    /// Each account of the request, in its order.
    #[serde(rename = "UserIdList")]
    user_id_list: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Row<'a> {
    /// Which account.
    #[serde(rename = "Member_Account")]
    #[schemars(with = "AccountField")]
    account: &'a str,
    /// What it is in the group.
    #[serde(rename = "Role")]
    #[schemars(extend("enum" = ["Owner", "Admin", "Member", NOT_A_MEMBER]))]
    role: &'static str,
}

const SUPPORT: Support = Support::of("get_role_in_group");
const NOT_A_MEMBER: &str = "NotMember";

impl Command for GetRoleInGroup {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_role_in_group",
        summary: "Says what accounts are in a group",
        page: "https://cloud.tencent.com/document/product/269/1626",
        reads: true,
        codes: &[10002, 10003, 10004, 10007, 10010, 10015],
        answers: &[10002, 10004, 10005, 10007, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group(request.group_id)?;
        let at_most = call.app.chat().limits.role_accounts;
        let accounts = accounts("User_Account", request.accounts, at_most)?;
        let group = group_id(group)?;
        let need = Need { accounts: &accounts, ..Need::default() };
        let looking = reach::look(call, SUPPORT, &group, need, |_, slice| {
            let rows = accounts.iter().zip(slice.members).map(|(account, member)| Row {
                account: account.as_str(),
                role: member.as_ref().map_or(NOT_A_MEMBER, |member| word_of(ROLES, member.role)),
            });
            reply.payload(&Response { user_id_list: rows.collect() });
        });
        Ok(looking.await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/get_role_in_group";

    fn desk() -> Desk {
        let desk = Desk::with(&["app.0.chat.limits.role_accounts=3"]);
        desk.create("r-1001", "leckie");
        desk.enter("r-1001", "peter");
        let admin = r#"{"RoomId":"r-1001","MemberInfo":{"Member_Account":"peter","Role":"Admin"}}"#;
        let path = "room_engine_http_srv/update_room_member_info";
        assert_eq!(desk.call(path, admin)["ErrorCode"], 0);
        desk
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let body = r#"{"GroupId":"r-1001","User_Account":["leckie","peter","wesley"]}"#;
        assert_eq!(
            desk().call(PATH, body),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "UserIdList": [
                    {"Member_Account": "leckie", "Role": "Owner"},
                    {"Member_Account": "peter", "Role": "Admin"},
                    {"Member_Account": "wesley", "Role": "NotMember"},
                ],
            })
        );
    }

    /// Each row has one fault more than the row below it: the first fault in the order wins.
    #[test]
    fn what_is_there_comes_first_then_the_list_then_the_id_then_the_group() {
        let desk = desk();
        let long = "g".repeat(49);
        let rows = [
            (json!({"User_Account": ["a", "b", "c", "d"]}), 10004, "GroupId: missing"),
            (json!({"GroupId": long}), 10004, "User_Account: missing"),
            (
                json!({"GroupId": long, "User_Account": []}),
                10004,
                "User_Account: empty, at least 1",
            ),
            (
                json!({"GroupId": long, "User_Account": ["a", "b", "c", "d"]}),
                10005,
                "User_Account: 4 of them, at most 3",
            ),
            (
                json!({"GroupId": long, "User_Account": ["a", ""]}),
                10004,
                "User_Account[1]: 0 bytes, at least 1",
            ),
            (
                json!({"GroupId": long, "User_Account": ["a"]}),
                10015,
                "GroupId: 49 bytes, at most 48",
            ),
            (json!({"GroupId": "", "User_Account": ["a"]}), 10015, "GroupId: 0 bytes, at least 1"),
            (
                json!({"GroupId": "é", "User_Account": ["a"]}),
                10015,
                "GroupId: only printable ASCII (0x20 to 0x7e) is allowed",
            ),
            (
                json!({"GroupId": "g".repeat(48), "User_Account": ["a"]}),
                10010,
                "the group does not exist or was disbanded",
            ),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body.to_string(), code, text);
        }
        let twice = r#"{"GroupId":"r-1001","User_Account":["peter","a","peter"]}"#;
        let rows = desk.call(PATH, twice)["UserIdList"].take();
        let peter = json!({"Member_Account": "peter", "Role": "Admin"});
        assert_eq!(rows, json!([peter, {"Member_Account": "a", "Role": "NotMember"}]));
    }

    #[test]
    fn live_rooms_have_no_roles() {
        let desk = Desk::new();
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let body = r#"{"GroupId":"live","User_Account":["olga"]}"#;
        desk.refuses(PATH, body, 10007, "permission denied: not in a group of type AVChatRoom");
    }
}

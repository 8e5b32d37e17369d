//! `import_group_member`: <https://cloud.tencent.com/document/product/269/1636>
//!
//! Brings members along from elsewhere, with the time when they joined. Nobody is told. Quirk: a time
//! before the group was made or after now fails its row alone.
//!
//! Where the page is silent: the seconds of both ends count as within; a banned account, and one for
//! which there is no place, is 0 too; administrators in a `Private` group are 10007 for the whole
//! call; `UnreadMsgNum` is taken and means nothing, since nobody writes messages here.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{group, group_id, list};
use super::member_results::MemberResults;
use super::reach;
use super::support::Support;
use super::words::ADMIN;
use crate::domain::{Account, ImportMembers, ImportedMember};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, account, number, word};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words_or_null};

const SUPPORT: Support = Support::of("import_group_member");

/// Imports members.
pub struct ImportGroupMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which group.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Who, at most `app.chat.limits.import_members`.
    #[serde(borrow)]
    #[schemars(required, length(min = 1))]
    member_list: Option<Vec<Object<MemberItem<'a>>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct MemberItem<'a> {
    /// Who.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// An ordinary member if absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(ADMIN)))]
    role: Option<Text<'a>>,
    /// When the member joined, in Unix seconds; now if absent.
    #[schemars(range(min = 0))]
    join_time: Option<i64>,
    /// How many messages are unread. Nobody writes any here.
    #[schemars(range(min = 0))]
    unread_msg_num: Option<i64>,
}

impl Command for ImportGroupMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/import_group_member",
        summary: "Imports members",
        page: "https://cloud.tencent.com/document/product/269/1636",
        codes: &[10002, 10003, 10004, 10005, 10006, 10007, 10008, 10010, 10015],
        answers: &[10002, 10004, 10005, 10007, 10010, 10015, 10019],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = MemberResults<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group(request.group_id)?;
        let at_most = call.app.chat().limits.import_members;
        let items = list("MemberList", request.member_list, at_most)?;
        let group = group_id(group)?;
        let members = reach::first(call, SUPPORT, &group, members(items)).await?;
        let accounts: Vec<Account> = members.iter().map(|row| row.account.clone()).collect();
        call.must_exist("MemberList", &accounts).await?;
        let operation = ImportMembers::new(members);
        let additions = reach::run(call, SUPPORT, &group, &operation).await?;
        reply.payload(&MemberResults::new(&accounts, &additions));
        Ok(())
    }
}

/// The members, each once: as it is said first.
fn members(items: Vec<Object<MemberItem<'_>>>) -> Result<Vec<ImportedMember>, FieldFault> {
    let mut members: Vec<ImportedMember> = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    for (index, Object(item)) in items.into_iter().enumerate() {
        let within = |mut fault: FieldFault| {
            fault.field = format!("MemberList[{index}].{}", fault.field).into();
            fault
        };
        let missing = || within(FieldFault::new("Member_Account", "missing"));
        let text = item.account.as_ref().ok_or_else(missing)?;
        let account = account("Member_Account", text).map_err(within)?;
        let _unread: Option<u32> =
            number("UnreadMsgNum", item.unread_msg_num, 0, i64::MAX).map_err(within)?;
        let member = ImportedMember {
            admin: word("Role", item.role, ADMIN).map_err(within)?.unwrap_or(false),
            joined_s: number("JoinTime", item.join_time, 0, i64::MAX).map_err(within)?,
            fields: Vec::new(),
            account,
        };
        if seen.insert(member.account.clone()) {
            members.push(member);
        }
    }
    Ok(members)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/import_group_member";
    const MADE_S: u64 = 4_000_000_000;

    fn desk() -> Desk {
        let desk = Desk::new();
        desk.freeze_at(MADE_S);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        desk.freeze_at(MADE_S + 100);
        desk
    }

    fn import(group: &str, list: &Value) -> String {
        json!({"GroupId": group, "MemberList": list}).to_string()
    }

    fn results(reply: &Value) -> Vec<u64> {
        let rows = reply["MemberList"].as_array().unwrap().iter();
        rows.map(|row| row["Result"].as_u64().unwrap()).collect()
    }

    #[test]
    fn the_documented_request_brings_members_with_their_times() {
        let desk = desk();
        let list = json!([
            {"Member_Account": "tommy", "Role": "Admin", "JoinTime": MADE_S + 50,
                "UnreadMsgNum": 5},
            {"Member_Account": "jared", "JoinTime": MADE_S},
            {"Member_Account": "bob"},
            {"Member_Account": "early", "JoinTime": MADE_S - 1},
            {"Member_Account": "late", "JoinTime": MADE_S + 101},
            {"Member_Account": "edge", "JoinTime": MADE_S + 100},
        ]);
        let reply = desk.call(PATH, &import("g", &list));
        let mut expected = done();
        expected["MemberList"] = reply["MemberList"].clone();
        assert_eq!((reply.clone(), results(&reply)), (expected, vec![1, 1, 2, 0, 0, 1]));
        let body = r#"{"GroupId":"g","MemberInfoFilter":["JoinTime","Role"]}"#;
        let list = desk.call("group_open_http_svc/get_group_member_info", body);
        let rows = list["MemberList"].as_array().unwrap().iter();
        let rows: Vec<Value> =
            rows.map(|row| json!([row["Member_Account"], row["JoinTime"], row["Role"]])).collect();
        let expected = [
            json!(["jared", MADE_S, "Member"]),
            json!(["olga", MADE_S, "Owner"]),
            json!(["bob", MADE_S, "Member"]),
            json!(["tommy", MADE_S + 50, "Admin"]),
            json!(["edge", MADE_S + 100, "Member"]),
        ];
        assert_eq!(rows, expected, "each at the place of its time");
    }

    #[test]
    fn members_that_cannot_be_imported_are_refused() {
        let desk = Desk::with(&["app.0.chat.limits.import_members=2"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        desk.make_group("p", GroupType::Private, Some("olga"), &[]);
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let [a, b, c] = ["a", "b", "c"].map(|name| json!({"Member_Account": name}));
        let rows = [
            (import("g", &json!([a, b, c])), 10005, "MemberList: 3 of them, at most 2"),
            (import("g", &json!([])), 10004, "MemberList: empty, at least 1"),
            (import("g", &json!([{}])), 10004, "MemberList[0].Member_Account: missing"),
            (
                import("g", &json!([{"Member_Account": "a", "Role": "Owner"}])),
                10004,
                "MemberList[0].Role: not one of Admin",
            ),
            (
                import("g", &json!([{"Member_Account": "a", "JoinTime": -1}])),
                10004,
                "MemberList[0].JoinTime: -1, at least 0",
            ),
            (
                import("p", &json!([{"Member_Account": "a", "Role": "Admin"}])),
                10007,
                "permission denied: not in a group of type Private",
            ),
            (
                import("live", &json!([a])),
                10007,
                "permission denied: not in a group of type AVChatRoom",
            ),
            (import("no", &json!([a])), 10010, "the group does not exist or was disbanded"),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
        let imported = Desk::with(&["app.0.chat.accounts=imported"]);
        imported.make_group("g", GroupType::Public, None, &[]);
        imported.refuses(PATH, &import("g", &json!([a])), 10019, "MemberList: a does not exist");
    }
}

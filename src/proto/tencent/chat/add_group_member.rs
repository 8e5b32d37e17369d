//! `add_group_member`: <https://cloud.tencent.com/document/product/269/1621>
//!
//! Puts accounts into a group as ordinary members. Quirk: what became of each stands in its row, 1 for
//! who is in now, 2 for who was in already. With `Silence` 1 the group is not told.
//!
//! Where the page is silent: a banned account is 0 and the others are in; where not all who are new
//! find a place, the call is 10014 and nobody is put in; an account that does not exist is 10019 for
//! the whole call; one that comes twice counts once. Nobody has to consent here: 3 is not answered.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{group, group_id, list};
use super::member_results::MemberResults;
use super::quota::groups_per_account;
use super::reach;
use super::support::Support;
use crate::domain::{Account, AddMembers};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, account, number};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

const SUPPORT: Support = Support::of("add_group_member");

/// Puts accounts into a group.
pub struct AddGroupMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which group.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// 1: the group is not told. 0 if absent.
    #[schemars(range(min = 0, max = 1))]
    silence: Option<i64>,
    /// Who, at most `app.chat.limits.add_members`.
    #[serde(borrow)]
    #[schemars(required, length(min = 1))]
    member_list: Option<Vec<Object<MemberItem<'a>>>>,
}

#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
struct MemberItem<'a> {
    /// Who.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
}

impl Command for AddGroupMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/add_group_member",
        summary: "Puts accounts into a group",
        page: "https://cloud.tencent.com/document/product/269/1621",
        codes: &[
            10002, 10003, 10004, 10005, 10007, 10010, 10014, 10015, 10016, 10019, 10026, 10037,
        ],
        answers: &[10002, 10004, 10005, 10007, 10010, 10014, 10015, 10019, 10037],
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
        let at_most = call.app.chat().limits.add_members;
        let accounts = each_once(&list("MemberList", request.member_list, at_most)?)?;
        let group = group_id(group)?;
        let silent = reach::first(call, SUPPORT, &group, silence(request.silence)).await?;
        call.must_exist("MemberList", &accounts).await?;
        groups_per_account(call, &accounts).await?;
        let operation = AddMembers { accounts, silent };
        let additions = reach::run(call, SUPPORT, &group, &operation).await?;
        reply.payload(&MemberResults::new(&operation.accounts, &additions));
        Ok(())
    }
}

/// `Silence`: whether the group is not told.
pub(super) fn silence(silence: Option<i64>) -> Result<bool, FieldFault> {
    let silence: Option<u8> = number("Silence", silence, 0, 1)?;
    Ok(silence == Some(1))
}

fn each_once(items: &[Object<MemberItem<'_>>]) -> Result<Vec<Account>, FieldFault> {
    let mut accounts = Vec::with_capacity(items.len());
    let mut seen = std::collections::HashSet::with_capacity(items.len());
    for (index, Object(item)) in items.iter().enumerate() {
        let field = format!("MemberList[{index}].Member_Account");
        let Some(text) = &item.account else { return Err(FieldFault::new(field, "missing")) };
        let account = account(field, text)?;
        if seen.insert(account.clone()) {
            accounts.push(account);
        }
    }
    Ok(accounts)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/add_group_member";

    fn add(group: &str, accounts: &[&str]) -> String {
        let list: Vec<Value> =
            accounts.iter().map(|account| json!({"Member_Account": account})).collect();
        json!({"GroupId": group, "MemberList": list}).to_string()
    }

    #[test]
    fn the_documented_request_says_what_became_of_each() {
        let desk = Desk::new();
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        let ban = r#"{"GroupId":"g","Members_Account":["eve"],"Duration":60}"#;
        assert_eq!(desk.call("group_open_http_svc/ban_group_member", ban), done());
        let reply = desk.call(PATH, &add("g", &["tommy", "bob", "eve", "tommy"]));
        let mut expected = done();
        expected["MemberList"] = json!([
            {"Member_Account": "tommy", "Result": 1},
            {"Member_Account": "bob", "Result": 2},
            {"Member_Account": "eve", "Result": 0},
        ]);
        assert_eq!(reply, expected);
    }

    /// Everybody in a group, with the latest message that each has read.
    fn msg_seqs(desk: &Desk) -> Value {
        let path = "group_open_http_svc/get_group_member_info";
        let reply = desk.call(path, r#"{"GroupId":"g","MemberInfoFilter":["MsgSeq"]}"#);
        let rows = reply["MemberList"].as_array().unwrap().iter();
        rows.map(|row| json!([row["Member_Account"], row["MsgSeq"]])).collect()
    }

    #[test]
    fn a_group_that_is_not_told_has_no_message_more() {
        let desk = Desk::new();
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        let silent = |silence: u8, account: &str| {
            let mut body: Value = serde_json::from_str(&add("g", &[account])).unwrap();
            body["Silence"] = json!(silence);
            assert_eq!(desk.call(PATH, &body.to_string())["ErrorCode"], 0);
        };
        silent(0, "a");
        silent(1, "b");
        silent(0, "c");
        assert_eq!(msg_seqs(&desk), json!([["olga", 0], ["a", 1], ["b", 1], ["c", 2]]));
    }

    #[test]
    fn accounts_that_cannot_be_added_are_refused() {
        let desk = Desk::with(&["app.0.chat.limits.add_members=200"]);
        let everybody: Vec<String> = (0..200).map(|nth| nth.to_string()).collect();
        let everybody: Vec<&str> = everybody.iter().map(String::as_str).collect();
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let full = "the group is full: at most 200 members";
        let rows = [
            (add("g", &everybody), 10014, full),
            (add("live", &["a"]), 10007, "permission denied: not in a group of type AVChatRoom"),
            (add("no", &["a"]), 10010, "the group does not exist or was disbanded"),
            (add("é", &["a"]), 10015, "GroupId: only printable ASCII (0x20 to 0x7e) is allowed"),
            (add("g", &[]), 10004, "MemberList: empty, at least 1"),
            (add("g", &[""]), 10004, "MemberList[0].Member_Account: 0 bytes, at least 1"),
            (
                r#"{"GroupId":"g","MemberList":[{}]}"#.into(),
                10004,
                "MemberList[0].Member_Account: missing",
            ),
            (
                r#"{"GroupId":"g","MemberList":[{"Member_Account":"a"}],"Silence":2}"#.into(),
                10004,
                "Silence: 2, at most 1",
            ),
            (
                add("g", &[&everybody[..], &["x"]].concat()),
                10005,
                "MemberList: 201 of them, at most 200",
            ),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
        assert_eq!(desk.call(PATH, &add("g", &everybody[..199]))["ErrorCode"], 0);
        desk.refuses(PATH, &add("g", &["x"]), 10014, full);
    }

    #[test]
    fn accounts_must_exist_where_the_app_says_so_and_are_in_so_many_groups() {
        let settings = ["app.0.chat.accounts=imported", "app.0.chat.quota.groups_per_account=2"];
        let desk = Desk::with(&settings);
        let import = r#"{"UserID":"bob"}"#;
        assert_eq!(desk.call("im_open_login_svc/account_import", import)["ErrorCode"], 0);
        for group in ["a", "b", "c"] {
            desk.make_group(group, GroupType::Public, None, &[]);
        }
        desk.refuses(PATH, &add("a", &["bob", "eve"]), 10019, "MemberList: eve does not exist");
        assert_eq!(desk.call(PATH, &add("a", &["bob"]))["ErrorCode"], 0);
        assert_eq!(desk.call(PATH, &add("b", &["bob"]))["ErrorCode"], 0);
        desk.refuses(PATH, &add("c", &["bob"]), 10037, "bob is in 2 groups, the upper limit");
    }

    #[test]
    fn a_room_takes_members_too_and_tells_of_them() {
        let desk = Desk::new();
        desk.create("r", "alice");
        assert_eq!(desk.call(PATH, &add("r", &["bob"]))["ErrorCode"], 0);
        assert_eq!(desk.roles("r"), json!([["alice", "Owner"], ["bob", "Member"]]));
    }
}

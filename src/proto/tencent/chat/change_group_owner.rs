//! `change_group_owner`: <https://trtc.io/document/34966>
//!
//! Passes the ownership of a group on, or gives one that has no owner an owner. The new owner must be
//! a member. Not for an `AVChatRoom`: 10007.
//!
//! Where the page is silent: the old owner becomes an ordinary member; the owner of a RoomEngine room
//! who never came in is no longer listed. A new owner who is not a member is 10004. One who owns the
//! group already stays it, and nothing changes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{group, group_id};
use super::operator::operator;
use super::reach;
use super::support::Support;
use crate::domain::{ChangeOwner, Need};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, MAX_ACCOUNT_BYTES, Text, account, required};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

const SUPPORT: Support = Support::of("change_group_owner");

/// Passes the ownership of a group on.
pub struct ChangeGroupOwner;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Who is to own it.
    #[serde(rename = "NewOwner_Account", borrow)]
    #[schemars(with = "AccountField")]
    new_owner: Option<AccountText<'a>>,
    /// Who is said to do it; the caller if absent or empty.
    #[serde(rename = "From_Account", borrow)]
    #[schemars(length(max = MAX_ACCOUNT_BYTES))]
    from: Option<AccountText<'a>>,
}

impl Command for ChangeGroupOwner {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/change_group_owner",
        summary: "Passes the ownership of a group on",
        page: "https://trtc.io/document/34966",
        codes: &[10002, 10004, 10007, 10010, 10015],
        answers: &[10002, 10004, 10007, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group(request.group_id)?;
        let to = account("NewOwner_Account", &required("NewOwner_Account", request.new_owner)?)?;
        let group = group_id(group)?;
        reach::look(call, SUPPORT, &group, Need::default(), |_, _| ()).await?;
        let by = operator(call, request.from.as_ref()).await?;
        let operation = ChangeOwner { by, from: None, to };
        let passing = reach::run(call, SUPPORT, &group, &operation).await;
        passing.map_err(reach::member_in("NewOwner_Account"))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/change_group_owner";

    fn make(desk: &Desk, of: &str, id: &str, owner: &str) {
        let members = json!([{"Member_Account": "bob"}, {"Member_Account": "carol"}]);
        let members = if of == "AVChatRoom" { json!([]) } else { members };
        let body = json!({
            "Type": of, "Name": "a", "GroupId": id, "Owner_Account": owner, "MemberList": members,
        });
        let reply = desk.call("group_open_http_svc/create_group", &body.to_string());
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
    }

    fn pass(id: &str, to: &str) -> String {
        json!({"GroupId": id, "NewOwner_Account": to}).to_string()
    }

    /// The role of each of some accounts.
    fn roles(desk: &Desk, id: &str, accounts: &[&str]) -> Vec<String> {
        let body = json!({"GroupId": id, "Member_List_Account": accounts}).to_string();
        let path = "group_open_http_svc/get_specified_group_member_info";
        let reply = desk.call(path, &body);
        let rows = reply["MemberList"].as_array().unwrap().iter();
        rows.map(|row| row["Role"].as_str().unwrap().to_owned()).collect()
    }

    #[test]
    fn the_documented_request_passes_the_ownership_on() {
        let desk = Desk::new();
        for of in ["Private", "Public", "ChatRoom", "Community"] {
            let id = if of == "Community" { "@TGS#_c" } else { of };
            make(&desk, of, id, "ada");
            assert_eq!(desk.call(PATH, &pass(id, "bob")), done());
            assert_eq!(roles(&desk, id, &["ada", "bob", "carol"]), ["Member", "Owner", "Member"]);
            assert_eq!(desk.call(PATH, &pass(id, "bob")), done(), "once more");
            assert_eq!(roles(&desk, id, &["ada", "bob"]), ["Member", "Owner"]);
        }
    }

    #[test]
    fn a_group_without_an_owner_gets_one() {
        let desk = Desk::new();
        make(&desk, "Public", "g", "");
        let body = json!({"GroupId": "g", "NewOwner_Account": "carol", "From_Account": "anybody"});
        assert_eq!(desk.call(PATH, &body.to_string()), done());
        assert_eq!(roles(&desk, "g", &["bob", "carol"]), ["Member", "Owner"]);
    }

    #[test]
    fn a_room_is_a_group_too_and_lists_no_owner_who_never_came() {
        let desk = Desk::new();
        desk.create("r-1001", "ada");
        desk.enter("r-1001", "bob");
        assert_eq!(desk.call(PATH, &pass("r-1001", "bob")), done());
        assert_eq!(desk.roles("r-1001"), json!([["bob", "Owner"]]));
    }

    /// Each row has one fault more than the row below it: the first fault in the order wins.
    #[test]
    fn what_is_there_comes_first_then_the_id_the_group_the_type_and_the_rest() {
        let desk = Desk::with(&["app.0.chat.accounts=imported"]);
        let long = "g".repeat(49);
        let from = "nobody";
        let gone = "the group does not exist or was disbanded";
        let rows = [
            (json!({"NewOwner_Account": ""}), 10004, "GroupId: missing"),
            (json!({"GroupId": long}), 10004, "NewOwner_Account: missing"),
            (
                json!({"GroupId": long, "NewOwner_Account": ""}),
                10004,
                "NewOwner_Account: 0 bytes, at least 1",
            ),
            (
                json!({"GroupId": long, "NewOwner_Account": "x", "From_Account": from}),
                10015,
                "GroupId: 49 bytes, at most 48",
            ),
            (json!({"GroupId": "x", "NewOwner_Account": "x", "From_Account": from}), 10010, gone),
            (
                json!({"GroupId": "live", "NewOwner_Account": "x", "From_Account": from}),
                10007,
                "permission denied: not in a group of type AVChatRoom",
            ),
            (
                json!({"GroupId": "g", "NewOwner_Account": "x", "From_Account": from}),
                10004,
                "From_Account: nobody does not exist",
            ),
            (
                json!({"GroupId": "g", "NewOwner_Account": "x", "From_Account": "admin"}),
                10004,
                "NewOwner_Account: x is not a member of the group",
            ),
        ];
        for (id, of) in [("live", "AVChatRoom"), ("g", "Public")] {
            let body = json!({"Type": of, "Name": "a", "GroupId": id, "Owner_Account": "admin"});
            let made = desk.call("group_open_http_svc/create_group", &body.to_string());
            assert_eq!(made["ErrorCode"], 0);
        }
        for (body, code, text) in rows {
            desk.refuses(PATH, &body.to_string(), code, text);
        }
    }
}

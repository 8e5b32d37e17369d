//! `delete_group_member`: <https://cloud.tencent.com/document/product/269/1622>
//!
//! Sends members away; they may come back. Quirks: an account that is not in the group is no fault;
//! a live room is 10004, not 10007. With `Silence` 1 the group is not told.
//!
//! Where the page is silent: the owner of a `Private` group may be sent away and leaves it without
//! one, any other owner is 10007 and nobody is sent away; `Reason` has up to 1000 bytes.

use schemars::JsonSchema;
use serde::Deserialize;

use super::add_group_member::silence;
use super::fields::{accounts, group, group_id};
use super::reach;
use super::support::Support;
use crate::domain::{Refusal, RemoveMembers};
use crate::engine::Failure;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, text_within};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

const SUPPORT: Support = Support::of("delete_group_member");
/// The longest `Reason`, in bytes of UTF-8.
const MAX_REASON_BYTES: usize = 1000;

/// Sends members away.
pub struct DeleteGroupMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Who goes, at most `app.chat.limits.delete_members`.
    #[serde(rename = "MemberToDel_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1))]
    accounts: Option<Vec<AccountText<'a>>>,
    /// 1: the group is not told. 0 if absent.
    #[serde(rename = "Silence")]
    #[schemars(range(min = 0, max = 1))]
    silence: Option<i64>,
    /// What is said about it.
    #[serde(rename = "Reason", borrow)]
    #[schemars(length(max = MAX_REASON_BYTES))]
    reason: Option<Text<'a>>,
}

impl Command for DeleteGroupMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/delete_group_member",
        summary: "Sends members away",
        page: "https://cloud.tencent.com/document/product/269/1622",
        codes: &[10002, 10003, 10004, 10007, 10010, 10015],
        answers: &[10002, 10004, 10005, 10007, 10010, 10015],
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
        let at_most = call.app.chat().limits.delete_members;
        let accounts = accounts("MemberToDel_Account", request.accounts, at_most)?;
        let group = group_id(group)?;
        let said = said(request.silence, request.reason.as_ref());
        let said = reach::first(call, SUPPORT, &group, said).await;
        let (silent, words) = said.map_err(not_in_live_rooms)?;
        let by = call.caller.account().clone();
        let operation = RemoveMembers { by, accounts, words, silent };
        let removing = reach::run(call, SUPPORT, &group, &operation).await;
        removing.map_err(|failure: Failure| not_in_live_rooms(failure.into()))
    }
}

/// Whether the group is not told, and what is said about it.
fn said(silent: Option<i64>, reason: Option<&Text<'_>>) -> Result<(bool, Box<str>), FieldFault> {
    let reason = reason.map(|text| text_within("Reason", text, MAX_REASON_BYTES)).transpose()?;
    Ok((silence(silent)?, reason.unwrap_or_default().into()))
}

/// The page has another code for a live room than its neighbours.
fn not_in_live_rooms(refused: Refused) -> Refused {
    match refused {
        Refused::Rule(Refusal::GroupTypeForbids { .. }) => {
            FieldFault::new("GroupId", "not in a group of type AVChatRoom").into()
        }
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/delete_group_member";

    fn delete(group: &str, accounts: &[&str]) -> String {
        json!({"GroupId": group, "MemberToDel_Account": accounts}).to_string()
    }

    fn role(desk: &Desk, group: &str, account: &str) -> String {
        let body = json!({"GroupId": group, "User_Account": [account]}).to_string();
        let reply = desk.call("group_open_http_svc/get_role_in_group", &body);
        reply["UserIdList"][0]["Role"].as_str().unwrap().to_owned()
    }

    #[test]
    fn the_documented_request_sends_away_whoever_is_in() {
        let desk = Desk::new();
        desk.make_group("g", GroupType::Public, Some("olga"), &["tommy", "jared"]);
        let body = r#"{"GroupId":"g","Silence":1,"Reason":"kick reason",
            "MemberToDel_Account":["tommy","jared","stranger"]}"#;
        assert_eq!(desk.call(PATH, body), done());
        assert_eq!(role(&desk, "g", "tommy"), "NotMember");
        assert_eq!(desk.call(PATH, body), done(), "once more is no fault");
    }

    #[test]
    fn only_the_owner_of_a_private_group_goes() {
        let desk = Desk::new();
        desk.make_group("private", GroupType::Private, Some("olga"), &["bob"]);
        assert_eq!(desk.call(PATH, &delete("private", &["olga"])), done());
        assert_eq!(role(&desk, "private", "olga"), "NotMember");
        let stays = "permission denied: olga owns the group and cannot leave it";
        for of in [GroupType::Public, GroupType::ChatRoom, GroupType::Community] {
            let id = format!("@TGS#_{of:?}");
            desk.make_group(&id, of, Some("olga"), &["bob"]);
            desk.refuses(PATH, &delete(&id, &["bob", "olga"]), 10007, stays);
            assert_eq!(role(&desk, &id, "bob"), "Member", "nobody went");
        }
    }

    #[test]
    fn members_that_cannot_be_removed_are_refused() {
        let desk = Desk::with(&["app.0.chat.limits.delete_members=2"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let with = |field: &str, value: serde_json::Value| {
            let mut body = json!({"GroupId": "g", "MemberToDel_Account": ["a"]});
            body[field] = value;
            body.to_string()
        };
        assert_eq!(desk.call(PATH, &with("Reason", "x".repeat(1000).into())), done());
        let rows = [
            (delete("g", &["a", "b", "c"]), 10005, "MemberToDel_Account: 3 of them, at most 2"),
            (delete("g", &[]), 10004, "MemberToDel_Account: empty, at least 1"),
            (delete("live", &["a"]), 10004, "GroupId: not in a group of type AVChatRoom"),
            (delete("no", &["a"]), 10010, "the group does not exist or was disbanded"),
            (delete("", &["a"]), 10015, "GroupId: 0 bytes, at least 1"),
            (with("Reason", "x".repeat(1001).into()), 10004, "Reason: 1001 bytes, at most 1000"),
            (with("Silence", (-1).into()), 10004, "Silence: -1, at least 0"),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
    }

    #[test]
    fn whoever_is_sent_out_of_a_room_is_kicked() {
        let desk = Desk::new();
        desk.create("r", "alice");
        desk.enter("r", "bob");
        assert_eq!(desk.call(PATH, &delete("r", &["bob"])), done());
        assert_eq!(desk.roles("r"), json!([["alice", "Owner"]]));
    }
}

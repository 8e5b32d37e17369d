//! `modify_group_member_info`: <https://cloud.tencent.com/document/product/269/1623>
//!
//! Changes what is named of one member and leaves the rest: all of it, or nothing. Quirks: the time of
//! a mute was called `ShutUpTime` before; a custom field that is not named stays.
//!
//! Where the page is silent: an empty `NameCard` or value clears it; nothing to change is no fault; a
//! member who is not in the group is 10004, an account that does not exist 10019; a role for the
//! owner, a mute for the owner, an administrator or a mute in a `Private` group are 10007; one
//! administrator too many is 10004; a mute of 4294967295 is for ever.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{FieldItem, MAX_NAME_CARD_BYTES, MAX_SECONDS, group, group_id, member_fields};
use super::mute::{mute_ms, mute_time};
use super::reach;
use super::support::Support;
use super::words::{GIVEN_ROLES, MSG_FLAGS};
use crate::domain::{GroupType, MemberChange, Need, UpdateMember};
use crate::engine::App;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, account, optional_text, required, word,
};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words_or_null};

const SUPPORT: Support = Support::of("modify_group_member_info");

/// Changes a member.
pub struct ModifyGroupMemberInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which group.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Which member.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// What the member may do among the others; never the owner's. An empty word counts as absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(GIVEN_ROLES)))]
    role: Option<Text<'a>>,
    /// Which messages reach the member. An empty word counts as absent.
    #[serde(borrow)]
    #[schemars(extend("enum" = words_or_null(MSG_FLAGS)))]
    msg_flag: Option<Text<'a>>,
    /// The name that the others see. An empty one clears it.
    #[serde(borrow)]
    #[schemars(length(max = MAX_NAME_CARD_BYTES))]
    name_card: Option<Text<'a>>,
    /// The app's own fields that are to change.
    #[serde(borrow)]
    app_member_defined_data: Option<Vec<Object<FieldItem<'a>>>>,
    /// How long the member is muted, in seconds: 0 ends it, 4294967295 is for ever.
    #[schemars(range(min = 0, max = MAX_SECONDS))]
    mute_time: Option<i64>,
    /// The older name of the time.
    #[schemars(skip)]
    shut_up_time: Option<i64>,
}

impl Command for ModifyGroupMemberInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/modify_group_member_info",
        summary: "Changes a member",
        page: "https://cloud.tencent.com/document/product/269/1623",
        codes: &[10002, 10003, 10004, 10007, 10010, 10015, 80001],
        answers: &[10002, 10004, 10007, 10010, 10015, 10019],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        mut request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group(request.group_id.take())?;
        let who = required("Member_Account", request.account.take())?;
        let who = account("Member_Account", &who)?;
        let group = group_id(group)?;
        // Which keys there are is for the type to say, which never changes.
        let of = match request.app_member_defined_data {
            None => None,
            Some(_) => {
                let type_of = reach::look(call, SUPPORT, &group, Need::default(), |seen, _| {
                    seen.facts.kind.group_type()
                });
                Some(type_of.await?)
            }
        };
        let change = change(call.app, request, of);
        let change = reach::first(call, SUPPORT, &group, change).await?;
        call.must_exist("Member_Account", std::slice::from_ref(&who)).await?;
        let operation = UpdateMember { account: who, change };
        let updating = reach::run(call, SUPPORT, &group, &operation).await;
        updating.map_err(reach::member_in("Member_Account"))
    }
}

fn change(
    app: &App,
    request: Request<'_>,
    of: Option<GroupType>,
) -> Result<MemberChange, FieldFault> {
    let fields = match of {
        None => Vec::new(),
        Some(of) => {
            let items = request.app_member_defined_data.as_deref();
            member_fields("AppMemberDefinedData", items, app, of)?
        }
    };
    let seconds = mute_time(request.mute_time, request.shut_up_time);
    Ok(MemberChange {
        name: optional_text("NameCard", request.name_card.as_ref(), MAX_NAME_CARD_BYTES)?,
        admin: word("Role", request.role, GIVEN_ROLES)?,
        custom_info: None,
        fields,
        msg_flag: word("MsgFlag", request.msg_flag, MSG_FLAGS)?,
        mute_for_ms: seconds.map(mute_ms).transpose()?,
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/modify_group_member_info";
    const FIELDS: &str = "app.0.chat.member_fields=[\"level\",\"Public.title\"]";

    fn desk() -> Desk {
        let desk = Desk::with(&[FIELDS]);
        desk.freeze_at(4_000_000_000);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        desk
    }

    fn bob(desk: &Desk) -> Value {
        let body = r#"{"GroupId":"g","Member_List_Account":["bob"]}"#;
        let path = "group_open_http_svc/get_specified_group_member_info";
        desk.call(path, body)["MemberList"][0].take()
    }

    fn modify(fields: &Value) -> String {
        let mut body = json!({"GroupId": "g", "Member_Account": "bob"});
        body.as_object_mut().unwrap().extend(fields.as_object().unwrap().clone());
        body.to_string()
    }

    #[test]
    fn the_documented_request_changes_what_it_names() {
        let desk = desk();
        let all = json!({"Role": "Admin", "MsgFlag": "AcceptNotNotifyExceptAt", "NameCard": "Bob",
            "MuteTime": 60, "AppMemberDefinedData": [{"Key": "level", "Value": "7"},
            {"key": "title", "Value": "\u{1}\""}]});
        assert_eq!(desk.call(PATH, &modify(&all)), done());
        let mut expected = json!({"Member_Account": "bob", "Role": "Admin", "NameCard": "Bob",
            "MsgFlag": "AcceptNotNotifyExceptAt", "MsgSeq": 0, "JoinTime": 4_000_000_000_u64,
            "LastSendMsgTime": 0, "MuteUntil": 4_000_000_060_u64, "AppMemberDefinedData": [
                {"Key": "level", "Value": "7"}, {"Key": "title", "Value": "\u{1}\""}]});
        assert_eq!(bob(&desk), expected);
        let less = json!({"NameCard": "", "ShutUpTime": 0, "Role": "Member", "MsgFlag": "",
            "AppMemberDefinedData": [{"Key": "title", "Value": ""}]});
        assert_eq!(desk.call(PATH, &modify(&less)), done());
        expected["NameCard"] = json!("");
        expected["MuteUntil"] = json!(0);
        expected["Role"] = json!("Member");
        expected["AppMemberDefinedData"][1]["Value"] = json!("");
        assert_eq!(bob(&desk), expected);
        assert_eq!(desk.call(PATH, &modify(&json!({}))), done(), "nothing to change");
        let mute = json!({"MuteTime": 4_294_967_295_u64});
        assert_eq!(desk.call(PATH, &modify(&mute)), done());
        assert_eq!(bob(&desk)["MuteUntil"], 4_294_967_295_u64, "for ever");
    }

    #[test]
    fn what_cannot_be_changed_is_refused_and_changes_nothing() {
        let desk = desk();
        let before = bob(&desk);
        let field = |key: &str, value: &str| json!({"AppMemberDefinedData": [{"Key": key, "Value": value}]});
        assert_eq!(desk.call(PATH, &modify(&field("level", ""))), done());
        let rows = [
            (json!({"NameCard": "x".repeat(51)}), 10004, "NameCard: 51 bytes, at most 50"),
            (json!({"Role": "Owner"}), 10004, "Role: not one of Admin, Member"),
            (
                json!({"MsgFlag": "x", "NameCard": "y"}),
                10004,
                "MsgFlag: not one of AcceptAndNotify, AcceptNotNotify, Discard, \
                 AcceptNotNotifyExceptAt",
            ),
            (
                json!({"MuteTime": 4_294_967_296_u64}),
                10004,
                "MuteTime: 4294967296, at most 4294967295",
            ),
            (field("no", ""), 10004, "AppMemberDefinedData[0].Key: not one of level, title"),
            (
                field("level", &"x".repeat(65)),
                10004,
                "AppMemberDefinedData[0].Value: 65 bytes, at most 64",
            ),
            (
                json!({"AppMemberDefinedData": [{"Key": "level"}]}),
                10004,
                "AppMemberDefinedData[0].Value: missing",
            ),
            (
                json!({"AppMemberDefinedData": [{"Value": ""}]}),
                10004,
                "AppMemberDefinedData[0].Key: missing",
            ),
            (
                json!({"Member_Account": "eve"}),
                10004,
                "Member_Account: eve is not a member of the group",
            ),
            (
                json!({"Member_Account": "olga", "Role": "Admin"}),
                10007,
                "permission denied: olga owns the group, the ownership moves by itself",
            ),
            (
                json!({"Member_Account": "olga", "NameCard": "O", "MuteTime": 1}),
                10007,
                "permission denied: olga owns the group and cannot be muted",
            ),
            (json!({"GroupId": "no"}), 10010, "the group does not exist or was disbanded"),
            (
                json!({"GroupId": "no", "Role": "x"}),
                10010,
                "the group does not exist or was disbanded",
            ),
            (json!({"GroupId": ""}), 10015, "GroupId: 0 bytes, at least 1"),
            (json!({"Member_Account": null}), 10004, "Member_Account: missing"),
        ];
        for (fields, code, text) in rows {
            desk.refuses(PATH, &modify(&fields), code, text);
        }
        assert_eq!(bob(&desk), before);
        let good = json!({"NameCard": "x".repeat(50),
            "AppMemberDefinedData": [{"Key": "level", "Value": "x".repeat(64)}]});
        assert_eq!(desk.call(PATH, &modify(&good)), done());
    }

    #[test]
    fn a_private_group_has_no_administrators_and_no_mutes_and_keys_of_its_own() {
        let desk = Desk::with(&[FIELDS, "app.0.strict=true"]);
        desk.make_group("g", GroupType::Private, Some("olga"), &["bob"]);
        let text = "permission denied: not in a group of type Private";
        desk.refuses(PATH, &modify(&json!({"Role": "Admin"})), 10007, text);
        desk.refuses(PATH, &modify(&json!({"MuteTime": 1})), 10007, text);
        assert_eq!(desk.call(PATH, &modify(&json!({"Role": "Member"}))), done());
        let field = json!({"AppMemberDefinedData": [{"Key": "title", "Value": ""}]});
        let text = "AppMemberDefinedData[0].Key: not one of level";
        desk.refuses(PATH, &modify(&field), 10004, text);
        let field = json!({"AppMemberDefinedData": [{"key": "level", "Value": ""}]});
        desk.refuses(PATH, &modify(&field), 10004, "AppMemberDefinedData[0].Key: missing");
    }

    #[test]
    fn live_rooms_and_accounts_that_do_not_exist_are_refused() {
        let desk = Desk::with(&["app.0.chat.accounts=imported"]);
        desk.make_group("g", GroupType::AvChatRoom, Some("olga"), &["bob"]);
        let text = "permission denied: not in a group of type AVChatRoom";
        desk.refuses(
            PATH,
            &modify(&json!({"GroupId": "g", "NameCard": "x".repeat(51)})),
            10007,
            text,
        );
        desk.make_group("p", GroupType::Public, Some("olga"), &[]);
        let body = modify(&json!({"GroupId": "p"}));
        desk.refuses(PATH, &body, 10019, "Member_Account: bob does not exist");
    }

    #[test]
    fn an_administrator_too_many_is_refused() {
        let desk = Desk::with(&["app.0.room.max_admin_count=1"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob", "eve"]);
        assert_eq!(desk.call(PATH, &modify(&json!({"Role": "Admin"}))), done());
        let text = "Role: the group has its upper limit of 1 administrators";
        let eve = json!({"Member_Account": "eve", "Role": "Admin"});
        desk.refuses(PATH, &modify(&eve), 10004, text);
    }
}

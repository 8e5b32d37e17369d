//! `create_group`: <https://trtc.io/document/34895>
//!
//! Makes a group with its first members. The owner, if one is named, is among them. Quirk: the most
//! members are called `MaxMemberCount` here and `MaxMemberNum` elsewhere; both are taken.
//!
//! Where the page is silent: an id that is not well-formed, or not for groups of the type, is 10004;
//! an account that does not exist is 10019; an owner who is in `MemberList` too stays the owner; of
//! an account that is listed twice the first row counts. The id is the caller's own (10025) if the
//! new owner, or the caller where none is named, owns the room or group that has it. `MaxMemberCount`
//! above the plan is 10038, and so are more members than it; of an `AVChatRoom` it means nothing.
//! `NameCard` and `MsgFlag` of a member are kept; `JoinTime` and what else belongs to messages mean
//! nothing. The group is made with all its members or not at all.

use std::collections::HashSet;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{FieldItem, MAX_NAME_CARD_BYTES, member_fields};
use super::new_group::{body_of_a_new_group, make};
use super::words::{ADMIN, MSG_FLAGS};
use crate::domain::{FirstMember, GroupType};
use crate::engine::App;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, account, text_within, word};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words_or_null};

/// Makes a group.
pub struct CreateGroup;

body_of_a_new_group! {
    /// The body.
    pub struct Request {
        /// Who is in it from the start, at most `app.chat.limits.create_members`. Not for an
        /// `AVChatRoom`.
        #[serde(rename = "MemberList", borrow)]
        members: Option<Vec<Object<Item<'a>>>>,
    }
}

/// Somebody who is in the group from the start.
#[derive(Debug, Deserialize, JsonSchema)]
#[schemars(inline)]
struct Item<'a> {
    /// Who.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// An administrator; an ordinary member if absent or empty.
    #[serde(rename = "Role", borrow)]
    #[schemars(extend("enum" = words_or_null(ADMIN)))]
    role: Option<Text<'a>>,
    /// The name that the others see.
    #[serde(rename = "NameCard", borrow)]
    #[schemars(length(max = MAX_NAME_CARD_BYTES))]
    name_card: Option<Text<'a>>,
    /// Which messages reach the member; those of the type if absent or empty.
    #[serde(rename = "MsgFlag", borrow)]
    #[schemars(extend("enum" = words_or_null(MSG_FLAGS)))]
    msg_flag: Option<Text<'a>>,
    /// The app's own fields of the member.
    #[serde(rename = "AppMemberDefinedData", borrow)]
    custom: Option<Vec<Object<FieldItem<'a>>>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response<'a> {
    /// The group.
    #[schemars(with = "RoomIdField")]
    group_id: &'a str,
}

impl Command for CreateGroup {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/create_group",
        summary: "Makes a group",
        page: "https://trtc.io/document/34895",
        codes: &[
            10002, 10003, 10004, 10005, 10006, 10007, 10008, 10016, 10021, 10025, 10036, 10037,
            10038, 80001,
        ],
        answers: &[10002, 10004, 10005, 10006, 10007, 10019, 10021, 10025, 10036, 10037, 10038],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        mut request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let asked = request.take_shared();
        let of = asked.group_type()?;
        let members = request.members.unwrap_or_default();
        let at_most = call.app.chat().limits.create_members;
        if members.len() > at_most {
            let reason = format!("{} of them, at most {at_most}", members.len());
            return Err(Refused::ListLength(FieldFault::new("MemberList", reason)));
        }
        let group = asked.group_id(of)?;
        if of == GroupType::AvChatRoom && !members.is_empty() {
            let reason = "not for groups of the type AVChatRoom";
            return Err(Refused::TypeForbids(FieldFault::new("MemberList", reason)));
        }
        let members = first_members(call.app, of, &members)?;
        let operation = asked.operation(call, of, members, None)?;
        let group = make(call, group, &operation).await?;
        reply.payload(&Response { group_id: group.as_str() });
        Ok(())
    }
}

/// `MemberList`, each account once.
fn first_members(
    app: &App,
    of: GroupType,
    items: &[Object<Item<'_>>],
) -> Result<Vec<FirstMember>, FieldFault> {
    let mut members = Vec::with_capacity(items.len());
    let mut seen = HashSet::with_capacity(items.len());
    for (nth, Object(item)) in items.iter().enumerate() {
        let field = |name: &str| format!("MemberList[{nth}].{name}");
        let Some(who) = &item.account else {
            return Err(FieldFault::new(field("Member_Account"), "missing"));
        };
        let account = account(field("Member_Account"), who)?;
        let name = item.name_card.as_ref();
        let name = name.map(|name| text_within(field("NameCard"), name, MAX_NAME_CARD_BYTES));
        let custom = item.custom.as_deref();
        let member = FirstMember {
            admin: word(field("Role"), item.role.clone(), ADMIN)?.unwrap_or_default(),
            name: name.transpose()?.unwrap_or_default().into(),
            msg_flag: word(field("MsgFlag"), item.msg_flag.clone(), MSG_FLAGS)?,
            fields: member_fields(&field("AppMemberDefinedData"), custom, app, of)?,
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

    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/create_group";

    /// What is said of a new group besides its type.
    fn group(of: &str, more: Value) -> String {
        let mut body = json!({"Type": of, "Name": "a group"});
        let Value::Object(more) = more else { panic!("fields") };
        body.as_object_mut().unwrap().extend(more);
        body.to_string()
    }

    #[track_caller]
    fn made(desk: &Desk, of: &str, more: Value) -> String {
        let reply = desk.call(PATH, &group(of, more));
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
        reply["GroupId"].as_str().unwrap().to_owned()
    }

    fn profiles(desk: &Desk, group: &str, accounts: &[&str]) -> Value {
        let body = json!({"GroupId": group, "Member_List_Account": accounts}).to_string();
        let path = "group_open_http_svc/get_specified_group_member_info";
        desk.call(path, &body)["MemberList"].take()
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::with(&[
            r#"app.0.chat.group_fields=["room"]"#,
            r#"app.0.chat.member_fields=["level","Public.rank"]"#,
        ]);
        desk.freeze_at(2_000_000_000);
        let body = json!({
            "Owner_Account": "ada", "Type": "Public", "GroupId": "chess", "Name": "Chess",
            "Introduction": "openings", "Notification": "on Friday", "FaceUrl": "https://a.example",
            "MaxMemberCount": 500, "ApplyJoinOption": "FreeAccess",
            "InviteJoinOption": "DisableInvite", "SupportTopic": 1,
            "AppDefinedData": [{"Key": "room", "Value": "12"}],
            "MemberList": [
                {"Member_Account": "linus", "Role": "Admin", "NameCard": "L.", "JoinTime": 1,
                 "MsgFlag": "Discard", "ShutUpUntil": 9,
                 "AppMemberDefinedData": [{"Key": "rank", "Value": "7"}]},
                {"Member_Account": "grace"},
            ],
        });
        assert_eq!(
            desk.call(PATH, &body.to_string()),
            json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "GroupId": "chess"})
        );
        let custom =
            |rank: &str| json!([{"Key": "level", "Value": ""}, {"Key": "rank", "Value": rank}]);
        let member = |account: &str, role: &str| {
            json!({
                "AppMemberDefinedData": custom(""), "JoinTime": 2_000_000_000,
                "LastSendMsgTime": 0, "Member_Account": account, "MsgFlag": "AcceptAndNotify",
                "MsgSeq": 0, "MuteUntil": 0, "NameCard": "", "Role": role,
            })
        };
        let mut linus = member("linus", "Admin");
        linus["AppMemberDefinedData"] = custom("7");
        linus["NameCard"] = "L.".into();
        linus["MsgFlag"] = "Discard".into();
        assert_eq!(
            profiles(&desk, "chess", &["ada", "linus", "grace"]),
            json!([member("ada", "Owner"), linus, member("grace", "Member")])
        );
    }

    #[test]
    fn a_group_without_an_id_has_one_of_its_type() {
        let desk = Desk::new();
        let rows = [
            ("Private", "@TGS#1"),
            ("Work", "@TGS#1"),
            ("Public", "@TGS#2"),
            ("ChatRoom", "@TGS#3"),
            ("Meeting", "@TGS#3"),
            ("AVChatRoom", "@TGS#a"),
            ("Community", "@TGS#_@TGS#c"),
        ];
        for (of, prefix) in rows {
            for more in [json!({}), json!({"GroupId": ""}), json!({"GroupId": null})] {
                let id = made(&desk, of, more);
                assert!(id.starts_with(prefix) && id.len() == prefix.len() + 9, "{of} {id}");
            }
        }
    }

    #[test]
    fn an_id_that_is_chosen_has_the_form_of_its_type() {
        let desk = Desk::new();
        made(&desk, "Public", json!({"GroupId": "g".repeat(48)}));
        made(&desk, "Public", json!({"GroupId": "@TGS"}));
        made(&desk, "Community", json!({"GroupId": "@TGS#_town"}));
        made(&desk, "Community", json!({"GroupId": "@TGS#_@TGS"}));
        let rows = [
            ("Public", "g".repeat(49), "GroupId: 49 bytes, at most 48"),
            (
                "Public",
                "caf\u{e9}".into(),
                "GroupId: only printable ASCII (0x20 to 0x7e) is allowed",
            ),
            ("Public", "@TGS#1".into(), "GroupId: must not begin with @TGS#"),
            ("AVChatRoom", "@TGS#_a".into(), "GroupId: must not begin with @TGS#"),
            ("Community", "town".into(), "GroupId: must begin with @TGS#_"),
            ("Community", "@TGS#_@TGS#c".into(), "GroupId: must not begin with @TGS#_@TGS#"),
        ];
        for (of, id, text) in rows {
            desk.refuses(PATH, &group(of, json!({"GroupId": id})), 10004, text);
        }
    }

    #[test]
    fn what_must_be_there_comes_first_then_the_list_the_id_the_type_and_the_rest() {
        let desk = Desk::with(&["app.0.chat.limits.create_members=2"]);
        let three = json!([{}, {}, {}]);
        let refuses = |body: Value, code, text| desk.refuses(PATH, &body.to_string(), code, text);
        let types =
            "Type: not one of Private, Public, ChatRoom, AVChatRoom, Community, Work, Meeting";
        refuses(json!({"Name": "a"}), 10004, "Type: missing");
        refuses(json!({"Type": "", "Name": "a"}), 10004, "Type: missing");
        refuses(json!({"Type": "BChatRoom", "MemberList": three}), 10004, types);
        refuses(json!({"Type": "AVChatRoom", "MemberList": three}), 10004, "Name: missing");
        refuses(json!({"Type": "Public", "Name": ""}), 10004, "Name: missing");
        let (long, members) = ("g".repeat(49), json!([{"Member_Account": ""}]));
        let refuses = |more, code, text| {
            desk.refuses(PATH, &group("AVChatRoom", more), code, text);
        };
        refuses(
            json!({"GroupId": long, "MemberList": three}),
            10005,
            "MemberList: 3 of them, at most 2",
        );
        let text = "GroupId: 49 bytes, at most 48";
        refuses(json!({"GroupId": long, "MemberList": members}), 10004, text);
        let text = "MemberList: not for groups of the type AVChatRoom";
        refuses(json!({"MemberList": members, "MaxMemberCount": 0}), 10007, text);
        refuses(
            json!({"MemberList": [], "MaxMemberCount": 0}),
            10004,
            "MaxMemberCount: 0, at least 1",
        );
        let two = json!([{"Member_Account": "a"}, {"Member_Account": "b"}]);
        made(&desk, "Public", json!({"MemberList": two}));
    }

    #[test]
    fn texts_end_at_their_limits() {
        let settings = [
            "app.0.chat.limits.name_bytes=4",
            "app.0.chat.limits.introduction_bytes=6",
            "app.0.chat.limits.notification_bytes=8",
            "app.0.chat.limits.face_url_bytes=10",
        ];
        let desk = Desk::with(&settings);
        let limits = [("Name", 4), ("Introduction", 6), ("Notification", 8), ("FaceUrl", 10)];
        for (field, at_most) in limits {
            let text = "é".repeat(at_most / 2);
            made(&desk, "Public", json!({"Name": "n", field: text}));
            let (long, bytes) = (format!("{text}x"), at_most + 1);
            let text = format!("{field}: {bytes} bytes, at most {at_most}");
            desk.refuses(PATH, &group("Public", json!({"Name": "n", field: long})), 10004, &text);
        }
        let row = |card: usize| {
            json!({"Name": "n", "MemberList": [{
                "Member_Account": "a", "NameCard": "x".repeat(card),
            }]})
        };
        made(&desk, "Public", row(50));
        let text = "MemberList[0].NameCard: 51 bytes, at most 50";
        desk.refuses(PATH, &group("Public", row(51)), 10004, text);
    }

    #[test]
    fn other_fields_are_refused_by_name() {
        let desk = Desk::with(&[r#"app.0.chat.group_fields=["room"]"#]);
        let member = |more: Value| {
            let mut member = json!({"Member_Account": "a"});
            let Value::Object(more) = more else { panic!("fields") };
            member.as_object_mut().unwrap().extend(more);
            json!({"MemberList": [{"Member_Account": "b"}, member]})
        };
        let flags = "not one of AcceptAndNotify, AcceptNotNotify, Discard, AcceptNotNotifyExceptAt";
        let flags = format!("MemberList[1].MsgFlag: {flags}");
        let rows = [
            (json!({"Owner_Account": "o".repeat(33)}), "Owner_Account: 33 bytes, at most 32"),
            (json!({"MaxMemberCount": -1}), "MaxMemberCount: -1, at least 1"),
            (
                json!({"MaxMemberCount": 1_i64 << 32}),
                "MaxMemberCount: 4294967296, at most 4294967295",
            ),
            (
                json!({"ApplyJoinOption": "Free"}),
                "ApplyJoinOption: not one of FreeAccess, NeedPermission, DisableApply",
            ),
            (
                json!({"InviteJoinOption": "DisableApply"}),
                "InviteJoinOption: not one of FreeAccess, NeedPermission, DisableInvite",
            ),
            (
                json!({"AppDefinedData": [{"Key": "floor", "Value": ""}]}),
                "AppDefinedData[0].Key: not one of room",
            ),
            (
                json!({"AppDefinedData": [{"Key": "room", "Value": "x".repeat(513)}]}),
                "AppDefinedData[0].Value: 513 bytes, at most 512",
            ),
            (json!({"SupportTopic": 2}), "SupportTopic: 2, at most 1"),
            (json!({"EnablePermission": -1}), "EnablePermission: -1, at least 0"),
            (
                json!({"DefaultPermission": 1_i64 << 32}),
                "DefaultPermission: 4294967296, at most 4294967295",
            ),
            (json!({"MemberList": [{}]}), "MemberList[0].Member_Account: missing"),
            (member(json!({"Role": "Owner"})), "MemberList[1].Role: not one of Admin"),
            (member(json!({"MsgFlag": "All"})), &flags),
            (
                member(json!({"AppMemberDefinedData": [{"Key": "level", "Value": ""}]})),
                "MemberList[1].AppMemberDefinedData[0].Key: the settings have no such custom fields",
            ),
        ];
        for (more, text) in rows {
            desk.refuses(PATH, &group("Public", more), 10004, text);
        }
        made(
            &desk,
            "Public",
            json!({"AppDefinedData": [{"Key": "room", "Value": "x".repeat(512)}]}),
        );
        let body = group("Public", json!({"MemberList": [["a"]]}));
        assert_eq!(desk.call(PATH, &body)["ErrorCode"], 10004, "a list is no member");
    }

    #[test]
    fn an_owner_who_is_listed_stays_the_owner_and_nobody_is_in_twice() {
        let desk = Desk::new();
        let members = json!([
            {"Member_Account": "bob", "NameCard": "first"},
            {"Member_Account": "ada", "NameCard": "A.", "Role": "Admin"},
            {"Member_Account": "bob", "NameCard": "second", "Role": "Admin"},
        ]);
        let id = made(&desk, "Public", json!({"Owner_Account": "ada", "MemberList": members}));
        let rows = profiles(&desk, &id, &["ada", "bob"]);
        let seen = |nth: usize| (rows[nth]["Role"].clone(), rows[nth]["NameCard"].clone());
        assert_eq!(seen(0), ("Owner".into(), "A.".into()));
        assert_eq!(seen(1), ("Member".into(), "first".into()));
    }

    #[test]
    fn administrators_are_for_groups_that_have_some() {
        let desk = Desk::with(&["app.0.room.max_admin_count=1"]);
        let admins = |count: usize| {
            let admin = |nth| json!({"Member_Account": format!("a{nth}"), "Role": "Admin"});
            json!({"MemberList": (0..count).map(admin).collect::<Vec<_>>()})
        };
        made(&desk, "ChatRoom", admins(1));
        let text = "Role: the group has its upper limit of 1 administrators";
        desk.refuses(PATH, &group("ChatRoom", admins(2)), 10004, text);
        let text = "permission denied: not in a group of type Private";
        desk.refuses(PATH, &group("Private", admins(1)), 10007, text);
    }

    #[test]
    fn an_id_in_use_is_somebody_elses_or_ones_own() {
        let desk = Desk::new();
        desk.create("room", "ada");
        made(&desk, "Public", json!({"GroupId": "group", "Owner_Account": "ada"}));
        made(&desk, "Public", json!({"GroupId": "nobody's"}));
        made(&desk, "Public", json!({"GroupId": "mine", "Owner_Account": "admin"}));
        let (taken, own) =
            ("GroupId: in use", "GroupId: in use, and the caller owns the group: use it");
        let rows = [
            ("room", "ada", 10025, own),
            ("room", "bob", 10021, taken),
            ("group", "ada", 10025, own),
            ("group", "bob", 10021, taken),
            ("group", "", 10021, taken),
            ("nobody's", "", 10021, taken),
            ("mine", "", 10025, own),
        ];
        for (id, owner, code, text) in rows {
            let more = json!({"GroupId": id, "Owner_Account": owner});
            desk.refuses(PATH, &group("Public", more), code, text);
        }
    }

    #[test]
    fn nobody_is_in_a_group_who_was_not_imported_where_that_is_asked_for() {
        let desk = Desk::with(&["app.0.chat.accounts=imported"]);
        let owned = |owner: &str, member: &str| json!({"Owner_Account": owner, "MemberList": [{"Member_Account": member}]});
        let text = "Owner_Account: ada does not exist";
        desk.refuses(PATH, &group("Public", owned("ada", "bob")), 10019, text);
        let text = "MemberList: bob does not exist";
        desk.refuses(PATH, &group("Public", owned("admin", "bob")), 10019, text);
        made(&desk, "Public", owned("admin", "administrator"));
    }

    #[test]
    fn the_plan_bounds_groups_and_their_members() {
        let desk = Desk::with(&[
            "app.0.chat.quota.groups=4",
            "app.0.chat.quota.av_chat_rooms=1",
            "app.0.chat.quota.groups_per_account=2",
            "app.0.chat.quota.members=2",
            "app.0.chat.quota.community_members=3",
        ]);
        // A room is no group.
        desk.create("room", "ada");
        let members = |count: usize| {
            (0..count).map(|nth| json!({"Member_Account": format!("m{nth}")})).collect::<Vec<_>>()
        };
        for (of, at_most) in [("Public", 2), ("Community", 3)] {
            let text = |asked| format!("{asked} members, the upper limit is {at_most}");
            let body = group(of, json!({"MaxMemberCount": at_most + 1}));
            desk.refuses(PATH, &body, 10038, &text(at_most + 1));
            let body = group(of, json!({"MemberList": members(at_most + 1)}));
            desk.refuses(PATH, &body, 10038, &text(at_most + 1));
            let more = json!({"Owner_Account": "m0", "MemberList": members(at_most)});
            made(&desk, of, json!({"MaxMemberCount": at_most, "GroupId": null}));
            assert_eq!(
                desk.call(PATH, &group(of, more))["ErrorCode"],
                0,
                "the owner is counted once"
            );
        }
        let text = "the app has its upper limit of 4 groups";
        desk.refuses(PATH, &group("Public", json!({})), 10006, text);

        let desk = Desk::with(&[
            "app.0.chat.quota.av_chat_rooms=1",
            "app.0.chat.quota.groups_per_account=2",
        ]);
        desk.create("room", "ada");
        made(&desk, "AVChatRoom", json!({"Owner_Account": "ada", "MaxMemberCount": 1}));
        let text = "Type: the app has its upper limit of 1 groups of AVChatRoom";
        desk.refuses(PATH, &group("AVChatRoom", json!({})), 10036, text);
        made(&desk, "Public", json!({"MemberList": [{"Member_Account": "ada"}]}));
        let text = "ada is in 2 groups, the upper limit";
        desk.refuses(PATH, &group("Public", json!({"Owner_Account": "ada"})), 10037, text);
        let member = json!({"MemberList": [{"Member_Account": "bob"}, {"Member_Account": "ada"}]});
        desk.refuses(PATH, &group("Public", member), 10037, text);
        made(&desk, "Public", json!({"Owner_Account": "bob"}));
    }
}

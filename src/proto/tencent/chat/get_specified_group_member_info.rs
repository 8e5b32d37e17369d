//! `get_specified_group_member_info`: <https://trtc.io/document/64897>
//!
//! Reads the profiles of chosen members. `OnlineStatus` comes only where it is asked for; a custom
//! field that is not set comes empty.
//!
//! Where the page is silent: members stand in the order of the request, an account that comes twice
//! counts once, one that is not in the group is left out, and `MemberList` is there even when it is
//! empty. An empty filter is none. Unknown names in `MemberInfoFilter` and unknown keys are ignored,
//! an unknown role is 10004. `AVChatRoom` is 10007.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{accounts, group, group_id};
use super::profile::{Beside, InfoName, ProfileRow, Profiles, RoleWord, Unnamed, roles};
use super::reach;
use super::support::Support;
use crate::domain::Need;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text};
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The most accounts of one call.
const MAX_ACCOUNTS: usize = 50;
const SUPPORT: Support = Support::of("get_specified_group_member_info");

/// Reads the profiles of chosen members.
pub struct GetSpecifiedGroupMemberInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Whose profiles.
    #[serde(rename = "Member_List_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1, max = MAX_ACCOUNTS))]
    accounts: Option<Vec<AccountText<'a>>>,
    /// Which fields of them; all but `OnlineStatus` if absent or empty.
    #[serde(rename = "MemberInfoFilter", borrow)]
    #[schemars(with = "Option<Vec<InfoName>>")]
    info: Option<Vec<Text<'a>>>,
    /// Whose roles are among these; all if absent or empty.
    #[serde(rename = "MemberRoleFilter", borrow)]
    #[schemars(with = "Option<Vec<RoleWord>>")]
    roles: Option<Vec<Text<'a>>>,
    /// Which custom fields; all if absent.
    #[serde(rename = "AppDefinedDataFilter_GroupMember", borrow)]
    custom: Option<Vec<Text<'a>>>,
}

/// What is answered. Written by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// The group.
    group_id: &'a str,
    /// Those of the accounts that are in the group, in the order of the request.
    #[schemars(length(max = MAX_ACCOUNTS))]
    member_list: Vec<ProfileRow<'a>>,
}

impl Command for GetSpecifiedGroupMemberInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_specified_group_member_info",
        summary: "Reads the profiles of chosen members",
        page: "https://trtc.io/document/64897",
        reads: true,
        codes: &[10002, 10003, 10004, 10005, 10007, 10010, 10015],
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
        let accounts = accounts("Member_List_Account", request.accounts, MAX_ACCOUNTS)?;
        let group = group_id(group)?;
        let roles = roles(request.roles.as_deref());
        let roles = reach::first(call, SUPPORT, &group, roles).await?;
        let (info, custom) = (request.info.as_deref(), request.custom.as_deref());
        let profiles = Profiles::new(call.app, info, custom, Unnamed::All);
        let presence = profiles.needs_presence();
        let need = Need { accounts: &accounts, mutes: true, presence, ..Need::default() };
        let looking = reach::look(call, SUPPORT, &group, need, |seen, slice| {
            let of = seen.facts.kind.group_type();
            let out = reply.fields();
            out.reserve(64 + accounts.len() * ROW_BYTES);
            out.extend_from_slice(br#""GroupId":"#);
            push_string(out, group.as_str());
            out.extend_from_slice(br#","MemberList":["#);
            let start = out.len();
            let mutes = slice.mutes.iter().map(|mute| mute.map_or(0, |mute| mute.until_ms));
            let presence = slice.presence.iter().copied().chain(std::iter::repeat(false));
            for ((member, muted_until_ms), present) in slice.members.iter().zip(mutes).zip(presence)
            {
                let Some(member) = member.filter(|member| roles.contains(member.role)) else {
                    continue;
                };
                if out.len() > start {
                    out.push(b',');
                }
                profiles.push(out, of, &member, Beside { muted_until_ms, present });
            }
            out.push(b']');
        });
        Ok(looking.await?)
    }
}

/// What a row is expected to take, in bytes. More makes the reply grow.
const ROW_BYTES: usize = 256;

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{Account, GroupType, MsgFlag};
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/get_specified_group_member_info";
    const GROUP: &str = "@TGS#2KIFZCIPQ";
    const JOINED_S: u64 = 4_000_000_000;

    /// The group of the page's samples: John owns it, bob is muted, John has no custom fields.
    fn desk() -> Desk {
        let settings = ["app.0.chat.member_fields=[\"group_member_p\",\"group_member_p2\"]"];
        let desk = Desk::with(&settings);
        desk.freeze_at(JOINED_S);
        desk.make_group(GROUP, GroupType::Public, Some("John"), &["bob", "peter"]);
        for (account, name_card, mute_time) in [("bob", "bob", 3606), ("peter", "Peter", 0)] {
            let body = json!({"GroupId": GROUP, "Member_Account": account, "NameCard": name_card,
            "MuteTime": mute_time, "AppMemberDefinedData": [
                {"Key": "group_member_p", "Value": "the value"},
                {"Key": "group_member_p2", "Value": "the value2"},
            ]});
            let path = "group_open_http_svc/modify_group_member_info";
            assert_eq!(desk.call(path, &body.to_string()), done());
        }
        desk.app().set_online(&Account::parse("bob").unwrap()).unwrap();
        desk
    }

    fn fields(values: [&str; 2]) -> Value {
        let [first, second] = values;
        json!([
            {"Key": "group_member_p", "Value": first},
            {"Key": "group_member_p2", "Value": second},
        ])
    }

    fn bob() -> Value {
        json!({"AppMemberDefinedData": fields(["the value", "the value2"]), "JoinTime": JOINED_S,
            "LastSendMsgTime": 0, "Member_Account": "bob", "MsgFlag": "AcceptAndNotify",
            "MsgSeq": 0, "MuteUntil": JOINED_S + 3606, "NameCard": "bob", "Role": "Member"})
    }

    fn peter() -> Value {
        let mut peter = bob();
        peter["Member_Account"] = json!("peter");
        peter["MuteUntil"] = json!(0);
        peter["NameCard"] = json!("Peter");
        peter
    }

    fn john() -> Value {
        json!({"AppMemberDefinedData": fields(["", ""]), "JoinTime": JOINED_S,
            "LastSendMsgTime": 0, "Member_Account": "John", "MsgFlag": "AcceptAndNotify",
            "MsgSeq": 0, "MuteUntil": 0, "NameCard": "", "Role": "Owner"})
    }

    /// Whether a role is shown.
    type Shows = fn(&str) -> bool;

    fn without(mut row: Value, names: &[&str]) -> Value {
        for name in names {
            assert!(row.as_object_mut().unwrap().remove(*name).is_some(), "{name}");
        }
        row
    }

    fn replied(rows: &[Value]) -> Value {
        let mut reply = done();
        reply["GroupId"] = json!(GROUP);
        reply["MemberList"] = json!(rows);
        reply
    }

    #[test]
    fn the_documented_basic_request() {
        let body = r#"{"GroupId":"@TGS#2KIFZCIPQ","Member_List_Account":["bob","peter"]}"#;
        assert_eq!(desk().call(PATH, body), replied(&[bob(), peter()]));
    }

    #[test]
    fn the_documented_request_for_named_fields_has_who_is_online() {
        let body = r#"{"GroupId":"@TGS#2KIFZCIPQ","Member_List_Account":["bob","peter"],
            "MemberInfoFilter":["Role","JoinTime","MsgSeq","MsgFlag","LastSendMsgTime","MuteUntil",
                "NameCard","OnlineStatus"]}"#;
        let online = |mut row: Value, status: &str| {
            row["OnlineStatus"] = json!(status);
            row
        };
        let rows = [online(bob(), "Online"), online(peter(), "Offline")];
        assert_eq!(desk().call(PATH, body), replied(&rows));
    }

    #[test]
    fn the_documented_request_for_roles() {
        let body = r#"{"GroupId":"@TGS#2KIFZCIPQ","Member_List_Account":["bob","peter","John"],
            "MemberRoleFilter":["Owner","Member"]}"#;
        assert_eq!(desk().call(PATH, body), replied(&[bob(), peter(), john()]));
    }

    #[test]
    fn the_documented_request_for_custom_fields() {
        let body = r#"{"GroupId":"@TGS#2KIFZCIPQ","Member_List_Account":["bob","peter"],
            "AppDefinedDataFilter_GroupMember":["group_member_p"]}"#;
        let one = |mut row: Value| {
            row["AppMemberDefinedData"].as_array_mut().unwrap().truncate(1);
            row
        };
        assert_eq!(desk().call(PATH, body), replied(&[one(bob()), one(peter())]));
    }

    #[test]
    fn the_documented_request_for_all_in_one() {
        let body = r#"{"GroupId":"@TGS#2KIFZCIPQ","Member_List_Account":["bob","peter"],
            "MemberInfoFilter":["Role","JoinTime","MsgSeq","MsgFlag","LastSendMsgTime","MuteUntil",
                "NameCard"],
            "MemberRoleFilter":["Owner","Member"],
            "AppDefinedDataFilter_GroupMember":["group_member_p","group_member_p2"]}"#;
        assert_eq!(desk().call(PATH, body), replied(&[bob(), peter()]));
    }

    #[test]
    fn each_filter_does_its_part_whatever_the_others_do() {
        let desk = desk();
        let infos: [(Value, &[&str]); 4] = [
            (Value::Null, &[]),
            (json!([]), &[]),
            (
                json!(["Role"]),
                &["JoinTime", "LastSendMsgTime", "MsgFlag", "MsgSeq", "MuteUntil", "NameCard"],
            ),
            (
                json!(["NameCard", "nothing", "Member_Account", "ShutUpUntil"]),
                &["JoinTime", "LastSendMsgTime", "MsgFlag", "MsgSeq", "Role"],
            ),
        ];
        let roles: [(Value, Shows); 4] = [
            (Value::Null, |_| true),
            (json!([]), |_| true),
            (json!(["Admin"]), |role| role == "Admin"),
            (json!(["Owner", "Admin", "Owner"]), |role| role != "Member"),
        ];
        let customs: [(Value, &[usize]); 5] = [
            (Value::Null, &[0, 1]),
            (json!([]), &[]),
            (json!(["group_member_p2"]), &[1]),
            (json!(["group_member_p2", "no", "group_member_p"]), &[0, 1]),
            (json!(["no"]), &[]),
        ];
        for (info, left_out) in &infos {
            for (role, shows) in &roles {
                for (custom, kept) in &customs {
                    let body = json!({"GroupId": GROUP, "Member_List_Account": ["bob", "John"],
                        "MemberInfoFilter": info, "MemberRoleFilter": role,
                        "AppDefinedDataFilter_GroupMember": custom});
                    let rows = [bob(), john()].into_iter();
                    let rows = rows.filter(|row| shows(row["Role"].as_str().unwrap()));
                    let rows: Vec<Value> = rows
                        .map(|mut row| {
                            let all = row["AppMemberDefinedData"].take();
                            let kept: Vec<Value> =
                                kept.iter().map(|nth| all[nth].clone()).collect();
                            row["AppMemberDefinedData"] = json!(kept);
                            let row = without(row, left_out);
                            if kept.is_empty() {
                                return without(row, &["AppMemberDefinedData"]);
                            }
                            row
                        })
                        .collect();
                    assert_eq!(desk.call(PATH, &body.to_string()), replied(&rows), "{body}");
                }
            }
        }
    }

    #[test]
    fn who_is_not_in_the_group_is_left_out_and_the_list_is_there() {
        let desk = desk();
        let ask = |accounts: Value| {
            desk.call(PATH, &json!({"GroupId": GROUP, "Member_List_Account": accounts}).to_string())
        };
        assert_eq!(ask(json!(["nobody"])), replied(&[]));
        assert_eq!(ask(json!(["peter", "nobody", "bob", "peter"])), replied(&[peter(), bob()]));
    }

    #[test]
    fn fifty_accounts_are_read_and_not_fifty_one() {
        let desk = desk();
        let ask = |count: usize| {
            let accounts: Vec<String> = (0..count).map(|nth| nth.to_string()).collect();
            json!({"GroupId": GROUP, "Member_List_Account": accounts}).to_string()
        };
        assert_eq!(desk.call(PATH, &ask(50)), replied(&[]));
        desk.refuses(PATH, &ask(51), 10005, "Member_List_Account: 51 of them, at most 50");
    }

    #[test]
    fn what_cannot_be_is_refused_in_its_order() {
        let desk = desk();
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let many: Vec<String> = (0..51).map(|nth| nth.to_string()).collect();
        let rows = [
            (json!({"Member_List_Account": many}), 10004, "GroupId: missing"),
            (
                json!({"GroupId": "", "Member_List_Account": []}),
                10004,
                "Member_List_Account: empty, at least 1",
            ),
            (
                json!({"GroupId": "", "Member_List_Account": many}),
                10005,
                "Member_List_Account: 51 of them, at most 50",
            ),
            (
                json!({"GroupId": "", "Member_List_Account": ["a"], "MemberRoleFilter": ["x"]}),
                10015,
                "GroupId: 0 bytes, at least 1",
            ),
            (
                json!({"GroupId": "no", "Member_List_Account": ["a"], "MemberRoleFilter": ["x"]}),
                10010,
                "the group does not exist or was disbanded",
            ),
            (
                json!({"GroupId": "live", "Member_List_Account": ["a"], "MemberRoleFilter": ["x"]}),
                10007,
                "permission denied: not in a group of type AVChatRoom",
            ),
            (
                json!({"GroupId": GROUP, "Member_List_Account": ["a"],
                "MemberRoleFilter": ["Owner", "NotMember"]}),
                10004,
                "MemberRoleFilter[1]: not one of Owner, Admin, Member",
            ),
            (
                json!({"GroupId": GROUP, "Member_List_Account": ["a", "x".repeat(33)]}),
                10004,
                "Member_List_Account[1]: 33 bytes, at most 32",
            ),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body.to_string(), code, text);
        }
        assert_eq!(
            desk.call(PATH, r#"{"GroupId":1,"Member_List_Account":["a"]}"#)["ErrorCode"],
            10004
        );
        let number = r#"{"GroupId":"g","Member_List_Account":[1]}"#;
        assert_eq!(desk.call(PATH, number)["ErrorCode"], 60015, "an account that is a number");
    }

    #[test]
    fn whoever_came_into_a_room_is_online_unless_nobody_is_to_know() {
        let body = json!({"GroupId": GROUP, "Member_List_Account": ["peter"],
            "MemberInfoFilter": ["OnlineStatus"]})
        .to_string();
        let desk = desk();
        let status = |desk: &Desk| desk.call(PATH, &body)["MemberList"][0]["OnlineStatus"].take();
        assert_eq!(status(&desk), "Offline");
        desk.create("meeting", "alice");
        desk.enter("meeting", "peter");
        assert_eq!(status(&desk), "Online");
        let kick = r#"{"RoomId":"meeting","MemberList_Account":["peter"]}"#;
        assert_eq!(desk.call("room_engine_http_srv/kick_user_out", kick)["ErrorCode"], 0);
        assert_eq!(status(&desk), "Offline");
        let off = Desk::with(&["app.0.chat.online_status=false"]);
        off.make_group(GROUP, GroupType::Public, None, &["peter"]);
        let row = off.call(PATH, &body)["MemberList"][0].take();
        assert_eq!(row, json!({"Member_Account": "peter"}));
    }

    #[test]
    fn each_type_has_keys_of_its_own_and_an_app_without_keys_has_no_list() {
        let desk = Desk::with(&["app.0.chat.member_fields=[\"all\",\"Private.one\"]"]);
        let keys = |desk: &Desk, of: GroupType| -> Option<Vec<String>> {
            let id = format!("@TGS#_{of:?}");
            desk.make_group(&id, of, None, &["a"]);
            let body = json!({"GroupId": id, "Member_List_Account": ["a"]}).to_string();
            let row = desk.call(PATH, &body)["MemberList"][0].take();
            let fields = row.get("AppMemberDefinedData")?.as_array()?.iter();
            Some(fields.map(|field| field["Key"].as_str().unwrap().to_owned()).collect())
        };
        assert_eq!(keys(&desk, GroupType::Private).unwrap(), ["all", "one"]);
        assert_eq!(keys(&desk, GroupType::Public).unwrap(), ["all"]);
        assert_eq!(keys(&Desk::new(), GroupType::Public), None);
    }

    #[test]
    fn a_new_member_hears_of_what_the_type_says() {
        let desk = Desk::new();
        let types = [
            (GroupType::Private, MsgFlag::Notify, "AcceptAndNotify"),
            (GroupType::ChatRoom, MsgFlag::OnlineOnly, "AcceptNotNotify"),
            (GroupType::Community, MsgFlag::Notify, "AcceptAndNotify"),
        ];
        for (of, flag, word) in types {
            assert_eq!(of.msg_flag(), flag);
            let id = format!("@TGS#_{of:?}");
            desk.make_group(&id, of, None, &["a"]);
            let body = json!({"GroupId": id, "Member_List_Account": ["a"]}).to_string();
            assert_eq!(desk.call(PATH, &body)["MemberList"][0]["MsgFlag"], word);
        }
    }

    #[test]
    fn a_row_that_is_written_by_hand_is_what_its_type_would_be() {
        let desk = desk();
        let body = json!({"GroupId": GROUP, "Member_List_Account": ["bob"],
            "MemberInfoFilter": ["Role", "JoinTime", "MsgSeq", "MsgFlag", "LastSendMsgTime",
                "MuteUntil", "NameCard", "OnlineStatus"]});
        let reply = desk.call(PATH, &body.to_string());
        let response =
            Response { group_id: GROUP, member_list: vec![ProfileRow::of_bob(JOINED_S)] };
        let mut expected = done();
        let by_type = serde_json::to_value(&response).unwrap();
        expected.as_object_mut().unwrap().extend(by_type.as_object().unwrap().clone());
        assert_eq!(reply, expected);
    }
}

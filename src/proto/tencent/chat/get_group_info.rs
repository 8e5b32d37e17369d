//! `get_group_info`: <https://trtc.io/document/34961>
//!
//! Reads what is said of groups, and who is in them. Quirk: each group has an element with an
//! `ErrorCode` of its own, 10010 and 10015 among them, and the call is done all the same.
//!
//! Where the page is silent: elements stand in the order of the request, an id that comes twice has
//! one. Without filters everything is shown; an empty filter is none, and a `ResponseFilter` of
//! nothing but such is none. With one, what no filter names is left out; `MemberList` is there as
//! soon as one of the two filters for members is. More groups than `app.chat.limits.groups_per_info`
//! are 10004. `Owner_Account` is left out where nobody owns the group; `MemberList` is left out of an
//! `AVChatRoom`. A field of the group's own that is not set comes empty, as one of a member does.
//! `LastInfoTime` of a group that was not changed is its `CreateTime`.

use std::collections::HashSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::base_info::{BaseFields, BaseNameField, BaseRow};
use super::codes::group_wire;
use super::fields::group_id;
use super::profile::{Beside, FieldRow, InfoName, ProfileRow, Profiles, Unnamed};
use super::support::Support;
use crate::domain::{Aside, GroupType, MemberView, PageQuery, PageSink, Refusal, RoomView, Seats};
use crate::engine::{App, Failure};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, Text, required};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::{Refused, Wire};
use crate::proto::tencent::reply::Reply;

const SUPPORT: Support = Support::of("get_group_info");

/// Reads what is said of groups.
pub struct GetGroupInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which groups, at most `app.chat.limits.groups_per_info`.
    #[serde(rename = "GroupIdList", borrow)]
    #[schemars(with = "Vec<String>", length(min = 1))]
    groups: Option<Vec<Text<'a>>>,
    /// What of them; everything if absent or empty.
    #[serde(rename = "ResponseFilter", borrow)]
    filter: Option<Object<Filter<'a>>>,
}

/// What is wanted of each group.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[schemars(inline)]
struct Filter<'a> {
    /// Fields of the base profile.
    #[serde(rename = "GroupBaseInfoFilter", borrow)]
    #[schemars(with = "Option<Vec<BaseNameField>>")]
    base: Option<Vec<Text<'a>>>,
    /// Fields of the members.
    #[serde(rename = "MemberInfoFilter", borrow)]
    #[schemars(with = "Option<Vec<InfoName>>")]
    member: Option<Vec<Text<'a>>>,
    /// The app's own fields of the group.
    #[serde(rename = "AppDefinedDataFilter_Group", borrow)]
    group_custom: Option<Vec<Text<'a>>>,
    /// The app's own fields of the members.
    #[serde(rename = "AppDefinedDataFilter_GroupMember", borrow)]
    member_custom: Option<Vec<Text<'a>>>,
}

/// What is answered. [`Page`] writes the members by hand.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// Each group of the request, in its order.
    #[schemars(length(min = 1))]
    group_info: Vec<GroupRow<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct GroupRow<'a> {
    /// The group, as the request spells it.
    group_id: &'a str,
    /// 0, or why nothing else is there.
    error_code: u32,
    /// The same in words; else empty.
    error_info: &'a str,
    #[serde(flatten)]
    base: BaseRow<'a>,
    /// The app's own fields, those that are not set with an empty value.
    #[serde(skip_serializing_if = "Option::is_none")]
    app_defined_data: Option<Vec<FieldRow<'a>>>,
    /// Everybody in the group, in the order of coming in.
    #[serde(skip_serializing_if = "Option::is_none")]
    member_list: Option<Vec<ProfileRow<'a>>>,
}

impl Command for GetGroupInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_group_info",
        summary: "Reads what is said of groups",
        page: "https://trtc.io/document/34961",
        reads: true,
        codes: &[10002, 10003, 10004, 10007, 10010, 10015, 10018],
        answers: &[10002, 10004, 10018],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let groups = required("GroupIdList", request.groups)?;
        let at_most = call.app.chat().limits.groups_per_info;
        if groups.is_empty() {
            return Err(FieldFault::new("GroupIdList", "empty, at least 1").into());
        }
        if groups.len() > at_most {
            let reason = format!("{} of them, at most {at_most}", groups.len());
            return Err(FieldFault::new("GroupIdList", reason).into());
        }
        let filter = request.filter.map(|Object(filter)| filter).unwrap_or_default();
        let shown = Shown::of(call.app, &filter);
        reply.fields().extend_from_slice(br#""GroupInfo":["#);
        let mut seen = HashSet::with_capacity(groups.len());
        let distinct = groups.iter().filter(|id| seen.insert(id.as_str()));
        for (nth, id) in distinct.enumerate() {
            if nth > 0 {
                reply.bytes().push(b',');
            }
            push_group(call, &shown, id, reply).await?;
            reply.within_its_limit()?;
        }
        reply.bytes().push(b']');
        reply.within_its_limit()
    }
}

/// Writes a group's element, with its members or with what is wrong.
async fn push_group(
    call: &Call<'_>,
    shown: &Shown<'_>,
    id: &Text<'_>,
    reply: &mut Reply,
) -> Result<(), Refused> {
    let refused = match group_id(id.clone()) {
        Err(refused) => refused,
        Ok(group) => {
            let (limit, asides) = if shown.members { (usize::MAX, true) } else { (0, false) };
            let query = PageQuery { asides, ..PageQuery::first(limit) };
            let mut page = Page { app: call.app, shown, id, reply, of: None, rows: 0 };
            match call.engine.page(call.app, &group, query, &mut page).await {
                Ok(_) => {
                    page.close();
                    return Ok(());
                }
                Err(Failure::Refused(refusal)) => Refused::Rule(refusal),
                Err(failure) => return Err(failure.into()),
            }
        }
    };
    let Wire { code, text } = group_wire(&refused);
    let row = GroupRow {
        group_id: id.as_str(),
        error_code: code,
        error_info: &text,
        base: BaseRow::default(),
        app_defined_data: None,
        member_list: None,
    };
    serde_json::to_writer(reply.bytes(), &row).expect("wire types are plain JSON");
    Ok(())
}

/// What is shown of each group.
struct Shown<'a> {
    base: BaseFields,
    /// The keys of the group's own fields; none if they are not shown.
    keys: Option<Vec<Arc<str>>>,
    members: bool,
    profiles: Profiles<'a>,
}

impl<'a> Shown<'a> {
    fn of(app: &'a App, filter: &Filter<'_>) -> Self {
        let base = named(filter.base.as_deref());
        let keys = named(filter.group_custom.as_deref());
        let (info, custom) =
            (named(filter.member.as_deref()), named(filter.member_custom.as_deref()));
        let has_members = info.is_some() || custom.is_some();
        if base.is_none() && keys.is_none() && !has_members {
            let keys = Some(app.chat().group_fields.clone());
            let profiles = Profiles::new(app, None, None, Unnamed::All);
            return Self { base: BaseFields::ALL, keys, members: true, profiles };
        }
        let known = |names: &[Text<'_>]| {
            let keys = app.chat().group_fields.iter();
            keys.filter(|key| names.iter().any(|name| name.as_str() == &***key)).cloned().collect()
        };
        Self {
            base: base.map_or(BaseFields::NONE, BaseFields::of),
            keys: keys.map(known),
            members: has_members,
            profiles: Profiles::new(app, info, custom, Unnamed::Nothing),
        }
    }
}

/// A filter, if it names anything.
fn named<'f, 'a>(filter: Option<&'f [Text<'a>]>) -> Option<&'f [Text<'a>]> {
    filter.filter(|names| !names.is_empty())
}

/// Writes one group into the reply as it is shown.
struct Page<'a, 'r> {
    app: &'a App,
    shown: &'a Shown<'a>,
    id: &'a Text<'a>,
    reply: &'r mut Reply,
    /// The type of a group whose members are listed.
    of: Option<GroupType>,
    rows: usize,
}

impl PageSink for Page<'_, '_> {
    fn begin(&mut self, room: &RoomView<'_>, _: usize, _: &Seats) -> Result<(), Refusal> {
        SUPPORT.reach(self.app.strict()).check(room.facts.kind)?;
        let custom = self.shown.keys.as_deref().filter(|keys| !keys.is_empty());
        let fields = room.facts.profile.fields.view();
        let custom = custom.map(|keys| {
            let rows = keys.iter().map(|key| FieldRow { key, value: fields.get(key) });
            rows.collect()
        });
        let row = GroupRow {
            group_id: self.id.as_str(),
            error_code: 0,
            error_info: "",
            base: BaseRow::new(self.app, room, self.shown.base),
            app_defined_data: custom,
            member_list: None,
        };
        let out = self.reply.bytes();
        serde_json::to_writer(&mut *out, &row).expect("wire types are plain JSON");
        let of = room.facts.kind.group_type();
        if self.shown.members && of != GroupType::AvChatRoom {
            self.of = Some(of);
            // In the place of the closing brace.
            out.pop();
            out.extend_from_slice(br#","MemberList":["#);
        }
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, aside: &Aside) -> ControlFlow<()> {
        let Some(of) = self.of else { return ControlFlow::Break(()) };
        let out = self.reply.bytes();
        if self.rows > 0 {
            out.push(b',');
        }
        self.rows += 1;
        let Aside { muted_until_ms, present } = *aside;
        self.shown.profiles.push(out, of, member, Beside { muted_until_ms, present });
        match self.reply.within_its_limit() {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

impl Page<'_, '_> {
    /// Closes what was opened.
    fn close(self) {
        if self.of.is_some() {
            self.reply.bytes().extend_from_slice(b"]}");
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{Account, Member};
    use crate::proto::tencent::dialect::Envelope;
    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/get_group_info";

    fn desk() -> Desk {
        let desk = Desk::with(&[
            r#"app.0.chat.group_fields=["room","floor"]"#,
            r#"app.0.chat.member_fields=["level"]"#,
            "app.0.chat.limits.groups_per_info=3",
        ]);
        desk.freeze_at(2_000_000_000);
        desk
    }

    fn make(desk: &Desk, body: &Value) {
        let reply = desk.call("group_open_http_svc/create_group", &body.to_string());
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
    }

    fn chess(desk: &Desk) {
        make(
            desk,
            &json!({
                "Owner_Account": "ada", "Type": "Public", "GroupId": "chess", "Name": "Chess",
                "Introduction": "openings", "Notification": "on \"Friday\"",
                "FaceUrl": "https://a.example", "MaxMemberCount": 500,
                "ApplyJoinOption": "FreeAccess", "InviteJoinOption": "DisableInvite",
                "AppDefinedData": [{"Key": "floor", "Value": "1"}],
                "MemberList": [{
                    "Member_Account": "linus", "Role": "Admin", "NameCard": "L.",
                    "AppMemberDefinedData": [{"Key": "level", "Value": "7"}],
                }],
            }),
        );
    }

    #[track_caller]
    fn info(desk: &Desk, body: &Value) -> Value {
        let mut reply = desk.call(PATH, &body.to_string());
        let groups = reply["GroupInfo"].take();
        let whole = json!({
            "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "GroupInfo": null,
        });
        assert_eq!(reply, whole);
        groups
    }

    /// What is shown of a group besides its id, in the order of the filters' words.
    fn filtered(desk: &Desk, group: &str, filter: &Value) -> Value {
        let mut groups = info(desk, &json!({"GroupIdList": [group], "ResponseFilter": filter}));
        let group = groups[0].as_object_mut().unwrap();
        for (field, value) in [("ErrorCode", json!(0)), ("ErrorInfo", json!(""))] {
            assert_eq!(group.remove(field), Some(value));
        }
        assert!(group.remove("GroupId").is_some());
        groups[0].take()
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = desk();
        chess(&desk);
        let member = |account: &str, role: &str, card: &str, level: &str, at: u64| {
            json!({
                "AppMemberDefinedData": [{"Key": "level", "Value": level}], "JoinTime": at,
                "LastSendMsgTime": 0, "Member_Account": account, "MsgFlag": "AcceptAndNotify",
                "MsgSeq": 0, "MuteUntil": 0, "NameCard": card, "Role": role,
            })
        };
        assert_eq!(
            info(&desk, &json!({"GroupIdList": ["chess", "gone"]})),
            json!([
                {
                    "GroupId": "chess", "ErrorCode": 0, "ErrorInfo": "",
                    "Appid": 88_888_888, "Type": "Public", "Name": "Chess",
                    "Introduction": "openings", "Notification": "on \"Friday\"",
                    "FaceUrl": "https://a.example", "Owner_Account": "ada",
                    "CreateTime": 2_000_000_000, "InfoSeq": 0, "LastInfoTime": 2_000_000_000,
                    "LastMsgTime": 0, "NextMsgSeq": 1, "MemberNum": 2, "MaxMemberNum": 500,
                    "ApplyJoinOption": "FreeAccess", "InviteJoinOption": "DisableInvite",
                    "MuteAllMember": "Off",
                    "AppDefinedData": [{"Key": "room", "Value": ""}, {"Key": "floor", "Value": "1"}],
                    "MemberList": [
                        member("ada", "Owner", "", "", 2_000_000_000),
                        member("linus", "Admin", "L.", "7", 2_000_000_000),
                    ],
                },
                {
                    "GroupId": "gone", "ErrorCode": 10010,
                    "ErrorInfo": "the group does not exist or was disbanded",
                },
            ])
        );
    }

    #[test]
    fn a_filter_shows_what_it_names_and_its_category_alone() {
        let desk = desk();
        chess(&desk);
        let rows = [
            (
                json!({"GroupBaseInfoFilter": ["Type", "MemberNum", "Owner_Account", "nothing"]}),
                json!({"Type": "Public", "MemberNum": 2, "Owner_Account": "ada"}),
            ),
            (
                json!({"GroupBaseInfoFilter": ["ShutUpAllMember", "MaxMemberCount", "GroupId"]}),
                json!({"MuteAllMember": "Off", "MaxMemberNum": 500}),
            ),
            (
                json!({"AppDefinedDataFilter_Group": ["floor", "nothing"]}),
                json!({"AppDefinedData": [{"Key": "floor", "Value": "1"}]}),
            ),
            (json!({"AppDefinedDataFilter_Group": ["nothing"]}), json!({})),
            (
                json!({"MemberInfoFilter": ["Account", "Role"], "GroupBaseInfoFilter": []}),
                json!({"MemberList": [
                    {"Member_Account": "ada", "Role": "Owner"},
                    {"Member_Account": "linus", "Role": "Admin"},
                ]}),
            ),
            (
                json!({
                    "MemberInfoFilter": ["Member_Account"],
                    "AppDefinedDataFilter_GroupMember": ["level"],
                }),
                json!({"MemberList": [
                    {"AppMemberDefinedData": [{"Key": "level", "Value": ""}], "Member_Account": "ada"},
                    {
                        "AppMemberDefinedData": [{"Key": "level", "Value": "7"}],
                        "Member_Account": "linus",
                    },
                ]}),
            ),
        ];
        for (filter, expected) in rows {
            assert_eq!(filtered(&desk, "chess", &filter), expected, "{filter}");
        }
        let custom = json!({"AppDefinedDataFilter_GroupMember": ["level"]});
        let shown = filtered(&desk, "chess", &custom);
        assert_eq!(shown["MemberList"][1]["NameCard"], "L.", "the whole profile");
        let everything = filtered(&desk, "chess", &json!(null));
        for none in [json!({}), json!({"MemberInfoFilter": [], "GroupBaseInfoFilter": null})] {
            assert_eq!(filtered(&desk, "chess", &none), everything, "{none}");
        }
    }

    #[test]
    fn every_name_of_the_base_profile_can_be_asked_for() {
        let desk = desk();
        make(
            &desk,
            &json!({
                "Type": "Community", "Name": "Town", "GroupId": "@TGS#_town", "SupportTopic": 1,
                "EnablePermission": 1, "DefaultPermission": 9, "Owner_Account": "ada",
            }),
        );
        let everything = filtered(&desk, "@TGS#_town", &json!({}));
        let mut shown = 0;
        for (name, value) in everything.as_object().unwrap() {
            if ["AppDefinedData", "MemberList"].contains(&name.as_str()) {
                continue;
            }
            let one = filtered(&desk, "@TGS#_town", &json!({"GroupBaseInfoFilter": [name]}));
            assert_eq!(one, json!({name: value}));
            shown += 1;
        }
        // All but `HistoryMsgBeforeJoin`, which was not said.
        assert_eq!(shown, 20, "{everything}");
        let topics = ["SupportTopic", "EnablePermission", "DefaultPermission"];
        assert_eq!(topics.map(|name| everything[name].as_u64()), [Some(1), Some(1), Some(9)]);
        assert_eq!(everything["MaxMemberNum"], 100_000);
    }

    #[test]
    fn an_ownerless_group_names_no_owner_and_a_live_room_no_members() {
        let desk = desk();
        make(&desk, &json!({"Type": "Private", "Name": "a", "GroupId": "mine"}));
        make(
            &desk,
            &json!({
                "Type": "AVChatRoom", "Name": "a", "GroupId": "live", "Owner_Account": "ada",
                "SupportTopic": 1, "MaxMemberCount": 7,
            }),
        );
        let mine = filtered(&desk, "mine", &json!({}));
        assert_eq!((&mine["Owner_Account"], &mine["MemberList"]), (&json!(null), &json!([])));
        assert_eq!((&mine["MaxMemberNum"], &mine["SupportTopic"]), (&6000.into(), &json!(null)));
        let live = filtered(&desk, "live", &json!({}));
        for absent in ["MemberList", "InviteJoinOption", "SupportTopic"] {
            assert_eq!(live.get(absent), None, "{absent}");
        }
        assert_eq!((&live["MemberNum"], &live["MaxMemberNum"]), (&1.into(), &u32::MAX.into()));
    }

    #[test]
    fn a_room_is_a_group_too() {
        let desk = desk();
        desk.create("r-1001", "ada");
        desk.enter("r-1001", "bob");
        let room = filtered(&desk, "r-1001", &json!({}));
        assert_eq!((&room["Type"], &room["MemberNum"]), (&"ChatRoom".into(), &2.into()));
        let online = json!({"MemberInfoFilter": ["OnlineStatus", "JoinTime"]});
        let members = filtered(&desk, "r-1001", &online)["MemberList"].take();
        assert_eq!(
            members[0],
            json!({"JoinTime": 2_000_000_000, "Member_Account": "ada",
            "OnlineStatus": "Offline"})
        );
        assert_eq!(members[1]["OnlineStatus"], "Online");
    }

    #[test]
    fn each_group_has_one_element_in_the_order_of_the_request() {
        let desk = desk();
        chess(&desk);
        let long = "g".repeat(49);
        let body = json!({"GroupIdList": [long, "chess", long],
            "ResponseFilter": {"GroupBaseInfoFilter": ["Name"]}});
        assert_eq!(
            info(&desk, &body),
            json!([
                {
                    "GroupId": long, "ErrorCode": 10015,
                    "ErrorInfo": "GroupId: 49 bytes, at most 48",
                },
                {"GroupId": "chess", "ErrorCode": 0, "ErrorInfo": "", "Name": "Chess"},
            ])
        );
        assert_eq!(info(&desk, &json!({"GroupIdList": ["", "a", "b"]}))[0]["ErrorCode"], 10015);
    }

    #[test]
    fn a_list_of_1_to_n_groups_must_be_there() {
        let desk = desk();
        desk.refuses(PATH, "{}", 10004, "GroupIdList: missing");
        desk.refuses(PATH, r#"{"GroupIdList":[]}"#, 10004, "GroupIdList: empty, at least 1");
        let four = r#"{"GroupIdList":["a","b","c","d"]}"#;
        desk.refuses(PATH, four, 10004, "GroupIdList: 4 of them, at most 3");
        assert_eq!(
            info(&desk, &json!({"GroupIdList": ["a", "b", "c"]})).as_array().unwrap().len(),
            3
        );
    }

    #[test]
    fn all_groups_together_are_at_most_1_mib() {
        let desk = Desk::with(&["app.0.room.max_member_count=10000"]);
        for (room, count) in [("a", 4_000), ("b", 4_000), ("c", 8_000)] {
            desk.create(room, "ada");
            for nth in 1..count {
                desk.enter(room, &format!("somebody {nth}"));
            }
        }
        let reply = |groups: Value| desk.call(PATH, &json!({"GroupIdList": groups}).to_string());
        for one in ["a", "b"] {
            let reply = reply(json!([one]));
            assert_eq!(reply["GroupInfo"][0]["MemberList"].as_array().unwrap().len(), 4_000);
        }
        for too_many in [json!(["a", "b"]), json!(["c"])] {
            let reply = reply(too_many);
            assert_eq!(reply["ErrorCode"], 10018, "{}", reply["ErrorInfo"]);
            assert!(reply.get("GroupInfo").is_none());
        }
        let narrow = json!({"GroupIdList": ["a", "b"],
            "ResponseFilter": {"MemberInfoFilter": ["Member_Account"]}});
        assert_eq!(info(&desk, &narrow)[1]["MemberList"].as_array().unwrap().len(), 4_000);
    }

    /// The members are written by hand, row by row.
    #[test]
    fn a_page_stops_as_soon_as_the_reply_is_too_large() {
        let desk = Desk::new();
        let app = desk.app();
        let shown = Shown::of(&app, &Filter::default());
        let mut reply = Reply::ok(Envelope::Chat, desk.next_request_id());
        let id = serde_json::from_str(r#""g""#).unwrap();
        let of = Some(GroupType::Public);
        let mut page = Page { app: &app, shown: &shown, id: &id, reply: &mut reply, of, rows: 0 };
        let member = Member::named(Account::parse("ada").unwrap(), 0);
        let mut rows = 0;
        while page.member(&member.view(), &Aside::default()).is_continue() {
            rows += 1;
        }
        assert!((1_000..10_000).contains(&rows), "{rows}");
        assert!(reply.within_its_limit().is_err());
    }
}

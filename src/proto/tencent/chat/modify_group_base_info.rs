//! `modify_group_base_info`: <https://trtc.io/document/34962>
//!
//! Changes what is said of a group; what is absent stays as it is. Quirk: `MuteAllMember` was called
//! `ShutUpAllMember` once, and the most members are called `MaxMemberCount` when a group is made; both
//! names are taken, and of two the present one counts.
//!
//! Where the page is silent: an empty `Name` counts as absent, other empty texts are cleared; a
//! `MaxMemberNum` above the app's plan is 10004, below the present number it only keeps new members
//! out, and of an `AVChatRoom` it means nothing. `HistoryMsgBeforeJoin` is for the types `Private`,
//! `Public` and `ChatRoom`, `EnablePermission` and `DefaultPermission` are for a `Community`; other
//! groups ignore them. A `From_Account` that does not exist is 10004. A request without anything to
//! change changes nothing. A room of RoomEngine is changed as a `ChatRoom`, and tells its receiver.

use schemars::JsonSchema;
use serde::Deserialize;

use super::base_fields::{
    MAX_COUNT, default_permission, face_url, introduction, name, notification, switch,
};
use super::fields::{FieldItem, group, group_fields, group_id};
use super::operator::operator;
use super::reach;
use super::support::Support;
use super::words::{APPLY_OPTIONS, INVITE_OPTIONS, ON_OFF};
use crate::domain::{GroupChange, GroupType, Need, UpdateGroup};
use crate::engine::App;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, FieldFault, MAX_ACCOUNT_BYTES, Text, number, word,
};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{RoomIdField, words_or_null};

const SUPPORT: Support = Support::of("modify_group_base_info");

/// Changes what is said of a group.
pub struct ModifyGroupBaseInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// The name that people see, at most `app.chat.limits.name_bytes`. An empty one counts as
    /// absent.
    #[serde(rename = "Name", borrow)]
    name: Option<Text<'a>>,
    /// What it is about, at most `app.chat.limits.introduction_bytes`. An empty one clears it.
    #[serde(rename = "Introduction", borrow)]
    introduction: Option<Text<'a>>,
    /// What its members are to know, at most `app.chat.limits.notification_bytes`. An empty one
    /// clears it.
    #[serde(rename = "Notification", borrow)]
    notification: Option<Text<'a>>,
    /// Its picture, at most `app.chat.limits.face_url_bytes`. An empty one clears it.
    #[serde(rename = "FaceUrl", borrow)]
    face_url: Option<Text<'a>>,
    /// The most members, at most what the app's plan allows. Of an `AVChatRoom` it means nothing.
    #[serde(rename = "MaxMemberNum")]
    #[schemars(range(min = 1))]
    max_member_num: Option<i64>,
    /// The same, as it is called when the group is made.
    #[serde(rename = "MaxMemberCount")]
    #[schemars(skip)]
    max_member_count: Option<i64>,
    /// How people join who ask to. An empty word counts as absent.
    #[serde(rename = "ApplyJoinOption", borrow)]
    #[schemars(extend("enum" = words_or_null(APPLY_OPTIONS)))]
    apply: Option<Text<'a>>,
    /// How people join who are invited. An empty word counts as absent.
    #[serde(rename = "InviteJoinOption", borrow)]
    #[schemars(extend("enum" = words_or_null(INVITE_OPTIONS)))]
    invite: Option<Text<'a>>,
    /// Whether ordinary members may not write messages. An empty word counts as absent.
    #[serde(rename = "MuteAllMember", borrow)]
    #[schemars(extend("enum" = words_or_null(ON_OFF)))]
    mute_all: Option<Text<'a>>,
    /// The same, as it was called once.
    #[serde(rename = "ShutUpAllMember", borrow)]
    #[schemars(skip)]
    shut_up_all: Option<Text<'a>>,
    /// The app's own fields of the group that are set anew; an empty value takes one away.
    #[serde(rename = "AppDefinedData", borrow)]
    custom: Option<Vec<Object<FieldItem<'a>>>>,
    /// Who is said to do it; the caller if absent or empty.
    #[serde(rename = "From_Account", borrow)]
    #[schemars(length(max = MAX_ACCOUNT_BYTES))]
    from: Option<AccountText<'a>>,
    /// Whether new members may read what was written before. An empty word counts as absent.
    #[serde(rename = "HistoryMsgBeforeJoin", borrow)]
    #[schemars(extend("enum" = words_or_null(ON_OFF)))]
    history: Option<Text<'a>>,
    /// Members may be given rights of their own: 1. For a `Community`, like the next one.
    #[serde(rename = "EnablePermission")]
    #[schemars(range(min = 0, max = 1))]
    permissions: Option<i64>,
    /// The rights of those who were given none: a mask of bits.
    #[serde(rename = "DefaultPermission")]
    #[schemars(range(min = 0, max = MAX_COUNT))]
    default_permission: Option<i64>,
}

impl Command for ModifyGroupBaseInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/modify_group_base_info",
        summary: "Changes what is said of a group",
        page: "https://trtc.io/document/34962",
        codes: &[10002, 10003, 10004, 10007, 10010, 10015, 10026, 80001],
        answers: &[10002, 10004, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group_id(group(request.group_id.clone())?)?;
        let looking = reach::look(call, SUPPORT, &group, Need::default(), |seen, _| {
            seen.facts.kind.group_type()
        });
        let of = looking.await?;
        let by = operator(call, request.from.as_ref()).await?;
        let change = change(call.app, of, request)?;
        if change == GroupChange::default() {
            return Ok(());
        }
        Ok(reach::run(call, SUPPORT, &group, &UpdateGroup { by, change }).await?)
    }
}

/// What is to be different in a group of this type.
fn change(app: &App, of: GroupType, asked: Request<'_>) -> Result<GroupChange, FieldFault> {
    let mute_all = asked.mute_all.filter(|word| !word.as_str().is_empty());
    let silenced = match mute_all {
        Some(word_of_now) => word("MuteAllMember", Some(word_of_now), ON_OFF)?,
        None => word("ShutUpAllMember", asked.shut_up_all, ON_OFF)?,
    };
    let at_most = i64::from(app.chat().quota.member_cap(of));
    let max_member_count = asked.max_member_num.or(asked.max_member_count);
    let max_member_count = number("MaxMemberNum", max_member_count, 1, at_most)?;
    let history = word("HistoryMsgBeforeJoin", asked.history, ON_OFF)?;
    let permissions = switch("EnablePermission", asked.permissions)?;
    let default_permission = default_permission(asked.default_permission)?;
    let is_community = of == GroupType::Community;
    let has_history = !matches!(of, GroupType::AvChatRoom | GroupType::Community);
    Ok(GroupChange {
        name: name(app, asked.name.as_ref())?,
        introduction: introduction(app, asked.introduction.as_ref())?,
        notification: notification(app, asked.notification.as_ref())?,
        face_url: face_url(app, asked.face_url.as_ref())?,
        max_member_count: max_member_count.filter(|_| of != GroupType::AvChatRoom),
        apply: word("ApplyJoinOption", asked.apply, APPLY_OPTIONS)?,
        invite: word("InviteJoinOption", asked.invite, INVITE_OPTIONS)?,
        silenced,
        fields: group_fields("AppDefinedData", asked.custom.as_deref(), app)?,
        history: history.filter(|_| has_history),
        permissions: permissions.filter(|_| is_community),
        default_permission: default_permission.filter(|_| is_community),
    })
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::Event;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/modify_group_base_info";

    fn desk() -> Desk {
        let desk = Desk::with(&[
            r#"app.0.chat.group_fields=["room","floor"]"#,
            "app.0.chat.quota.members=20",
            "app.0.chat.quota.community_members=30",
        ]);
        desk.freeze_at(2_000_000_000);
        for (id, of) in [
            ("private", "Private"),
            ("public", "Public"),
            ("chat", "ChatRoom"),
            ("live", "AVChatRoom"),
            ("@TGS#_c", "Community"),
        ] {
            let body = json!({"Type": of, "Name": "a", "GroupId": id, "SupportTopic": 1,
                "MaxMemberCount": 10, "AppDefinedData": [{"Key": "room", "Value": "1"}]});
            let reply = desk.call("group_open_http_svc/create_group", &body.to_string());
            assert_eq!(reply["ErrorCode"], 0, "{reply}");
        }
        desk
    }

    fn body(group: &str, change: &Value) -> String {
        let mut body = change.clone();
        body["GroupId"] = group.into();
        body.to_string()
    }

    /// What is said of a group, without its members.
    fn info(desk: &Desk, group: &str) -> Value {
        let body = json!({"GroupIdList": [group]}).to_string();
        let mut reply = desk.call("group_open_http_svc/get_group_info", &body);
        let mut info = reply["GroupInfo"][0].take();
        info.as_object_mut().unwrap().remove("MemberList");
        info
    }

    #[test]
    fn the_documented_request_changes_what_it_names() {
        let desk = desk();
        let mut expected = info(&desk, "public");
        desk.freeze_at(2_000_000_060);
        let change = json!({
            "Name": "b", "Introduction": "i", "Notification": "n", "FaceUrl": "f",
            "MaxMemberNum": 12, "ApplyJoinOption": "DisableApply",
            "InviteJoinOption": "NeedPermission", "MuteAllMember": "On",
            "AppDefinedData": [{"Key": "floor", "Value": "2"}, {"Key": "room", "Value": ""}],
            "HistoryMsgBeforeJoin": "On", "From_Account": "ada",
        });
        assert_eq!(desk.call(PATH, &body("public", &change)), done());
        for (field, value) in change.as_object().unwrap() {
            expected[field] = value.clone();
        }
        expected.as_object_mut().unwrap().remove("From_Account");
        expected["AppDefinedData"] =
            json!([{"Key": "room", "Value": ""}, {"Key": "floor", "Value": "2"}]);
        expected["InfoSeq"] = 1.into();
        expected["LastInfoTime"] = 2_000_000_060.into();
        assert_eq!(info(&desk, "public"), expected);

        let clear = json!({"Name": "", "Introduction": "", "Notification": "", "FaceUrl": "",
            "ApplyJoinOption": "", "MuteAllMember": "", "ShutUpAllMember": "Off"});
        assert_eq!(desk.call(PATH, &body("public", &clear)), done());
        for (field, value) in
            [("Introduction", ""), ("Notification", ""), ("FaceUrl", ""), ("MuteAllMember", "Off")]
        {
            expected[field] = value.into();
        }
        expected["InfoSeq"] = 2.into();
        assert_eq!(info(&desk, "public"), expected, "a name and words stay");
    }

    #[test]
    fn older_names_are_taken_and_the_present_ones_count() {
        let desk = desk();
        let both = json!({"MaxMemberCount": 11, "MaxMemberNum": 12, "MuteAllMember": "Off",
            "ShutUpAllMember": "On"});
        assert_eq!(desk.call(PATH, &body("chat", &both)), done());
        let seen = |info: Value| (info["MaxMemberNum"].clone(), info["MuteAllMember"].clone());
        assert_eq!(seen(info(&desk, "chat")), (12.into(), "Off".into()));
        let old = json!({"MaxMemberCount": 11, "ShutUpAllMember": "On"});
        assert_eq!(desk.call(PATH, &body("chat", &old)), done());
        assert_eq!(seen(info(&desk, "chat")), (11.into(), "On".into()));
    }

    #[test]
    fn what_is_not_of_a_type_is_ignored_there() {
        let desk = desk();
        let change = json!({"HistoryMsgBeforeJoin": "Off", "EnablePermission": 1,
            "DefaultPermission": 5, "MaxMemberNum": 1});
        let seen = |id: &str| {
            assert_eq!(desk.call(PATH, &body(id, &change)), done());
            let info = info(&desk, id);
            ["HistoryMsgBeforeJoin", "EnablePermission", "DefaultPermission", "MaxMemberNum"]
                .map(|field| info.get(field).cloned().unwrap_or_default())
        };
        let listed = [json!("Off"), json!(null), json!(null), json!(1)];
        for id in ["private", "public", "chat"] {
            assert_eq!(seen(id), listed, "{id}");
        }
        assert_eq!(seen("@TGS#_c"), [json!(null), json!(1), json!(5), json!(1)]);
        let nothing = [json!(null), json!(null), json!(null), json!(u32::MAX)];
        assert_eq!(seen("live"), nothing);
        assert_eq!(info(&desk, "live")["InfoSeq"], 0, "nothing was changed");
    }

    #[test]
    fn nothing_to_change_changes_nothing() {
        let desk = desk();
        let before = info(&desk, "public");
        for nothing in [json!({}), json!({"Name": "", "AppDefinedData": [], "FaceUrl": null})] {
            assert_eq!(desk.call(PATH, &body("public", &nothing)), done());
        }
        assert_eq!(info(&desk, "public"), before);
    }

    #[test]
    fn a_room_is_changed_too() {
        let desk = desk();
        desk.create("r-1001", "ada");
        let change = json!({"Name": "Weekly", "MaxMemberNum": 20, "MuteAllMember": "On",
            "From_Account": "bob"});
        assert_eq!(desk.call(PATH, &body("r-1001", &change)), done());
        let path = "room_engine_http_srv/get_room_info";
        let room = desk.call(path, r#"{"RoomId":"r-1001"}"#)["Response"]["RoomInfo"].take();
        assert_eq!((&room["RoomName"], &room["MaxMemberCount"]), (&"Weekly".into(), &20.into()));
        assert_eq!(room["IsMessageDisabled"], true);
        assert_eq!(desk.call(PATH, &body("public", &change)), done(), "a group tells nothing");
        let told = desk.told();
        assert!(
            matches!(&told[..], [Event::RoomCreated { .. }, Event::RoomUpdated { by }]
            if by.as_str() == "bob"),
            "{told:?}"
        );
    }

    #[test]
    fn the_most_members_are_at_most_those_of_the_plan() {
        let desk = desk();
        for (id, at_most) in [("public", 20), ("@TGS#_c", 30)] {
            let change = |count: i64| body(id, &json!({"MaxMemberNum": count}));
            assert_eq!(desk.call(PATH, &change(at_most)), done());
            let text = format!("MaxMemberNum: {}, at most {at_most}", at_most + 1);
            desk.refuses(PATH, &change(at_most + 1), 10004, &text);
            desk.refuses(PATH, &change(0), 10004, "MaxMemberNum: 0, at least 1");
        }
    }

    #[test]
    fn texts_end_at_their_limits() {
        let desk = desk();
        let limits = [("Name", 30), ("Introduction", 240), ("Notification", 300), ("FaceUrl", 100)];
        for (field, at_most) in limits {
            let text = "é".repeat(at_most / 2);
            let change = |text: &str| body("public", &json!({field: text}));
            assert_eq!(desk.call(PATH, &change(&text)), done());
            let refused = format!("{field}: {} bytes, at most {at_most}", at_most + 1);
            desk.refuses(PATH, &change(&format!("{text}x")), 10004, &refused);
        }
        let custom = |bytes: usize| {
            let value = "x".repeat(bytes);
            body("public", &json!({"AppDefinedData": [{"Key": "room", "Value": value}]}))
        };
        assert_eq!(desk.call(PATH, &custom(512)), done());
        desk.refuses(PATH, &custom(513), 10004, "AppDefinedData[0].Value: 513 bytes, at most 512");
    }

    #[test]
    fn the_group_comes_first_then_its_fields() {
        let desk = Desk::with(&["app.0.chat.accounts=imported"]);
        let create = json!({"Type": "Public", "Name": "a", "GroupId": "g"}).to_string();
        assert_eq!(desk.call("group_open_http_svc/create_group", &create)["ErrorCode"], 0);
        let refuses = |body: &str, code, text| desk.refuses(PATH, body, code, text);
        refuses(r#"{"Name":""}"#, 10004, "GroupId: missing");
        let wrong = json!({"From_Account": "ada", "ApplyJoinOption": "x"});
        refuses(&body("", &wrong), 10015, "GroupId: 0 bytes, at least 1");
        let gone = "the group does not exist or was disbanded";
        refuses(&body("h", &wrong), 10010, gone);
        refuses(&body("g", &wrong), 10004, "From_Account: ada does not exist");
        let rows = [
            (json!({"From_Account": "a".repeat(33)}), "From_Account: 33 bytes, at most 32"),
            (
                json!({"From_Account": "admin", "ApplyJoinOption": "x"}),
                "ApplyJoinOption: not one of FreeAccess, NeedPermission, DisableApply",
            ),
            (
                json!({"InviteJoinOption": "x"}),
                "InviteJoinOption: not one of FreeAccess, NeedPermission, DisableInvite",
            ),
            (json!({"MuteAllMember": "on"}), "MuteAllMember: not one of On, Off"),
            (json!({"ShutUpAllMember": "on"}), "ShutUpAllMember: not one of On, Off"),
            (json!({"HistoryMsgBeforeJoin": "on"}), "HistoryMsgBeforeJoin: not one of On, Off"),
            (json!({"EnablePermission": 2}), "EnablePermission: 2, at most 1"),
            (json!({"DefaultPermission": -1}), "DefaultPermission: -1, at least 0"),
            (
                json!({"AppDefinedData": [{"Key": "k", "Value": ""}]}),
                "AppDefinedData[0].Key: the settings have no such custom fields",
            ),
        ];
        for (change, text) in rows {
            refuses(&body("g", &change), 10004, text);
        }
    }
}

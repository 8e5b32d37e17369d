//! `get_joined_group_list`: <https://trtc.io/document/34925>
//!
//! Lists the groups that an account is in. `TotalCount` is that of all that match, whatever the page.
//! Groups of the type `AVChatRoom` are listed, and counted, with `WithHugeGroups: 1` alone.
//!
//! Where the page is silent: groups stand about in the order of joining; `Limit` absent or 0 is all of
//! them, above `app.chat.limits.joined_group_page` it is 10004; an account that is in no group, or
//! does not exist, has an empty list. `SupportTopic` tells communities with topics (1) from those
//! without (0), and means nothing beside another `GroupType`. Every group counts as active, since
//! nobody writes messages here: `WithNoActiveGroups` changes nothing. `SelfInfo` is there only where
//! its filter names something, and so are the fields of the group; an empty filter is none.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::base_fields::switch;
use super::base_info::{BaseFields, BaseNameField, BaseRow};
use super::words::{GROUP_TYPES, MSG_FLAGS, ROLES, word_of};
use crate::domain::{GroupType, MemberView, RoomId, RoomView};
use crate::engine::App;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{
    AccountText, FieldFault, Text, account, number, required, word,
};
use crate::proto::tencent::object::Object;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField, words, words_or_null};

/// Lists the groups that an account is in.
pub struct GetJoinedGroupList;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Who.
    #[serde(rename = "Member_Account", borrow)]
    #[schemars(with = "AccountField")]
    account: Option<AccountText<'a>>,
    /// The most groups to answer, at most `app.chat.limits.joined_group_page`; all if absent or 0.
    #[serde(rename = "Limit")]
    #[schemars(range(min = 0))]
    limit: Option<i64>,
    /// How many to pass over.
    #[serde(rename = "Offset")]
    #[schemars(range(min = 0))]
    offset: Option<i64>,
    /// Groups of this type alone; of every type if absent or empty.
    #[serde(rename = "GroupType", borrow)]
    #[schemars(extend("enum" = words_or_null(GROUP_TYPES)))]
    group_type: Option<Text<'a>>,
    /// Groups of the type `AVChatRoom` too: 1.
    #[serde(rename = "WithHugeGroups")]
    #[schemars(range(min = 0, max = 1))]
    with_huge: Option<i64>,
    /// Groups too that are not active yet: 1. All are here.
    #[serde(rename = "WithNoActiveGroups")]
    #[schemars(range(min = 0, max = 1))]
    with_no_active: Option<i64>,
    /// Of the type `Community`, those with topics (1) or without (0).
    #[serde(rename = "SupportTopic")]
    #[schemars(range(min = 0, max = 1))]
    topics: Option<i64>,
    /// What of them; their ids if absent.
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
    /// What the account is in the group: `Role`, `JoinTime`, `MsgFlag`, `UnreadMsgNum`.
    #[serde(rename = "SelfInfoFilter", borrow)]
    own: Option<Vec<Text<'a>>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// How many groups there are, on this page or not.
    total_count: u64,
    /// The page.
    group_id_list: Vec<Row<'a>>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Row<'a> {
    /// The group.
    #[schemars(with = "RoomIdField")]
    group_id: &'a str,
    #[serde(flatten)]
    base: BaseRow<'a>,
    /// What the account is in it.
    #[serde(skip_serializing_if = "Option::is_none")]
    self_info: Option<SelfInfo>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct SelfInfo {
    /// When the account joined, in Unix seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    join_time: Option<u64>,
    /// Which messages reach it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(MSG_FLAGS)))]
    msg_flag: Option<&'static str>,
    /// What it may do among the others.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(extend("enum" = words(ROLES)))]
    role: Option<&'static str>,
    /// How many messages it has not read. Nobody writes any here: 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    unread_msg_num: Option<u32>,
}

impl Command for GetJoinedGroupList {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_joined_group_list",
        summary: "Lists the groups that an account is in",
        page: "https://trtc.io/document/34925",
        reads: true,
        codes: &[10002, 10003, 10004, 10018],
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
        let who = required("Member_Account", request.account.as_ref())?;
        let account = account("Member_Account", who)?;
        let wanted = Wanted::of(&request)?;
        let at_most = call.app.chat().limits.joined_group_page as i64;
        let limit: Option<usize> = number("Limit", request.limit, 0, at_most)?;
        let offset: Option<usize> = number("Offset", request.offset, 0, i64::MAX)?;
        let filter = request.filter.map(|Object(filter)| filter).unwrap_or_default();
        reply.fields().extend_from_slice(br#""GroupIdList":["#);
        let mut page = Page {
            app: call.app,
            shown: Shown::of(&filter),
            reply,
            offset: offset.unwrap_or_default(),
            limit: limit.filter(|limit| *limit > 0).unwrap_or(usize::MAX),
            total: 0,
            rows: 0,
        };
        let mut see = |id: &RoomId, room: &RoomView<'_>, member: &MemberView<'_>| {
            if wanted.has(room) {
                page.see(id, room, member);
            }
        };
        call.engine.joined(call.app, &account, &mut see).await?;
        page.close()
    }
}

/// Which groups are listed.
struct Wanted {
    only: Option<GroupType>,
    huge: bool,
    topics: Option<bool>,
}

impl Wanted {
    fn of(request: &Request<'_>) -> Result<Self, FieldFault> {
        let only = word("GroupType", request.group_type.clone(), GROUP_TYPES)?;
        let huge = switch("WithHugeGroups", request.with_huge)?;
        switch("WithNoActiveGroups", request.with_no_active)?;
        let topics = switch("SupportTopic", request.topics)?;
        let topics = topics.filter(|_| only == Some(GroupType::Community));
        Ok(Self { only, huge: huge.unwrap_or_default(), topics })
    }

    fn has(&self, room: &RoomView<'_>) -> bool {
        let of = room.facts.kind.group_type();
        self.only.is_none_or(|only| only == of)
            && (self.huge || of != GroupType::AvChatRoom)
            && self.topics.is_none_or(|topics| topics == room.facts.profile.topics)
    }
}

/// What is shown of each group.
struct Shown {
    base: BaseFields,
    own: Option<Own>,
}

/// What is shown of the account in each.
#[derive(Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "each field is wanted or not")]
struct Own {
    role: bool,
    join_time: bool,
    msg_flag: bool,
    unread: bool,
}

impl Shown {
    fn of(filter: &Filter<'_>) -> Self {
        let own = filter.own.as_ref().filter(|names| !names.is_empty()).map(|names| {
            let has = |name: &str| names.iter().any(|other| other.as_str() == name);
            Own {
                role: has("Role"),
                join_time: has("JoinTime"),
                msg_flag: has("MsgFlag"),
                unread: has("UnreadMsgNum"),
            }
        });
        Self { base: BaseFields::of(filter.base.as_deref().unwrap_or_default()), own }
    }
}

impl Own {
    fn info(self, member: &MemberView<'_>) -> SelfInfo {
        SelfInfo {
            join_time: self.join_time.then_some(member.joined_ms / 1000),
            msg_flag: self.msg_flag.then(|| word_of(MSG_FLAGS, member.msg_flag)),
            role: self.role.then(|| word_of(ROLES, member.role)),
            unread_msg_num: self.unread.then_some(0),
        }
    }
}

/// Writes groups into the reply as they are shown.
struct Page<'a, 'r> {
    app: &'a App,
    shown: Shown,
    reply: &'r mut Reply,
    offset: usize,
    limit: usize,
    total: u64,
    rows: usize,
}

impl Page<'_, '_> {
    /// The next group: it is counted, and written if it is on the page and there is place.
    fn see(&mut self, id: &RoomId, room: &RoomView<'_>, member: &MemberView<'_>) {
        self.total += 1;
        let before_the_page = self.total <= self.offset as u64;
        if before_the_page || self.rows >= self.limit || self.reply.within_its_limit().is_err() {
            return;
        }
        let row = Row {
            group_id: id.as_str(),
            base: BaseRow::new(self.app, room, self.shown.base),
            self_info: self.shown.own.map(|own| own.info(member)),
        };
        let out = self.reply.bytes();
        if self.rows > 0 {
            out.push(b',');
        }
        self.rows += 1;
        serde_json::to_writer(out, &row).expect("wire types are plain JSON");
    }

    fn close(self) -> Result<(), Refused> {
        let out = self.reply.bytes();
        out.extend_from_slice(br#"],"TotalCount":"#);
        out.extend_from_slice(itoa::Buffer::new().format(self.total).as_bytes());
        self.reply.within_its_limit()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/get_joined_group_list";

    fn make(desk: &Desk, of: &str, id: &str, more: Value) {
        let mut body = json!({"Type": of, "Name": id, "GroupId": id});
        let Value::Object(more) = more else { panic!("fields") };
        body.as_object_mut().unwrap().extend(more);
        let reply = desk.call("group_open_http_svc/create_group", &body.to_string());
        assert_eq!(reply["ErrorCode"], 0, "{reply}");
    }

    /// Ada is in one group of each type and in two rooms, and not in two of the groups.
    fn desk() -> Desk {
        let desk = Desk::with(&["app.0.chat.limits.joined_group_page=4"]);
        desk.freeze_at(2_000_000_000);
        let ada = || json!([{"Member_Account": "ada"}]);
        make(&desk, "Private", "private", json!({"MemberList": ada()}));
        make(&desk, "Public", "public", json!({"Owner_Account": "ada"}));
        make(&desk, "Public", "not hers", json!({"Owner_Account": "bob"}));
        make(&desk, "AVChatRoom", "live", json!({"Owner_Account": "ada"}));
        desk.create("room", "bob");
        desk.enter("room", "ada");
        desk.create("her room", "ada");
        make(&desk, "Community", "@TGS#_c", json!({"MemberList": ada()}));
        make(&desk, "Community", "@TGS#_t", json!({"MemberList": ada(), "SupportTopic": 1}));
        make(
            &desk,
            "ChatRoom",
            "chat",
            json!({
                "MemberList": [{"Member_Account": "ada", "Role": "Admin", "MsgFlag": "Discard"}],
            }),
        );
        make(&desk, "ChatRoom", "nobody's", json!({}));
        desk
    }

    #[track_caller]
    fn listed(desk: &Desk, more: Value) -> (u64, Vec<String>) {
        let mut body = json!({"Member_Account": "ada"});
        let Value::Object(more) = more else { panic!("fields") };
        body.as_object_mut().unwrap().extend(more);
        let reply = desk.call(PATH, &body.to_string());
        let rows = reply["GroupIdList"].as_array().unwrap_or_else(|| panic!("{reply}")).iter();
        let ids = rows.map(|row| row["GroupId"].as_str().unwrap().to_owned());
        (reply["TotalCount"].as_u64().unwrap(), ids.collect())
    }

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = desk();
        let group = |id: &str| json!({"GroupId": id});
        let ids = ["private", "public", "room", "her room", "@TGS#_c", "@TGS#_t", "chat"];
        assert_eq!(
            desk.call(PATH, r#"{"Member_Account":"ada"}"#),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "TotalCount": 7,
                "GroupIdList": ids.map(group),
            })
        );
        let body = json!({
            "Member_Account": "ada", "WithHugeGroups": 1, "WithNoActiveGroups": 1, "Limit": 4,
            "Offset": 4, "ResponseFilter": {
                "GroupBaseInfoFilter": ["Type", "Name", "MemberNum", "SupportTopic"],
                "SelfInfoFilter": ["Role", "JoinTime", "MsgFlag", "UnreadMsgNum", "MuteUntil"],
            },
        });
        let row = |id: &str, of: &str, members: u32, role: &str, flag: &str| {
            json!({
                "GroupId": id, "Type": of, "Name": id, "MemberNum": members, "SelfInfo": {
                    "Role": role, "JoinTime": 2_000_000_000, "MsgFlag": flag, "UnreadMsgNum": 0,
                },
            })
        };
        let mut communities =
            ["@TGS#_c", "@TGS#_t"].map(|id| row(id, "Community", 1, "Member", "AcceptAndNotify"));
        communities[0]["SupportTopic"] = 0.into();
        communities[1]["SupportTopic"] = 1.into();
        let [c, t] = communities;
        assert_eq!(
            desk.call(PATH, &body.to_string()),
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "TotalCount": 8,
                "GroupIdList": [
                    row("her room", "ChatRoom", 1, "Owner", "AcceptNotNotify"), c, t,
                    row("chat", "ChatRoom", 1, "Admin", "Discard"),
                ],
            })
        );
    }

    #[test]
    fn a_page_counts_all_that_match() {
        let desk = desk();
        let ids = |ids: &[&str]| ids.iter().map(ToString::to_string).collect::<Vec<_>>();
        let rows = [
            (json!({"Limit": 2}), 7, ids(&["private", "public"])),
            (json!({"Limit": 2, "Offset": 5}), 7, ids(&["@TGS#_t", "chat"])),
            (json!({"Limit": 0, "Offset": 6}), 7, ids(&["chat"])),
            (json!({"Offset": 7}), 7, ids(&[])),
            (json!({"Offset": i64::MAX}), 7, ids(&[])),
            (json!({"GroupType": "Public"}), 1, ids(&["public"])),
            (json!({"GroupType": "Work"}), 1, ids(&["private"])),
            (json!({"GroupType": "ChatRoom", "Limit": 1, "Offset": 1}), 3, ids(&["her room"])),
            (json!({"GroupType": "AVChatRoom"}), 0, ids(&[])),
            (json!({"GroupType": "AVChatRoom", "WithHugeGroups": 1}), 1, ids(&["live"])),
            (json!({"GroupType": "Community"}), 2, ids(&["@TGS#_c", "@TGS#_t"])),
            (json!({"GroupType": "Community", "SupportTopic": 1}), 1, ids(&["@TGS#_t"])),
            (json!({"GroupType": "Community", "SupportTopic": 0}), 1, ids(&["@TGS#_c"])),
            (json!({"GroupType": "Public", "SupportTopic": 1}), 1, ids(&["public"])),
            (json!({"Member_Account": "carol"}), 0, ids(&[])),
        ];
        for (more, total, expected) in rows {
            assert_eq!(listed(&desk, more.clone()), (total, expected), "{more}");
        }
        assert_eq!(listed(&desk, json!({"GroupType": ""})), listed(&desk, json!({})));
    }

    #[test]
    fn an_empty_filter_is_none() {
        let desk = desk();
        let reply = |filter: Value| {
            let body = json!({"Member_Account": "ada", "Limit": 1, "ResponseFilter": filter});
            desk.call(PATH, &body.to_string())["GroupIdList"][0].take()
        };
        let empty = json!({"GroupBaseInfoFilter": [], "SelfInfoFilter": []});
        for filter in [json!(null), json!({}), empty] {
            assert_eq!(reply(filter), json!({"GroupId": "private"}));
        }
        let none = json!({"SelfInfoFilter": ["nothing"], "GroupBaseInfoFilter": ["nothing"]});
        assert_eq!(reply(none), json!({"GroupId": "private", "SelfInfo": {}}));
    }

    #[test]
    fn each_field_is_refused_by_name() {
        let desk = desk();
        let types =
            "GroupType: not one of Private, Public, ChatRoom, AVChatRoom, Community, Work, Meeting";
        let rows = [
            (json!({"Member_Account": null}), "Member_Account: missing"),
            (json!({"Member_Account": ""}), "Member_Account: 0 bytes, at least 1"),
            (json!({"Limit": 5}), "Limit: 5, at most 4"),
            (json!({"Limit": -1}), "Limit: -1, at least 0"),
            (json!({"Offset": -1}), "Offset: -1, at least 0"),
            (json!({"GroupType": "Open"}), types),
            (json!({"WithHugeGroups": 2}), "WithHugeGroups: 2, at most 1"),
            (json!({"WithNoActiveGroups": 2}), "WithNoActiveGroups: 2, at most 1"),
            (json!({"SupportTopic": 2}), "SupportTopic: 2, at most 1"),
        ];
        for (more, text) in rows {
            let mut body = json!({"Member_Account": "ada"});
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            desk.refuses(PATH, &body.to_string(), 10004, text);
        }
        assert_eq!(listed(&desk, json!({"Limit": 4})).1.len(), 4);
    }

    #[test]
    fn a_reply_is_at_most_1_mib() {
        let desk =
            Desk::with(&["app.0.chat.limits.introduction_bytes=1000", "app.0.unlimited=true"]);
        let text = "x".repeat(1000);
        for nth in 0..1_100 {
            let id = format!("g{nth}");
            make(&desk, "Public", &id, json!({"Owner_Account": "ada", "Introduction": text}));
        }
        let body = |limit: u32| {
            json!({
                "Member_Account": "ada", "Limit": limit,
                "ResponseFilter": {"GroupBaseInfoFilter": ["Introduction"]},
            })
        };
        let reply = desk.call(PATH, &body(1_000).to_string());
        assert_eq!((&reply["TotalCount"], &reply["ErrorCode"]), (&1_100.into(), &0.into()));
        let reply = desk.call(PATH, &body(0).to_string());
        assert_eq!(reply["ErrorCode"], 10018, "{}", reply["ErrorInfo"]);
        assert!(reply.get("GroupIdList").is_none());
    }
}

//! `get_group_member_info`: <https://cloud.tencent.com/document/product/269/1617>
//!
//! Pages through a group's members, in the order of joining. Quirks: a `Community` is paged by
//! `Next`, a cursor, every other type by `Offset`; `MemberNum` is the whole group's, whatever the
//! filters say.
//!
//! Where the page is silent: `Limit` absent, or above `app.chat.limits.member_page`, is that many;
//! roles are filtered first and pages counted behind that; `Offset` in a `Community` and a foreign
//! or damaged `Next` are 10004; a `Community` without `Next` is read from the start (strict: 10004);
//! `Next` is empty when nobody follows. Custom fields come where neither `MemberInfoFilter` nor a
//! filter of their own is given, or the latter names them.

use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{group, group_id};
use super::profile::{Beside, InfoName, ProfileRow, Profiles, RoleWord, Unnamed, roles};
use super::reach;
use super::support::Support;
use crate::domain::{
    Aside, GroupType, MemberView, Need, PageQuery, PageSink, Position, Reach, Refusal, Roles,
    RoomId, RoomView, Seats,
};
use crate::engine::{decode_cursor, encode_cursor};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, Text, number};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const SUPPORT: Support = Support::of("get_group_member_info");
/// What a row is expected to take, in bytes. More makes the reply grow.
const ROW_BYTES: usize = 256;

/// Reads a page of a group's members.
pub struct GetGroupMemberInfo;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Which fields of the members; all but `OnlineStatus` if absent or empty.
    #[serde(rename = "MemberInfoFilter", borrow)]
    #[schemars(with = "Option<Vec<InfoName>>")]
    info: Option<Vec<Text<'a>>>,
    /// Whose roles are among these; all if absent or empty.
    #[serde(rename = "MemberRoleFilter", borrow)]
    #[schemars(with = "Option<Vec<RoleWord>>")]
    roles: Option<Vec<Text<'a>>>,
    /// Which custom fields.
    #[serde(rename = "AppDefinedDataFilter_GroupMember", borrow)]
    custom: Option<Vec<Text<'a>>>,
    /// The most members to answer.
    #[serde(rename = "Limit")]
    #[schemars(range(min = 0))]
    limit: Option<i64>,
    /// How many to pass over. Not in a `Community`.
    #[serde(rename = "Offset")]
    #[schemars(range(min = 0))]
    offset: Option<i64>,
    /// In a `Community`: `""` for the first page, then the `Next` of the reply before.
    #[serde(rename = "Next", borrow)]
    next: Option<Text<'a>>,
}

/// What is answered. [`Page`] writes it by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// How many members the whole group has.
    member_num: u32,
    /// The page, in the order of joining.
    member_list: Vec<ProfileRow<'a>>,
    /// In a `Community`: what the request for the next page takes; `""` when nobody follows.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<&'a str>,
}

impl Command for GetGroupMemberInfo {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_group_member_info",
        summary: "Reads a page of a group's members",
        page: "https://cloud.tencent.com/document/product/269/1617",
        reads: true,
        codes: &[10002, 10003, 10004, 10007, 10010, 10015, 10018],
        answers: &[10002, 10004, 10007, 10010, 10015, 10018],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        mut request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group_id(group(request.group_id.take())?)?;
        // The type says which of the two ways of paging is meant, and never changes.
        let of = reach::look(call, SUPPORT, &group, Need::default(), |seen, _| {
            seen.facts.kind.group_type()
        });
        let of = of.await?;
        let part = Part::of(call, &group, of, &request)?;
        let unnamed = match &request.info {
            Some(names) if !names.is_empty() => Unnamed::Nothing,
            _ => Unnamed::All,
        };
        let (info, custom) = (request.info.as_deref(), request.custom.as_deref());
        let profiles = Profiles::new(call.app, info, custom, unnamed);
        let query = PageQuery {
            descending: false,
            after: part.after.as_ref(),
            roles: part.roles,
            skip: part.skip,
            limit: part.limit,
            seats: false,
            asides: true,
        };
        let reach = SUPPORT.reach(call.app.strict());
        let mut page = Page { reply, reach, profiles, of, rows: 0, too_large: None };
        let end = call.engine.page(call.app, &group, query, &mut page).await?;
        if let Some(refused) = page.too_large {
            return Err(refused);
        }
        let out = page.reply.bytes();
        out.push(b']');
        if of == GroupType::Community {
            let next = end.next.map(|place| encode_cursor(call.app.id(), &group, &place));
            out.extend_from_slice(br#","Next":""#);
            // A cursor needs no escaping.
            out.extend_from_slice(next.as_deref().unwrap_or_default().as_bytes());
            out.push(b'"');
        }
        page.reply.within_its_limit()
    }
}

/// Which part of the list is asked for.
struct Part {
    after: Option<Position>,
    roles: Roles,
    skip: usize,
    limit: usize,
}

impl Part {
    fn of(
        call: &Call<'_>,
        group: &RoomId,
        of: GroupType,
        request: &Request<'_>,
    ) -> Result<Self, FieldFault> {
        let roles = roles(request.roles.as_deref())?;
        let at_most = call.app.chat().limits.member_page;
        let limit: Option<usize> = number("Limit", request.limit, 0, i64::MAX)?;
        let limit = limit.filter(|limit| *limit > 0).map_or(at_most, |limit| limit.min(at_most));
        let skip: Option<usize> = number("Offset", request.offset, 0, i64::MAX)?;
        let skip = skip.unwrap_or(0);
        if of != GroupType::Community {
            return Ok(Self { after: None, roles, skip, limit });
        }
        if skip > 0 {
            return Err(FieldFault::new("Offset", "not in a Community: use Next"));
        }
        let after = match request.next.as_ref().map(Text::as_str) {
            None if call.app.strict() => return Err(FieldFault::new("Next", "missing")),
            None | Some("") => None,
            Some(text) => Some(decode_cursor(call.app.id(), group, text).ok_or_else(|| {
                FieldFault::new("Next", "not a cursor of this group, use \"\" or the last Next")
            })?),
        };
        Ok(Self { after, roles, skip, limit })
    }
}

/// Writes members into the reply as they are shown, until it is too large.
struct Page<'a> {
    reply: &'a mut Reply,
    reach: Reach,
    profiles: Profiles<'a>,
    of: GroupType,
    rows: usize,
    too_large: Option<Refused>,
}

impl PageSink for Page<'_> {
    fn begin(&mut self, room: &RoomView<'_>, at_most: usize, _: &Seats) -> Result<(), Refusal> {
        self.reach.check(room.facts.kind)?;
        let out = self.reply.fields();
        out.reserve(64 + at_most * ROW_BYTES);
        out.extend_from_slice(br#""MemberNum":"#);
        out.extend_from_slice(itoa::Buffer::new().format(room.tally.members).as_bytes());
        out.extend_from_slice(br#","MemberList":["#);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, aside: &Aside) -> ControlFlow<()> {
        let out = self.reply.bytes();
        if self.rows > 0 {
            out.push(b',');
        }
        self.rows += 1;
        let Aside { muted_until_ms, present } = *aside;
        self.profiles.push(out, self.of, member, Beside { muted_until_ms, present });
        match self.reply.within_its_limit() {
            Ok(()) => ControlFlow::Continue(()),
            Err(refused) => {
                self.too_large = Some(refused);
                ControlFlow::Break(())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/get_group_member_info";

    fn names(reply: &Value) -> Vec<&str> {
        let rows = reply["MemberList"].as_array().unwrap().iter();
        rows.map(|row| row["Member_Account"].as_str().unwrap()).collect()
    }

    #[test]
    fn the_documented_request_reads_everybody() {
        let desk = Desk::new();
        desk.freeze_at(4_000_000_000);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        let reply = desk.call(PATH, r#"{"GroupId":"g","Limit":100,"Offset":0}"#);
        let row = |account: &str, role: &str| {
            json!({"Member_Account": account, "Role": role, "JoinTime": 4_000_000_000_u64,
                "LastSendMsgTime": 0, "MsgFlag": "AcceptAndNotify", "MsgSeq": 0, "MuteUntil": 0,
                "NameCard": ""})
        };
        let mut expected = done();
        expected["MemberNum"] = json!(2);
        expected["MemberList"] = json!([row("olga", "Owner"), row("bob", "Member")]);
        assert_eq!(reply, expected, "no `Next` where pages are counted by `Offset`");
    }

    #[test]
    fn pages_are_counted_behind_the_filter_and_the_number_is_the_whole_groups() {
        let desk = Desk::with(&["app.0.chat.limits.member_page=2"]);
        desk.make_group("g", GroupType::ChatRoom, Some("olga"), &["a", "b", "c", "d"]);
        let read = |more: &str| desk.call(PATH, &format!(r#"{{"GroupId":"g"{more}}}"#));
        assert_eq!(names(&read("")), ["olga", "a"], "no more than a page");
        assert_eq!(names(&read(r#","Limit":9,"Offset":2"#)), ["b", "c"]);
        assert_eq!(names(&read(r#","Limit":0,"Offset":4"#)), ["d"]);
        let members = read(r#","MemberRoleFilter":["Member"],"Offset":1,"Limit":1"#);
        assert_eq!((names(&members), &members["MemberNum"]), (vec!["b"], &json!(5)));
        let nobody = read(r#","MemberRoleFilter":["Admin"]"#);
        assert_eq!((names(&nobody), &nobody["MemberNum"]), (vec![], &json!(5)));
        assert_eq!(names(&read(r#","Next":"x""#)), ["olga", "a"], "`Next` means nothing here");
    }

    #[test]
    fn a_community_is_walked_by_its_cursor() {
        let desk = Desk::with(&["app.0.chat.limits.member_page=2"]);
        let id = "@TGS#_c";
        desk.make_group(id, GroupType::Community, Some("olga"), &["a", "b", "c"]);
        let read = |next: &str| desk.call(PATH, &json!({"GroupId": id, "Next": next}).to_string());
        let first = read("");
        assert_eq!(names(&first), ["olga", "a"]);
        let second = read(first["Next"].as_str().unwrap());
        assert_eq!((names(&second), &second["Next"]), (vec!["b", "c"], &json!("")));
        let cursor = "Next: not a cursor of this group, use \"\" or the last Next";
        let rows = [
            (json!({"GroupId": id, "Next": "x"}), cursor),
            (json!({"GroupId": id, "Offset": 1}), "Offset: not in a Community: use Next"),
            (json!({"GroupId": id, "Limit": -1}), "Limit: -1, at least 0"),
            (json!({"GroupId": id, "Offset": -1}), "Offset: -1, at least 0"),
            (
                json!({"GroupId": id, "MemberRoleFilter": ["Boss"]}),
                "MemberRoleFilter[0]: not one of Owner, Admin, Member",
            ),
        ];
        for (body, text) in rows {
            desk.refuses(PATH, &body.to_string(), 10004, text);
        }
        let strict = Desk::with(&["app.0.strict=true"]);
        strict.make_group(id, GroupType::Community, Some("olga"), &[]);
        strict.refuses(PATH, &json!({"GroupId": id}).to_string(), 10004, "Next: missing");
    }

    #[test]
    fn custom_fields_come_with_no_filter_or_with_their_own() {
        let desk = Desk::with(&["app.0.chat.member_fields=[\"level\",\"title\"]"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        let keys = |more: &str| -> Vec<String> {
            let reply = desk.call(PATH, &format!(r#"{{"GroupId":"g"{more}}}"#));
            let fields = reply["MemberList"][0]["AppMemberDefinedData"].as_array();
            let key = |field: &Value| field["Key"].as_str().unwrap().to_owned();
            fields.map_or(Vec::new(), |fields| fields.iter().map(key).collect())
        };
        assert_eq!(keys(""), ["level", "title"]);
        assert_eq!(keys(r#","MemberInfoFilter":["Role"]"#), [""; 0]);
        let both = r#","MemberInfoFilter":["Role"],"AppDefinedDataFilter_GroupMember":["title"]"#;
        assert_eq!(keys(both), ["title"]);
    }

    #[test]
    fn live_rooms_and_what_is_not_there_are_refused() {
        let desk = Desk::new();
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let text = "permission denied: not in a group of type AVChatRoom";
        desk.refuses(PATH, r#"{"GroupId":"live"}"#, 10007, text);
        desk.refuses(
            PATH,
            r#"{"GroupId":"h"}"#,
            10010,
            "the group does not exist or was disbanded",
        );
    }

    #[test]
    fn a_reply_is_not_written_beyond_its_limit() {
        let desk = Desk::with(&["app.0.chat.limits.member_page=10000"]);
        let names: Vec<String> = (0..10_000).map(|nth| format!("{nth:032}")).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        desk.make_group_of("g", &names);
        let reply = desk.call(PATH, r#"{"GroupId":"g"}"#);
        assert_eq!(reply["ErrorCode"], 10018, "{}", reply["ErrorInfo"]);
        assert_eq!(reply["MemberList"], Value::Null);
        assert_eq!(desk.call(PATH, r#"{"GroupId":"g","Limit":1000}"#)["ErrorCode"], 0);
    }
}

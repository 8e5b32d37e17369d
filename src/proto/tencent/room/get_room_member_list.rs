//! `get_room_member_list`: <https://trtc.io/document/60715>
//!
//! Pages through a room in the order of coming in. Quirks: the owner's role is `Owner` in the
//! page's table and `RoomOwner` in its sample; the setting `app.room.owner_role_name` says which
//! is sent. `Next` is empty exactly when nobody follows.
//!
//! Where the page is silent: `Count` absent or 0 is 50, above 200 is 200; a cursor that is
//! damaged or belongs to another room is 100002.

use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::words;
use crate::domain::{Aside, MemberView, PageQuery, PageSink, Reach, Refusal, RoomView, Seats};
use crate::engine::{decode_cursor, encode_cursor};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, Text, number, room_id};
use crate::proto::tencent::json::push_string;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

/// Members on a page when the request names no number.
const DEFAULT_COUNT: usize = 50;
/// The most members on a page. Undocumented; our choice.
const MAX_COUNT: usize = 200;

/// Reads a page of a room's members.
pub struct GetRoomMemberList;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The most members to answer: 50 if absent or 0, and 200 if more.
    #[schemars(range(min = 0))]
    count: Option<i64>,
    /// `""` for the first page, then the `Next` of the reply before.
    #[serde(borrow)]
    next: Option<Text<'a>>,
}

/// What is answered. [`Page`] writes it by hand; a test holds the two together.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(description = "What is answered.")]
pub struct Response<'a> {
    /// The page, in the order of coming in.
    #[schemars(length(max = MAX_COUNT))]
    member_list: Vec<MemberRow<'a>>,
    /// What the request for the next page takes; `""` when nobody follows.
    next: &'a str,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct MemberRow<'a> {
    /// Who.
    #[serde(rename = "Member_Account")]
    account: &'a str,
    /// The name that the others see.
    name_card: &'a str,
    /// What the member may do among the others; `app.room.owner_role_name` says how the owner is
    /// called.
    #[schemars(extend("enum" = words::roles()))]
    role: &'a str,
    /// The app's marks on the member.
    marks: &'a [u32],
    /// A text of the app's own.
    custom_info: &'a str,
}

impl Command for GetRoomMemberList {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/get_room_member_list",
        summary: "Reads a page of a room's members",
        page: "https://trtc.io/document/60715",
        reads: true,
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response<'static>;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let limit = limit(request.count)?;
        let cursor = request.next.as_ref().map_or("", Text::as_str);
        let after = match cursor {
            "" => None,
            text => Some(decode_cursor(call.app.id(), &room, text).ok_or_else(|| {
                FieldFault::new("Next", "not a cursor of this room, use \"\" or the last Next")
            })?),
        };
        let query = PageQuery { after: after.as_ref(), ..PageQuery::first(limit) };
        let mut page = Page { reply, owner: call.app.owner_role_name(), rows: 0 };
        let end = call.engine.page(call.app, &room, query, &mut page).await?;
        let next = end.next.map(|position| encode_cursor(call.app.id(), &room, &position));
        page.end(next.as_deref().unwrap_or_default());
        Ok(())
    }
}

fn limit(count: Option<i64>) -> Result<usize, FieldFault> {
    let count: Option<usize> = number("Count", count, 0, i64::MAX)?;
    Ok(match count {
        None | Some(0) => DEFAULT_COUNT,
        Some(count) => count.min(MAX_COUNT),
    })
}

/// Writes members into the reply as they are shown.
struct Page<'a> {
    reply: &'a mut Reply,
    owner: &'static str,
    rows: usize,
}

/// What a row takes besides its texts, in bytes.
const ROW_BYTES: usize =
    br#"{"Member_Account":"","NameCard":"","Role":"RoomOwner","Marks":[],"CustomInfo":""},"#.len();
/// What its texts are expected to take, in bytes. More makes the reply grow.
const TEXT_BYTES: usize = 64;

impl PageSink for Page<'_> {
    fn begin(&mut self, room: &RoomView<'_>, at_most: usize, _: &Seats) -> Result<(), Refusal> {
        Reach::Rooms.check(room.facts.kind)?;
        self.open(at_most);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        let role = words::role(member.role, self.owner).as_bytes();
        let comma = if self.rows > 0 { "," } else { "" };
        self.rows += 1;
        let out = self.reply.bytes();
        out.extend_from_slice(comma.as_bytes());
        if member.plain {
            // Nothing to escape: the quotes stand with the names.
            out.extend_from_slice(br#"{"Member_Account":""#);
            out.extend_from_slice(member.account.as_bytes());
            out.extend_from_slice(br#"","NameCard":""#);
            out.extend_from_slice(member.name.as_bytes());
            out.extend_from_slice(br#"","Role":""#);
            out.extend_from_slice(role);
            out.extend_from_slice(br#"","Marks":["#);
            push_marks(out, member.marks);
            out.extend_from_slice(br#"],"CustomInfo":""#);
            out.extend_from_slice(member.custom_info.as_bytes());
            out.extend_from_slice(br#""}"#);
        } else {
            out.extend_from_slice(br#"{"Member_Account":"#);
            push_string(out, member.account);
            out.extend_from_slice(br#","NameCard":"#);
            push_string(out, member.name);
            out.extend_from_slice(br#","Role":""#);
            out.extend_from_slice(role);
            out.extend_from_slice(br#"","Marks":["#);
            push_marks(out, member.marks);
            out.extend_from_slice(br#"],"CustomInfo":"#);
            push_string(out, member.custom_info);
            out.push(b'}');
        }
        ControlFlow::Continue(())
    }
}

fn push_marks(out: &mut Vec<u8>, marks: &[u32]) {
    for (nth, mark) in marks.iter().enumerate() {
        if nth > 0 {
            out.push(b',');
        }
        out.extend_from_slice(itoa::Buffer::new().format(*mark).as_bytes());
    }
}

impl Page<'_> {
    /// Opens the list, with place for so many members.
    fn open(&mut self, at_most: usize) {
        let out = self.reply.response_bytes();
        out.reserve(128 + at_most * (ROW_BYTES + TEXT_BYTES));
        out.extend_from_slice(br#"{"MemberList":["#);
    }

    /// Closes the list; a cursor needs no escaping.
    fn end(self, next: &str) {
        let out = self.reply.bytes();
        out.extend_from_slice(br#"],"Next":""#);
        out.extend_from_slice(next.as_bytes());
        out.extend_from_slice(br#""}"#);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::domain::{Account, Member, Role};
    use crate::proto::tencent::dialect::Envelope;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/get_room_member_list";

    /// The page's sample request, and its reply for a room where only the owner is listed.
    #[test]
    fn the_documented_request_gets_the_documented_shape() {
        let desk = Desk::with(&["app.0.room.owner_role_name=RoomOwner"]);
        let create = json!({"RoomInfo": {
            "RoomId": "room-test", "RoomType": "Conference", "Owner_Account": "user2",
        }});
        assert_eq!(desk.call("room_engine_http_srv/create_room", &create.to_string()), done());
        let update = json!({
            "RoomId": "room-test", "MemberInfo": {"Member_Account": "user2", "NameCard": "123"},
        });
        let path = "room_engine_http_srv/update_room_member_info";
        assert_eq!(desk.call(path, &update.to_string()), done());
        let reply = desk.call(PATH, r#"{"RoomId": "room-test", "Count": 10, "Next": ""}"#);
        assert_eq!(
            reply,
            json!({
                "ErrorCode": 0, "ErrorInfo": "", "ActionStatus": "OK",
                "Response": {"Next": "", "MemberList": [{
                    "Member_Account": "user2", "NameCard": "123", "Role": "RoomOwner", "Marks": [],
                    "CustomInfo": "",
                }]},
            })
        );
    }

    #[test]
    fn a_page_written_by_hand_is_what_its_type_would_be() {
        let kept = Member::named(Account::parse("\"a\"").unwrap(), 7);
        let member = MemberView {
            name: "n",
            custom_info: "é",
            role: Role::Admin,
            marks: &[1000, 4_294_967_295],
            ..kept.view()
        };
        let others =
            MemberView { account: "b", role: Role::Member, marks: &[], plain: true, ..member };
        fn row<'a>(member: &MemberView<'a>, role: &'a str) -> MemberRow<'a> {
            let MemberView { account, name: name_card, marks, custom_info, .. } = *member;
            MemberRow { account, name_card, role, marks, custom_info }
        }
        let member_list = vec![row(&member, "Admin"), row(&others, "Member")];
        let mut by_type = Vec::new();
        serde_json::to_writer(&mut by_type, &Response { member_list, next: "n-e_x" }).unwrap();

        let mut reply = Reply::ok(Envelope::Room, Desk::new().next_request_id());
        let before = reply.bytes().len() + br#","Response":"#.len();
        let mut page = Page { reply: &mut reply, owner: "Owner", rows: 0 };
        page.open(2);
        for member in [&member, &others] {
            assert!(page.member(member, &Aside::default()).is_continue());
        }
        page.end("n-e_x");
        let by_hand = &reply.bytes()[before..];
        assert_eq!(std::str::from_utf8(by_hand), std::str::from_utf8(&by_type));
    }

    #[test]
    fn texts_that_need_escaping_come_out_as_they_went_in() {
        let desk = Desk::new();
        let create =
            r#"{"RoomInfo":{"RoomId":"r","RoomType":"Conference","Owner_Account":"\"\\é"}}"#;
        assert_eq!(desk.call("room_engine_http_srv/create_room", create), done());
        desk.enter("r", "plain");
        let reply = desk.call(PATH, r#"{"RoomId":"r"}"#);
        let accounts = ["\"\\é", "plain"];
        for (index, account) in accounts.into_iter().enumerate() {
            assert_eq!(reply["Response"]["MemberList"][index]["Member_Account"], account);
        }
    }
}

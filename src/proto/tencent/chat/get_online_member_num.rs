//! `get_online_member_num`: <https://cloud.tencent.com/document/product/269/49180>
//!
//! Counts who is there now: those who came into a live room, or a meeting, and did not leave.
//!
//! Where the pages disagree: the older ones know live rooms only, the newest every type. Meetings
//! (and rooms that are no groups) are counted here too, but with `app.strict`; the other types are
//! 10007, since who of their members is online would have to be looked up one by one.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{group, group_id};
use super::reach;
use super::support::Support;
use crate::domain::Need;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::Text;
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const SUPPORT: Support = Support::of("get_online_member_num");

/// Counts who is there now.
pub struct GetOnlineMemberNum;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    /// How many are there.
    online_member_num: u32,
}

impl Command for GetOnlineMemberNum {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_online_member_num",
        summary: "Counts who is there now",
        page: "https://cloud.tencent.com/document/product/269/49180",
        reads: true,
        codes: &[10002, 10003, 10004],
        answers: &[10002, 10004, 10007, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let group = group_id(group(request.group_id)?)?;
        let looking = reach::look(call, SUPPORT, &group, Need::default(), |seen, _| {
            reply.payload(&Response { online_member_num: seen.tally.present });
        });
        Ok(looking.await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::Desk;

    const PATH: &str = "group_open_http_svc/get_online_member_num";

    #[test]
    fn the_documented_request_counts_who_came_and_did_not_leave() {
        let desk = Desk::new();
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        desk.enter("live", "bob");
        let reply = desk.call(PATH, r#"{"GroupId":"live"}"#);
        let envelope = json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
            "OnlineMemberNum": 2});
        assert_eq!(reply, envelope);
        // Its owner is listed, and did not come in.
        desk.create("meeting", "olga");
        desk.enter("meeting", "bob");
        assert_eq!(desk.call(PATH, r#"{"GroupId":"meeting"}"#)["OnlineMemberNum"], 1);
    }

    #[test]
    fn other_types_and_the_older_table_are_refused() {
        let desk = Desk::new();
        for of in [GroupType::Private, GroupType::Public, GroupType::Community] {
            let id = format!("@TGS#_{of:?}");
            desk.make_group(&id, of, Some("olga"), &[]);
            let text = format!("permission denied: not in a group of type {of:?}");
            desk.refuses(PATH, &json!({"GroupId": id}).to_string(), 10007, &text);
        }
        let strict = Desk::with(&["app.0.strict=true"]);
        strict.make_group("g", GroupType::ChatRoom, Some("olga"), &[]);
        let text = "permission denied: not in a group of type ChatRoom";
        strict.refuses(PATH, r#"{"GroupId":"g"}"#, 10007, text);
    }
}

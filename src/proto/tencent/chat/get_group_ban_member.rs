//! `get_group_ban_member`, the list beside
//! <https://www.tencentcloud.com/document/product/1047/50296>
//!
//! Pages through the bans that are in force, in the order of banning. `NextOffset` is a place in that
//! order, so that bans that end or are lifted meanwhile move nobody; 0 is the end.
//!
//! Where the page is silent: `Limit` absent is as many as `app.chat.limits.ban_page` says, more than
//! that or less than 1 is 10004; a page behind which others may stand can be short.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::fields::{group, group_id};
use super::reach;
use super::support::Support;
use crate::domain::{Need, SanctionKind, SanctionView};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{FieldFault, Text, number};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::RoomIdField;

const SUPPORT: Support = Support::of("get_group_ban_member");

/// Reads a page of bans.
pub struct GetGroupBanMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which group.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// The most bans to answer; as many as `app.chat.limits.ban_page` if absent.
    #[schemars(range(min = 1))]
    limit: Option<i64>,
    /// 0 for the first page, then the `NextOffset` of the reply before.
    #[schemars(range(min = 0))]
    offset: Option<i64>,
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    /// The page, in the order of banning.
    banned_account_list: Vec<Row>,
    /// Where the next page begins; 0 when nothing follows.
    next_offset: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct Row {
    /// Who may not come in.
    #[serde(rename = "Member_Account")]
    account: Box<str>,
    /// Until when, in Unix seconds.
    #[serde(rename = "BannedUntil")]
    until_s: u64,
}

impl Command for GetGroupBanMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/get_group_ban_member",
        summary: "Reads a page of bans",
        page: "https://www.tencentcloud.com/document/product/1047/50296",
        reads: true,
        codes: &[],
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
        let at_most = call.app.chat().limits.ban_page;
        let page = page(request.limit, request.offset, at_most);
        let (limit, after) = reach::first(call, SUPPORT, &group, page).await?;
        reach::look(call, SUPPORT, &group, Need::default(), |_, _| ()).await?;
        let mut banned_account_list = Vec::new();
        let mut see = |ban: &SanctionView<'_>| {
            let row = Row { account: ban.account.into(), until_s: ban.until_ms / 1000 };
            banned_account_list.push(row);
        };
        let kind = SanctionKind::Ban;
        let looking = call.engine.sanctions(call.app, &group, kind, after, limit, &mut see);
        let next_offset = looking.await?.unwrap_or(0);
        reply.payload(&Response { banned_account_list, next_offset });
        Ok(())
    }
}

/// How many, and behind which place.
fn page(
    limit: Option<i64>,
    offset: Option<i64>,
    at_most: usize,
) -> Result<(usize, u64), FieldFault> {
    let most = i64::try_from(at_most).unwrap_or(i64::MAX);
    let limit: Option<usize> = number("Limit", limit, 1, most)?;
    let offset: Option<u64> = number("Offset", offset, 0, i64::MAX)?;
    Ok((limit.unwrap_or(at_most), offset.unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/get_group_ban_member";

    fn desk() -> Desk {
        let desk = Desk::with(&["app.0.chat.limits.ban_page=2"]);
        desk.freeze_at(4_000_000_000);
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        for (nth, account) in ["a", "b", "c"].into_iter().enumerate() {
            let duration = 60 * (nth + 1);
            let ban =
                json!({"GroupId": "live", "Members_Account": [account], "Duration": duration});
            assert_eq!(desk.call("group_open_http_svc/ban_group_member", &ban.to_string()), done());
        }
        desk
    }

    #[test]
    fn the_documented_request_walks_the_bans() {
        let desk = desk();
        let reply = desk.call(PATH, r#"{"GroupId":"live","Limit":2,"Offset":0}"#);
        assert_eq!(
            reply,
            json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "", "NextOffset": 2,
            "BannedAccountList": [
                {"Member_Account": "a", "BannedUntil": 4_000_000_060_u64},
                {"Member_Account": "b", "BannedUntil": 4_000_000_120_u64},
            ]})
        );
        let reply = desk.call(PATH, r#"{"GroupId":"live","Offset":2}"#);
        let last = json!([{"Member_Account": "c", "BannedUntil": 4_000_000_180_u64}]);
        assert_eq!((&reply["BannedAccountList"], &reply["NextOffset"]), (&last, &json!(0)));
        desk.freeze_at(4_000_000_060);
        let reply = desk.call(PATH, r#"{"GroupId":"live","Limit":1}"#);
        assert_eq!(reply["BannedAccountList"][0]["Member_Account"], "b", "the first one is over");
    }

    #[test]
    fn pages_of_bans_that_cannot_be_are_refused() {
        let desk = desk();
        let rows = [
            (r#"{"GroupId":"live","Limit":3}"#, 10004, "Limit: 3, at most 2"),
            (r#"{"GroupId":"live","Limit":0}"#, 10004, "Limit: 0, at least 1"),
            (r#"{"GroupId":"live","Offset":-1}"#, 10004, "Offset: -1, at least 0"),
            (r#"{"GroupId":"no"}"#, 10010, "the group does not exist or was disbanded"),
            (r#"{"GroupId":""}"#, 10015, "GroupId: 0 bytes, at least 1"),
            ("{}", 10004, "GroupId: missing"),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, body, code, text);
        }
        let strict = Desk::with(&["app.0.strict=true"]);
        strict.make_group("g", GroupType::Public, Some("olga"), &[]);
        let text = "permission denied: not in a group of type Public";
        strict.refuses(PATH, r#"{"GroupId":"g"}"#, 10007, text);
    }
}

//! `unban_group_member`: <https://www.tencentcloud.com/document/product/1047/50297>
//!
//! Lifts bans. Where the page is silent: an account that is not banned stays as it is.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ban_fields::whom;
use super::reach;
use super::support::Support;
use crate::domain::UnbanMembers;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

const SUPPORT: Support = Support::of("unban_group_member");

/// Lifts bans.
pub struct UnbanGroupMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Whose bans end, at most `app.chat.limits.ban_accounts`.
    #[serde(rename = "Members_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1))]
    accounts: Option<Vec<AccountText<'a>>>,
}

impl Command for UnbanGroupMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/unban_group_member",
        summary: "Lifts bans",
        page: "https://www.tencentcloud.com/document/product/1047/50297",
        codes: &[],
        answers: &[10002, 10004, 10005, 10007, 10010, 10015],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let (group, accounts) = whom(call.app, request.group_id, request.accounts)?;
        Ok(reach::run(call, SUPPORT, &group, &UnbanMembers { accounts }).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/unban_group_member";

    #[test]
    fn the_documented_request_lifts_bans_and_asks_nobody_whether_there_was_one() {
        let desk = Desk::with(&["app.0.chat.limits.ban_accounts=2"]);
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &[]);
        let ban = r#"{"GroupId":"live","Members_Account":["eve"],"Duration":60}"#;
        assert_eq!(desk.call("group_open_http_svc/ban_group_member", ban), done());
        let body = r#"{"GroupId":"live","Members_Account":["eve","adam"]}"#;
        assert_eq!(desk.call(PATH, body), done());
        let list = desk.call("group_open_http_svc/get_group_ban_member", r#"{"GroupId":"live"}"#);
        assert_eq!(list["BannedAccountList"].as_array().map(Vec::len), Some(0));
        desk.enter("live", "eve");
        let body = r#"{"GroupId":"live","Members_Account":["a","b","c"]}"#;
        desk.refuses(PATH, body, 10005, "Members_Account: 3 of them, at most 2");
    }

    #[test]
    fn the_older_table_knows_live_rooms_only() {
        let desk = Desk::with(&["app.0.strict=true"]);
        desk.make_group("g", GroupType::ChatRoom, Some("olga"), &[]);
        let body = r#"{"GroupId":"g","Members_Account":["a"]}"#;
        desk.refuses(PATH, body, 10007, "permission denied: not in a group of type ChatRoom");
    }
}

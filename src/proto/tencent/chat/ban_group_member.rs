//! `ban_group_member`: <https://www.tencentcloud.com/document/product/1047/50296>
//!
//! Sends accounts away and keeps them out for a time.
//!
//! Where the pages disagree: the older ones know live rooms only, the newest every type; so here, but
//! with `app.strict`. Where they are silent: an account that is not in the group is banned all the
//! same, the owner is 10007, a `Duration` of 0 is 10004, a ban in force is overwritten and keeps its
//! place in the list.

use schemars::JsonSchema;
use serde::Deserialize;

use super::ban_fields::{SUPPORT, whom};
use super::fields::MAX_SECONDS;
use super::reach;
use crate::domain::BanMembers;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, FieldFault, Text, number, required, text_within};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The longest `Description`, in bytes of UTF-8.
const MAX_DESCRIPTION_BYTES: usize = 1000;

/// Bans accounts.
pub struct BanGroupMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Who is banned, at most `app.chat.limits.ban_accounts`.
    #[serde(rename = "Members_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1))]
    accounts: Option<Vec<AccountText<'a>>>,
    /// How long, in seconds.
    #[serde(rename = "Duration")]
    #[schemars(required, range(min = 1, max = MAX_SECONDS))]
    duration: Option<i64>,
    /// What is said about it.
    #[serde(rename = "Description", borrow)]
    #[schemars(length(max = MAX_DESCRIPTION_BYTES))]
    description: Option<Text<'a>>,
}

impl Command for BanGroupMember {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/ban_group_member",
        summary: "Sends accounts away and keeps them out for a time",
        page: "https://www.tencentcloud.com/document/product/1047/50296",
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
        let duration = required("Duration", request.duration)?;
        let (group, accounts) = whom(call.app, request.group_id, request.accounts)?;
        let fields = said(duration, request.description.as_ref());
        let (for_s, words) = reach::first(call, SUPPORT, &group, fields).await?;
        let operation = BanMembers {
            by: call.caller.account().clone(),
            accounts,
            words,
            for_ms: for_s * 1000,
            members_only: false,
        };
        Ok(reach::run(call, SUPPORT, &group, &operation).await?)
    }
}

/// How long, in seconds, and what is said about it.
fn said(duration: i64, description: Option<&Text<'_>>) -> Result<(u64, Box<str>), FieldFault> {
    let duration: Option<u64> = number("Duration", Some(duration), 1, MAX_SECONDS)?;
    let words = description
        .map(|text| text_within("Description", text, MAX_DESCRIPTION_BYTES))
        .transpose()?
        .unwrap_or_default();
    Ok((duration.unwrap_or_default(), words.into()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/ban_group_member";

    #[test]
    fn the_documented_request_sends_away_and_keeps_out() {
        let desk = Desk::new();
        desk.make_group("live", GroupType::AvChatRoom, Some("olga"), &["mallory"]);
        let body = r#"{"GroupId":"live","Members_Account":["mallory","eve"],"Duration":60,
            "Description":"spam"}"#;
        assert_eq!(desk.call(PATH, body), done());
        let roles = r#"{"GroupId":"live"}"#;
        let online = "group_open_http_svc/get_online_member_num";
        assert_eq!(desk.call(online, roles)["OnlineMemberNum"], 1);
        let list = desk.call("group_open_http_svc/get_group_ban_member", r#"{"GroupId":"live"}"#);
        let banned: Vec<_> = list["BannedAccountList"].as_array().unwrap().iter().collect();
        assert_eq!(banned.len(), 2, "{list}");
        assert_eq!(banned[0]["Member_Account"], "mallory");
    }

    #[test]
    fn bans_that_cannot_be_are_refused() {
        let desk = Desk::with(&["app.0.chat.limits.ban_accounts=2"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &["a"]);
        let body = |accounts: &[&str], duration: i64, words: usize| {
            json!({"GroupId": "g", "Members_Account": accounts, "Duration": duration,
                "Description": "x".repeat(words)})
            .to_string()
        };
        assert_eq!(desk.call(PATH, &body(&["a", "b"], 4_294_967_295, 1000)), done());
        let rows = [
            (body(&["a", "b", "c"], 1, 0), 10005, "Members_Account: 3 of them, at most 2"),
            (body(&[], 1, 0), 10004, "Members_Account: empty, at least 1"),
            (body(&["a"], 0, 0), 10004, "Duration: 0, at least 1"),
            (body(&["a"], 4_294_967_296, 0), 10004, "Duration: 4294967296, at most 4294967295"),
            (body(&["a"], 1, 1001), 10004, "Description: 1001 bytes, at most 1000"),
            (
                body(&["olga"], 1, 0),
                10007,
                "permission denied: olga owns the group and cannot be banned",
            ),
            (r#"{"GroupId":"g","Members_Account":["a"]}"#.to_owned(), 10004, "Duration: missing"),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
        let elsewhere = body(&["a"], 0, 0).replace("\"g\"", "\"nowhere\"");
        desk.refuses(PATH, &elsewhere, 10010, "the group does not exist or was disbanded");
    }

    #[test]
    fn the_older_table_bans_from_live_rooms_only() {
        let desk = Desk::with(&["app.0.strict=true"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        let body = r#"{"GroupId":"g","Members_Account":["a"],"Duration":1}"#;
        desk.refuses(PATH, body, 10007, "permission denied: not in a group of type Public");
    }
}

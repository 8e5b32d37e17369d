//! `forbid_send_msg`: <https://cloud.tencent.com/document/product/269/1627>
//!
//! Mutes accounts for a time, or lets them speak again with a time of 0. Quirks: 4294967295 is for
//! ever; the time was called `ShutUpTime` before. A mute outlives membership, so whoever is not in
//! the group is muted all the same.
//!
//! Where the page is silent: the owner is 10007, and so is a group whose members cannot be muted;
//! more than `app.chat.limits.mute_accounts` is 10005; `TopicId` is not looked at.

use schemars::JsonSchema;
use serde::Deserialize;

use super::fields::{MAX_SECONDS, accounts, group, group_id};
use super::mute::{mute_ms, mute_time};
use super::reach;
use super::support::Support;
use crate::domain::MuteMembers;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, required};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

const SUPPORT: Support = Support::of("forbid_send_msg");

/// Mutes accounts.
pub struct ForbidSendMsg;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which group.
    #[serde(rename = "GroupId", borrow)]
    #[schemars(with = "RoomIdField")]
    group_id: Option<Text<'a>>,
    /// Who is muted, at most `app.chat.limits.mute_accounts`.
    #[serde(rename = "Members_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1))]
    accounts: Option<Vec<AccountText<'a>>>,
    /// How long, in seconds: 0 ends it, 4294967295 is for ever.
    #[serde(rename = "MuteTime")]
    #[schemars(required, range(min = 0, max = MAX_SECONDS))]
    mute_time: Option<i64>,
    /// The older name of the time.
    #[serde(rename = "ShutUpTime")]
    #[schemars(skip)]
    shut_up_time: Option<i64>,
}

impl Command for ForbidSendMsg {
    const SPEC: Spec = Spec {
        path: "group_open_http_svc/forbid_send_msg",
        summary: "Mutes accounts for a time, or lets them speak again",
        page: "https://cloud.tencent.com/document/product/269/1627",
        codes: &[10002, 10003, 10004, 10007, 10010, 10015],
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
        let group = group(request.group_id)?;
        let seconds = mute_time(request.mute_time, request.shut_up_time);
        let seconds = required("MuteTime", seconds)?;
        let at_most = call.app.chat().limits.mute_accounts;
        let accounts = accounts("Members_Account", request.accounts, at_most)?;
        let group = group_id(group)?;
        let for_ms = reach::first(call, SUPPORT, &group, mute_ms(seconds)).await?;
        let operation = MuteMembers { accounts, for_ms };
        Ok(reach::run(call, SUPPORT, &group, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::domain::GroupType;
    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "group_open_http_svc/forbid_send_msg";

    fn muted(desk: &Desk) -> Value {
        let reply = desk.call("group_open_http_svc/get_group_muted_account", r#"{"GroupId":"g"}"#);
        let rows = reply["MutedAccountList"].as_array().unwrap().iter();
        rows.map(|row| json!([row["Member_Account"], row["MutedUntil"]])).collect()
    }

    #[test]
    fn the_documented_request_mutes_members_and_strangers_until_it_is_over() {
        let desk = Desk::new();
        desk.freeze_at(4_000_000_000);
        desk.make_group("g", GroupType::Public, Some("olga"), &["bob"]);
        let mute = |time: &str, accounts: &str| {
            let body = format!(r#"{{"GroupId":"g","Members_Account":{accounts},{time}}}"#);
            assert_eq!(desk.call(PATH, &body), done());
        };
        mute(r#""MuteTime":60"#, r#"["bob","eve"]"#);
        let both = json!([["bob", 4_000_000_060_u64], ["eve", 4_000_000_060_u64]]);
        assert_eq!(muted(&desk), both);
        mute(r#""ShutUpTime":4294967295"#, r#"["bob"]"#);
        assert_eq!(muted(&desk)[0], json!(["bob", 4_294_967_295_u64]), "for ever, at its place");
        mute(r#""MuteTime":0"#, r#"["bob","nobody"]"#);
        assert_eq!(muted(&desk), json!([["eve", 4_000_000_060_u64]]));
        desk.freeze_at(4_000_000_060);
        assert_eq!(muted(&desk), json!([]), "over");
    }

    #[test]
    fn mutes_that_cannot_be_are_refused() {
        let desk = Desk::with(&["app.0.chat.limits.mute_accounts=2"]);
        desk.make_group("g", GroupType::Public, Some("olga"), &[]);
        desk.make_group("p", GroupType::Private, Some("olga"), &[]);
        let body = |group: &str, accounts: &[&str], time: i64| {
            json!({"GroupId": group, "Members_Account": accounts, "MuteTime": time}).to_string()
        };
        assert_eq!(desk.call(PATH, &body("g", &["a", "b"], 1)), done());
        let rows = [
            (body("g", &["a", "b", "c"], 1), 10005, "Members_Account: 3 of them, at most 2"),
            (body("g", &["a"], -1), 10004, "MuteTime: -1, at least 0"),
            (body("g", &["a"], 4_294_967_296), 10004, "MuteTime: 4294967296, at most 4294967295"),
            (
                body("g", &["a", "olga"], 1),
                10007,
                "permission denied: olga owns the group and cannot be muted",
            ),
            (body("p", &["a"], 1), 10007, "permission denied: not in a group of type Private"),
            (r#"{"GroupId":"g","Members_Account":["a"]}"#.into(), 10004, "MuteTime: missing"),
        ];
        for (body, code, text) in rows {
            desk.refuses(PATH, &body, code, text);
        }
        assert_eq!(muted(&desk).as_array().map(Vec::len), Some(2), "nobody else");
    }
}

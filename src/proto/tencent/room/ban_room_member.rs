//! `ban_room_member`: <https://trtc.io/document/60711>
//!
//! Sends accounts away and keeps them out for a time. One call is one event.
//!
//! Where the page is silent: an account that is not in the room is banned all the same (strict:
//! 100005, and nobody is banned), the owner is 100006, a `Duration` of 0 is 100002, a ban in force
//! is overwritten and keeps its place in the list; an account that comes twice counts once;
//! `Reason` may be left out (strict: 100002).

use schemars::JsonSchema;
use serde::Deserialize;

use super::member_list::{MAX_REASON_BYTES, MEMBERS_PER_CALL, member_list, reason};
use super::reach;
use crate::domain::BanMembers;
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{AccountText, Text, number, required, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The longest ban, in seconds: the Chat twin of the field has 32 bits.
const MAX_DURATION_S: i64 = u32::MAX as i64;

/// Bans accounts.
pub struct BanRoomMember;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
pub struct Request<'a> {
    /// Which room.
    #[serde(rename = "RoomId", borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// Who is banned.
    #[serde(rename = "MemberList_Account", borrow)]
    #[schemars(with = "Vec<AccountField>", length(min = 1, max = MEMBERS_PER_CALL))]
    members: Option<Vec<AccountText<'a>>>,
    /// What is said about it.
    #[serde(rename = "Reason", borrow)]
    #[schemars(length(max = MAX_REASON_BYTES))]
    reason: Option<Text<'a>>,
    /// How long, in seconds.
    #[serde(rename = "Duration")]
    #[schemars(required, range(min = 1, max = MAX_DURATION_S))]
    duration: Option<i64>,
}

impl Command for BanRoomMember {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/ban_room_member",
        summary: "Sends accounts away and keeps them out for a time",
        page: "https://trtc.io/document/60711",
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004, 100_005, 100_006],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = ();

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        _: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let strict = call.app.strict();
        let accounts = member_list(request.members)?;
        let words = reason(request.reason.as_ref(), strict)?;
        let duration_s: Option<u64> = number("Duration", request.duration, 1, MAX_DURATION_S)?;
        let operation = BanMembers {
            by: call.caller.account().clone(),
            accounts,
            words,
            for_ms: required("Duration", duration_s)? * 1000,
            members_only: strict,
        };
        Ok(reach::run(call, &room, &operation).await?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/ban_room_member";
    const SAMPLE: &str = r#"{"RoomId":"r-1001","MemberList_Account":["mallory"],"Reason":"spam",
        "Duration":3600}"#;

    #[test]
    fn the_documented_request_sends_a_member_away_and_lists_the_ban() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        desk.enter("r-1001", "mallory");
        let now_s = desk.app().now_ms() / 1000;
        assert_eq!(desk.call(PATH, SAMPLE), done());
        assert_eq!(desk.roles("r-1001"), json!([["alice", "Owner"]]));
        let list = "room_engine_http_srv/get_banned_member_list";
        let reply = desk.call(list, r#"{"RoomId":"r-1001"}"#);
        let until_s = reply["Response"]["BannedAccountList"][0]["BannedUntil"].as_u64().unwrap();
        assert!((now_s + 3600..now_s + 3660).contains(&until_s), "{reply}");
    }

    #[test]
    fn the_table_to_the_letter_bans_members_only() {
        let desk = Desk::with(&["app.0.strict=true"]);
        desk.create("r-1001", "alice");
        desk.refuses(PATH, SAMPLE, 100_005, "mallory is not a member of the room");
    }
}

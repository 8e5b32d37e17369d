//! `get_banned_member_list`: <https://trtc.io/document/60709>
//!
//! Lists the bans that are in force, in pages. Quirk: where a page goes on is `Offset`, an integer,
//! in the sample and `Next`, a string, in the table; both are taken, `Next` as either, and the reply
//! says `NextOffset`, an integer.
//!
//! Where the page is silent: the order is that of banning, and an offset is a place in it, so that
//! bans that are lifted meanwhile move nobody; `Limit` absent or 0 is 100, above 100 it is 100002;
//! of both names `Offset` counts. A page may be shorter than `Limit` before the end: `NextOffset`
//! alone says that it was the last.

use std::fmt;

use schemars::JsonSchema;
use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize};

use super::reach;
use crate::domain::{Need, SanctionKind, SanctionView};
use crate::proto::tencent::command::{Call, Command, Spec};
use crate::proto::tencent::field::{Text, number, room_id};
use crate::proto::tencent::refused::Refused;
use crate::proto::tencent::reply::Reply;
use crate::proto::tencent::schema::{AccountField, RoomIdField};

/// The most bans of one page, and how many there are unless told.
const MAX_LIMIT: usize = 100;

/// Lists bans.
pub struct GetBannedMemberList;

/// The body.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Request<'a> {
    /// Which room.
    #[serde(borrow)]
    #[schemars(with = "RoomIdField")]
    room_id: Option<Text<'a>>,
    /// The most bans of the page.
    #[schemars(range(min = 0, max = MAX_LIMIT))]
    limit: Option<i64>,
    /// Where the page begins: 0, or the last `NextOffset`.
    #[schemars(range(min = 0))]
    offset: Option<i64>,
    /// The same under the name of the page's table, also as a string.
    #[schemars(with = "Option<i64>", range(min = 0))]
    next: Option<Place>,
}

/// A whole number, or a string of its digits; an empty one is 0.
#[derive(Debug, Clone, Copy)]
struct Place(i64);

impl<'de> Deserialize<'de> for Place {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct EitherWay;
        impl Visitor<'_> for EitherWay {
            type Value = Place;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an integer of 64 bits or its digits")
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Place, E> {
                let too_large = |_| E::invalid_value(Unexpected::Unsigned(number), &self);
                i64::try_from(number).map(Place).map_err(too_large)
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Place, E> {
                Ok(Place(number))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Place, E> {
                let digits = if text.is_empty() { "0" } else { text };
                let plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                let number = digits.parse().ok().filter(|_| plain).map(Place);
                number.ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(EitherWay)
    }
}

/// What is answered.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
pub struct Response {
    /// The bans, in the order of banning.
    #[schemars(length(max = MAX_LIMIT))]
    banned_account_list: Vec<BanRow>,
    /// Where the next page begins; 0 when this was the last.
    next_offset: u64,
}

#[derive(Serialize, JsonSchema)]
#[schemars(inline)]
struct BanRow {
    /// Who is banned.
    #[serde(rename = "Member_Account")]
    #[schemars(with = "AccountField")]
    account: Box<str>,
    /// Until when, in Unix seconds.
    #[serde(rename = "BannedUntil")]
    until_s: u64,
}

impl Command for GetBannedMemberList {
    const SPEC: Spec = Spec {
        path: "room_engine_http_srv/get_banned_member_list",
        summary: "Lists the bans that are in force",
        page: "https://trtc.io/document/60709",
        reads: true,
        codes: &[100_001, 100_002, 100_004, 100_005, 100_006],
        answers: &[100_001, 100_002, 100_004],
        ..super::SPEC
    };
    type Request<'a> = Request<'a>;
    type Response = Response;

    async fn answer<'a>(
        call: &'a Call<'a>,
        request: Request<'a>,
        reply: &'a mut Reply,
    ) -> Result<(), Refused> {
        let room = room_id("RoomId", request.room_id)?;
        let limit: Option<usize> = number("Limit", request.limit, 0, MAX_LIMIT as i64)?;
        let limit = limit.filter(|limit| *limit > 0).unwrap_or(MAX_LIMIT);
        let next: Option<u64> = number("Next", request.next.map(|Place(next)| next), 0, i64::MAX)?;
        let offset: Option<u64> = number("Offset", request.offset, 0, i64::MAX)?;
        let after = offset.or(next).unwrap_or_default();
        let mut rows = Vec::new();
        let mut see = |ban: &SanctionView<'_>| {
            rows.push(BanRow { account: ban.account.into(), until_s: ban.until_ms / 1000 });
        };
        reach::look(call, &room, Need::default(), |_, _| ()).await?;
        let bans =
            call.engine.sanctions(call.app, &room, SanctionKind::Ban, after, limit, &mut see);
        let next = bans.await?;
        reply.response(&Response {
            banned_account_list: rows,
            next_offset: next.unwrap_or_default(),
        });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::tencent::tests::{Desk, done};

    const PATH: &str = "room_engine_http_srv/get_banned_member_list";

    #[test]
    fn the_documented_request_answers_the_documented_shape() {
        let desk = Desk::new();
        desk.create("r-1001", "alice");
        let ban = r#"{"RoomId":"r-1001","MemberList_Account":["mallory"],"Duration":3600}"#;
        assert_eq!(desk.call("room_engine_http_srv/ban_room_member", ban), done());
        let mut reply = desk.call(PATH, r#"{"RoomId":"r-1001","Limit":100,"Offset":0}"#);
        let row = &mut reply["Response"]["BannedAccountList"][0];
        assert!(row["BannedUntil"].take().as_u64().unwrap() > 1_700_000_000);
        assert_eq!(
            reply,
            json!({
                "ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": "",
                "Response": {
                    "BannedAccountList": [{"Member_Account": "mallory", "BannedUntil": null}],
                    "NextOffset": 0,
                },
            })
        );
    }
}

//! `DescribeUserList`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-user-list>
//!
//! The people of a room by the time at which they logged in, in pages.
//!
//! Where the page is silent: `Limit` 0 is 200, and so is more; a bad `Mode`, `Limit` or `Marker` is
//! code 2. A `Marker` is the place of the last person of the page before, whatever became of him; it
//! may come with another `Mode` or `Limit`. There is none when nobody follows. A person's name is the
//! name card, else the nick of the account, else the user id.

use std::ops::ControlFlow;

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{integer, room};
use super::refused::Refused;
use super::reply::Data;
use super::user;
use crate::domain::{
    Account, Aside, MAX_ROOM_ID_BYTES, MemberView, PageEnd, PageQuery, PageSink, Position, Refusal,
    RoomView, Seats,
};
use crate::engine::Failure;

/// The most people of a page, and those of one for which no number is asked.
const MAX_LIMIT: usize = 200;
/// The longest marker: a time, a dash and a user id.
const MAX_MARKER_BYTES: usize = 20 + 1 + crate::domain::MAX_ACCOUNT_BYTES;
/// What a row takes besides its texts, in bytes.
const ROW_BYTES: usize = 80;

/// Lists the people of a room.
pub(super) struct DescribeUserList;

/// `Data`, as it is written by hand; a test holds the two together.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeUserListData")]
pub(super) struct Page<'a> {
    /// What the next page takes as `Marker`; empty when nobody follows.
    marker: &'a str,
    /// In the order that was asked for.
    user_list: Vec<User<'a>>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct User<'a> {
    /// Who.
    user_id: &'a str,
    /// The name that people see.
    user_name: &'a str,
    /// 1 the owner, 2 everybody else, 4 a robot.
    user_role: u32,
}

impl Action for DescribeUserList {
    const SPEC: Spec = Spec {
        action: "DescribeUserList",
        summary: "Lists the people of a room",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-user-list",
        calls_per_second: 200,
        room_period_s: Some(1),
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::optional("Mode", Kind::Integer(0, 1), "0 by login time, 1 backwards"),
            Parameter::optional("Limit", Kind::Integer(0, u64::MAX), "0 is 200, and so is more"),
            Parameter::optional("Marker", Kind::Text(MAX_MARKER_BYTES), "That of the page before"),
        ],
        codes: &[1, 2, 206, 207],
        answers: &[codes::ROOM_RATE],
    };
    type Data = Page<'static>;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let query = call.query;
        let room = room(query)?;
        let descending = integer(query, "Mode", 0..=1)? == Some(1);
        let limit = integer(query, "Limit", 0..=u64::MAX)?.unwrap_or_default();
        let limit = usize::try_from(limit).unwrap_or(MAX_LIMIT).min(MAX_LIMIT);
        let limit = if limit == 0 { MAX_LIMIT } else { limit };
        let after = query.get("Marker").map(position).transpose()?;
        if after.is_none() || call.app.zego().count_continuations {
            call.count_room(&Self::SPEC, &room)?;
        }
        let page = PageQuery { after: after.as_ref(), descending, ..PageQuery::first(limit) };
        let mut rows = Rows::default();
        let end = match call.engine.page(call.app, &room, page, &mut rows).await {
            Err(Failure::Refused(Refusal::NoSuchRoom)) => PageEnd { next: None, count: 0 },
            end => end?,
        };
        let mut json = rows.named(call).await?;
        json.extend_from_slice(b"],\"Marker\":");
        let marker = end.next.map(|next| format!("{}-{}", next.joined_ms, next.account));
        let written = serde_json::to_writer(&mut json, &marker.unwrap_or_default());
        written.expect("a text is plain JSON");
        json.push(b'}');
        data.written(json);
        Ok(())
    }
}

/// The place that a marker names. A user id may have dashes of its own.
fn position(marker: &str) -> Result<Position, Refused> {
    let parts = marker.split_once('-');
    let position = parts.and_then(|(joined_ms, account)| {
        let digits = joined_ms.bytes().all(|byte| byte.is_ascii_digit());
        let joined_ms = joined_ms.parse().ok().filter(|_| digits)?;
        Some(Position { joined_ms, account: Account::parse(account).ok()? })
    });
    position.ok_or_else(|| Refused::parameter("Marker", "must be that of a page before"))
}

const OPENING: &[u8] = b"{\"UserList\":[";

/// The page as far as it is written. Where a name is missing, its place is kept.
#[derive(Default)]
struct Rows {
    json: Vec<u8>,
    nameless: Vec<(usize, Account)>,
}

impl PageSink for Rows {
    fn begin(&mut self, _: &RoomView<'_>, at_most: usize, _: &Seats) -> Result<(), Refusal> {
        self.json.reserve(OPENING.len() + at_most * ROW_BYTES);
        self.json.extend_from_slice(OPENING);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        let json = &mut self.json;
        if json.len() > OPENING.len() {
            json.push(b',');
        }
        json.extend_from_slice(b"{\"UserId\":");
        push_text(json, member.account, member.plain);
        json.extend_from_slice(b",\"UserRole\":");
        json.extend_from_slice(itoa::Buffer::new().format(user::role(member)).as_bytes());
        json.extend_from_slice(b",\"UserName\":");
        if member.name.is_empty() {
            let account = Account::parse(member.account).expect("kept accounts are right");
            self.nameless.push((json.len(), account));
        } else {
            push_text(json, member.name, member.plain);
        }
        json.push(b'}');
        ControlFlow::Continue(())
    }
}

impl Rows {
    /// The rows with all names: of those who have none here, the nick, else the user id.
    async fn named(self, call: &Call<'_>) -> Result<Vec<u8>, Refused> {
        let Self { json, nameless } = self;
        if nameless.is_empty() {
            return Ok(if json.is_empty() { OPENING.to_vec() } else { json });
        }
        let accounts: Vec<Account> = nameless.iter().map(|(_, who)| who.clone()).collect();
        let mut names = Vec::with_capacity(accounts.len());
        let looking = call.engine.accounts(call.app, &accounts, |account, record| {
            let nick = record.map(|record| record.nick).filter(|nick| !nick.is_empty());
            names.push(Box::<str>::from(nick.unwrap_or(account.as_str())));
        });
        looking.await?;
        let length = names.iter().map(|name| name.len() + 2).sum::<usize>();
        let (mut whole, mut from) = (Vec::with_capacity(json.len() + length + 64), 0);
        for ((at, _), name) in nameless.iter().zip(&names) {
            whole.extend_from_slice(&json[from..*at]);
            push_text(&mut whole, name, false);
            from = *at;
        }
        whole.extend_from_slice(&json[from..]);
        Ok(whole)
    }
}

/// A text as JSON; one that is plain is copied unscanned.
fn push_text(json: &mut Vec<u8>, text: &str, plain: bool) {
    if plain {
        json.push(b'"');
        json.extend_from_slice(text.as_bytes());
        json.push(b'"');
    } else {
        serde_json::to_writer(json, text).expect("a text is plain JSON");
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::proto::zego::tests::Desk;

    #[test]
    fn the_documented_reply_has_two_people_and_a_marker() {
        let desk = Desk::new();
        desk.make_room("room1", "user1");
        desk.enter("room1", "user1", "");
        desk.enter("room1", "user2", "");
        desk.enter("room1", "user3", "");
        let data = desk.data("DescribeUserList", "RoomId=room1&Mode=0&Limit=2&Marker=");
        let marker = data["Marker"].as_str().unwrap().to_owned();
        let (login_ms, last) = marker.split_once('-').unwrap();
        assert_eq!((login_ms.len(), last), (13, "user2"));
        assert_eq!(
            data["UserList"],
            json!([
                {"UserId": "user1", "UserName": "user1", "UserRole": 1},
                {"UserId": "user2", "UserName": "user2", "UserRole": 2},
            ])
        );
        let rest = desk.data("DescribeUserList", &format!("RoomId=room1&Marker={marker}"));
        assert_eq!(
            rest,
            json!({"Marker": "",
                "UserList": [{"UserId": "user3", "UserName": "user3", "UserRole": 2}]})
        );
    }

    #[test]
    fn names_are_the_name_card_else_the_nick_else_the_user_id() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        desk.import("bob", "Bob \"the nick\"");
        desk.import("carl", "Carl");
        desk.enter("r", "bob", "");
        desk.enter("r", "carl", "C. \u{1F642}");
        desk.enter("r", "dora", "");
        let data = desk.data("DescribeUserList", "RoomId=r");
        let names: Vec<_> = data["UserList"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["UserName"].clone())
            .collect();
        assert_eq!(names, ["olga", "Bob \"the nick\"", "C. \u{1F642}", "dora"]);
    }

    #[test]
    fn both_orders_are_walked_whole_also_when_the_last_one_left() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let people: Vec<String> = (0..9).map(|nth| format!("u-{nth}")).collect();
        people.iter().for_each(|who| desk.enter("r", who, ""));
        let mut all = vec!["olga".to_owned()];
        all.extend(people);
        for mode in [0, 1] {
            let mut expected = all.clone();
            if mode == 1 {
                expected.reverse();
            }
            for limit in [1, 3, 5, 10] {
                let (mut met, mut marker) = (Vec::new(), String::new());
                loop {
                    let query = format!("RoomId=r&Mode={mode}&Limit={limit}&Marker={marker}");
                    let data = desk.data("DescribeUserList", &query);
                    let page = data["UserList"].as_array().unwrap();
                    assert!(!page.is_empty());
                    met.extend(page.iter().map(|user| user["UserId"].as_str().unwrap().to_owned()));
                    data["Marker"].as_str().unwrap().clone_into(&mut marker);
                    if marker.is_empty() {
                        break;
                    }
                }
                assert_eq!(met, expected, "mode {mode}, limit {limit}");
            }
        }
        let data = desk.data("DescribeUserList", "RoomId=r&Limit=4");
        let marker = data["Marker"].as_str().unwrap();
        desk.leave("r", "u-2");
        let data = desk.data("DescribeUserList", &format!("RoomId=r&Limit=1&Marker={marker}"));
        assert_eq!(data["UserList"][0]["UserId"], "u-3");
    }

    #[test]
    fn what_is_written_by_hand_is_what_the_schema_says() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let data = desk.data("DescribeUserList", "RoomId=r");
        let user = User { user_id: "olga", user_name: "olga", user_role: 1 };
        let page = Page { marker: "", user_list: vec![user] };
        assert_eq!(data, serde_json::to_value(page).unwrap());
    }

    #[test]
    fn an_absent_room_has_nobody_in_it() {
        let data = Desk::new().data("DescribeUserList", "RoomId=nowhere");
        assert_eq!(data, json!({"Marker": "", "UserList": []}));
    }

    #[test]
    fn bad_parameters_are_code_2_and_named() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let long = "é".repeat(64);
        for (query, text) in [
            (String::new(), "RoomId: missing or empty"),
            ("RoomId=".to_owned(), "RoomId: missing or empty"),
            (format!("RoomId={long}x"), "RoomId: 129 bytes, at most 128"),
            ("RoomId=r&Mode=2".to_owned(), "Mode: must be a whole number, 0 to 1"),
            ("RoomId=r&Mode=x".to_owned(), "Mode: must be a whole number, 0 to 1"),
            (
                "RoomId=r&Limit=-1".to_owned(),
                "Limit: must be a whole number, 0 to 18446744073709551615",
            ),
            ("RoomId=r&Marker=17".to_owned(), "Marker: must be that of a page before"),
            ("RoomId=r&Marker=x-bob".to_owned(), "Marker: must be that of a page before"),
            ("RoomId=r&Marker=17-".to_owned(), "Marker: must be that of a page before"),
            ("RoomId=r&Marker=%2B7-a".to_owned(), "Marker: must be that of a page before"),
            (
                "RoomId=r&Mode=%zz".to_owned(),
                "the query: a parameter is not well-formed, or not UTF-8",
            ),
        ] {
            desk.refuses("DescribeUserList", &query, 2, text);
        }
        desk.data("DescribeUserList", &format!("RoomId={long}"));
        for limit in ["0", "200", "201", "18446744073709551615"] {
            desk.data("DescribeUserList", &format!("RoomId=r&Limit={limit}"));
        }
    }
}

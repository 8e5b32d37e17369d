//! `DescribeUsers`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-users>
//!
//! Says which of some people are in a room, and since when. Where the page is silent: more than ten
//! people are code 2; one who is not there has a `LoginTime` and a `UserRole` of 0.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::field::{accounts, room};
use super::refused::Refused;
use super::reply::Data;
use super::{codes, user};
use crate::domain::{MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, Need, Refusal};
use crate::engine::Failure;

/// The most people of one call.
const MAX_USERS: usize = 10;

/// Says which of some people are in a room.
pub(super) struct DescribeUsers;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeUsersData")]
pub(super) struct Statuses {
    /// In the order in which they were named.
    user_status_list: Vec<Status>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Status {
    /// Who.
    user_id: String,
    /// 1 in the room, 0 not.
    status: u32,
    /// Since when, in Unix milliseconds; 0 if not.
    login_time: u64,
    /// 1 the owner, 2 everybody else, 4 a robot; 0 if not in the room.
    user_role: u32,
}

impl Action for DescribeUsers {
    const SPEC: Spec = Spec {
        action: "DescribeUsers",
        summary: "Says which of some people are in a room",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-users",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("UserId", Kind::List(MAX_USERS, MAX_ACCOUNT_BYTES), "Whom"),
        ],
        codes: &[1, 2, 3, 206, 50_001],
        answers: &[codes::NO_ROOM_OF_USERS],
    };
    type Data = Statuses;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        let people = accounts(call.query, "UserId", MAX_USERS, codes::BAD_PARAMETER)?;
        let need = Need { accounts: &people, ..Need::default() };
        let looking = call.engine.look(call.app, &room, need, |_, slice| {
            let rows = people.iter().zip(slice.members).map(|(who, member)| Status {
                user_id: who.to_string(),
                status: u32::from(member.is_some()),
                login_time: member.map_or(0, |member| member.joined_ms),
                user_role: member.map_or(0, |member| user::role(&member)),
            });
            rows.collect()
        });
        let user_status_list = match looking.await {
            Err(Failure::Refused(Refusal::NoSuchRoom)) => {
                return Err(Refused::no_room(codes::NO_ROOM_OF_USERS));
            }
            rows => rows?,
        };
        data.write(&Statuses { user_status_list });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    #[test]
    fn the_documented_reply_says_who_is_there_and_since_when() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        desk.add_robot("r", "robot");
        let data = desk.data("DescribeUsers", "RoomId=r&UserId[]=olga&UserId[]=x&UserId[]=robot");
        let rows = data["UserStatusList"].as_array().unwrap();
        let since = rows[0]["LoginTime"].as_u64().unwrap();
        assert!(since > 1_600_000_000_000);
        assert_eq!(
            rows[0],
            json!({"UserId": "olga", "Status": 1, "LoginTime": since, "UserRole": 1})
        );
        assert_eq!(rows[1], json!({"UserId": "x", "Status": 0, "LoginTime": 0, "UserRole": 0}));
        assert_eq!((&rows[2]["Status"], &rows[2]["UserRole"]), (&json!(1), &json!(4)));
    }

    #[test]
    fn an_absent_room_is_50001_and_eleven_people_are_2() {
        let desk = Desk::new();
        desk.refuses("DescribeUsers", "RoomId=r&UserId=a", 50_001, "the room does not exist");
        desk.make_room("r", "olga");
        let query =
            |count: usize| (0..count).map(|nth| format!("&UserId[]=u{nth}")).collect::<String>();
        let data = desk.data("DescribeUsers", &format!("RoomId=r{}", query(10)));
        assert_eq!(data["UserStatusList"].as_array().unwrap().len(), 10);
        let many = format!("RoomId=r{}", query(11));
        desk.refuses("DescribeUsers", &many, 2, "UserId: 11 of them, at most 10");
        desk.refuses("DescribeUsers", "RoomId=r", 2, "UserId: missing or empty");
        let long = format!("RoomId=r&UserId={}", "u".repeat(65));
        desk.refuses("DescribeUsers", &long, 2, "UserId: 65 bytes, at most 64");
    }
}

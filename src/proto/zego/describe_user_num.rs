//! `DescribeUserNum`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-user-num>
//!
//! Counts the people of some rooms. Where the page is silent: more than ten rooms are code 2; the
//! counts stand in the order in which the rooms were named, each room once; one that does not exist
//! has nobody in it.

use schemars::JsonSchema;
use serde::Serialize;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::field::rooms;
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{MAX_ROOM_ID_BYTES, Need, Refusal};
use crate::engine::Failure;

/// The most rooms of one call.
const MAX_ROOMS: usize = 10;

/// Counts the people of some rooms.
pub(super) struct DescribeUserNum;

/// `Data`.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(rename = "DescribeUserNumData")]
pub(super) struct Counts {
    /// In the order in which the rooms were named.
    user_count_list: Vec<Count>,
}

#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "PascalCase")]
#[schemars(inline)]
struct Count {
    /// Which room.
    room_id: String,
    /// Everybody in it.
    user_count: u32,
    /// The robots among them.
    admin_user_count: u32,
}

impl Action for DescribeUserNum {
    const SPEC: Spec = Spec {
        action: "DescribeUserNum",
        summary: "Counts the people of some rooms",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/describe-user-num",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[Parameter::required(
            "RoomId",
            Kind::List(MAX_ROOMS, MAX_ROOM_ID_BYTES),
            "Which rooms",
        )],
        codes: &[1, 2, 206],
        answers: &[],
    };
    type Data = Counts;

    async fn answer<'a>(call: &'a Call<'a>, data: &'a mut Data) -> Result<(), Refused> {
        let rooms = rooms(call.query, MAX_ROOMS)?;
        let mut counts = Vec::with_capacity(rooms.len());
        for room in rooms {
            let looking = call.engine.look(call.app, &room, Need::default(), |seen, _| {
                (seen.tally.members, seen.tally.robots)
            });
            let (user_count, admin_user_count) = match looking.await {
                Err(Failure::Refused(Refusal::NoSuchRoom)) => (0, 0),
                counted => counted?,
            };
            counts.push(Count { room_id: room.to_string(), user_count, admin_user_count });
        }
        data.write(&Counts { user_count_list: counts });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::proto::zego::tests::Desk;

    #[test]
    fn the_documented_reply_counts_each_room() {
        let desk = Desk::new();
        desk.make_room("room1", "olga");
        desk.enter("room1", "bob", "");
        desk.add_robot("room1", "robot");
        let data = desk.data("DescribeUserNum", "RoomId[]=room1&RoomId[]=room2&RoomId[]=room1");
        assert_eq!(
            data,
            json!({"UserCountList": [
                {"RoomId": "room1", "UserCount": 3, "AdminUserCount": 1},
                {"RoomId": "room2", "UserCount": 0, "AdminUserCount": 0},
            ]})
        );
    }

    #[test]
    fn ten_rooms_are_counted_and_not_eleven() {
        let desk = Desk::new();
        let query =
            |count: usize| (0..count).map(|nth| format!("RoomId[]=r{nth}&")).collect::<String>();
        let data = desk.data("DescribeUserNum", &query(10));
        assert_eq!(data["UserCountList"].as_array().unwrap().len(), 10);
        desk.refuses("DescribeUserNum", &query(11), 2, "RoomId: 11 of them, at most 10");
        desk.refuses("DescribeUserNum", "", 2, "RoomId: missing or empty");
        let long = format!("RoomId[]={}", "r".repeat(129));
        desk.refuses("DescribeUserNum", &long, 2, "RoomId: 129 bytes, at most 128");
    }
}

//! `KickoutUser`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/kick-out-user>
//!
//! Sends people away. Somebody who is not there is passed over; where the page is silent, so is a
//! room that does not exist. RoomEngine's receiver hears that the first administrator of the app did
//! it. The owner of a chat group who is sent away owns it no more.

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{MAX_REASON_BYTES, accounts, room, text};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{Kick, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, Refusal};
use crate::engine::Failure;

/// The most people of one call.
const MAX_USERS: usize = 5;

/// Sends people away.
pub(super) struct KickoutUser;

impl Action for KickoutUser {
    const SPEC: Spec = Spec {
        action: "KickoutUser",
        summary: "Sends people away",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/kick-out-user",
        calls_per_second: 50,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("UserId", Kind::List(MAX_USERS, MAX_ACCOUNT_BYTES), "Whom"),
            Parameter::optional("CustomReason", Kind::Text(MAX_REASON_BYTES), "Why"),
        ],
        codes: &[1, 2, 206, 50_011],
        answers: &[codes::TOO_MANY_USERS],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        let kick = Kick {
            by: call.app.operator().clone(),
            accounts: accounts(call.query, "UserId", MAX_USERS, codes::TOO_MANY_USERS)?,
            words: text(call.query, "CustomReason", MAX_REASON_BYTES)?.into(),
            passes_over: true,
        };
        match call.engine.run(call.app, &room, &kick).await {
            Ok(()) | Err(Failure::Refused(Refusal::NoSuchRoom)) => Ok(()),
            Err(failure) => Err(failure.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::GroupType;
    use crate::proto::zego::tests::Desk;

    #[test]
    fn the_documented_request_sends_away_who_is_there() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        desk.enter("r", "bob", "");
        desk.enter("r", "carl", "");
        let query = "RoomId=r&UserId[]=bob&UserId[]=nobody&CustomReason=spam%21";
        assert_eq!(desk.done("KickoutUser", query), None);
        assert_eq!(desk.people("r"), ["olga", "carl"]);
        desk.done("KickoutUser", "RoomId=nowhere&UserId=bob");
        // The owner too; the room stays his.
        desk.done("KickoutUser", "RoomId=r&UserId=olga");
        assert_eq!(desk.people("r"), ["carl"]);
    }

    #[test]
    fn the_last_one_ends_an_open_room() {
        let desk = Desk::new();
        desk.open("live", "bob");
        desk.done("KickoutUser", "RoomId=live&UserId=bob");
        desk.refuses("DescribeUsers", "RoomId=live&UserId=bob", 50_001, "the room does not exist");
    }

    #[test]
    fn the_owner_of_a_group_who_is_sent_away_owns_it_no_more() {
        let desk = Desk::new();
        desk.make_group("g", GroupType::Public, "olga");
        desk.done("KickoutUser", "RoomId=g&UserId=olga");
        assert_eq!((desk.people("g"), desk.owner("g")), (vec![], None));
    }

    #[test]
    fn five_people_are_sent_away_and_not_six() {
        let desk = Desk::new();
        let users =
            |count: usize| (0..count).map(|nth| format!("&UserId[]=u{nth}")).collect::<String>();
        desk.done("KickoutUser", &format!("RoomId=r{}", users(5)));
        let six = format!("RoomId=r{}", users(6));
        desk.refuses("KickoutUser", &six, 50_011, "UserId: 6 of them, at most 5");
        let reason = |bytes: usize| format!("RoomId=r&UserId=a&CustomReason={}", "x".repeat(bytes));
        desk.done("KickoutUser", &reason(256));
        desk.refuses("KickoutUser", &reason(257), 2, "CustomReason: 257 bytes, at most 256");
        desk.refuses("KickoutUser", "UserId=a", 2, "RoomId: missing or empty");
        desk.refuses("KickoutUser", "RoomId=r", 2, "UserId: missing or empty");
    }
}

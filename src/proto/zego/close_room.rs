//! `CloseRoom`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/close>
//!
//! Ends a room. A chat group does not end by it: everybody goes, the owner too, in steps of at most
//! 500 people. Where the page is silent: a room that does not exist is 5024.

use std::ops::ControlFlow;

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{MAX_REASON_BYTES, boolean, room, text};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{
    Account, Aside, DestroyRoom, Kick, MAX_ROOM_ID_BYTES, MemberView, Need, PageQuery, PageSink,
    Refusal, RoomId, RoomView, Seats,
};
use crate::engine::Failure;

/// The most people who go with one commit.
const STEP: usize = 500;

/// Ends a room.
pub(super) struct CloseRoom;

impl Action for CloseRoom {
    const SPEC: Spec = Spec {
        action: "CloseRoom",
        summary: "Ends a room, or empties a chat group",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/close",
        calls_per_second: 1,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::optional("CustomReason", Kind::Text(MAX_REASON_BYTES), "Why"),
            Parameter::optional(
                "RoomCloseCallback",
                Kind::Boolean,
                "room_close is sent; it is not",
            ),
        ],
        codes: &[1, 2, 206, 5018, 5024],
        answers: &[codes::NO_ROOM_TO_CLOSE],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let room = room(call.query)?;
        let words = text(call.query, "CustomReason", MAX_REASON_BYTES)?;
        let quietly = !boolean(call.query, "RoomCloseCallback")?;
        let looking = call.engine.look(call.app, &room, Need::default(), |seen, _| {
            (seen.facts.kind.is_group(), seen.tally.members)
        });
        let (is_group, members) = looking.await.map_err(refused)?;
        if !is_group {
            let destroy = DestroyRoom { by: call.app.operator().clone(), quietly };
            return call.engine.run(call.app, &room, &destroy).await.map_err(refused);
        }
        // Whoever comes in meanwhile may stay: nobody keeps this going for ever.
        for _ in 0..=members as usize / STEP {
            let mut people = People(Vec::new());
            let first = PageQuery::first(STEP);
            call.engine.page(call.app, &room, first, &mut people).await.map_err(refused)?;
            if people.0.is_empty() {
                break;
            }
            empty(call, &room, people.0, words).await?;
        }
        Ok(())
    }
}

async fn empty(
    call: &Call<'_>,
    room: &RoomId,
    accounts: Vec<Account>,
    words: &str,
) -> Result<(), Refused> {
    let by = call.app.operator().clone();
    let kick = Kick { by, accounts, words: words.into(), passes_over: true };
    call.engine.run(call.app, room, &kick).await.map_err(refused)
}

fn refused(failure: Failure) -> Refused {
    match failure {
        Failure::Refused(Refusal::NoSuchRoom) => Refused::no_room(codes::NO_ROOM_TO_CLOSE),
        failure => failure.into(),
    }
}

/// Who is to go.
struct People(Vec<Account>);

impl PageSink for People {
    fn begin(&mut self, _: &RoomView<'_>, at_most: usize, _: &Seats) -> Result<(), Refusal> {
        self.0.reserve(at_most);
        Ok(())
    }

    fn member(&mut self, member: &MemberView<'_>, _: &Aside) -> ControlFlow<()> {
        self.0.push(Account::parse(member.account).expect("kept accounts are right"));
        ControlFlow::Continue(())
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::GroupType;
    use crate::proto::zego::tests::Desk;

    #[test]
    fn the_documented_request_ends_rooms_and_empties_groups() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        desk.open("live", "bob");
        for room in ["r", "live"] {
            let query = format!("RoomId={room}&CustomReason=over&RoomCloseCallback=True");
            assert_eq!(desk.done("CloseRoom", &query), None);
            let again = format!("RoomId={room}");
            desk.refuses("CloseRoom", &again, 5024, "the room does not exist");
        }
        desk.make_group("g", GroupType::Community, "olga");
        desk.enter_many("g", 1_203);
        desk.done("CloseRoom", "RoomId=g");
        assert_eq!((desk.people("g"), desk.owner("g")), (vec![], None));
    }

    #[test]
    fn bad_parameters_are_code_2_and_named() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        let reason = format!("RoomId=r&CustomReason={}", "x".repeat(257));
        desk.refuses("CloseRoom", "", 2, "RoomId: missing or empty");
        desk.refuses("CloseRoom", &reason, 2, "CustomReason: 257 bytes, at most 256");
        let text = "RoomCloseCallback: must be true or false";
        desk.refuses("CloseRoom", "RoomId=r&RoomCloseCallback=1", 2, text);
        desk.done("CloseRoom", &reason[..reason.len() - 1]);
    }
}

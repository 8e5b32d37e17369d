//! `AddStream`: <https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/add-stream>
//!
//! Adds a stream to a room's list; nothing is published by it. Where the page is silent: a room that
//! does not exist is 104, a room that has its 500 streams 123, and so is somebody whom a rule of the
//! app keeps from publishing. A stream that its publisher adds again is replaced.

use super::action::{Action, Call, Kind, Parameter, Spec};
use super::codes;
use super::field::{MAX_NAME_BYTES, account, integer, room, stream, text};
use super::refused::Refused;
use super::reply::Data;
use crate::domain::{self, Deed, MAX_ACCOUNT_BYTES, MAX_ROOM_ID_BYTES, MAX_STREAM_ID_BYTES};

/// The longest title, in bytes.
const MAX_TITLE_BYTES: usize = 127;
/// The longest text about a stream, in bytes.
const MAX_EXTRA_BYTES: usize = 1024;

/// Adds a stream.
pub(super) struct AddStream;

impl Action for AddStream {
    const SPEC: Spec = Spec {
        action: "AddStream",
        summary: "Adds a stream to a room's list",
        page: "https://www.zegocloud.com/docs/real-time-video-server/api-reference/room/add-stream",
        calls_per_second: 10,
        room_period_s: None,
        parameters: &[
            Parameter::required("RoomId", Kind::Text(MAX_ROOM_ID_BYTES), "Which room"),
            Parameter::required("UserId", Kind::Text(MAX_ACCOUNT_BYTES), "Who publishes it"),
            Parameter::optional("UserName", Kind::Text(MAX_NAME_BYTES), "That one's name"),
            Parameter::required("StreamId", Kind::Text(MAX_STREAM_ID_BYTES), "Which stream"),
            Parameter::optional("StreamTitle", Kind::Text(MAX_TITLE_BYTES), "What it is called"),
            Parameter::optional("ExtraInfo", Kind::Text(MAX_EXTRA_BYTES), "The app's own text"),
            Parameter::optional("CensorFlag", Kind::Integer(0, 1), "1 it is not moderated"),
        ],
        codes: &[1, 2, 123, 206, 1012],
        answers: &[codes::NO_ROOM, codes::STREAM_NOT_SET, codes::STREAM_TAKEN],
    };
    type Data = ();

    async fn answer<'a>(call: &'a Call<'a>, _: &'a mut Data) -> Result<(), Refused> {
        let query = call.query;
        let room = room(query)?;
        let add = domain::AddStream {
            account: account(query, "UserId")?,
            stream: stream(query)?,
            name: text(query, "UserName", MAX_NAME_BYTES)?.into(),
            title: text(query, "StreamTitle", MAX_TITLE_BYTES)?.into(),
            extra_info: text(query, "ExtraInfo", MAX_EXTRA_BYTES)?.into(),
        };
        integer(query, "CensorFlag", 0..=1)?;
        let looking = call.engine.forbidden(call.app, &room, &add.account, None, Deed::Publish);
        if let Some(rule) = looking.await? {
            let text = format!("a rule against {} forbids to publish", rule.key);
            return Err(Refused::new(codes::STREAM_NOT_SET, text));
        }
        Ok(call.engine.run(call.app, &room, &add).await?)
    }
}

#[cfg(test)]
mod tests {
    use crate::proto::zego::tests::Desk;

    const GOOD: &str = "RoomId=r&UserId=olga&UserName=O&StreamId=s1&StreamTitle=T&ExtraInfo=E";

    #[test]
    fn the_documented_request_adds_a_stream_and_another_of_its_id_is_1012() {
        let desk = Desk::new();
        desk.refuses("AddStream", GOOD, 104, "the room does not exist");
        desk.make_room("r", "olga");
        for censor in ["", "&CensorFlag=0", "&CensorFlag=1"] {
            assert_eq!(desk.done("AddStream", &format!("{GOOD}{censor}")), None);
        }
        let text = "the stream is published by olga";
        desk.refuses("AddStream", &GOOD.replace("olga", "bob"), 1012, text);
    }

    #[test]
    fn a_room_has_500_streams_and_not_501() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        for nth in 0..500 {
            desk.done("AddStream", &GOOD.replace("s1", &format!("s-{nth}")));
        }
        desk.refuses("AddStream", &GOOD.replace("s1", "one"), 123, "at most 500 streams in a room");
    }

    #[test]
    fn each_parameter_has_its_limit() {
        let desk = Desk::new();
        desk.make_room("r", "olga");
        for (name, from, bytes) in [
            ("StreamId", "s1", 256),
            ("StreamTitle", "=T", 127),
            ("ExtraInfo", "=E", 1024),
            ("UserName", "=O", 256),
            ("UserId", "olga", 64),
        ] {
            let with = |bytes: usize| {
                let value = "x".repeat(bytes);
                let to = if from.starts_with('=') { format!("={value}") } else { value };
                GOOD.replacen(from, &to, 1)
            };
            desk.done("AddStream", &with(bytes).replace("s1", name));
            let text = format!("{name}: {} bytes, at most {bytes}", bytes + 1);
            desk.refuses("AddStream", &with(bytes + 1), 2, &text);
        }
        let text = "CensorFlag: must be a whole number, 0 to 1";
        desk.refuses("AddStream", &format!("{GOOD}&CensorFlag=2"), 2, text);
        for name in ["RoomId=r", "UserId=olga", "StreamId=s1"] {
            let text = format!("{}: missing or empty", name.split('=').next().unwrap());
            desk.refuses("AddStream", &GOOD.replace(name, ""), 2, &text);
        }
    }
}

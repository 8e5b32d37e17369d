//! From a notice to the callback that tells of it: <https://trtc.io/document/60720>
//!
//! Job: the six commands, field by field. Promise: every event has its callback here, in one
//! exhaustive match. Quirks of the pages, and what is sent: a new room's `RoomType` is `Conference`,
//! as the table says, not the sample's `Meeting`; switches are booleans, one of the update's samples
//! shows a string; `Member_Account` of a seat is a string, `""` for a free one; `EventTime` counts
//! milliseconds, the times of a schedule seconds.
//!
//! Where the pages are silent: `MemberCount` is the number after the change; an update sends all of
//! its fields; only changed seats are listed; a room that ends by itself ends by `@TIM#SYSTEM`.

use serde::Serialize;

use crate::config::callback_command;
use crate::domain::{Account, Event, Facts, LeaveReason, Notice, Passage, Seat};
use crate::proto::tencent::room::{RoomInfo, TakeSeatModeWord};

/// Who acts where nobody asked: the vendor's name for itself.
const SYSTEM: &str = "@TIM#SYSTEM";

/// A callback's body, in JSON.
///
/// # Panics
/// When the facts are missing of an event that is about them, or it is about streams, of which
/// RoomEngine knows nothing: whoever makes notices sees to it.
#[must_use]
pub fn body(notice: &Notice) -> Vec<u8> {
    let room = notice.room.as_str();
    let of_facts = || notice.facts.as_deref().expect("a notice about facts has them");
    let head = Head { command: callback_command(notice.event.kind()), event_time: notice.at_ms };
    match &notice.event {
        Event::RoomCreated { by, invitees } => head.write(&Created {
            operator: by.as_str(),
            room_info: RoomInfo::new(room, of_facts(), notice.at_ms),
            invitees: texts(invitees),
        }),
        Event::RoomDestroyed { by, quietly: _ } => {
            head.write(&Ended { operator: by.as_str(), room_id: room })
        }
        Event::RoomReclaimed { last_went: _ } => {
            head.write(&Ended { operator: SYSTEM, room_id: room })
        }
        Event::RoomUpdated { by } => head.write(&Updated {
            operator: by.as_str(),
            room_info: UpdatedRoomInfo::new(room, of_facts()),
        }),
        Event::MembersEntered { people, login: _ } => head.write(&Entered {
            // People come in by themselves; of many in one call the first stands for all.
            operator: people.first().map_or("", |first| first.account.as_str()),
            room_id: room,
            member_count: notice.member_count,
            r#type: "Enter",
            members: names(people),
        }),
        Event::MembersLeft { people, reason, by, words } => head.write(&Left {
            operator: by.as_str(),
            room_id: room,
            member_count: notice.member_count,
            r#type: leave_type(*reason),
            members: names(people),
            reason: words,
        }),
        Event::SeatsChanged { by, seats } => head.write(&Seats {
            operator: by.as_str(),
            room_id: room,
            seat_list: seats.iter().map(SeatRow::new).collect(),
        }),
        Event::EverybodyLeft { .. } | Event::StreamAdded { .. } | Event::StreamsEnded { .. } => {
            unreachable!("RoomEngine tells of no streams, and of a room's end alone")
        }
    }
}

fn names(people: &[Passage]) -> Vec<&str> {
    people.iter().map(|one| one.account.as_str()).collect()
}

fn texts(accounts: &[Account]) -> Vec<&str> {
    accounts.iter().map(Account::as_str).collect()
}

fn leave_type(reason: LeaveReason) -> &'static str {
    match reason {
        LeaveReason::Left => "Leave",
        LeaveReason::Kicked | LeaveReason::Replaced => "Kicked",
        LeaveReason::Expired => "Expired",
    }
}

/// What stands around every body: its command first, its time last.
struct Head {
    command: &'static str,
    event_time: u64,
}

impl Head {
    fn write(&self, fields: &impl Serialize) -> Vec<u8> {
        #[derive(Serialize)]
        struct Whole<'a, T> {
            #[serde(rename = "CallbackCommand")]
            command: &'a str,
            #[serde(flatten)]
            fields: &'a T,
            #[serde(rename = "EventTime")]
            event_time: u64,
        }
        let whole = Whole { command: self.command, fields, event_time: self.event_time };
        serde_json::to_vec(&whole).expect("wire types are plain JSON")
    }
}

/// <https://trtc.io/document/60733>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Created<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_info: RoomInfo<'a>,
    #[serde(rename = "ScheduleInviteeList_Account")]
    invitees: Vec<&'a str>,
}

/// <https://trtc.io/document/60732>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Ended<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_id: &'a str,
}

/// <https://trtc.io/document/60731>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Updated<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_info: UpdatedRoomInfo<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
#[expect(clippy::struct_excessive_bools, reason = "the wire has five switches")]
struct UpdatedRoomInfo<'a> {
    room_id: &'a str,
    room_name: &'a str,
    #[serde(rename = "Owner_Account")]
    owner: &'a str,
    take_seat_mode: TakeSeatModeWord,
    max_member_count: u32,
    is_video_disabled: bool,
    is_audio_disabled: bool,
    is_message_disabled: bool,
    is_screen_sharing_disabled: bool,
    is_cloud_recording_disabled: bool,
    custom_info: &'a str,
}

impl<'a> UpdatedRoomInfo<'a> {
    fn new(room_id: &'a str, facts: &'a Facts) -> Self {
        Self {
            room_id,
            room_name: &facts.name,
            owner: facts.owner.as_ref().map_or("", Account::as_str),
            take_seat_mode: TakeSeatModeWord::of(facts.seats),
            max_member_count: facts.max_member_count,
            is_video_disabled: facts.silenced.video,
            is_audio_disabled: facts.silenced.audio,
            is_message_disabled: facts.silenced.messages,
            is_screen_sharing_disabled: facts.silenced.screen_sharing,
            is_cloud_recording_disabled: facts.silenced.cloud_recording,
            custom_info: &facts.custom_info,
        }
    }
}

/// <https://trtc.io/document/60735>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Entered<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_id: &'a str,
    member_count: u32,
    r#type: &'static str,
    #[serde(rename = "MemberList_Account")]
    members: Vec<&'a str>,
}

/// <https://trtc.io/document/60734>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Left<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_id: &'a str,
    member_count: u32,
    r#type: &'static str,
    #[serde(rename = "MemberList_Account")]
    members: Vec<&'a str>,
    reason: &'a str,
}

/// <https://trtc.io/document/60736>
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Seats<'a> {
    #[serde(rename = "Operator_Account")]
    operator: &'a str,
    room_id: &'a str,
    seat_list: Vec<SeatRow<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct SeatRow<'a> {
    index: u32,
    #[serde(rename = "Member_Account")]
    taken_by: &'a str,
    is_taken_disabled: bool,
    is_video_disabled: bool,
    is_audio_disabled: bool,
}

impl<'a> SeatRow<'a> {
    fn new((index, seat): &'a (u32, Seat)) -> Self {
        Self {
            index: *index,
            taken_by: seat.taken_by.as_ref().map_or("", Account::as_str),
            is_taken_disabled: seat.locked,
            is_video_disabled: seat.video_off,
            is_audio_disabled: seat.audio_off,
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::domain::{
        Gate, GroupProfile, Login, Member, RoomId, RoomKind, Schedule, SeatSettings, Silenced,
        TakeSeatMode,
    };

    fn account(text: &str) -> Account {
        Account::parse(text).unwrap()
    }

    fn people(names: &[&str]) -> Vec<Passage> {
        let member = |name: &&str| Member::named(account(name), 17);
        names.iter().map(|name| Passage::of(&member(name), 1)).collect()
    }

    fn notice(room: &str, event: Event, at_ms: u64) -> Notice {
        let facts = Facts {
            kind: RoomKind::Conference,
            serial: 1,
            name: "rname-123".into(),
            owner: Some(account("jack")),
            created_ms: 1_703_589_922_780,
            schedule: Some(Schedule { start_s: 1_703_589_922, end_s: 1_703_593_522 }),
            max_member_count: 300,
            silenced: Silenced { video: true, screen_sharing: true, ..Silenced::default() },
            custom_info: "123".into(),
            seats: Some(SeatSettings { count: 16, mode: TakeSeatMode::Free }),
            gate: Gate::default(),
            profile: GroupProfile::default(),
        };
        let (room, facts) = (RoomId::parse(room).unwrap(), Some(Box::new(facts)));
        Notice { id: 1, room, at_ms, event, serial: 1, member_count: 20, facts }
    }

    /// The body, and that its fields stand in the documented order.
    fn told(notice: &Notice, order: &[&str]) -> Value {
        let body = String::from_utf8(body(notice)).unwrap();
        let places: Vec<_> =
            order.iter().map(|field| body.find(&format!("\"{field}\":")).unwrap()).collect();
        assert!(places.is_sorted(), "{body}");
        serde_json::from_str(&body).unwrap()
    }

    #[test]
    fn a_new_room_is_told_with_all_of_its_facts() {
        let invitees = ["user2", "user3"].map(account).into();
        let event = Event::RoomCreated { by: account("admin"), invitees };
        let order = [
            "CallbackCommand",
            "Operator_Account",
            "RoomInfo",
            "ScheduleInviteeList_Account",
            "EventTime",
        ];
        assert_eq!(
            told(&notice("room-1", event, 1_703_589_922_780), &order),
            json!({
                "CallbackCommand": "Room.CallbackAfterCreateRoom",
                "Operator_Account": "admin",
                "RoomInfo": {
                    "RoomId": "room-1", "RoomName": "rname-123", "RoomType": "Conference",
                    "Owner_Account": "jack", "MaxMemberCount": 300, "MaxSeatCount": 16,
                    "IsVideoDisabled": true, "IsAudioDisabled": false,
                    "IsMessageDisabled": false, "IsScreenSharingDisabled": true,
                    "IsCloudRecordingDisabled": false, "CustomInfo": "123",
                    "ScheduleStartTime": 1_703_589_922, "ScheduleEndTime": 1_703_593_522,
                    "RoomStatus": "Running", "IsSeatEnabled": true,
                    "TakeSeatMode": "FreeToTake", "CreateTime": 1_703_589_922,
                },
                "ScheduleInviteeList_Account": ["user2", "user3"],
                "EventTime": 1_703_589_922_780_u64,
            })
        );
    }

    #[test]
    fn a_room_that_ends_is_told_with_who_ended_it() {
        let ends = [
            (Event::RoomDestroyed { by: account("admin"), quietly: false }, "admin"),
            (Event::RoomReclaimed { last_went: None }, "@TIM#SYSTEM"),
        ];
        for (event, operator) in ends {
            let order = ["CallbackCommand", "Operator_Account", "RoomId", "EventTime"];
            assert_eq!(
                told(&notice("room-1", event, 1_703_589_922_780), &order),
                json!({
                    "CallbackCommand": "Room.CallbackAfterDestroyRoom",
                    "Operator_Account": operator,
                    "RoomId": "room-1",
                    "EventTime": 1_703_589_922_780_u64,
                })
            );
        }
    }

    #[test]
    fn an_update_is_told_with_all_that_it_may_change() {
        let order = ["CallbackCommand", "Operator_Account", "RoomInfo", "EventTime"];
        let event = Event::RoomUpdated { by: account("bob") };
        assert_eq!(
            told(&notice("rid-123", event, 1_670_574_414_123), &order),
            json!({
                "CallbackCommand": "Room.CallbackAfterUpdateRoomInfo",
                "Operator_Account": "bob",
                "RoomInfo": {
                    "RoomId": "rid-123", "RoomName": "rname-123", "Owner_Account": "jack",
                    "TakeSeatMode": "FreeToTake", "MaxMemberCount": 300,
                    "IsVideoDisabled": true, "IsAudioDisabled": false,
                    "IsMessageDisabled": false, "IsScreenSharingDisabled": true,
                    "IsCloudRecordingDisabled": false, "CustomInfo": "123",
                },
                "EventTime": 1_670_574_414_123_u64,
            })
        );
    }

    const COMINGS: [&str; 7] = [
        "CallbackCommand",
        "Operator_Account",
        "RoomId",
        "MemberCount",
        "Type",
        "MemberList_Account",
        "EventTime",
    ];

    #[test]
    fn those_who_enter_are_told_with_how_many_are_in() {
        let event =
            Event::MembersEntered { people: people(&["user1", "user2"]), login: Login::default() };
        assert_eq!(
            told(&notice("rid-123", event, 1_670_574_414_123), &COMINGS),
            json!({
                "CallbackCommand": "Room.CallbackAfterMemberEnter",
                "Operator_Account": "user1", "RoomId": "rid-123", "MemberCount": 20,
                "Type": "Enter", "MemberList_Account": ["user1", "user2"],
                "EventTime": 1_670_574_414_123_u64,
            })
        );
    }

    #[test]
    fn those_who_go_are_told_with_the_reason() {
        let rows = [
            (LeaveReason::Left, "Leave", "user1", ""),
            (LeaveReason::Expired, "Expired", "user1", ""),
            (LeaveReason::Kicked, "Kicked", "admin", "spam"),
            (LeaveReason::Replaced, "Kicked", "user1", ""),
        ];
        for (reason, word, by, words) in rows {
            let (people, by_account) = (people(&["user1"]), account(by));
            let event = Event::MembersLeft { people, reason, by: by_account, words: words.into() };
            assert_eq!(
                told(&notice("rid-123", event, 1_670_574_414_123), &COMINGS),
                json!({
                    "CallbackCommand": "Room.CallbackAfterMemberLeave",
                    "Operator_Account": by, "RoomId": "rid-123", "MemberCount": 20,
                    "Type": word, "MemberList_Account": ["user1"], "Reason": words,
                    "EventTime": 1_670_574_414_123_u64,
                })
            );
        }
    }

    #[test]
    fn changed_seats_are_told_taken_or_free() {
        let taken = Seat { taken_by: Some(account("user2")), ..Seat::default() };
        let locked = Seat { locked: true, video_off: true, audio_off: true, taken_by: None };
        let seats = vec![(1, taken), (3, locked)];
        let event = Event::SeatsChanged { by: account("user1"), seats };
        let order = ["CallbackCommand", "Operator_Account", "RoomId", "SeatList", "EventTime"];
        assert_eq!(
            told(&notice("rid-123", event, 1_670_574_414_123), &order),
            json!({
                "CallbackCommand": "Mic.CallbackAfterSeatInfoChanged",
                "Operator_Account": "user1",
                "RoomId": "rid-123",
                "SeatList": [
                    {"Index": 1, "Member_Account": "user2", "IsTakenDisabled": false,
                     "IsVideoDisabled": false, "IsAudioDisabled": false},
                    {"Index": 3, "Member_Account": "", "IsTakenDisabled": true,
                     "IsVideoDisabled": true, "IsAudioDisabled": true},
                ],
                "EventTime": 1_670_574_414_123_u64,
            })
        );
    }
}

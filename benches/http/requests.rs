//! Requests, ready to be sent: the load generator builds none while it measures.

use std::cell::Cell;

use guestlist::engine::encode_cursor;

use crate::common::{ADMIN, APP, account, name_card, position, room, scattered};
use crate::community::community;
use crate::reply::Door;

/// Members on a page.
pub(crate) const PAGE: u32 = 50;
/// Requests that differ in what they ask for.
const VARIANTS: usize = 4_096;

/// How many kinds of connections there are, each with requests of its own, where the order matters.
pub(crate) const LANES: usize = 32;

/// Rooms in which callbacks have something to tell: so many are on their way at a time.
const SMALL_ROOMS: usize = 64;
/// The token of the control plane.
pub(crate) const CONTROL_TOKEN: &str = "bench";

/// Requests to be sent over and over.
pub(crate) struct Requests {
    /// One lane for all connections, or [`LANES`] of them.
    lanes: Vec<Lane>,
    /// Where they go.
    pub(crate) door: Door,
}

/// Requests to be sent one after the other.
struct Lane {
    bytes: Vec<Box<[u8]>>,
    next: Cell<usize>,
}

impl Lane {
    fn new(bytes: impl IntoIterator<Item = Box<[u8]>>) -> Self {
        Self { bytes: bytes.into_iter().collect(), next: Cell::new(0) }
    }
}

impl Requests {
    fn new(bytes: impl IntoIterator<Item = Box<[u8]>>) -> Self {
        Self { lanes: vec![Lane::new(bytes)], door: Door::Vendor }
    }

    /// How many the first connection sends before it begins again.
    pub(crate) fn len(&self) -> usize {
        self.lanes[0].bytes.len()
    }

    /// The next one of the first connection. Goes on where the last measurement ended.
    pub(crate) fn next(&self) -> &[u8] {
        self.next_of(0)
    }

    /// The next one of a connection.
    pub(crate) fn next_of(&self, connection: usize) -> &[u8] {
        let Lane { bytes, next } = &self.lanes[connection % self.lanes.len()];
        let at = next.get();
        next.set((at + 1) % bytes.len());
        &bytes[at]
    }

    /// The first page of a room, with each ticket in turn.
    pub(crate) fn first_page<'a>(
        members: u32,
        tickets: impl IntoIterator<Item = &'a String>,
    ) -> Self {
        Self::new(tickets.into_iter().map(|ticket| page(ticket, members, "")))
    }

    /// Full pages from anywhere in a room.
    pub(crate) fn random_pages(members: u32, ticket: &str) -> Self {
        let places = scattered(members - PAGE, VARIANTS).into_iter().map(position);
        let cursors = places.map(|place| encode_cursor(APP, &room(members), &place));
        Self::new(cursors.map(|cursor| page(ticket, members, &cursor)))
    }

    /// The profiles of 50 members of a community: the same ones, or others each time.
    pub(crate) fn profiles(members: u32, whose: Members, ticket: &str) -> Self {
        let page = PAGE as usize;
        let chosen: Vec<Vec<u32>> = match whose {
            Members::OneEach => vec![(0..PAGE).collect()],
            Members::Random => {
                scattered(members, VARIANTS).chunks_exact(page).map(<[u32]>::to_vec).collect()
            }
        };
        Self::new(chosen.iter().map(|chosen| {
            let accounts: Vec<String> =
                chosen.iter().map(|number| format!("\"{}\"", account(*number))).collect();
            let body = format!(
                r#"{{"GroupId":"{}","Member_List_Account":[{}]}}"#,
                community(members),
                accounts.join(",")
            );
            request("group_open_http_svc/get_specified_group_member_info", ticket, &body)
        }))
    }

    /// A name card for one member or another, each time another one.
    pub(crate) fn updates(members: u32, ticket: &str) -> Self {
        let update = |(number, name): (u32, u32)| {
            let body = format!(
                r#"{{"RoomId":"{}","MemberInfo":{{"Member_Account":"{}","NameCard":"{}"}}}}"#,
                room(members),
                account(number),
                name_card(name),
            );
            request("room_engine_http_srv/update_room_member_info", ticket, &body)
        };
        Self::new(scattered(members, VARIANTS).into_iter().zip(0..).map(update))
    }

    /// A room of the administrator's: what a server can answer with success first.
    pub(crate) fn creation(ticket: &str) -> Self {
        let body = r#"{"RoomInfo":{"RoomId":"room-test","RoomType":"Conference"}}"#;
        Self::new([request("room_engine_http_srv/create_room", ticket, body)])
    }

    /// Changes of members of a room, each of which really changes something: every connection goes
    /// round with members of its own, and leaves each as it was.
    pub(crate) fn changes(change: Change, room_of: u32, members: Members, ticket: &str) -> Self {
        let members = match members {
            Members::OneEach => (1..).take(LANES).collect(),
            // The first member owns the room.
            Members::Random => {
                scattered(room_of - 1, VARIANTS).into_iter().map(|nth| nth + 1).collect::<Vec<_>>()
            }
        };
        let lane = |(lane, members): (usize, &[u32])| {
            let rounds = members.iter().flat_map(|member| change.round(room_of, lane, *member));
            Lane::new(rounds.map(|(path, body)| request(path, ticket, &body)))
        };
        let lanes = members.chunks(members.len() / LANES).enumerate().map(lane).collect();
        Self { lanes, door: Door::Vendor }
    }

    /// The small rooms of the connections, made by the administrator.
    pub(crate) fn small_rooms(ticket: &str) -> Self {
        let creation = |nth| {
            let room = small_room(nth);
            let body = format!(r#"{{"RoomInfo":{{"RoomId":"{room}","RoomType":"Conference"}}}}"#);
            request("room_engine_http_srv/create_room", ticket, &body)
        };
        Self::new((0..SMALL_ROOMS).map(creation))
    }

    /// Another name for a small room, each time another one; every connection has rooms of its own.
    pub(crate) fn room_updates(ticket: &str) -> Self {
        let update = |nth: usize, name: &str| {
            let room = small_room(nth);
            let body = format!(r#"{{"RoomInfo":{{"RoomId":"{room}","RoomName":"{name}"}}}}"#);
            request("room_engine_http_srv/update_room_info", ticket, &body)
        };
        let names = ["Monday", "Friday"];
        let lane = |lane| {
            let rooms = (lane..SMALL_ROOMS).step_by(LANES);
            Lane::new(names.iter().flat_map(|name| rooms.clone().map(|nth| update(nth, name))))
        };
        Self { lanes: (0..LANES).map(lane).collect(), door: Door::Vendor }
    }

    /// The administrator enters each small room.
    pub(crate) fn openings() -> Self {
        let opening = |nth| presence("PUT", nth, ADMIN);
        Self { lanes: vec![Lane::new((0..SMALL_ROOMS).map(opening))], door: Door::Control }
    }

    /// A room of so many members is destroyed.
    pub(crate) fn destruction(members: u32, ticket: &str) -> Self {
        let body = format!(r#"{{"RoomId":"{}"}}"#, room(members));
        Self::new([request("room_engine_http_srv/destroy_room", ticket, &body)])
    }

    /// Somebody enters a small room, and leaves it; every connection has rooms of its own.
    pub(crate) fn visits() -> Self {
        let visitor = account(1);
        let lane = |lane| {
            let rooms = (lane..SMALL_ROOMS).step_by(LANES);
            let visits = ["PUT", "DELETE"];
            let visits = visits.iter().flat_map(|method| {
                rooms.clone().map(|nth| presence(method, nth, visitor.as_str()))
            });
            Lane::new(visits)
        };
        Self { lanes: (0..LANES).map(lane).collect(), door: Door::Control }
    }
}

/// Whom a connection goes round with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Members {
    /// One and the same, by its number the same one in every room.
    OneEach,
    /// Some from all over the room.
    Random,
}

/// A change that can be taken back, so that a round of requests can be sent over and over.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Change {
    /// A member is banned and goes; the ban is lifted; the account comes back. No request lets a
    /// person enter, so it comes as a robot, at the end of the list.
    Ban,
    /// A stranger is banned, for another time each time.
    BanAgain,
    /// A mark is set, and taken off.
    Mark,
    /// A member is put on the connection's seat, and taken off.
    Seat,
}

impl Change {
    /// All of them, and what their rows are called.
    pub(crate) const ALL: [(&'static str, Self); 4] = [
        ("ban, lift, come back", Self::Ban),
        ("ban again", Self::BanAgain),
        ("mark", Self::Mark),
        ("pick a seat, leave it", Self::Seat),
    ];

    /// Paths and bodies of a round with a member.
    fn round(self, room_of: u32, lane: usize, member: u32) -> Vec<(&'static str, String)> {
        const BAN: &str = "room_engine_http_srv/ban_room_member";
        let steps = match self {
            Self::Ban => vec![
                (BAN, listed(member, r#","Duration":3600"#)),
                ("room_engine_http_srv/unban_room_member", listed(member, "")),
                ("room_engine_http_srv/add_robot", named(member, "")),
            ],
            Self::BanAgain => [3600, 7200]
                .map(|time_s| {
                    (BAN, listed(member + STRANGERS, &format!(r#","Duration":{time_s}"#)))
                })
                .into(),
            Self::Mark => [1, 2]
                .map(|command| {
                    let member = named(member, r#","Marks":[1000]"#);
                    let body = format!(r#""CommandType":{command},"MemberList":[{{{member}}}]"#);
                    ("room_engine_http_srv/mark_room_member", body)
                })
                .into(),
            Self::Seat => vec![
                (
                    "room_engine_http_mic/pick_user_on_seat",
                    named(member, &format!(r#","Index":{lane}"#)),
                ),
                ("room_engine_http_mic/kick_user_off_seat", named(member, "")),
            ],
        };
        let room = room(room_of);
        let whole = |(path, fields)| (path, format!(r#"{{"RoomId":"{room}",{fields}}}"#));
        steps.into_iter().map(whole).collect()
    }
}

/// The numbers from here on are in no room.
const STRANGERS: u32 = 1_000_000_000;

/// One account, and more.
fn named(number: u32, more: &str) -> String {
    format!(r#""Member_Account":"{}"{more}"#, account(number))
}

/// A list of one account, and more.
fn listed(number: u32, more: &str) -> String {
    format!(r#""MemberList_Account":["{}"],"Reason":"bench"{more}"#, account(number))
}

/// What is counted, as the control plane shows it.
pub(crate) fn metrics() -> Box<[u8]> {
    plane("GET", "/metrics")
}

/// A room of the connections', by its number.
fn small_room(nth: usize) -> String {
    format!("small-room-{nth:02}")
}

/// Somebody enters a small room (`PUT`), or leaves it (`DELETE`).
fn presence(method: &str, nth: usize, account: &str) -> Box<[u8]> {
    let room = small_room(nth);
    plane(method, &format!("/_guestlist/v1/apps/{APP}/rooms/{room}/members/{account}"))
}

/// A request to the control plane.
fn plane(method: &str, path: &str) -> Box<[u8]> {
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\
         Authorization: Bearer {CONTROL_TOKEN}\r\n\r\n"
    );
    request.into_bytes().into()
}

fn page(ticket: &str, members: u32, cursor: &str) -> Box<[u8]> {
    let room = room(members);
    let body = format!(r#"{{"RoomId":"{room}","Count":{PAGE},"Next":"{cursor}"}}"#);
    request("room_engine_http_srv/get_room_member_list", ticket, &body)
}

/// A request as an ordinary client sends it.
fn request(path: &str, ticket: &str, body: &str) -> Box<[u8]> {
    let length = body.len();
    let request = format!(
        "POST /v4/{path}?sdkappid={APP}&identifier={ADMIN}\
         &usersig={ticket}&random=99999999&contenttype=json HTTP/1.1\r\n\
         Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    request.into_bytes().into()
}

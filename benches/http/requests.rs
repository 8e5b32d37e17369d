//! Requests, ready to be sent: the load generator builds none while it measures.

use std::cell::Cell;

use guestlist::engine::encode_cursor;

use crate::common::{ADMIN, APP, account, name_card, position, room, scattered};

/// Members on a page.
pub(crate) const PAGE: u32 = 50;
/// Requests that differ in what they ask for.
const VARIANTS: usize = 4_096;

/// Requests to be sent one after the other, over and over.
pub(crate) struct Requests {
    bytes: Vec<Box<[u8]>>,
    next: Cell<usize>,
}

impl Requests {
    fn new(bytes: impl IntoIterator<Item = Box<[u8]>>) -> Self {
        Self { bytes: bytes.into_iter().collect(), next: Cell::new(0) }
    }

    /// The next one. Goes on where the last measurement ended.
    pub(crate) fn next(&self) -> &[u8] {
        let at = self.next.get();
        self.next.set((at + 1) % self.bytes.len());
        &self.bytes[at]
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

    /// A name card for one member or another, each time another one.
    pub(crate) fn updates(members: u32, ticket: &str) -> Self {
        let update = |(number, name): (u32, u32)| {
            let body = format!(
                r#"{{"RoomId":"{}","MemberInfo":{{"Member_Account":"{}","NameCard":"{}"}}}}"#,
                room(members),
                account(number),
                name_card(name),
            );
            request("update_room_member_info", ticket, &body)
        };
        Self::new(scattered(members, VARIANTS).into_iter().zip(0..).map(update))
    }

    /// A room of the administrator's: what a server can answer with success first.
    pub(crate) fn creation(ticket: &str) -> Self {
        let body = r#"{"RoomInfo":{"RoomId":"room-test","RoomType":"Conference"}}"#;
        Self::new([request("create_room", ticket, body)])
    }
}

fn page(ticket: &str, members: u32, cursor: &str) -> Box<[u8]> {
    let room = room(members);
    let body = format!(r#"{{"RoomId":"{room}","Count":{PAGE},"Next":"{cursor}"}}"#);
    request("get_room_member_list", ticket, &body)
}

/// A request as an ordinary client sends it.
fn request(command: &str, ticket: &str, body: &str) -> Box<[u8]> {
    let length = body.len();
    let request = format!(
        "POST /v4/room_engine_http_srv/{command}?sdkappid={APP}&identifier={ADMIN}\
         &usersig={ticket}&random=99999999&contenttype=json HTTP/1.1\r\n\
         Host: 127.0.0.1\r\nUser-Agent: bench\r\nAccept: */*\r\n\
         Content-Type: application/json\r\nContent-Length: {length}\r\n\r\n{body}"
    );
    request.into_bytes().into()
}

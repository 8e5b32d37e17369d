//! An imaginary backend that sells meetings.
//!
//! It opens rooms at the vendor (Tencent RTC Conference, `RoomEngine`), asks who is in them, and hears
//! of people who come and go. Where the vendor is, is a setting: `https://adminapisgp.im.qcloud.com`
//! in production, a guestlist in tests. Nothing else differs.

mod ticket;
mod vendor;

use serde::Deserialize;
use serde_json::json;

pub use ticket::Key;
pub use vendor::{Error, Vendor};

/// How many members the vendor is asked for at once.
const PAGE: u32 = 50;

/// The meetings of this backend.
pub struct Meetings {
    vendor: Vendor,
}

/// What the vendor told of somebody who came or went.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Attendance {
    /// `Room.CallbackAfterMemberEnter` or `Room.CallbackAfterMemberLeave`.
    #[serde(rename = "CallbackCommand")]
    pub command: String,
    /// The meeting.
    #[serde(rename = "RoomId")]
    pub meeting: String,
    /// How many are in it now.
    #[serde(rename = "MemberCount")]
    pub present: u32,
    /// Who came or went.
    #[serde(rename = "MemberList_Account")]
    pub people: Vec<String>,
}

impl Attendance {
    /// Reads the body of a callback; nothing if it tells of something else.
    #[must_use]
    pub fn read(body: &[u8]) -> Option<Self> {
        serde_json::from_slice(body).ok()
    }
}

impl Meetings {
    /// Meetings at a vendor.
    #[must_use]
    pub fn new(vendor: Vendor) -> Self {
        Self { vendor }
    }

    /// Opens a meeting.
    ///
    /// # Errors
    /// The vendor's.
    pub async fn open(&self, meeting: &str, title: &str) -> Result<(), Error> {
        let room = json!({"RoomId": meeting, "RoomType": "Conference", "RoomName": title});
        let body = json!({ "RoomInfo": room });
        self.vendor.call("room_engine_http_srv/create_room", &body).await.map(drop)
    }

    /// Who is in a meeting, in the order of coming in.
    ///
    /// # Errors
    /// The vendor's.
    pub async fn attendees(&self, meeting: &str) -> Result<Vec<String>, Error> {
        let (mut everybody, mut next) = (Vec::new(), String::new());
        loop {
            let body = json!({"RoomId": meeting, "Count": PAGE, "Next": next});
            let reply =
                self.vendor.call("room_engine_http_srv/get_room_member_list", &body).await?;
            let page = reply["Response"]["MemberList"].as_array().into_iter().flatten();
            everybody.extend(
                page.filter_map(|member| member["Member_Account"].as_str()).map(str::to_owned),
            );
            next = reply["Response"]["Next"].as_str().unwrap_or_default().to_owned();
            if next.is_empty() {
                return Ok(everybody);
            }
        }
    }
}

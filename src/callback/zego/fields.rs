//! The fields of ZEGO's callbacks, in the order and of the types of the vendor's tables.

use serde::Serialize;

use super::Signing;
use crate::domain::AppId;

/// In JSON.
pub(super) fn write(body: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(body).expect("wire types are plain JSON")
}

/// What stands in front of what is told of rooms: numbers are numbers.
#[derive(Serialize)]
pub(super) struct Head<'a> {
    event: &'static str,
    appid: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<u64>,
    #[serde(flatten)]
    signed: Option<Signed<'a>>,
}

/// What stands in front of what is told of people and streams: numbers are text.
#[derive(Serialize)]
pub(super) struct TextHead<'a> {
    event: &'static str,
    appid: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    timestamp: Option<String>,
    #[serde(flatten)]
    signed: Option<Signed<'a>>,
}

#[derive(Serialize)]
struct Signed<'a> {
    nonce: &'a str,
    signature: &'a str,
}

impl<'a> Signed<'a> {
    fn of(signing: &'a Signing) -> Self {
        Self { nonce: &signing.nonce, signature: &signing.signature }
    }
}

impl<'a> Head<'a> {
    pub(super) fn new(event: &'static str, app: AppId, signing: Option<&'a Signing>) -> Self {
        let timestamp = signing.map(|signing| signing.timestamp_s);
        Self { event, appid: app.0, timestamp, signed: signing.map(Signed::of) }
    }
}

impl<'a> TextHead<'a> {
    pub(super) fn new(event: &'static str, app: AppId, signing: Option<&'a Signing>) -> Self {
        let timestamp = signing.map(|signing| signing.timestamp_s.to_string());
        Self { event, appid: app.0.to_string(), timestamp, signed: signing.map(Signed::of) }
    }
}

#[derive(Serialize)]
pub(super) struct RoomCreate<'a> {
    #[serde(flatten)]
    pub(super) head: Head<'a>,
    pub(super) room_id: &'a str,
    pub(super) room_session_id: u64,
    /// In milliseconds.
    pub(super) room_create_time: String,
    /// The account that made it.
    pub(super) id_name: &'a str,
}

#[derive(Serialize)]
pub(super) struct RoomClose<'a> {
    #[serde(flatten)]
    pub(super) head: Head<'a>,
    pub(super) room_id: &'a str,
    pub(super) room_session_id: u64,
    pub(super) close_reason: u32,
    /// In milliseconds.
    pub(super) room_close_time: String,
}

#[derive(Serialize)]
pub(super) struct RoomLogin<'a> {
    #[serde(flatten)]
    pub(super) head: TextHead<'a>,
    pub(super) room_id: &'a str,
    pub(super) room_name: &'a str,
    /// The room's session.
    pub(super) room_seq: String,
    pub(super) user_account: &'a str,
    pub(super) user_nickname: &'a str,
    pub(super) session_id: String,
    /// In milliseconds.
    pub(super) login_time: String,
    pub(super) user_role: &'static str,
    pub(super) auth_level: String,
    pub(super) relogin: &'static str,
    pub(super) user_update_seq: String,
    pub(super) callback_data: &'static str,
    pub(super) term_type: &'static str,
}

#[derive(Serialize)]
pub(super) struct RoomLogout<'a> {
    #[serde(flatten)]
    pub(super) head: TextHead<'a>,
    pub(super) room_id: &'a str,
    /// The room's session.
    pub(super) room_seq: String,
    pub(super) user_account: &'a str,
    pub(super) user_nickname: &'a str,
    pub(super) session_id: String,
    /// In milliseconds.
    pub(super) login_time: String,
    /// In milliseconds.
    pub(super) logout_time: String,
    pub(super) reason: &'static str,
    pub(super) user_role: &'static str,
    pub(super) user_update_seq: String,
}

#[derive(Serialize)]
pub(super) struct StreamCreate<'a> {
    #[serde(flatten)]
    pub(super) head: TextHead<'a>,
    pub(super) room_id: &'a str,
    pub(super) room_session_id: String,
    pub(super) user_id: &'a str,
    pub(super) user_name: &'a str,
    pub(super) channel_id: &'a str,
    pub(super) stream_id: &'a str,
    pub(super) stream_sid: String,
    pub(super) title: &'a str,
    pub(super) stream_alias: &'a str,
    pub(super) stream_attr: &'static str,
    pub(super) stream_seq: String,
    /// In seconds.
    pub(super) create_time: String,
    pub(super) create_time_ms: String,
    pub(super) extra_info: &'a str,
    pub(super) recreate: &'static str,
    pub(super) publish_id: &'a str,
    pub(super) publish_name: &'a str,
    pub(super) rtmp_url: [&'static str; 0],
    pub(super) hls_url: [&'static str; 0],
    pub(super) hdl_url: [&'static str; 0],
    pub(super) pic_url: [&'static str; 0],
}

#[derive(Serialize)]
pub(super) struct StreamClose<'a> {
    #[serde(flatten)]
    pub(super) head: TextHead<'a>,
    pub(super) room_id: &'a str,
    pub(super) room_session_id: String,
    pub(super) user_id: &'a str,
    pub(super) user_name: &'a str,
    pub(super) channel_id: &'a str,
    pub(super) r#type: &'static str,
    pub(super) stream_alias: &'a str,
    pub(super) stream_id: &'a str,
    pub(super) stream_sid: String,
    pub(super) stream_seq: String,
    pub(super) third_define_data: &'static str,
    pub(super) create_time_ms: String,
    /// In milliseconds.
    pub(super) destroy_timemillis: String,
}

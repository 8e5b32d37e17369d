//! What a token says.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::TokenFault;

/// What a token says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claims {
    /// For which app.
    pub app_id: u32,
    /// For whom.
    pub user_id: String,
    /// A number that makes two tokens differ.
    pub nonce: i64,
    /// When it was made, in Unix seconds.
    pub created_s: i64,
    /// Until when it is good, in Unix seconds.
    pub expire_s: i64,
    /// What the app says besides. [`Claims::privileges`] reads it.
    pub payload: String,
}

/// The payload of a token of privileges. What it does not mention it does not restrict.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Payload {
    /// The one room that the token is for, if it names one.
    pub room_id: Option<String>,
    /// Whether it lets log in.
    pub login: Privilege,
    /// Whether it lets publish.
    pub publish: Privilege,
    /// The streams that may be published, if it names any.
    pub stream_id_list: Option<Vec<String>>,
}

/// Whether a token allows something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Privilege {
    /// It says nothing.
    #[default]
    Unsaid,
    /// It does.
    Allowed,
    /// It does not.
    Denied,
}

#[derive(Serialize)]
struct Written<'a> {
    app_id: u32,
    user_id: &'a str,
    nonce: i64,
    ctime: i64,
    expire: i64,
    payload: &'a str,
}

#[derive(Deserialize)]
struct WrittenPayload {
    #[serde(default)]
    room_id: Option<String>,
    #[serde(default)]
    privilege: Option<Map<String, Value>>,
    #[serde(default)]
    stream_id_list: Option<Vec<String>>,
}

impl Claims {
    pub(super) fn to_json(&self) -> String {
        let Self { app_id, user_id, nonce, created_s, expire_s, payload } = self;
        let written = Written {
            app_id: *app_id,
            user_id,
            nonce: *nonce,
            ctime: *created_s,
            expire: *expire_s,
            payload,
        };
        serde_json::to_string(&written).expect("texts and numbers are JSON")
    }

    pub(super) fn from_json(text: &[u8]) -> Result<Self, TokenFault> {
        let object: Map<String, Value> =
            serde_json::from_slice(text).map_err(|_| TokenFault::Json)?;
        let claim = |field, wanted| TokenFault::Claim { field, wanted };
        let number = |field| {
            let number = object.get(field).and_then(Value::as_i64);
            number.ok_or(claim(field, "a whole number"))
        };
        let app_id = u32::try_from(number("app_id")?);
        let user_id = object.get("user_id").and_then(Value::as_str);
        let payload = match object.get("payload") {
            None | Some(Value::Null) => "",
            Some(text) => text.as_str().ok_or(claim("payload", "a text"))?,
        };
        Ok(Self {
            app_id: app_id.map_err(|_| claim("app_id", "a number of 32 bits"))?,
            user_id: user_id.ok_or(claim("user_id", "a text"))?.to_owned(),
            nonce: number("nonce")?,
            created_s: number("ctime")?,
            expire_s: number("expire")?,
            payload: payload.to_owned(),
        })
    }

    /// What the payload allows; nothing is restricted where there is none.
    ///
    /// # Errors
    /// [`TokenFault::Payload`] for one that is not the JSON object which the vendor describes.
    pub fn privileges(&self) -> Result<Payload, TokenFault> {
        if self.payload.is_empty() {
            return Ok(Payload::default());
        }
        let written: WrittenPayload = serde_json::from_str(&self.payload).map_err(|_| {
            TokenFault::Payload("no JSON object of room_id, privilege and stream_id_list")
        })?;
        let privileges = written.privilege.unwrap_or_default();
        let privilege = |number: &str| match privileges.get(number).map(Value::as_i64) {
            None => Ok(Privilege::Unsaid),
            Some(Some(1)) => Ok(Privilege::Allowed),
            Some(Some(0)) => Ok(Privilege::Denied),
            Some(_) => Err(TokenFault::Payload("one whose privilege is neither 0 nor 1")),
        };
        Ok(Payload {
            room_id: written.room_id.filter(|room| !room.is_empty()),
            login: privilege("1")?,
            publish: privilege("2")?,
            stream_id_list: written.stream_id_list,
        })
    }
}

//! A desk to call commands at, without a socket: the gateway on a store in memory.

mod codes;
mod group;
mod told;

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::{Value, json};

use super::{Envelope, Gateway, Head, Origins, commands};
use crate::config::{DEVELOPMENT_KEY, Defaults, Settings, Sources};
use crate::domain::{Account, AppId, Enter, RoomId};
use crate::engine::{App, ClockSetting, Engine, RequestId};
use crate::sig::usersig::{Claims, SecretKey, sign};
use crate::store::MemoryStore;
use crate::telemetry::Metrics;

const SDKAPPID: u32 = 88_888_888;

pub(super) struct Desk {
    engine: Arc<Engine>,
    gateway: Gateway,
    query: String,
}

impl Desk {
    pub(super) fn new() -> Self {
        Self::with(&[])
    }

    /// A desk of an app with settings of its own.
    pub(super) fn with(overrides: &[&str]) -> Self {
        let overrides = overrides.iter().map(ToString::to_string).collect();
        let sources = Sources { overrides, ..Sources::default() };
        let settings = Settings::load(&sources, Defaults::Dev).unwrap();
        let engine = Arc::new(Engine::new(
            &settings.apps,
            Arc::new(MemoryStore::new()),
            Arc::new(Metrics::new(commands().map(|entry| entry.spec.path))),
        ));
        let app = engine.app(AppId(SDKAPPID)).unwrap();
        let claims = Claims {
            identifier: "admin".to_owned(),
            sdkappid: SDKAPPID.into(),
            time_s: app.now_ms() / 1000,
            // Longer than any clock is set ahead.
            expire_s: 100 * 365 * 86_400,
            userbuf: None,
        };
        let ticket = sign(&SecretKey::new(DEVELOPMENT_KEY), &claims);
        let query = format!(
            "sdkappid={SDKAPPID}&identifier=admin&usersig={ticket}&random=99999999&contenttype=json"
        );
        Self { gateway: Gateway::new(Arc::clone(&engine), Origins::Any), engine, query }
    }

    pub(super) fn app(&self) -> Arc<App> {
        self.engine.app(AppId(SDKAPPID)).unwrap()
    }

    /// The app's clock stands still from now on, at this moment in Unix seconds.
    pub(super) fn freeze_at(&self, now_s: u64) {
        let setting = ClockSetting { now_ms: Some(now_s * 1000), frozen: true };
        self.engine.set_clock(&self.app(), setting).expect("the moment is to come");
    }

    pub(in crate::proto::tencent) fn next_request_id(&self) -> RequestId {
        self.gateway.next_request_id()
    }

    /// The whole reply to a body as it stands, without its `RequestId` if it has one.
    pub(super) fn call(&self, path: &str, body: &str) -> Value {
        let path = format!("/v4/{path}");
        let head = Head { method: "POST", path: &path, query: &self.query, origin: None };
        let found = self.gateway.find(&head).map_err(|refusal| panic!("{refusal:?}")).unwrap();
        let admitted = self.gateway.admit(found, "POST").expect("the call is well signed");
        let request_id = self.gateway.next_request_id();
        let answering = self.gateway.perform(&admitted, body.as_bytes(), request_id);
        let answer = answering.now_or_never().expect("memory answers at once");
        let mut reply: Value = serde_json::from_slice(&answer.body).unwrap();
        let sent = reply.as_object_mut().unwrap().remove("RequestId");
        let named = (answer.envelope == Envelope::Room).then(|| request_id.to_string().into());
        assert_eq!(sent, named, "only the room dialect has it in the body");
        reply
    }

    /// A room of defaults.
    pub(super) fn create(&self, room: &str, owner: &str) {
        let info = json!({"RoomId": room, "RoomType": "Conference", "Owner_Account": owner});
        let body = json!({"RoomInfo": info}).to_string();
        assert_eq!(self.call("room_engine_http_srv/create_room", &body), done());
    }

    /// A room of so many seats.
    pub(super) fn create_with_seats(&self, room: &str, owner: &str, count: u32) {
        let info = json!({"RoomId": room, "RoomType": "Conference", "Owner_Account": owner,
            "IsSeatEnabled": true, "MaxSeatCount": count});
        let body = json!({"RoomInfo": info}).to_string();
        assert_eq!(self.call("room_engine_http_srv/create_room", &body), done());
    }

    /// A client comes in and is put on a seat.
    pub(super) fn seat(&self, room: &str, account: &str, index: u32) {
        self.enter(room, account);
        let body = json!({"RoomId": room, "Member_Account": account, "Index": index}).to_string();
        assert_eq!(self.call("room_engine_http_mic/pick_user_on_seat", &body), done());
    }

    /// Who sits on each seat.
    pub(super) fn seated(&self, room: &str) -> Vec<Option<String>> {
        let body = json!({"RoomId": room}).to_string();
        let reply = self.call("room_engine_http_mic/get_seat_list", &body);
        let seats = reply["Response"]["SeatList"].as_array().unwrap().iter();
        seats.map(|seat| seat["Member_Account"].as_str().map(str::to_owned)).collect()
    }

    /// Asserts that a call is refused with this code and text.
    #[track_caller]
    pub(super) fn refuses(&self, path: &str, body: &str, code: u32, text: &str) {
        let refused = json!({"ActionStatus": "FAIL", "ErrorCode": code, "ErrorInfo": text});
        assert_eq!(self.call(path, body), refused, "{path} {body}");
    }

    /// Everybody in a room, with the role, in order.
    pub(super) fn roles(&self, room: &str) -> Value {
        let body = json!({"RoomId": room}).to_string();
        let reply = self.call("room_engine_http_srv/get_room_member_list", &body);
        let rows = reply["Response"]["MemberList"].as_array().unwrap().iter();
        rows.map(|row| json!([row["Member_Account"], row["Role"]])).collect()
    }

    /// `Nick` and `FaceUrl` of accounts that were imported.
    pub(super) fn accounts<const N: usize>(&self, names: &[&str; N]) -> [Option<Profile>; N] {
        let accounts = names.map(|name| Account::parse(name).unwrap());
        let mut profiles = Vec::new();
        let app = self.app();
        let looking = self.engine.accounts(&app, &accounts, |_, record| {
            profiles.push(record.map(|record| (record.nick, record.face_url).into()));
        });
        looking.now_or_never().expect("memory answers at once").unwrap();
        profiles.try_into().expect("one for each")
    }

    /// A client comes in.
    pub(super) fn enter(&self, room: &str, account: &str) {
        let account = Account::parse(account).unwrap();
        let enter = Enter::of(account);
        let (app, room) = (self.app(), RoomId::parse(room).unwrap());
        let entering = self.engine.run(&app, &room, &enter);
        entering.now_or_never().expect("memory answers at once").unwrap();
    }
}

/// What people see of an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Profile {
    nick: String,
    face_url: String,
}

impl From<(&str, &str)> for Profile {
    fn from((nick, face_url): (&str, &str)) -> Self {
        Self { nick: nick.to_owned(), face_url: face_url.to_owned() }
    }
}

/// The reply of a write that was done, without its `RequestId`.
pub(super) fn done() -> Value {
    serde_json::json!({"ActionStatus": "OK", "ErrorCode": 0, "ErrorInfo": ""})
}

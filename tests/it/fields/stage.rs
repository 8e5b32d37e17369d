//! A server with rooms and people, set anew whenever something has changed.
//!
//! The app's clock stands still, so that two stages are alike to the millisecond.

use guestlist::proto::tencent::{Entry, commands};
use reqwest::Method;
use serde_json::{Value, json};

use super::requests::Setting;
use crate::harness::{Server, refusal};

/// What the app's clock shows, in Unix milliseconds: later than the real one, so that it can be set.
const NOW_MS: u64 = 2_000_000_000_000;
/// How long tickets are good: until long after that.
const TICKET_S: u64 = 100 * 365 * 86_400;

/// The custom fields that the requests name.
pub(super) const FIELDS: [&str; 2] = [
    "app.0.chat.member_fields=[\"level\",\"title\"]",
    "app.0.chat.group_fields=[\"shelf\",\"topic\"]",
];

pub(super) struct Stage<'a> {
    server: Server,
    settings: Vec<&'a Setting>,
    /// What is to be seen before anything happens.
    untouched: Vec<Value>,
    /// Nothing has been sent that may have changed it.
    clean: bool,
}

/// What came of a request.
#[derive(PartialEq, Eq)]
pub(super) struct Outcome {
    pub(super) code: u64,
    pub(super) info: String,
}

impl<'a> Stage<'a> {
    pub(super) async fn new(strict: bool) -> Self {
        let strict = format!("app.0.strict={strict}");
        let settings = ["app.0.unlimited=true", FIELDS[0], FIELDS[1], &strict];
        let server = Server::with(&settings).await.signing_for(TICKET_S);
        Self { server, settings: Vec::new(), untouched: Vec::new(), clean: false }
    }

    /// Sets the stage for a command.
    pub(super) async fn turn_to(&mut self, settings: Vec<&'a Setting>) {
        self.settings = settings;
        self.set().await;
        self.untouched = self.seen().await;
    }

    async fn set(&mut self) {
        self.control("POST", "reset", &json!({})).await;
        self.control("PUT", "clock", &json!({"now_ms": NOW_MS, "frozen": true})).await;
        for setting in &self.settings {
            match setting {
                Setting::Command { command, body } => {
                    let reply = self.again(command, &body.to_string()).await;
                    assert!(reply.contains(r#""ErrorCode":0,"#), "the stage: {command}: {reply}");
                }
                Setting::Control { control, body } => {
                    let (verb, path) = control.split_once(' ').expect("a verb and a path");
                    self.control(verb, path, body).await;
                }
            }
        }
        self.clean = true;
    }

    /// Sends a body to a command.
    pub(super) async fn sends(&mut self, entry: &Entry, body: &str) -> Outcome {
        if !self.clean {
            self.set().await;
        }
        let (code, info) = refusal(&self.call(entry.spec.path, body).await);
        self.clean = code != 0 || entry.spec.reads;
        Outcome { code, info }
    }

    /// Sends bodies that change nothing, and looks once at the end. Returns those after which
    /// something was different.
    pub(super) async fn changed_by<'b>(
        &mut self,
        entry: &Entry,
        bodies: &[&'b str],
    ) -> Vec<&'b str> {
        if self.is_changed_by(entry, bodies).await {
            let mut found = Vec::new();
            for body in bodies {
                if self.is_changed_by(entry, &[body]).await {
                    found.push(*body);
                }
            }
            assert!(!found.is_empty(), "{}: only many together change something", entry.spec.path);
            return found;
        }
        Vec::new()
    }

    async fn is_changed_by(&mut self, entry: &Entry, bodies: &[&str]) -> bool {
        self.set().await;
        for body in bodies {
            self.again(entry.spec.path, body).await;
        }
        self.seen().await != self.untouched
    }

    async fn call(&self, path: &str, body: &str) -> Value {
        let url = self.server.url(&format!("/v4/{path}?{}", self.server.query()));
        self.server.send(Method::POST, &url, body).await
    }

    /// The same, of which the reply is known: it is not held against the document.
    async fn again(&self, path: &str, body: &str) -> String {
        let url = self.server.url(&format!("/v4/{path}?{}", self.server.query()));
        let sent = self.server.client().post(url).body(body.to_owned()).send().await.unwrap();
        sent.text().await.unwrap()
    }

    /// Asks the control plane for something that must be done.
    async fn control(&self, verb: &str, path: &str, body: &Value) -> Value {
        let method = Method::from_bytes(verb.as_bytes()).unwrap();
        let request = self.server.control(method, path).body(body.to_string());
        let answer = request.send().await.unwrap();
        let (status, text) = (answer.status(), answer.text().await.unwrap());
        assert!(status.is_success(), "{verb} {path}: {status}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    async fn get(&self, path: &str) -> Value {
        self.server.control(Method::GET, path).send().await.unwrap().json().await.unwrap()
    }

    /// All that can be seen: by the control plane of all rooms, and by every command that reads.
    async fn seen(&self) -> Vec<Value> {
        let mut seen = vec![self.get("rooms").await];
        let rooms = seen[0]["rooms"].as_array().unwrap().clone();
        for room in rooms {
            let id = room["room"].as_str().unwrap();
            seen.push(self.get(&format!("rooms/{id}")).await);
            seen.push(self.get(&format!("rooms/{id}/members?limit=1000")).await);
            for entry in commands().filter(|entry| entry.spec.reads) {
                seen.push(self.call(entry.spec.path, &look_at(id).to_string()).await);
            }
        }
        seen
    }
}

/// A body with which every command that reads shows what it can: of a room, and of the accounts that
/// the requests name.
fn look_at(room: &str) -> Value {
    let accounts = ["alice", "bob", "carol", "dave", "erin", "zq"];
    let items = accounts.map(|account| json!({"UserID": account}));
    json!({"RoomId": room, "GroupId": room, "GroupIdList": [room], "User_Account": accounts,
        "Member_List_Account": accounts, "Member_Account": "bob", "CheckItem": items})
}

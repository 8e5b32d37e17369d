//! A server in this process, and a client for its two doors.

use std::net::SocketAddr;
use std::sync::Arc;

use guestlist::app::{Running, start, start_on};
use guestlist::config::{DEVELOPMENT_KEY, Defaults};
use guestlist::store::RoomStore;
use reqwest::header::HeaderMap;
use reqwest::{Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::contract::{Seen, check};
use crate::harness::{ADMIN, client, now_s, path_of, usersig_of};
pub(crate) use crate::harness::{SDKAPPID as APP, settings_for as settings};

/// A server.
pub(crate) struct Server {
    pub(crate) running: Running,
    client: reqwest::Client,
}

/// What came back.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    /// The body as JSON; null when there is none.
    pub(crate) body: Value,
}

impl Server {
    /// `guestlist dev`, with some settings.
    pub(crate) async fn dev(overrides: &[&str]) -> Self {
        let overrides = [&["app.0.unlimited=true"], overrides].concat();
        Self::of(start(&settings(&overrides, Defaults::Dev), true).await.unwrap())
    }

    /// `guestlist dev` on a store of the test's own.
    pub(crate) async fn on(store: Arc<dyn RoomStore>, overrides: &[&str]) -> Self {
        let settings = settings(overrides, Defaults::Dev);
        Self::of(start_on(&settings, true, store).await.unwrap())
    }

    pub(crate) fn of(running: Running) -> Self {
        Self { running, client: client() }
    }

    /// Where the control plane is.
    pub(crate) fn control(&self) -> SocketAddr {
        self.running.control_address.unwrap()
    }

    /// A request to the control plane, to be filled.
    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.client.request(method, format!("http://{}{path}", self.control()))
    }

    /// A request below the version, without a body.
    pub(crate) async fn call(&self, method: Method, path: &str) -> Answer {
        answer(self.request(method, &format!("/_guestlist/v1{path}"))).await
    }

    pub(crate) async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path).await
    }

    /// A request below the version, with a body as it stands.
    pub(crate) async fn send(&self, method: Method, path: &str, body: impl ToString) -> Answer {
        let request = self.request(method, &format!("/_guestlist/v1{path}"));
        answer(request.body(body.to_string())).await
    }

    pub(crate) async fn put(&self, path: &str, body: Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    pub(crate) async fn post(&self, path: &str, body: Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub(crate) async fn delete(&self, path: &str) -> Answer {
        self.call(Method::DELETE, path).await
    }

    /// A signed command of the room dialect that must succeed.
    pub(crate) async fn vendor(&self, app: u32, command: &str, body: Value) {
        let answer = self.vendor_call(app, command, body).await;
        assert_eq!(answer.body["ErrorCode"], 0, "{answer:?}");
    }

    /// A signed command of the room dialect that must be refused: its code.
    pub(crate) async fn vendor_refuses(&self, command: &str, body: Value) -> u64 {
        let answer = self.vendor_call(APP, command, body).await;
        assert_eq!(answer.body["ActionStatus"], "FAIL", "{answer:?}");
        answer.body["ErrorCode"].as_u64().unwrap()
    }

    /// What a signed command of the room dialect is answered.
    pub(crate) async fn vendor_answer(&self, command: &str, body: Value) -> Value {
        self.vendor_call(APP, command, body).await.body
    }

    async fn vendor_call(&self, app: u32, command: &str, body: Value) -> Answer {
        let ticket = usersig_of(DEVELOPMENT_KEY, app, ADMIN, now_s(), 60);
        let url = format!(
            "http://{}/v4/{}?sdkappid={app}&identifier=admin&usersig={ticket}&random=1\
             &contenttype=json",
            self.running.address,
            path_of(command)
        );
        answer(self.client.post(url).body(body.to_string())).await
    }

    /// A room, owned by `admin`, with more facts than the necessary ones.
    pub(crate) async fn room_with(&self, room: &str, more: Value) {
        let mut info = json!({"RoomId": room, "RoomType": "Conference"});
        for (name, value) in more.as_object().unwrap() {
            info[name] = value.clone();
        }
        self.vendor(APP, "create_room", json!({"RoomInfo": info})).await;
    }

    /// A room, owned by `admin`.
    pub(crate) async fn room(&self, room: &str) {
        self.room_with(room, json!({})).await;
    }

    /// The accounts of a room in order, asked for in pages of the largest size.
    pub(crate) async fn accounts(&self, room: &str) -> Vec<String> {
        let (mut accounts, mut next) = (Vec::new(), String::new());
        loop {
            let page =
                self.get(&format!("{}?limit=1000&after={next}", members(room))).await.is(200);
            accounts.extend(column(&page["members"], "account"));
            next = page["next"].as_str().unwrap().to_owned();
            if next.is_empty() {
                return accounts;
            }
        }
    }
}

/// The path of a room's members.
pub(crate) fn members(room: &str) -> String {
    format!("/apps/{APP}/rooms/{room}/members")
}

/// The path of one member.
pub(crate) fn member(room: &str, account: &str) -> String {
    format!("/apps/{APP}/rooms/{room}/members/{account}")
}

/// One text of each row.
pub(crate) fn column(rows: &Value, name: &str) -> Vec<String> {
    let text = |row: &Value| row[name].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(text).collect()
}

/// Sends a request, and holds the answer against the document.
pub(crate) async fn answer(request: RequestBuilder) -> Answer {
    let (client, request) = request.build_split();
    let request = request.unwrap();
    let (method, path) = (request.method().clone(), request.url().path().to_owned());
    let response = client.execute(request).await.unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let text = response.text().await.unwrap();
    let content_type = headers.get("content-type").map(|value| value.to_str().unwrap());
    // The root is ZEGO's, on the other listener.
    if path != "/" {
        check(&Seen { method: &method, path: &path, status, content_type, body: &text });
    }
    let body = if text.is_empty() { Value::Null } else { serde_json::from_str(&text).unwrap() };
    Answer { status, headers, body }
}

impl Answer {
    /// The body of an answer that must have this status, and its type if there is one.
    #[track_caller]
    pub(crate) fn is(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{self:?}");
        if !self.body.is_null() {
            assert_eq!(self.headers["content-type"], "application/json", "{self:?}");
        }
        self.body
    }

    /// The answer must be a problem of this status, with these words and perhaps a code.
    #[track_caller]
    pub(crate) fn problem(self, status: u16, code: Option<u32>, words: &str) -> Self {
        assert_eq!(self.status, status, "{self:?}");
        assert_eq!(self.headers["content-type"], "application/problem+json", "{self:?}");
        let detail = self.body["detail"].as_str().unwrap();
        assert!(detail.contains(words), "{self:?}");
        let title = reqwest::StatusCode::from_u16(status).unwrap().canonical_reason();
        let mut expected =
            json!({"type": "about:blank", "title": title, "status": status, "detail": detail});
        if let Some(code) = code {
            expected["code"] = code.into();
        }
        assert_eq!(self.body, expected);
        self
    }
}

/// Sends bytes as they stand and reads until the server closes; the status and all that came.
pub(crate) async fn raw(address: SocketAddr, request: &str) -> (u16, String) {
    let mut stream = TcpStream::connect(address).await.unwrap();
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut came = String::new();
    stream.read_to_string(&mut came).await.unwrap();
    let status = came.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.unwrap_or_else(|| panic!("no status in {came:?}")), came)
}

//! A server in this process and a client that signs for it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use guestlist::app::{Running, start_on};
use guestlist::config::{DEVELOPMENT_KEY, Defaults, Settings, Sources};
use guestlist::proto::tencent::commands;
use guestlist::sig::usersig::{Claims, SecretKey, sign};
use guestlist::store::{Fault, Faulty, MemoryStore, RoomStore};
use reqwest::{Client, Method, Response, StatusCode};
use serde_json::{Value, json};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::CertificateDer;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use crate::contract::{Seen, check};

/// The app of `guestlist dev`.
pub(crate) const SDKAPPID: u32 = 88_888_888;
/// One of its administrators.
pub(crate) const ADMIN: &str = "admin";

/// A server and whoever talks to it.
pub(crate) struct Server {
    running: Running,
    client: Client,
    usersig: String,
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::with(&[]).await
    }

    /// A server with some settings of its own, as `--set` would give them.
    pub(crate) async fn with(overrides: &[&str]) -> Self {
        let backlog_bytes = settings(overrides).callback.backlog_bytes;
        let store = MemoryStore::with_backlog(backlog_bytes.try_into().unwrap());
        Self::on(Arc::new(store), overrides).await
    }

    /// A server on a store of the test's own.
    pub(crate) async fn on(store: Arc<dyn RoomStore>, overrides: &[&str]) -> Self {
        let settings = settings(overrides);
        let running = start_on(&settings, true, store).await.unwrap();
        Self { running, client: client(), usersig: usersig(ADMIN) }
    }

    /// The same, signing for so many seconds.
    pub(crate) fn signing_for(self, expire_s: u64) -> Self {
        let usersig = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), expire_s);
        Self { usersig, ..self }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.address
    }

    pub(crate) fn running(&self) -> &Running {
        &self.running
    }

    pub(crate) fn client(&self) -> &Client {
        &self.client
    }

    pub(crate) async fn stop(self) {
        self.running.stop().await;
    }

    /// The query that a genuine client sends.
    pub(crate) fn query(&self) -> String {
        query(ADMIN, &self.usersig)
    }

    /// The URL of a command of the room dialect, signed.
    pub(crate) fn room_url(&self, command: &str) -> String {
        self.url(&format!("/v4/{}?{}", path_of(command), self.query()))
    }

    pub(crate) fn url(&self, path_and_query: &str) -> String {
        format!("http://{}{path_and_query}", self.running.address)
    }

    /// Sends anything, and reads an envelope: HTTP 200, its fields, a well-made `RequestId`
    /// (which is taken out, so that replies can be compared whole).
    pub(crate) async fn send(&self, method: Method, url: &str, body: &str) -> Value {
        let sent = self.client.request(method, url).body(body.to_owned()).send().await.unwrap();
        envelope(sent).await
    }

    /// Calls a command of the room dialect.
    pub(crate) async fn room(&self, command: &str, body: Value) -> Value {
        self.send(Method::POST, &self.room_url(command), &body.to_string()).await
    }

    /// Calls a command that must be done.
    pub(crate) async fn done(&self, command: &str, body: Value) -> Value {
        let reply = self.room(command, body).await;
        assert_eq!(reply["ErrorCode"], 0, "{command}: {reply}");
        reply
    }

    /// Calls a command that must be refused: its code and text.
    pub(crate) async fn refused(&self, command: &str, body: Value) -> (u64, String) {
        refusal(&self.room(command, body).await)
    }

    /// Calls a command in each of the ways that must be refused: the body, the code, the text. The
    /// room stays as it is.
    pub(crate) async fn refuses(&self, room: &str, command: &str, rows: &[(Value, u64, &str)]) {
        let before = self.whole(room).await;
        for (body, code, text) in rows {
            let refused = self.refused(command, body.clone()).await;
            assert_eq!(refused, (*code, (*text).to_owned()), "{command} {body}");
            assert_eq!(self.whole(room).await, before, "nothing half applied: {command} {body}");
        }
    }

    /// A room of defaults.
    pub(crate) async fn create(&self, room: &str) {
        self.create_with(room, json!({})).await;
    }

    /// A room with more facts than the necessary ones.
    pub(crate) async fn create_with(&self, room: &str, more: Value) {
        let mut info = json!({"RoomId": room, "RoomType": "Conference"});
        info.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.done("create_room", json!({"RoomInfo": info})).await;
    }

    /// Everything that the control plane shows of a room and its members.
    pub(crate) async fn whole(&self, room: &str) -> Value {
        let shown = self.shown(&format!("rooms/{room}")).await;
        let members = self.shown(&format!("rooms/{room}/members?limit=1000")).await;
        json!({"room": shown, "members": members})
    }

    /// What the control plane shows of this app.
    pub(crate) async fn shown(&self, path: &str) -> Value {
        let answer = self.control(Method::GET, path).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        answer.json().await.unwrap()
    }

    /// A client comes in through the control plane.
    pub(crate) async fn enter(&self, room: &str, account: &str) {
        let status = self.try_enter(room, account, json!({})).await.0;
        assert_eq!(status, StatusCode::CREATED, "{account} into {room}");
    }

    /// A client tries to come in.
    pub(crate) async fn try_enter(
        &self,
        room: &str,
        account: &str,
        body: Value,
    ) -> (StatusCode, Value) {
        let path = format!("rooms/{room}/members/{account}");
        let answer = self.control(Method::PUT, &path).body(body.to_string()).send().await.unwrap();
        (answer.status(), answer.json().await.unwrap())
    }

    /// A client goes.
    pub(crate) async fn leave(&self, room: &str, account: &str) -> StatusCode {
        let path = format!("rooms/{room}/members/{account}");
        self.control(Method::DELETE, &path).send().await.unwrap().status()
    }

    /// A request to the control plane, about this app.
    pub(crate) fn control(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let address = self.running.control_address.expect("the control plane is on in dev");
        let url = format!("http://{address}/_guestlist/v1/apps/{SDKAPPID}/{path}");
        self.client.request(method, url)
    }

    /// The accounts of a room, walked in pages of so many.
    pub(crate) async fn accounts(&self, room: &str, count: u32) -> Vec<String> {
        let (mut accounts, mut next) = (Vec::new(), Value::from(""));
        loop {
            let body = json!({"RoomId": room, "Count": count, "Next": next});
            let reply = self.done("get_room_member_list", body).await;
            let list = reply["Response"]["MemberList"].as_array().unwrap();
            accounts.extend(list.iter().map(|row| row["Member_Account"].as_str().unwrap().into()));
            next = reply["Response"]["Next"].clone();
            if next == "" {
                return accounts;
            }
        }
    }
}

/// Service and name of a command of the room dialect; a name that is none is taken for one of the
/// first service.
pub(crate) fn path_of(command: &str) -> String {
    let mut paths = commands().map(|entry| &entry.spec).filter(|spec| spec.name() == command);
    let unknown = || format!("room_engine_http_srv/{command}");
    paths.next().map_or_else(unknown, |spec| spec.path.to_owned())
}

/// A store in memory with a fault.
pub(crate) fn faulty(fault: Fault) -> Arc<dyn RoomStore> {
    Arc::new(Faulty::new(Arc::new(MemoryStore::new()), fault))
}

/// An ordinary client.
pub(crate) fn client() -> Client {
    client_trusting(&[])
}

/// An ordinary client that trusts these authorities, in PEM, and no others.
pub(crate) fn client_trusting(authorities: &[&str]) -> Client {
    let client = Client::builder().no_proxy();
    client.tls_backend_preconfigured(tls_trusting(authorities)).build().unwrap()
}

/// What a client brings to a handshake.
pub(crate) fn tls_trusting(authorities: &[&str]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    for authority in authorities {
        roots.add(CertificateDer::from_pem_slice(authority.as_bytes()).unwrap()).unwrap();
    }
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider);
    let config = config.with_safe_default_protocol_versions().unwrap();
    config.with_root_certificates(roots).with_no_client_auth()
}

/// The settings of `guestlist dev` on free ports, with some of the test's own.
pub(crate) fn settings(overrides: &[&str]) -> Settings {
    settings_for(overrides, Defaults::Dev)
}

/// Settings on free ports, with some of the test's own.
pub(crate) fn settings_for(overrides: &[&str], defaults: Defaults) -> Settings {
    let free = ["server.listen=127.0.0.1:0", "control.listen=127.0.0.1:0", "log.access=off"];
    let overrides = free.iter().chain(overrides).map(ToString::to_string).collect();
    Settings::load(&Sources { overrides, ..Sources::default() }, defaults).unwrap()
}

/// Reads an envelope, holds it against the document, and takes the `RequestId` out.
pub(crate) async fn envelope(sent: Response) -> Value {
    assert_eq!(sent.status(), StatusCode::OK);
    assert_eq!(sent.headers()["content-type"], "application/json");
    let path = sent.url().path().to_owned();
    let in_header = sent.headers().get("x-request-id").map(|name| name.to_str().unwrap().into());
    let text = sent.text().await.unwrap();
    // Any method is answered like POST.
    let (method, content_type) = (&Method::POST, Some("application/json"));
    check(&Seen { method, path: &path, status: 200, content_type, body: &text });
    let mut reply: Value = serde_json::from_str(&text).unwrap();
    let fields = reply.as_object_mut().unwrap();
    let in_body = fields.remove("RequestId");
    // The room dialect has it in the body, the chat dialect in the header.
    assert_ne!(in_body.is_some(), in_header.is_some(), "{text}");
    let request_id = in_body.or(in_header).expect("a name");
    let (hex, sequence) = request_id.as_str().unwrap()[3..].split_once("-O-Seq-").unwrap();
    assert!(hex.len() == 32 && sequence.parse::<u64>().is_ok(), "{request_id}");
    let ok = fields["ErrorCode"] == 0;
    assert_eq!(fields["ActionStatus"], if ok { "OK" } else { "FAIL" });
    assert_eq!(fields["ErrorInfo"] == "", ok, "{reply}");
    assert!(ok || reply.get("Response").is_none(), "{reply}");
    reply
}

/// The code and text of a refusal.
pub(crate) fn refusal(reply: &Value) -> (u64, String) {
    let text = reply["ErrorInfo"].as_str().unwrap();
    assert!(!text.contains("code=") && !text.contains("code:"), "clients dig codes out: {text}");
    (reply["ErrorCode"].as_u64().unwrap(), text.to_owned())
}

/// The query of a request with this ticket.
pub(crate) fn query(identifier: &str, usersig: &str) -> String {
    format!(
        "sdkappid={SDKAPPID}&identifier={identifier}&usersig={usersig}&random=99999999\
         &contenttype=json"
    )
}

/// A ticket of the development app that is good for a minute.
pub(crate) fn usersig(identifier: &str) -> String {
    usersig_of(DEVELOPMENT_KEY, SDKAPPID, identifier, now_s(), 60)
}

pub(crate) fn usersig_of(
    key: &str,
    sdkappid: u32,
    identifier: &str,
    time_s: u64,
    expire_s: u64,
) -> String {
    let identifier = identifier.to_owned();
    let claims = Claims { identifier, sdkappid: sdkappid.into(), time_s, expire_s, userbuf: None };
    sign(&SecretKey::new(key), &claims)
}

#[expect(clippy::disallowed_methods, reason = "a client signs in real time")]
pub(crate) fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

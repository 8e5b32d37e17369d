//! ZEGO's callbacks, through the door: what a receiver of the settings hears, and when.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use guestlist::sig::zego::sign_callback;
use parking_lot::Mutex;
use reqwest::Method;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;

use crate::harness::{SDKAPPID, Server};

const SECRET: &str = "s3cret-of-callbacks";

/// A receiver that answers with a status, and with no JSON unless it is RoomEngine's.
struct Receiver {
    address: SocketAddr,
    seen: Arc<Seen>,
    _serving: JoinSet<()>,
}

struct Seen {
    bodies: Mutex<Vec<Value>>,
    came: Notify,
    status: Mutex<StatusCode>,
    of_room_engine: bool,
}

impl Receiver {
    async fn start() -> Self {
        Self::start_with(StatusCode::NO_CONTENT, false).await
    }

    async fn start_with(status: StatusCode, of_room_engine: bool) -> Self {
        let (bodies, came) = (Mutex::default(), Notify::new());
        let seen = Arc::new(Seen { bodies, came, status: Mutex::new(status), of_room_engine });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(receive).with_state(Arc::clone(&seen));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, seen, _serving: serving }
    }

    fn url(&self) -> String {
        format!("http://{}/zego?k=v", self.address)
    }

    /// Waits until so many came, and takes all.
    async fn bodies(&self, count: usize) -> Vec<Value> {
        let enough = async {
            loop {
                let came = self.seen.came.notified();
                if self.seen.bodies.lock().len() >= count {
                    return;
                }
                came.await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(20), enough).await;
        let bodies = self.seen.bodies.lock().clone();
        assert!(came.is_ok(), "{count} are waited for, these came: {bodies:#?}");
        bodies
    }
}

async fn receive(
    State(seen): State<Arc<Seen>>,
    RawQuery(query): RawQuery,
    body: String,
) -> (StatusCode, &'static str) {
    if !seen.of_room_engine {
        assert_eq!(query.as_deref(), Some("k=v"), "the URL is as it was set");
    }
    seen.bodies.lock().push(serde_json::from_str(&body).unwrap());
    seen.came.notify_one();
    (*seen.status.lock(), if seen.of_room_engine { "{}" } else { "" })
}

/// A URL where nobody is.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// A server whose app has a receiver of ZEGO callbacks, and more settings.
async fn server_telling(url: &str, more: &[&str]) -> Server {
    let url = format!("app.0.zego.callback_url={url}");
    let secret = format!("app.0.zego.callback_secret={SECRET}");
    Server::with(&[&[url.as_str(), secret.as_str()], more].concat()).await
}

impl Server {
    async fn log(&self, query: &str) -> Vec<Value> {
        let answer = self.control(Method::GET, &format!("callbacks?{query}")).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{query}");
        let page: Value = answer.json().await.unwrap();
        page["items"].as_array().unwrap().clone()
    }

    /// Moves the clock: how much was run.
    async fn pass(&self, ms: u64) -> u64 {
        let body = json!({"ms": ms}).to_string();
        let moved = self.control(Method::POST, "clock/advance").body(body).send().await.unwrap();
        let moved: Value = moved.json().await.unwrap();
        assert_eq!(moved["left"], 0, "{moved}");
        moved["ran"].as_u64().unwrap()
    }

    async fn put_in(&self, path: &str, body: Value) -> StatusCode {
        let put = self.control(Method::PUT, path).body(body.to_string()).send().await.unwrap();
        put.status()
    }
}

/// Some fields of each, those that are missing as `null`.
fn fields<const N: usize>(bodies: &[Value], names: [&str; N]) -> Vec<[Value; N]> {
    bodies.iter().map(|body| names.map(|name| body[name].clone())).collect()
}

/// That a body is signed, and with what types.
fn assert_signed(body: &Value) {
    let of_rooms = matches!(body["event"].as_str(), Some("room_create" | "room_close"));
    let timestamp = if of_rooms {
        assert_eq!(body["appid"], SDKAPPID);
        body["timestamp"].as_u64().unwrap().to_string()
    } else {
        assert_eq!(body["appid"], SDKAPPID.to_string());
        body["timestamp"].as_str().unwrap().to_owned()
    };
    let nonce = body["nonce"].as_str().unwrap();
    assert_eq!(body["signature"], sign_callback(SECRET, &timestamp, nonce), "{body}");
}

#[tokio::test]
async fn an_open_room_is_told_from_its_birth_to_its_end() {
    let receiver = Receiver::start().await;
    let server = server_telling(&receiver.url(), &[]).await;
    let came = json!({"name": "Bob", "session": "one", "platform": "ios"});
    let entered = server.put_in("rooms/live/members/bob?create=open", came).await;
    assert_eq!(entered, StatusCode::CREATED);
    let left = server.control(Method::DELETE, "rooms/live/members/bob?reason=expired");
    assert_eq!(left.send().await.unwrap().status(), StatusCode::NO_CONTENT);
    let bodies = receiver.bodies(4).await;
    bodies.iter().for_each(assert_signed);
    let [create, login, logout, close] = &bodies[..] else { panic!("{bodies:#?}") };

    let session = create["room_session_id"].as_u64().unwrap();
    assert!(session > 1 << 53, "{session}");
    let (made_ms, login_ms) = (&create["room_create_time"], &login["login_time"]);
    let (logout_ms, closed_ms) = (&logout["logout_time"], &close["room_close_time"]);
    for ms in [made_ms, login_ms, logout_ms, closed_ms] {
        assert_eq!(ms.as_str().unwrap().len(), 13, "{ms}");
    }
    let head = |body: &Value| {
        let names = ["event", "appid", "timestamp", "nonce", "signature"];
        names.map(|name| (name.to_owned(), body[name].clone()))
    };
    let rows = [
        (
            create,
            json!({"room_id": "live", "room_session_id": session, "id_name": "bob",
            "room_create_time": made_ms}),
            "room_create",
        ),
        (
            login,
            json!({"room_id": "live", "room_name": "", "room_seq": session.to_string(),
            "user_account": "bob", "user_nickname": "Bob", "session_id": "one",
            "login_time": login_ms, "user_role": "2", "auth_level": "0", "relogin": "0",
            "user_update_seq": "1", "callback_data": "", "term_type": "2"}),
            "room_login",
        ),
        (
            logout,
            json!({"room_id": "live", "room_seq": session.to_string(),
            "user_account": "bob", "user_nickname": "Bob", "session_id": "one",
            "login_time": login_ms, "logout_time": logout_ms, "reason": "1", "user_role": "2",
            "user_update_seq": "2"}),
            "room_logout",
        ),
        (
            close,
            json!({"room_id": "live", "room_session_id": session, "close_reason": 1,
            "room_close_time": closed_ms}),
            "room_close",
        ),
    ];
    for (body, mut expected, event) in rows {
        assert_eq!(body["event"], event);
        expected.as_object_mut().unwrap().extend(head(body));
        assert_eq!(*body, expected);
    }
}

#[tokio::test]
async fn another_session_is_a_logout_and_a_relogin() {
    let receiver = Receiver::start().await;
    let server = server_telling(&receiver.url(), &[]).await;
    server.create("r").await;
    for (session, platform) in [("phone", "android"), ("browser", "web")] {
        let came = json!({"session": session, "platform": platform});
        assert_eq!(server.put_in("rooms/r/members/bob", came).await, StatusCode::CREATED);
    }
    let bodies = receiver.bodies(4).await;
    bodies.iter().for_each(assert_signed);
    let names = ["event", "session_id", "reason", "relogin", "term_type", "user_update_seq"];
    let told = fields(&bodies[1..], names);
    let expected = [
        [json!("room_login"), json!("phone"), Value::Null, json!("0"), json!("3"), json!("1")],
        [json!("room_logout"), json!("phone"), json!("3"), Value::Null, Value::Null, json!("2")],
        [json!("room_login"), json!("browser"), Value::Null, json!("1"), json!("6"), json!("3")],
    ];
    assert_eq!(told, expected);
    let seq = bodies[0]["room_session_id"].to_string();
    assert!(bodies[1..].iter().all(|body| body["room_seq"] == seq), "{bodies:#?}");
    assert_ne!(bodies[1]["login_time"], bodies[3]["login_time"]);
}

#[tokio::test]
async fn a_conference_and_a_kick_are_told_person_by_person() {
    let receiver = Receiver::start().await;
    let server = server_telling(&receiver.url(), &[]).await;
    server.create("r").await;
    let accounts: Vec<String> = (0..700).map(|nth| format!("user{nth:03}")).collect();
    let many = json!({"accounts": accounts}).to_string();
    let entered = server.control(Method::POST, "rooms/r/members").body(many).send().await.unwrap();
    let entered: Value = entered.json().await.unwrap();
    let entered = usize::try_from(entered["entered"].as_u64().unwrap()).unwrap();
    let kick = json!({"RoomId": "r", "MemberList_Account": ["user003", "admin", "user001"]});
    server.done("kick_user_out", kick).await;
    server.done("destroy_room", json!({"RoomId": "r"})).await;
    // The owner was listed and never came in: nobody hears that he goes.
    let stayed = entered - 2;
    let bodies = receiver.bodies(entered + 4 + stayed).await;
    let events = fields(&bodies, ["event", "user_account"]);
    assert_eq!(events[0], [json!("room_create"), Value::Null]);
    for (nth, told) in events[1..=entered].iter().enumerate() {
        assert_eq!(*told, [json!("room_login"), json!(accounts[nth])]);
    }
    let kicked = [json!("room_logout"), json!("user003")];
    assert_eq!(events[entered + 1], kicked);
    assert_eq!(events[entered + 2], [json!("room_logout"), json!("user001")]);
    let left =
        accounts[..entered].iter().filter(|name| !["user001", "user003"].contains(&&***name));
    for (told, name) in events[entered + 3..].iter().zip(left) {
        assert_eq!(*told, [json!("room_logout"), json!(name)]);
    }
    let logouts = &bodies[entered + 1..entered + 3 + stayed];
    for (nth, logout) in logouts.iter().enumerate() {
        assert_eq!(logout["reason"], "3");
        assert_eq!(logout["user_update_seq"], (entered + nth + 1).to_string());
        let login = bodies.iter().find(|body| body["user_account"] == logout["user_account"]);
        assert_eq!(logout["session_id"], login.unwrap()["session_id"], "the stay that began");
    }
    let close = &bodies[entered + 3 + stayed];
    assert_eq!((&close["event"], &close["close_reason"]), (&json!("room_close"), &json!(0)));
    assert_eq!(bodies.len(), entered + 4 + stayed);
}

#[tokio::test]
async fn a_room_that_ends_tells_zego_of_each_person_and_room_engine_of_its_end_alone() {
    let zego = Receiver::start().await;
    let room_engine = Receiver::start_with(StatusCode::OK, true).await;
    let server = server_telling(&zego.url(), &[]).await;
    let set = json!({"Url": room_engine.url(), "CallbackCommandList":
        ["Room.CallbackAfterDestroyRoom", "Room.CallbackAfterMemberLeave"]});
    let url = server.url(&format!("/v4/room_config/set_callback?{}", server.query()));
    assert_eq!(server.send(Method::POST, &url, &set.to_string()).await["ErrorCode"], 0);
    server.create("r").await;
    for name in ["bob", "carl"] {
        server.enter("r", name).await;
    }
    server.done("add_robot", json!({"RoomId": "r", "Member_Account": "eve"})).await;
    server.done("destroy_room", json!({"RoomId": "r"})).await;
    // The room of the same name that comes next is another one.
    server.create("r").await;
    let bodies = zego.bodies(7).await;
    assert_eq!(
        fields(&bodies, ["event", "user_account"])[3..],
        [
            [json!("room_logout"), json!("bob")],
            [json!("room_logout"), json!("carl")],
            [json!("room_close"), Value::Null],
            [json!("room_create"), Value::Null],
        ]
    );
    let session = &bodies[0]["room_session_id"];
    let seq = json!(session.to_string());
    assert!(bodies[3..5].iter().all(|body| body["room_seq"] == seq), "{bodies:#?}");
    assert_eq!(&bodies[5]["room_session_id"], session);
    assert_ne!(&bodies[6]["room_session_id"], session);
    let ended = room_engine.bodies(1).await;
    assert_eq!(fields(&ended, ["CallbackCommand"]), [[json!("Room.CallbackAfterDestroyRoom")]]);
    let rows = server.log("command=room_logout&state=sent&count=2&wait=10s").await;
    let logged: Vec<_> = rows.iter().map(|row| row["body"]["user_account"].clone()).collect();
    assert_eq!(logged, [json!("bob"), json!("carl")], "the log has each");
}

#[tokio::test]
async fn it_is_tried_again_on_the_documented_schedule_and_then_given_up() {
    let receiver = Receiver::start().await;
    *receiver.seen.status.lock() = StatusCode::INTERNAL_SERVER_ERROR;
    let server = server_telling(&receiver.url(), &["app.0.callback.retry=1"]).await;
    server.freeze().await;
    server.create("r").await;
    server.enter("r", "bob").await;
    assert_eq!(server.pass(0).await, 0);
    for (nth, pause_s) in [2, 4, 8, 16, 32].into_iter().enumerate() {
        assert_eq!(receiver.bodies(1).await.len(), nth + 1, "the second waits behind the first");
        assert_eq!(server.pass(pause_s * 1000 - 1).await, 0, "not before");
        *receiver.seen.status.lock() = StatusCode::FOUND;
        assert!(server.pass(1).await >= 1, "but then");
    }
    let rows = server.log("destination=zego").await;
    assert_eq!(
        fields(&rows, ["command", "state", "attempts_made"]),
        [
            [json!("room_create"), json!("failed"), json!(6)],
            [json!("room_login"), json!("waiting"), json!(1)],
        ]
    );
    *receiver.seen.status.lock() = StatusCode::ACCEPTED;
    server.pass(2_000).await;
    let sent = server.log("command=room_login&state=sent").await;
    assert_eq!(sent[0]["attempts_made"], 2);
    let bodies = receiver.bodies(8).await;
    assert_eq!(
        fields(&bodies, ["event"])[5..],
        [[json!("room_create")], [json!("room_login")], [json!("room_login")],]
    );
    assert_ne!(bodies[6]["nonce"], bodies[7]["nonce"], "each attempt is signed anew");
}

#[tokio::test]
async fn of_two_receivers_one_is_away_and_the_other_does_not_wait() {
    for zego_is_away in [false, true] {
        let zego = Receiver::start().await;
        let room_engine = Receiver::start_with(StatusCode::OK, true).await;
        let (zego_url, room_engine_url) = match zego_is_away {
            true => (nobody().await, room_engine.url()),
            false => (zego.url(), nobody().await),
        };
        let server = server_telling(&zego_url, &[]).await;
        server.freeze().await;
        let set = json!({"Url": room_engine_url,
            "CallbackCommandList": ["Room.CallbackAfterMemberEnter"]});
        let url = server.url(&format!("/v4/room_config/set_callback?{}", server.query()));
        assert_eq!(server.send(Method::POST, &url, &set.to_string()).await["ErrorCode"], 0);
        for room in ["a", "b", "c"] {
            server.create(room).await;
            server.enter(room, "bob").await;
        }
        server.pass(0).await;
        let count = async |query: &str| server.log(query).await.len();
        let (of_zego, of_room_engine) =
            if zego_is_away { ("waiting", "sent") } else { ("sent", "waiting") };
        assert_eq!(count(&format!("destination=zego&state={of_zego}")).await, 6);
        assert_eq!(count(&format!("destination=room_engine&state={of_room_engine}")).await, 3);
        let came = [&zego, &room_engine].map(|receiver| receiver.seen.bodies.lock().len());
        assert_eq!(came, if zego_is_away { [0, 3] } else { [6, 0] });
    }
}

#[tokio::test]
async fn the_log_tells_the_two_apart_and_replays_either() {
    let receiver = Receiver::start().await;
    let server = server_telling(&receiver.url(), &[]).await;
    server.create("r").await;
    server.enter("r", "bob").await;
    let sent = server.log("destination=zego&state=sent&wait=10s&count=2").await;
    assert_eq!(
        fields(&sent, ["destination", "command", "room"]),
        [
            [json!("zego"), json!("room_create"), json!("r")],
            [json!("zego"), json!("room_login"), json!("r")],
        ]
    );
    let beside = server.log("destination=room_engine").await;
    assert_eq!(
        fields(&beside, ["command", "state"]),
        [
            [json!("Room.CallbackAfterCreateRoom"), json!("no_url")],
            [json!("Room.CallbackAfterMemberEnter"), json!("no_url")],
        ]
    );
    // The log has what is sent but for the three that each attempt makes anew.
    let mut body = receiver.bodies(2).await[1].clone();
    for name in ["timestamp", "nonce", "signature"] {
        body.as_object_mut().unwrap().remove(name).unwrap();
    }
    assert_eq!(sent[1]["body"], body);
    assert!(!format!("{sent:?}").contains(SECRET));

    let path = format!("callbacks/{}/replay", sent[1]["id"]);
    let replayed = server.control(Method::POST, &path).body("{}").send().await.unwrap();
    assert_eq!(replayed.status(), StatusCode::OK);
    let replayed: Value = replayed.json().await.unwrap();
    assert_eq!((&replayed["attempts_made"], &replayed["destination"]), (&json!(2), &json!("zego")));
    let bodies = receiver.bodies(3).await;
    assert_signed(&bodies[2]);
    assert_eq!(bodies[2]["session_id"], bodies[1]["session_id"]);
    // Nobody hears RoomEngine's.
    let path = format!("callbacks/{}/replay", beside[0]["id"]);
    let refused = server.control(Method::POST, &path).body("{}").send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::CONFLICT);
    let unknown = server.control(Method::GET, "callbacks?destination=chat").send().await.unwrap();
    assert_eq!(unknown.status(), StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn who_names_nothing_is_called_as_his_account_was_imported() {
    let receiver = Receiver::start().await;
    let server = server_telling(&receiver.url(), &[]).await;
    server.create("r").await;
    let url = server.url(&format!("/v4/im_open_login_svc/account_import?{}", server.query()));
    let import = json!({"UserID": "bob", "Nick": "Robert"}).to_string();
    assert_eq!(server.send(Method::POST, &url, &import).await["ErrorCode"], 0);
    for account in ["bob", "carl", "bob"] {
        server.enter("r", account).await;
        assert_eq!(server.leave("r", account).await, StatusCode::NO_CONTENT);
    }
    let expected = ["Robert", "Robert", "carl", "carl", "Robert", "Robert"];
    let bodies = receiver.bodies(7).await;
    assert_eq!(fields(&bodies[1..], ["user_nickname"]), expected.map(|name| [json!(name)]));
    let rows = server.log("destination=zego&state=sent&count=7&wait=10s").await;
    let logged: Vec<_> = rows[1..].iter().map(|row| row["body"]["user_nickname"].clone()).collect();
    assert_eq!(logged, expected, "the log says the same");
}

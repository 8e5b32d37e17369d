//! Leases: apps for one test run, side by side.

use futures_util::StreamExt;
use guestlist::app::start;
use guestlist::config::Defaults;
use reqwest::Method;
use serde_json::{Value, json};

use crate::control::harness::{APP, Answer, Server, answer, column, settings};
use crate::harness::{client, now_s, usersig_of};

/// An app for one test run, as its lease says.
#[derive(Clone)]
struct Lease {
    base: String,
    control: String,
    client: reqwest::Client,
    facts: Value,
}

impl Lease {
    async fn make(server: &Server, body: Value) -> Self {
        let facts = server.post("/apps", body).await.is(201);
        Self {
            base: format!("http://{}", server.running.address),
            control: format!(
                "http://{}/_guestlist/v1/apps/{}",
                server.control(),
                facts["sdkappid"]
            ),
            client: client(),
            facts,
        }
    }

    fn text(&self, field: &str) -> &str {
        self.facts[field].as_str().unwrap()
    }

    /// A command of the room dialect, with a ticket.
    async fn call_with(&self, ticket: &str, command: &str, body: Value) -> Value {
        let (id, admin) = (&self.facts["sdkappid"], self.text("admin"));
        let url = format!(
            "{}/v4/{command}?sdkappid={id}&identifier={admin}&usersig={ticket}&random=1\
             &contenttype=json",
            self.base
        );
        answer(self.client.post(url).body(body.to_string())).await.is(200)
    }

    /// A command that must be done, with the ticket of the lease.
    async fn done(&self, command: &str, body: Value) -> Value {
        let reply = self.call_with(self.text("usersig"), command, body).await;
        assert_eq!(reply["ErrorCode"], 0, "{command}: {reply}");
        reply
    }

    async fn make_room(&self, room: &str) {
        let body = json!({"RoomInfo": {"RoomId": room, "RoomType": "Conference"}});
        self.done("room_engine_http_srv/create_room", body).await;
    }

    async fn control(&self, method: Method, path: &str) -> Answer {
        answer(self.client.request(method, format!("{}{path}", self.control))).await
    }
}

#[tokio::test]
async fn a_lease_has_all_that_is_needed_to_sign_for_it() {
    let server = Server::dev(&[]).await;
    let lease = Lease::make(&server, json!({"ttl_s": 60})).await;
    assert_eq!(lease.facts["sdkappid"], 1_990_000_001);
    let until_s = lease.facts["expires_ms"].as_u64().unwrap() / 1000;
    assert!((now_s() + 55..=now_s() + 61).contains(&until_s));
    lease.make_room("r").await;
    let id = lease.facts["sdkappid"].as_u64().unwrap().try_into().unwrap();
    let own = usersig_of(lease.text("secret_key"), id, lease.text("admin"), now_s(), 60);
    let info = json!({"RoomId": "r"});
    let reply = lease.call_with(&own, "room_engine_http_srv/get_room_info", info.clone()).await;
    assert_eq!(reply["ErrorCode"], 0, "{reply}");
    let apps = server.get("/apps").await.is(200);
    let row =
        |id: u32, leased: bool, rooms| json!({"sdkappid": id, "leased": leased, "rooms": rooms});
    assert_eq!(apps["apps"], json!([row(APP, false, 0), row(id, true, 1)]));

    // Another has other secrets, and no end of its own.
    let other = Lease::make(&server, json!({})).await;
    assert_eq!(other.facts["sdkappid"], 1_990_000_002);
    assert_eq!(other.facts["expires_ms"], Value::Null);
    for secret in ["secret_key", "zego_server_secret", "zego_callback_secret"] {
        assert_ne!(lease.text(secret), other.text(secret));
    }
    let reply = other.call_with(&own, "room_engine_http_srv/get_room_info", info).await;
    assert_eq!(reply["ErrorCode"], 70_014, "a ticket of the other app: {reply}");
}

#[tokio::test]
async fn an_ended_lease_is_gone_with_everything_it_had_and_its_number_is_not_used_again() {
    let server = Server::dev(&[]).await;
    let lease = Lease::make(&server, json!({})).await;
    lease.make_room("r").await;
    let id = lease.facts["sdkappid"].clone();
    assert_eq!(server.delete(&format!("/apps/{id}")).await.is(204), Value::Null);
    let ticket = lease.text("usersig");
    let reply = lease.call_with(ticket, "room_engine_http_srv/get_room_info", json!({})).await;
    assert_eq!(reply["ErrorCode"], 60_006, "{reply}");
    server.delete(&format!("/apps/{id}")).await.problem(404, None, "no app");
    assert_eq!(server.get("/apps").await.is(200)["apps"].as_array().unwrap().len(), 1);
    let metrics = client().get(format!("http://{}/metrics", server.control())).send().await;
    let metrics = metrics.unwrap().text().await.unwrap();
    assert!(!metrics.contains(&id.to_string()), "{metrics}");
    let next = Lease::make(&server, json!({})).await;
    assert_eq!(next.facts["sdkappid"], id.as_u64().unwrap() + 1);
}

#[tokio::test]
async fn a_lease_ends_by_itself() {
    let server = Server::dev(&[]).await;
    let lease = Lease::make(&server, json!({"ttl_s": 1})).await;
    lease.make_room("r").await;
    // Whoever waits for something of it is not kept longer than he said.
    lease.control(Method::GET, "/callbacks?wait=2s&count=50").await.is(200);
    lease.control(Method::GET, "/rooms").await.problem(404, None, "no app");
}

#[tokio::test]
async fn what_is_no_lease_is_refused() {
    let server = Server::dev(&[]).await;
    for (body, words) in [
        (json!({"ttl_s": 0}), "ttl_s: 0, must be 1 to 604800"),
        (json!({"ttl_s": 604_801}), "ttl_s: 604801, must be 1 to 604800"),
        (json!({"ttl_s": "1"}), "ttl_s"),
        (json!({"ttl": 1}), "ttl"),
        (json!({"callback_url": "localhost"}), "callback_url: must start with http://"),
        (json!({"zego_callback_url": ""}), "zego_callback_url: 0 bytes, must be 1 to 2048"),
    ] {
        server.post("/apps", body).await.problem(400, None, words);
    }
    server.post("/apps", json!({"ttl_s": 604_800})).await.is(201);
    let own = server.delete(&format!("/apps/{APP}")).await;
    own.problem(409, None, "app 88888888 is one of the settings");
    server.delete("/apps/5").await.problem(404, None, "no app 5");
    let sober = Server::dev(&["bench.enabled=false"]).await;
    sober.post("/apps", json!({})).await.problem(403, None, "bench.enabled");
}

#[tokio::test]
async fn a_lease_has_the_settings_of_the_first_app_but_not_its_receivers() {
    let settings = [
        "app.0.admins=[\"boss\"]",
        "app.0.room.max_member_count=2",
        "app.0.callback.url=http://127.0.0.1:9/",
    ];
    let server = Server::dev(&settings).await;
    let lease = Lease::make(&server, json!({})).await;
    assert_eq!(lease.text("admin"), "boss");
    lease.make_room("r").await;
    let info = lease.done("room_engine_http_srv/get_room_info", json!({"RoomId": "r"})).await;
    assert_eq!(info["Response"]["RoomInfo"]["MaxMemberCount"], 2);
    let log = lease.control(Method::GET, "/callbacks").await.is(200);
    assert_eq!(column(&log["items"], "state"), ["no_url"]);
}

#[tokio::test]
async fn a_thousand_leases_side_by_side_do_not_see_each_other() {
    let server = Server::dev(&[]).await;
    let mut leases = Vec::new();
    for _ in 0..1000 {
        leases.push(Lease::make(&server, json!({"ttl_s": 600})).await);
    }
    // All have a room of the same name with somebody of their own in it, and another time.
    let each = async |nth: usize, lease: Lease| {
        lease.make_room("r").await;
        let me = format!("user-{nth}");
        let entered = lease.control(Method::PUT, &format!("/rooms/r/members/{me}")).await;
        entered.is(201);
        let url = format!("{}/clock/advance", lease.control);
        let by = json!({"ms": 60_000 * nth}).to_string();
        answer(lease.client.post(url).body(by)).await.is(200);
    };
    in_parallel(&leases, each).await;
    let look = async |nth: usize, lease: Lease| {
        let list = json!({"RoomId": "r"});
        let list = lease.done("room_engine_http_srv/get_room_member_list", list).await;
        let list = column(&list["Response"]["MemberList"], "Member_Account");
        assert_eq!(list, [lease.text("admin").to_owned(), format!("user-{nth}")]);
        let rooms = lease.control(Method::GET, "/rooms").await.is(200);
        assert_eq!(column(&rooms["rooms"], "room"), ["r"]);
        let log = lease.control(Method::GET, "/callbacks").await.is(200);
        let words = ["Room.CallbackAfterCreateRoom", "Room.CallbackAfterMemberEnter"];
        assert_eq!(column(&log["items"], "command"), words);
        let requests = lease.control(Method::GET, "/requests").await.is(200);
        assert_eq!(requests["items"].as_array().unwrap().len(), 2, "{requests}");
        let clock = lease.control(Method::GET, "/clock").await.is(200);
        // Reading two clocks takes a moment.
        let offset_ms = clock["offset_ms"].as_u64().unwrap() + 500;
        assert_eq!(offset_ms / 60_000, nth as u64, "{clock}");
    };
    // A reset, and an end, of every other one is nothing to those between.
    in_parallel(&leases, look).await;
    let every_other = async |nth: usize, lease: Lease| match nth % 4 {
        1 => drop(lease.control(Method::POST, "/reset").await.is(204)),
        3 => drop(lease.control(Method::DELETE, "").await.is(204)),
        _ => {}
    };
    in_parallel(&leases, every_other).await;
    let again = async |nth: usize, lease: Lease| match nth % 4 {
        1 => assert_eq!(lease.control(Method::GET, "/rooms").await.is(200)["rooms"], json!([])),
        3 => drop(lease.control(Method::GET, "/rooms").await.problem(404, None, "no app")),
        _ => {
            let rooms = lease.control(Method::GET, "/rooms").await.is(200);
            assert_eq!(column(&rooms["rooms"], "room"), ["r"]);
        }
    };
    in_parallel(&leases, again).await;
}

/// Does something with every lease, twenty at a time.
async fn in_parallel(leases: &[Lease], act: impl AsyncFn(usize, Lease)) {
    let numbered = leases.iter().cloned().enumerate();
    let acting = futures_util::stream::iter(numbered).map(|(nth, lease)| act(nth, lease));
    acting.buffer_unordered(20).collect::<Vec<()>>().await;
}

#[tokio::test]
async fn a_lease_beside_a_journal_leaves_nothing_on_disk() {
    let directory = tempfile::tempdir().unwrap();
    let path = format!("store.path={}", directory.path().display());
    let settings = settings(&["store.kind=journal", &path], Defaults::Dev);
    let server = Server::of(start(&settings, true).await.unwrap());
    let changes = async || {
        let metrics = client().get(format!("http://{}/metrics", server.control())).send().await;
        let metrics = metrics.unwrap().text().await.unwrap();
        let line =
            metrics.lines().find(|line| line.starts_with("guestlist_journal_changes_total "));
        line.unwrap().to_owned()
    };
    let before = changes().await;
    let lease = Lease::make(&server, json!({})).await;
    lease.make_room("r").await;
    lease.control(Method::PUT, "/rooms/r/members/bob").await.is(201);
    lease.control(Method::POST, "/reset").await.is(204);
    lease.make_room("r").await;
    assert_eq!(changes().await, before);
    server.room("of-the-settings").await;
    assert_ne!(changes().await, before, "what is not leased is written");
}

/// `BLESS=1 cargo test --test it goes_as_it_says` writes the replies. Read what it wrote.
#[test]
#[cfg(target_os = "linux")]
fn the_section_on_leases_goes_as_it_says() {
    let directory = tempfile::tempdir().unwrap();
    let mut page = crate::pages::Page::new("testing.md");
    page.section = Some("\n## Leases\n");
    page.directory = Some(directory.path().to_owned());
    page.bless();
    page.holds(None);
}

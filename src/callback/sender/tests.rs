//! A sender of its own, on a store in memory, with receivers on this machine.

use std::net::SocketAddr;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use serde_json::Value;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::task::JoinSet;

use super::*;
use crate::config::{Defaults, Settings, Sources};
use crate::domain::{
    Account, CallbackUrl, CreateRoom, DestroyRoom, Enter, EventKind, Gate, Silenced,
};
use crate::engine::{CallbackState, ClockSetting};
use crate::store::MemoryStore;
use crate::telemetry::Metrics;

mod zego;

const APP: AppId = AppId(88_888_888);
const OTHER: AppId = AppId(99_999_999);
/// The longest that anything is waited for.
const PATIENCE: Duration = Duration::from_secs(20);

/// An engine whose clocks stand still, and who delivers for it.
struct House {
    engine: Arc<Engine>,
    sender: Arc<Sender>,
    metrics: Arc<Metrics>,
}

impl House {
    fn new(overrides: &[&str], backlog_bytes: usize) -> Self {
        let overrides = overrides.iter().map(ToString::to_string).collect();
        let sources = Sources { overrides, ..Sources::default() };
        let settings = Settings::load(&sources, Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let store = Arc::new(MemoryStore::with_backlog(backlog_bytes));
        let engine = Arc::new(Engine::new(&settings.apps, store, Arc::clone(&metrics)));
        let sender = Arc::new(Sender::new(&engine, Client::default()));
        engine.deliver_by(Arc::clone(&sender) as Arc<dyn Courier>);
        for app in engine.apps() {
            engine.set_clock(&app, ClockSetting { now_ms: None, frozen: true }).unwrap();
        }
        Self { engine, sender, metrics }
    }

    fn app(&self) -> Arc<App> {
        self.engine.app(APP).unwrap()
    }

    async fn create(&self, app: AppId, room: &str) {
        let create = CreateRoom {
            by: account("admin"),
            owner: account("admin"),
            name: "".into(),
            max_member_count: None,
            start_s: None,
            end_s: None,
            silenced: Silenced::default(),
            custom_info: "".into(),
            seats: None,
            gate: Gate::default(),
            invitees: vec![],
        };
        let app = self.engine.app(app).unwrap();
        self.engine.run(&app, &RoomId::parse(room).unwrap(), &create).await.unwrap();
    }

    async fn enter(&self, room: &str, who: &str) {
        let enter = Enter::of(account(who));
        self.engine.run(&self.app(), &RoomId::parse(room).unwrap(), &enter).await.unwrap();
    }

    async fn destroy(&self, room: &str) {
        let destroy = DestroyRoom { by: account("admin"), quietly: false };
        self.engine.run(&self.app(), &RoomId::parse(room).unwrap(), &destroy).await.unwrap();
    }

    /// Moves the clock: how much was run.
    async fn advance(&self, by_ms: u64) -> u64 {
        let app = self.app();
        let before = app.now_ms();
        let moved = self.engine.advance(&app, by_ms);
        let moved = tokio::time::timeout(PATIENCE, moved).await.unwrap().unwrap();
        assert_eq!((moved.now_ms, moved.left), (before + by_ms, 0), "{moved:?}");
        moved.ran
    }

    /// What the log says of every callback.
    fn states(&self) -> Vec<CallbackState> {
        let page = self.engine.callback_log().page(APP, 0, 10_000, |_| true);
        page.items.iter().map(|(_, callback)| callback.state()).collect()
    }

    /// When the attempts of the first callback ended, from the first one on, in milliseconds.
    fn attempts_ms(&self) -> Vec<u64> {
        let attempts = self.engine.callback_log().get(APP, 1).unwrap().delivery().attempts;
        attempts.iter().map(|attempt| attempt.at_ms - attempts[0].at_ms).collect()
    }
}

fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

/// A receiver of all kinds of event, named over the REST API.
fn receiver(url: &str) -> Receiver {
    let kinds = vec![
        EventKind::RoomCreated,
        EventKind::RoomEnded,
        EventKind::MembersEntered,
        EventKind::MembersLeft,
    ];
    Receiver { url: CallbackUrl::parse(url).unwrap(), kinds, by_rest: true }
}

/// A URL where nobody is.
async fn nobody() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    format!("http://{}/", listener.local_addr().unwrap())
}

/// Where callbacks come, and are answered as often as somebody says.
struct Backend {
    address: SocketAddr,
    seen: Arc<Seen>,
    _serving: JoinSet<()>,
}

struct Seen {
    bodies: Mutex<Vec<Value>>,
    came: Notify,
    answers: Semaphore,
    status: Mutex<StatusCode>,
    answer: Mutex<&'static str>,
    queries: Mutex<Vec<Option<String>>>,
}

impl Backend {
    /// One that answers so many, and then no more until it is told to.
    async fn answering(answers: usize) -> Self {
        let seen = Arc::new(Seen {
            bodies: Mutex::default(),
            came: Notify::new(),
            answers: Semaphore::new(answers),
            status: Mutex::new(StatusCode::OK),
            answer: Mutex::new("{}"),
            queries: Mutex::default(),
        });
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new().fallback(receive).with_state(Arc::clone(&seen));
        let mut serving = JoinSet::new();
        serving.spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { address, seen, _serving: serving }
    }

    async fn start() -> Self {
        Self::answering(Semaphore::MAX_PERMITS).await
    }

    fn url(&self) -> String {
        format!("http://{}/", self.address)
    }

    fn count(&self) -> usize {
        self.seen.bodies.lock().len()
    }

    /// Waits until so many came: a field of each.
    async fn came(&self, count: usize, field: &str) -> Vec<Value> {
        let enough = async {
            loop {
                let came = self.seen.came.notified();
                if self.count() >= count {
                    return;
                }
                came.await;
            }
        };
        let in_time = tokio::time::timeout(PATIENCE, enough).await;
        let bodies = self.seen.bodies.lock();
        assert!(in_time.is_ok(), "{count} are waited for, these came: {bodies:#?}");
        bodies.iter().map(|body| body[field].clone()).collect()
    }
}

async fn receive(
    State(seen): State<Arc<Seen>>,
    RawQuery(query): RawQuery,
    body: String,
) -> (StatusCode, &'static str) {
    seen.queries.lock().push(query);
    seen.bodies.lock().push(serde_json::from_str(&body).unwrap());
    seen.came.notify_one();
    seen.answers.acquire().await.unwrap().forget();
    (*seen.status.lock(), *seen.answer.lock())
}

const BACKLOG: usize = 1024 * 1024;

#[tokio::test]
async fn so_many_are_on_their_way_and_the_rest_follow() {
    let house = House::new(&["app.0.callback.timeout=60s"], BACKLOG);
    let backend = Backend::answering(0).await;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    for nth in 0..MAX_IN_FLIGHT + 3 {
        house.create(APP, &format!("r{nth}")).await;
    }
    backend.came(MAX_IN_FLIGHT, "RoomId").await;
    for more in 1..=3 {
        backend.seen.answers.add_permits(1);
        backend.came(MAX_IN_FLIGHT + more, "RoomId").await;
        assert_eq!(backend.count(), MAX_IN_FLIGHT + more, "one for each that was answered");
    }
    backend.seen.answers.add_permits(MAX_IN_FLIGHT);
    assert_eq!(house.advance(0).await, 0);
    assert_eq!(house.states(), [CallbackState::Sent; MAX_IN_FLIGHT + 3]);
    house.sender.stop().await;
}

#[tokio::test]
async fn another_apps_receiver_is_not_held_up() {
    let other = ["app.1.sdkappid=99999999", "app.1.secret_keys=[\"k\"]"];
    let house = House::new(&[other[0], other[1], "app.0.callback.timeout=60s"], BACKLOG);
    let (slow, prompt) = (Backend::answering(0).await, Backend::start().await);
    house.app().create_receiver(receiver(&slow.url())).unwrap();
    let settings_of_other = house.engine.app(OTHER).unwrap();
    // The development key is not its own, and this machine no public address.
    let by_operator = Receiver { by_rest: false, ..receiver(&prompt.url()) };
    settings_of_other.create_receiver(by_operator).unwrap();
    for nth in 0..2 * MAX_IN_FLIGHT {
        house.create(APP, &format!("r{nth}")).await;
    }
    slow.came(MAX_IN_FLIGHT, "RoomId").await;
    for nth in 0..2 * MAX_IN_FLIGHT {
        house.create(OTHER, &format!("r{nth}")).await;
    }
    prompt.came(2 * MAX_IN_FLIGHT, "RoomId").await;
    assert_eq!(slow.count(), MAX_IN_FLIGHT);
    house.sender.stop().await;
}

#[tokio::test]
async fn the_schedule_is_kept_to_the_millisecond() {
    let house = House::new(&["app.0.callback.retry=1,2,4,7"], BACKLOG);
    let of_creation = Receiver { kinds: vec![EventKind::RoomCreated], ..receiver(&nobody().await) };
    house.app().create_receiver(of_creation).unwrap();
    house.create(APP, "r").await;
    assert_eq!(house.advance(0).await, 0, "what is due now is not run by moving the clock");
    assert_eq!(house.advance(999).await, 0);
    assert_eq!(house.advance(1).await, 1);
    assert_eq!(house.advance(13_000 + 86_400_000).await, 4, "three attempts, and the room's end");
    assert_eq!(house.attempts_ms(), [0, 1_000, 3_000, 7_000, 14_000]);
    assert_eq!(house.states()[0], CallbackState::Failed);
    house.sender.stop().await;
}

#[tokio::test]
async fn one_that_is_away_is_probed_by_one_room_at_its_pace() {
    let house = House::new(&["app.0.callback.retry=1,2,4,8,16"], BACKLOG);
    house.app().create_receiver(receiver(&nobody().await)).unwrap();
    house.create(APP, "first").await;
    house.advance(0).await;
    for nth in 0..100 {
        house.create(APP, &format!("r{nth}")).await;
    }
    assert_eq!(house.advance(15_000).await, 4, "at 1, 3, 7 and 15 seconds");
    assert_eq!(house.sender.made(APP), 5);
    assert_eq!(house.attempts_ms(), [0, 1_000, 3_000, 7_000, 15_000]);
    // Somebody is there: the one that waited longest is tried in its turn, and all others then.
    let backend = Backend::start().await;
    house.app().replace_receiver(receiver(&backend.url())).unwrap();
    house.engine.receiver_changed(&house.app()).await.unwrap();
    house.advance(0).await;
    assert_eq!(backend.count(), 100, "the new one is no more to be waited for");
    assert_eq!(house.advance(16_000).await, 1);
    assert_eq!(house.states(), [CallbackState::Sent; 101]);
    house.sender.stop().await;
}

#[tokio::test]
async fn one_that_is_away_is_not_tried_more_often_because_letters_are_dropped() {
    // Room for a handful.
    let house = House::new(&[], 4096);
    house.app().create_receiver(receiver(&nobody().await)).unwrap();
    for nth in 0..500 {
        house.create(APP, &format!("r{nth}")).await;
        house.engine.receiver_changed(&house.app()).await.unwrap();
        house.sender.settled(&house.app()).await;
    }
    assert_eq!(house.sender.made(APP), 1, "the clock stands still");
    assert_eq!(house.advance(1_000).await, 1, "another letter probes at the same pace");
    let dropped = house.states().iter().filter(|it| **it == CallbackState::Dropped).count();
    assert!((480..500).contains(&dropped), "{dropped}");
    let counted =
        format!("guestlist_callbacks_total{{sdkappid=\"{APP}\",end=\"dropped\"}} {dropped}");
    assert!(house.metrics.text().contains(&counted), "{}", house.metrics.text());
    house.sender.stop().await;
}

#[tokio::test]
async fn what_waits_goes_to_the_receiver_that_is_set_then() {
    let house = House::new(&[], BACKLOG);
    let (first, second) = (Backend::start().await, Backend::start().await);
    *first.seen.status.lock() = StatusCode::INTERNAL_SERVER_ERROR;
    house.app().create_receiver(receiver(&first.url())).unwrap();
    house.create(APP, "r").await;
    house.enter("r", "bob").await;
    house.advance(0).await;
    assert_eq!(first.count(), 1, "the second waits behind the first");
    // What waits was wanted when it happened.
    let narrower = Receiver { kinds: vec![], ..receiver(&second.url()) };
    house.app().replace_receiver(narrower).unwrap();
    house.engine.receiver_changed(&house.app()).await.unwrap();
    assert_eq!(house.advance(1_000).await, 2);
    let told = second.came(2, "CallbackCommand").await;
    assert_eq!(told, ["Room.CallbackAfterCreateRoom", "Room.CallbackAfterMemberEnter"]);
    assert_eq!(first.count(), 1);
    house.sender.stop().await;
}

#[tokio::test]
async fn without_a_receiver_what_waits_is_let_go_ready_or_not() {
    let house = House::new(&[], BACKLOG);
    house.app().create_receiver(receiver(&nobody().await)).unwrap();
    for room in ["r", "s", "t"] {
        house.create(APP, room).await;
        house.enter(room, "bob").await;
    }
    house.advance(0).await;
    assert_eq!(house.states(), [CallbackState::Waiting; 6]);
    house.app().remove_receiver();
    house.engine.receiver_removed(&house.app()).await.unwrap();
    // The sender may let go of some itself meanwhile, and not have written it down yet.
    let gone = |callback: &LoggedCallback| callback.state() == CallbackState::NoUrl;
    let all_gone = house.engine.callback_log().wait_for_change(APP, 0, 6, gone);
    let all_gone = tokio::time::timeout(PATIENCE, all_gone).await;
    assert!(all_gone.is_ok(), "without anybody moving the clock: {:?}", house.states());
    let backend = Backend::start().await;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.engine.receiver_changed(&house.app()).await.unwrap();
    house.advance(60_000).await;
    assert_eq!(backend.count(), 0);
    house.create(APP, "u").await;
    house.advance(0).await;
    assert_eq!(backend.count(), 1);
    house.sender.stop().await;
}

#[tokio::test]
async fn what_was_on_its_way_when_the_receiver_went_is_let_go_when_it_comes_back() {
    let house = House::new(&["app.0.callback.timeout=60s"], BACKLOG);
    let backend = Backend::answering(0).await;
    *backend.seen.status.lock() = StatusCode::INTERNAL_SERVER_ERROR;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.create(APP, "r").await;
    backend.came(1, "RoomId").await;
    house.app().remove_receiver();
    house.engine.receiver_removed(&house.app()).await.unwrap();
    assert_eq!(house.states(), [CallbackState::Waiting], "it may arrive yet");
    backend.seen.answers.add_permits(1);
    house.advance(1).await;
    assert_eq!(house.states(), [CallbackState::NoUrl]);
    assert_eq!(backend.count(), 1);
    house.sender.stop().await;
}

#[tokio::test]
async fn a_room_that_ends_and_begins_again_is_told_in_one_row() {
    let house = House::new(&[], BACKLOG);
    let backend = Backend::start().await;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    let mut expected = Vec::new();
    for _ in 0..20 {
        house.create(APP, "r").await;
        house.enter("r", "bob").await;
        house.destroy("r").await;
        expected.extend(["CreateRoom", "MemberEnter", "DestroyRoom"]);
    }
    let told = backend.came(60, "CallbackCommand").await;
    let told: Vec<_> =
        told.iter().map(|it| it.as_str().unwrap().replace("Room.CallbackAfter", "")).collect();
    assert_eq!(told, expected);
    house.sender.stop().await;
}

#[tokio::test]
async fn a_reset_lets_go_of_what_is_on_its_way_and_of_what_is_known() {
    let house = House::new(&["app.0.callback.timeout=60s"], BACKLOG);
    let backend = Backend::answering(0).await;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.create(APP, "r").await;
    house.enter("r", "bob").await;
    backend.came(1, "RoomId").await;
    house.engine.reset(&house.app()).await.unwrap();
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.create(APP, "r").await;
    // The one of before and the one of now are on their way: they are not of one room.
    backend.came(2, "RoomId").await;
    backend.seen.answers.add_permits(10);
    house.enter("r", "carol").await;
    let told = backend.came(3, "CallbackCommand").await;
    assert_eq!(told[2], "Room.CallbackAfterMemberEnter");
    house.sender.settled(&house.app()).await;
    assert_eq!(house.states(), [CallbackState::Sent; 2], "nothing of before");

    house.app().replace_receiver(receiver(&nobody().await)).unwrap();
    house.create(APP, "s").await;
    house.sender.settled(&house.app()).await;
    house.engine.reset(&house.app()).await.unwrap();
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.create(APP, "t").await;
    backend.came(4, "CallbackCommand").await;
    house.sender.stop().await;
}

#[tokio::test]
async fn one_that_is_dropped_on_its_way_ends_once() {
    let house = House::new(&["app.0.callback.timeout=60s"], 2048);
    let backend = Backend::answering(0).await;
    house.app().create_receiver(receiver(&backend.url())).unwrap();
    house.create(APP, "r").await;
    backend.came(1, "RoomId").await;
    for nth in 0..50 {
        house.enter("r", &format!("user{nth}")).await;
    }
    assert_eq!(house.states()[0], CallbackState::Dropped);
    backend.seen.answers.add_permits(100);
    house.advance(0).await;
    let states = house.states();
    assert_eq!(states[0], CallbackState::Dropped, "the log says what was decided first");
    let text = house.metrics.text();
    for (state, end) in [(CallbackState::Dropped, "dropped"), (CallbackState::Sent, "sent")] {
        let count = states.iter().filter(|it| **it == state).count();
        let line = format!("guestlist_callbacks_total{{sdkappid=\"{APP}\",end=\"{end}\"}} {count}");
        assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
    }
    house.sender.stop().await;
}

//! A desk to ask actions at, without a socket; and what the gateway checks for all of them.

use std::sync::Arc;

use futures_util::FutureExt;
use serde_json::Value;

use super::*;
use crate::config::{DEVELOPMENT_ZEGO_SECRET, Defaults, Settings, Sources};
use crate::domain::{
    Account, AccountRecord, AddRobot, AppId, CreateGroup, CreateRoom, Enter, EnterMany, Gate,
    GroupProfile, GroupType, Leave, LeaveReason, MAX_ENTRIES_PER_STEP, Need, Operation, RoomId,
    Silenced,
};
use crate::engine::{App, ClockSetting, Engine};
use crate::sig::zego;
use crate::store::{Fault, Faulty, MemoryStore, RoomStore};
use crate::telemetry::Metrics;

const APP: u32 = 88_888_888;

pub(super) struct Desk {
    engine: Arc<Engine>,
    gateway: Gateway,
}

fn account(text: &str) -> Account {
    Account::parse(text).unwrap()
}

fn room(text: &str) -> RoomId {
    RoomId::parse(text).unwrap()
}

impl Desk {
    /// A desk of an app without limits of calls.
    pub(super) fn new() -> Self {
        Self::with(&["app.0.unlimited=true"])
    }

    pub(super) fn with(overrides: &[&str]) -> Self {
        Self::on(Arc::new(MemoryStore::new()), overrides)
    }

    fn on(store: Arc<dyn RoomStore>, overrides: &[&str]) -> Self {
        let overrides = overrides.iter().map(ToString::to_string).collect();
        let sources = Sources { overrides, ..Sources::default() };
        let settings = Settings::load(&sources, Defaults::Dev).unwrap();
        let metrics = Arc::new(Metrics::new(std::iter::empty()));
        let engine = Arc::new(Engine::new(&settings.apps, store, metrics).with_request_log());
        Self { gateway: Gateway::new(Arc::clone(&engine), false), engine }
    }

    fn app(&self) -> Arc<App> {
        self.engine.app(AppId(APP)).unwrap()
    }

    fn run<O: Operation>(&self, id: &str, operation: &O) -> O::Output {
        let (app, id) = (self.app(), room(id));
        let running = self.engine.run(&app, &id, operation);
        let ran = running.now_or_never().expect("memory answers at once");
        ran.unwrap_or_else(|failure| panic!("{failure}"))
    }

    /// A conference room whose owner is listed.
    pub(super) fn make_room(&self, id: &str, owner: &str) {
        let create = CreateRoom {
            by: account("admin"),
            owner: account(owner),
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
        self.run(id, &create);
    }

    pub(super) fn make_group(&self, id: &str, of: GroupType, owner: &str) {
        let create = CreateGroup {
            by: account("admin"),
            group_type: of,
            owner: Some(account(owner)),
            name: "".into(),
            max_member_count: 2_000,
            profile: GroupProfile::default(),
            created_ms: None,
            members: vec![],
        };
        self.run(id, &create);
    }

    /// An open room, which somebody opens.
    pub(super) fn open(&self, id: &str, who: &str) {
        self.run(id, &Enter { opens: true, ..Enter::of(account(who)) });
    }

    /// A client comes in, with a name card if it is not empty.
    pub(super) fn enter(&self, id: &str, who: &str, name: &str) {
        let name = (!name.is_empty()).then(|| name.into());
        self.run(id, &Enter { name, ..Enter::of(account(who)) });
    }

    pub(super) fn enter_many(&self, id: &str, count: usize) {
        let people: Vec<_> = (0..count).map(|nth| account(&format!("crowd-{nth}"))).collect();
        for step in people.chunks(MAX_ENTRIES_PER_STEP) {
            self.run(id, &EnterMany { accounts: step.to_vec(), opens: false });
        }
    }

    pub(super) fn leave(&self, id: &str, who: &str) {
        self.run(id, &Leave { account: account(who), reason: LeaveReason::Left });
    }

    pub(super) fn add_robot(&self, id: &str, who: &str) {
        self.run(id, &AddRobot { account: account(who) });
    }

    pub(super) fn import(&self, who: &str, nick: &str) {
        let record =
            AccountRecord { account: account(who), nick: nick.into(), face_url: "".into() };
        let (app, records) = (self.app(), [record]);
        let importing = self.engine.import_accounts(&app, &records);
        importing.now_or_never().expect("memory answers at once").unwrap();
    }

    pub(super) fn owner(&self, id: &str) -> Option<String> {
        let (app, id) = (self.app(), room(id));
        let looking = self.engine.look(&app, &id, Need::default(), |seen, _| {
            seen.facts.owner.as_ref().map(ToString::to_string)
        });
        looking.now_or_never().expect("memory answers at once").unwrap()
    }

    /// Everybody in a room, in order.
    pub(super) fn people(&self, id: &str) -> Vec<String> {
        let data = self.data("DescribeUserList", &format!("RoomId={id}"));
        let users = data["UserList"].as_array().unwrap().iter();
        users.map(|user| user["UserId"].as_str().unwrap().to_owned()).collect()
    }

    /// Freezes the app's clock where it is: the time, in Unix seconds.
    pub(super) fn freeze(&self) -> u64 {
        let setting = ClockSetting { now_ms: None, frozen: true };
        self.engine.set_clock(&self.app(), setting).unwrap();
        self.app().now_ms() / 1000
    }

    /// Moves the app's frozen clock.
    pub(super) fn advance_ms(&self, by_ms: u64) {
        let now_ms = Some(self.app().now_ms() + by_ms);
        self.engine.set_clock(&self.app(), ClockSetting { now_ms, frozen: true }).unwrap();
    }

    /// What every request says of itself, signed now.
    fn signed(&self, action: &str) -> String {
        let timestamp = (self.app().now_ms() / 1000).to_string();
        signed(action, DEVELOPMENT_ZEGO_SECRET, &timestamp)
    }

    /// The whole reply to a query.
    fn ask(&self, query: &str) -> Value {
        let head = Head { method: "GET", query, origin: None };
        let read = Query::read(query);
        let request_id = self.gateway.next_request_id();
        let answering = self.gateway.answer(&head, &read, request_id);
        let answer = answering.now_or_never().expect("memory answers at once");
        self.gateway.record(&head, &read, &answer, std::time::Duration::ZERO);
        let mut reply: Value = serde_json::from_slice(&answer.body).unwrap();
        let sent = reply.as_object_mut().unwrap().remove("RequestId").unwrap();
        assert_eq!(sent.as_str().unwrap().parse::<u64>().unwrap(), request_id.number());
        reply
    }

    fn call(&self, action: &str, query: &str) -> Value {
        self.ask(&format!("{}&{query}", self.signed(action)))
    }

    /// `Data` of an action that is done, if there is any.
    #[track_caller]
    pub(super) fn done(&self, action: &str, query: &str) -> Option<Value> {
        let mut reply = self.call(action, query);
        let data = reply.as_object_mut().unwrap().remove("Data");
        assert_eq!(reply, serde_json::json!({"Code": 0, "Message": "success"}), "{query}");
        data
    }

    #[track_caller]
    pub(super) fn data(&self, action: &str, query: &str) -> Value {
        self.done(action, query).expect("the action answers with data")
    }

    /// Asserts that an action is refused with this code and text.
    #[track_caller]
    pub(super) fn refuses(&self, action: &str, query: &str, code: u32, text: &str) {
        let refused = serde_json::json!({"Code": code, "Message": text});
        assert_eq!(self.call(action, query), refused, "{action} {query}");
    }
}

fn signed(action: &str, secret: &str, timestamp: &str) -> String {
    let (app_id, nonce) = (APP.to_string(), "4fd24687296dd9f3");
    let signature = zego::sign(&app_id, nonce, secret, timestamp);
    format!(
        "Action={action}&AppId={app_id}&SignatureNonce={nonce}&Timestamp={timestamp}\
         &Signature={signature}&SignatureVersion=2.0&IsTest=false&ver=1"
    )
}

#[test]
fn the_checks_come_in_their_order() {
    let desk = Desk::new();
    let mut query = String::new();
    let now = (desk.app().now_ms() / 1000).to_string();
    let whole = desk.signed("DescribeUserList");
    let signature = whole.split("&Signature=").nth(1).unwrap().split('&').next().unwrap();
    // Each step mends one fault, and leaves the next.
    for (step, code) in [
        ("x=1", 100_000_001),
        (&*format!("AppId={APP}"), 100_000_002),
        ("Timestamp=", 100_000_002),
        ("Timestamp=x", 100_000_003),
    ] {
        let asked = format!("{query}&{step}");
        assert_eq!(desk.ask(&asked)["Code"], code, "{asked}");
        if step.starts_with("AppId") {
            query = asked;
        }
    }
    query += &format!("&Timestamp={now}");
    for (step, code) in [
        ("", 100_000_006),
        ("&Action=Describe", 100_000_007),
        ("&Action=DescribeUserList", 100_000_008),
        ("&SignatureNonce=4fd24687296dd9f3", 100_000_009),
        (&*format!("&Signature={signature}"), 100_000_013),
        ("&SignatureVersion=1.0", 100_000_014),
    ] {
        let asked = format!("{query}{step}");
        assert_eq!(desk.ask(&asked)["Code"], code, "{asked}");
        if !matches!(code, 100_000_007 | 100_000_014) {
            query = asked;
        }
    }
    assert_eq!(desk.ask(&format!("{query}&SignatureVersion=2.0"))["Code"], 2, "no room is named");
}

#[test]
fn numbers_are_numbers() {
    let desk = Desk::new();
    let whole = desk.signed("DescribeUserList");
    for (from, to, code) in [
        ("AppId=88888888", "AppId=x", 100_000_001),
        ("AppId=88888888", "AppId=-1", 100_000_001),
        ("AppId=88888888", "AppId=4294967296", 100_000_001),
        ("AppId=88888888", "AppId=4294967295", 100_000_010),
        ("Timestamp=", "Timestamp=-", 100_000_003),
        ("Timestamp=", "Timestamp=%2B", 100_000_003),
        ("Timestamp=", "Timestamp=9999999999999999999", 100_000_003),
    ] {
        assert_eq!(desk.ask(&whole.replacen(from, to, 1))["Code"], code, "{to}");
    }
}

#[test]
fn a_signature_is_good_for_600_seconds_by_the_apps_clock() {
    let desk = Desk::new();
    let now_s = desk.app().now_ms() / 1000 + 10;
    let setting = ClockSetting { now_ms: Some(now_s * 1000), frozen: true };
    desk.engine.set_clock(&desk.app(), setting).unwrap();
    for (time_s, code) in [
        (now_s - 601, 100_000_004),
        (now_s - 600, 2),
        (now_s + 600, 2),
        (now_s + 601, 100_000_004),
        (u64::MAX / 4, 100_000_004),
    ] {
        let query = signed("DescribeUserList", DEVELOPMENT_ZEGO_SECRET, &time_s.to_string());
        assert_eq!(desk.ask(&query)["Code"], code, "{time_s}");
    }
}

#[test]
fn a_signature_covers_app_nonce_and_time_and_needs_the_secret() {
    let desk = Desk::new();
    let whole = desk.signed("DescribeUserList");
    for (from, to) in [
        ("SignatureNonce=4fd24687296dd9f3", "SignatureNonce=4fd24687296dd9f4"),
        ("&Signature=", "&Signature=0"),
        ("AppId=88888888", "AppId=088888888"),
    ] {
        let asked = whole.replacen(from, to, 1);
        assert_eq!(desk.ask(&asked)["Code"], 100_000_005, "{asked}");
    }
    let now = (desk.app().now_ms() / 1000).to_string();
    let other = signed("DescribeUserList", "00000000000000000000000000000000", &now);
    assert_eq!(desk.ask(&other)["Code"], 100_000_005);
    // Hex of either case is the same, and a second use is as good as the first.
    let upper = whole.split("&Signature=").nth(1).unwrap()[..32].to_uppercase();
    let (before, after) = whole.split_once("&Signature=").unwrap();
    let upper = format!("{before}&Signature={upper}{}", &after[32..]);
    assert_eq!(desk.ask(&upper)["Code"], 2);
    assert_eq!(desk.ask(&upper)["Code"], 2);
}

#[test]
fn an_unknown_action_is_told_the_nearest() {
    let desk = Desk::new();
    let text = "Action: DescribeUserLists is not one of these; DescribeUserList is";
    desk.refuses("DescribeUserLists", "", 100_000_007, text);
    desk.refuses("Nothing", "", 100_000_007, "Action: Nothing is not one of these");
}

#[test]
fn an_action_is_called_so_often_a_second_by_an_app_and_for_a_room() {
    let desk = Desk::with(&[]);
    let rate = |action: &str, per_second: u32| {
        let text = format!("{action}: more than {per_second} calls a second");
        desk.refuses(action, "RoomId=r", 206, &text);
    };
    desk.make_room("r", "olga");
    desk.done("CloseRoom", "RoomId=r");
    rate("CloseRoom", 1);
    desk.data("DescribeUserList", "RoomId=a");
    let text = "DescribeUserList: more than 1 call in 1 second for this room";
    desk.refuses("DescribeUserList", "RoomId=a", 207, text);
    desk.data("DescribeUserList", "RoomId=b");
    // Pages of one walk do not count, unless it is set.
    desk.data("DescribeUserList", "RoomId=a&Marker=17-bob");
    desk.data("DescribeSimpleStreamList", "RoomId=a");
    let text = "DescribeSimpleStreamList: more than 1 call in 10 seconds for this room";
    desk.refuses("DescribeSimpleStreamList", "RoomId=a", 207, text);
    for nth in 0..10 {
        desk.call("DescribeUserNum", &format!("RoomId={nth}"));
    }
    rate("DescribeUserNum", 10);

    let counting = Desk::with(&["app.0.zego.count_continuations=true"]);
    counting.data("DescribeUserList", "RoomId=a");
    let text = "DescribeUserList: more than 1 call in 1 second for this room";
    counting.refuses("DescribeUserList", "RoomId=a&Marker=17-bob", 207, text);
}

#[test]
fn a_store_that_fails_is_code_1() {
    let store = Faulty::new(Arc::new(MemoryStore::new()), Fault::Commit { at: 2 });
    let desk = Desk::on(Arc::new(store), &["app.0.unlimited=true"]);
    desk.make_room("r", "olga");
    desk.refuses(
        "KickoutUser",
        "RoomId=r&UserId=olga",
        1,
        "the store is unavailable, please retry",
    );
}

#[test]
fn a_message_stands_in_the_request_log_without_its_signature() {
    let desk = Desk::new();
    desk.make_room("r", "olga");
    let query = "RoomId=r&UserId=olga&MessageCategory=2&MessageContent=hi%26there&junk=1";
    desk.data("SendBarrageMessage", query);
    let log = desk.engine.requests().unwrap().page(AppId(APP), 0, 10, |_| true);
    let (_, entry) = log.items.last().unwrap();
    assert_eq!((entry.texts().command, entry.texts().room), ("SendBarrageMessage", "r"));
    let body: Value = serde_json::from_str(entry.body()).unwrap();
    let kept = serde_json::json!({"RoomId": "r", "UserId": "olga", "MessageCategory": "2",
        "MessageContent": "hi&there"});
    assert_eq!(body, kept);
}

#[test]
fn what_is_meant_for_this_dialect_says_so() {
    for (path, query, is) in [
        ("/", "Action=x", true),
        ("/", "a=1&AppId=2", true),
        ("/", "Signature", true),
        ("/", "", false),
        ("/", "action=x", false),
        ("/v4/x", "Action=x", false),
    ] {
        assert_eq!(is_for(path, query), is, "{path}?{query}");
    }
}

//! ZEGO's receiver beside RoomEngine's.

use serde_json::json;

use super::*;
use crate::domain::{
    AddMembers, AddStream, CreateGroup, DeleteStream, EnterMany, GroupProfile, GroupType, Leave,
    LeaveReason, StreamId,
};
use crate::sig::zego::sign_callback;

const SECRET: &str = "s3cret";

/// A house with a receiver of ZEGO callbacks.
fn house_of(url: &str, more: &[&str]) -> House {
    let url = format!("app.0.zego.callback_url={url}");
    let secret = format!("app.0.zego.callback_secret={SECRET}");
    House::new(&[&[url.as_str(), secret.as_str()], more].concat(), BACKLOG)
}

impl House {
    async fn run<O: crate::domain::Operation>(&self, room: &str, operation: &O) -> O::Output {
        let room = RoomId::parse(room).unwrap();
        self.engine.run(&self.app(), &room, operation).await.unwrap()
    }

    async fn open(&self, room: &str, names: &[&str]) {
        let accounts = names.iter().map(|name| account(name)).collect();
        self.run(room, &EnterMany { accounts, opens: true }).await;
    }

    async fn add_stream(&self, room: &str, stream: &str, who: &str) {
        let stream = StreamId::parse(stream).unwrap();
        let add = AddStream {
            account: account(who),
            stream,
            name: "".into(),
            title: "".into(),
            extra_info: "".into(),
        };
        self.run(room, &add).await;
    }
}

/// The event of each, with what it is about.
fn told(bodies: &[Value]) -> Vec<String> {
    let one = |body: &Value| {
        let about = ["user_account", "stream_id"].iter().find_map(|field| body[field].as_str());
        let why = ["reason", "type"].iter().find_map(|field| body[field].as_str());
        let why =
            why.map(str::to_owned).or_else(|| Some(body["close_reason"].as_u64()?.to_string()));
        let words = [body["event"].as_str(), about, why.as_deref()];
        words.into_iter().flatten().collect::<Vec<_>>().join(" ")
    };
    bodies.iter().map(one).collect()
}

async fn bodies(backend: &Backend, count: usize) -> Vec<Value> {
    backend.came(count, "event").await;
    backend.seen.bodies.lock().clone()
}

#[tokio::test]
async fn each_of_the_six_comes_signed_and_in_the_rooms_order() {
    let backend = Backend::start().await;
    let house = house_of(&backend.url(), &[]);
    house.open("r", &["bob", "carl"]).await;
    house.add_stream("r", "s1", "bob").await;
    house.add_stream("r", "s2", "bob").await;
    house.add_stream("r", "s3", "carl").await;
    let delete = DeleteStream { account: account("bob"), stream: StreamId::parse("s1").unwrap() };
    house.run("r", &delete).await;
    house.run("r", &Leave { account: account("carl"), reason: LeaveReason::Expired }).await;
    house.run("r", &Leave { account: account("bob"), reason: LeaveReason::Left }).await;
    let bodies = bodies(&backend, 12).await;
    let expected = [
        "room_create",
        "room_login bob",
        "room_login carl",
        "stream_create s1",
        "stream_create s2",
        "stream_create s3",
        "stream_close s1 100",
        "stream_close s3 1",
        "room_logout carl 1",
        "stream_close s2 0",
        "room_logout bob 0",
        "room_close 0",
    ];
    assert_eq!(told(&bodies), expected);
    let mut nonces = Vec::new();
    for body in &bodies {
        let number = matches!(body["event"].as_str(), Some("room_create" | "room_close"));
        assert_eq!([&body["appid"], &body["timestamp"]].map(Value::is_u64), [number; 2], "{body}");
        let timestamp = body["timestamp"].to_string().replace('"', "");
        let nonce = body["nonce"].as_str().unwrap();
        assert_eq!(body["signature"], sign_callback(SECRET, &timestamp, nonce), "{body}");
        nonces.push(nonce);
    }
    nonces.sort_unstable();
    nonces.dedup();
    assert_eq!(nonces.len(), 12, "no two share one");
    house.advance(0).await;
    // RoomEngine's, which nobody hears, stand beside them.
    let log = house.engine.callback_log().page(APP, 0, 100, |_| true).items;
    let to = |to| log.iter().filter(|(_, entry)| entry.to() == to).count();
    assert_eq!((to(Destination::Zego), to(Destination::RoomEngine)), (12, 5));
    house.sender.stop().await;
}

#[tokio::test]
async fn a_receiver_may_answer_any_status_of_success_and_anything() {
    for (status, arrived) in [(200, true), (204, true), (299, true), (300, false), (404, false)] {
        let backend = Backend::start().await;
        *backend.seen.status.lock() = StatusCode::from_u16(status).unwrap();
        *backend.seen.answer.lock() = "no JSON";
        let house = house_of(&backend.url(), &[]);
        house.open("r", &["bob"]).await;
        house.advance(0).await;
        let expected = if arrived { CallbackState::Sent } else { CallbackState::Waiting };
        let log =
            house.engine.callback_log().page(APP, 0, 100, |entry| entry.to() == Destination::Zego);
        assert_eq!(log.items[0].1.state(), expected, "{status}");
        let query = backend.seen.queries.lock()[0].clone();
        assert_eq!(query, None, "the URL is as it was set");
        house.sender.stop().await;
    }
}

#[tokio::test]
async fn each_part_has_the_whole_schedule_and_the_next_comes_when_it_is_spent() {
    let house = house_of(&nobody().await, &["app.0.callback.retry=1"]);
    house.open("r", &["bob", "carl"]).await;
    let log = || house.engine.callback_log().page(APP, 0, 100, |it| it.to() == Destination::Zego);
    let states = || -> Vec<_> { log().items.iter().map(|(_, it)| it.state()).collect() };
    assert_eq!(house.advance(0).await, 0);
    assert_eq!(states(), [CallbackState::Waiting; 2], "one for each letter");
    // The clock runs on by itself: a second is enough for what happens in between.
    assert_eq!(house.advance(1_000).await, 0);
    assert_eq!(house.advance(1_000).await, 1);
    house.advance(59_000).await;
    assert_eq!(states(), [CallbackState::Waiting; 2]);
    house.advance(1_000).await;
    assert_eq!(states(), [CallbackState::Failed, CallbackState::Waiting]);
    let attempts = log().items[0].1.delivery().attempts;
    let pauses: Vec<_> = attempts.windows(2).map(|two| two[1].at_ms - two[0].at_ms).collect();
    let schedule = [2_000, 4_000, 8_000, 16_000, 32_000];
    assert_eq!(pauses.len(), schedule.len());
    for (pause, planned) in pauses.iter().zip(schedule) {
        assert!((planned..planned + 1_000).contains(pause), "{pauses:?}");
    }
    house.advance(62_000).await;
    use CallbackState::{Failed, Waiting};
    assert_eq!(states(), [Failed, Failed, Waiting], "the next of its letter is up");
    house.advance(62_000).await;
    assert_eq!(states(), [Failed; 3]);
    assert_eq!(house.advance(3_600_000).await, 0);
    let counted = format!("guestlist_callbacks_total{{sdkappid=\"{APP}\",end=\"failed\"}} 3");
    assert!(house.metrics.text().contains(&counted), "{}", house.metrics.text());
    house.sender.stop().await;
}

#[tokio::test]
async fn a_receiver_that_is_away_does_not_delay_the_other() {
    for zego_is_away in [true, false] {
        let (backend, away) = (Backend::start().await, nobody().await);
        let (zego, room_engine) =
            if zego_is_away { (away, backend.url()) } else { (backend.url(), away) };
        let house = house_of(&zego, &[]);
        house.app().create_receiver(receiver(&room_engine)).unwrap();
        for room in 0..100 {
            house.open(&format!("r{room}"), &["bob"]).await;
        }
        house.advance(0).await;
        assert_eq!(backend.count(), 200, "two of each room, and nobody moved the clock");
        let log = house
            .engine
            .callback_log()
            .page(APP, 0, 1000, |it| (it.to() == Destination::Zego) == zego_is_away);
        let made: u64 = log.items.iter().map(|(_, it)| it.delivery().made).sum();
        assert!((1..=64).contains(&made), "{made} found out that it is away");
        house.sender.stop().await;
    }
}

#[tokio::test]
async fn a_receiver_of_zego_hears_of_groups_too_and_room_engine_does_not() {
    let (zego, room_engine) = (Backend::start().await, Backend::start().await);
    let house = house_of(&zego.url(), &[]);
    house.app().create_receiver(receiver(&room_engine.url())).unwrap();
    let group = CreateGroup {
        by: account("admin"),
        group_type: GroupType::Public,
        owner: None,
        name: "the group".into(),
        max_member_count: 10,
        profile: GroupProfile::default(),
        created_ms: None,
        members: vec![],
    };
    house.run("g", &group).await;
    house.run("g", &AddMembers { accounts: vec![account("bob")], silent: false }).await;
    let bodies = bodies(&zego, 2).await;
    assert_eq!(told(&bodies), ["room_create", "room_login bob"]);
    assert_eq!(bodies[1]["room_name"], "the group");
    house.advance(0).await;
    assert_eq!(room_engine.count(), 0);
    house.sender.stop().await;
}

#[tokio::test]
async fn what_waits_of_a_letter_is_dropped_with_it() {
    let url = format!("app.0.zego.callback_url={}", nobody().await);
    let house = House::new(&[&url, "app.0.zego.callback_secret=s"], 8192);
    house.open("first", &["a", "b", "c"]).await;
    house.advance(0).await;
    for nth in 0..100 {
        house.open(&format!("r{nth}"), &["bob"]).await;
    }
    let log = house.engine.callback_log().page(APP, 0, 1000, |it| it.to() == Destination::Zego);
    let waits = |it: &&(u64, Arc<LoggedCallback>)| it.1.state() == CallbackState::Waiting;
    let waiting = log.items.iter().filter(waits).count();
    assert!((1..20).contains(&waiting), "{waiting}");
    // 101 births and 103 people.
    let dropped = 204 - waiting;
    let counted =
        format!("guestlist_callbacks_total{{sdkappid=\"{APP}\",end=\"dropped\"}} {dropped}");
    assert!(house.metrics.text().contains(&counted), "{}", house.metrics.text());
    house.sender.stop().await;
}

#[tokio::test]
async fn one_callback_of_many_is_replayed() {
    let backend = Backend::start().await;
    let house = house_of(&backend.url(), &[]);
    house.open("r", &["bob", "carl"]).await;
    house.advance(0).await;
    let log = house.engine.callback_log().page(APP, 0, 100, |it| it.part() == 1);
    let (_, carl) = &log.items[0];
    house.sender.replay(&house.app(), carl).await.unwrap();
    let bodies = bodies(&backend, 4).await;
    assert_eq!(told(&bodies)[2..], ["room_login carl", "room_login carl"]);
    assert_ne!(bodies[2]["nonce"], bodies[3]["nonce"]);
    assert_eq!(carl.delivery().made, 2);
    assert_eq!(json!(bodies[3]["user_update_seq"]), "2");
    house.sender.stop().await;
}

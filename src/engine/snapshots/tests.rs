//! Snapshots: what is kept, what is not, and what comes back.

use super::*;
use crate::config::{Defaults, Settings, Sources};
use crate::domain::{AppId, CallbackUrl, Destination, EventKind, RoomId};
use crate::engine::{ClockSetting, Receiver};
use crate::store::MemoryStore;
use crate::telemetry::Metrics;

const APP: AppId = AppId(88_888_888);

fn name(text: &str) -> SnapshotName {
    SnapshotName::parse(text).unwrap()
}

fn engine(snapshots_bytes: u64) -> Engine {
    let settings = Settings::load(&Sources::default(), Defaults::Dev).unwrap();
    let metrics = Arc::new(Metrics::new(std::iter::empty()));
    let engine = Engine::new(&settings.apps, Arc::new(MemoryStore::new()), metrics);
    engine.with_snapshots(snapshots_bytes)
}

/// Somebody enters a room, which opens if it is not there.
async fn enter(engine: &Engine, app: &App, room: &str, account: &str) {
    let account = crate::domain::Account::parse(account).unwrap();
    let enter = crate::domain::EnterMany { accounts: vec![account], opens: true };
    engine.run(app, &RoomId::parse(room).unwrap(), &enter).await.unwrap();
}

/// What an export says, but for its moment.
async fn text(engine: &Engine, app: &App) -> String {
    let (mut lines, mut text) = (engine.export(app).await.unwrap(), Vec::new());
    while let Some(more) = lines.next().await.unwrap() {
        text.extend(more);
    }
    let text = String::from_utf8(text).unwrap();
    text.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn a_name_has_1_to_64_of_some_characters() {
    for good in ["a", ".", "Before.the_2nd-run", &"n".repeat(64)] {
        assert_eq!(name(good).as_str(), good);
    }
    let length = |bytes| Err(SnapshotNameFault::Length { bytes });
    assert_eq!(SnapshotName::parse(""), length(0));
    assert_eq!(SnapshotName::parse(&"n".repeat(65)), length(65));
    for bad in ["a b", "a/b", "é", "a\n", "a:b", "~"] {
        assert_eq!(SnapshotName::parse(bad), Err(SnapshotNameFault::Character), "{bad}");
    }
}

#[tokio::test]
async fn an_app_is_put_back_whole_with_its_receiver_and_its_clock() {
    let engine = engine(DEFAULT_BYTES);
    let app = engine.app(APP).unwrap();
    let url = CallbackUrl::parse("http://127.0.0.1:9/hear?token=4321").unwrap();
    let receiver = Receiver { url, kinds: vec![EventKind::RoomCreated], by_rest: true };
    engine.set_clock(&app, ClockSetting { now_ms: None, frozen: true }).unwrap();
    app.create_receiver(receiver.clone()).unwrap();
    engine.receiver_changed(&app).await.unwrap();
    enter(&engine, &app, "one", "anna").await;
    let (before, then_ms) = (text(&engine, &app).await, app.now_ms());
    let (about, replaced) = engine.take_snapshot(&app, &name("a")).await.unwrap();
    assert!(!replaced);
    assert_eq!((about.rooms, about.members, about.at_ms), (1, 1, then_ms));
    assert!(about.bytes > before.len() as u64, "the first line counts too");
    assert_eq!(app.snapshots(), [about]);

    enter(&engine, &app, "two", "bert").await;
    app.remove_receiver();
    engine.receiver_removed(&app).await.unwrap();
    engine.advance(&app, 3 * 86_400_000).await.unwrap();
    let imported = engine.restore(&app, &name("a")).await.unwrap();
    assert_eq!((imported.rooms, imported.members), (1, 1));
    assert!(!imported.query_missing);
    assert_eq!(text(&engine, &app).await, before);
    assert_eq!(app.receiver(Destination::RoomEngine).as_deref(), Some(&receiver));
    assert_eq!((app.now_ms(), engine.clock(&app).frozen), (then_ms, true));

    // A reset leaves it, and it can be put back any number of times.
    engine.reset(&app).await.unwrap();
    engine.restore(&app, &name("a")).await.unwrap();
    assert_eq!(text(&engine, &app).await, before);
    assert!(app.remove_snapshot(&name("a")) && !app.remove_snapshot(&name("a")));
    assert_eq!(engine.restore(&app, &name("a")).await, Err(RestoreRefusal::Unknown));
}

#[tokio::test]
async fn there_are_sixteen_and_not_seventeen() {
    let engine = engine(DEFAULT_BYTES);
    let app = engine.app(APP).unwrap();
    for nth in 0..MAX_SNAPSHOTS {
        engine.take_snapshot(&app, &name(&nth.to_string())).await.unwrap();
    }
    let one_more = engine.take_snapshot(&app, &name("more")).await;
    assert_eq!(one_more, Err(SnapshotRefusal::TooMany));
    let (_, replaced) = engine.take_snapshot(&app, &name("7")).await.unwrap();
    assert!(replaced, "one more of the same name is none more");
    app.remove_snapshot(&name("7"));
    engine.take_snapshot(&app, &name("more")).await.unwrap();
    assert_eq!(app.snapshots().len(), MAX_SNAPSHOTS);
}

#[tokio::test]
async fn they_hold_n_bytes_together_and_not_n_plus_1() {
    let measured = engine(DEFAULT_BYTES);
    let app = measured.app(APP).unwrap();
    enter(&measured, &app, "one", "anna").await;
    let bytes = measured.take_snapshot(&app, &name("a")).await.unwrap().0.bytes;
    for (limit, fits) in [(2 * bytes, true), (2 * bytes - 1, false)] {
        let engine = engine(limit);
        let app = engine.app(APP).unwrap();
        enter(&engine, &app, "one", "anna").await;
        engine.take_snapshot(&app, &name("a")).await.unwrap();
        let second = engine.take_snapshot(&app, &name("b")).await;
        assert_eq!(second.is_ok(), fits, "{second:?}");
        if !fits {
            assert_eq!(second, Err(SnapshotRefusal::TooLarge { at_most: limit }));
            assert_eq!(app.snapshots().len(), 1, "nothing is kept of it");
        }
        // What had the name before does not count, and stays if the new one does not fit.
        enter(&engine, &app, "one", "bert").await;
        let larger = engine.take_snapshot(&app, &name("a")).await;
        assert_eq!(larger.is_ok(), !fits, "{larger:?}");
        let kept = app.snapshots().remove(0);
        assert_eq!(kept.members, if fits { 1 } else { 2 });
    }
}

#[tokio::test]
async fn one_is_taken_at_a_time_and_no_clock_is_moved_beside_a_restore() {
    let engine = engine(DEFAULT_BYTES);
    let app = engine.app(APP).unwrap();
    engine.take_snapshot(&app, &name("a")).await.unwrap();
    let alone = Alone::enter(&app.snapshots.taking).unwrap();
    let busy = engine.take_snapshot(&app, &name("a")).await;
    assert_eq!(busy, Err(SnapshotRefusal::Busy));
    drop(alone);
    engine.take_snapshot(&app, &name("a")).await.unwrap();
    let alone = Alone::enter(&app.advancing).unwrap();
    assert_eq!(engine.restore(&app, &name("a")).await, Err(RestoreRefusal::Advancing));
    drop(alone);
    let import = engine.import(&app).await.unwrap();
    let busy = engine.restore(&app, &name("a")).await;
    assert_eq!(busy, Err(RestoreRefusal::Import(ImportFault::Busy)));
    drop(import);
    engine.restore(&app, &name("a")).await.unwrap();
}

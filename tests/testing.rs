//! `guestlist::testing`, as a test of somebody else uses it.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

#[path = "testing/printed.rs"]
mod printed;

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::join_all;
use guestlist::testing::{Error, Role, Server};
use serde_json::json;
use tokio::net::TcpStream;

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test]
async fn everything_from_the_first_room_to_an_expired_signature() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();
    let room = app.room("standup");
    assert!(!room.exists().await?);
    room.create().await?;
    let bob = room.enter_with("bob", json!({"name": "Bob"})).await?;
    assert_eq!((bob.account.as_str(), bob.name.as_str(), bob.role), ("bob", "Bob", Role::Member));
    room.enter_all(&["carol", "dave"]).await?;
    room.leave("carol").await?;
    assert_eq!(room.accounts().await?, ["administrator", "bob", "dave"]);
    assert_eq!(room.members().await?[0].role, Role::Owner);
    assert_eq!(room.show().await?["member_count"], 3);

    let told = app.callbacks().wait(4).await?;
    let commands: Vec<_> = told.iter().map(|callback| callback.command()).collect();
    let [create, enter, enter_two, leave] =
        ["CreateRoom", "MemberEnter", "MemberEnter", "MemberLeave"]
            .map(|what| format!("Room.CallbackAfter{what}"));
    assert_eq!(commands, [create, enter, enter_two, leave]);
    assert_eq!(told[0].header("content-type"), Some("application/json"));
    assert!(told[0].uri().query().unwrap().contains(&format!("SdkAppid={}", app.sdkappid())));
    assert_eq!(app.callbacks().here().len(), 0, "they are taken");

    let ticket = app.sign_for("admin", HOUR);
    let url = app.url_with("room_engine_http_srv/get_room_info", "admin", &ticket);
    let code = async || {
        let sent = plain_client().post(&url).body(r#"{"RoomId":"standup"}"#).send().await.unwrap();
        sent.json::<serde_json::Value>().await.unwrap()["ErrorCode"].as_u64().unwrap()
    };
    assert_eq!(code().await, 0);
    let before_ms = app.clock().now_ms();
    let moved = app.clock().advance(HOUR + Duration::from_secs(1)).await?;
    assert!(moved.now_ms >= before_ms + 3_601_000 && moved.left == 0);
    assert_eq!(code().await, 70_001);
    assert_eq!(app.requests().await?.len(), 3, "one made the room, two asked for it");

    app.reset().await?;
    assert!(!room.exists().await?);
    Ok(())
}

#[test]
fn the_page_shows_the_test_that_is_run() {
    let page = include_str!("../docs/testing.md");
    let (_, run) = include_str!("testing/printed.rs").split_once("\n\n").unwrap();
    assert!(page.contains(&format!("```rust\n{run}```")), "docs/testing.md, In a test in Rust");
}

#[tokio::test]
async fn apps_of_one_server_share_nothing() -> Result<(), Error> {
    let server = Server::start().await;
    let (one, other) = (server.app(), server.app());
    assert_ne!(one.sdkappid(), other.sdkappid());
    assert_ne!(one.secret_key(), other.secret_key());
    one.room("r").create().await?;
    one.clock().advance(HOUR).await?;
    one.callbacks().wait(1).await?;
    assert!(!other.room("r").exists().await?);
    assert!(other.callbacks().here().is_empty());
    assert!(other.clock().now_ms() + 3_500_000 < one.clock().now_ms());
    let ticket = one.sign("administrator");
    let url = other.url_with("room_engine_http_srv/get_room_info", "administrator", &ticket);
    let sent = plain_client().post(url).body("{}").send().await.unwrap();
    assert!(sent.text().await.unwrap().contains("70014"), "it is the other's");
    Ok(())
}

#[tokio::test]
async fn zego_is_told_on_its_own() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();
    app.room("live").enter_open("bob").await?;
    let told = app.zego_callbacks().wait(2).await?;
    let events: Vec<_> = told.iter().map(|callback| callback.command()).collect();
    assert_eq!(events, ["room_create", "room_login"]);
    assert_eq!(told[0].json()["appid"], app.sdkappid());
    assert_eq!(app.zego_server_secret().len(), 32);
    assert_ne!(app.zego_server_secret(), app.zego_callback_secret());
    Ok(())
}

#[tokio::test]
async fn refusals_and_waits_in_vain_are_readable() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();
    let room = app.room("a/b c");
    let absent = room.enter("bob").await.unwrap_err();
    assert_eq!(absent.code(), Some(100_004));
    let path = format!("PUT {}/rooms/a%2Fb%20c/members/bob", app.sdkappid());
    assert_eq!(format!("{absent:?}"), format!("{path}: the room does not exist (100004)"));
    room.create().await?;
    let twice = room.create().await.unwrap_err();
    let what = "room_engine_http_srv/create_room: ";
    assert!(twice.to_string().starts_with(what) && twice.code().is_some(), "{twice}");

    app.callbacks().fail_next(1, 503);
    room.enter("bob").await?;
    // The creation, and the attempts to tell of bob up to now.
    app.callbacks().wait(2).await?;
    app.clock().freeze().await?;
    app.callbacks().take();
    room.enter("carol").await?;
    let too_few = app.callbacks().wait_for(50, Duration::from_millis(300)).await.unwrap_err();
    let text = too_few.to_string();
    assert!(text.contains("of 50 callbacks came within 300ms"), "{text}");

    let wrong = Server::with(&["app.0.rooms=1", "server.body_limit=0"]).await.unwrap_err();
    let text = wrong.to_string();
    assert!(text.contains("app.0.rooms: no such setting") && text.contains("body_limit"), "{text}");
    Ok(())
}

#[tokio::test]
async fn a_receiver_that_fails_is_told_again_and_one_that_is_full_too() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();
    app.clock().freeze().await?;
    app.callbacks().fail_next(2, 500);
    app.room("r").create().await?;
    assert_eq!(app.callbacks().wait(1).await?[0].status(), 500);
    app.clock().advance(Duration::from_secs(60)).await?;
    let rest = app.callbacks().wait(2).await?;
    assert_eq!((rest[0].status(), rest[1].status()), (500, 200));
    assert_eq!(rest[0].body(), rest[1].body());
    assert!(app.callbacks().here().is_empty());
    // What was said last is in force.
    app.callbacks().fail_next(5, 500);
    app.callbacks().fail_next(0, 500);
    app.room("r").enter("bob").await?;
    assert_eq!(app.callbacks().wait(1).await?[0].status(), 200);
    Ok(())
}

#[tokio::test]
async fn faults_are_set_and_removed_and_what_is_held_is_released() -> Result<(), Error> {
    let server = Server::start().await;
    let (app, other) = (server.app(), server.app());
    let hold = json!({"on": "callback", "fault": {"kind": "hold"}});
    let fail = json!({"on": "request", "fault": {"kind": "error", "code": 100_001, "text": "no"}});
    assert_eq!((app.fault(hold).await?, app.fault(fail).await?), (1, 2));
    let refused = app.room("r").create().await.unwrap_err();
    assert_eq!(refused.code(), Some(100_001));
    other.room("r").create().await?;
    other.callbacks().wait(1).await?;
    app.clear_faults().await?;
    app.fault(json!({"on": "callback", "fault": {"kind": "hold"}})).await?;
    app.room("r").create().await?;
    app.clock().advance(Duration::ZERO).await?;
    assert!(app.callbacks().here().is_empty());
    // RoomEngine's and ZEGO's.
    assert_eq!((other.release().await?, app.release().await?, app.release().await?), (0, 2, 0));
    app.callbacks().wait(1).await?;
    app.zego_callbacks().wait(1).await?;
    let unknown = app.fault(json!({"on": "weekends"})).await.unwrap_err();
    assert!(unknown.to_string().contains("on: must be one of"), "{unknown}");
    Ok(())
}

#[tokio::test]
async fn an_app_is_filled_and_put_back_as_often_as_one_likes() -> Result<(), Error> {
    let server = Server::start().await;
    let app = server.app();
    app.fill(include_str!("../examples/fixtures/meeting.toml")).await?;
    let meeting = app.room("meeting");
    let accounts = ["alice", "bob", "scribe"];
    assert_eq!(meeting.accounts().await?, accounts);
    app.snapshot("before").await?;
    let before_ms = app.clock().now_ms();
    for _ in 0..2 {
        meeting.leave("bob").await?;
        app.room("other").create().await?;
        app.clock().advance(HOUR).await?;
        app.restore("before").await?;
        assert_eq!(meeting.accounts().await?, accounts);
        assert!(!app.room("other").exists().await?);
        assert!(app.clock().now_ms() < before_ms + 3_600_000);
    }
    let wrong = app.fill("app = 1\n[[room]]\nroom = \"r\"\nnmae = \"x\"\n").await.unwrap_err();
    assert!(wrong.to_string().contains("line 4: room.nmae"), "{wrong}");
    assert_eq!(meeting.accounts().await?, accounts, "it is as it was");
    let unknown = app.restore("after").await.unwrap_err();
    assert!(unknown.to_string().contains("no snapshot after"), "{unknown}");
    Ok(())
}

#[test]
fn a_server_is_shared_by_tests_with_runtimes_of_their_own() {
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let server = runtime().block_on(Server::start());
    for room in ["a", "b"] {
        let entered = runtime().block_on(async {
            let app = server.app();
            app.room(room).create().await?;
            app.callbacks().wait(1).await?;
            app.room(room).enter("bob").await
        });
        assert_eq!(entered.unwrap().account, "bob");
    }
}

#[tokio::test]
async fn nothing_is_left_when_it_goes_and_no_global_thing_was_set() {
    for stopped in [true, false] {
        let server = Server::start().await;
        let app = server.app();
        app.room("r").create().await.unwrap();
        let doors = [server.url(), server.control_url()].map(|url| url.replace("http://", ""));
        // Somebody who keeps a connection open does not keep the server.
        let open = TcpStream::connect(&doors[0]).await.unwrap();
        // Either fails the test if the server has not ended in time.
        if stopped {
            server.stop().await
        } else {
            drop(server)
        }
        for door in doors {
            assert!(TcpStream::connect(&door).await.is_err(), "{door}");
        }
        let gone = app.room("r").enter("bob").await.unwrap_err();
        assert!(matches!(gone, Error::Unreachable { .. }), "{gone}");
        drop(open);
    }
    assert!(!tracing::dispatcher::has_been_set());
}

#[tokio::test]
async fn two_hundred_servers_run_in_one_process() -> Result<(), Error> {
    let servers = join_all((0..200).map(|_| Server::start())).await;
    let urls: BTreeSet<_> = servers.iter().map(|server| server.url().to_owned()).collect();
    assert_eq!(urls.len(), 200);
    let use_it = async |nth: usize, server: &Server| {
        let app = server.app();
        app.room("r").create().await?;
        app.room("r").enter(&format!("user-{nth}")).await?;
        app.callbacks().wait(2).await?;
        Ok::<_, Error>(app)
    };
    let numbered = servers.iter().enumerate();
    let apps = join_all(numbered.map(|(nth, server)| use_it(nth, server))).await;
    for (nth, app) in apps.into_iter().enumerate() {
        let accounts = app?.room("r").accounts().await?;
        assert_eq!(accounts, ["administrator".to_owned(), format!("user-{nth}")]);
    }
    for server in servers {
        server.stop().await;
    }
    Ok(())
}

/// A client as any test has one.
fn plain_client() -> reqwest::Client {
    use tokio_rustls::rustls::crypto::ring;
    use tokio_rustls::rustls::{ClientConfig, RootCertStore};
    let tls = ClientConfig::builder_with_provider(ring::default_provider().into())
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    reqwest::Client::builder().no_proxy().tls_backend_preconfigured(tls).build().unwrap()
}

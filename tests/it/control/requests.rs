//! The request log: what is kept of which requests, found, waited for, and never of a secret.

use std::time::Duration;

use guestlist::config::{DEVELOPMENT_KEY, Defaults};
use guestlist::store::{Calls, Fault};
use reqwest::Method;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::harness::{APP, Server, answer};
use crate::harness::{client, faulty, query, settings_for, usersig, usersig_of};
use crate::raw::in_time;

const INFO: &str = "/v4/room_engine_http_srv/get_room_info";
const CREATE: &str = "/v4/room_engine_http_srv/create_room";
/// The longest body that is kept, in bytes.
const BODY_BYTES: usize = 16 * 1024;
/// What the whole log holds, in bytes.
const LOG_BYTES: usize = 16 * 1024 * 1024;
/// Shorter than the longest wait: whoever is woken comes in time, whoever is not does not.
const SOON: Duration = Duration::from_secs(30);

impl Server {
    /// Asks the main listener, and reads its envelope.
    async fn ask(&self, path_and_query: &str, body: impl Into<String>) -> Value {
        let url = format!("http://{}{path_and_query}", self.running.address);
        answer(client().post(url).body(body.into())).await.body
    }

    /// Asks it as the administrator of the app.
    async fn ask_signed(&self, path: &str, body: impl Into<String>) -> Value {
        self.ask(&format!("{path}?{}", query("admin", &usersig("admin"))), body).await
    }

    /// A page of the app's log.
    async fn requests(&self, query: &str) -> Value {
        self.get(&format!("/apps/{APP}/requests?{query}")).await.is(200)
    }
}

/// One field of each item.
fn each(page: &Value, field: &str) -> Vec<Value> {
    page["items"].as_array().unwrap().iter().map(|item| item[field].clone()).collect()
}

#[tokio::test]
async fn a_request_is_listed_with_what_it_asked_and_what_it_got() {
    let server = Server::dev(&[]).await;
    assert_eq!(server.requests("").await, json!({"items": [], "next": 0, "dropped": 0}));
    let room = json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference", "Password": "4321"}});
    let created = server.ask_signed(CREATE, room.to_string()).await;
    let refused = server.ask_signed(INFO, " {\"RoomId\" : \"absent\"} ").await;
    let mut page = server.requests("").await;
    let now_ms = server.get(&format!("/apps/{APP}/clock")).await.is(200)["now_ms"].as_u64();
    for item in page["items"].as_array_mut().unwrap() {
        let item = item.as_object_mut().unwrap();
        let at_ms = item.remove("at_ms").unwrap().as_u64();
        assert!(at_ms <= now_ms && at_ms.unwrap() + 60_000 > now_ms.unwrap());
        let took_us = item.remove("took_us").unwrap().as_u64();
        assert!((1..60_000_000).contains(&took_us.unwrap()), "{took_us:?}");
    }
    let kept =
        json!({"RoomInfo": {"RoomId": "r", "RoomType": "Conference", "Password": "(hidden)"}});
    let expected = json!({
        "items": [
            {
                "id": 1, "request_id": created["RequestId"], "method": "POST", "path": CREATE,
                "command": "room_engine_http_srv/create_room", "identifier": "admin", "room": "r",
                "code": 0, "info": "", "body": kept,
            },
            {
                "id": 2, "request_id": refused["RequestId"], "method": "POST", "path": INFO,
                "command": "room_engine_http_srv/get_room_info", "identifier": "admin",
                "room": "absent", "code": 100_004, "info": refused["ErrorInfo"],
                "body": {"RoomId": "absent"},
            },
        ],
        "next": 2,
        "dropped": 0,
    });
    assert_eq!(page, expected);
}

#[tokio::test]
async fn the_time_is_the_app_s() {
    let server = Server::dev(&[]).await;
    let then = 4_000_000_000_000_u64;
    let clock = format!("/apps/{APP}/clock");
    server.put(&clock, json!({"now_ms": then, "frozen": true})).await.is(200);
    assert_eq!(server.ask_signed(INFO, "{}").await["ErrorCode"], 70001);
    assert_eq!(each(&server.requests("").await, "at_ms"), [then]);
}

#[tokio::test]
async fn what_is_asked_for_is_found() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    server.ask_signed(INFO, r#"{"RoomId":"r"}"#).await;
    server.ask_signed(INFO, r#"{"RoomId":"absent"}"#).await;
    server.ask_signed("/v4/another_service/get_room_info", "{}").await;
    let rows = [
        ("", vec![1, 2, 3, 4]),
        ("command=get_room_info", vec![2, 3, 4]),
        ("command=room_engine_http_srv/get_room_info", vec![2, 3]),
        ("command=room_engine_http_srv%2Fget_room_info&code=0", vec![2]),
        ("command=room_info", vec![]),
        ("command=room_engine_http_srv", vec![]),
        ("room=r", vec![1, 2]),
        ("room=r&command=create_room", vec![1]),
        ("code=0", vec![1, 2]),
        ("code=60009", vec![4]),
        ("code=1", vec![]),
        ("command=&room=&after=&wait=", vec![1, 2, 3, 4]),
    ];
    for (query, ids) in rows {
        let page = server.requests(query).await;
        assert_eq!(each(&page, "id"), ids, "{query}");
        assert_eq!((&page["next"], &page["dropped"]), (&json!(4), &json!(0)), "{query}");
    }
}

#[tokio::test]
async fn a_page_goes_on_behind_the_one_before() {
    let server = Server::dev(&[]).await;
    for nth in 0..5 {
        server.ask_signed(INFO, json!({"RoomId": format!("r{}", nth % 2)}).to_string()).await;
    }
    let page = server.requests("limit=2").await;
    assert_eq!((each(&page, "id"), &page["next"]), (vec![json!(1), json!(2)], &json!(2)));
    let page = server.requests("limit=2&after=2").await;
    assert_eq!((each(&page, "id"), &page["next"]), (vec![json!(3), json!(4)], &json!(4)));
    let page = server.requests("limit=2&after=4").await;
    assert_eq!((each(&page, "id"), &page["next"]), (vec![json!(5)], &json!(5)));
    let page = server.requests("room=r1&after=2").await;
    assert_eq!((each(&page, "id"), &page["next"]), (vec![json!(4)], &json!(5)));
    assert_eq!(server.requests("after=5").await["next"], 5);
    let ahead = server.get(&format!("/apps/{APP}/requests?after=6")).await;
    ahead.problem(400, None, "after: 6, the last entry has the number 5");
    for nth in 0..50 {
        server.ask_signed(INFO, json!({"RoomId": nth.to_string()}).to_string()).await;
    }
    assert_eq!(each(&server.requests("").await, "id").len(), 50, "unless more is asked for");
    assert_eq!(each(&server.requests("limit=1000").await, "id").len(), 55);
}

#[tokio::test]
async fn a_reset_clears_one_app_s_log_and_a_place_in_it_stays_good() {
    let key = format!("app.1.secret_keys={DEVELOPMENT_KEY}");
    let server = Server::dev(&["app.1.sdkappid=7", &key, "app.1.admins=admin"]).await;
    server.room("r").await;
    server.ask_signed(INFO, r#"{"RoomId":"r"}"#).await;
    let room = json!({"RoomInfo": {"RoomId": "other", "RoomType": "Conference"}});
    server.vendor(7, "create_room", room).await;
    let other = async || {
        let page = server.get("/apps/7/requests").await.is(200);
        (each(&page, "id"), each(&page, "room"))
    };
    let its_own = (vec![json!(1)], vec![json!("other")]);
    assert_eq!(other().await, its_own);
    assert_eq!(each(&server.requests("").await, "room"), ["r", "r"]);
    server.post(&format!("/apps/{APP}/reset"), json!({})).await.is(204);
    assert_eq!(server.requests("after=1").await, json!({"items": [], "next": 2, "dropped": 0}));
    assert_eq!(other().await, its_own);
    server.ask_signed(INFO, r#"{"RoomId":"r"}"#).await;
    let page = server.requests("after=2").await;
    assert_eq!((each(&page, "id"), each(&page, "code")), (vec![json!(3)], vec![json!(100_004)]));
}

#[tokio::test]
async fn a_wait_ends_with_what_was_waited_for() {
    // A wait is not cut off where other requests are.
    let server = Server::dev(&["server.request_timeout=100ms"]).await;
    let ask = async {
        for room in ["r", "s", "r", "t"] {
            server.ask_signed(INFO, json!({"RoomId": room}).to_string()).await;
        }
    };
    let wait = server.requests("wait=60s&count=2&room=r");
    let (page, ()) = timeout(SOON, async { tokio::join!(wait, ask) }).await.unwrap();
    assert_eq!(each(&page, "id"), [1, 3]);
    let page = timeout(SOON, server.requests("wait=1m&code=100004")).await.unwrap();
    assert_eq!(each(&page, "id"), [1, 2, 3, 4], "what is there is not waited for");
}

#[tokio::test]
async fn a_wait_ends_with_its_time() {
    let server = Server::dev(&["server.request_timeout=100ms"]).await;
    server.ask_signed(INFO, r#"{"RoomId":"r"}"#).await;
    let page = server.requests("wait=300ms&count=2").await;
    assert_eq!((each(&page, "id"), &page["next"]), (vec![json!(1)], &json!(1)));
    let page = server.requests("wait=300ms&after=1").await;
    assert_eq!(page, json!({"items": [], "next": 1, "dropped": 0}));
}

#[tokio::test]
async fn a_stop_ends_every_wait() {
    let server = Server::dev(&[]).await;
    let mut stream = TcpStream::connect(server.control()).await.unwrap();
    let request = format!(
        "GET /_guestlist/v1/apps/{APP}/requests?wait=60s HTTP/1.1\r\nHost: localhost\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).await.unwrap();
    // Somebody else is answered meanwhile.
    server.get("/apps").await.is(200);
    timeout(SOON, server.running.stop()).await.unwrap();
    let mut came = String::new();
    in_time(stream.read_to_string(&mut came)).await.unwrap();
    assert!(came.starts_with("HTTP/1.1 200 OK"), "{came}");
    assert!(came.ends_with(r#"{"items":[],"next":0,"dropped":0}"#), "{came}");
}

#[tokio::test]
async fn a_request_is_in_the_log_of_the_app_that_it_names() {
    let server = Server::dev(&[]).await;
    let ticket = usersig("admin");
    let good = query("admin", &ticket);
    let app = format!("sdkappid={APP}");
    let nowhere = [
        (INFO, String::new(), 60012),
        (INFO, "sdkappid=".to_owned(), 60012),
        (INFO, "sdkappid=7".to_owned(), 60006),
        (INFO, "sdkappid=x".to_owned(), 60006),
        ("/v4/x/y", String::new(), 60009),
        (INFO, format!("identifier=%&{app}"), 60002),
    ];
    for (path, query, code) in &nowhere {
        let reply = server.ask(&format!("{path}?{query}"), r#"{"RoomId":"r"}"#).await;
        assert_eq!(reply["ErrorCode"], *code, "{path}?{query}");
    }
    assert_eq!(server.requests("").await["items"], json!([]));
    let here = [
        (INFO, app.clone(), "{}", 60004, json!(null)),
        (INFO, format!("{app}&identifier=%"), "{}", 60002, json!(null)),
        (INFO, query("admin", "x"), "{}", 70003, json!("admin")),
        (INFO, query("eve", &usersig("eve")), "{}", 60010, json!("eve")),
        ("/v4/x/y", good.clone(), "{}", 60009, json!("admin")),
        ("/v3/room_engine_http_srv/get_room_info", good.clone(), "{}", 60009, json!("admin")),
        ("/v4", good.clone(), "{}", 60002, json!("admin")),
        (INFO, good.clone(), "", 60003, json!("admin")),
    ];
    for (path, query, body, code, _) in &here {
        let reply = server.ask(&format!("{path}?{query}"), *body).await;
        assert_eq!(reply["ErrorCode"], *code, "{path}?{query}");
    }
    let page = server.requests("").await;
    assert_eq!(each(&page, "path"), here.each_ref().map(|(path, ..)| *path));
    assert_eq!(each(&page, "code"), here.each_ref().map(|(_, _, _, code, _)| *code));
    let identifiers = here.each_ref().map(|(.., identifier)| identifier.clone());
    assert_eq!(each(&page, "identifier"), identifiers);
    let info = Some("room_engine_http_srv/get_room_info");
    let commands = [info, info, info, info, Some("x/y"), None, None, info];
    assert_eq!(each(&page, "command"), commands.map(|command| json!(command)));
    // Refused before its body was read, or without one.
    assert!(each(&page, "body").iter().all(Value::is_null), "{page}");
}

#[tokio::test]
async fn a_refusal_says_what_is_nearest() {
    let server = Server::dev(&[]).await;
    let rows = [
        (
            "/v4/room_engine_http_mic/create_room",
            "`room_engine_http_mic/create_room` is not a command; \
             `room_engine_http_srv/create_room` is",
        ),
        (
            "/v4/room_engine_http_srv/creat_room",
            "`room_engine_http_srv/creat_room` is not a command; \
             `room_engine_http_srv/create_room` is",
        ),
        ("/v4/x/nothing", "`x/nothing` is not a command here"),
        (
            "/v3/room_engine_http_srv/create_room",
            "`v3/room_engine_http_srv/create_room` is not a command: the version is v4",
        ),
    ];
    for (path, info) in rows {
        let reply = server.ask_signed(path, "{}").await;
        assert_eq!((&reply["ErrorCode"], &reply["ErrorInfo"]), (&json!(60009), &json!(info)));
    }
    assert_eq!(each(&server.requests("").await, "info"), rows.map(|(_, info)| info));
    let long = "x".repeat(30_000);
    let reply = server.ask_signed(&format!("/v4/{long}/{long}"), "{}").await;
    let info = format!("`{}…` is not a command here", "x".repeat(100));
    assert_eq!(reply["ErrorInfo"], info);
}

#[tokio::test]
async fn nothing_secret_is_in_the_log() {
    let server = Server::dev(&[]).await;
    let good = usersig("admin");
    let forged = usersig_of("another key", APP, "admin", 1_700_000_000, 60);
    let secret = "s3cr3t-4321987";
    let signed = query("admin", &good);
    let with_password = json!({
        "RoomInfo": {"RoomId": "r", "RoomType": "Conference", "Password": secret},
        "UserSig": good,
        "Extra": [{"token": {"a": secret}, "secret_key": [secret]}],
        "Sign": 4_321_987,
    });
    let asked = [
        (format!("{CREATE}?{signed}"), with_password.to_string()),
        // Twice, wrongly written, escaped, no JSON, no text, and with the code of a bug in it.
        (
            format!("{CREATE}?{signed}"),
            format!(r#"{{"Password":"{secret}","Password":"{secret}"}}"#),
        ),
        (format!("{CREATE}?{signed}"), format!(r#"{{"RoomInfo":{{"Pass\u0077ord":"{secret}"}}}}"#)),
        (format!("{CREATE}?{signed}"), format!(r#"{{"RoomInfo":{{"Password":"{secret}""#)),
        (format!("{CREATE}?{signed}"), format!(r#"["{secret}"]"#)),
        (format!("{CREATE}?{signed}"), format!(r#""{secret}""#)),
        // A query where none should be.
        (format!("{CREATE}&{signed}"), String::new()),
        (format!("{CREATE}&{signed}?sdkappid={APP}"), String::new()),
        (format!("{CREATE}%3F{signed}?sdkappid={APP}"), String::new()),
        (format!("/v3/x/y;{signed}?sdkappid={APP}"), String::new()),
        (format!("{CREATE}?sdkappid={APP}&identifier=admin&usersig={forged}"), "{}".to_owned()),
        (format!("{CREATE}?{signed}&usersig={forged}&token={secret}"), "{}".to_owned()),
        (format!("{CREATE}?sdkappid={APP}&usersig={good}%"), "{}".to_owned()),
    ];
    for (path_and_query, body) in &asked {
        server.ask(path_and_query, body).await;
    }
    let page = server.requests("").await;
    // All but the one that names no app at all.
    assert_eq!(page["items"].as_array().unwrap().len(), asked.len() - 1);
    let text = page.to_string();
    let [start_of_good, start_of_forged] = [&good[..24], &forged[..24]];
    for word in [secret, "4321987", start_of_good, start_of_forged, &good[40..], DEVELOPMENT_KEY] {
        assert!(!text.contains(word), "{word}: {page:#}");
    }
    let first = &page["items"][0];
    assert_eq!(first["code"], 0, "{first}");
    assert_eq!(first["body"]["RoomInfo"]["Password"], "(hidden)");
}

#[tokio::test]
async fn a_body_is_kept_if_it_is_an_object_of_at_most_16_kib() {
    let server = Server::dev(&["server.body_limit=64 KiB"]).await;
    let of = |bytes: usize| {
        let frame = r#"{"RoomId":"r","Text":""}"#.len();
        format!(r#"{{"RoomId":"r","Text":"{}"}}"#, "x".repeat(bytes - frame))
    };
    // What takes the place of these secrets makes the body longer than it may be.
    let grown = format!("{{{}\"RoomId\":\"r\"}}", "\"Sign\":1,".repeat(1_500));
    let bodies = [
        (of(BODY_BYTES), true, "r"),
        (of(BODY_BYTES + 1), false, ""),
        (of(64 * 1024 + 1), false, ""),
        (grown, false, "r"),
        ("[]".to_owned(), false, ""),
        ("{".to_owned(), false, ""),
        (String::new(), false, ""),
        ("{}".to_owned(), true, ""),
    ];
    for (body, ..) in &bodies {
        server.ask_signed(INFO, body.as_str()).await;
    }
    let page = server.requests("").await;
    let items = page["items"].as_array().unwrap();
    assert_eq!(items.len(), bodies.len());
    for (item, (body, kept, room)) in items.iter().zip(&bodies) {
        let seen = &item["body"];
        let as_sent = seen.to_string().len() == body.len();
        assert_eq!(as_sent && seen.is_object(), *kept, "{item:.200}");
        assert!(*kept || seen.is_null(), "{item:.200}");
        assert_eq!(item["room"].as_str().unwrap_or_default(), *room, "{item:.200}");
    }
}

#[tokio::test]
async fn long_texts_are_cut() {
    let server = Server::dev(&[]).await;
    let long = "x".repeat(1_000);
    let ticket = usersig(&long);
    server.ask(&format!("{INFO}?{}", query(&long, "x")), "{}").await;
    server.ask(&format!("{INFO}?{}", query("admin", &ticket)), "{}").await;
    server.ask_signed(&format!("/v4/x/{long}"), "{}").await;
    server.ask_signed(INFO, json!({"RoomId": long}).to_string()).await;
    let page = server.requests("").await;
    let length = |item: usize, field: &str| page["items"][item][field].as_str().unwrap().len();
    assert_eq!(length(0, "identifier"), 64);
    assert_eq!(length(1, "info"), 512);
    assert_eq!(length(2, "path"), 100 + "…".len());
    assert_eq!(length(3, "room"), 128);
}

#[tokio::test]
async fn a_request_that_hangs_or_meets_a_bug_is_there_with_its_body() {
    for (fault, code) in [
        (Fault::Hangs(Calls::Reads), 60008),
        (Fault::Panics(Calls::Reads), 100_001),
        (Fault::Reads, 100_001),
    ] {
        let server = Server::on(faulty(fault), &["server.request_timeout=200ms"]).await;
        let reply = server.ask_signed(INFO, r#"{"RoomId":"r"}"#).await;
        assert_eq!(reply["ErrorCode"], code, "{fault:?}");
        let page = server.requests(&format!("code={code}&room=r")).await;
        assert_eq!(each(&page, "body"), [json!({"RoomId": "r"})], "{fault:?}");
        assert_eq!(each(&page, "info"), [reply["ErrorInfo"].clone()], "{fault:?}");
    }
}

#[tokio::test]
async fn the_log_holds_16_mib_and_says_what_it_dropped() {
    let server = Server::dev(&[]).await;
    let text = "x".repeat(BODY_BYTES - 100);
    let url =
        format!("http://{}{INFO}?{}", server.running.address, query("admin", &usersig("admin")));
    let (client, body) = (client(), json!({"RoomId": "r", "Text": text}).to_string());
    for _ in 0..22 {
        let asks = (0..50).map(|_| client.post(&url).body(body.clone()).send());
        futures_util::future::join_all(asks).await.into_iter().for_each(|sent| drop(sent.unwrap()));
    }
    let page = server.requests("limit=1000&after=7").await;
    let dropped = page["dropped"].as_u64().unwrap();
    let ids = each(&page, "id");
    assert_eq!(ids[0], 7 + dropped + 1, "the first that is there is behind what is gone");
    let rest = server.requests(&format!("limit=1000&after={}", page["next"])).await;
    assert_eq!(rest["dropped"], 0);
    let kept = ids.len() + each(&rest, "id").len();
    assert_eq!(7 + dropped + kept as u64, 22 * 50);
    let (least_bytes, most_bytes) = (body.len(), body.len() + 500);
    assert!(kept * least_bytes <= LOG_BYTES && (kept + 1) * most_bytes > LOG_BYTES, "{kept}");
    assert_eq!(server.requests(&format!("after={}", 7 + dropped)).await["dropped"], 0);
    assert_eq!(server.requests(&format!("after={}", 6 + dropped)).await["dropped"], 1);
}

#[tokio::test]
async fn parameters_are_checked_and_the_door_is_guarded() {
    let server = Server::dev(&["control.token=open-sesame"]).await;
    let path = format!("/_guestlist/v1/apps/{APP}/requests");
    let ask = async |method: Method, path: &str| {
        answer(server.request(method, path).bearer_auth("open-sesame")).await
    };
    server.call(Method::GET, &format!("/apps/{APP}/requests")).await.problem(401, None, "token");
    ask(Method::GET, "/_guestlist/v1/apps/7/requests").await.problem(404, None, "no app 7");
    let wrong = ask(Method::DELETE, &path).await.problem(405, None, "Allow");
    assert_eq!(wrong.headers["allow"], "GET,HEAD");
    let rows = [
        ("code=x", "code: must be a number"),
        ("code=-1", "code"),
        ("code=", "code"),
        ("code=4294967296", "code"),
        ("after=x", "after"),
        ("after=1", "after: 1, the last entry has the number 0"),
        ("limit=1001", "limit: must be a number from 1 to 1000"),
        ("wait=61s", "wait: must be a time such as 5s, at most 60s"),
        ("wait=5", "wait"),
        ("count=1", "count"),
        ("wait=1s&count=0", "count: must be a number from 1 to 1000"),
        ("rooms=r", "rooms: no parameter of this request"),
        ("room=r&room=s", "room: stands there twice"),
    ];
    for (query, words) in rows {
        ask(Method::GET, &format!("{path}?{query}")).await.problem(400, None, words);
    }
}

#[tokio::test]
async fn there_is_no_log_without_a_bench() {
    let overrides = ["control.token=t", "app.0.sdkappid=88888888", r#"app.0.secret_keys=["k"]"#];
    let settings = settings_for(&overrides, Defaults::Serve);
    let running = guestlist::app::start(&settings, false).await.unwrap();
    let control = running.control_address.unwrap();
    let url = format!("http://{control}/_guestlist/v1/apps/{APP}/requests?wait=60s");
    let refused = timeout(SOON, answer(client().get(url).bearer_auth("t"))).await.unwrap();
    refused.problem(403, None, "bench.enabled: false");
}

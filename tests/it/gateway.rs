//! The gateway's checks: each code, and their order.

use guestlist::config::DEVELOPMENT_KEY;
use reqwest::Method;
use reqwest::header::{ACCESS_CONTROL_ALLOW_ORIGIN, ORIGIN};
use serde_json::{Value, json};

use crate::harness::{
    ADMIN, SDKAPPID, Server, envelope, now_s, query, refusal, usersig, usersig_of,
};

const LIST: &str = "/v4/room_engine_http_srv/get_room_member_list";

#[tokio::test]
async fn paths_that_are_no_command() {
    let server = Server::start().await;
    let query = server.query();
    for path in ["/", "/v4", "/v4/room_engine_http_srv", "/v4/a/b/c", "/favicon.ico", "/v4//x"] {
        let reply = server.send(Method::POST, &server.url(&format!("{path}?{query}")), "{}").await;
        assert_eq!(refusal(&reply), (60002, "HTTP parse Error".into()), "{path}");
    }
    let unknown = [
        "/v3/room_engine_http_srv/get_room_info",
        "/v4/room_engine_http_srv/nothing",
        "/v4/nothing/get_room_info",
        "/v4/room_engine_http_srv/Get_Room_Info",
    ];
    for path in unknown {
        let reply = server.send(Method::POST, &server.url(&format!("{path}?{query}")), "{}").await;
        assert_eq!(refusal(&reply).0, 60009, "{path}");
    }
}

/// Each row has one fault more than the row below it: the first fault in the order wins.
#[tokio::test]
async fn the_first_fault_in_the_order_is_told() {
    let server = Server::with(&["app.0.strict=true"]).await;
    let now = now_s();
    let expired = usersig_of("another key", SDKAPPID, ADMIN, now - 61, 60);
    let forged = usersig_of("another key", SDKAPPID, ADMIN, now, 60);
    let foreign = usersig_of(DEVELOPMENT_KEY, 7, "carol", now - 61, 60);
    let carols = usersig_of("another key", SDKAPPID, "carol", now - 61, 60);
    let bobs = usersig("bob");
    let good = usersig(ADMIN);
    let app = format!("sdkappid={SDKAPPID}");
    let rows = [
        (Method::GET, "/v4/x".to_owned(), String::new(), "", 60002),
        (Method::GET, "/v4/x/y".to_owned(), "sdkappid=%".into(), "", 60002),
        (Method::GET, "/v4/x/y".to_owned(), String::new(), "", 60009),
        (Method::GET, LIST.to_owned(), String::new(), "", 60012),
        (Method::GET, LIST.to_owned(), "sdkappid=".into(), "", 60012),
        (Method::GET, LIST.to_owned(), "sdkappid=x".into(), "", 60006),
        (Method::GET, LIST.to_owned(), "sdkappid=7".into(), "", 60006),
        (Method::GET, LIST.to_owned(), "sdkappid=-88888888".into(), "", 60006),
        (Method::GET, LIST.to_owned(), "sdkappid=%2B88888888".into(), "", 60006),
        (Method::GET, LIST.to_owned(), "sdkappid=4383856184".into(), "", 60006),
        (Method::GET, LIST.to_owned(), app.clone(), "", 60002),
        (Method::POST, LIST.to_owned(), app.clone(), "", 60004),
        (Method::POST, LIST.to_owned(), format!("{app}&identifier="), "", 60004),
        (Method::POST, LIST.to_owned(), format!("{app}&identifier=admin"), "", 70002),
        (Method::POST, LIST.to_owned(), format!("{app}&identifier=admin&usersig="), "", 70002),
        (Method::POST, LIST.to_owned(), query(ADMIN, "xxx"), "", 70003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &foreign), "", 70014),
        (Method::POST, LIST.to_owned(), query(ADMIN, &carols), "", 70013),
        (Method::POST, LIST.to_owned(), query(ADMIN, &expired), "", 70001),
        (Method::POST, LIST.to_owned(), query(ADMIN, &forged), "", 70009),
        (Method::POST, LIST.to_owned(), query("bob", &bobs), "", 60010),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), "", 60003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), " ", 60003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), "{\"RoomId\":", 60003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), "{} {}", 60003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), "[]", 60003),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), "null", 60003),
        (
            Method::POST,
            LIST.to_owned(),
            query(ADMIN, &good),
            r#"{"Count":"1","Next":"\ud800"}"#,
            60003,
        ),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), r#"{"Count":"1","x":}"#, 60003),
        (
            Method::POST,
            LIST.to_owned(),
            query(ADMIN, &good),
            r#"{"Count":"1","x":[1,{"A_Account":1}]}"#,
            60015,
        ),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), r#"{"Count":"1"}"#, 100_002),
        (Method::POST, LIST.to_owned(), query(ADMIN, &good), r#"{"RoomId":"absent"}"#, 100_004),
    ];
    for (method, path, query, body, code) in rows {
        let url = server.url(&format!("{path}?{query}"));
        let reply = server.send(method, &url, body).await;
        assert_eq!(refusal(&reply).0, code, "{path}?{query} {body}: {reply}");
    }
}

/// Whether there is such a command is the group service's own to say, and only to callers.
#[tokio::test]
async fn an_unknown_command_of_the_groups_is_told_to_callers_alone() {
    let path = "/v4/group_open_http_svc/get_rol_in_group";
    let server = Server::with(&["app.0.strict=true"]).await;
    let app = format!("sdkappid={SDKAPPID}");
    let rows = [
        (Method::POST, String::new(), 60012),
        (Method::POST, "sdkappid=7".into(), 60006),
        (Method::GET, query(ADMIN, &usersig(ADMIN)), 60002),
        (Method::POST, app, 60004),
        (Method::POST, query(ADMIN, "xxx"), 70003),
        (Method::POST, query("bob", &usersig("bob")), 60010),
        (Method::POST, query(ADMIN, &usersig(ADMIN)), 10003),
    ];
    for (method, query, code) in rows {
        let reply = server.send(method, &server.url(&format!("{path}?{query}")), "{}").await;
        assert_eq!(refusal(&reply).0, code, "{query}: {reply}");
    }
    let told = async |path: &str| {
        let url = server.url(&format!("/v4/{path}?{}", server.query()));
        refusal(&server.send(Method::POST, &url, "").await)
    };
    let text = "`group_open_http_svc/get_rol_in_group` is not a command; \
                `group_open_http_svc/get_role_in_group` is";
    assert_eq!(told("group_open_http_svc/get_rol_in_group").await, (10003, text.to_owned()));
    let text = "`group_open_http_svc/nothing_like_it` is not a command here";
    assert_eq!(told("group_open_http_svc/nothing_like_it").await, (10003, text.to_owned()));
    let text = "`im_open_login_svc/account_chek` is not a command; \
                `im_open_login_svc/account_check` is";
    assert_eq!(told("im_open_login_svc/account_chek").await, (60009, text.to_owned()));
}

#[tokio::test]
async fn unknown_commands_of_the_groups_are_counted_too() {
    let server = Server::start().await;
    let url = |nth| server.url(&format!("/v4/group_open_http_svc/x{nth}?{}", server.query()));
    let refused = 'flood: {
        for round in 0..50 {
            let calls = (0..100).map(|nth| {
                let url = url(100 * round + nth);
                let server = &server;
                async move { server.send(Method::POST, &url, "{}").await }
            });
            for reply in futures_util::future::join_all(calls).await {
                match refusal(&reply) {
                    (10003, _) => {}
                    refused => break 'flood refused,
                }
            }
        }
        panic!("5,000 calls at once and none too many");
    };
    let text = "too many requests: group_open_http_svc, at most 200 a second";
    assert_eq!(refused, (60007, text.to_owned()));
}

/// What the gateway refuses comes in the envelope of the service that was asked for.
#[tokio::test]
async fn the_chat_dialect_has_an_envelope_of_its_own_whatever_is_refused() {
    let server = Server::start().await;
    let ask = async |path: &str, query: &str, body: &str| {
        let url = server.url(&format!("{path}?{query}"));
        let sent = server.client().post(url).body(body.to_owned()).send().await.unwrap();
        let header = sent.headers().contains_key("x-request-id");
        let body: Value = sent.json().await.unwrap();
        let mut names: Vec<String> = body.as_object().unwrap().keys().cloned().collect();
        names.sort();
        (body["ErrorCode"].as_u64().unwrap(), header, names.join(" "))
    };
    let (good, bad) = (server.query(), query(ADMIN, "xxx"));
    let bare = "ActionStatus ErrorCode ErrorInfo";
    let named = "ActionStatus ErrorCode ErrorInfo RequestId";
    let role = "/v4/group_open_http_svc/get_role_in_group";
    let rows = [
        (role, &good, "", 60003, true, bare),
        (role, &good, "{}", 10004, true, bare),
        (role, &bad, "{}", 70003, true, bare),
        ("/v4/group_open_http_svc/x", &good, "{}", 10003, true, bare),
        ("/v3/group_open_http_svc/x", &good, "{}", 60009, true, bare),
        ("/v4/im_open_login_svc/x", &good, "{}", 60009, true, bare),
        ("/v4/im_open_login_svc/account_import", &good, "{}", 70402, true, bare),
        ("/v4/nothing/create_group", &good, "{}", 60009, false, named),
        ("/", &good, "{}", 60002, false, named),
        (LIST, &good, "{}", 100_002, false, named),
    ];
    for (path, query, body, code, header, names) in rows {
        assert_eq!(ask(path, query, body).await, (code, header, names.to_owned()), "{path} {body}");
    }
}

#[tokio::test]
async fn account_refusals_carry_the_phrases_that_clients_match() {
    let server = Server::start().await;
    let now = now_s();
    let sign = |key, app, who, ago| usersig_of(key, app, who, now - ago, 60);
    let rows = [
        (
            sign(DEVELOPMENT_KEY, SDKAPPID, ADMIN, 61),
            ["The UserSig in use is expired", "usersig has expired"],
        ),
        (
            "garbage".into(),
            [
                "The UserSig in use is illegal. Please regenerate UserSig through official API.",
                "invalid usersig",
            ],
        ),
        (
            sign("x", SDKAPPID, ADMIN, 0),
            [
                "UserSig verification Failed. The UserSig in use maybe generated by Secret Key from other SDKAppID. Please regenerate UserSig by Secret Key from its own SDKAppID.",
                "invalid usersig",
            ],
        ),
        (
            sign(DEVELOPMENT_KEY, 1, ADMIN, 0),
            [
                "The requested SDKAppID(88888888) does not match the Usersig(1).",
                "does not match the usersig",
            ],
        ),
        (
            sign(DEVELOPMENT_KEY, SDKAPPID, "eve", 0),
            [
                "The requested UserID(admin) does not match the Usersig(eve).",
                "does not match the usersig",
            ],
        ),
    ];
    for (ticket, phrases) in rows {
        let url = server.url(&format!("{LIST}?{}", query(ADMIN, &ticket)));
        let (code, text) = refusal(&server.send(Method::POST, &url, "{}").await);
        assert!(text.contains(phrases[0]), "{code}: {text}");
        assert!(text.to_lowercase().contains(phrases[1]), "{code}: {text}");
    }
}

#[tokio::test]
async fn a_ticket_is_good_up_to_and_including_its_last_second() {
    let server = Server::start().await;
    let call = async |time_s, expire_s| {
        let ticket = usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, time_s, expire_s);
        let url = server.url(&format!("{LIST}?{}", query(ADMIN, &ticket)));
        refusal(&server.send(Method::POST, &url, "{}").await).0
    };
    let now = now_s();
    assert_eq!(call(now - 100, 99).await, 70001);
    assert_eq!(call(now + 1, 0).await, 100_002, "a second ahead, as the rounding helper writes");
    assert_eq!(call(u64::MAX, u64::MAX).await, 100_002, "saturates");
}

#[tokio::test]
async fn a_removed_key_is_refused_at_once_and_a_second_key_verifies() {
    let server = Server::with(&[r#"app.0.secret_keys=["first","second"]"#]).await;
    let call = async |key| {
        let ticket = usersig_of(key, SDKAPPID, ADMIN, now_s(), 60);
        let url = server.url(&format!("{LIST}?{}", query(ADMIN, &ticket)));
        refusal(&server.send(Method::POST, &url, "{}").await).0
    };
    for _ in 0..2 {
        assert_eq!(call("first").await, 100_002);
        assert_eq!(call("second").await, 100_002);
        assert_eq!(call("third").await, 70009);
    }
    let rotated = crate::harness::settings(&[r#"app.0.secret_keys=["third","second"]"#]);
    server.running().replace_keys(&rotated);
    assert_eq!(call("first").await, 70009);
    assert_eq!(call("second").await, 100_002);
    assert_eq!(call("third").await, 100_002);
}

#[tokio::test]
async fn a_second_holds_200_calls_of_a_command() {
    let server = Server::start().await;
    let url = server.room_url("get_room_info");
    let call = || server.send(Method::POST, &url, r#"{"RoomId":"x"}"#);
    let mut let_in = 0;
    let refused = 'flood: {
        for _ in 0..50 {
            for reply in futures_util::future::join_all((0..100).map(|_| call())).await {
                match refusal(&reply) {
                    (100_004, _) => let_in += 1,
                    refused => break 'flood refused,
                }
            }
        }
        panic!("5,000 calls at once and none too many");
    };
    assert!(let_in >= 100, "{let_in}");
    let text = "too many requests: get_room_info, at most 200 a second";
    assert_eq!(refused, (60007, text.to_owned()));
    let other = server.refused("destroy_room", json!({"RoomId": "x"})).await;
    assert_eq!(other.0, 100_004, "each command has a limit of its own");
}

#[tokio::test]
async fn the_app_may_have_a_limit_over_all_commands() {
    let server = Server::with(&["app.0.total_calls_per_second=1"]).await;
    assert_eq!(server.refused("get_room_info", json!({"RoomId": "x"})).await.0, 100_004);
    let (code, text) = server.refused("destroy_room", json!({"RoomId": "x"})).await;
    assert_eq!((code, text.as_str()), (60011, "too many requests: this app, at most 1 a second"));
}

#[tokio::test]
async fn unlimited_is_unlimited() {
    let server = Server::with(&["app.0.unlimited=true", "app.0.total_calls_per_second=1"]).await;
    for _ in 0..250 {
        assert_eq!(server.refused("get_room_info", json!({"RoomId": "x"})).await.0, 100_004);
    }
}

#[tokio::test]
async fn reads_may_be_get_and_without_a_body_unless_strict() {
    let lenient = Server::start().await;
    let call = async |server: &Server, method, command, body| {
        refusal(&server.send(method, &server.room_url(command), body).await).0
    };
    assert_eq!(call(&lenient, Method::GET, "get_room_info", "").await, 100_002);
    assert_eq!(call(&lenient, Method::GET, "get_room_info", r#"{"RoomId":"x"}"#).await, 100_004);
    assert_eq!(call(&lenient, Method::POST, "get_room_info", "").await, 60003);
    assert_eq!(call(&lenient, Method::GET, "destroy_room", "").await, 60003);
    assert_eq!(call(&lenient, Method::PUT, "destroy_room", r#"{"RoomId":"x"}"#).await, 100_004);
    let strict = Server::with(&["app.0.strict=true"]).await;
    for method in [Method::GET, Method::PUT, Method::DELETE] {
        assert_eq!(call(&strict, method, "get_room_info", r#"{"RoomId":"x"}"#).await, 60002);
    }
}

#[tokio::test]
async fn a_body_names_the_field_that_is_wrong_and_no_value() {
    let server = Server::start().await;
    let post = async |command: &str, body: &str| {
        refusal(&server.send(Method::POST, &server.room_url(command), body).await)
    };
    let rows = [
        ("create_room", r#"{"RoomInfo":[]}"#, "RoomInfo: wrong type, expected an object"),
        (
            "update_room_member_info",
            r#"{"RoomId":"r","MemberInfo":["admin","n","Member",""]}"#,
            "MemberInfo: wrong type, expected an object",
        ),
        (
            "create_room",
            r#"{"RoomInfo":{"Password":1234}}"#,
            "RoomInfo.Password: wrong type, expected a string",
        ),
        (
            "create_room",
            r#"{"RoomInfo":{"MaxMemberCount":"5"}}"#,
            "RoomInfo.MaxMemberCount: wrong type, expected an integer of 64 bits",
        ),
        (
            "create_room",
            r#"{"RoomInfo":{"MaxMemberCount":5.5}}"#,
            "RoomInfo.MaxMemberCount: wrong type, expected an integer of 64 bits",
        ),
        (
            "create_room",
            r#"{"RoomInfo":{"IsAudioDisabled":1}}"#,
            "RoomInfo.IsAudioDisabled: wrong type, expected true or false",
        ),
        (
            "create_room",
            r#"{"ScheduleInviteeList_Account":"x"}"#,
            "ScheduleInviteeList_Account: wrong type, expected an array",
        ),
        (
            "create_room",
            r#"{"ScheduleInviteeList_Account":["x",null]}"#,
            "ScheduleInviteeList_Account[1]: wrong type, expected a string",
        ),
        ("get_room_info", r#"{"RoomId":"a","RoomId":"b"}"#, "RoomId: stands there twice"),
        ("get_room_info", r#"{"RoomId":null}"#, "RoomId: missing"),
    ];
    for (command, body, text) in rows {
        assert_eq!(post(command, body).await, (100_002, text.to_owned()), "{body}");
    }
    let (code, text) =
        post("create_room", r#"{"RoomInfo":{"Owner_Account":7},"x":"Password"}"#).await;
    assert_eq!(
        (code, text.as_str()),
        (60015, "RoomInfo.Owner_Account: an account must be a string")
    );
    let body = r#"{"ScheduleInviteeList_Account":["x",7],"RoomInfo":5}"#;
    assert_eq!(post("create_room", body).await.0, 60015, "before any other check of fields");
}

#[tokio::test]
async fn pages_of_other_sites_may_not_use_the_development_keys() {
    let server = Server::start().await;
    let from = async |origin: &'static str, method| {
        let url = server.room_url("get_room_info");
        let request = server.client().request(method, url).header(ORIGIN, origin);
        let sent = request.body(r#"{"RoomId":"x"}"#).send().await.unwrap();
        let allowed = sent.headers().get(ACCESS_CONTROL_ALLOW_ORIGIN).cloned();
        (allowed.map(|value| value.to_str().unwrap().to_owned()), sent)
    };
    let (allowed, sent) = from("https://evil.example", Method::POST).await;
    assert_eq!(allowed, None);
    assert_eq!(refusal(&envelope(sent).await).0, 60017);
    let (allowed, sent) = from("https://evil.example", Method::OPTIONS).await;
    assert_eq!(allowed, None);
    assert_eq!(refusal(&envelope(sent).await).0, 60017);
    let (allowed, sent) = from("http://localhost:5173", Method::POST).await;
    assert_eq!(allowed.as_deref(), Some("http://localhost:5173"));
    assert_eq!(refusal(&envelope(sent).await).0, 100_004);
}

#[tokio::test]
async fn keys_of_ones_own_bring_the_documented_cors_headers() {
    let server = Server::with(&[r#"app.0.secret_keys=["a key of my own"]"#]).await;
    for method in [Method::OPTIONS, Method::POST] {
        let preflight = method == Method::OPTIONS;
        let request = server.client().request(method, server.room_url("get_room_info"));
        let sent = request.header(ORIGIN, "https://site.example").send().await.unwrap();
        assert_eq!(sent.status(), 200);
        for (name, value) in [
            ("access-control-allow-origin", "*"),
            ("access-control-allow-headers", "X-Requested-With"),
            ("access-control-allow-methods", "POST"),
        ] {
            assert_eq!(sent.headers()[name], value);
        }
        assert_eq!(sent.text().await.unwrap().is_empty(), preflight);
    }
}

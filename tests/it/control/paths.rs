//! Paths, methods, parameters and fields: what is known, and what is made of the rest.

use reqwest::Method;
use serde_json::json;

use super::harness::{APP, Server, answer, column, member, members, raw};

#[tokio::test]
async fn segments_are_decoded_once() {
    let server = Server::dev(&[]).await;
    for room in ["a/b", "a%2Fb", "50%", "?&#", "a b+c"] {
        server.room(room).await;
    }
    let rows = [
        ("a%2Fb", "a/b"),
        ("a%2fb", "a/b"),
        ("a%252Fb", "a%2Fb"),
        ("50%25", "50%"),
        ("%3F&%23", "?&#"),
        ("a%20b+c", "a b+c"),
    ];
    for (path, room) in rows {
        let found = server.get(&format!("/apps/{APP}/rooms/{path}")).await.is(200);
        assert_eq!(found["room"], room, "{path}");
    }
    let rows = [("x%2Fy", "x/y"), ("x%252Fy", "x%2Fy"), ("%E4%BD%A0", "你"), ("100%25", "100%")];
    for (path, account) in rows {
        let entered = server.put(&member("a%2Fb", path), json!({})).await.is(201);
        assert_eq!(entered["account"], account, "{path}");
    }
    assert_eq!(server.accounts("a%2Fb").await, ["admin", "x/y", "x%2Fy", "你", "100%"]);
    assert_eq!(server.accounts("a%252Fb").await, ["admin"]);
    server.delete(&member("a%2Fb", "x%2Fy")).await.is(204);
    assert_eq!(server.accounts("a%2Fb").await, ["admin", "x%2Fy", "你", "100%"]);

    // An id that comes back as `next` goes into the query like any text.
    let after = server.get(&format!("/apps/{APP}/rooms?after=a%252Fb&limit=1")).await.is(200);
    assert_eq!(column(&after["rooms"], "room"), ["a/b"]);
}

#[tokio::test]
async fn what_is_no_utf_8_is_refused() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    server.put(&member("r", "%FF"), json!({})).await.problem(400, None, "path: not UTF-8");
    server.get(&members("%FF")).await.problem(400, None, "path: not UTF-8");
    server.get(&format!("{}?after=%FF", members("r"))).await.problem(400, None, "query");
}

#[tokio::test]
async fn unknown_paths_are_not_found() {
    let server = Server::dev(&[]).await;
    let below = [
        "/app",
        "/apps/",
        "/apps/88888888/rooms/",
        "/apps/88888888/rooms/r/members/bob/",
        "/apps/88888888/rooms/r/members/a/b",
        "/apps/88888888/rooms/r/seats",
        "",
    ];
    for path in below {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            server.call(method, path).await.problem(404, None, "path: nothing is here");
        }
    }
    let nameless = server.get(&members("")).await;
    nameless.problem(400, None, "room: 0 bytes, at least 1");
    for path in ["/", "/healthz/", "/_guestlist", "/v4/room_engine_http_srv/create_room"] {
        let unknown = answer(server.request(Method::GET, path)).await;
        unknown.problem(404, None, "path: nothing is here");
    }
}

#[tokio::test]
async fn wrong_methods_are_told_the_right_ones() {
    let server = Server::dev(&[]).await;
    let rows = [
        ("/apps".to_owned(), "GET,HEAD,POST"),
        (format!("/apps/{APP}"), "DELETE"),
        (format!("/apps/{APP}/reset"), "POST"),
        (format!("/apps/{APP}/requests"), "GET,HEAD"),
        (format!("/apps/{APP}/rooms"), "GET,HEAD"),
        (format!("/apps/{APP}/rooms/r"), "GET,HEAD"),
        (members("r"), "GET,HEAD,POST"),
        (member("r", "bob"), "PUT,DELETE"),
    ];
    for (path, allow) in rows {
        for method in ["PATCH", "OPTIONS", "TRACE", "BREW"] {
            let method = Method::from_bytes(method.as_bytes()).unwrap();
            let wrong = server.call(method, &path).await.problem(405, None, "Allow");
            assert_eq!(wrong.headers["allow"], allow, "{path}");
        }
    }
    let head = server.call(Method::HEAD, "/apps").await;
    assert_eq!(
        (head.status, &head.headers["content-type"]),
        (200, &"application/json".parse().unwrap())
    );
}

#[tokio::test]
async fn unknown_parameters_are_refused_everywhere() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let rows = [
        (Method::GET, "/apps".to_owned()),
        (Method::POST, format!("/apps/{APP}/reset")),
        (Method::GET, format!("/apps/{APP}/requests")),
        (Method::GET, format!("/apps/{APP}/rooms")),
        (Method::GET, format!("/apps/{APP}/rooms/r")),
        (Method::GET, members("r")),
        (Method::POST, members("r")),
        (Method::PUT, member("r", "bob")),
        (Method::DELETE, member("r", "bob")),
    ];
    for (method, path) in rows {
        let refused = server.call(method, &format!("{path}?creat=open")).await;
        refused.problem(400, None, "creat: no parameter of this request");
    }
    let twice = server.get(&format!("{}?limit=1&limit=2", members("r"))).await;
    twice.problem(400, None, "limit: stands there twice");
    assert_eq!(server.accounts("r").await, ["admin"], "a refused request did something");
}

#[tokio::test]
async fn unknown_fields_are_refused_everywhere() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let rows = [
        (Method::POST, format!("/apps/{APP}/reset")),
        (Method::POST, members("r")),
        (Method::PUT, member("r", "bob")),
        (Method::DELETE, member("r", "admin")),
    ];
    for (method, path) in rows {
        let refused = server.send(method, &path, json!({"pasword": "hunter2"})).await;
        let refused = refused.problem(400, None, "pasword: no field of this request");
        assert!(!refused.body.to_string().contains("hunter2"));
    }
    assert_eq!(server.accounts("r").await, ["admin"], "a refused request did something");
}

#[tokio::test]
async fn a_bad_body_names_the_field_and_shows_no_secret() {
    let server = Server::dev(&[]).await;
    server.room("r").await;
    let rows = [
        (r#"{"password":4321987}"#, "password: wrong type, expected a string"),
        (r#"{"name":["4321987"]}"#, "name: wrong type, expected a string"),
        (r#"{"password":"4321987","password":"4321987"}"#, "password: stands there twice"),
        (r#"["bob","4321987"]"#, "body: not a JSON object"),
        (r#""4321987""#, "body: not a JSON object"),
        ("null", "body: not a JSON object"),
        (r#"{"password":"4321987"#, "body: not JSON, line 1, column 20"),
        (r#"{"password":"4321987"}}"#, "body: not JSON, line 1, column 23"),
        ("password=4321987", "body: not JSON, line 1, column 1"),
    ];
    for (body, words) in rows {
        let refused = server.send(Method::PUT, &member("r", "bob"), body).await;
        let refused = refused.problem(400, None, words);
        assert!(!refused.body.to_string().contains("4321987"), "{body}");
    }
    let nothing = "PUT /_guestlist/v1/apps/88888888/rooms/r/members/bob HTTP/1.1\r\nHost: localhost\r\n\
                   Connection: close\r\nContent-Length: 0\r\n\r\n";
    assert_eq!(raw(server.control(), nothing).await.0, 201);
}

//! Who is let in: token, host, origin, and whether there is a door at all.

use guestlist::app::start;
use guestlist::config::Defaults;
use reqwest::Method;

use super::harness::{APP, Server, answer, member, members, raw, settings};

const APPS: &str = "/_guestlist/v1/apps";

#[tokio::test]
async fn with_a_token_only_its_bearer_comes_in() {
    let server = Server::dev(&["control.token=open-sesame"]).await;
    server.room("r").await;
    let entry = format!("/_guestlist/v1{}", member("r", "bob"));
    let said = [
        None,
        Some("Bearer open-sesam"),
        Some("Bearer open-sesamf"),
        Some("Bearer"),
        Some("Basic open-sesame"),
        Some("Secret open-sesame"),
        Some("open-sesame"),
    ];
    for said in said {
        for (method, path) in
            [(Method::GET, APPS), (Method::PUT, &entry), (Method::GET, "/unknown")]
        {
            let mut request = server.request(method, path);
            if let Some(said) = said {
                request = request.header("authorization", said);
            }
            let refused = answer(request).await.problem(401, None, "Authorization");
            assert_eq!(refused.headers["www-authenticate"], "Bearer", "{said:?}");
        }
    }
    let list = format!("/_guestlist/v1{}", members("r"));
    let list = server.request(Method::GET, &list).bearer_auth("open-sesame");
    assert_eq!(answer(list).await.is(200)["count"], 1, "a refused entry came in");
    answer(server.request(Method::PUT, &entry).bearer_auth("open-sesame")).await.is(201);
    answer(server.request(Method::GET, "/unknown").bearer_auth("open-sesame"))
        .await
        .problem(404, None, "path");
}

#[tokio::test]
async fn probes_need_neither_token_nor_host() {
    let server = Server::dev(&["control.token=open-sesame"]).await;
    for path in ["/healthz", "/readyz"] {
        for host in ["10.1.2.3:8081", "localhost"] {
            let probe = server.request(Method::GET, path).header("host", host);
            let response = probe.send().await.unwrap();
            assert_eq!(response.status(), 200);
            assert_eq!(response.headers()["content-type"], "text/plain; charset=utf-8");
            assert_eq!(response.text().await.unwrap(), "ok\n");
        }
        let wrong = answer(server.request(Method::POST, path)).await;
        let wrong = wrong.problem(405, None, "Allow");
        assert_eq!(wrong.headers["allow"], "GET,HEAD");
    }
}

#[tokio::test]
async fn without_a_token_there_is_a_door_only_in_dev_on_loopback() {
    let others = "control.listen=0.0.0.0:0";
    let token = "control.token=open-sesame";
    let rows: &[(&[&str], Defaults, bool, bool)] = &[
        (&[], Defaults::Dev, true, true),
        (&[], Defaults::Serve, false, false),
        (&[others], Defaults::Dev, true, false),
        (&[others, token], Defaults::Dev, true, true),
        (&[token], Defaults::Serve, false, true),
    ];
    for (overrides, defaults, open, there) in rows {
        let running = start(&settings(overrides, *defaults), *open).await.unwrap();
        assert_eq!(running.control_address.is_some(), *there, "{overrides:?} {defaults:?}");
        running.stop().await;
    }
}

#[tokio::test]
async fn both_listeners_stop_together() {
    let server = Server::dev(&[]).await;
    let (vendor, control) = (server.running.address, server.control());
    for address in [vendor, control] {
        tokio::net::TcpStream::connect(address).await.unwrap();
    }
    server.running.stop().await;
    for address in [vendor, control] {
        assert!(tokio::net::TcpStream::connect(address).await.is_err(), "{address}");
    }
}

#[tokio::test]
async fn an_address_in_use_is_told_by_the_name_of_its_setting() {
    let server = Server::dev(&[]).await;
    let taken = format!("control.listen={}", server.control());
    let error = start(&settings(&[&taken], Defaults::Dev), true).await.err().unwrap();
    assert!(error.to_string().starts_with("control.listen: "), "{error}");
}

#[tokio::test]
async fn a_foreign_host_or_origin_does_nothing() {
    let server = Server::dev(&["control.hosts=guestlist,[fd00::1]"]).await;
    server.room("r").await;
    let reset = format!("/_guestlist/v1/apps/{APP}/reset");
    let foreign = [
        ("host", "evil.example"),
        ("host", "localhost.evil.example"),
        ("host", "guestlist.evil.example"),
        ("host", "0.0.0.0:8081"),
        ("host", "localhost:8081@evil.example"),
        ("origin", "https://evil.example"),
        ("origin", "http://guestlist"),
        ("origin", "null"),
    ];
    for (header, value) in foreign {
        let request = server.request(Method::POST, &reset).header(header, value);
        answer(request).await.problem(403, None, if header == "host" { "Host" } else { "Origin" });
    }
    assert_eq!(server.get("/apps").await.is(200)["apps"][0]["rooms"], 1, "a refused reset ran");

    let own = [
        ("host", "localhost"),
        ("host", "LOCALHOST:1"),
        ("host", "127.0.0.9"),
        ("host", "[::1]:8081"),
        ("host", "GuestList:8081"),
        ("host", "[FD00:0::1]:8081"),
        ("origin", "http://localhost:3000"),
        ("origin", "http://127.0.0.1"),
    ];
    for (header, value) in own {
        let request = server.request(Method::GET, APPS).header(header, value);
        assert_eq!(answer(request).await.status, 200, "{header}: {value}");
    }
}

#[tokio::test]
async fn there_is_exactly_one_host() {
    let server = Server::dev(&[]).await;
    let rows = [
        ("GET /_guestlist/v1/apps", "Host: localhost\r\n", 200),
        ("GET /_guestlist/v1/apps", "", 403),
        ("GET /_guestlist/v1/apps", "Host:\r\n", 403),
        ("GET /_guestlist/v1/apps", "Host: localhost\r\nHost: evil.example\r\n", 403),
        ("GET /_guestlist/v1/apps", "Host: localhost\r\nHost: localhost\r\n", 403),
        (
            "GET /_guestlist/v1/apps",
            "Host: localhost\r\nOrigin: http://localhost\r\nOrigin: http://evil.example\r\n",
            403,
        ),
        ("GET http://evil.example/_guestlist/v1/apps", "Host: localhost\r\n", 403),
        ("GET http://localhost/_guestlist/v1/apps", "Host: localhost\r\n", 200),
        ("GET http://localhost/_guestlist/v1/apps", "Host: evil.example\r\n", 403),
    ];
    for (line, headers, expected) in rows {
        let request = format!("{line} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        let (status, came) = raw(server.control(), &request).await;
        assert_eq!(status, expected, "{request}{came}");
    }
}

#[tokio::test]
async fn every_reply_has_a_name_of_its_own() {
    let server = Server::dev(&[]).await;
    let mut names = std::collections::HashSet::new();
    for path in ["/apps", "/apps", "/nothing"] {
        let name = server.get(path).await.headers["x-request-id"].to_str().unwrap().to_owned();
        assert!(name.starts_with("Id-"), "{name}");
        assert!(names.insert(name));
    }
}

#[tokio::test]
async fn the_refused_may_end_their_sentence_and_ask_again() {
    let server = Server::dev(&["control.token=open-sesame", "server.body_limit=4 MiB"]).await;
    // More than one read brings: a connection on which it were left could not go on.
    let body = "x".repeat(2 << 20);
    let requests = format!(
        "POST /_guestlist/v1{} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n\r\n{body}\
         GET {APPS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer open-sesame\r\n\
         Connection: close\r\n\r\n",
        members("r"),
        body.len(),
    );
    let (first, came) = raw(server.control(), &requests).await;
    assert_eq!(first, 401, "{came}");
    assert!(came.contains("HTTP/1.1 200 OK"), "{came}");
}

#[tokio::test]
async fn who_asks_before_sending_is_told_at_once() {
    let server = Server::dev(&["control.token=open-sesame"]).await;
    let request = format!(
        "POST /_guestlist/v1{} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\
         Content-Length: 10\r\nExpect: 100-continue\r\n\r\n",
        members("r")
    );
    assert_eq!(raw(server.control(), &request).await.0, 401);
}

//! `guestlist wait`: for scripts that start a server.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::process::Stdio;

use crate::child::{Program, guestlist, output, stderr, stdout};

#[test]
fn a_server_that_is_ready_is_not_waited_for() {
    let program = Program::start(&["dev"]);
    let control = program.control_listen.clone().unwrap();
    for url in [
        format!("http://{}", program.listen),
        format!("http://{control}"),
        format!("http://{control}/"),
        format!("http://{control}/healthz"),
    ] {
        let waited = output(&["wait", "--timeout", "0s", "--url", &url]);
        assert!(waited.status.success(), "{url}: {}", stderr(&waited));
        assert_eq!(stdout(&waited) + &stderr(&waited), "", "{url}");
    }
    let mut by_variable = guestlist(&["wait"]);
    let waited = by_variable.env("GUESTLIST_CONTROL_URL", format!("http://{control}")).output();
    assert!(waited.unwrap().status.success());
}

#[test]
fn each_reason_is_told_once_until_the_server_is_ready() {
    // A port that nobody has any more.
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{address}");
    let mut waiting = guestlist(&["wait", "--timeout", "1m", "--url", &url]);
    let mut waiting = waiting.stderr(Stdio::piped()).spawn().unwrap();
    let mut told = BufReader::new(waiting.stderr.take().unwrap());
    let mut line = String::new();
    told.read_line(&mut line).unwrap();
    assert!(line.starts_with(&format!("guestlist: waiting: no answer from {address}: ")), "{line}");

    let listener = TcpListener::bind(address).unwrap();
    for status in ["503 Service Unavailable", "503 Service Unavailable", "200 OK"] {
        let (mut stream, _) = listener.accept().unwrap();
        let mut question = BufReader::new(stream.try_clone().unwrap());
        let mut first = String::new();
        question.read_line(&mut first).unwrap();
        assert_eq!(first, "GET /readyz HTTP/1.1\r\n");
        stream
            .write_all(format!("HTTP/1.1 {status}\r\nContent-Length: 0\r\n\r\n").as_bytes())
            .unwrap();
    }
    let mut rest = String::new();
    told.read_to_string(&mut rest).unwrap();
    assert!(waiting.wait().unwrap().success());
    let expected = "guestlist: waiting: not ready: \"HTTP/1.1 503 Service Unavailable\"\n";
    assert_eq!(rest, expected);
}

#[test]
fn a_wait_has_an_end() {
    // Takes connections, and says nothing.
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = silent.local_addr().unwrap();
    let url = format!("http://{address}");
    let waited = output(&["wait", "--timeout", "300ms", "--url", &url]);
    assert_eq!(waited.status.code(), Some(1));
    let last = stderr(&waited);
    let last = last.lines().last().unwrap();
    let expected = format!("guestlist: not ready within 300ms: no answer from {address}: ");
    assert!(last.starts_with(&expected), "{last}");
    assert_eq!(stdout(&waited), "");
}

#[test]
fn a_url_that_is_none_is_not_waited_for() {
    for url in ["127.0.0.1:8081", "ftp://127.0.0.1"] {
        let waited = output(&["wait", "--timeout", "10m", "--url", url]);
        assert_eq!(waited.status.code(), Some(1));
        assert_eq!(stderr(&waited), "guestlist: --url: must begin with http:// or https://\n");
    }
    let waited = output(&["wait", "--timeout", "soon"]);
    assert_eq!(waited.status.code(), Some(2), "{}", stderr(&waited));
}

//! A server whose store is not open yet.
//!
//! The store's file `format` is a pipe here: the program reads it first of all, and waits until the
//! test writes into it. So nothing depends on how long anything takes.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, ChildStderr, ChildStdout, Command, Stdio};

use reqwest::Method;
use serde_json::Value;
use tokio::net::TcpListener;

use crate::child::{guestlist, stderr};
use crate::contract::{Seen, fault};
use crate::harness::client;

/// A program that is opening its store.
struct Opening {
    child: Child,
    out: BufReader<ChildStdout>,
    errors: BufReader<ChildStderr>,
    listen: String,
    control: String,
    directory: tempfile::TempDir,
}

fn command(path: &Path) -> Command {
    let mut command = guestlist(&["dev"]);
    command.args([
        "--set",
        "store.kind=journal",
        "--set",
        &format!("store.path={}", path.display()),
    ]);
    command
}

impl Opening {
    fn start() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let pipe = directory.path().join("format");
        assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        let mut command = command(directory.path());
        command.args(["--listen", "127.0.0.1:0", "--control-listen", "127.0.0.1:0"]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut errors = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        while !line.contains("opening the store") {
            line.clear();
            assert_ne!(errors.read_line(&mut line).unwrap(), 0, "it ended");
        }
        let field = |name: &str| {
            let (_, value) = line.split_once(name).unwrap_or_else(|| panic!("{name} in {line}"));
            value.split_whitespace().next().unwrap().to_owned()
        };
        let (listen, control) = (field(" listen="), field(" control_listen="));
        Self { child, out, errors, listen, control, directory }
    }

    /// What it says to a request: the status, when to come again, and the text.
    async fn asks(&self, method: Method, address: &str, path: &str) -> (u16, String, String) {
        let url = format!("http://{address}{path}");
        let body = if method == Method::GET { "" } else { "{}" };
        let answer = client().request(method.clone(), url).body(body).send().await.unwrap();
        let header = |name: &str| {
            let value = answer.headers().get(name).map(|value| value.to_str().unwrap().to_owned());
            value.unwrap_or_default()
        };
        let (status, retry_after) = (answer.status().as_u16(), header("retry-after"));
        let content_type = header("content-type");
        let text = answer.text().await.unwrap();
        if address == self.control {
            let seen = Seen {
                method: &method,
                path,
                status,
                content_type: Some(&content_type),
                body: &text,
            };
            assert_eq!(fault(&seen), None);
        }
        (status, retry_after, text)
    }

    /// Lets it go on with what the file says.
    fn go_on(&self, format: &str) {
        let path = self.directory.path().join("format");
        // It has the pipe open by then, and finds a file in its place the next time.
        let mut pipe = File::options().write(true).open(&path).unwrap();
        fs::remove_file(&path).unwrap();
        fs::write(&path, format).unwrap();
        pipe.write_all(format.as_bytes()).unwrap();
    }

    fn signal(&self, name: &str) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Waits for the end: the exit code, and what was said on stdout and stderr.
    fn end(mut self) -> (Option<i32>, String, String) {
        let (mut out, mut errors) = (String::new(), String::new());
        self.out.read_to_string(&mut out).unwrap();
        self.errors.read_to_string(&mut errors).unwrap();
        (self.child.wait().unwrap().code(), out, errors)
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

const FORMAT: &str = "guestlist store, format 1\n";
const CREATE: &str = "/v4/room_engine_http_srv/create_room";

#[tokio::test]
async fn until_the_store_is_open_the_process_is_there_and_not_ready() {
    let mut opening = Opening::start();
    let (main, control) = (opening.listen.clone(), opening.control.clone());
    let not_yet = |text: &str| (503, "1".to_owned(), text.to_owned());
    for _ in 0..2 {
        for address in [&main, &control] {
            let health = opening.asks(Method::GET, address, "/healthz").await;
            assert_eq!(health, (200, String::new(), "ok\n".to_owned()));
            let ready = opening.asks(Method::GET, address, "/readyz").await;
            assert_eq!(ready, not_yet("the store is being opened\n"));
        }
        for path in [CREATE, "/?Action=DescribeUserList", "/nothing"] {
            let refused = opening.asks(Method::POST, &main, path).await;
            assert_eq!(refused, not_yet("the store is being opened\n"), "{path}");
        }
        let apps = opening.asks(Method::GET, &control, "/_guestlist/v1/apps").await;
        let problem: Value = serde_json::from_str(&apps.2).unwrap();
        assert_eq!((apps.0, apps.1.as_str()), (503, "1"));
        assert_eq!(problem["detail"], "the store is being opened");
    }
    let check = || {
        let url = format!("http://{main}/readyz");
        guestlist(&["healthcheck", "--url", &url]).output().unwrap()
    };
    let said = stderr(&check());
    assert!(said.contains("503"), "{said}");

    opening.go_on(FORMAT);
    let mut line = String::new();
    opening.out.read_line(&mut line).unwrap();
    let started: Value = serde_json::from_str(&line).expect("the first line is JSON");
    assert_eq!(
        (started["listen"].as_str(), started["control_listen"].as_str()),
        (Some(main.as_str()), Some(control.as_str()))
    );
    assert!(check().status.success());
    for address in [&main, &control] {
        let ready = opening.asks(Method::GET, address, "/readyz").await;
        assert_eq!(ready, (200, String::new(), "ok\n".to_owned()));
    }
    let (status, _, text) = opening.asks(Method::POST, &main, CREATE).await;
    assert_eq!((status, text.contains(r#""ErrorCode":60012"#)), (200, true), "{text}");
    opening.signal("TERM");
    let (code, _, said) = opening.end();
    assert_eq!(code, Some(0), "{said}");
}

#[tokio::test]
async fn a_signal_ends_a_process_whose_store_is_not_open_yet() {
    for name in ["TERM", "INT"] {
        let opening = Opening::start();
        let health = opening.asks(Method::GET, &opening.listen, "/healthz").await;
        assert_eq!(health.0, 200);
        opening.signal(name);
        let (code, out, said) = opening.end();
        assert_eq!((code, out.as_str()), (Some(0), ""), "{name}: {said}");
        assert!(said.contains("the store is not open yet"), "{name}: {said}");
    }
}

#[tokio::test]
async fn a_store_that_cannot_be_opened_ends_the_process_that_was_answering() {
    let opening = Opening::start();
    let ready = opening.asks(Method::GET, &opening.control, "/readyz").await;
    assert_eq!(ready.0, 503);
    opening.go_on("guestlist store, format 2\n");
    let (code, out, said) = opening.end();
    assert_eq!((code, out.as_str()), (Some(1), ""), "{said}");
    assert!(said.contains("format 2, and this program reads up to 1"), "{said}");
}

#[tokio::test]
async fn an_address_in_use_is_told_before_the_store_is_looked_at() {
    let taken = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("format");
    // It would wait for whoever writes into it.
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let free = "127.0.0.1:0";
    for (setting, listen, control) in
        [("server.listen", address.as_str(), free), ("control.listen", free, &address)]
    {
        let addresses = ["--listen", listen, "--control-listen", control];
        let output = command(directory.path()).args(addresses).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("{setting}: cannot listen on {address}")), "{said}");
    }
}

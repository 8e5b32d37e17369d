//! What clients cost: requests that leave nothing behind, and connections that say nothing.
//!
//! The server is the program itself, in a process of its own, so that its resident memory is its
//! alone. It is looked at through `/proc`, which Linux has.
#![cfg(target_os = "linux")]
#![expect(clippy::print_stdout, reason = "what is measured is worth reading")]

use std::fs;
use std::ops::Range;

use guestlist::config::DEVELOPMENT_KEY;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::child::{Program, guestlist};
use crate::harness::{ADMIN, SDKAPPID, now_s, query, usersig_of};
use crate::raw::{INFO, head};

/// Requests that are sent before the first answer is awaited.
const PIPELINED: usize = 100;
/// What a process's memory may vary by, whatever it does.
const SLACK_BYTES: u64 = 1024 * 1024;
/// The most that an idle connection may use. It is looked at without huge pages, by which the
/// allocator may round up what is in use, by half as much again: 25 KiB with them.
const CONNECTION_BYTES_MAX: u64 = 18 * 1024;
const CONNECTIONS: usize = 5_000;
/// What the request log holds, in bytes; the allocator may round up by a quarter.
const LOG_BYTES: u64 = 16 * 1024 * 1024;
/// So many come before it is measured what the others cost.
const WARM_UP_CONNECTIONS: usize = 100;
/// Open files of this process besides those connections: other tests run beside this one.
const OTHER_FILES: usize = 512;

/// How many requests make a proof.
fn many() -> usize {
    if is_slow() { 1_000_000 } else { 20_000 }
}

fn is_slow() -> bool {
    std::env::var_os("GUESTLIST_SLOW").is_some()
}

/// A server without limits on calls and without lines, with or without a request log.
fn server(bench: bool) -> Program {
    server_with(bench, &[])
}

/// The same, with some settings more.
fn server_with(bench: bool, settings: &[&str]) -> Program {
    let bench = format!("bench.enabled={bench}");
    let usual = ["log.access=off", "app.0.unlimited=true", &bench];
    let settings = usual.iter().chain(settings).flat_map(|setting| ["--set", setting]);
    let mut command = guestlist(&[&["dev"], &*settings.collect::<Vec<_>>()].concat());
    // Neither the number of cores nor the size of pages is to count.
    command.env("TOKIO_WORKER_THREADS", "2").env("MIMALLOC_ALLOW_THP", "0");
    Program::spawn(command)
}

/// The memory that a process has in use, in bytes.
fn resident_bytes(program: &Program) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", program.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().strip_suffix(" kB").unwrap().parse::<u64>().unwrap() * 1024
}

fn request(query: &str, body: &str) -> String {
    request_to(INFO, query, body)
}

fn request_to(path: &str, query: &str, body: &str) -> String {
    head(path, query, &format!("Content-Length: {}\r\n", body.len())) + body
}

/// A connection that sends many requests at a time.
struct Pipe {
    stream: TcpStream,
    answers: Vec<u8>,
}

impl Pipe {
    async fn to(program: &Program) -> Self {
        let stream = TcpStream::connect(&program.listen).await.unwrap();
        Self { stream, answers: Vec::new() }
    }

    /// Sends requests, and reads as many answers: all with this code.
    async fn ask(&mut self, requests: &[String], code: u32) {
        let code = format!(r#""ErrorCode":{code},"#);
        for some in requests.chunks(PIPELINED) {
            self.stream.write_all(some.concat().as_bytes()).await.unwrap();
            self.answers.clear();
            let mut answered = 0;
            while answered < some.len() {
                let from = self.answers.len();
                let read = self.stream.read_buf(&mut self.answers).await.unwrap();
                assert_ne!(read, 0, "closed");
                // An answer ends with the end of its envelope, and holds only this one.
                answered += self.answers[from..].iter().filter(|byte| **byte == b'}').count();
            }
            let text = String::from_utf8_lossy(&self.answers);
            assert_eq!(text.matches(&code).count(), some.len(), "{text}");
        }
    }

    /// Asks what is made of each number.
    async fn ask_all(
        &mut self,
        numbers: Range<usize>,
        code: u32,
        request: impl Fn(usize) -> String,
    ) {
        for from in numbers.clone().step_by(PIPELINED) {
            let some = from..numbers.end.min(from + PIPELINED);
            self.ask(&some.map(&request).collect::<Vec<_>>(), code).await;
        }
    }
}

/// So many callbacks fill their log, whatever they say.
const CALLBACKS_TO_FILL_THE_LOG: usize = 9_000;

/// What waits for a receiver that is gone is bounded, and so is the log of it.
#[tokio::test]
async fn a_receiver_that_is_gone_leaves_memory_flat() {
    // A port where nobody is any more.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("app.0.callback.url=http://{gone}/");
    let commands = "app.0.callback.commands=Room.CallbackAfterUpdateRoomInfo";
    let program = server_with(false, &["callback.backlog=1 MiB", &url, commands]);
    let query = query(ADMIN, &usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 3_600));
    let mut pipe = Pipe::to(&program).await;
    let create = |_| {
        let body = r#"{"RoomInfo":{"RoomId":"r","RoomType":"Conference"}}"#;
        request_to("/v4/room_engine_http_srv/create_room", &query, body)
    };
    pipe.ask_all(0..1, 0, create).await;
    let update = |number| {
        let body = format!(r#"{{"RoomInfo":{{"RoomId":"r","RoomName":"name {number}"}}}}"#);
        request_to("/v4/room_engine_http_srv/update_room_info", &query, &body)
    };
    pipe.ask_all(0..CALLBACKS_TO_FILL_THE_LOG, 0, update).await;
    let before = resident_bytes(&program);
    let many = many();
    pipe.ask_all(0..many, 0, update).await;
    let more = resident_bytes(&program).saturating_sub(before);
    println!("{many} updates nobody hears of: {before} bytes before, {more} bytes more after");
    assert!(more < SLACK_BYTES, "{more} bytes more after {many} updates nobody hears of");
}

/// Asks a tenth as a warm-up, then all, and holds what the memory grew by against the slack.
async fn leaves_memory_flat(what: &str, code: u32, request: impl Fn(usize) -> String) {
    let program = server(false);
    let mut pipe = Pipe::to(&program).await;
    let (warm_up, many) = (many() / 10, many());
    pipe.ask_all(0..warm_up, code, &request).await;
    let before = resident_bytes(&program);
    pipe.ask_all(warm_up..warm_up + many, code, &request).await;
    let more = resident_bytes(&program).saturating_sub(before);
    println!("{many} {what}: {before} bytes before, {more} bytes more after");
    assert!(more < SLACK_BYTES, "{more} bytes more after {many} {what}");
}

#[tokio::test]
async fn requests_for_unknown_rooms_leave_nothing_behind() {
    let query = query(ADMIN, &usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 3_600));
    let unknown = |number| request(&query, &format!(r#"{{"RoomId":"unknown-{number}"}}"#));
    leaves_memory_flat("requests for unknown rooms", 100_004, unknown).await;
}

#[tokio::test]
async fn bad_signatures_leave_nothing_behind() {
    let now = now_s();
    let forged = |number| {
        let ticket = usersig_of("not the key", SDKAPPID, ADMIN, now, 3_600 + number as u64);
        request(&query(ADMIN, &ticket), "{}")
    };
    leaves_memory_flat("different bad signatures", 70009, forged).await;
}

/// What is counted as an entry's is what it takes, whatever the size of the entries.
#[tokio::test]
async fn the_request_log_takes_what_it_says_and_no_more() {
    let query = query(ADMIN, &usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 3_600));
    let small = is_slow().then_some((0, 50_000));
    for (text_bytes, fill) in [(15_000, 1_200), (1_000, 13_000)].into_iter().chain(small) {
        let text = "x".repeat(text_bytes);
        let unknown = |number| {
            request(&query, &format!(r#"{{"RoomId":"unknown-{number}","Text":"{text}"}}"#))
        };
        let program = server(true);
        let mut pipe = Pipe::to(&program).await;
        pipe.ask_all(0..1, 100_004, unknown).await;
        let empty = resident_bytes(&program);
        pipe.ask_all(1..fill, 100_004, unknown).await;
        let full = resident_bytes(&program).saturating_sub(empty);
        pipe.ask_all(fill..fill + fill / 2, 100_004, unknown).await;
        let fuller = resident_bytes(&program).saturating_sub(empty);
        println!("texts of {text_bytes} bytes: {full} bytes once full, {fuller} bytes later");
        assert!(full > LOG_BYTES / 2, "{full} bytes: it was not filled");
        assert!(fuller < LOG_BYTES + LOG_BYTES / 4, "{fuller} bytes");
    }
}

/// Allows this process and its children as many open files as this takes, if the system does.
fn allow_files(files: usize) -> usize {
    let Rlimit { current, maximum } = getrlimit(Resource::Nofile);
    let wanted = files as u64;
    if current.is_some_and(|current| current < wanted) {
        let current = Some(maximum.map_or(wanted, |maximum| maximum.min(wanted)));
        setrlimit(Resource::Nofile, Rlimit { current, maximum }).unwrap();
    }
    getrlimit(Resource::Nofile).current.map_or(files, |current| files.min(current as usize))
}

#[tokio::test]
async fn idle_connections_cost_little() {
    let files = allow_files(CONNECTIONS + OTHER_FILES);
    let connections = files.saturating_sub(OTHER_FILES);
    if connections < CONNECTIONS {
        println!("this system allows {files} open files: {connections} idle connections only");
    }
    assert!(connections >= 1_000, "{files} open files are too few to say anything: ulimit -Hn");
    let program = server(false);
    let query = query(ADMIN, &usersig_of(DEVELOPMENT_KEY, SDKAPPID, ADMIN, now_s(), 3_600));
    let request = [request(&query, r#"{"RoomId":"x"}"#)];
    let mut idle = Vec::with_capacity(connections);
    let mut open = async |count: usize| {
        for _ in 0..count {
            let mut pipe = Pipe::to(&program).await;
            pipe.ask(&request, 100_004).await;
            idle.push(pipe.stream);
        }
    };
    open(WARM_UP_CONNECTIONS).await;
    let before = resident_bytes(&program);
    let counted = connections - WARM_UP_CONNECTIONS;
    open(counted).await;
    let each = (resident_bytes(&program) - before) / counted as u64;
    println!("{connections} idle connections: {each} bytes each");
    assert!(each <= CONNECTION_BYTES_MAX, "{each} bytes for each of {connections} connections");
}

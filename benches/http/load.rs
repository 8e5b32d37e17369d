//! The load generator: connections that ask, wait for the whole reply, and ask again.
//!
//! One thread, no HTTP library, requests that were built before: what it takes from the machine is
//! little and the same for every server. It does not believe a server: each reply is looked at for
//! its status and length, and the first one of each connection for success.

#![expect(clippy::disallowed_methods, reason = "a bench measures time")]

use std::cell::Cell;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use futures_util::future::join_all;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::runtime::{Builder, Runtime};
use tokio::time::{sleep, timeout};

use crate::process::cpu_ns;
use crate::requests::Requests;
use crate::spawned::Spawned;

/// The longest reply that is taken, head and body, in bytes.
const MAX_REPLY_BYTES: usize = 64 * 1024;
/// How much two replies to like requests may differ in length: by the digits of their ids.
const LENGTH_SLACK_BYTES: usize = 16;
/// A server that takes longer than this for everything besides the measuring has failed.
const PATIENCE: Duration = Duration::from_secs(20);

/// Which server, asked what, over how many connections.
#[derive(Clone, Copy)]
pub(crate) struct Load<'a> {
    pub(crate) server: &'a Spawned,
    pub(crate) requests: &'a Requests,
    pub(crate) connections: usize,
}

/// What a server did within a window of time.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Measured {
    requests: u64,
    elapsed: Duration,
    cpu_ns: u64,
}

impl Measured {
    /// Requests answered in a second.
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.elapsed.as_secs_f64()
    }

    /// The server's processor time for one request, in microseconds.
    pub(crate) fn cpu_us(&self) -> f64 {
        self.cpu_ns as f64 / 1_000.0 / self.requests as f64
    }
}

/// Sends requests.
pub(crate) struct Client {
    runtime: Runtime,
}

impl Client {
    /// A client with a thread's worth of connections.
    pub(crate) fn new() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build();
        Self { runtime: runtime.expect("an event queue") }
    }

    /// The body of the reply to one request, which must be a success.
    pub(crate) fn ask(&self, address: SocketAddr, request: &[u8]) -> String {
        let asking = async {
            let mut connection = Connection::open(address).await;
            let body = connection.ask(request).await;
            assert_success(body);
            String::from_utf8(body.to_vec()).expect("JSON is text")
        };
        self.in_time(PATIENCE, asking)
    }

    /// Sends so many requests, one after the other.
    pub(crate) fn ask_many(&self, address: SocketAddr, requests: &Requests, count: usize) {
        let asking = async {
            let mut connection = Connection::open(address).await;
            for _ in 0..count {
                assert_success(connection.ask(requests.next()).await);
            }
        };
        self.in_time(PATIENCE, asking);
    }

    fn in_time<T>(&self, patience: Duration, answer: impl Future<Output = T>) -> T {
        let bounded = async { timeout(patience, answer).await };
        self.runtime.block_on(bounded).expect("answers in time")
    }

    /// Loads a server and measures it, after a warm-up.
    pub(crate) fn measure(&self, load: Load<'_>, window: Duration) -> Measured {
        let warm_up = (window / 5).max(Duration::from_millis(100));
        let expected_bytes = self.ask(load.server.address, load.requests.next()).len();
        let measuring = async {
            let (answered, stop) = (Cell::new(0), Cell::new(false));
            let opening = (0..load.connections).map(|_| Connection::open(load.server.address));
            let connections = join_all(opening).await;
            let asking = connections.into_iter().enumerate().map(async |(nth, mut connection)| {
                assert_success(connection.ask(load.requests.next_of(nth)).await);
                while !stop.get() {
                    let bytes = connection.ask(load.requests.next_of(nth)).await.len();
                    assert!(bytes.abs_diff(expected_bytes) <= LENGTH_SLACK_BYTES, "{bytes} bytes");
                    answered.set(answered.get() + 1);
                }
            });
            let watching = async {
                sleep(warm_up).await;
                let look = || (answered.get(), cpu_ns(load.server.pid()), Instant::now());
                let (requests, cpu_ns, began) = look();
                sleep(window).await;
                let (requests_then, cpu_ns_then, ended) = look();
                stop.set(true);
                Measured {
                    requests: requests_then - requests,
                    elapsed: ended - began,
                    cpu_ns: cpu_ns_then - cpu_ns,
                }
            };
            tokio::join!(watching, join_all(asking)).0
        };
        self.in_time(warm_up + window + PATIENCE, measuring)
    }
}

/// A kept-alive connection.
struct Connection {
    socket: TcpStream,
    reply: Vec<u8>,
}

impl Connection {
    async fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("the server listens");
        socket.set_nodelay(true).expect("a TCP socket");
        Self { socket, reply: vec![0; MAX_REPLY_BYTES] }
    }

    /// Sends a request and takes the whole reply. Its body is returned.
    async fn ask(&mut self, request: &[u8]) -> &[u8] {
        self.socket.write_all(request).await.expect("the server reads");
        let mut filled = 0;
        loop {
            let read = self.socket.read(&mut self.reply[filled..]).await;
            let read = read.expect("the server writes");
            assert!(read > 0, "the server hung up, or its reply has no end");
            filled += read;
            if let Some((head, body)) = lengths(&self.reply[..filled])
                && head + body <= filled
            {
                assert_eq!(head + body, filled, "bytes behind the reply");
                return &self.reply[head..filled];
            }
        }
    }
}

/// How long head and body of a reply are, once all of the head is there.
fn lengths(reply: &[u8]) -> Option<(usize, usize)> {
    const LENGTH: &[u8] = b"\r\ncontent-length: ";
    let head = reply.windows(4).position(|bytes| bytes == b"\r\n\r\n")?;
    assert!(reply.starts_with(b"HTTP/1.1 200 "), "{}", String::from_utf8_lossy(&reply[..head]));
    let at = reply[..head]
        .windows(LENGTH.len())
        .position(|bytes| bytes.eq_ignore_ascii_case(LENGTH))
        .expect("a reply says its length");
    let digits = reply[at + LENGTH.len()..].iter().take_while(|byte| byte.is_ascii_digit());
    let body = digits.fold(0, |number, digit| number * 10 + usize::from(digit - b'0'));
    Some((head + 4, body))
}

fn assert_success(body: &[u8]) {
    let text = String::from_utf8_lossy(body);
    assert!(text.contains(r#""ErrorCode":0,"#), "{text}");
}

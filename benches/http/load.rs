//! The load generator: connections that ask, wait for the whole reply, and ask again.
//!
//! One thread, no HTTP library, requests that were built before: what it takes from the machine is
//! little and the same for every server. It does not believe a server: each reply is looked at for
//! its status and length, and the first one of each connection for success (`reply`).

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
use crate::reply::{Door, Reply};
use crate::requests::Requests;
use crate::spawned::Spawned;

/// The longest reply that is taken, head and body, in bytes.
const MAX_REPLY_BYTES: usize = 256 * 1024;
/// A server that takes longer than this for everything besides the measuring has failed.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

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

    /// The body of the reply to the next of some requests, which must be a success.
    pub(crate) fn ask(&self, server: &Spawned, requests: &Requests) -> String {
        let asking = async {
            let mut connection = Connection::open(server.door(requests.door)).await;
            let reply = connection.ask(requests.next()).await;
            requests.door.assert_success(reply);
            text(reply)
        };
        self.in_time(PATIENCE, asking)
    }

    /// Sends so many requests, one after the other.
    pub(crate) fn ask_many(&self, server: &Spawned, requests: &Requests, count: usize) {
        let asking = async {
            let mut connection = Connection::open(server.door(requests.door)).await;
            for _ in 0..count {
                requests.door.assert_success(connection.ask(requests.next()).await);
            }
        };
        self.in_time(PATIENCE, asking);
    }

    /// What the control plane shows for such a request.
    pub(crate) fn look(&self, server: &Spawned, request: &[u8]) -> String {
        let looking = async {
            let mut connection = Connection::open(server.door(Door::Control)).await;
            let reply = connection.ask(request).await;
            assert_eq!(reply.status, 200);
            text(reply)
        };
        self.in_time(PATIENCE, looking)
    }

    pub(crate) fn in_time<T>(&self, patience: Duration, answer: impl Future<Output = T>) -> T {
        let bounded = async { timeout(patience, answer).await };
        self.runtime.block_on(bounded).expect("answers in time")
    }

    /// Loads a server and measures it, after a warm-up.
    pub(crate) fn measure(&self, load: Load<'_>, window: Duration) -> Measured {
        let warm_up = (window / 5).max(Duration::from_millis(100));
        let looked_at_bytes = self.ask(load.server, load.requests).len();
        let door = load.requests.door;
        let measuring = async {
            let (answered, stop) = (Cell::new(0), Cell::new(false));
            let opening = (0..load.connections).map(|_| Connection::open(load.server.door(door)));
            let connections = join_all(opening).await;
            let asking = connections.into_iter().enumerate().map(async |(nth, mut connection)| {
                door.assert_success(connection.ask(load.requests.next_of(nth)).await);
                while !stop.get() {
                    let reply = connection.ask(load.requests.next_of(nth)).await;
                    door.assert_alike(reply, looked_at_bytes);
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
pub(crate) struct Connection {
    socket: TcpStream,
    reply: Vec<u8>,
}

impl Connection {
    pub(crate) async fn open(address: SocketAddr) -> Self {
        let socket = TcpStream::connect(address).await.expect("the server listens");
        socket.set_nodelay(true).expect("a TCP socket");
        Self { socket, reply: vec![0; MAX_REPLY_BYTES] }
    }

    /// Sends a request and takes the whole reply.
    pub(crate) async fn ask(&mut self, request: &[u8]) -> Reply<'_> {
        self.socket.write_all(request).await.expect("the server reads");
        let mut filled = 0;
        while Reply::parse(&self.reply[..filled]).is_none() {
            let read = self.socket.read(&mut self.reply[filled..]).await;
            let read = read.expect("the server writes");
            assert!(read > 0, "the server hung up, or its reply has no end");
            filled += read;
        }
        Reply::parse(&self.reply[..filled]).expect("it was there just now")
    }
}

fn text(reply: Reply<'_>) -> String {
    String::from_utf8(reply.body.to_vec()).expect("replies are text")
}

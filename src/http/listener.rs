//! A listener and the connections it accepted, until all of them are done.
//!
//! Every task of a listener is owned by its tracker and stopped by its token. The cap on
//! connections is a semaphore taken before accepting: what is above it waits in the kernel's queue.

use std::convert::Infallible;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use http::header::CONNECTION;
use http::{HeaderValue, Request, Response};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::connection::{Guarded, Phase};

/// A request head is at most so large, in bytes.
const MAX_HEAD_BYTES: usize = 64 * 1024;
/// A connection that says nothing for so long is closed, at the latest after twice that.
const IDLE_TIMEOUT: Duration = Duration::from_secs(600);
/// How long a connection may still bring a request after a stop was asked for: what was on its way
/// is answered, and the client told that the connection ends.
const LINGER: Duration = Duration::from_millis(50);
/// How long to wait after a failed accept: the process is out of files, and so is everybody.
const ACCEPT_PAUSE: Duration = Duration::from_millis(20);

/// What a listener bounds.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Connections at one time.
    pub max_connections: usize,
    /// From the first byte of a head to its last.
    pub head_timeout: Duration,
    /// From a stop to the end of the last connection; the request time-out and some more.
    pub drain_timeout: Duration,
}

/// A socket that listens, and where.
pub struct Listening {
    /// The socket.
    pub socket: TcpListener,
    /// The real address, of a port that the system chose too.
    pub address: SocketAddr,
}

/// Listens on an address; port 0 picks a free one.
///
/// # Errors
/// What the system says, for instance that the address is in use.
pub async fn bind(address: SocketAddr) -> io::Result<Listening> {
    let socket = TcpListener::bind(address).await?;
    let address = socket.local_addr()?;
    Ok(Listening { socket, address })
}

/// Serves connections until `stop`, then answers what was accepted and returns.
///
/// `answer` is called for each request, on the connection's own task.
pub async fn serve<S, F, B>(socket: TcpListener, answer: S, limits: Limits, stop: CancellationToken)
where
    S: Fn(Request<Incoming>) -> F + Clone + Send + Sync + 'static,
    F: Future<Output = Response<B>> + Send + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let tasks = TaskTracker::new();
    let permits = Arc::new(Semaphore::new(limits.max_connections));
    let accept = |stream: TcpStream, permit| {
        tasks.spawn(connection(stream, answer.clone(), limits, stop.clone(), permit));
    };
    while let Some((stream, permit)) = next(&socket, &permits, &stop).await {
        accept(stream, permit);
    }
    // The kernel accepted these before the stop; they are answered like the others.
    while let Ok(permit) = Arc::clone(&permits).try_acquire_owned()
        && let Some(Ok((stream, _))) = futures_util::FutureExt::now_or_never(socket.accept())
    {
        accept(stream, permit);
    }
    drop(socket);
    tasks.close();
    if tokio::time::timeout(limits.drain_timeout, tasks.wait()).await.is_err() {
        tracing::warn!(connections = tasks.len(), "stopped before every connection was done");
    }
}

/// The next connection, once there is room for one; none when it is time to stop.
async fn next(
    socket: &TcpListener,
    permits: &Arc<Semaphore>,
    stop: &CancellationToken,
) -> Option<(TcpStream, OwnedSemaphorePermit)> {
    let accept = async {
        let permit = Arc::clone(permits).acquire_owned().await.ok()?;
        loop {
            match socket.accept().await {
                Ok((stream, _)) => return Some((stream, permit)),
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    };
    stop.run_until_cancelled(accept).await.flatten()
}

async fn connection<S, F, B>(
    stream: TcpStream,
    answer: S,
    limits: Limits,
    stop: CancellationToken,
    _permit: OwnedSemaphorePermit,
) where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = Response<B>>,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
{
    // Replies are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let phase = Phase::default();
    let service = service_fn(|request| {
        phase.request_begins();
        let answering = answer(request);
        async {
            let mut response = answering.await;
            phase.request_ends();
            if stop.is_cancelled() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    let socket = Guarded::new(stream, phase.clone(), limits.head_timeout);
    let serving = http1::Builder::new()
        .half_close(true)
        .max_buf_size(MAX_HEAD_BYTES)
        .serve_connection(TokioIo::new(socket), service);
    let mut serving = std::pin::pin!(serving);
    let silence = async {
        while !phase.was_silent() {
            tokio::time::sleep(IDLE_TIMEOUT).await;
        }
    };
    // A connection that fails has nobody left to be told: its client is gone.
    tokio::select! {
        _ = serving.as_mut() => return,
        () = stop.cancelled() => {
            if tokio::time::timeout(LINGER, serving.as_mut()).await.is_ok() {
                return;
            }
        }
        () = silence => {}
    }
    serving.as_mut().graceful_shutdown();
    let _ = serving.await;
}

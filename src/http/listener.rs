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
use http::{HeaderValue, Request};
use hyper::body::{Body, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio_rustls::server::TlsStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::body::Answered;
use super::connection::{Guarded, Phase};
use super::ending::Ending;
use super::tls::Tls;
use crate::telemetry::Metrics;

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
    /// From the first byte of a head to its last; for a TLS handshake, too.
    pub head_timeout: Duration,
    /// How long a client may take nothing of what is being sent to it.
    pub write_timeout: Duration,
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

/// What every connection of a listener shares.
struct Shared<S> {
    answer: S,
    tls: Option<Arc<Tls>>,
    limits: Limits,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Serves connections until `stop`, then answers what was accepted and returns.
///
/// `answer` is called for each request, on the connection's own task. With `tls`, every connection
/// begins with its handshake.
pub async fn serve<S, F, A, B>(
    socket: TcpListener,
    tls: Option<Arc<Tls>>,
    answer: S,
    limits: Limits,
    metrics: Arc<Metrics>,
    stop: CancellationToken,
) where
    S: Fn(Request<Incoming>) -> F + Send + Sync + 'static,
    F: Future<Output = A> + Send + 'static,
    A: Into<Answered<B>> + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + Send + 'static,
{
    let _watch = metrics.watch();
    let permits = Arc::new(Semaphore::new(limits.max_connections));
    let tasks = TaskTracker::new();
    let shared = Arc::new(Shared { answer, tls, limits, metrics, stop, tasks });
    let Shared { stop, tasks, .. } = &*shared;
    let accept = |stream: TcpStream, permit| {
        tasks.spawn(connection(stream, Arc::clone(&shared), permit));
    };
    while let Some((stream, permit)) = next(&socket, &permits, stop).await {
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

async fn connection<S, F, A, B>(
    stream: TcpStream,
    shared: Arc<Shared<S>>,
    _permit: OwnedSemaphorePermit,
) where
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = A>,
    A: Into<Answered<B>> + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
{
    let _open = shared.metrics.connection_opened();
    let _watch = shared.metrics.watch();
    // Replies are written whole; waiting for more would only delay them.
    let _ = stream.set_nodelay(true);
    let Some(tls) = &shared.tls else { return conversation(stream, &shared).await };
    // On the heap, all of it: a plain connection does not carry the room.
    if let Some(stream) = Box::pin(secured(stream, tls, &shared.limits, &shared.stop)).await {
        Box::pin(conversation(Box::new(stream), &shared)).await;
    }
}

/// The handshake, within the time of a head. When it is time to stop, what was on its way may
/// still come.
async fn secured(
    stream: TcpStream,
    tls: &Tls,
    limits: &Limits,
    stop: &CancellationToken,
) -> Option<TlsStream<TcpStream>> {
    let stopping = async {
        stop.cancelled().await;
        tokio::time::sleep(LINGER).await;
    };
    let handshake = tls.handshake(stream);
    let handshake = tokio::time::timeout(limits.head_timeout, handshake);
    tokio::select! {
        done = handshake => match done.unwrap_or_else(|late| Err(late.into())) {
            Ok(stream) => Some(stream),
            Err(error) => {
                tracing::debug!(%error, "a TLS handshake failed");
                None
            }
        },
        () = stopping => None,
    }
}

/// Has a connection end otherwise than with its answer.
async fn end(ending: Ending, phase: &Phase, stop: &CancellationToken) {
    match ending {
        Ending::Whole => phase.request_ends(),
        Ending::CutOff => phase.cuts_off(),
        Ending::Closed => phase.closes(),
        Ending::Silent(at_most) => {
            phase.falls_silent();
            stop.run_until_cancelled(tokio::time::sleep(at_most)).await;
            phase.closes();
        }
    }
}

/// The requests and answers of one connection.
async fn conversation<I, S, F, A, B>(io: I, shared: &Shared<S>)
where
    I: AsyncRead + AsyncWrite + Unpin,
    S: Fn(Request<Incoming>) -> F,
    F: Future<Output = A>,
    A: Into<Answered<B>> + 'static,
    B: Body<Data: Send, Error: Into<Box<dyn std::error::Error + Send + Sync>>> + 'static,
{
    let Shared { answer, limits, stop, tasks, .. } = shared;
    let phase = Phase::default();
    let service = service_fn(|request| {
        phase.request_begins();
        let answering = answer(request);
        async {
            let Answered { mut response, unread, ending } = answering.await.into();
            match unread {
                _ if ending != Ending::Whole => end(ending, &phase, stop).await,
                None => phase.request_ends(),
                Some(unread) => {
                    phase.draining_begins();
                    let phase = phase.clone();
                    tasks.spawn(async move {
                        unread.drain().await;
                        phase.draining_ends();
                    });
                }
            }
            if stop.is_cancelled() {
                response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
            }
            Ok::<_, Infallible>(response)
        }
    });
    // Pinned where it is made: a value that is moved has two places in the task of a connection.
    let mut serving = std::pin::pin!(
        http1::Builder::new().half_close(true).max_buf_size(MAX_HEAD_BYTES).serve_connection(
            TokioIo::new(Guarded::new(
                io,
                phase.clone(),
                limits.head_timeout,
                limits.write_timeout
            )),
            service
        )
    );
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

//! Receivers: an ordinary one, and those whose answers are made by hand.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Router;
use axum::body::to_bytes;
use axum::extract::{ConnectInfo, Request};
use axum::response::IntoResponse;
use http::header::CONTENT_TYPE;
use http::{HeaderMap, Method};
use parking_lot::Mutex;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

use super::THANKS;

/// One request as it came.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) from: SocketAddr,
    pub(super) method: Method,
    pub(super) target: String,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

/// A receiver, until it is dropped.
pub(super) struct Receiver {
    pub(super) address: SocketAddr,
    seen: Arc<Mutex<Vec<Seen>>>,
    _tasks: JoinSet<()>,
}

impl Receiver {
    /// One that does as the vendor's pages say, written with an ordinary library.
    pub(super) async fn ordinary() -> Self {
        Self::answering(THANKS.to_owned()).await
    }

    /// The same with another body.
    pub(super) async fn answering(body: String) -> Self {
        let seen = Arc::<Mutex<Vec<Seen>>>::default();
        let record = Arc::clone(&seen);
        let receive = async move |ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request| {
            let (head, sent) = request.into_parts();
            let sent = to_bytes(sent, usize::MAX).await.unwrap();
            record.lock().push(Seen {
                from,
                method: head.method,
                target: head.uri.to_string(),
                headers: head.headers,
                body: String::from_utf8(sent.to_vec()).unwrap(),
            });
            ([(CONTENT_TYPE, "application/json")], body.clone()).into_response()
        };
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let router = Router::new().fallback(receive);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        let mut tasks = JoinSet::new();
        tasks.spawn(async { axum::serve(socket, service).await.unwrap() });
        Self { address, seen, _tasks: tasks }
    }

    /// One that reads each request and then does this, and nothing more: the connection stays open
    /// unless it is to be closed.
    pub(super) async fn by_hand(script: Script) -> Self {
        Self::scripted(script, None).await
    }

    /// The same over TLS.
    pub(super) async fn by_hand_over_tls(script: Script, tls: TlsAcceptor) -> Self {
        Self::scripted(script, Some(tls)).await
    }

    async fn scripted(script: Script, tls: Option<TlsAcceptor>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = socket.local_addr().unwrap();
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = socket.accept().await.unwrap();
                let tls = tls.clone();
                connections.spawn(async move {
                    match tls {
                        None => script.play(stream).await,
                        // A client that does not like the certificate goes away.
                        Some(tls) => match tls.accept(stream).await {
                            Ok(stream) => script.play(stream).await,
                            Err(_) => Some(()),
                        },
                    }
                });
            }
        });
        Self { address, seen: Arc::default(), _tasks: tasks }
    }

    pub(super) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().clone()
    }
}

/// What is done with a request that has come whole.
#[derive(Clone, Copy)]
pub(super) enum Script {
    /// Nothing.
    Silence,
    /// This text, then nothing.
    Say(&'static str),
    /// This text, then the end of the connection.
    SayAndClose(&'static str),
    /// This text, and after it the other without end.
    SayForever(&'static str, &'static str),
}

impl Script {
    /// None is a client that has gone away.
    async fn play(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) -> Option<()> {
        loop {
            read_request(&mut stream).await?;
            match self {
                Self::Silence => {}
                Self::Say(text) => say(&mut stream, text).await?,
                Self::SayAndClose(text) => {
                    say(&mut stream, text).await?;
                    return stream.shutdown().await.ok();
                }
                Self::SayForever(first, then) => {
                    say(&mut stream, first).await?;
                    loop {
                        say(&mut stream, then).await?;
                    }
                }
            }
        }
    }
}

async fn say(stream: &mut (impl AsyncWrite + Unpin), text: &str) -> Option<()> {
    stream.write_all(text.as_bytes()).await.ok()?;
    stream.flush().await.ok()
}

/// Reads one request with a `Content-Length`.
async fn read_request(stream: &mut (impl AsyncRead + Unpin)) -> Option<()> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.split("content-length:").nth(1).unwrap().lines().next().unwrap();
    let mut body = vec![0; length.trim().parse().unwrap()];
    stream.read_exact(&mut body).await.ok().map(|_| ())
}

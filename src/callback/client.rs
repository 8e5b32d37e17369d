//! One callback, sent once.
//!
//! Job: a destination, a request line or none, and a body in, an outcome out. Promise: the addresses that are
//! checked are those that are connected to: addresses in URLs are checked before anything else, and
//! names are resolved here, once, with every address that may not be reached taken out. No proxy, no
//! redirect, no cookie, no compression; HTTP/1.1 only. What is read and how long it takes is bounded.
//! Nothing is opened, read or computed before the first callback. Not here: queues and retries.
//!
//! One client serves all deliveries. It belongs to the runtime that sends the first callback: its
//! connections are tasks there.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use http::header::CONTENT_TYPE;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::{Response, redirect, retry};
use serde::de::IgnoredAny;
use tokio::time::{Instant, timeout_at};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use super::destination::Destination;
use super::failure::Failure;
use super::guard::Reach;
use super::line::RequestLine;
use super::names::Names;
use super::outcome::{Answer, MAX_ANSWER_BYTES, Outcome};
use crate::config::CALLBACK_TIMEOUT_MAX;

/// The most idle connections to one host and port that are kept.
pub const MAX_IDLE_CONNECTIONS: usize = 64;
/// How long an idle connection is kept: less than the 5 s after which common servers close theirs,
/// so that a callback is rarely sent into a connection that is just being closed.
const IDLE_TIMEOUT: Duration = Duration::from_secs(4);
/// The only status of RoomEngine's receivers that is no failure.
const OK: u16 = 200;
/// Who asks.
const USER_AGENT: &str = concat!("guestlist/", env!("CARGO_PKG_VERSION"));

/// What a machine says of names and of authorities.
pub struct Surroundings {
    /// The file of names that need no name server.
    pub hosts: PathBuf,
    /// The file that says where the name servers are.
    pub resolv_conf: PathBuf,
    /// The port of all name servers.
    pub name_server_port: u16,
    /// Whose certificates are good.
    pub authorities: RootCertStore,
}

/// The files where every Unix has them, and the authorities that browsers know.
impl Default for Surroundings {
    fn default() -> Self {
        Self {
            hosts: "/etc/hosts".into(),
            resolv_conf: "/etc/resolv.conf".into(),
            name_server_port: 53,
            authorities: webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect(),
        }
    }
}

/// Sends callbacks. Cheap until the first one.
pub struct Client {
    names: Arc<Names>,
    authorities: Arc<RootCertStore>,
    // One for each reach: a connection that one may use is none for another.
    any: OnceLock<reqwest::Client>,
    loopback_only: OnceLock<reqwest::Client>,
    public_only: OnceLock<reqwest::Client>,
}

impl Default for Client {
    fn default() -> Self {
        Self::new(Surroundings::default())
    }
}

impl Client {
    /// A client that knows names and authorities from here.
    #[must_use]
    pub fn new(surroundings: Surroundings) -> Self {
        let Surroundings { hosts, resolv_conf, name_server_port, authorities } = surroundings;
        Self {
            names: Arc::new(Names::new(hosts, resolv_conf, name_server_port)),
            authorities: Arc::new(authorities),
            any: OnceLock::new(),
            loopback_only: OnceLock::new(),
            public_only: OnceLock::new(),
        }
    }

    /// Sends one RoomEngine callback, once, and waits for what comes of it: at most the destination's
    /// time-out, in real time. Dropped before that, it closes its connection; the receiver may have it
    /// anyway.
    pub async fn send(
        &self,
        destination: &Destination,
        line: &RequestLine<'_>,
        body: Bytes,
    ) -> Outcome {
        self.post(destination, line.url(destination), Expects::Json, body).await
    }

    /// As [`send`](Self::send), but a ZEGO callback: the URL is as it was set, and any status of
    /// success will do.
    pub async fn send_to_zego(&self, destination: &Destination, body: Bytes) -> Outcome {
        let url = destination.url.sent_to().clone();
        self.post(destination, url, Expects::Success, body).await
    }

    async fn post(
        &self,
        destination: &Destination,
        url: Url,
        expects: Expects,
        body: Bytes,
    ) -> Outcome {
        let deadline = Instant::now() + destination.timeout;
        let mut received = None;
        let attempt = self.attempt(destination, url, expects, body, &mut received);
        let verdict = timeout_at(deadline, attempt).await;
        let verdict = match (verdict, &received) {
            (Ok(verdict), _) => verdict,
            // The status says more than a body that does not end.
            (Err(_), Some(Received { status, .. })) if !expects.status(*status) => {
                Err(Failure::Status(*status))
            }
            (Err(_), Some(_)) if expects == Expects::Success => Ok(()),
            (Err(_), _) => Err(Failure::Timeout(destination.timeout)),
        };
        let answer = received.map(|received| received.answer(destination));
        match (verdict, answer) {
            (Ok(()), Some(answer)) => Outcome::Answered(answer),
            (Ok(()), None) => unreachable!("an attempt that succeeds has received an answer"),
            (Err(failure), answer) => Outcome::Failed { failure, answer },
        }
    }

    async fn attempt(
        &self,
        destination: &Destination,
        url: Url,
        expects: Expects,
        body: Bytes,
        received: &mut Option<Received>,
    ) -> Result<(), Failure> {
        // An address never comes to the resolver.
        destination.reach.check_literal(&destination.url).map_err(Failure::Address)?;
        let request = self.of(destination.reach).post(url);
        let request = request.header(CONTENT_TYPE, "application/json").body(body);
        let mut response = request.send().await.map_err(|error| Failure::of(&error))?;
        let status = response.status().as_u16();
        let received = received.insert(Received { status, body: Vec::new() });
        let read = received.read(&mut response).await;
        if !expects.status(status) {
            return Err(Failure::Status(status));
        }
        if expects == Expects::Success {
            return Ok(());
        }
        read?;
        // Nothing in it is looked at, so nothing of it is kept.
        serde_json::from_slice::<IgnoredAny>(&received.body).map_err(|_| Failure::NotJson)?;
        Ok(())
    }

    fn of(&self, reach: Reach) -> &reqwest::Client {
        let client = match reach {
            Reach::Any => &self.any,
            Reach::LoopbackOnly => &self.loopback_only,
            Reach::PublicOnly => &self.public_only,
        };
        client.get_or_init(|| self.build(reach))
    }

    fn build(&self, reach: Reach) -> reqwest::Client {
        let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .expect("ring knows the versions that are safe")
            .with_root_certificates(Arc::clone(&self.authorities))
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"http/1.1".to_vec()];
        reqwest::Client::builder()
            .tls_backend_preconfigured(tls)
            .dns_resolver(Guarded { names: Arc::clone(&self.names), reach })
            .no_proxy()
            .redirect(redirect::Policy::none())
            .retry(retry::never())
            .referer(false)
            .http1_only()
            .user_agent(USER_AGENT)
            .pool_max_idle_per_host(MAX_IDLE_CONNECTIONS)
            .pool_idle_timeout(IDLE_TIMEOUT)
            // Connecting goes on after the attempt that wanted it is over, for the next; not forever.
            .connect_timeout(CALLBACK_TIMEOUT_MAX)
            .build()
            .expect("nothing in here depends on the machine")
    }
}

/// Which answer is a good one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expects {
    /// Status 200, and JSON.
    Json,
    /// Any status of success, and any body or none.
    Success,
}

impl Expects {
    fn status(self, status: u16) -> bool {
        match self {
            Self::Json => status == OK,
            Self::Success => (200..300).contains(&status),
        }
    }
}

/// Names, with the addresses that may not be reached taken out.
struct Guarded {
    names: Arc<Names>,
    reach: Reach,
}

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let (names, reach) = (Arc::clone(&self.names), self.reach);
        Box::pin(async move {
            let mut allowed = Vec::new();
            let mut refused = None;
            for address in names.look_up(name.as_str()).await? {
                match reach.check(address) {
                    // The port is that of the URL.
                    Ok(()) => allowed.push(SocketAddr::new(address, 0)),
                    Err(why) => refused = refused.or(Some(why)),
                }
            }
            match refused {
                Some(why) if allowed.is_empty() => Err(why.into()),
                _ => Ok(Box::new(allowed.into_iter()) as Addrs),
            }
        })
    }
}

/// What has come of an answer so far.
struct Received {
    status: u16,
    body: Vec<u8>,
}

impl Received {
    async fn read(&mut self, response: &mut Response) -> Result<(), Failure> {
        while let Some(chunk) = response.chunk().await.map_err(|error| Failure::of(&error))? {
            let left = MAX_ANSWER_BYTES - self.body.len();
            self.body.extend_from_slice(&chunk[..chunk.len().min(left)]);
            if chunk.len() > left {
                return Err(Failure::TooLarge);
            }
        }
        Ok(())
    }

    fn answer(self, destination: &Destination) -> Answer {
        Answer::new(self.status, &self.body, destination)
    }
}

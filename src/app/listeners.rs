//! The listeners, from before there is a store to their end.
//!
//! Job: bind both, so that an address in use is told before anything else is done; serve them from
//! that moment; put the services behind them once there is a store. Promise: until then `/healthz`
//! says that the process is there, and everything else, `/readyz` first of all, is answered with 503
//! and a time to come back: a load balancer sends it elsewhere, and no request waits for a store that
//! may not open. Dropped, they stop.

use std::convert::Infallible;
use std::future::ready;
use std::net::SocketAddr;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use futures_util::future::Either;
use http::Request;
use hyper::body::Incoming;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

use super::guard;
use crate::config::Settings;
use crate::control::{self, Access};
use crate::http::{Answered, Bounds, Limits, Listening, Tls, VendorService, bind, not_yet, serve};
use crate::proto::tencent::commands;
use crate::proto::zego;
use crate::telemetry::Metrics;

/// What a stop waits for beyond the time-out of a request.
const DRAIN_MARGIN: Duration = Duration::from_secs(2);
/// How long a client may leave its answers untaken, in time-outs of a request.
const UNTAKEN_TIMEOUTS: u32 = 10;
/// Connections of the control plane at one time: it is for tests, operators and one backend.
const MAX_CONTROL_CONNECTIONS: usize = 1024;

/// Both listeners, which answer but have nothing behind them yet.
pub(super) struct Listeners {
    pub(super) address: SocketAddr,
    pub(super) control: Option<ControlListener>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) metrics: Arc<Metrics>,
    pub(super) bounds: Bounds,
    vendor: Arc<OnceLock<Arc<VendorService>>>,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
    /// One of the tasks has ended, or nothing can be kept any more: before a stop a fault.
    pub(super) ended: CancellationToken,
    abandoned: DropGuard,
}

/// The control plane's listener, if it is on.
pub(super) struct ControlListener {
    pub(super) address: SocketAddr,
    pub(super) access: Access,
    router: Arc<OnceLock<Router>>,
}

impl Listeners {
    /// Binds them and begins to answer.
    ///
    /// # Errors
    /// A certificate that cannot be used; an address that cannot be bound.
    pub(super) async fn bind(settings: &Settings, open_control: bool) -> anyhow::Result<Self> {
        let tls = settings.server.tls.as_ref().map(Tls::load).transpose()?.map(Arc::new);
        let vendor = listen("server.listen", settings.server.listen).await?;
        let control = match guard::control_access(settings, open_control) {
            Some(access) => {
                Some((access, listen("control.listen", settings.control.listen).await?))
            }
            None => {
                tracing::info!("the control plane is off: it needs control.token");
                None
            }
        };
        let actions = zego::ACTIONS.iter().map(|entry| entry.spec.action);
        let labels = commands().map(|entry| entry.spec.path).chain(actions);
        let stop = CancellationToken::new();
        let mut listeners = Self {
            address: vendor.address,
            control: None,
            tls,
            metrics: Arc::new(Metrics::new(labels)),
            bounds: Bounds {
                body_limit_bytes: settings.server.body_limit_bytes,
                body_memory_bytes: settings.server.body_memory_bytes,
                request_timeout: settings.server.request_timeout,
            },
            vendor: Arc::default(),
            abandoned: stop.clone().drop_guard(),
            stop,
            tasks: TaskTracker::new(),
            ended: CancellationToken::new(),
        };
        let limits = Limits {
            max_connections: settings.server.max_connections,
            head_timeout: settings.server.request_timeout,
            write_timeout: settings.server.request_timeout * UNTAKEN_TIMEOUTS,
            drain_timeout: settings.server.request_timeout + DRAIN_MARGIN,
        };
        listeners.serve_vendor(vendor, limits);
        if let Some((access, control)) = control {
            listeners.serve_control(control, access, limits);
        }
        Ok(listeners)
    }

    fn serve_vendor(&self, Listening { socket, .. }: Listening, limits: Limits) {
        let (service, bounds) = (Arc::clone(&self.vendor), self.bounds);
        let answer = move |request| match service.get() {
            Some(service) => Either::Left(Arc::clone(service).answer(request)),
            None => Either::Right(ready(not_yet(request, bounds))),
        };
        let (tls, metrics, stop) = (self.tls.clone(), Arc::clone(&self.metrics), self.stop.clone());
        self.spawn(serve(socket, tls, answer, limits, metrics, stop));
    }

    fn serve_control(&mut self, listening: Listening, access: Access, limits: Limits) {
        let Listening { socket, address } = listening;
        let router = Arc::new(OnceLock::<Router>::new());
        let (service, bounds) = (Arc::clone(&router), self.bounds);
        let answer = move |request: Request<Incoming>| match service.get() {
            Some(router) => {
                let answering = router.clone().oneshot(request);
                Either::Left(async {
                    let response = answering.await;
                    response.unwrap_or_else(|never: Infallible| match never {}).into()
                })
            }
            None => {
                let (head, body) = request.into_parts();
                let response = control::not_yet(head.uri.path());
                Either::Right(ready(Answered::unread(response, body, bounds)))
            }
        };
        let limits = Limits { max_connections: MAX_CONTROL_CONNECTIONS, ..limits };
        let (metrics, stop) = (Arc::clone(&self.metrics), self.stop.clone());
        self.spawn(serve(socket, None, answer, limits, metrics, stop));
        self.control = Some(ControlListener { address, access, router });
    }

    /// Starts a task that goes on until the stop. If it does not, it is noted in `ended`, after a
    /// panic too.
    pub(super) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let ended = self.ended.clone().drop_guard();
        self.tasks.spawn(async move {
            let _ended = ended;
            task.await;
        });
    }

    /// Puts the services behind the listeners: from here on they answer. What is left of the
    /// listeners is for [`Running`](super::Running) to keep.
    pub(super) fn open(self, vendor: Arc<VendorService>, control: Option<Router>) -> Opened {
        // Control first: whoever finds the main listener ready may use the other at once.
        if let (Some(listener), Some(router)) = (&self.control, control) {
            let _ = listener.router.set(router);
        }
        let _ = self.vendor.set(vendor);
        self.abandoned.disarm();
        self.tasks.close();
        Opened {
            address: self.address,
            control_address: self.control.map(|control| control.address),
            tls: self.tls,
            stop: self.stop,
            tasks: self.tasks,
        }
    }

    /// Stops before there was a store: what was accepted is answered.
    pub(super) async fn close(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

/// Listeners with their services.
pub(super) struct Opened {
    pub(super) address: SocketAddr,
    pub(super) control_address: Option<SocketAddr>,
    pub(super) tls: Option<Arc<Tls>>,
    pub(super) stop: CancellationToken,
    pub(super) tasks: TaskTracker,
}

async fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<Listening> {
    bind(address).await.with_context(|| format!("{setting}: cannot listen on {address}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Defaults, Sources};

    #[tokio::test]
    async fn a_task_that_panics_is_noted() {
        let settings = Settings::load(&Sources::default(), Defaults::Exec).unwrap();
        let listeners = Listeners::bind(&settings, true).await.unwrap();
        assert!(!listeners.ended.is_cancelled(), "all goes on");
        listeners.spawn(async { panic!("the panic that this test wants") });
        listeners.ended.cancelled().await;
        assert!(!listeners.stop.is_cancelled(), "nobody said so");
        listeners.close().await;
    }
}

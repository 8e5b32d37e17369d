//! The program, put together: the one place that knows the concrete types.
//!
//! Job: from settings to running listeners and back to silence; the command line. Promise: a stop
//! answers what was accepted. Everything below gets what it needs by argument.

mod certificate;
mod cli;
mod commands;
mod guard;
mod store;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt;

pub use cli::main;

use crate::callback::{Client, Sender};
use crate::config::{BenchSettings, Settings};
use crate::control::{self, Plane};
use crate::domain::AppId;
use crate::engine::{Courier, Engine, Origin};
use crate::http::{Bounds, Limits, Listening, Tls, VendorService, ZegoService, bind, serve};
use crate::proto::tencent::{Gateway, Origins, commands};
use crate::proto::zego;
use crate::store::RoomStore;
use crate::telemetry::Metrics;

/// What a stop waits for beyond the time-out of a request.
const DRAIN_MARGIN: Duration = Duration::from_secs(2);
/// How long a client may leave its answers untaken, in time-outs of a request.
const UNTAKEN_TIMEOUTS: u32 = 10;
/// Connections of the control plane at one time: it is for tests, operators and one backend.
const MAX_CONTROL_CONNECTIONS: usize = 1024;

/// A server with its listeners, until it is stopped.
pub struct Running {
    /// Where the vendors' clients go.
    pub address: SocketAddr,
    /// Where the control plane is, if it is on.
    pub control_address: Option<SocketAddr>,
    engine: Arc<Engine>,
    sender: Arc<Sender>,
    tls: Option<Arc<Tls>>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

/// Starts a server on the store that the settings name.
///
/// `open_control` is `guestlist dev`: without a token the control plane is open, but only on
/// loopback. Everywhere else it is not even bound without one.
///
/// # Errors
/// A store that cannot be opened; an address that cannot be bound; a certificate that cannot be used.
pub async fn start(settings: &Settings, open_control: bool) -> anyhow::Result<Running> {
    start_on(settings, open_control, store::open(settings, false).await?).await
}

/// Starts a server on a store of the caller's choice.
///
/// # Errors
/// An address that cannot be bound; a certificate that cannot be used; a store that does not answer.
pub async fn start_on(
    settings: &Settings,
    open_control: bool,
    store: Arc<dyn RoomStore>,
) -> anyhow::Result<Running> {
    let tls = settings.server.tls.as_ref().map(Tls::load).transpose()?.map(Arc::new);
    let actions = zego::ACTIONS.iter().map(|entry| entry.spec.action);
    let labels = commands().map(|entry| entry.spec.path).chain(actions);
    let metrics = Arc::new(Metrics::new(labels));
    let BenchSettings { seed_ids, start_ms, .. } = settings.bench;
    let origin = Origin { seed_ids, start_ms };
    let engine = Engine::beginning(origin, &settings.apps, store, Arc::clone(&metrics));
    let engine = if settings.bench.enabled { engine.with_request_log() } else { engine };
    let engine = Arc::new(engine);
    let sender = Arc::new(Sender::new(&engine, Client::default()));
    engine.deliver_by(Arc::clone(&sender) as Arc<dyn Courier>);
    engine.resume().await?;
    let listening = listen("server.listen", settings.server.listen).await?;
    let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
    let limits = Limits {
        max_connections: settings.server.max_connections,
        head_timeout: settings.server.request_timeout,
        write_timeout: settings.server.request_timeout * UNTAKEN_TIMEOUTS,
        drain_timeout: settings.server.request_timeout + DRAIN_MARGIN,
    };
    let mut control_address = None;
    if let Some(access) = guard::control_access(settings, open_control) {
        let control = listen("control.listen", settings.control.listen).await?;
        control_address = Some(control.address);
        let router = control::router(Plane::new(&engine, &sender, access, settings, stop.clone()));
        let answer = move |request| {
            let answering = router.clone().oneshot(request);
            async { answering.await.unwrap_or_else(|never: Infallible| match never {}) }
        };
        let limits = Limits { max_connections: MAX_CONTROL_CONNECTIONS, ..limits };
        tasks.spawn(serve(
            control.socket,
            None,
            answer,
            limits,
            Arc::clone(&metrics),
            stop.clone(),
        ));
    } else {
        tracing::info!("the control plane is off: it needs control.token");
    }
    let vendor = vendor_service(settings, &engine, Arc::clone(&metrics));
    let answer = move |request| Arc::clone(&vendor).answer(request);
    tasks.spawn(serve(listening.socket, tls.clone(), answer, limits, metrics, stop.clone()));
    let (timekeeper, stopping) = (Arc::clone(&engine), stop.clone());
    tasks.spawn(async move { timekeeper.keep_time(stopping).await });
    tasks.close();
    Ok(Running { address: listening.address, control_address, engine, sender, tls, stop, tasks })
}

fn vendor_service(
    settings: &Settings,
    engine: &Arc<Engine>,
    metrics: Arc<Metrics>,
) -> Arc<VendorService> {
    let bounds = Bounds {
        body_limit_bytes: settings.server.body_limit_bytes,
        body_memory_bytes: settings.server.body_memory_bytes,
        request_timeout: settings.server.request_timeout,
    };
    let origins = if settings.uses_development_key() { Origins::Loopback } else { Origins::Any };
    let access = settings.log.access;
    let loopback_only = settings.uses_development_secret();
    let zego = ZegoService::new(
        zego::Gateway::new(Arc::clone(engine), loopback_only),
        Arc::clone(&metrics),
        commands().count(),
        bounds,
        access,
    );
    let tencent = Gateway::new(Arc::clone(engine), origins);
    Arc::new(VendorService::new(tencent, zego, metrics, bounds, access))
}

async fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<Listening> {
    bind(address).await.with_context(|| format!("{setting}: cannot listen on {address}"))
}

impl Running {
    /// Stops accepting, answers what was accepted, and returns when every connection is done and no
    /// callback is on its way.
    pub async fn stop(self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.sender.stop().await;
    }

    /// Whether the main listener speaks HTTPS.
    #[must_use]
    pub fn is_secured(&self) -> bool {
        self.tls.is_some()
    }

    /// Takes over the secret keys of newly read settings and, where there is HTTPS, reads the
    /// certificate and its key again. Nothing else changes while running.
    ///
    /// # Errors
    /// A certificate that cannot be used; then nothing has changed.
    pub fn reload(&self, settings: &Settings) -> anyhow::Result<()> {
        if let (Some(tls), Some(files)) = (&self.tls, &settings.server.tls) {
            tls.reload(files)?;
        }
        self.replace_keys(settings);
        Ok(())
    }

    /// Takes over the secret keys of newly read settings.
    pub fn replace_keys(&self, settings: &Settings) {
        for app in &settings.apps {
            if let Some(running) = self.engine.app(AppId(app.sdkappid)) {
                running.replace_keys(&app.secret_keys);
            }
        }
    }
}

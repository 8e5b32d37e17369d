//! The program, put together: the one place that knows the concrete types.
//!
//! Job: from settings to running listeners and back to silence; the command line. Promise: a stop
//! answers what was accepted. Everything below gets what it needs by argument.

mod certificate;
mod cli;
mod commands;
mod guard;
mod listeners;
mod seed;
mod store;

use std::net::SocketAddr;
use std::sync::Arc;

use anyhow::Context;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub use cli::main;

use self::listeners::{Listeners, Opened};
use crate::callback::{Client, Sender};
use crate::config::{BenchSettings, Settings};
use crate::control::{self, Plane};
use crate::domain::AppId;
use crate::engine::{Courier, Engine, Origin};
use crate::http::{Bounds, FaultDoor, Tls, VendorService, ZegoService};
use crate::proto::tencent::{Gateway, Origins, commands};
use crate::proto::zego;
use crate::store::RoomStore;
use crate::telemetry::Metrics;

/// A server with its listeners, until it is stopped.
pub struct Running {
    /// Where the vendors' clients go.
    pub address: SocketAddr,
    /// Where the control plane is, if it is on.
    pub control_address: Option<SocketAddr>,
    pub(crate) engine: Arc<Engine>,
    pub(crate) metrics: Arc<Metrics>,
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
/// An address that cannot be bound; a certificate that cannot be used; a store that cannot be opened;
/// a seed that is wrong.
pub async fn start(settings: &Settings, open_control: bool) -> anyhow::Result<Running> {
    let listeners = Listeners::bind(settings, open_control).await?;
    let store = store::open(settings, false).await?;
    start_behind(listeners, settings, store).await
}

/// Starts a server on a store of the caller's choice.
///
/// # Errors
/// An address that cannot be bound; a certificate that cannot be used; a store that does not answer; a
/// seed that is wrong.
pub async fn start_on(
    settings: &Settings,
    open_control: bool,
    store: Arc<dyn RoomStore>,
) -> anyhow::Result<Running> {
    start_behind(Listeners::bind(settings, open_control).await?, settings, store).await
}

/// Starts a server behind listeners that are bound.
///
/// # Errors
/// A store that does not answer; a seed that is wrong.
async fn start_behind(
    listeners: Listeners,
    settings: &Settings,
    store: Arc<dyn RoomStore>,
) -> anyhow::Result<Running> {
    let metrics = Arc::clone(&listeners.metrics);
    let BenchSettings { seed_ids, start_ms, snapshots_bytes, .. } = settings.bench;
    let origin = Origin { seed_ids, start_ms };
    let leased_in = Arc::clone(&store);
    let engine = Engine::beginning(origin, &settings.apps, store, Arc::clone(&metrics));
    let engine = engine.with_snapshots(snapshots_bytes);
    let engine = if settings.bench.enabled { engine.with_request_log() } else { engine };
    let engine = match settings.apps.first() {
        Some(model) if settings.bench.enabled => {
            engine.with_leases(model, store::of_leases(settings, leased_in))
        }
        _ => engine,
    };
    let engine = Arc::new(engine);
    // Before anybody delivers: callbacks that wait in an export are in the snapshot of it, too.
    if let Some(path) = &settings.bench.seed {
        let filled = seed::apply(path, &engine, settings.bench.enabled).await;
        filled.with_context(|| format!("bench.seed: {}", path.display()))?;
    }
    let sender = Arc::new(Sender::new(&engine, Client::default()));
    engine.deliver_by(Arc::clone(&sender) as Arc<dyn Courier>);
    engine.resume().await?;
    let control = listeners.control.as_ref().map(|listener| {
        let (access, stop) = (listener.access.clone(), listeners.stop.clone());
        control::router(Plane::new(&engine, &sender, access, settings, stop))
    });
    let faults = FaultDoor {
        by_header: settings.bench.enabled && settings.bench.fault_header,
        stop: listeners.stop.clone(),
    };
    let vendor = vendor_service(settings, &engine, Arc::clone(&metrics), listeners.bounds, faults);
    let (timekeeper, stopping) = (Arc::clone(&engine), listeners.stop.clone());
    listeners.spawn(async move { timekeeper.keep_time(stopping).await });
    let Opened { address, control_address, tls, stop, tasks } = listeners.open(vendor, control);
    Ok(Running { address, control_address, engine, metrics, sender, tls, stop, tasks })
}

fn vendor_service(
    settings: &Settings,
    engine: &Arc<Engine>,
    metrics: Arc<Metrics>,
    bounds: Bounds,
    faults: FaultDoor,
) -> Arc<VendorService> {
    let origins = if settings.uses_development_key() { Origins::Loopback } else { Origins::Any };
    let access = settings.log.access;
    let loopback_only = settings.uses_development_secret();
    let zego = ZegoService::new(
        zego::Gateway::new(Arc::clone(engine), loopback_only),
        Arc::clone(&metrics),
        commands().count(),
        bounds,
        access,
        faults.clone(),
    );
    let tencent = Gateway::new(Arc::clone(engine), origins);
    Arc::new(VendorService::new(tencent, zego, metrics, bounds, access, faults))
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

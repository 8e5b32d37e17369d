//! A gateway on a store in memory, with the one app that `guestlist dev` brings.

use std::sync::Arc;

use guestlist::config::{Defaults, Settings, Sources};
use guestlist::domain::AppId;
use guestlist::engine::{App, Engine};
use guestlist::proto::tencent::{Gateway, Origins, commands};
use guestlist::store::MemoryStore;
use guestlist::telemetry::Metrics;

/// The app of the desk.
pub(crate) const APP: AppId = AppId(88_888_888);
/// One of its administrators.
pub(crate) const ADMIN: &str = "administrator";

/// Where requests are brought.
pub(crate) struct Desk {
    pub(crate) engine: Arc<Engine>,
    pub(crate) gateway: Gateway,
}

impl Desk {
    /// A desk without limits on calls per second, with some settings of its own.
    pub(crate) fn with(overrides: &[&str]) -> Self {
        let overrides = ["app.0.unlimited=true"].iter().chain(overrides);
        let overrides = overrides.map(ToString::to_string).collect();
        let sources = Sources { overrides, ..Sources::default() };
        let settings = Settings::load(&sources, Defaults::Dev).expect("the settings are good");
        let metrics = Metrics::new(commands().map(|entry| entry.spec.path));
        let engine = Engine::new(&settings.apps, Arc::new(MemoryStore::new()), Arc::new(metrics));
        let engine = Arc::new(engine);
        Self { gateway: Gateway::new(Arc::clone(&engine), Origins::Any), engine }
    }

    /// The app of the settings.
    pub(crate) fn app(&self) -> Arc<App> {
        self.engine.app(APP).expect("the app of the settings")
    }
}

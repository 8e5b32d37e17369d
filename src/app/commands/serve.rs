//! `guestlist dev` and `guestlist serve`: run until told to stop.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use super::{usersig, zego_sign};
use crate::app::certificate::DevelopmentCertificate;
use crate::app::cli::SettingsArgs;
use crate::app::listeners::Listeners;
use crate::app::{Running, guard, start_behind, store};
use crate::config::{AppSettings, DEVELOPMENT_KEY, Defaults, Settings, StoreKind};
use crate::telemetry;

/// Runs the local stand-in.
#[derive(Debug, Args)]
pub(in crate::app) struct Dev {
    #[command(flatten)]
    run: Run,
    /// Speak HTTPS on the main listener, with a certificate for localhost that is made now; the
    /// path of the CA to trust is printed
    #[arg(long)]
    tls: bool,
    /// Where that certificate is kept for the next time; without it, it goes when the server ends
    #[arg(long, value_name = "DIR", requires = "tls")]
    tls_dir: Option<PathBuf>,
}

/// Runs a server of one's own.
#[derive(Debug, Args)]
pub(in crate::app) struct Serve {
    #[command(flatten)]
    run: Run,
}

#[derive(Debug, Args)]
struct Run {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Use the well-known development keys on a listener that other machines can reach
    #[arg(long)]
    allow_dev_keys: bool,
    /// Start with what is left of a journal that lost something which was answered
    #[arg(long)]
    accept_loss: bool,
}

impl Dev {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let certificate = if self.tls {
            Some(DevelopmentCertificate::provide(self.tls_dir.as_deref())?)
        } else {
            None
        };
        self.run.run(Defaults::Dev, certificate.as_ref())
    }
}

impl Serve {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        self.run.run(Defaults::Serve, None)
    }
}

/// The first line on stdout: where the server really is.
#[derive(Serialize)]
struct Started {
    listen: String,
    control_listen: Option<String>,
    /// Whether `listen` speaks HTTPS.
    tls: bool,
    /// The development CA, if one was made.
    ca: Option<PathBuf>,
}

impl Run {
    fn run(
        &self,
        defaults: Defaults,
        certificate: Option<&DevelopmentCertificate>,
    ) -> anyhow::Result<()> {
        let load = || self.load(defaults, certificate);
        let settings = load()?;
        telemetry::lines_to_stderr();
        let ca = certificate.map(DevelopmentCertificate::ca);
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(until_stopped(&settings, defaults, self.accept_loss, ca, load))
    }

    /// The settings, from wherever they come.
    fn load(
        &self,
        defaults: Defaults,
        certificate: Option<&DevelopmentCertificate>,
    ) -> anyhow::Result<Settings> {
        let mut settings = self.settings.load(defaults)?;
        guard::development_keys(&settings, self.allow_dev_keys)?;
        if let Some(certificate) = certificate {
            certificate.serve_by(&mut settings)?;
        }
        Ok(settings)
    }
}

async fn until_stopped(
    settings: &Settings,
    defaults: Defaults,
    accept_loss: bool,
    ca: Option<PathBuf>,
    load: impl Fn() -> anyhow::Result<Settings>,
) -> anyhow::Result<()> {
    // Before the listeners: a stop that comes early is a stop all the same.
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hangup = signal(SignalKind::hangup())?;
    let listeners = Listeners::bind(settings, defaults == Defaults::Dev).await?;
    if settings.store.kind == StoreKind::Journal {
        let (listen, path) = (listeners.address, settings.store.path.display());
        let control_listen = listeners.control.as_ref().map(|control| control.address);
        let control_listen = control_listen.map(tracing::field::display);
        tracing::info!(%listen, control_listen, "opening the store: {path}");
    }
    let opened = tokio::select! {
        store = store::open(settings, accept_loss) => Some(store?),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    let Some(store) = opened else {
        tracing::info!("stopping: the store is not open yet");
        listeners.close().await;
        return Ok(());
    };
    let started = tokio::select! {
        running = start_behind(listeners, settings, store) => Some(running?),
        _ = interrupt.recv() => None,
        _ = terminate.recv() => None,
    };
    let Some(running) = started else {
        tracing::info!("stopping: nobody was answered yet");
        return Ok(());
    };
    announce(&running, ca.as_ref())?;
    if settings.uses_development_key() {
        greet(&running, settings, ca.as_deref());
    }
    loop {
        tokio::select! {
            _ = interrupt.recv() => break,
            _ = terminate.recv() => break,
            _ = hangup.recv() => match load().and_then(|settings| running.reload(&settings)) {
                Ok(()) => tracing::info!("the secret keys and certificates of the settings are in force"),
                Err(error) => tracing::error!("the settings are not taken over: {error:#}"),
            },
        }
    }
    tracing::info!("stopping: no new connections, answering what was accepted");
    running.stop().await;
    Ok(())
}

fn announce(running: &Running, ca: Option<&PathBuf>) -> anyhow::Result<()> {
    let started = Started {
        listen: running.address.to_string(),
        control_listen: running.control_address.map(|address| address.to_string()),
        tls: running.is_secured(),
        ca: ca.cloned(),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &started)?;
    writeln!(out)?;
    out.flush().context("stdout")
}

/// What a person wants to paste first.
fn greet(running: &Running, settings: &Settings, ca: Option<&Path>) {
    let known =
        |app: &&AppSettings| app.secret_keys.iter().any(|key| key.expose() == DEVELOPMENT_KEY);
    let Some(app) = settings.apps.iter().find(known) else { return };
    let (admin, sdkappid, address) = (&app.admins[0], app.sdkappid, running.address);
    let ticket = usersig::ticket(DEVELOPMENT_KEY, sdkappid, admin);
    let scheme = if running.is_secured() { "https" } else { "http" };
    let trusting = ca.map_or_else(String::new, |ca| format!("--cacert '{}' ", ca.display()));
    if let Some(ca) = ca {
        eprintln!("\nHTTPS with a certificate for development. The CA to trust: {}", ca.display());
    }
    eprintln!(
        "\nThis app is for development: its key is known to everybody.\n\n  \
         SDKAppID    {sdkappid}\n  secret key  {DEVELOPMENT_KEY}\n  admin       {admin}\n\n\
         Try it (the signature is good for a day):\n\n  \
         curl -s {trusting}'{scheme}://{address}/v4/room_engine_http_srv/create_room?sdkappid={sdkappid}\
         &identifier={admin}&usersig={ticket}&random=1&contenttype=json' \\\n    \
         -d '{{\"RoomInfo\":{{\"RoomId\":\"room-test\",\"RoomType\":\"Conference\"}}}}'\n"
    );
    let base_url = format!("{scheme}://{address}/").parse();
    if let Ok(base_url) = base_url
        && settings.uses_development_secret()
    {
        let url =
            zego_sign::signed(base_url, sdkappid, "DescribeUserList", &[("RoomId", "room-test")]);
        eprintln!(
            "And as ZEGO's server API has it (good for ten minutes):\n\n  curl -s {trusting}'{url}'\n"
        );
    }
}

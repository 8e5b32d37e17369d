//! `guestlist dev` and `guestlist serve`: run until told to stop.

use std::io::Write;

use anyhow::Context;
use clap::Args;
use serde::Serialize;
use tokio::signal::unix::{SignalKind, signal};

use super::usersig;
use crate::app::cli::SettingsArgs;
use crate::app::{Running, guard, start};
use crate::config::{AppSettings, DEVELOPMENT_KEY, Defaults, Settings};
use crate::telemetry;

/// Runs the local stand-in.
#[derive(Debug, Args)]
pub(in crate::app) struct Dev {
    #[command(flatten)]
    run: Run,
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
}

impl Dev {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        self.run.run(Defaults::Dev)
    }
}

impl Serve {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        self.run.run(Defaults::Serve)
    }
}

/// The first line on stdout: where the server really is.
#[derive(Serialize)]
struct Started {
    listen: String,
    control_listen: Option<String>,
}

impl Run {
    fn run(&self, defaults: Defaults) -> anyhow::Result<()> {
        let settings = self.settings.load(defaults)?;
        guard::development_keys(&settings, self.allow_dev_keys)?;
        telemetry::lines_to_stderr();
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        runtime.block_on(self.until_stopped(&settings, defaults))
    }

    async fn until_stopped(&self, settings: &Settings, defaults: Defaults) -> anyhow::Result<()> {
        // Before the listeners: a stop that comes early is a stop all the same.
        let mut interrupt = signal(SignalKind::interrupt())?;
        let mut terminate = signal(SignalKind::terminate())?;
        let mut hangup = signal(SignalKind::hangup())?;
        let running = start(settings, defaults == Defaults::Dev).await?;
        announce(&running)?;
        if settings.uses_development_key() {
            greet(&running, settings);
        }
        loop {
            tokio::select! {
                _ = interrupt.recv() => break,
                _ = terminate.recv() => break,
                _ = hangup.recv() => self.reload(&running, defaults),
            }
        }
        tracing::info!("stopping: no new connections, answering what was accepted");
        running.stop().await;
        Ok(())
    }

    fn reload(&self, running: &Running, defaults: Defaults) {
        let read = self.settings.load(defaults).and_then(|settings| {
            guard::development_keys(&settings, self.allow_dev_keys)?;
            Ok(settings)
        });
        match read {
            Ok(settings) => {
                running.replace_keys(&settings);
                tracing::info!("the secret keys of the settings are in force");
            }
            Err(error) => tracing::error!("the settings are not taken over: {error:#}"),
        }
    }
}

fn announce(running: &Running) -> anyhow::Result<()> {
    let started = Started {
        listen: running.address.to_string(),
        control_listen: running.control_address.map(|address| address.to_string()),
    };
    let mut out = std::io::stdout().lock();
    serde_json::to_writer(&mut out, &started)?;
    writeln!(out)?;
    out.flush().context("stdout")
}

/// What a person wants to paste first.
fn greet(running: &Running, settings: &Settings) {
    let known =
        |app: &&AppSettings| app.secret_keys.iter().any(|key| key.expose() == DEVELOPMENT_KEY);
    let Some(app) = settings.apps.iter().find(known) else { return };
    let (admin, sdkappid, address) = (&app.admins[0], app.sdkappid, running.address);
    let ticket = usersig::ticket(DEVELOPMENT_KEY, sdkappid, admin);
    eprintln!(
        "\nThis app is for development: its key is known to everybody.\n\n  \
         SDKAppID    {sdkappid}\n  secret key  {DEVELOPMENT_KEY}\n  admin       {admin}\n\n\
         Try it (the signature is good for a day):\n\n  \
         curl -s 'http://{address}/v4/room_engine_http_srv/create_room?sdkappid={sdkappid}\
         &identifier={admin}&usersig={ticket}&random=1&contenttype=json' \\\n    \
         -d '{{\"RoomInfo\":{{\"RoomId\":\"room-test\",\"RoomType\":\"Conference\"}}}}'\n"
    );
}

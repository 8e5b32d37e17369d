//! `guestlist exec`: a server for one command, on free ports, from before it starts until it ends.
//!
//! The command is told by its environment where the server is. It has the terminal, the input and
//! the output to itself: guestlist says only what went wrong, on stderr. It is the way in for tests
//! in any language.

use std::ffi::OsString;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;
use futures_util::FutureExt;
use tokio_util::sync::CancellationToken;

use super::child::{Child, Ended, Signals, Unstarted};
use super::complain;
use crate::app::certificate::DevelopmentCertificate;
use crate::app::cli::SettingsArgs;
use crate::app::listeners::Listeners;
use crate::app::{Running, guard, start_behind, store};
use crate::config::{AccessLog, Defaults, Settings, variables};
use crate::telemetry;

/// The exit code of guestlist's own failures, so that none is taken for one of the command's:
/// `EX_SOFTWARE` of sysexits.h.
const FAILED: u8 = 70;
/// What is added to a signal's number for an exit code, as shells do.
const SIGNALLED: u8 = 128;
/// How long the server may take to answer what it accepted, once the command has ended.
const STOP_WAITS: Duration = Duration::from_secs(2);

/// Runs a command with a server of its own.
#[derive(Debug, Args)]
#[command(after_help = HELP)]
pub(in crate::app) struct Exec {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Use the well-known development keys on a listener that other machines can reach
    #[arg(long)]
    allow_dev_keys: bool,
    /// Speak HTTPS on the main listener, with a certificate for localhost that is made now and goes
    /// when the command has ended
    #[arg(long)]
    tls: bool,
    /// The command and its arguments, behind `--`; no shell looks at them
    #[arg(last = true, required = true, value_name = "CMD")]
    command: Vec<OsString>,
}

const HELP: &str = "\
The settings are those of `guestlist dev`, on free ports of 127.0.0.1. The command finds in its
environment:
  GUESTLIST_URL             the main listener, such as http://127.0.0.1:40001
  GUESTLIST_CONTROL_URL     the control plane
  GUESTLIST_CA              the path of the CA to trust, with --tls
  GUESTLIST_SDKAPPID        the app, which is ZEGO's AppId too
  GUESTLIST_SECRET_KEY      the key that signatures are made with
  GUESTLIST_IDENTIFIER      the account of an administrator, to sign for
  GUESTLIST_ZEGO_SECRET     the server secret at ZEGO, if the app has one
  GUESTLIST_CONTROL__TOKEN  the control plane's token, if it wants one

The exit code is the command's; 128 and the number of the signal that ended it; 127 if it is not
found, 126 if it cannot be run; 70 if guestlist itself failed.";

/// How it went.
enum Outcome {
    /// The command ended, or a signal came before it was started.
    Ended(Ended),
    /// The command did not even start.
    Unstarted(Unstarted),
}

impl Exec {
    /// Ends as the command ended.
    pub(in crate::app) fn run(&self) -> ExitCode {
        match self.outcome() {
            Ok(Outcome::Ended(ended)) => ExitCode::from(code(ended)),
            Ok(Outcome::Unstarted(unstarted)) => {
                complain(&unstarted.error);
                ExitCode::from(unstarted.code)
            }
            Err(error) => {
                complain(&error);
                ExitCode::from(FAILED)
            }
        }
    }

    fn outcome(&self) -> anyhow::Result<Outcome> {
        let mut settings = self.settings.load(Defaults::Exec)?;
        guard::development_keys(&settings, self.allow_dev_keys)?;
        if guard::control_access(&settings, true).is_none() {
            let listen = settings.control.listen;
            bail!("control.listen: {listen} can be reached from other machines: set control.token");
        }
        let certificate = self.tls.then(|| DevelopmentCertificate::provide(None)).transpose()?;
        if let Some(certificate) = &certificate {
            certificate.serve_by(&mut settings)?;
        }
        let ca = certificate.as_ref().map(DevelopmentCertificate::ca);
        match settings.log.access {
            AccessLog::Off => telemetry::warnings_to_stderr(),
            AccessLog::Failures | AccessLog::All => telemetry::lines_to_stderr(),
        }
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
        let outcome = runtime.block_on(with_server(&settings, ca.as_deref(), &self.command));
        // A store that is still being opened is waited for by nobody.
        runtime.shutdown_background();
        outcome
    }
}

async fn with_server(
    settings: &Settings,
    ca: Option<&Path>,
    command: &[OsString],
) -> anyhow::Result<Outcome> {
    // Before the listeners: a signal that comes early is one all the same.
    let mut signals = Signals::catch()?;
    let listeners = Listeners::bind(settings, true).await?;
    let ended = listeners.ended.clone();
    let opening = store::open_or(settings, false, lost(ended.clone()));
    let store = tokio::select! {
        store = opening => store?,
        signal = signals.next() => return Ok(Outcome::Ended(Ended::BySignal(signal))),
    };
    let running = start_behind(listeners, settings, store).await?;
    let outcome = match signals.next().now_or_never() {
        // Nobody has sent it to a command that is not there yet.
        Some(signal) => Ok(Outcome::Ended(Ended::BySignal(signal))),
        // It is ready: what the command asks for first is answered.
        None => match Child::start(command, environment(settings, &running, ca)) {
            Ok(child) => until_ended(child, &mut signals, &ended).await,
            Err(unstarted) => Ok(Outcome::Unstarted(unstarted)),
        },
    };
    // What the command left behind does not keep it.
    let _ = tokio::time::timeout(STOP_WAITS, running.stop()).await;
    outcome
}

/// Passes signals on until the command has ended, or ends it when there is no server any more.
async fn until_ended(
    mut child: Child,
    signals: &mut Signals,
    ended: &CancellationToken,
) -> anyhow::Result<Outcome> {
    loop {
        tokio::select! {
            biased;
            status = child.ended() => return Ok(Outcome::Ended(status?)),
            signal = signals.next() => child.pass_on(signal),
            () = ended.cancelled() => {
                child.end().await.context("the server ended before the command")?;
                bail!("the server ended before the command, which was ended too");
            }
        }
    }
}

/// What is done when a journal cannot be written any more.
fn lost(ended: CancellationToken) -> impl FnOnce(&str) {
    move |why| {
        tracing::error!("{why}");
        ended.cancel();
    }
}

/// Where the command finds the server, and what it signs with: the first app of the settings.
fn environment(
    settings: &Settings,
    running: &Running,
    ca: Option<&Path>,
) -> impl Iterator<Item = (&'static str, OsString)> {
    let scheme = if running.is_secured() { "https" } else { "http" };
    let app = settings.apps.first();
    let secret_key = app.and_then(|app| app.secret_keys.first());
    let admin = app.and_then(|app| app.admins.first());
    let zego_secret = app.and_then(|app| app.zego.server_secret.as_ref());
    let control = running.control_address;
    let texts = [
        (variables::URL, Some(url(scheme, running.address))),
        (variables::CONTROL_URL, control.map(|address| url("http", address))),
        (variables::SDKAPPID, app.map(|app| app.sdkappid.to_string())),
        (variables::SECRET_KEY, secret_key.map(|key| key.expose().to_owned())),
        (variables::IDENTIFIER, admin.cloned()),
        (variables::ZEGO_SECRET, zego_secret.map(|secret| secret.expose().to_owned())),
        (variables::CONTROL_TOKEN, settings.control.token.as_ref().map(|t| t.expose().to_owned())),
    ];
    let texts = texts.into_iter().map(|(name, value)| (name, value.map(OsString::from)));
    let variables = texts.chain([(variables::CA, ca.map(OsString::from))]);
    variables.filter_map(|(name, value)| Some((name, value?)))
}

/// The URL of a listener for somebody on this machine.
fn url(scheme: &str, mut address: SocketAddr) -> String {
    match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => address.set_ip(Ipv4Addr::LOCALHOST.into()),
        IpAddr::V6(ip) if ip.is_unspecified() => address.set_ip(Ipv6Addr::LOCALHOST.into()),
        _ => {}
    }
    format!("{scheme}://{address}")
}

fn code(ended: Ended) -> u8 {
    match ended {
        Ended::WithCode(code) => code,
        Ended::BySignal(signal) => SIGNALLED.saturating_add(signal),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_url_leads_to_this_machine_and_has_no_slash_at_its_end() {
        let rows = [
            ("127.0.0.1:1", "http://127.0.0.1:1"),
            ("[::1]:2", "http://[::1]:2"),
            ("0.0.0.0:3", "http://127.0.0.1:3"),
            ("[::]:4", "http://[::1]:4"),
            ("192.0.2.1:5", "http://192.0.2.1:5"),
        ];
        for (address, expected) in rows {
            assert_eq!(url("http", address.parse().unwrap()), expected);
        }
    }

    #[test]
    fn the_help_names_every_variable() {
        for name in [
            variables::URL,
            variables::CA,
            variables::CONTROL_URL,
            variables::SDKAPPID,
            variables::SECRET_KEY,
            variables::IDENTIFIER,
            variables::ZEGO_SECRET,
            variables::CONTROL_TOKEN,
        ] {
            assert!(HELP.contains(&format!("  {name} ")), "{name}");
        }
    }
}

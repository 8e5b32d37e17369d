//! `guestlist wait`: does not return before a server is ready, so that a script needs no loop of its
//! own.

use std::time::{Duration, Instant};

use anyhow::bail;
use clap::Args;

use super::probe::Probe;
use crate::config::variables;

/// How long after an answer the next question is asked.
const PAUSE: Duration = Duration::from_millis(50);

/// Waits until a server is ready.
#[derive(Debug, Args)]
pub(in crate::app) struct Wait {
    /// Whom to ask: the `http://` or `https://` URL of either listener, the latter with any
    /// certificate; `/readyz` is asked for unless it names a path
    #[arg(long, env = variables::CONTROL_URL, default_value = "http://127.0.0.1:8081")]
    url: String,
    /// For how long, such as 500ms, 30s or 2m; 0s asks once. A server that was asked in time has
    /// another second to answer
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = humantime::parse_duration)]
    timeout: Duration,
}

impl Wait {
    /// Says on stderr why the server is not ready, each time that the reason is another.
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let probe = Probe::of(&self.url)?;
        let since = now();
        let mut told = String::new();
        loop {
            let left = self.timeout.saturating_sub(since.elapsed());
            let Err(reason) = probe.ask(left) else { return Ok(()) };
            let reason = format!("{reason:#}");
            let left = self.timeout.saturating_sub(since.elapsed());
            if left.is_zero() {
                let timeout = humantime::format_duration(self.timeout);
                bail!("not ready within {timeout}: {reason}");
            }
            if reason != told {
                eprintln!("guestlist: waiting: {reason}");
                told = reason;
            }
            std::thread::sleep(PAUSE.min(left));
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a script waits in real time")]
fn now() -> Instant {
    Instant::now()
}

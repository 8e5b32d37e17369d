//! `guestlist healthcheck`: asks a server whether it is ready, without a shell or another program.

use clap::Args;

use super::probe::{PATIENCE, Probe};

/// Asks a server whether it is ready.
#[derive(Debug, Args)]
pub(in crate::app) struct Healthcheck {
    /// What to ask: an `http://` or `https://` URL, the latter with any certificate
    #[arg(long, default_value = "http://127.0.0.1:8081/readyz")]
    url: String,
}

impl Healthcheck {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        Probe::of(&self.url)?.ask(PATIENCE)
    }
}

//! `guestlist config`: the effective settings, secrets hidden.

use clap::Args;

use crate::app::cli::SettingsArgs;
use crate::config::Defaults;

/// Prints the effective settings.
#[derive(Debug, Args)]
pub(in crate::app) struct Config {
    #[command(flatten)]
    settings: SettingsArgs,
    /// Those of `guestlist dev`; otherwise those of `guestlist serve`
    #[arg(long)]
    dev: bool,
}

impl Config {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let defaults = if self.dev { Defaults::Dev } else { Defaults::Serve };
        print!("{}", self.settings.load(defaults)?.effective_toml());
        Ok(())
    }
}

//! What the command line may say behind `cargo bench --bench http --`.

use std::thread::available_parallelism;
use std::time::Duration;

use clap::{Parser, ValueEnum};

/// What a child is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Role {
    /// A bare axum app.
    Bare,
    /// The real thing.
    Guestlist,
}

impl Role {
    /// As it stands on the command line.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Bare => "bare",
            Self::Guestlist => "guestlist",
        }
    }
}

/// Measures whole requests over loopback.
#[derive(Debug, Parser)]
#[command(name = "http")]
pub(crate) struct Options {
    /// Only the measurements with this text in their name
    filter: Option<String>,
    /// How long each measurement takes
    #[arg(long, value_parser = seconds, default_value = "1.5")]
    seconds: Duration,
    /// How often A and B are measured in turn
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=101), default_value_t = 7)]
    pairs: u16,
    /// Three pairs of a quarter of a second: whether it works, not how fast it is
    #[arg(long)]
    quick: bool,
    /// Worker threads of each server [default: as many as there are cores]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=256))]
    workers: Option<u16>,
    /// Members of the large room
    #[arg(long, value_parser = clap::value_parser!(u32).range(1_000..=1_000_000), default_value_t = 1_000_000)]
    pub(crate) members: u32,
    #[arg(long, hide = true)]
    pub(crate) serve_as: Option<Role>,
    /// Settings of such a child.
    #[arg(long, hide = true)]
    pub(crate) set: Vec<String>,
    /// What cargo says to every bench.
    #[arg(long, hide = true)]
    bench: bool,
}

impl Options {
    /// How long each measurement takes.
    pub(crate) fn window(&self) -> Duration {
        if self.quick { Duration::from_millis(250) } else { self.seconds }
    }

    /// How often A and B are measured in turn.
    pub(crate) fn pairs(&self) -> usize {
        if self.quick { 3 } else { usize::from(self.pairs) }
    }

    /// Worker threads of each server.
    pub(crate) fn workers(&self) -> usize {
        let cores = || available_parallelism().map_or(1, usize::from);
        self.workers.map_or_else(cores, usize::from)
    }

    /// Whether a measurement is wanted.
    pub(crate) fn wants(&self, name: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| name.contains(filter.as_str()))
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds: f64 = text.parse().map_err(|_| "expected a number".to_owned())?;
    if (0.1..=60.0).contains(&seconds) {
        return Ok(Duration::from_secs_f64(seconds));
    }
    Err("expected 0.1 to 60".to_owned())
}

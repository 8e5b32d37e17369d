//! The subcommands, one a file. This floor may print: it is who talks to the terminal.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

mod child;
pub(super) mod config;
pub(super) mod exec;
pub(super) mod export;
pub(super) mod healthcheck;
pub(super) mod import;
pub(super) mod openapi;
mod place;
mod probe;
pub(super) mod serve;
pub(super) mod usersig;
pub(super) mod wait;
pub(super) mod zego_sign;
pub(super) mod zego_token;

use std::time::{SystemTime, UNIX_EPOCH};

#[expect(clippy::disallowed_methods, reason = "a person at the terminal lives in real time")]
fn now_s() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}

/// Says why a command failed.
pub(super) fn complain(error: &anyhow::Error) {
    eprintln!("guestlist: {error:#}");
}

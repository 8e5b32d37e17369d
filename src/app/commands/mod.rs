//! The subcommands, one a file. This floor may print: it is who talks to the terminal.

#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line prints")]

pub(super) mod config;
pub(super) mod healthcheck;
pub(super) mod openapi;
pub(super) mod serve;
pub(super) mod usersig;

/// Says why a command failed.
pub(super) fn complain(error: &anyhow::Error) {
    eprintln!("guestlist: {error:#}");
}

//! Whole requests over loopback, guestlist beside a bare axum app, in one run.
//!
//! The servers are children of this program: the program again, as a bare app or as guestlist, with
//! the same number of workers and the same allocator. They end when their standard input does, so
//! none is left behind whatever becomes of the parent. What is compared is the processor time that
//! a server spends on a request: it shakes less than requests per second, and the load generator
//! has no part in it. `docs/performance.md` explains the figures.

mod callbacks;
#[path = "../common/mod.rs"]
mod common;
mod community;
mod compare;
mod destroying;
mod disk;
mod journal;
mod load;
mod options;
mod process;
mod receiver;
mod reply;
mod report;
mod requests;
mod scenarios;
mod servers;
mod spawned;

use std::process::ExitCode;

use clap::Parser;
use options::Options;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    // `cargo test --benches` runs benches too, without this word: a long run is not meant then.
    if !std::env::args().any(|argument| argument == "--bench") {
        return ExitCode::SUCCESS;
    }
    let options = Options::parse();
    if let Some(role) = options.serve_as {
        servers::run(role, options.workers(), &options.set);
        return ExitCode::SUCCESS;
    }
    if let Err(missing) = process::can_measure() {
        report::say(&format!("not run: {missing}"));
        return ExitCode::FAILURE;
    }
    scenarios::run(&options);
    ExitCode::SUCCESS
}

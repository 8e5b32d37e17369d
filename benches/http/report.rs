//! The figures on the screen: a table that can be copied into a document.

#![expect(clippy::print_stdout, reason = "a bench prints its figures")]

use crate::compare::{Comparison, Spread};
use crate::load::Measured;
use crate::options::Options;

/// Prints a line.
pub(crate) fn say(line: &str) {
    println!("{line}");
}

/// What all figures depend on.
pub(crate) fn circumstances(options: &Options) {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    say(&format!(
        "{cores} cores; {} workers in each server; {} pairs of {:.2} s{}",
        options.workers(),
        options.pairs(),
        options.window().as_secs_f64(),
        if options.pairs() < 7 { "; too few to rely on" } else { "" },
    ));
}

/// Begins the table of comparisons.
pub(crate) fn comparisons() {
    say("\n| B; A | A: req/s | A: CPU us | B: req/s | B: CPU us | CPU B/A | least | most |");
    say("|---|--:|--:|--:|--:|--:|--:|--:|");
}

/// A row of that table.
pub(crate) fn comparison(name: &str, comparison: &Comparison) {
    let side = |side: &[Measured]| {
        let per_second = Spread::of(side.iter().map(Measured::per_second)).median;
        let cpu_us = Spread::of(side.iter().map(Measured::cpu_us)).median;
        format!("{per_second:.0} | {cpu_us:.2}")
    };
    let Spread { median, least, most } = comparison.ratio();
    let (a, b) = (side(&comparison.a), side(&comparison.b));
    say(&format!("| {name} | {a} | {b} | {median:.2} | {least:.2} | {most:.2} |"));
}

/// Begins the table of single figures.
pub(crate) fn figures() {
    say("\n| figure | median | least | most |");
    say("|---|--:|--:|--:|");
}

/// A row of that table.
pub(crate) fn figure(name: &str, Spread { median, least, most }: Spread) {
    say(&format!("| {name} | {median:.2} | {least:.2} | {most:.2} |"));
}

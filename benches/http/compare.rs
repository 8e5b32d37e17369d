//! Two loads side by side: A, B, A, B, so that what shakes the machine shakes both.

use crate::load::{Client, Load, Measured};
use crate::options::Options;

/// Both sides, measured in turn.
pub(crate) struct Comparison {
    pub(crate) a: Vec<Measured>,
    pub(crate) b: Vec<Measured>,
}

/// The middle of some figures, and their ends.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Spread {
    pub(crate) median: f64,
    pub(crate) least: f64,
    pub(crate) most: f64,
}

/// Measures two loads in turn, as often as the options say.
pub(crate) fn compare(client: &Client, options: &Options, a: Load<'_>, b: Load<'_>) -> Comparison {
    let measure = |load| client.measure(load, options.window());
    let (a, b) = (0..options.pairs()).map(|_| (measure(a), measure(b))).unzip();
    Comparison { a, b }
}

impl Comparison {
    /// What B spends on a request for what A spends, pair by pair.
    pub(crate) fn ratio(&self) -> Spread {
        Spread::of(self.a.iter().zip(&self.b).map(|(a, b)| b.cpu_us() / a.cpu_us()))
    }
}

impl Spread {
    /// Of at least one figure.
    pub(crate) fn of(figures: impl IntoIterator<Item = f64>) -> Self {
        let mut figures: Vec<f64> = figures.into_iter().collect();
        figures.sort_by(f64::total_cmp);
        let last = figures.len() - 1;
        let median = f64::midpoint(figures[last / 2], figures[figures.len() / 2]);
        Self { median, least: figures[0], most: figures[last] }
    }
}

//! Settings: from defaults, file, environment and command line to typed values.
//!
//! Job: lay the layers over each other, refuse what is unknown, of the wrong type or out of its
//! limits, and hand out a `Settings` that needs no second look. Promise: all faults are reported at
//! once, each with its key, its limit and the layer it came from, and no secret is shown by any
//! message, `Debug` or printout. Not here: the process's environment and command line, which come
//! in by argument; the one thing read is the file that the caller names.
//!
//! `config/default.toml` describes every setting; `config/dev.toml` is what `guestlist dev` adds.

mod check;
mod effective;
mod fault;
mod layers;
mod schema;
mod secret;
mod section;
mod settings;
#[cfg(test)]
mod tests;
mod units;
pub mod variables;

use std::path::Path;

pub use fault::{ConfigError, Fault};
pub use secret::{HIDDEN, Secret};
pub use settings::*;

use layers::Layers;

/// Where settings come from, besides the defaults. Later fields win.
///
/// It has no `Debug`: the environment and the command line may hold secrets.
#[derive(Clone, Default)]
pub struct Sources<'a> {
    /// The settings file, if one is named; at most 1 MiB.
    pub file: Option<&'a Path>,
    /// Environment variables, in any order. Those that do not begin with `GUESTLIST_` are passed
    /// over, and so are those that are no settings ([`variables`]) and those that Kubernetes sets
    /// for a service of that name.
    pub environment: Vec<(String, String)>,
    /// The `key=value` texts of `--set`, in their order.
    pub overrides: Vec<String>,
}

/// Which defaults hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Defaults {
    /// Those of `guestlist dev`: `default.toml` under `dev.toml`, and every request is logged.
    Dev,
    /// Those of `guestlist exec`: as `Dev`, but on free ports of 127.0.0.1, whatever file and
    /// environment say, and no request is logged.
    Exec,
    /// Those of `guestlist serve`: `default.toml` alone, no app, and failures are logged.
    Serve,
}

impl Settings {
    /// Loads and checks all settings.
    ///
    /// # Errors
    ///
    /// All faults of all layers at once. A file that cannot be read or is not TOML is one fault;
    /// then nothing is said about apps, as that file may have held them.
    pub fn load(sources: &Sources<'_>, defaults: Defaults) -> Result<Self, ConfigError> {
        let mut layers = Layers::new();
        if defaults != Defaults::Serve {
            layers.development();
        }
        if let Some(path) = sources.file {
            layers.file(path);
        }
        layers.environment(&sources.environment);
        if defaults == Defaults::Exec {
            layers.free_ports();
        }
        layers.overrides(&sources.overrides);

        let auto_access = match defaults {
            Defaults::Dev => AccessLog::All,
            Defaults::Exec => AccessLog::Off,
            Defaults::Serve => AccessLog::Failures,
        };
        layers.check(auto_access)
    }
}

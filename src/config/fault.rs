//! What is wrong with the settings.
//!
//! Job: collect every fault of every layer, each with its key, its limit and where it came from.
//! Promise: a fault is text that was made without looking at a secret. Not here: deciding what is
//! a fault.

use std::fmt;

/// Characters of a foreign text that a message quotes; the rest is cut.
const QUOTED_CHARS_MAX: usize = 64;

/// Where a value came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// `default.toml`.
    Default,
    /// `dev.toml`.
    Development,
    /// The settings file, by the path it was given as.
    File(String),
    /// A variable of the environment, by its name.
    Environment(String),
    /// `--set`.
    Override,
}

/// One thing that is wrong: the key, what it holds and what it may hold, and the layer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    key: String,
    problem: String,
    origin: Origin,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.key, self.problem)?;
        match &self.origin {
            // A fault of what nobody wrote: something is missing, and no layer is to blame.
            Origin::Default => Ok(()),
            Origin::Development => f.write_str(" (guestlist dev)"),
            Origin::File(path) => write!(f, " ({path})"),
            Origin::Environment(name) => {
                write!(f, " (environment variable {})", bare(name))
            }
            Origin::Override => f.write_str(" (--set)"),
        }
    }
}

/// Everything that is wrong with the settings, one line each.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}", lines(.faults))]
pub struct ConfigError {
    faults: Vec<Fault>,
}

impl ConfigError {
    /// The faults, those of the layers first, in the order of the layers.
    pub fn faults(&self) -> &[Fault] {
        &self.faults
    }
}

fn lines(faults: &[Fault]) -> String {
    faults.iter().map(Fault::to_string).collect::<Vec<_>>().join("\n")
}

/// The faults found so far.
#[derive(Default)]
pub(super) struct Faults(Vec<Fault>);

impl Faults {
    pub(super) fn push(&mut self, key: &str, problem: impl Into<String>, origin: &Origin) {
        self.0.push(Fault { key: key.to_owned(), problem: problem.into(), origin: origin.clone() });
    }

    /// Pushes what stands before all else and is no layer's value, such as a file.
    pub(super) fn push_front(&mut self, subject: &str, problem: String) {
        let fault = Fault { key: subject.to_owned(), problem, origin: Origin::Default };
        self.0.insert(0, fault);
    }

    /// Pushes unless the key, or one below it, has a fault already: a value that was refused for
    /// its type left the key as it was before, and that must not be blamed again.
    pub(super) fn push_first(&mut self, key: &str, problem: impl Into<String>, origin: &Origin) {
        if !self.0.iter().any(|fault| is_at_or_below(&fault.key, key)) {
            self.push(key, problem, origin);
        }
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// Drops what was found at or below a key.
    pub(super) fn forget(&mut self, key: &str) {
        self.0.retain(|fault| !is_at_or_below(&fault.key, key));
    }

    /// All that was found, if anything was.
    pub(super) fn into_error(self) -> Option<ConfigError> {
        (!self.0.is_empty()).then_some(ConfigError { faults: self.0 })
    }
}

fn is_at_or_below(key: &str, above: &str) -> bool {
    key.strip_prefix(above).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// A key one level further down.
pub(super) fn join(key: &str, segment: &str) -> String {
    if key.is_empty() { bare(segment) } else { format!("{key}.{}", bare(segment)) }
}

/// A name as it stands if it is harmless on a terminal, else quoted.
fn bare(name: &str) -> String {
    let harmless = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !name.is_empty() && name.len() <= QUOTED_CHARS_MAX && name.chars().all(harmless) {
        name.to_owned()
    } else {
        quoted(name)
    }
}

/// A text in quotes, escaped and cut: it may hold anything, a megabyte of it.
pub(super) fn quoted(text: &str) -> String {
    match text.char_indices().nth(QUOTED_CHARS_MAX) {
        Some((end, _)) => format!("{:?}...", &text[..end]),
        None => format!("{text:?}"),
    }
}

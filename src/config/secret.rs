//! A text that is never shown.
//!
//! Job: carry keys and tokens through the settings. Promise: no way to print one by accident; who
//! wants the text writes `expose`. Not here: wiping memory, and comparing in constant time.

use std::fmt;

/// What stands where a secret would be printed.
pub const HIDDEN: &str = "(hidden)";

/// A key or a token. It has no `Display`, its `Debug` is redacted, and it has no `==`: comparing
/// secrets in constant time is the business of who holds the two.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// Takes a text as a secret.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text itself, for signing and comparing. Not for logs.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Secret{HIDDEN}")
    }
}

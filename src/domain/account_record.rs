//! What is kept of an account that was imported, whichever rooms it is in.

use serde::{Deserialize, Serialize};

use super::ids::Account;

/// An account's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AccountRecord {
    /// Whose.
    pub account: Account,
    /// The name that people see; empty if none was given.
    pub nick: Box<str>,
    /// Where the picture is; empty if none was given.
    pub face_url: Box<str>,
}

/// A record, borrowed from wherever the store keeps it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountView<'a> {
    /// The name that people see.
    pub nick: &'a str,
    /// Where the picture is.
    pub face_url: &'a str,
}

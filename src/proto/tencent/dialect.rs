//! What all commands of some services have in common.
//!
//! Job: say which services a dialect has, what its replies look like and how it numbers refusals.
//! Known by a path's service alone, so that refusals before there is a command are told right too.

use super::refused::{Refused, Wire};

/// What a reply looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// The request's name is in it, and what was asked for stands under `Response`.
    Room,
    /// What was asked for stands in it, field by field; the request's name goes into the header
    /// `X-Request-Id`.
    Chat,
}

/// Who is told that a command does not exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownCommand {
    /// Everybody.
    ToAnybody,
    /// An administrator, who has not called too often.
    ToCallers,
}

/// Services that answer alike.
#[derive(Debug)]
pub struct Dialect {
    /// What its commands are filed under.
    pub name: &'static str,
    /// The services: what stands before a command in its path.
    pub services: &'static [&'static str],
    /// What its replies look like.
    pub envelope: Envelope,
    /// Who is told that a command does not exist.
    pub unknown_command: UnknownCommand,
    /// What its private codes mean.
    pub meanings: &'static [(u32, &'static str)],
    /// How it numbers refusals.
    pub wire: fn(&Refused) -> Wire,
}

//! `guestlist openapi`: what can be asked and what is answered, for programs.

use std::io::Write;

use anyhow::Context;
use clap::Args;

use crate::control::document;

/// Prints the OpenAPI document.
#[derive(Debug, Args)]
pub(in crate::app) struct Openapi {}

impl Openapi {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        std::io::stdout().write_all(document().as_bytes()).context("stdout")
    }
}

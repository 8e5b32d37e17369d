//! An app's clock.

use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Value, json};

use super::app::App;
use super::error::Error;

/// An app's clock: what expires, ends, begins or is tried again does so by it. Real time until it is told
/// otherwise; forward only.
#[derive(Debug, Clone)]
pub struct Clock {
    app: App,
}

/// What moving a clock did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct Moved {
    /// What the clock shows now, in Unix milliseconds.
    pub now_ms: u64,
    /// How much was due and done on the way: rooms that ended, callbacks that were tried.
    pub ran: u64,
    /// How much is due and not done: one call does 10,000 things and takes a minute at most.
    pub left: u64,
}

impl Clock {
    /// What it shows, in Unix milliseconds.
    #[must_use]
    pub fn now_ms(&self) -> u64 {
        self.app.leased.app.now_ms()
    }

    /// Moves it, to each due time in turn; what is due there is done when this returns, callbacks included.
    ///
    /// # Errors
    /// [`Error::Refused`] if somebody else is moving it.
    pub async fn advance(&self, by: Duration) -> Result<Moved, Error> {
        let ms = u64::try_from(by.as_millis()).unwrap_or(u64::MAX);
        self.app.ask(Method::POST, "clock/advance", Some(json!({"ms": ms}))).await
    }

    /// Has it stand still, where it is.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn freeze(&self) -> Result<(), Error> {
        self.set(json!({"frozen": true})).await
    }

    /// Has it go on, from where it is.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn run(&self) -> Result<(), Error> {
        self.set(json!({"frozen": false})).await
    }

    /// Has it show a moment, in Unix milliseconds. What is due by then is done soon after, not before this
    /// returns as with [`advance`](Self::advance).
    ///
    /// # Errors
    /// [`Error::Refused`] if that moment has passed.
    pub async fn set_ms(&self, now_ms: u64) -> Result<(), Error> {
        self.set(json!({"now_ms": now_ms})).await
    }

    async fn set(&self, body: Value) -> Result<(), Error> {
        let _: Value = self.app.ask(Method::PUT, "clock", Some(body)).await?;
        Ok(())
    }
}

impl App {
    /// The app's clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        Clock { app: self.clone() }
    }
}

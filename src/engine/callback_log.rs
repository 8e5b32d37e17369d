//! What the callback log has of each callback.
//!
//! Job: keep what was told, to whom, and how its sending went. Promise: an entry has a bounded weight,
//! whatever its receiver answers and however often it is tried. Not here: the log itself (`log`), and
//! what becomes of a callback (`callbacks`).

use std::sync::OnceLock;
use std::time::Duration;

use parking_lot::Mutex;

use super::faults::FaultMark;
use super::log::Kept;
use super::open::OpenKey;
use crate::domain::{Destination, Letter, Notice};

/// What the callback log holds of all apps together, in bytes.
pub const CALLBACK_LOG_BYTES: usize = 32 * 1024 * 1024;
/// How many attempts of one callback are kept: the latest.
pub const MAX_LOGGED_ATTEMPTS: usize = 16;
/// What is set aside for the attempts of one callback, in bytes: their records, a short text for
/// each and the latest answer.
const ATTEMPTS_BYTES: usize = 4 * 1024;

/// What became of a callback.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CallbackState {
    /// It is to be sent.
    Waiting,
    /// It was sent, and answered as it should be.
    Sent,
    /// Its attempts are spent.
    Failed,
    /// It had to go unsent: the backlog was full.
    Dropped,
    /// Nobody was to hear of it.
    NoUrl,
}

/// One attempt to send a callback.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// When it ended, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// How long it took, in real time.
    pub took: Duration,
    /// The HTTP status, if there was one.
    pub status: Option<u16>,
    /// Why it failed, if it did. Holds no secret.
    pub error: Option<Box<str>>,
    /// How the answer began. Holds no secret. Of the attempts that are kept, the latest has one.
    pub answer: Option<Box<str>>,
    /// The receiver could not be reached, or did not answer in time.
    pub unreachable: bool,
}

impl Attempt {
    /// Whether the callback arrived.
    #[must_use]
    pub fn arrived(&self) -> bool {
        self.error.is_none()
    }
}

/// How the sending of a callback went so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delivery {
    /// What became of it.
    pub state: CallbackState,
    /// How many attempts there were.
    pub made: u64,
    /// The latest of them, the oldest first.
    pub attempts: Vec<Attempt>,
}

/// A part of a letter, as its app's callback log keeps it.
#[derive(Debug)]
pub struct LoggedCallback {
    letter: Letter,
    part: u32,
    delivery: Mutex<Delivery>,
    /// Which fault struck it, once that is decided.
    pub(super) fault: OnceLock<Option<FaultMark>>,
}

impl LoggedCallback {
    pub(super) fn new(letter: Letter, part: u32, state: CallbackState) -> Self {
        let delivery = Mutex::new(Delivery { state, made: 0, attempts: Vec::new() });
        Self { letter, part, delivery, fault: OnceLock::new() }
    }

    pub(super) fn key(&self) -> OpenKey {
        OpenKey { notice: self.letter.notice.id, to: self.letter.to, part: self.part }
    }

    /// What it tells.
    #[must_use]
    pub fn notice(&self) -> &Notice {
        &self.letter.notice
    }

    /// To whom it goes.
    #[must_use]
    pub fn to(&self) -> Destination {
        self.letter.to
    }

    /// Which part of that it tells, from 0.
    #[must_use]
    pub fn part(&self) -> u32 {
        self.part
    }

    /// The fault that struck it, if one did.
    #[must_use]
    pub fn fault(&self) -> Option<FaultMark> {
        self.fault.get().copied().flatten()
    }

    /// What became of it so far.
    #[must_use]
    pub fn state(&self) -> CallbackState {
        self.delivery.lock().state
    }

    /// How its sending went so far.
    #[must_use]
    pub fn delivery(&self) -> Delivery {
        self.delivery.lock().clone()
    }

    pub(super) fn end(&self, state: CallbackState) {
        self.delivery.lock().state = state;
    }

    pub(super) fn add(&self, attempt: Attempt) {
        let mut delivery = self.delivery.lock();
        delivery.made += 1;
        if let Some(before) = delivery.attempts.last_mut() {
            before.answer = None;
        }
        if delivery.attempts.len() == MAX_LOGGED_ATTEMPTS {
            delivery.attempts.remove(0);
        }
        delivery.attempts.push(attempt);
    }
}

impl Kept for LoggedCallback {
    fn heap_bytes(&self) -> usize {
        // The parts of a letter share its notice: the first counts it whole, the others a share of
        // it, for they may be here when the first is gone.
        let shares = if self.part == 0 { 1 } else { self.letter.parts.max(1) as usize };
        self.letter.notice.size_bytes() / shares + ATTEMPTS_BYTES
    }
}

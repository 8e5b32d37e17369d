//! Trouble on purpose: what goes wrong with an app's requests and callbacks, and when.
//!
//! Job: keep the faults that a test set, and say of each request and each callback whether one of
//! them strikes it. Promise: each fault decides over what it matches in the order in which that comes
//! (`schedule`); of several that would strike the same, the oldest does, and the others have their
//! strike yet to come. One that is spent looks at nothing more. An app has at most [`MAX_FAULTS`]. Where none is set, a request pays for one load
//! of a counter. All of it lives in memory alone, and is the bench's. Not here: doing what a fault
//! says (`http`, `callback`), and how it is written down (`control`).

mod kinds;
mod schedule;
mod troubles;

use std::sync::atomic::{AtomicU32, Ordering};

use parking_lot::Mutex;

pub use kinds::{
    CallbackFault, MAX_CALLBACK_DELAY_MS, MAX_ERROR_TEXT_BYTES, MAX_PASSED, MAX_REQUEST_DELAY,
    MAX_SILENCE, RequestFault,
};
use schedule::Progress;
pub use schedule::{Chance, Schedule};
pub(super) use troubles::Troubles;

use crate::domain::{Destination, EventKind, RoomId};

/// How many faults an app has at most, spent ones among them.
pub const MAX_FAULTS: usize = 100;

/// A fault: what it matches, when it strikes, and what it does then.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Only what is about this room.
    pub room: Option<RoomId>,
    /// Which of what it matches it strikes.
    pub schedule: Schedule,
    /// What it is aimed at.
    pub aim: Aim,
}

/// What a fault is aimed at, and what it does to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aim {
    /// Requests.
    Request {
        /// Only those for this command: its name, or the service and the name; an action's name.
        command: Option<Box<str>>,
        /// What is done.
        fault: RequestFault,
    },
    /// Callbacks.
    Callback {
        /// Only those of one word.
        only: Option<CallbackWord>,
        /// What is done.
        fault: CallbackFault,
    },
}

impl Aim {
    /// The word of what is done.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Request { fault, .. } => fault.word(),
            Self::Callback { fault, .. } => fault.word(),
        }
    }
}

/// What a callback is called by: to whom it goes, and what it tells of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CallbackWord {
    /// To whom.
    pub to: Destination,
    /// Of what.
    pub kind: EventKind,
}

/// Which fault struck something, for the logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FaultMark {
    /// Its number; nothing if the request asked for it itself.
    pub id: Option<u64>,
    /// Its word.
    pub word: &'static str,
}

/// A request that a fault struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StruckRequest {
    /// The number of the fault; nothing if the request asked for it itself.
    pub id: Option<u64>,
    /// What is done.
    pub fault: RequestFault,
}

impl StruckRequest {
    /// What the logs say of it.
    #[must_use]
    pub fn mark(&self) -> FaultMark {
        FaultMark { id: self.id, word: self.fault.word() }
    }
}

/// What is matched of a request.
#[derive(Debug, Clone, Copy)]
pub struct RequestSeen<'a> {
    /// The service and the command, or the action.
    pub path: &'a str,
    /// The rooms that it names.
    pub rooms: &'a [&'a str],
}

/// What is matched of a callback.
#[derive(Debug, Clone, Copy)]
pub(super) struct CallbackSeen<'a> {
    pub(super) word: CallbackWord,
    pub(super) room: &'a RoomId,
}

/// A fault of an app, as it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct KeptFault {
    /// Its number.
    pub id: u64,
    /// What was set.
    pub fault: Fault,
    /// How much it matched so far, up to its last strike.
    pub matched: u64,
    /// How much of that it struck.
    pub struck: u64,
}

/// There are as many as there may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the app has {MAX_FAULTS} faults, and at most {MAX_FAULTS}")]
pub struct TooManyFaults;

/// The faults of an app.
#[derive(Default)]
pub(super) struct Faults {
    list: Mutex<List>,
    /// How many of them may strike a request yet, and a callback.
    armed: [AtomicU32; 2],
}

#[derive(Default)]
struct List {
    last_id: u64,
    /// In the order of their numbers.
    faults: Vec<Set>,
}

struct Set {
    id: u64,
    fault: Fault,
    progress: Progress,
}

impl Set {
    fn kept(&self) -> KeptFault {
        let Progress { matched, struck } = self.progress;
        KeptFault { id: self.id, fault: self.fault.clone(), matched, struck }
    }
}

/// The place of requests in [`Faults::armed`].
const REQUESTS: usize = 0;
/// And of callbacks.
const CALLBACKS: usize = 1;

impl Faults {
    /// Adds a fault; answers its number.
    pub(super) fn add(&self, fault: Fault) -> Result<u64, TooManyFaults> {
        let mut list = self.list.lock();
        if list.faults.len() >= MAX_FAULTS {
            return Err(TooManyFaults);
        }
        list.last_id += 1;
        let id = list.last_id;
        list.faults.push(Set { id, fault, progress: Progress::default() });
        self.count(&list);
        Ok(id)
    }

    pub(super) fn all(&self) -> Vec<KeptFault> {
        self.list.lock().faults.iter().map(Set::kept).collect()
    }

    pub(super) fn get(&self, id: u64) -> Option<KeptFault> {
        self.list.lock().faults.iter().find(|set| set.id == id).map(Set::kept)
    }

    /// Answers whether it was there.
    pub(super) fn remove(&self, id: u64) -> bool {
        let mut list = self.list.lock();
        let before = list.faults.len();
        list.faults.retain(|set| set.id != id);
        self.count(&list);
        list.faults.len() < before
    }

    /// Removes all. Numbers go on, so that one names one fault.
    pub(super) fn clear(&self) {
        let mut list = self.list.lock();
        list.faults.clear();
        self.count(&list);
    }

    /// Whether any may strike a request.
    pub(super) fn aim_at_requests(&self) -> bool {
        self.armed[REQUESTS].load(Ordering::Relaxed) > 0
    }

    /// Whether any may strike a callback.
    pub(super) fn aim_at_callbacks(&self) -> bool {
        self.armed[CALLBACKS].load(Ordering::Relaxed) > 0
    }

    /// The fault that strikes a request.
    pub(super) fn strike_request(&self, seen: &RequestSeen<'_>) -> Option<StruckRequest> {
        let name = seen.path.rsplit('/').next().unwrap_or_default();
        self.strike(|fault| {
            let Aim::Request { command, fault: done } = &fault.aim else { return None };
            let fits = command.as_deref().is_none_or(|word| word == seen.path || word == name)
                && fault.room.as_ref().is_none_or(|room| seen.rooms.contains(&room.as_str()));
            fits.then_some(done)
        })
        .map(|(id, fault)| StruckRequest { id: Some(id), fault })
    }

    /// The fault that strikes a callback, and its number.
    pub(super) fn strike_callback(&self, seen: &CallbackSeen<'_>) -> Option<(u64, CallbackFault)> {
        self.strike(|fault| {
            let Aim::Callback { only, fault: done } = &fault.aim else { return None };
            let fits = only.is_none_or(|word| word == seen.word)
                && done.is_for(seen.word.to)
                && fault.room.as_ref().is_none_or(|room| room == seen.room);
            fits.then_some(done)
        })
    }

    /// Shows every fault what it matches, and takes what the first of those does that would strike.
    fn strike<T: Clone>(&self, matches: impl Fn(&Fault) -> Option<&T>) -> Option<(u64, T)> {
        let mut list = self.list.lock();
        let mut first = None;
        for set in &mut list.faults {
            let Some(done) = matches(&set.fault) else { continue };
            let schedule = &set.fault.schedule;
            if schedule.is_spent(&set.progress) {
                continue;
            }
            if schedule.wants_next(&mut set.progress) && first.is_none() {
                set.progress.struck += 1;
                first = Some((set.id, done.clone()));
            }
        }
        self.count(&list);
        first
    }

    fn count(&self, list: &List) {
        let armed = |of_requests| {
            let armed = list.faults.iter().filter(|set| {
                matches!(set.fault.aim, Aim::Request { .. }) == of_requests
                    && !set.fault.schedule.is_spent(&set.progress)
            });
            u32::try_from(armed.count()).expect("there are at most MAX_FAULTS")
        };
        self.armed[REQUESTS].store(armed(true), Ordering::Relaxed);
        self.armed[CALLBACKS].store(armed(false), Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests;

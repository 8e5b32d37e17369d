//! Streams: what somebody publishes in a room, as far as it is known here. No sound and no picture
//! comes by.

use serde::{Deserialize, Serialize};

use super::ids::{Account, StreamId};

/// The most streams of a room.
pub const MAX_STREAMS: usize = 500;

/// A stream's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    /// Which one. Not twice in a room.
    pub id: StreamId,
    /// Who publishes it.
    pub account: Account,
    /// That one's display name, as it was said; empty if it was not.
    pub name: Box<str>,
    /// What it is called; empty if nothing.
    pub title: Box<str>,
    /// The app's own text about it.
    pub extra_info: Box<str>,
    /// When it was added, in Unix milliseconds of the app's clock.
    pub created_ms: u64,
    /// Which one it is of all that were ever added to the room, from 1.
    pub nth: u64,
    /// Tells it from every other stream of the app.
    pub serial: u64,
}

impl Stream {
    /// What its texts hold, in bytes.
    #[must_use]
    pub fn heap_bytes(&self) -> usize {
        let ids = self.id.as_str().len() + self.account.as_str().len() + 4 * size_of::<usize>();
        ids + self.name.len() + self.title.len() + self.extra_info.len()
    }
}

/// Why a stream is there no more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StreamEnd {
    /// Its publisher went.
    Left(super::event::LeaveReason),
    /// The room ended.
    RoomEnded,
    /// Somebody deleted it.
    Deleted,
}

/// What becomes of one stream's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StreamWrite {
    /// The record is this now, whether there was one or not.
    Put(Stream),
    /// The record is gone.
    Remove(StreamId),
}

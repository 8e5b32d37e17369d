//! What happened in a room, to be told to the world later.

use serde::{Deserialize, Serialize};

use super::everybody::Everybody;
use super::ids::Account;
use super::passage::{Login, Passage};
use super::seats::Seat;
use super::stream::{Stream, StreamEnd};

/// Something that happened, committed together with the change itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Event {
    /// A room was made.
    RoomCreated {
        /// Who asked for it.
        by: Account,
        /// Whom the creator invited.
        invitees: Vec<Account>,
    },
    /// A room's facts were changed.
    RoomUpdated {
        /// Who asked for it.
        by: Account,
    },
    /// A room was destroyed.
    RoomDestroyed {
        /// Who asked for it.
        by: Account,
        /// Whoever follows only who comes and goes is not to hear of the room's end.
        quietly: bool,
    },
    /// A room ended by itself, empty for too long or because nobody was left.
    RoomReclaimed {
        /// How the last one went, if it ended with that.
        last_went: Option<LeaveReason>,
    },
    /// People came in by themselves, in one call.
    MembersEntered {
        /// Who, in the order of the call.
        people: Vec<Passage>,
        /// How.
        login: Login,
    },
    /// People went away, in one call.
    MembersLeft {
        /// Who, in the order of the call.
        people: Vec<Passage>,
        /// Why.
        reason: LeaveReason,
        /// Who asked for it: the one who goes, or whoever sends people away.
        by: Account,
        /// What that one said about it; empty if nothing.
        words: Box<str>,
    },
    /// Everybody who was in went away with the room. RoomEngine tells of the room's end alone.
    EverybodyLeft {
        /// Who.
        people: Everybody,
    },
    /// Seats were taken, left, locked or changed otherwise.
    SeatsChanged {
        /// Who asked for it: whoever moves people about, or the one who goes away.
        by: Account,
        /// Each seat that is another than before, as it is now, by its index.
        seats: Vec<(u32, Seat)>,
    },
    /// A stream was added.
    StreamAdded {
        /// Which.
        stream: Stream,
        /// It stands in the place of one with its id and of the same person.
        again: bool,
    },
    /// Streams are there no more.
    StreamsEnded {
        /// Which, in the order of their adding.
        streams: Vec<Stream>,
        /// Why.
        reason: StreamEnd,
    },
}

/// What can happen, without who and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EventKind {
    /// A room was made.
    RoomCreated,
    /// A room ended, destroyed or by itself.
    RoomEnded,
    /// A room's facts were changed.
    RoomUpdated,
    /// People came in.
    MembersEntered,
    /// People went away.
    MembersLeft,
    /// Seats changed.
    SeatsChanged,
    /// A stream was added.
    StreamAdded,
    /// Streams are there no more.
    StreamsEnded,
}

impl Event {
    /// That the streams of a room that ends are there no more; nothing if there are none.
    pub(super) fn streams_end_with_room(streams: Vec<Stream>) -> Option<Self> {
        let reason = StreamEnd::RoomEnded;
        (!streams.is_empty()).then_some(Self::StreamsEnded { streams, reason })
    }

    /// Whether RoomEngine has no word for it: only whoever follows each person and each stream
    /// hears of it.
    #[must_use]
    pub fn is_of_singles_alone(&self) -> bool {
        match self {
            Self::EverybodyLeft { .. } | Self::StreamAdded { .. } | Self::StreamsEnded { .. } => {
                true
            }
            Self::RoomCreated { .. }
            | Self::RoomUpdated { .. }
            | Self::RoomDestroyed { .. }
            | Self::RoomReclaimed { .. }
            | Self::MembersEntered { .. }
            | Self::MembersLeft { .. }
            | Self::SeatsChanged { .. } => false,
        }
    }

    /// What happened, in one word.
    #[must_use]
    pub fn kind(&self) -> EventKind {
        match self {
            Self::RoomCreated { .. } => EventKind::RoomCreated,
            Self::RoomDestroyed { .. } | Self::RoomReclaimed { .. } => EventKind::RoomEnded,
            Self::RoomUpdated { .. } => EventKind::RoomUpdated,
            Self::MembersEntered { .. } => EventKind::MembersEntered,
            Self::MembersLeft { .. } | Self::EverybodyLeft { .. } => EventKind::MembersLeft,
            Self::SeatsChanged { .. } => EventKind::SeatsChanged,
            Self::StreamAdded { .. } => EventKind::StreamAdded,
            Self::StreamsEnded { .. } => EventKind::StreamsEnded,
        }
    }
}

/// Why a person is no longer in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LeaveReason {
    /// By one's own will.
    Left,
    /// The heartbeat was lost.
    Expired,
    /// Sent away.
    Kicked,
    /// Came in once more from elsewhere.
    Replaced,
}

//! What happened in a room, to be told to the world later.

use super::ids::Account;

/// Something that happened, committed together with the change itself.
#[derive(Debug, Clone, PartialEq, Eq)]
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
    },
    /// A room ended by itself, empty for too long.
    RoomReclaimed,
    /// People came in by themselves, in one call.
    MembersEntered {
        /// Who, in the order of the call.
        accounts: Vec<Account>,
    },
    /// People went away, in one call.
    MembersLeft {
        /// Who, in the order of the call.
        accounts: Vec<Account>,
        /// Why.
        reason: LeaveReason,
    },
}

/// Why a person is no longer in a room.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LeaveReason {
    /// By one's own will.
    Left,
    /// The heartbeat was lost.
    Expired,
}

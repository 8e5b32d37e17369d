//! Why an operation is not done: the caller's business, all of it.

use super::group::GroupType;
use super::ids::Account;

/// A quantity that an app's package bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ceiling {
    /// The number of members that a room may hold.
    Members,
    /// The number of seats that a room may have.
    Seats,
}

/// The reason why nothing was done. A refused operation leaves no trace.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The room does not exist, or no longer.
    #[error("the room does not exist")]
    NoSuchRoom,
    /// The room id is taken by a room of somebody else.
    #[error("the room id is in use")]
    RoomExists,
    /// The room id is taken by a room that the caller owns.
    #[error("the room id is in use, and the caller owns the room")]
    RoomExistsAndYours,
    /// The room id is taken by a group.
    #[error("the room id is in use by a group")]
    IsAGroup,
    /// What is asked for cannot be had in a group of this type.
    #[error("not in a group of type {group_type:?}")]
    GroupTypeForbids {
        /// The type of the group.
        group_type: GroupType,
    },
    /// The owner of a group that must have one cannot go away, or be sent away.
    #[error("{account} owns the group and cannot leave it")]
    OwnerStays {
        /// The owner.
        account: Account,
    },
    /// The owner of a group cannot be muted.
    #[error("{account} owns the group and cannot be muted")]
    OwnerNotMutable {
        /// The owner.
        account: Account,
    },
    /// The account is not in the room.
    #[error("{account} is not a member of the room")]
    NotAMember {
        /// Who is not there.
        account: Account,
    },
    /// The account does not own the room.
    #[error("{account} does not own the room")]
    NotTheOwner {
        /// Who was said to own it.
        account: Account,
    },
    /// The owner's role moves only with the ownership.
    #[error("the role of the owner {account} cannot be set")]
    OwnerKeepsRole {
        /// The owner.
        account: Account,
    },
    /// The room has all the administrators it may have.
    #[error("at most {at_most} administrators")]
    TooManyAdmins {
        /// The limit.
        at_most: u32,
    },
    /// The room has all the different marks it may have.
    #[error("at most {at_most} different marks in a room")]
    TooManyMarks {
        /// The limit.
        at_most: usize,
    },
    /// The room has all the robots it may have.
    #[error("at most {at_most} robots")]
    TooManyRobots {
        /// The limit.
        at_most: u32,
    },
    /// The room holds all the members it may hold.
    #[error("the room is full: at most {at_most} members")]
    RoomFull {
        /// The limit.
        at_most: u32,
    },
    /// More than the app's package allows.
    #[error("{asked} is above the ceiling of {at_most}")]
    AboveCeiling {
        /// What was asked for.
        ceiling: Ceiling,
        /// How much was asked for.
        asked: u32,
        /// The limit.
        at_most: u32,
    },
    /// The meeting would be too short.
    #[error("the schedule ends {length_s} seconds after it starts, at least {at_least_s}")]
    ScheduleTooShort {
        /// End minus start, in seconds; negative when it ends before it starts.
        length_s: i64,
        /// The limit, in seconds.
        at_least_s: u64,
    },
    /// The gate cannot be turned on without a password.
    #[error("a password is to be asked for, but none is given or kept")]
    NoPasswordToAskFor,
    /// The room was made without seats.
    #[error("the room has no seats")]
    NoSeats,
    /// The seat is not one of the room's.
    #[error("seat {index}, 0 to {last}")]
    NoSuchSeat {
        /// What was asked for.
        index: u32,
        /// The last seat of the room.
        last: u32,
    },
    /// The seat is locked.
    #[error("seat {index} is locked")]
    SeatLocked {
        /// Which.
        index: u32,
    },
    /// Somebody sits on that seat.
    #[error("seat {index} is taken")]
    SeatTaken {
        /// Which.
        index: u32,
    },
    /// Somebody sits on every seat.
    #[error("all {count} seats are taken")]
    SeatsFull {
        /// How many there are.
        count: u32,
    },
    /// The account sits already.
    #[error("{account} is seated already")]
    SeatedAlready {
        /// Who sits.
        account: Account,
    },
    /// The account does not sit.
    #[error("{account} is not seated")]
    NotSeated {
        /// Who does not sit.
        account: Account,
    },
    /// The account has asked for a seat and waits.
    #[error("{account} is waiting for a seat")]
    AwaitsSeat {
        /// Who waits.
        account: Account,
    },
    /// The account has not asked for a seat.
    #[error("{account} is not waiting for a seat")]
    AwaitsNoSeat {
        /// Who does not wait.
        account: Account,
    },
    /// A stream of somebody else has that id.
    #[error("the stream is published by {account}")]
    StreamTaken {
        /// Whose it is.
        account: Account,
    },
    /// The account publishes no such stream.
    #[error("{account} publishes no such stream")]
    NoSuchStream {
        /// Who was said to publish it.
        account: Account,
    },
    /// The room has all the streams it may have.
    #[error("at most {at_most} streams in a room")]
    TooManyStreams {
        /// The limit.
        at_most: usize,
    },
    /// The account is banned from the room.
    #[error("{account} is banned from the room")]
    Banned {
        /// Who may not come in.
        account: Account,
    },
    /// The owner cannot be banned.
    #[error("the owner {account} cannot be banned")]
    OwnerNotBannable {
        /// The owner.
        account: Account,
    },
    /// The door asks for a password and none was said.
    #[error("the room asks for a password")]
    PasswordNeeded,
    /// The password is not the room's.
    #[error("the password is wrong")]
    PasswordWrong,
}

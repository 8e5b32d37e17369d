//! Why a request is refused, before anybody gave it a number.

use std::borrow::Cow;

use super::field::FieldFault;
use crate::domain::{Account, Refusal};
use crate::engine::{AuthRefusal, Failure, NoReceiver, RateRefusal, ReceiverExists};

/// Refused by the gateway, the same for every service behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GatewayRefusal {
    /// The path is not one of an API.
    Path,
    /// A parameter of the query is not well-formed.
    Encoding {
        /// Which.
        name: &'static str,
    },
    /// Only POST is documented.
    Method,
    /// The page that sent this may not ask.
    Origin,
    /// No such service or command.
    Command {
        /// The path behind the version, as far as it may be shown.
        path: String,
        /// The command that was probably meant.
        nearest: Option<&'static str>,
    },
    /// Another version than the one there is.
    Version {
        /// The path, as far as it may be shown.
        path: String,
    },
    /// The query names no app.
    NoApp,
    /// The query names an app that is no number, or is not here.
    UnknownApp,
    /// The query names no caller.
    NoIdentifier,
    /// The ticket, or who holds it, is not good.
    Auth(AuthRefusal),
    /// Called too often.
    Rate {
        /// The command.
        command: &'static str,
        /// Which limit.
        rate: RateRefusal,
    },
    /// The body is empty.
    EmptyBody,
    /// The body is not JSON, or not an object.
    Json {
        /// What is wrong.
        reason: String,
    },
    /// An account stands there as a number.
    AccountNotText {
        /// Where.
        field: String,
    },
    /// The body is too large.
    BodyTooLarge {
        /// The limit, in bytes.
        at_most_bytes: usize,
    },
    /// The body did not come to its end.
    BodyBroken,
    /// The bodies of other requests take all the memory that bodies may take.
    Busy,
    /// The body or the commit took too long.
    TimedOut,
    /// A fault that was asked for leaves the request without an answer.
    Fault {
        /// Its word.
        word: &'static str,
    },
    /// The request asks for a fault that is none.
    FaultAsked {
        /// What is wrong, with the name of the header.
        reason: String,
    },
}

/// A quantity that an app's plan bounds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Quota {
    /// Groups of the app.
    Groups,
    /// Groups of the app whose type is `AVChatRoom`.
    AvChatRooms,
    /// Groups that an account is in.
    GroupsOfAccount(Account),
    /// Members of a group.
    Members {
        /// How many were asked for.
        asked: u32,
    },
    /// Accounts of the app.
    Accounts,
}

/// Why a request is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// By the gateway.
    Gateway(GatewayRefusal),
    /// A field is not what it should be.
    Field(FieldFault),
    /// A field names a kind of room that the service does not know.
    RoomType(FieldFault),
    /// A list is too long, or empty where it may not be.
    ListLength(FieldFault),
    /// A group's id is not well-formed.
    GroupId(FieldFault),
    /// A value of a profile is too long.
    ProfileValue(FieldFault),
    /// Groups of this type are not for this: names the field and the type.
    TypeForbids(FieldFault),
    /// An account does not exist.
    UnknownAccount {
        /// The field, or nothing where the account is one of a list.
        field: &'static str,
        /// Which.
        account: Account,
    },
    /// The app's plan allows no more.
    Quota {
        /// Of what.
        quota: Quota,
        /// The limit.
        at_most: u32,
    },
    /// The reply would be too large.
    ReplyTooLarge {
        /// How large, in bytes.
        bytes: usize,
        /// The limit, in bytes.
        at_most_bytes: usize,
    },
    /// By the rules.
    Rule(Refusal),
    /// A receiver of callbacks is set already.
    ReceiverExists,
    /// No receiver of callbacks is set.
    NoReceiver,
    /// The store cannot do it now.
    Unavailable,
    /// A bug of ours.
    Panicked,
}

impl From<GatewayRefusal> for Refused {
    fn from(refusal: GatewayRefusal) -> Self {
        Self::Gateway(refusal)
    }
}

impl From<FieldFault> for Refused {
    fn from(fault: FieldFault) -> Self {
        Self::Field(fault)
    }
}

impl From<ReceiverExists> for Refused {
    fn from(ReceiverExists: ReceiverExists) -> Self {
        Self::ReceiverExists
    }
}

impl From<NoReceiver> for Refused {
    fn from(NoReceiver: NoReceiver) -> Self {
        Self::NoReceiver
    }
}

impl From<Failure> for Refused {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Refused(refusal) => Self::Rule(refusal),
            Failure::Unavailable => Self::Unavailable,
        }
    }
}

/// A refusal as the wire shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wire {
    /// `ErrorCode`.
    pub code: u32,
    /// `ErrorInfo`: for people; names the field and the limit.
    pub text: Cow<'static, str>,
}

impl Wire {
    /// A code with its text.
    pub fn new(code: u32, text: impl Into<Cow<'static, str>>) -> Self {
        Self { code, text: text.into() }
    }
}

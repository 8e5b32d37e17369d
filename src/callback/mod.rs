//! Events, told to the vendors' receivers.
//!
//! Job: take letters out of the engine's outbox and send them (`sender`, `standing`); and the parts
//! that send one: what it says (`body` for RoomEngine's, `zego`; `telling` for either), where it
//! goes (`destination`), what its request line says (`line`), which addresses may be connected to (`guard`), and the client that carries it and says
//! what came of it (`client`, `outcome`). Promise: no connection is made to an address that was not
//! checked, and no text that leaves here holds the query of a URL or a token. Not here: which events
//! there are, where letters wait, and what becomes of one after an attempt.

mod body;
mod client;
mod destination;
mod failure;
mod guard;
mod line;
mod names;
mod outcome;
mod sender;
mod standing;
mod telling;
mod trouble;
mod zego;

pub use body::body;
pub use client::{Client, MAX_IDLE_CONNECTIONS, Surroundings};
pub use destination::Destination;
pub use failure::Failure;
pub use guard::{Reach, Refused};
pub use line::{Origin, Platform, RequestLine};
pub use names::{MAX_ADDRESSES, NameFault};
pub use outcome::{Answer, MAX_ANSWER_BYTES, MAX_KEPT_ANSWER_BYTES, Outcome};
pub use sender::{MAX_IN_FLIGHT, ReplayRefusal, Sender};
pub use telling::{nameless, shown, word, word_of, words};

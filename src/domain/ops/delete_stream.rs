//! Taking a stream out of a room.

use crate::domain::event::Event;
use crate::domain::ids::{Account, StreamId};
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::stream::{StreamEnd, StreamWrite};

/// Takes a stream out of a room's list. Its publisher stays.
///
/// Refused: an unknown room, a stream that is not there or is somebody else's.
#[derive(Debug, Clone)]
pub struct DeleteStream {
    /// Who publishes it.
    pub account: Account,
    /// Which.
    pub stream: StreamId,
}

impl Operation for DeleteStream {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, _: &Env<'_>) -> Decision<()> {
        seen.room()?;
        let is_it = |stream: &&crate::domain::stream::Stream| {
            stream.id == self.stream && stream.account == self.account
        };
        let Some(stream) = seen.streams.iter().find(is_it) else {
            return Err(Refusal::NoSuchStream { account: self.account.clone() });
        };
        let streams = vec![StreamWrite::Remove(stream.id.clone())];
        let (ended, reason) = (vec![stream.clone()], StreamEnd::Deleted);
        let events = vec![Event::StreamsEnded { streams: ended, reason }];
        Ok((Delta { streams, events, ..Delta::default() }, ()))
    }
}

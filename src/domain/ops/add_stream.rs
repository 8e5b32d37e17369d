//! Adding a stream to a room.

use crate::domain::event::Event;
use crate::domain::ids::{Account, StreamId};
use crate::domain::operation::{Decision, Delta, Env, Need, Operation, Slice};
use crate::domain::refusal::Refusal;
use crate::domain::stream::{MAX_STREAMS, Stream, StreamWrite};

/// Adds a stream to a room's list. Its publisher need not be in the room; if he is, the stream goes
/// when he does. One with the same id and of the same person is replaced.
///
/// Refused: an unknown room, an id that somebody else's stream has, a stream too many.
#[derive(Debug, Clone)]
pub struct AddStream {
    /// Who publishes it.
    pub account: Account,
    /// Which.
    pub stream: StreamId,
    /// The publisher's display name; empty if none is said.
    pub name: Box<str>,
    /// What it is called; empty if nothing.
    pub title: Box<str>,
    /// The app's own text about it.
    pub extra_info: Box<str>,
}

impl Operation for AddStream {
    type Output = ();

    fn need(&self) -> Need<'_> {
        Need { streams: true, ..Need::default() }
    }

    fn decide(&self, seen: &Slice<'_>, env: &Env<'_>) -> Decision<()> {
        let room = seen.room()?;
        let present = seen.streams.iter().find(|stream| stream.id == self.stream);
        if let Some(other) = present.filter(|stream| stream.account != self.account) {
            return Err(Refusal::StreamTaken { account: other.account.clone() });
        }
        if present.is_none() && seen.streams.len() >= MAX_STREAMS {
            return Err(Refusal::TooManyStreams { at_most: MAX_STREAMS });
        }
        let mut tally = *room.tally;
        tally.newest_stream += 1;
        let stream = Stream {
            id: self.stream.clone(),
            account: self.account.clone(),
            name: self.name.clone(),
            title: self.title.clone(),
            extra_info: self.extra_info.clone(),
            created_ms: env.now_ms,
            nth: tally.newest_stream,
            serial: env.serial,
        };
        let again = present.is_some();
        let events = vec![Event::StreamAdded { stream: stream.clone(), again }];
        let streams = vec![StreamWrite::Put(stream)];
        Ok((Delta { tally: Some(tally), streams, events, ..Delta::default() }, ()))
    }
}

//! The streams of one room: few, and shown as one slice.

use crate::domain::{Stream, StreamWrite};

/// The streams of one room, in the order of their adding.
#[derive(Default)]
pub(super) struct Streams(Vec<Stream>);

impl Streams {
    pub(super) fn all(&self) -> &[Stream] {
        &self.0
    }

    /// Puts back a record, in its place.
    pub(super) fn restore(&mut self, stream: Stream) {
        let at = self.0.partition_point(|other| other.nth < stream.nth);
        self.0.insert(at, stream);
    }

    /// Writes a record. One that is put stands behind all others.
    pub(super) fn write(&mut self, write: StreamWrite) {
        let id = match &write {
            StreamWrite::Put(stream) => &stream.id,
            StreamWrite::Remove(id) => id,
        };
        self.0.retain(|other| other.id != *id);
        if let StreamWrite::Put(stream) = write {
            self.0.push(stream);
        }
    }
}

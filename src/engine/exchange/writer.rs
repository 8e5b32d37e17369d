//! From a store to lines.

use tokio::sync::OwnedSemaphorePermit;

use super::FORMAT_VERSION;
use super::line::{End, Head, Line};
use crate::domain::{AppId, ReceiverRecord, Record};
use crate::engine::Failure;
use crate::store::{Export, RoomStore};

/// Records that are written at a time.
const STEP: usize = 256;

/// What is known of lines that were written, besides them.
#[derive(Default)]
pub(in crate::engine) struct Tallied {
    /// Rooms, groups among them.
    pub(in crate::engine) rooms: u64,
    /// Members of all of them.
    pub(in crate::engine) members: u64,
    /// The receiver with its query, which the lines lack.
    pub(in crate::engine) receiver: Option<ReceiverRecord>,
}

impl Tallied {
    fn count(&mut self, record: &Record) {
        match record {
            Record::Receiver(receiver) => self.receiver.clone_from(receiver),
            Record::Room(_) => self.rooms += 1,
            Record::Member(_) => self.members += 1,
            Record::Account(_)
            | Record::Rule(_)
            | Record::Stream(_)
            | Record::Ban(_)
            | Record::Mute(_)
            | Record::Letter(_) => {}
        }
    }
}

/// An app that is being written down, a few lines at a time. Nothing is read before it is asked for.
pub struct Lines {
    export: Box<dyn Export>,
    head: Option<Head>,
    records: u64,
    tallied: Tallied,
    ended: bool,
    one_of: Option<OwnedSemaphorePermit>,
}

impl Lines {
    /// Begins to write an app down. `at_ms` is the moment that is said, in Unix milliseconds.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn of(store: &dyn RoomStore, app: AppId, at_ms: u64) -> Result<Self, Failure> {
        let export = store.export(app).await?;
        let head = Some(Head { version: FORMAT_VERSION, app: app.0, at_ms });
        let tallied = Tallied::default();
        Ok(Self { export, head, records: 0, tallied, ended: false, one_of: None })
    }

    /// The same, one of a few.
    pub(super) fn holding(self, one_of: OwnedSemaphorePermit) -> Self {
        Self { one_of: Some(one_of), ..self }
    }

    /// What was counted of the lines so far.
    pub(in crate::engine) fn into_tallied(self) -> Tallied {
        self.tallied
    }

    /// The next lines, each with its end; nothing behind the last one.
    ///
    /// # Errors
    /// [`Failure::Unavailable`]; then the last line is never written.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>, Failure> {
        if self.ended {
            self.one_of = None;
            return Ok(None);
        }
        let mut lines = Vec::new();
        if let Some(head) = self.head.take() {
            write(&mut lines, &Line::Guestlist(head));
        }
        let records = self.export.next(STEP).await?;
        self.ended = records.is_empty();
        self.records += records.len() as u64;
        for record in records {
            self.tallied.count(&record);
            write(&mut lines, &record.into());
        }
        if self.ended {
            write(&mut lines, &Line::End(End { records: self.records }));
        }
        Ok(Some(lines))
    }
}

fn write(lines: &mut Vec<u8>, line: &Line) {
    serde_json::to_writer(&mut *lines, line).expect("texts, numbers and switches are JSON");
    lines.push(b'\n');
}

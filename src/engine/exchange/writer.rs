//! From a store to lines.

use tokio::sync::OwnedSemaphorePermit;

use super::FORMAT_VERSION;
use super::line::{End, Head, Line};
use crate::domain::AppId;
use crate::engine::Failure;
use crate::store::{Export, RoomStore};

/// Records that are written at a time.
const STEP: usize = 256;

/// An app that is being written down, a few lines at a time. Nothing is read before it is asked for.
pub struct Lines {
    export: Box<dyn Export>,
    head: Option<Head>,
    records: u64,
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
        Ok(Self { export, head, records: 0, ended: false, one_of: None })
    }

    /// The same, one of a few.
    pub(super) fn holding(self, one_of: OwnedSemaphorePermit) -> Self {
        Self { one_of: Some(one_of), ..self }
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

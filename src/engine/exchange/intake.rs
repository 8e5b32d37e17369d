//! From lines to a store.
//!
//! Job: cut what comes into lines, read each, have it checked, fill an epoch that nobody sees, and
//! switch to it behind the last line. Promise: however this ends before that, the app is as it was;
//! what is held is one line and a few hundred records, and where the store is in memory, what it
//! takes; whoever brings lines faster than the store takes them waits.

use serde_json::Deserializer;

use super::check::Checker;
use super::fault::ImportFault;
use super::line::{AnyHead, Line, Said, without_query};
use super::notice_ids::NoticeIds;
use super::texts::explain;
use super::{FORMAT_VERSION, MAX_LINE_BYTES};
use crate::domain::{AppId, ReceiverRecord, Record};
use crate::store::{Filled, RoomStore, Switch};

/// Records that are put at a time.
const STEP: usize = 256;
/// The bytes of their lines, at which they are put even if they are fewer.
const STEP_BYTES: usize = 1024 * 1024;

/// What was imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Imported {
    /// Lines between the first and the last.
    pub records: u64,
    /// Rooms, groups among them.
    pub rooms: u64,
    /// Members of all of them.
    pub members: u64,
    /// Accounts.
    pub accounts: u64,
    /// Rules that forbid something.
    pub rules: u64,
    /// Letters that wait.
    pub letters: u64,
    /// The receiver's URL lacks the query that it had where it comes from.
    pub query_missing: bool,
}

/// How far an app that was read has come into force.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Takeover {
    /// What was before is over, and nothing of the other is seen yet: what that says of the app's
    /// receiver, if it says anything.
    Over(Option<Option<ReceiverRecord>>),
    /// It is in force.
    Begun,
}

/// Told of both steps, in their order.
pub type TakenOver<'a> = &'a mut (dyn FnMut(Takeover) + Send);

/// An app that is being read.
pub struct Intake<'a> {
    store: &'a dyn RoomStore,
    app: AppId,
    epoch: u64,
    ids: &'a NoticeIds,
    /// The receiver that there is, whose query may be that which was left out.
    known: Option<ReceiverRecord>,
    checker: Checker,
    /// How many lines came to their end.
    lines: u64,
    /// The beginning of a line that did not.
    begun: Vec<u8>,
    batch: Vec<Record>,
    /// The line of each of them.
    batch_lines: Vec<u64>,
    batch_bytes: usize,
    receiver: Option<Option<ReceiverRecord>>,
    ended: bool,
    imported: Imported,
}

impl Drop for Intake<'_> {
    fn drop(&mut self) {
        // One that was switched to is none that could be dropped.
        self.store.drop_epoch(self.app, self.epoch);
    }
}

impl<'a> Intake<'a> {
    /// Begins to read an app.
    ///
    /// # Errors
    /// [`ImportFault::Unavailable`].
    pub async fn begin(
        store: &'a dyn RoomStore,
        app: AppId,
        ids: &'a NoticeIds,
    ) -> Result<Self, ImportFault> {
        let epoch = store.open_epoch(app).await?;
        Ok(Self {
            store,
            app,
            epoch,
            ids,
            known: None,
            checker: Checker::default(),
            lines: 0,
            begun: Vec::new(),
            batch: Vec::new(),
            batch_lines: Vec::new(),
            batch_bytes: 0,
            receiver: None,
            ended: false,
            imported: Imported::default(),
        })
    }

    /// The same, with the receiver that the app has: a URL that was written without its query, and is
    /// the same else, keeps the one that is there.
    #[must_use]
    pub fn knowing(mut self, receiver: Option<ReceiverRecord>) -> Self {
        self.known = receiver;
        self
    }

    /// Reads some more, cut anywhere.
    ///
    /// # Errors
    /// What is wrong; then the app is as it was, and nothing more is to be read.
    pub async fn push(&mut self, mut bytes: &[u8]) -> Result<(), ImportFault> {
        while let Some(end) = memchr::memchr(b'\n', bytes) {
            let (line, rest) = (&bytes[..end], &bytes[end + 1..]);
            self.fits(line)?;
            if self.begun.is_empty() {
                self.line(line).await?;
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(line);
                self.line(&whole).await?;
                if whole.capacity() <= STEP_BYTES {
                    whole.clear();
                    self.begun = whole;
                }
            }
            bytes = rest;
        }
        self.fits(bytes)?;
        self.begun.extend_from_slice(bytes);
        Ok(())
    }

    /// Whether a line is not too long with some more of it.
    fn fits(&self, more: &[u8]) -> Result<(), ImportFault> {
        if self.begun.len() + more.len() > MAX_LINE_BYTES {
            let text = format!("more than {MAX_LINE_BYTES} bytes, which is the most");
            return Err(ImportFault::line(self.lines + 1, text));
        }
        Ok(())
    }

    async fn line(&mut self, text: &[u8]) -> Result<(), ImportFault> {
        self.lines += 1;
        let nth = self.lines;
        if self.ended {
            return Err(ImportFault::line(nth, "stands behind the last one"));
        }
        let ids = self.ids;
        let said = read(nth, text)?.said(|| ids.next());
        let record = match (said, nth) {
            (Said::Head, 1) => return Ok(()),
            (Said::Head, _) => {
                return Err(ImportFault::line(nth, "guestlist: stands there twice"));
            }
            (_, 1) => return Err(ImportFault::line(1, "guestlist: missing, must come first")),
            (Said::End(end), _) => {
                let records = self.imported.records;
                if end.records != records {
                    let text = format!("end.records: {}, and there are {records}", end.records);
                    return Err(ImportFault::line(nth, text));
                }
                return self.end(nth).await;
            }
            (Said::WithoutQuery(receiver), _) => self.with_query(receiver),
            (Said::Record(record), _) => record,
        };
        self.take(nth, record, text.len()).await
    }

    /// Takes a record that stands in a line of so many bytes.
    pub(super) async fn take(
        &mut self,
        line: u64,
        record: Record,
        bytes: usize,
    ) -> Result<(), ImportFault> {
        self.checker.check(&record).map_err(|text| ImportFault::line(line, text))?;
        self.count(&record);
        self.batch.push(record);
        self.batch_lines.push(line);
        self.batch_bytes += bytes;
        if self.batch.len() == STEP || self.batch_bytes >= STEP_BYTES {
            self.put().await?;
        }
        Ok(())
    }

    /// No more records come; so says a line.
    pub(super) async fn end(&mut self, line: u64) -> Result<(), ImportFault> {
        self.checker.end().map_err(|text| ImportFault::line(line, text))?;
        self.ended = true;
        self.put().await
    }

    /// A receiver with the query that it has here, if it is the same one.
    fn with_query(&mut self, receiver: ReceiverRecord) -> Record {
        let (bare, _) = without_query(&receiver.url);
        let same = self.known.take().filter(|known| without_query(&known.url).0 == bare);
        self.imported.query_missing = same.is_none();
        let url = same.map_or(receiver.url, |known| known.url);
        Record::Receiver(Some(ReceiverRecord { url, kinds: receiver.kinds }))
    }

    fn count(&mut self, record: &Record) {
        let counts = &mut self.imported;
        counts.records += 1;
        match record {
            Record::Receiver(receiver) => self.receiver = Some(receiver.clone()),
            Record::Account(_) => counts.accounts += 1,
            Record::Rule(_) => counts.rules += 1,
            Record::Room(_) => counts.rooms += 1,
            Record::Member(_) => counts.members += 1,
            Record::Letter(_) => counts.letters += 1,
            Record::Stream(_) | Record::Ban(_) | Record::Mute(_) => {}
        }
    }

    /// Puts what was read.
    async fn put(&mut self) -> Result<(), ImportFault> {
        let batch = std::mem::take(&mut self.batch);
        let lines = std::mem::take(&mut self.batch_lines);
        self.batch_bytes = 0;
        if batch.is_empty() {
            return Ok(());
        }
        let filled = self.store.fill_epoch(self.app, self.epoch, batch).await?;
        let (nth, text) = match filled {
            Filled::Done => return Ok(()),
            Filled::Twice(nth) => (nth, "what it is about was there before"),
            Filled::Full(nth) => {
                (nth, "letter: they hold more than `callback.backlog`, up to this one")
            }
        };
        Err(ImportFault::line(lines[nth], text))
    }

    /// Everything was read: it is in force from here on.
    ///
    /// # Errors
    /// What is wrong; unless it is [`ImportFault::Unavailable`], the app is as it was.
    pub async fn finish(mut self, taken_over: TakenOver<'_>) -> Result<Imported, ImportFault> {
        if !self.begun.is_empty() {
            let last = std::mem::take(&mut self.begun);
            // A line that was cut may still be JSON, but it is not the last one then.
            if let Err(fault) = self.line(&last).await {
                let whole = serde_json::from_slice::<serde::de::IgnoredAny>(&last).is_ok();
                return Err(if whole { fault } else { ImportFault::Cut { lines: self.lines } });
            }
        }
        if !self.ended {
            return Err(ImportFault::Cut { lines: self.lines });
        }
        let receiver = &mut self.receiver;
        let mut switched = |step| {
            taken_over(match step {
                Switch::Over => Takeover::Over(receiver.take()),
                Switch::Begun => Takeover::Begun,
            });
        };
        self.store.switch_epoch(self.app, self.epoch, &mut switched).await?;
        Ok(self.imported)
    }
}

/// The app that an export is of, as its first line says.
///
/// # Errors
/// That line is not what it should be.
pub fn named_app(first_line: &[u8]) -> Result<AppId, ImportFault> {
    match read(1, first_line)? {
        Line::Guestlist(head) => Ok(AppId(head.app)),
        _ => Err(ImportFault::line(1, "guestlist: missing, must come first")),
    }
}

/// Reads a line. What is wrong is said without what stands there: it may be secret.
fn read(nth: u64, text: &[u8]) -> Result<Line, ImportFault> {
    let fault = |text: String| ImportFault::line(nth, text);
    let text = std::str::from_utf8(text).map_err(|_| fault("not UTF-8".to_owned()))?;
    if text.trim_ascii().is_empty() {
        return Err(fault("empty".to_owned()));
    }
    if nth == 1
        && let Ok(AnyHead { guestlist }) = serde_json::from_str(text)
        && guestlist.version != u64::from(FORMAT_VERSION)
    {
        return Err(ImportFault::Version { found: guestlist.version });
    }
    let mut deserializer = Deserializer::from_str(text);
    let read = serde_path_to_error::deserialize(&mut deserializer);
    let line = read.map_err(|error| fault(explain(&error.path().to_string(), error.inner())))?;
    deserializer.end().map_err(|error| fault(explain("", &error)))?;
    Ok(line)
}

//! An app's whole state as lines of JSON: written for whoever takes it away, read from whoever brings
//! it back.
//!
//! Job: the format, one record a line between a first line that says what it is and a last one that
//! says how much of it there was; from records to lines and back. Promise: what is written is read by
//! every store, and the same lines are written of it; of what is read everything is in force, or
//! nothing is; neither takes more memory than one room, one line and the names of things. No key,
//! token or ticket is in it, nor the query of a receiver's URL. Not here: where the lines come from
//! and go to. `docs/export.md` has every field.

mod check;
mod fault;
mod fixture;
mod intake;
mod line;
mod notice_ids;
mod texts;
mod writer;

use std::sync::atomic::Ordering;

pub use fault::ImportFault;
pub use fixture::{Fixture, MAX_FIXTURE_BYTES};
pub use intake::{Imported, Intake, TakenOver, Takeover, named_app};
pub use notice_ids::NoticeIds;
pub use writer::Lines;
pub(super) use writer::Tallied;

use super::app::App;
use super::receiver::Receiver;
use super::{Engine, Failure};
use crate::domain::{Destination, ReceiverRecord, Record};

/// The version of the format.
pub const FORMAT_VERSION: u32 = 1;
/// The longest line, in bytes, without its end. Only letters come near: 500 streams that ended
/// together, each with texts of which every byte is escaped, take less.
pub const MAX_LINE_BYTES: usize = 8 * 1024 * 1024;
/// Exports of all apps at one time: each holds a copy of one room.
pub const MAX_EXPORTS: usize = 4;
/// Imports of all apps at one time.
pub const MAX_IMPORTS: usize = 4;

/// As many of these are under way as may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{MAX_EXPORTS} exports are under way, which is the most")]
pub struct TooManyExports;

/// Why no export is begun.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ExportRefusal {
    /// There are as many as may be.
    #[error(transparent)]
    Busy(#[from] TooManyExports),
    /// The store cannot do it now.
    #[error(transparent)]
    Failed(#[from] Failure),
}

/// An import of an app that this engine runs.
pub struct Import<'a> {
    engine: &'a Engine,
    app: &'a App,
    intake: Intake<'a>,
    _alone: Alone<'a>,
    _one_of: tokio::sync::SemaphorePermit<'a>,
}

/// Whoever imports an app, alone.
struct Alone<'a>(&'a App);

impl<'a> Alone<'a> {
    fn enter(app: &'a App) -> Result<Self, ImportFault> {
        if app.importing.swap(true, Ordering::Acquire) {
            return Err(ImportFault::Busy);
        }
        Ok(Self(app))
    }
}

impl Drop for Alone<'_> {
    fn drop(&mut self) {
        self.0.importing.store(false, Ordering::Release);
    }
}

impl Engine {
    /// Begins to write an app down, as it is now.
    ///
    /// # Errors
    /// [`ExportRefusal`].
    pub async fn export(&self, app: &App) -> Result<Lines, ExportRefusal> {
        let one_of = std::sync::Arc::clone(&self.exports).try_acquire_owned();
        let one_of = one_of.map_err(|_| TooManyExports)?;
        let lines = Lines::of(&*app.store, app.id(), app.now_ms()).await?;
        Ok(lines.holding(one_of))
    }

    /// Whether an app has anything that an export would say.
    ///
    /// # Errors
    /// [`Failure::Unavailable`].
    pub async fn has_records(&self, app: &App) -> Result<bool, Failure> {
        let mut export = app.store.export(app.id()).await?;
        Ok(!export.next(1).await?.is_empty())
    }

    /// Begins to read an app, to take the place of what it is now.
    ///
    /// # Errors
    /// [`ImportFault::Busy`], [`ImportFault::TooMany`] or [`ImportFault::Unavailable`].
    pub async fn import<'a>(&'a self, app: &'a App) -> Result<Import<'a>, ImportFault> {
        // Whoever set it: the query of the same URL is the same.
        let present = app.receiver(Destination::RoomEngine);
        self.import_knowing(app, present.map(|receiver| receiver.record())).await
    }

    /// The same, with another receiver whose query may be that which was left out.
    pub(super) async fn import_knowing<'a>(
        &'a self,
        app: &'a App,
        known: Option<ReceiverRecord>,
    ) -> Result<Import<'a>, ImportFault> {
        let _alone = Alone::enter(app)?;
        let _one_of = self.imports.try_acquire().map_err(|_| ImportFault::TooMany)?;
        let intake = Intake::begin(&*app.store, app.id(), &self.callbacks.imported).await?;
        Ok(Import { engine: self, app, intake: intake.knowing(known), _alone, _one_of })
    }

    /// Another state of an app comes into force: forgets what belonged to the one before, and takes
    /// up its receiver, while none of its letters can be taken and stand in the log yet; then its
    /// letters. Clock, rates and the request log stay.
    fn taken_over(&self, app: &App, step: Takeover) {
        match step {
            Takeover::Over(receiver) => {
                app.forget_state();
                if let Some(receiver) = receiver {
                    app.recall_receiver(receiver.map(Receiver::recalled));
                }
                self.callbacks.forget(app.id());
            }
            Takeover::Begun => {
                for to in Destination::ALL {
                    self.callbacks.posted(app.id(), to);
                }
                self.callbacks.news(app.id());
                self.clock_moved.notify_one();
            }
        }
    }
}

impl Import<'_> {
    /// Reads some more.
    ///
    /// # Errors
    /// What is wrong; then the app is as it was, and nothing more is to be read.
    pub async fn push(&mut self, bytes: &[u8]) -> Result<(), ImportFault> {
        self.intake.push(bytes).await
    }

    /// Takes a record that was written in another form, at a line of its file.
    async fn take(&mut self, line: u64, record: Record) -> Result<(), ImportFault> {
        self.intake.take(line, record, 0).await
    }

    /// No more of those come; the file has so many lines.
    async fn end(&mut self, line: u64) -> Result<(), ImportFault> {
        self.intake.end(line).await
    }

    /// Everything was read: it is in force from here on.
    ///
    /// # Errors
    /// What is wrong; unless it is [`ImportFault::Unavailable`], the app is as it was.
    pub async fn finish(self) -> Result<Imported, ImportFault> {
        self.finish_with(|| ()).await
    }

    /// The same, and does something else at that moment.
    pub(super) async fn finish_with(
        self,
        and: impl Fn() + Send + Sync,
    ) -> Result<Imported, ImportFault> {
        let Self { engine, app, intake, _alone, _one_of } = self;
        let mut taken_over = |step: Takeover| {
            if matches!(step, Takeover::Over(_)) {
                and();
            }
            engine.taken_over(app, step);
        };
        intake.finish(&mut taken_over).await
    }
}

#[cfg(test)]
mod tests;

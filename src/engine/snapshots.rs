//! Snapshots: an app's whole state, kept under a name and put back.
//!
//! Job: take what an export would say, hold it in memory, and import it again. Promise: at most
//! [`MAX_SNAPSHOTS`] of one app, and what they hold together is bounded; nothing is kept of one that
//! is refused; an app is put back whole or stays as it is. They are the app's own, and go with it
//! and with the process: no export and no store has them, and a reset leaves them. Not here: whether
//! anybody may take one.
//!
//! The clock is put back to how it was told when the snapshot was taken: one that stood still stands
//! at the same moment again, one that ran is as far ahead of real time as it was. It may go back for
//! that, as it may at a reset: nothing that was there at the later time is left.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use parking_lot::Mutex;

use super::app::App;
use super::clock::Mode;
use super::due::Alone;
use super::exchange::{ExportRefusal, ImportFault, Imported, Tallied};
use super::{Engine, Failure};
use crate::domain::ReceiverRecord;

/// The most snapshots of an app.
pub const MAX_SNAPSHOTS: usize = 16;
/// The longest name of a snapshot, in bytes.
pub const MAX_SNAPSHOT_NAME_BYTES: usize = 64;
/// What the snapshots of an app may hold together unless it is said, in bytes.
pub(super) const DEFAULT_BYTES: u64 = 64 * 1024 * 1024;

/// What a snapshot is called: 1 to 64 letters, digits, `.`, `_` and `-`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SnapshotName(Arc<str>);

/// Why a text is no name of a snapshot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotNameFault {
    /// It is too short or too long.
    #[error("{bytes} bytes, must be 1 to {MAX_SNAPSHOT_NAME_BYTES}")]
    Length {
        /// How long it is, in bytes of UTF-8.
        bytes: usize,
    },
    /// It has another character.
    #[error("must be letters, digits, `.`, `_` and `-`, all ASCII")]
    Character,
}

impl SnapshotName {
    /// The name of the one that is made of what an app was filled from at the start.
    #[must_use]
    pub fn seed() -> Self {
        Self("seed".into())
    }

    /// Reads a name.
    ///
    /// # Errors
    /// [`SnapshotNameFault`].
    pub fn parse(text: &str) -> Result<Self, SnapshotNameFault> {
        let bytes = text.len();
        if !(1..=MAX_SNAPSHOT_NAME_BYTES).contains(&bytes) {
            return Err(SnapshotNameFault::Length { bytes });
        }
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        if !text.bytes().all(fits) {
            return Err(SnapshotNameFault::Character);
        }
        Ok(Self(text.into()))
    }

    /// The text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// What is known of a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotAbout {
    /// What it is called.
    pub name: SnapshotName,
    /// When it was taken, in Unix milliseconds of the app's clock.
    pub at_ms: u64,
    /// What it holds, in bytes: those of the export.
    pub bytes: u64,
    /// Rooms, groups among them.
    pub rooms: u64,
    /// Members of all of them.
    pub members: u64,
}

/// Why a snapshot is not taken. Nothing of it is kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SnapshotRefusal {
    /// Another one of this app is being taken.
    #[error("another snapshot of this app is being taken")]
    Busy,
    /// The app has as many as it may.
    #[error("the app has {MAX_SNAPSHOTS} snapshots, which is the most: remove one")]
    TooMany,
    /// It does not fit beside the others.
    #[error("bench.snapshots: more than {at_most} bytes over all snapshots of the app")]
    TooLarge {
        /// The limit, in bytes.
        at_most: u64,
    },
    /// The app cannot be written down now.
    #[error(transparent)]
    Export(#[from] ExportRefusal),
}

impl From<Failure> for SnapshotRefusal {
    fn from(failure: Failure) -> Self {
        Self::Export(failure.into())
    }
}

/// Why an app is not put back. It is as it was, unless the store is unavailable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RestoreRefusal {
    /// There is no such snapshot.
    #[error("no such snapshot")]
    Unknown,
    /// The clock is being moved, to where it would not stay.
    #[error("the clock is being advanced by another request")]
    Advancing,
    /// What an import is refused for.
    #[error(transparent)]
    Import(#[from] ImportFault),
}

/// A snapshot.
struct Snapshot {
    /// The lines of the export, as they came.
    pieces: Vec<Box<[u8]>>,
    bytes: u64,
    at_ms: u64,
    clock: Mode,
    rooms: u64,
    members: u64,
    /// The receiver with its query, which the lines lack.
    receiver: Option<ReceiverRecord>,
}

/// The snapshots of an app.
#[derive(Default)]
pub(super) struct Snapshots {
    kept: Mutex<BTreeMap<SnapshotName, Arc<Snapshot>>>,
    /// Somebody takes one.
    taking: AtomicBool,
}

impl Snapshots {
    /// How many there are besides one of this name, and what they hold.
    fn besides(&self, name: &SnapshotName) -> (usize, u64) {
        let kept = self.kept.lock();
        let others = kept.iter().filter(|(other, _)| *other != name);
        others.fold((0, 0), |(count, bytes), (_, other)| (count + 1, bytes + other.bytes))
    }
}

impl Snapshot {
    fn about(&self, name: &SnapshotName) -> SnapshotAbout {
        let Self { at_ms, bytes, rooms, members, .. } = *self;
        SnapshotAbout { name: name.clone(), at_ms, bytes, rooms, members }
    }
}

impl App {
    /// The app's snapshots, by name.
    #[must_use]
    pub fn snapshots(&self) -> Vec<SnapshotAbout> {
        self.snapshots.kept.lock().iter().map(|(name, one)| one.about(name)).collect()
    }

    /// Removes a snapshot; answers whether it was there.
    pub fn remove_snapshot(&self, name: &SnapshotName) -> bool {
        self.snapshots.kept.lock().remove(name).is_some()
    }
}

impl Engine {
    /// Keeps an app as it is now under a name, in the place of what had it before. Answers what it
    /// is, and whether it took the place of another.
    ///
    /// # Errors
    /// [`SnapshotRefusal`]; what had the name before stays.
    pub async fn take_snapshot(
        &self,
        app: &App,
        name: &SnapshotName,
    ) -> Result<(SnapshotAbout, bool), SnapshotRefusal> {
        let snapshots = &app.snapshots;
        let _alone = Alone::enter(&snapshots.taking).ok_or(SnapshotRefusal::Busy)?;
        let (count, others_bytes) = snapshots.besides(name);
        if count >= MAX_SNAPSHOTS {
            return Err(SnapshotRefusal::TooMany);
        }
        let (clock, mut lines) = (app.clock.mode(), self.export(app).await?);
        let at_most = self.snapshots_bytes;
        let (mut pieces, mut bytes) = (Vec::new(), 0);
        while let Some(piece) = lines.next().await? {
            bytes += piece.len() as u64;
            if others_bytes.saturating_add(bytes) > at_most {
                return Err(SnapshotRefusal::TooLarge { at_most });
            }
            pieces.push(piece.into_boxed_slice());
        }
        let Tallied { rooms, members, receiver } = lines.into_tallied();
        let at_ms = clock.now_ms();
        let snapshot = Snapshot { pieces, bytes, at_ms, clock, rooms, members, receiver };
        let about = snapshot.about(name);
        // Nobody adds one meanwhile: whoever takes one is alone.
        let before = snapshots.kept.lock().insert(name.clone(), Arc::new(snapshot));
        Ok((about, before.is_some()))
    }

    /// Puts an app back to how it was when a snapshot was taken, its clock and its receiver of
    /// callbacks included. Rates, faults and the request log stay, as at an import.
    ///
    /// # Errors
    /// [`RestoreRefusal`].
    pub async fn restore(
        &self,
        app: &App,
        name: &SnapshotName,
    ) -> Result<Imported, RestoreRefusal> {
        let snapshot = app.snapshots.kept.lock().get(name).cloned();
        let snapshot = snapshot.ok_or(RestoreRefusal::Unknown)?;
        let _alone = Alone::enter(&app.advancing).ok_or(RestoreRefusal::Advancing)?;
        let mut import = self.import_knowing(app, snapshot.receiver.clone()).await?;
        for piece in &snapshot.pieces {
            import.push(piece).await?;
        }
        Ok(import.finish_with(|| app.clock.put_back(snapshot.clock)).await?)
    }
}

#[cfg(test)]
mod tests;

//! The store that the settings name.
//!
//! A journal is opened on a thread of its own, which nobody has to wait for: a process that is told
//! to stop meanwhile just ends, which harms a journal no more than a kill does. A journal that cannot
//! be written any more ends the process: whatever was answered is on disk, and nothing more is
//! answered.

use std::sync::Arc;

use anyhow::Context;
use tokio::sync::oneshot;

use crate::config::{Settings, StoreKind};
use crate::store::{JournalOptions, JournalStore, MemoryStore, RoomStore};

/// Opens it. With `accept_loss` a journal that lost something begins with what is left.
///
/// # Errors
/// A journal that cannot be opened; then no file of it was changed.
pub(super) async fn open(
    settings: &Settings,
    accept_loss: bool,
) -> anyhow::Result<Arc<dyn RoomStore>> {
    open_or(settings, accept_loss, end).await
}

/// Opens it, as [`open`] does, with something else to be done when it cannot be written any more.
///
/// # Errors
/// As of [`open`].
pub(super) async fn open_or(
    settings: &Settings,
    accept_loss: bool,
    on_failure: impl FnOnce(&str) + Send + 'static,
) -> anyhow::Result<Arc<dyn RoomStore>> {
    let backlog_bytes = settings.callback.backlog_bytes;
    let backlog_bytes = usize::try_from(backlog_bytes).unwrap_or(usize::MAX);
    match settings.store.kind {
        StoreKind::Memory => Ok(Arc::new(MemoryStore::with_backlog(backlog_bytes))),
        StoreKind::Journal => {
            let path = settings.store.path.clone();
            let on_failure = Box::new(on_failure);
            let options = JournalOptions { path, backlog_bytes, accept_loss, on_failure };
            let (done, opened) = oneshot::channel();
            let open = || {
                // Nobody waits any more when the process is about to end.
                let _ = done.send(JournalStore::open(options));
            };
            std::thread::Builder::new().name("opening".to_owned()).spawn(open)?;
            Ok(Arc::new(opened.await.context("store: a bug: opening it panicked")??))
        }
    }
}

/// Where leased apps are kept: in memory, and on no disk. One that is in memory has them all, so that
/// its callbacks that wait have one bound.
pub(super) fn of_leases(settings: &Settings, store: Arc<dyn RoomStore>) -> Arc<dyn RoomStore> {
    match settings.store.kind {
        StoreKind::Memory => store,
        StoreKind::Journal => Arc::new(MemoryStore::new()),
    }
}

/// Ends the process.
fn end(why: &str) {
    tracing::error!("{why}");
    std::process::exit(1);
}

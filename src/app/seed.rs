//! What an app is filled with before anybody is answered.
//!
//! Job: read the file of `bench.seed`, an export or a fixture in TOML, into the app that it names.
//! Promise: all of it is in force, or the start fails; an app that has anything already is left as it
//! is, so that a journal is filled once. Which of the two forms it is its content says: an export
//! begins with a brace. Not here: what either form is.
//!
//! The file is read on a thread of its own, which nobody has to wait for: a process that is told to
//! stop meanwhile just ends, even if the file is a pipe that nobody writes to.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, bail};
use tokio::sync::mpsc;

use crate::domain::AppId;
use crate::engine::{
    App, Engine, Fixture, ImportFault, Imported, MAX_FIXTURE_BYTES, MAX_LINE_BYTES, SnapshotName,
    named_app,
};

/// What is read at a time, in bytes.
const STEP_BYTES: usize = 64 * 1024;
/// Pieces that wait to be taken.
const WAITING: usize = 4;

/// Fills the app that a file names, and keeps it as the snapshot `seed` if there are any here.
///
/// # Errors
/// A file that cannot be read or is wrong, an app that there is not, or the store is unavailable.
pub(super) async fn apply(path: &Path, engine: &Engine, snapshots: bool) -> anyhow::Result<()> {
    let mut pieces = Pieces::open(path)?;
    let filled = if pieces.begin_an_export().await? {
        by_export(pieces, engine).await?
    } else {
        by_fixture(pieces, engine).await?
    };
    let (app, imported) = match filled {
        Filled::Done(app, imported) => (app, imported),
        Filled::HasSome(app) => {
            let (app, path) = (app.id(), path.display());
            tracing::info!("app {app} is not filled from {path}: it has something already");
            return Ok(());
        }
    };
    let Imported { rooms, members, accounts, query_missing, .. } = imported;
    let (id, path) = (app.id(), path.display());
    tracing::info!(rooms, members, accounts, "app {id} is filled from {path}");
    if query_missing {
        tracing::warn!(
            "the query of the callback receiver's URL was not exported: set it again with \
             set_callback or update_callback"
        );
    }
    if snapshots && let Err(refusal) = engine.take_snapshot(&app, &SnapshotName::seed()).await {
        tracing::warn!("app {id} has no snapshot `seed`: {refusal}");
    }
    Ok(())
}

/// What became of an app.
enum Filled {
    Done(Arc<App>, Imported),
    /// It has something already.
    HasSome(Arc<App>),
}

async fn by_export(mut pieces: Pieces, engine: &Engine) -> anyhow::Result<Filled> {
    let id = named_app(pieces.first_line().await?)?;
    let Some(app) = engine.app(id) else { return Err(no_such_app(id).into()) };
    if engine.has_records(&app).await? {
        return Ok(Filled::HasSome(app));
    }
    let mut import = engine.import(&app).await?;
    import.push(&pieces.begun).await?;
    while let Some(piece) = pieces.next().await? {
        import.push(&piece).await?;
    }
    let imported = import.finish().await?;
    Ok(Filled::Done(app, imported))
}

async fn by_fixture(mut pieces: Pieces, engine: &Engine) -> anyhow::Result<Filled> {
    while pieces.more().await? {
        pieces.check_fixture_length()?;
    }
    let text = std::str::from_utf8(&pieces.begun).map_err(|error| {
        let valid = &pieces.begun[..error.valid_up_to()];
        let line = valid.iter().filter(|byte| **byte == b'\n').count() as u64 + 1;
        ImportFault::Line { line, text: "not UTF-8".to_owned() }
    })?;
    let fixture = Fixture::read(text)?;
    let Some(app) = engine.app(fixture.app()) else { return Err(fixture.no_such_app().into()) };
    if engine.has_records(&app).await? {
        return Ok(Filled::HasSome(app));
    }
    let imported = engine.import_fixture(&app, fixture).await?;
    Ok(Filled::Done(app, imported))
}

fn no_such_app(id: AppId) -> ImportFault {
    let text = format!("guestlist.app: {id}, and no app of the settings has that number");
    ImportFault::Line { line: 1, text }
}

/// A file that is being read.
struct Pieces {
    coming: mpsc::Receiver<io::Result<Vec<u8>>>,
    /// What came so far, of which nothing was taken yet.
    begun: Vec<u8>,
}

impl Pieces {
    fn open(path: &Path) -> anyhow::Result<Self> {
        let (give, coming) = mpsc::channel(WAITING);
        let path = path.to_owned();
        let read = move || read(path, &give);
        std::thread::Builder::new().name("seeding".to_owned()).spawn(read)?;
        Ok(Self { coming, begun: Vec::new() })
    }

    /// The next piece; nothing at the end.
    async fn next(&mut self) -> anyhow::Result<Option<Vec<u8>>> {
        self.coming.recv().await.transpose().context("cannot be read")
    }

    /// Puts the next piece to what came so far; answers whether there was one.
    async fn more(&mut self) -> anyhow::Result<bool> {
        let Some(piece) = self.next().await? else { return Ok(false) };
        self.begun.extend_from_slice(&piece);
        Ok(true)
    }

    /// Reads up to the first character that is not blank; answers whether an export begins with it.
    async fn begin_an_export(&mut self) -> anyhow::Result<bool> {
        loop {
            if let Some(first) = self.begun.trim_ascii_start().first() {
                return Ok(*first == b'{');
            }
            self.check_fixture_length()?;
            if !self.more().await? {
                return Ok(false);
            }
        }
    }

    /// Reads the first line, or as much of it as tells that it is too long.
    async fn first_line(&mut self) -> anyhow::Result<&[u8]> {
        loop {
            if let Some(end) = memchr::memchr(b'\n', &self.begun) {
                return Ok(&self.begun[..end]);
            }
            if self.begun.len() > MAX_LINE_BYTES {
                let text = format!("more than {MAX_LINE_BYTES} bytes, which is the most");
                return Err(ImportFault::Line { line: 1, text }.into());
            }
            if !self.more().await? {
                return Ok(&self.begun);
            }
        }
    }

    fn check_fixture_length(&self) -> anyhow::Result<()> {
        if self.begun.len() > MAX_FIXTURE_BYTES {
            bail!("more than {MAX_FIXTURE_BYTES} bytes, which is the most in TOML");
        }
        Ok(())
    }
}

/// Reads a file for whoever takes the pieces, until nobody does.
fn read(path: PathBuf, give: &mpsc::Sender<io::Result<Vec<u8>>>) {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) => {
            let _ = give.blocking_send(Err(error));
            return;
        }
    };
    loop {
        let mut piece = vec![0; STEP_BYTES];
        let piece = match file.read(&mut piece) {
            Ok(0) => return,
            Ok(count) => {
                piece.truncate(count);
                Ok(piece)
            }
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => Err(error),
        };
        let failed = piece.is_err();
        if give.blocking_send(piece).is_err() || failed {
            return;
        }
    }
}

//! `guestlist import`: brings an app's whole state.

use std::fs::File;
use std::io::{self, Read};
use std::path::PathBuf;
use std::pin::Pin;
use std::task::{Context as Task, Poll};

use anyhow::Context;
use bytes::Bytes;
use clap::Args;
use hyper::body::{Body, Frame};
use reqwest::Method;
use reqwest::header::CONTENT_TYPE;
use serde::Deserialize;

use super::place::{Opened, Place, Refused};
use crate::domain::AppId;
use crate::engine::{ImportFault, Imported, Intake, NoticeIds};
use crate::store::{JournalStore, RoomStore};

/// What is read at a time, in bytes.
const STEP_BYTES: usize = 64 * 1024;

/// Puts an app's whole state, as `guestlist export` wrote it, in the place of what the app is now:
/// all of it, or if anything is wrong, nothing.
#[derive(Debug, Args)]
pub(in crate::app) struct Import {
    /// The app, by its SDKAppID; it need not be the one that was exported
    #[arg(long, value_name = "SDKAPPID")]
    app: u32,
    #[command(flatten)]
    place: Place,
    /// The file to read; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

/// What is said of it.
#[derive(Deserialize)]
struct Report {
    rooms: u64,
    members: u64,
    accounts: u64,
    rules: u64,
    letters: u64,
    receiver_query_missing: bool,
}

impl From<Imported> for Report {
    fn from(imported: Imported) -> Self {
        let Imported { rooms, members, accounts, rules, letters, query_missing, .. } = imported;
        let receiver_query_missing = query_missing;
        Self { rooms, members, accounts, rules, letters, receiver_query_missing }
    }
}

type Source = Box<dyn Read + Send + Sync>;

impl Import {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let source: Source = if self.file.as_os_str() == "-" {
            Box::new(io::stdin())
        } else {
            let opened = File::open(&self.file);
            Box::new(opened.with_context(|| self.file.display().to_string())?)
        };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let report = runtime.block_on(self.bring(source)).map_err(|error| {
            if changed_nothing(&error) { error.context("nothing is changed") } else { error }
        });
        let Report { rooms, members, accounts, rules, letters, receiver_query_missing } = report?;
        eprintln!(
            "guestlist: imported app {}: rooms {rooms}, members {members}, accounts {accounts}, \
             rules {rules}, callbacks that wait {letters}",
            self.app
        );
        if receiver_query_missing {
            eprintln!(
                "guestlist: the query of the callback receiver's URL was not exported: set it again \
                 with set_callback or update_callback"
            );
        }
        Ok(())
    }

    async fn bring(&self, source: Source) -> anyhow::Result<Report> {
        match self.place.open(true).await? {
            Opened::Server(server) => {
                let request = server.request(Method::PUT, self.app, "import")?;
                let request = request.header(CONTENT_TYPE, "application/jsonl");
                let body = reqwest::Body::wrap(Streamed(source));
                let response = server.send(request.body(body)).await?;
                let text = response.text().await.context("the answer broke off")?;
                Ok(serde_json::from_str(&text)?)
            }
            Opened::Store(store) => Ok(fill(&store, AppId(self.app), source).await?.into()),
        }
    }
}

/// Whether that is known. Whoever got no answer does not know it.
fn changed_nothing(error: &anyhow::Error) -> bool {
    let by_fault = error.downcast_ref::<ImportFault>();
    error.is::<Refused>() || by_fault.is_some_and(|fault| *fault != ImportFault::Unavailable)
}

async fn fill(store: &JournalStore, app: AppId, mut source: Source) -> anyhow::Result<Imported> {
    let (ids, known) = (NoticeIds::of_now(), store.receiver(app).await?.flatten());
    let mut intake = Intake::begin(store, app, &ids).await?.knowing(known);
    let mut bytes = vec![0; STEP_BYTES];
    loop {
        match source.read(&mut bytes).context("cannot be read")? {
            0 => break,
            count => intake.push(&bytes[..count]).await?,
        }
    }
    Ok(intake.finish(&mut |_| ()).await?)
}

/// A body that is read as it is sent. Whoever reads waits for nothing else, so it may block.
struct Streamed(Source);

impl Body for Streamed {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Task<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, io::Error>>> {
        let mut bytes = vec![0; STEP_BYTES];
        Poll::Ready(match self.0.read(&mut bytes) {
            Ok(0) => None,
            Ok(count) => {
                bytes.truncate(count);
                Some(Ok(Frame::data(bytes.into())))
            }
            Err(error) => Some(Err(error)),
        })
    }
}

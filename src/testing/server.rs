//! The server in a test.

use std::fmt;
use std::sync::Arc;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::oneshot;

use super::app::{App, Lanes};
use super::control::Control;
use super::error::Error;
use super::receiver::Receiver;
use crate::app::{Running, start, start_on};
use crate::config::{Defaults, Settings, Sources};
use crate::domain::CallbackUrl;
use crate::engine::{Engine, LeaseWish};
use crate::store::RoomStore;
use crate::telemetry::Metrics;

/// What is set unless a test says otherwise: free ports on loopback, and nothing on stderr.
const OWN: [&str; 3] =
    ["server.listen=127.0.0.1:0", "control.listen=127.0.0.1:0", "log.access=off"];
/// How long a stop waits for requests and callbacks that are under way, in real time.
const STOP_WAITS: Duration = Duration::from_secs(3);
/// How long a drop waits for the thread of the server beyond that.
const STOP_MARGIN: Duration = Duration::from_secs(5);

/// A server in this process, until it is dropped.
///
/// It has a thread and a runtime of its own: it goes on while a test blocks its thread, and may be shared
/// by tests with runtimes of their own. Dropping it takes its sockets away and waits, a few milliseconds
/// as a rule and eight seconds at most, until it is gone.
///
/// # Panics
/// Dropping it panics if anything in it did, so that the test fails; unless the test panics already. What
/// panicked, and where, is on stderr.
pub struct Server {
    shared: Arc<Shared>,
    thread: Option<Thread>,
}

/// What a server and the handles on its apps have.
pub(super) struct Shared {
    pub(super) url: String,
    pub(super) control_url: String,
    pub(super) engine: Arc<Engine>,
    pub(super) control: Control,
    pub(super) receiver: Arc<Receiver>,
    metrics: Arc<Metrics>,
}

/// The thread that the server runs on.
struct Thread {
    handle: JoinHandle<()>,
    stop: oneshot::Sender<()>,
    ended: mpsc::Receiver<()>,
}

impl Server {
    /// Starts `guestlist dev` on free ports of loopback, open to this machine, with everything in memory.
    ///
    /// # Panics
    /// If the machine gives no port or no thread.
    pub async fn start() -> Self {
        match Self::with(&[]).await {
            Ok(server) => server,
            Err(error) => panic!("{error}"),
        }
    }

    /// The same with settings of the test's own, each as `--set` takes it. What is said of the first app is
    /// true of every app that [`app`](Self::app) makes. No file and no variable is read.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), guestlist::testing::Error> {
    /// use guestlist::testing::Server;
    ///
    /// let server = Server::with(&["app.0.room.max_member_count=2"]).await?;
    /// let room = server.app().room("small");
    /// room.create().await?;
    /// room.enter("bob").await?;
    /// let refused = room.enter("carol").await.unwrap_err();
    /// assert_eq!(refused.code(), Some(100008));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`Error::Start`], with every setting that is wrong.
    pub async fn with(settings: &[&str]) -> Result<Self, Error> {
        Self::on(settings, None).await
    }

    /// The same on a store of the caller's choice.
    pub(super) async fn on(
        settings: &[&str],
        store: Option<Arc<dyn RoomStore>>,
    ) -> Result<Self, Error> {
        let overrides = OWN.iter().chain(settings).map(ToString::to_string).collect();
        let sources = Sources { overrides, ..Sources::default() };
        let settings = Settings::load(&sources, Defaults::Dev)
            .map_err(|error| Error::Start { why: error.to_string() })?;
        let (started, starting) = oneshot::channel();
        let (stop, stopping) = oneshot::channel();
        let (ending, ended) = mpsc::channel();
        let run = move || {
            run(&settings, store, started, stopping);
            // Whoever waited long enough has gone.
            let _ = ending.send(());
        };
        let handle = std::thread::Builder::new().name("guestlist".to_owned()).spawn(run);
        let handle = handle.map_err(|error| Error::Start { why: error.to_string() })?;
        let thread = Some(Thread { handle, stop, ended });
        let why = || "a bug: starting it panicked".to_owned();
        let shared = starting.await.unwrap_or_else(|_| Err(Error::Start { why: why() }))?;
        Ok(Self { shared: Arc::new(shared), thread })
    }

    /// The base URL for the vendors' clients, such as `http://127.0.0.1:40001`. In the place of
    /// `https://adminapisgp.im.qcloud.com`, and of whatever else a backend is configured with.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.shared.url
    }

    /// The base URL of the control plane (`docs/control-plane.md`), for what has no helper here.
    #[must_use]
    pub fn control_url(&self) -> &str {
        &self.shared.control_url
    }

    /// Makes an app that nobody else has: its own number, keys, rooms, clock and callbacks, which go to a
    /// receiver inside the server ([`App::callbacks`]). Each call makes another; a clone of an [`App`] is
    /// the same one.
    ///
    /// # Panics
    /// When there are 10,000 already.
    #[must_use]
    pub fn app(&self) -> App {
        let Shared { engine, receiver, .. } = &*self.shared;
        let lanes = Lanes { room_engine: receiver.new_lane(), zego: receiver.new_lane() };
        let url = |lane| {
            let url = receiver.url(lane);
            Some(CallbackUrl::parse(&url).expect("an address of loopback and a number"))
        };
        let wish = LeaseWish {
            ttl: None,
            callback_url: url(lanes.room_engine),
            zego_callback_url: url(lanes.zego),
        };
        match engine.lease(wish) {
            Ok(leased) => App::new(Arc::clone(&self.shared), leased, lanes),
            Err(refusal) => panic!("{refusal}"),
        }
    }

    /// How many tasks and requests of the server panicked so far.
    #[must_use]
    pub fn panics(&self) -> u64 {
        self.shared.metrics.panics()
    }

    /// Stops it without blocking the thread: what was accepted is answered, for three seconds at most.
    /// Dropping does the same.
    ///
    /// # Panics
    /// As dropping does.
    pub async fn stop(mut self) {
        if let Some(thread) = self.thread.take() {
            let joined = tokio::task::spawn_blocking(move || thread.end()).await;
            self.complain(joined.unwrap_or(false));
        }
    }

    /// Fails the test if there was a bug.
    fn complain(&self, ended: bool) {
        if std::thread::panicking() {
            return;
        }
        let panics = self.panics();
        assert!(panics == 0, "{panics} tasks or requests of the server panicked: see above");
        assert!(ended, "the server does not end, or panicked while it did");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(thread) = self.thread.take() {
            let ended = thread.end();
            self.complain(ended);
        }
    }
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("url", &self.shared.url).finish_non_exhaustive()
    }
}

impl Thread {
    /// Asks the server to stop and waits for that; whether it ended, and well.
    fn end(self) -> bool {
        let Self { handle, stop, ended } = self;
        drop(stop);
        match ended.recv_timeout(STOP_WAITS + STOP_MARGIN) {
            Ok(()) => handle.join().is_ok(),
            Err(mpsc::RecvTimeoutError::Disconnected) => handle.join().is_ok(),
            Err(mpsc::RecvTimeoutError::Timeout) => false,
        }
    }
}

/// Runs a server until it is told to stop; what is under way then and does not end goes with the runtime.
fn run(
    settings: &Settings,
    store: Option<Arc<dyn RoomStore>>,
    started: oneshot::Sender<Result<Shared, Error>>,
    stopping: oneshot::Receiver<()>,
) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    let runtime = match runtime {
        Ok(runtime) => runtime,
        Err(error) => {
            let _ = started.send(Err(Error::Start { why: error.to_string() }));
            return;
        }
    };
    runtime.block_on(async {
        let receiver = Arc::new(match Receiver::bind().await {
            Ok(receiver) => receiver,
            Err(error) => {
                let _ = started.send(Err(Error::Start { why: error.to_string() }));
                return;
            }
        });
        let running = match store {
            Some(store) => start_on(settings, true, store).await,
            None => start(settings, true).await,
        };
        let shared = running
            .map_err(|error| Error::Start { why: format!("{error:#}") })
            .and_then(|running| Ok((Shared::of(&running, Arc::clone(&receiver))?, running)));
        match shared {
            Ok((shared, running)) => {
                receiver.serve(Arc::clone(&running.metrics));
                // Whoever waited for it may have gone; then it stops at once.
                let _ = started.send(Ok(shared));
                let _ = stopping.await;
                let _ = tokio::time::timeout(STOP_WAITS, running.stop()).await;
                receiver.stop();
            }
            Err(error) => drop(started.send(Err(error))),
        }
    });
}

impl Shared {
    fn of(running: &Running, receiver: Arc<Receiver>) -> Result<Self, Error> {
        let Some(control_address) = running.control_address else {
            let why = "the control plane is off: control.listen must be on loopback".to_owned();
            return Err(Error::Start { why });
        };
        let control_url = format!("http://{control_address}");
        let scheme = if running.is_secured() { "https" } else { "http" };
        Ok(Self {
            url: format!("{scheme}://{}", running.address),
            control: Control::new(control_url.clone())?,
            control_url,
            engine: Arc::clone(&running.engine),
            receiver,
            metrics: Arc::clone(&running.metrics),
        })
    }
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

    use futures_util::FutureExt;

    use super::*;
    use crate::store::{Calls, Fault, Faulty, MemoryStore};

    /// A server with a bug, which was met.
    async fn with_a_bug() -> Server {
        let store = Faulty::new(Arc::new(MemoryStore::new()), Fault::Panics(Calls::Reads));
        let server = Server::on(&[], Some(Arc::new(store))).await.unwrap();
        let refused = server.app().room("r").show().await.unwrap_err();
        assert!(refused.to_string().contains("a bug"), "{refused}");
        server
    }

    fn said(panic: &(dyn std::any::Any + Send)) -> &str {
        panic.downcast_ref::<String>().map_or("", String::as_str)
    }

    #[tokio::test]
    async fn a_bug_fails_the_test_that_drops_the_server() {
        let server = with_a_bug().await;
        assert!(server.panics() > 0);
        let dropped = catch_unwind(AssertUnwindSafe(|| drop(server))).unwrap_err();
        assert!(said(&*dropped).contains("of the server panicked"), "{:?}", said(&*dropped));
    }

    #[tokio::test]
    async fn a_bug_fails_the_test_that_stops_the_server() {
        let server = with_a_bug().await;
        let stopped = AssertUnwindSafe(server.stop()).catch_unwind().await.unwrap_err();
        assert!(said(&*stopped).contains("of the server panicked"), "{:?}", said(&*stopped));
    }

    #[tokio::test]
    async fn a_test_that_panics_already_keeps_its_own_words() {
        let server = with_a_bug().await;
        let failed = catch_unwind(AssertUnwindSafe(|| {
            let _server = server;
            resume_unwind(Box::new("the test's own words".to_owned()));
        }));
        assert_eq!(said(&*failed.unwrap_err()), "the test's own words");
    }
}

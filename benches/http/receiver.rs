//! A receiver of callbacks: an ordinary server, which answers when it is told to.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::JoinHandle;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use tokio::net::TcpListener;
use tokio::runtime::Builder;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

/// A receiver with a thread of its own, in the bench's process. It takes every connection and reads
/// every request. Dropped, it hangs up.
pub(crate) struct Receiver {
    /// Where it listens.
    pub(crate) address: SocketAddr,
    desk: Desk,
    answers: watch::Sender<bool>,
    stop: CancellationToken,
    thread: Option<JoinHandle<()>>,
}

#[derive(Clone)]
struct Desk {
    answers: watch::Receiver<bool>,
    answered: Arc<AtomicU64>,
}

impl Receiver {
    /// One that answers nothing before it is told to.
    pub(crate) fn start() -> Self {
        let runtime = Builder::new_current_thread().enable_all().build().expect("an event queue");
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).expect("a free port");
        let address = listener.local_addr().expect("it is bound");
        let (answers, told) = watch::channel(false);
        let desk = Desk { answers: told, answered: Arc::default() };
        let router = Router::new().fallback(receive).with_state(desk.clone());
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let serve = move || {
            let serving = async { axum::serve(listener, router).await };
            runtime.block_on(stopped.run_until_cancelled(serving));
        };
        let thread = std::thread::spawn(serve);
        Self { address, desk, answers, stop, thread: Some(thread) }
    }

    /// From now on it answers at once, all that wait for an answer too; or none.
    pub(crate) fn answers(&self, answers: bool) {
        self.answers.send_replace(answers);
    }

    /// How many it has answered.
    pub(crate) fn answered(&self) -> u64 {
        self.desk.answered.load(Ordering::Relaxed)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.stop.cancel();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn receive(State(mut desk): State<Desk>, _whole: Bytes) -> &'static str {
    // Nobody who could tell is left when this fails; then the runtime ends.
    let _ = desk.answers.wait_for(|answers| *answers).await;
    desk.answered.fetch_add(1, Ordering::Relaxed);
    r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#
}

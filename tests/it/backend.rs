//! A receiver of callbacks, as an ordinary backend has one.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use parking_lot::Mutex;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::Notify;
use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;

/// What a receiver answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Answer {
    Good,
    Bad,
    Never,
}

/// A receiver as an ordinary backend has one.
pub(crate) struct Backend {
    pub(crate) address: SocketAddr,
    pub(crate) seen: Arc<Seen>,
    stop: CancellationToken,
    serving: JoinSet<()>,
}

pub(crate) struct Seen {
    /// Every request: its query and its body.
    pub(crate) requests: Mutex<Vec<(String, Value)>>,
    pub(crate) came: Notify,
    pub(crate) answer: Mutex<Answer>,
}

impl Backend {
    pub(crate) async fn start() -> Self {
        Self::at("127.0.0.1:0".parse().unwrap()).await
    }

    pub(crate) async fn at(address: SocketAddr) -> Self {
        let seen = Arc::new(Seen {
            requests: Mutex::default(),
            came: Notify::new(),
            answer: Mutex::new(Answer::Good),
        });
        let listener = TcpListener::bind(address).await.unwrap();
        let address = listener.local_addr().unwrap();
        let app = Router::new().fallback(receive).with_state(Arc::clone(&seen));
        let stop = CancellationToken::new();
        let stopped = stop.clone().cancelled_owned();
        let serving = async move {
            axum::serve(listener, app).with_graceful_shutdown(stopped).await.unwrap();
        };
        let mut tasks = JoinSet::new();
        tasks.spawn(serving);
        Self { address, seen, stop, serving: tasks }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}/callback", self.address)
    }

    pub(crate) fn answers(&self, answer: Answer) {
        *self.seen.answer.lock() = answer;
    }

    /// Waits until so many requests came, and takes the bodies of all.
    pub(crate) async fn bodies(&self, count: usize) -> Vec<Value> {
        let enough = async {
            loop {
                let came = self.seen.came.notified();
                if self.seen.requests.lock().len() >= count {
                    return;
                }
                came.await;
            }
        };
        let came = tokio::time::timeout(Duration::from_secs(20), enough).await;
        let requests = self.seen.requests.lock();
        assert!(came.is_ok(), "{count} are waited for, these came: {requests:#?}");
        requests.iter().map(|(_, body)| body.clone()).collect()
    }

    pub(crate) async fn stop(self) {
        self.stop.cancel();
        self.serving.join_all().await;
    }
}

async fn receive(
    State(seen): State<Arc<Seen>>,
    RawQuery(query): RawQuery,
    body: String,
) -> (StatusCode, String) {
    let body = serde_json::from_str(&body).unwrap();
    seen.requests.lock().push((query.unwrap_or_default(), body));
    seen.came.notify_one();
    let answer = *seen.answer.lock();
    match answer {
        Answer::Good => (
            StatusCode::OK,
            json!({"ActionStatus": "OK", "ErrorInfo": "", "ErrorCode": 0}).to_string(),
        ),
        Answer::Bad => (StatusCode::INTERNAL_SERVER_ERROR, "not today".to_owned()),
        Answer::Never => std::future::pending().await,
    }
}

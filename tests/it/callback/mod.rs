//! One callback at a time: what a receiver sees, and what the sender makes of its answer.

mod client;
mod names;
mod receiver;
mod refusing;
mod tls;

use std::net::SocketAddr;
use std::time::Duration;

use guestlist::callback::{
    Answer, Client, Destination, Failure, Origin, Outcome, Reach, RequestLine, Surroundings,
};
use guestlist::config::Secret;
use guestlist::domain::{AppId, CallbackUrl};
use tempfile::TempDir;
use tokio_rustls::rustls::RootCertStore;

use crate::raw::in_time;

/// What no text that the client hands out may hold.
const SENSITIVE: &str = "sensitive-7f3a";
/// Longer than anything takes that is not meant to take forever.
const PATIENT: Duration = Duration::from_secs(60);
/// For what is meant to take forever.
const IMPATIENT: Duration = Duration::from_millis(150);
/// What is sent.
const BODY: &str = r#"{"CallbackCommand":"Room.CallbackAfterDestroyRoom","RoomId":"room-1"}"#;
/// What the vendor's pages tell receivers to answer.
const THANKS: &str = r#"{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}"#;

const LINE: RequestLine<'_> = RequestLine {
    app: AppId(1_400_000_001),
    command: "Room.CallbackAfterDestroyRoom",
    origin: Origin::REST,
    request_time_s: 1_669_872_112,
};

/// A client for which nobody but the test says what a name means.
struct Sender {
    client: Client,
    place: TempDir,
}

impl Sender {
    fn new() -> Self {
        Self::with(RootCertStore::empty(), 53)
    }

    fn with(authorities: RootCertStore, name_server_port: u16) -> Self {
        let place = tempfile::tempdir().unwrap();
        let (hosts, resolv_conf) = (place.path().join("hosts"), place.path().join("resolv.conf"));
        let surroundings = Surroundings { hosts, resolv_conf, name_server_port, authorities };
        Self { client: Client::new(surroundings), place }
    }

    fn write(&self, file: &str, text: &str) {
        std::fs::write(self.place.path().join(file), text).unwrap();
    }

    async fn send(&self, destination: &Destination) -> Outcome {
        let sending = self.client.send(destination, &LINE, BODY.into());
        let outcome = in_time(sending).await;
        if let Outcome::Failed { failure, .. } = &outcome {
            let texts = format!("{failure} {failure:?}");
            assert!(!texts.contains(SENSITIVE), "{texts}");
        }
        outcome
    }

    async fn answer(&self, destination: &Destination) -> Answer {
        match self.send(destination).await {
            Outcome::Answered(answer) => answer,
            Outcome::Failed { failure, answer } => panic!("{failure} {answer:?}"),
        }
    }

    async fn failure(&self, destination: &Destination) -> Failure {
        match self.send(destination).await {
            Outcome::Answered(answer) => panic!("{answer:?}"),
            Outcome::Failed { failure, .. } => failure,
        }
    }
}

/// A destination by any name, with secrets in its query and its token.
fn destination(host: impl std::fmt::Display, reach: Reach) -> Destination {
    let url = format!("http://{host}/callback?k={SENSITIVE}");
    Destination {
        url: CallbackUrl::parse(&url).unwrap(),
        token: Some(Secret::new(SENSITIVE)),
        reach,
        timeout: PATIENT,
    }
}

fn anywhere(address: SocketAddr) -> Destination {
    destination(address, Reach::Any)
}

fn impatient(address: SocketAddr) -> Destination {
    Destination { timeout: IMPATIENT, ..anywhere(address) }
}

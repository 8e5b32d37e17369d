//! What every command says when the store cannot, or breaks.

use guestlist::proto::tencent::{Entry, Refused, commands};
use guestlist::store::{Calls, Fault};
use reqwest::Method;

use super::judge::code;
use super::requests::Requests;
use crate::harness::{Server, faulty, refusal};

/// What comes of a command's good request on a store with a fault.
async fn on(fault: Fault, entry: &Entry, requests: &Requests) -> (u64, String) {
    let server = Server::on(faulty(fault), &[]).await;
    let url = server.url(&format!("/v4/{}?{}", entry.spec.path, server.query()));
    let body = requests.good(entry).to_string();
    refusal(&server.send(Method::POST, &url, &body).await)
}

#[tokio::test]
async fn every_command_says_that_the_store_fails() {
    let requests = Requests::read();
    for entry in commands() {
        let (fault, calls) = if entry.spec.reads {
            (Fault::Reads, Calls::Reads)
        } else {
            (Fault::Commit { at: 1 }, Calls::Changes)
        };
        let code = code(&entry.spec, &Refused::Unavailable);
        if !entry.spec.answers.iter().any(|known| u64::from(*known) == code) {
            // It asks no store.
            continue;
        }
        let path = entry.spec.path;
        let text = "internal error: the store is unavailable, please retry".to_owned();
        assert_eq!(on(fault, entry, &requests).await, (code, text), "{path}");
        let text = "internal error, please retry".to_owned();
        assert_eq!(on(Fault::Panics(calls), entry, &requests).await, (code, text), "{path}");
    }
}

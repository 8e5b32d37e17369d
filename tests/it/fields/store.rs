//! What every command says when the store cannot, or breaks.

use std::collections::BTreeMap;

use guestlist::proto::tencent::{Entry, commands};
use guestlist::store::{Calls, Fault};
use reqwest::Method;

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
    let (mut fails, mut breaks) = (BTreeMap::new(), BTreeMap::new());
    // The others ask no store.
    let commands = || commands().filter(|entry| entry.spec.answers.contains(&100_001));
    for entry in commands() {
        let (fault, calls) = if entry.spec.reads {
            (Fault::Reads, Calls::Reads)
        } else {
            (Fault::Commit { at: 1 }, Calls::Changes)
        };
        fails.insert(entry.spec.path, on(fault, entry, &requests).await);
        breaks.insert(entry.spec.path, on(Fault::Panics(calls), entry, &requests).await);
    }
    let expected = |text: &str| -> BTreeMap<&str, (u64, String)> {
        commands().map(|entry| (entry.spec.path, (100_001, text.to_owned()))).collect()
    };
    assert_eq!(fails, expected("internal error: the store is unavailable, please retry"));
    assert_eq!(breaks, expected("internal error, please retry"));
}

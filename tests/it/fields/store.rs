//! What every command says when the store cannot, or breaks.

use guestlist::proto::tencent::{Entry, Refused, commands};
use guestlist::store::{Calls, Fault};
use reqwest::Method;

use super::judge::code;
use super::requests::Requests;
use super::stage::FIELDS;
use crate::harness::{Server, faulty, refusal};

/// What comes of a command's good request on a store with a fault.
async fn on(fault: Fault, entry: &Entry, requests: &Requests) -> (u64, String) {
    let server = Server::on(faulty(fault), &FIELDS).await;
    let url = server.url(&format!("/v4/{}?{}", entry.spec.path, server.query()));
    let body = requests.good(entry).to_string();
    refusal(&server.send(Method::POST, &url, &body).await)
}

#[tokio::test]
async fn every_command_says_that_the_store_fails() {
    let requests = Requests::read();
    for entry in commands() {
        // A command that changes something may look at it before.
        let reads = (Fault::Reads, Calls::Reads);
        let changes = (Fault::Commit { at: 1 }, Calls::Changes);
        let faults = if entry.spec.reads { vec![reads] } else { vec![changes, reads] };
        let code = code(&entry.spec, &Refused::Unavailable);
        if !entry.spec.answers.iter().any(|known| u64::from(*known) == code) {
            // It asks no store.
            continue;
        }
        let unavailable = "internal error: the store is unavailable, please retry".to_owned();
        let broken = "internal error, please retry".to_owned();
        let mut outcomes = Vec::new();
        for (fault, calls) in faults {
            let outcome = on(fault, entry, &requests).await;
            let panicked = on(Fault::Panics(calls), entry, &requests).await;
            if outcome == (code, unavailable.clone()) && panicked == (code, broken.clone()) {
                outcomes.clear();
                break;
            }
            outcomes.push((fault, outcome, panicked));
        }
        assert!(outcomes.is_empty(), "{}: {outcomes:?}", entry.spec.path);
    }
}

//! Faults, through the door: set on the control plane or asked for by a header, and seen by whoever
//! calls the vendors' APIs or receives their callbacks.

mod callbacks;
mod requests;
mod written;
mod zego;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Server;

impl Server {
    /// Sets a fault: the status and the body of the answer.
    async fn set_fault(&self, fault: Value) -> (u16, Value) {
        let sent = self.control(Method::POST, "faults").body(fault.to_string()).send().await;
        let sent = sent.unwrap();
        (sent.status().as_u16(), sent.json().await.unwrap())
    }

    /// Sets a fault that must be taken: its number.
    async fn fault(&self, fault: Value) -> u64 {
        let (status, body) = self.set_fault(fault.clone()).await;
        assert_eq!(status, 201, "{fault}: {body}");
        body["id"].as_u64().unwrap()
    }

    /// How much a fault matched, and struck.
    async fn counts(&self, id: u64) -> (u64, u64) {
        let fault = self.shown(&format!("faults/{id}")).await;
        (fault["matched"].as_u64().unwrap(), fault["struck"].as_u64().unwrap())
    }

    /// Lets callbacks go: how many.
    async fn release(&self, body: Value) -> u64 {
        let sent = self.control(Method::POST, "callbacks/release").body(body.to_string());
        let released: Value = sent.send().await.unwrap().json().await.unwrap();
        released["released"].as_u64().unwrap()
    }

    /// The last entry of the request log.
    async fn last_request(&self) -> Value {
        let mut page = self.shown("requests?limit=1000").await;
        page["items"].as_array_mut().unwrap().pop().unwrap()
    }
}

/// A fault of requests.
fn on_request(command: &str, fault: Value) -> Value {
    json!({"on": "request", "command": command, "times": 1, "fault": fault})
}

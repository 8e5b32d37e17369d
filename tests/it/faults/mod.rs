//! Faults, through the door: set on the control plane or asked for by a header, and seen by whoever
//! calls the vendors' APIs or receives their callbacks.

mod callbacks;
mod requests;
mod written;
mod zego;

use reqwest::Method;
use serde_json::{Value, json};

use crate::harness::Server;
#[cfg(target_os = "linux")]
use crate::pages::Page;

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

/// The section on faults, run as it is printed.
///
/// `BLESS=1 cargo test --test it goes_as_it_says` writes the replies. Read what it wrote.
#[test]
#[cfg(target_os = "linux")]
fn the_section_on_faults_goes_as_it_says() {
    // Loopback is a whole network: an address of this process's own, where nobody else listens.
    let pid = std::process::id();
    let address = format!("127.{}.{}.{}", 1 + pid % 200, pid / 200 % 250, 1 + pid / 50_000 % 250);
    let directory = tempfile::tempdir().unwrap();
    let mut page = Page::new("testing.md");
    page.section = Some("\n## Faults\n");
    page.directory = Some(directory.path().to_owned());
    page.instead = vec![
        ("127.0.0.1:9001", format!("{address}:9001")),
        ("127.0.0.1/9001", format!("{address}/9001")),
        ("\"127.0.0.1\", 9001", format!("\"{address}\", 9001")),
    ];
    page.bless();
    page.holds(None);
}

/// A fault of requests.
fn on_request(command: &str, fault: Value) -> Value {
    json!({"on": "request", "command": command, "times": 1, "fault": fault})
}

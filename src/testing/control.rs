//! A client for the server's two doors.

use std::sync::Arc;
use std::time::Duration;

use reqwest::{Client, Method};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

use super::error::Error;

/// How long any one call may take, in real time: longer than the longest that the server bounds.
const CALL_TIMEOUT: Duration = Duration::from_secs(70);

/// A client of one server.
pub(super) struct Control {
    client: Client,
    control_url: String,
}

/// As much of a problem document as is read.
#[derive(Deserialize)]
struct Problem {
    detail: String,
    code: Option<u32>,
}

impl Control {
    pub(super) fn new(control_url: String) -> Result<Self, Error> {
        Ok(Self { client: client()?, control_url })
    }

    /// A request below an app's path on the control plane; nothing is what a reply without a body says.
    pub(super) async fn ask<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<Value>,
    ) -> Result<T, Error> {
        let what = format!("{method} {path}");
        let url = format!("{}/_guestlist/v1/apps/{path}", self.control_url);
        let body = body.map_or_else(String::new, |body| body.to_string());
        let (status, text) = self.send(&what, method, &url, body).await?;
        if (200..300).contains(&status) {
            let text = if text.is_empty() { "null" } else { &text };
            return serde_json::from_str(text).map_err(|error| unreadable(what, &error));
        }
        let problem = serde_json::from_str(&text);
        let Problem { detail, code } = problem.map_err(|error| unreadable(what.clone(), &error))?;
        Err(Error::Refused { what, status, code, detail })
    }

    /// A command of the vendor's API: its reply, if that says 0.
    pub(super) async fn call(&self, what: &str, url: &str, body: &Value) -> Result<Value, Error> {
        let what = what.to_owned();
        let (status, text) = self.send(&what, Method::POST, url, body.to_string()).await?;
        let reply: Value =
            serde_json::from_str(&text).map_err(|error| unreadable(what.clone(), &error))?;
        match reply["ErrorCode"].as_u64() {
            Some(0) => Ok(reply),
            code => {
                let code = code.and_then(|code| u32::try_from(code).ok());
                let detail = reply["ErrorInfo"].as_str().unwrap_or_default().to_owned();
                Err(Error::Refused { what, status, code, detail })
            }
        }
    }

    async fn send(
        &self,
        what: &str,
        method: Method,
        url: &str,
        body: String,
    ) -> Result<(u16, String), Error> {
        let unreachable = |error: reqwest::Error| {
            // The URL holds a ticket.
            let why = error.without_url();
            let why = std::error::Error::source(&why)
                .map_or_else(|| why.to_string(), |source| format!("{why}: {source}"));
            Error::Unreachable { what: what.to_owned(), why }
        };
        let sent = self.client.request(method, url).body(body).send().await.map_err(unreachable)?;
        let status = sent.status().as_u16();
        Ok((status, sent.text().await.map_err(unreachable)?))
    }
}

fn unreadable(what: String, error: &serde_json::Error) -> Error {
    Error::Unreachable { what, why: format!("what came is not the expected JSON: {error}") }
}

/// A client for loopback. It keeps no connection: one that was made in the runtime of a test that is over
/// is of no use to the next, which may share the server.
fn client() -> Result<Client, Error> {
    let start = |why: String| Error::Start { why };
    let tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| start(error.to_string()))?
        .with_root_certificates(RootCertStore::empty())
        .with_no_client_auth();
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        .no_proxy()
        .http1_only()
        .pool_max_idle_per_host(0)
        .timeout(CALL_TIMEOUT);
    client.build().map_err(|error| start(error.to_string()))
}

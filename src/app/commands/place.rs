//! Where an app's state is taken from or brought to: a running server, or a store that nobody uses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::Args;
use reqwest::{Client, Method, RequestBuilder, Response, StatusCode, redirect};
use serde::Deserialize;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};
use url::Url;

use crate::config::variables;
use crate::store::{JournalOptions, JournalStore};

/// As much of a refusal as is read, in bytes.
const REFUSAL_BYTES: usize = 64 * 1024;
/// Who asks.
const USER_AGENT: &str = concat!("guestlist/", env!("CARGO_PKG_VERSION"));

/// A server or a store.
#[derive(Debug, Args)]
pub(super) struct Place {
    /// The control plane of a running server
    #[arg(long, value_name = "URL", default_value = "http://127.0.0.1:8081")]
    control: Url,
    /// The control plane's token, if it wants one
    #[arg(long, env = variables::CONTROL_TOKEN, hide_env_values = true)]
    token: Option<String>,
    /// The directory of a store that no server uses now, instead of a running server
    #[arg(long, value_name = "DIR", conflicts_with = "control")]
    path: Option<PathBuf>,
}

/// What a place is, looked at.
pub(super) enum Opened {
    /// A running server.
    Server(Server),
    /// A store, which is closed when this goes.
    Store(Box<JournalStore>),
}

/// The control plane of a running server.
pub(super) struct Server {
    client: Client,
    control: Url,
    token: Option<String>,
}

impl Place {
    /// Opens it. A directory that is no store is made one only if `make` says so.
    pub(super) async fn open(&self, make: bool) -> anyhow::Result<Opened> {
        if let Some(path) = &self.path {
            return Ok(Opened::Store(Box::new(store(path, make).await?)));
        }
        if !matches!(self.control.scheme(), "http" | "https") {
            bail!("--control: must begin with http:// or https://");
        }
        let (control, token) = (self.control.clone(), self.token.clone());
        Ok(Opened::Server(Server { client: client()?, control, token }))
    }
}

async fn store(path: &Path, make: bool) -> anyhow::Result<JournalStore> {
    if !make && !path.join("format").exists() {
        bail!("--path: there is no store in {}", path.display());
    }
    let options = JournalOptions {
        path: path.to_owned(),
        // How much may wait is the server's to say that opens it next.
        backlog_bytes: usize::MAX,
        accept_loss: false,
        on_failure: Box::new(|why| {
            eprintln!("guestlist: {why}");
            std::process::exit(1);
        }),
    };
    let opened = tokio::task::spawn_blocking(|| JournalStore::open(options)).await?;
    opened.context("--path")
}

fn client() -> anyhow::Result<Client> {
    let authorities: RootCertStore = webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect();
    let mut tls = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(authorities)
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let client = Client::builder()
        .tls_backend_preconfigured(tls)
        // A token goes where it is sent to, and nowhere else.
        .no_proxy()
        .redirect(redirect::Policy::none())
        .http1_only()
        .user_agent(USER_AGENT);
    Ok(client.build()?)
}

/// As much of a problem document as people want to read.
#[derive(Deserialize)]
struct Problem {
    detail: String,
}

/// The server says no: then it did nothing.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub(super) struct Refused(String);

impl Server {
    /// A request about an app.
    pub(super) fn request(
        &self,
        method: Method,
        app: u32,
        what: &str,
    ) -> anyhow::Result<RequestBuilder> {
        let url = self.control.join(&format!("/_guestlist/v1/apps/{app}/{what}"))?;
        let request = self.client.request(method, url);
        Ok(match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        })
    }

    /// Sends it, and has a success or a sentence.
    pub(super) async fn send(&self, request: RequestBuilder) -> anyhow::Result<Response> {
        let sent = request.send().await;
        let mut response = sent.map_err(|error| {
            anyhow!(error.without_url()).context(format!("no answer from {}", self.control))
        })?;
        let status = response.status();
        if status == StatusCode::OK {
            return Ok(response);
        }
        let mut text = Vec::new();
        while text.len() < REFUSAL_BYTES
            && let Ok(Some(chunk)) = response.chunk().await
        {
            text.extend_from_slice(&chunk);
        }
        match serde_json::from_slice::<Problem>(&text) {
            Ok(_) if status == StatusCode::UNAUTHORIZED => {
                let token = variables::CONTROL_TOKEN;
                bail!(Refused(format!("the control plane wants its token: --token, or {token}")))
            }
            Ok(Problem { detail }) if status.is_client_error() => bail!(Refused(detail)),
            Ok(Problem { detail }) => bail!("{detail}"),
            Err(_) => bail!("{} answers {status}: is it a control plane?", self.control),
        }
    }
}

//! `guestlist healthcheck`: asks a server whether it is ready, without a shell or another program.

use std::io::{Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::time::Duration;

use anyhow::{Context, bail};
use clap::Args;

/// The longest wait for each step.
const PATIENCE: Duration = Duration::from_secs(2);
/// More of an answer than this is not read, in bytes.
const ANSWER_BYTES: u64 = 1024;

/// Asks a server whether it is ready.
#[derive(Debug, Args)]
pub(in crate::app) struct Healthcheck {
    /// What to ask: an `http://` URL
    #[arg(long, default_value = "http://127.0.0.1:8081/readyz")]
    url: String,
}

impl Healthcheck {
    pub(in crate::app) fn run(&self) -> anyhow::Result<()> {
        let rest = self.url.strip_prefix("http://").context("--url: must begin with http://")?;
        let (authority, path) = rest.split_once('/').unwrap_or((rest, "readyz"));
        let answer = ask(authority, path).with_context(|| format!("no answer from {authority}"))?;
        let status = answer.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) != Some("200") {
            bail!("not ready: {status:?}");
        }
        Ok(())
    }
}

fn ask(authority: &str, path: &str) -> anyhow::Result<String> {
    let address = authority.to_socket_addrs()?.next().context("no such address")?;
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

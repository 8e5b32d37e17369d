//! The question whether a server is ready, asked without a shell or another program.
//!
//! Over HTTPS it takes any certificate, as the probes of container engines do: the question holds
//! no secret, the certificate is for the name that clients use, and a probe asks `127.0.0.1`.

use std::io::{self, Read, Write};
use std::net::{IpAddr, Ipv4Addr, TcpStream, ToSocketAddrs};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{
    CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature,
};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, DigitallySignedStruct, Error, SignatureScheme, StreamOwned,
};

/// The longest wait for each step, unless the asker has less time.
pub(super) const PATIENCE: Duration = Duration::from_secs(2);
/// The shortest wait for each step: a server that is busy is no server that is not ready.
const LEAST: Duration = Duration::from_secs(1);
/// More of an answer than this is not read, in bytes.
const ANSWER_BYTES: u64 = 1024;
/// What is asked for where the URL names no path.
const PATH: &str = "readyz";

/// Whom to ask, and for what.
pub(super) struct Probe<'a> {
    secured: bool,
    authority: &'a str,
    path: &'a str,
}

impl<'a> Probe<'a> {
    /// A URL, with or without a path.
    ///
    /// # Errors
    /// It begins with neither `http://` nor `https://`.
    pub(super) fn of(url: &'a str) -> anyhow::Result<Self> {
        let (secured, rest) = match url.split_once("://") {
            Some(("http", rest)) => (false, rest),
            Some(("https", rest)) => (true, rest),
            _ => bail!("--url: must begin with http:// or https://"),
        };
        let (authority, path) = rest.split_once('/').unwrap_or((rest, PATH));
        let path = if path.is_empty() { PATH } else { path };
        Ok(Self { secured, authority, path })
    }

    /// Asks once, waiting for each step for so long: a second at least, two at most.
    ///
    /// # Errors
    /// There is no answer, or it is not 200.
    pub(super) fn ask(&self, patience: Duration) -> anyhow::Result<()> {
        let Self { secured, authority, path } = *self;
        let answer = ask(secured, authority, path, patience.clamp(LEAST, PATIENCE))
            .with_context(|| format!("no answer from {authority}"))?;
        let status = answer.lines().next().unwrap_or_default();
        if status.split(' ').nth(1) != Some("200") {
            bail!("not ready: {status:?}");
        }
        Ok(())
    }
}

fn ask(secured: bool, authority: &str, path: &str, patience: Duration) -> anyhow::Result<String> {
    let address = authority.to_socket_addrs()?.next().context("no such address")?;
    let stream = TcpStream::connect_timeout(&address, patience)?;
    stream.set_read_timeout(Some(patience))?;
    stream.set_write_timeout(Some(patience))?;
    let question =
        format!("GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n");
    let answer = if secured {
        converse(StreamOwned::new(any_server()?, stream), &question)
    } else {
        converse(stream, &question)
    };
    Ok(String::from_utf8_lossy(&answer?).into_owned())
}

fn converse(mut stream: impl Read + Write, question: &str) -> io::Result<Vec<u8>> {
    stream.write_all(question.as_bytes())?;
    let mut answer = Vec::new();
    stream.take(ANSWER_BYTES).read_to_end(&mut answer)?;
    Ok(answer)
}

fn any_server() -> Result<ClientConnection, Error> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(AnyCertificate(provider)))
        .with_no_client_auth();
    // An address, so that no name is sent: it does not matter which.
    let server = ServerName::from(IpAddr::V4(Ipv4Addr::LOCALHOST));
    ClientConnection::new(Arc::new(config), server)
}

/// Takes every certificate whose key the server has.
#[derive(Debug)]
struct AnyCertificate(Arc<CryptoProvider>);

impl ServerCertVerifier for AnyCertificate {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let algorithms = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

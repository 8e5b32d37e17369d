//! HTTPS on the main listener: a certificate and its key, and the handshake.
//!
//! Job: read both files, hold what they say, replace it while the server runs. Promise: a
//! certificate is in force only with the key that belongs to it, and no message shows a key. Not
//! here: when a handshake takes too long (`listener`), and clients' certificates, which nobody asks
//! for.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::RwLock;
use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{self, ServerConfig};
use tokio_rustls::server::TlsStream;

use crate::config::TlsFiles;

/// The largest certificate or key file, in bytes.
const FILE_BYTES_MAX: u64 = 1024 * 1024;
/// The settings that name the files.
const CERT: &str = "server.tls.cert";
const KEY: &str = "server.tls.key";

/// Why a certificate and its key cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read.
    #[error("{setting}: {} cannot be read: {error}", .path.display())]
    Unreadable {
        /// Which setting names it.
        setting: &'static str,
        /// Where it should be.
        path: PathBuf,
        /// What the system says.
        error: io::Error,
    },
    /// A file is something else.
    #[error("{setting}: {} {problem}", .path.display())]
    Unusable {
        /// Which setting names it.
        setting: &'static str,
        /// Where it is.
        path: PathBuf,
        /// What is wrong with it.
        problem: &'static str,
    },
    /// Certificate and key do not go together.
    #[error(
        "server.tls.key: {} cannot be used with the certificate in {}: {problem}",
        .files.key.display(),
        .files.cert.display()
    )]
    Mismatch {
        /// Where both are.
        files: TlsFiles,
        /// What is wrong with them.
        problem: rustls::Error,
    },
}

/// The certificate in force.
pub struct Tls {
    config: RwLock<Arc<ServerConfig>>,
}

impl Tls {
    /// Takes a certificate and its key from their files.
    ///
    /// # Errors
    /// What is wrong with which file.
    pub fn load(files: &TlsFiles) -> Result<Self, TlsError> {
        Ok(Self { config: RwLock::new(Arc::new(read(files)?)) })
    }

    /// Takes another certificate and key, for connections that come from now on.
    ///
    /// # Errors
    /// What is wrong with which file; then nothing has changed.
    pub fn reload(&self, files: &TlsFiles) -> Result<(), TlsError> {
        let config = Arc::new(read(files)?);
        *self.config.write() = config;
        Ok(())
    }

    /// Agrees on keys with a client.
    pub(super) async fn handshake(&self, stream: TcpStream) -> io::Result<TlsStream<TcpStream>> {
        let config = Arc::clone(&self.config.read());
        TlsAcceptor::from(config).accept(stream).await
    }
}

fn read(files: &TlsFiles) -> Result<ServerConfig, TlsError> {
    let (cert, key) = (bytes(CERT, &files.cert)?, bytes(KEY, &files.key)?);
    let unusable = |setting, path: &Path, problem| TlsError::Unusable {
        setting,
        path: path.to_owned(),
        problem,
    };
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&cert)
        .collect::<Result<_, _>>()
        .map_err(|_| unusable(CERT, &files.cert, "is not well-formed PEM"))?;
    if chain.is_empty() {
        return Err(unusable(CERT, &files.cert, "holds no certificate in PEM"));
    }
    // The parser's own error may quote a line of the file.
    let key = PrivateKeyDer::from_pem_slice(&key).map_err(|_| {
        unusable(KEY, &files.key, "holds no private key in PEM that is not encrypted")
    })?;
    let mismatch = |problem| TlsError::Mismatch { files: files.clone(), problem };
    let mut config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(mismatch)?
        .with_no_client_auth()
        .with_single_cert(chain, key)
        .map_err(mismatch)?;
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(config)
}

fn bytes(setting: &'static str, path: &Path) -> Result<Vec<u8>, TlsError> {
    let mut bytes = Vec::new();
    File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX + 1).read_to_end(&mut bytes))
        .map_err(|error| TlsError::Unreadable { setting, path: path.to_owned(), error })?;
    if bytes.len() as u64 > FILE_BYTES_MAX {
        let problem = "is larger than 1 MiB";
        return Err(TlsError::Unusable { setting, path: path.to_owned(), problem });
    }
    Ok(bytes)
}

//! The certificate of `guestlist dev --tls`.
//!
//! Job: make a certificate authority and a certificate for the names of this machine, and write
//! them where clients find the authority. Promise: the authority's key is never written, so it
//! vouches for this one certificate and nothing else, whoever trusts it; the certificate's key is
//! readable by its owner alone. Not here: certificates of anything but development.

use std::fs::{DirBuilder, OpenOptions, remove_dir_all};
use std::io::Write;
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context, bail};
use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};

use crate::config::{Settings, TlsFiles};
use crate::engine::salt;

/// Whom the certificate is for: this machine, and the service of compose.yaml.
const NAMES: [&str; 4] = ["localhost", "127.0.0.1", "::1", "guestlist"];
/// A certificate is good from so long ago, for clients whose clock is behind.
const BACKDATED: Duration = Duration::from_secs(24 * 3600);
/// And so long from now: some clients take none that is good for more than 825 days.
const LIFETIME: Duration = Duration::from_secs(365 * 24 * 3600);
/// The files.
const CA: &str = "ca.pem";
const CERT: &str = "cert.pem";
const KEY: &str = "key.pem";

/// A certificate in its directory.
#[derive(Debug)]
pub(super) struct DevelopmentCertificate {
    directory: PathBuf,
    /// The directory is nobody else's, and goes with this.
    fresh: bool,
}

impl DevelopmentCertificate {
    /// The certificate in a directory: the one that is there, else a new one. Without a directory,
    /// a new one below that of temporary files.
    ///
    /// # Errors
    /// A directory that cannot be written, or that holds some of the files but not all.
    pub(super) fn provide(directory: Option<&Path>) -> anyhow::Result<Self> {
        let certificate = match directory {
            Some(directory) => Self { directory: directory.to_owned(), fresh: false },
            None => {
                let name = format!("guestlist-{:032x}", u128::from_ne_bytes(salt()));
                Self { directory: std::env::temp_dir().join(name), fresh: true }
            }
        };
        let in_vain = || {
            let directory = certificate.directory.display();
            format!("no development certificate in {directory}")
        };
        certificate.write_if_missing().with_context(in_vain)?;
        Ok(certificate)
    }

    /// The authority, for clients to trust.
    pub(super) fn ca(&self) -> PathBuf {
        self.directory.join(CA)
    }

    /// Has a server of these settings show it.
    ///
    /// # Errors
    /// They name another one.
    pub(super) fn serve_by(&self, settings: &mut Settings) -> anyhow::Result<()> {
        if settings.server.tls.is_some() {
            bail!("--tls: server.tls.cert names a certificate already, use one of the two");
        }
        settings.server.tls = Some(self.files());
        Ok(())
    }

    /// What the server shows.
    fn files(&self) -> TlsFiles {
        TlsFiles { cert: self.directory.join(CERT), key: self.directory.join(KEY) }
    }

    fn write_if_missing(&self) -> anyhow::Result<()> {
        // A directory for this alone must be new: nobody else may have put it there.
        DirBuilder::new().recursive(!self.fresh).mode(0o700).create(&self.directory)?;
        let missing: Vec<_> = [CA, CERT, KEY]
            .into_iter()
            .filter(|name| !self.directory.join(name).exists())
            .collect();
        match missing.len() {
            0 => Ok(()),
            3 => self.write(),
            _ => bail!("{} is missing, remove the other files too", missing.join(" and ")),
        }
    }

    #[expect(clippy::disallowed_methods, reason = "a certificate is good for some real time")]
    fn write(&self) -> anyhow::Result<()> {
        let now = SystemTime::now();
        let params = |names: &[&str], common_name: &str| {
            let names = names.iter().map(ToString::to_string).collect::<Vec<_>>();
            let mut params = CertificateParams::new(names)?;
            params.not_before = (now - BACKDATED).into();
            params.not_after = (now + LIFETIME).into();
            params.distinguished_name = DistinguishedName::new();
            params.distinguished_name.push(DnType::CommonName, common_name);
            anyhow::Ok(params)
        };
        let mut authority = params(&[], "guestlist development CA")?;
        authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        authority.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let authority_key = KeyPair::generate()?;
        let ca = authority.self_signed(&authority_key)?;
        let mut server = params(&NAMES, "guestlist development")?;
        server.use_authority_key_identifier_extension = true;
        server.key_usages = vec![KeyUsagePurpose::DigitalSignature];
        server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
        let key = KeyPair::generate()?;
        let cert = server.signed_by(&key, &Issuer::new(authority, authority_key))?;
        self.write_file(KEY, 0o600, &key.serialize_pem())?;
        self.write_file(CERT, 0o644, &cert.pem())?;
        self.write_file(CA, 0o644, &ca.pem())
    }

    fn write_file(&self, name: &str, mode: u32, text: &str) -> anyhow::Result<()> {
        let path = self.directory.join(name);
        let file = OpenOptions::new().write(true).create_new(true).mode(mode).open(path);
        file.and_then(|mut file| file.write_all(text.as_bytes())).context(name.to_owned())
    }
}

impl Drop for DevelopmentCertificate {
    fn drop(&mut self) {
        if self.fresh {
            // What cannot be removed is a small directory among other temporary ones.
            let _ = remove_dir_all(&self.directory);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::fs::{metadata, read_to_string, remove_file};
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    fn mode(path: &Path) -> u32 {
        metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_fresh_directory_is_closed_to_others_and_goes_with_its_certificate() {
        let certificate = DevelopmentCertificate::provide(None).unwrap();
        let directory = certificate.ca().parent().unwrap().to_owned();
        assert!(directory.starts_with(std::env::temp_dir()));
        assert_eq!((mode(&directory), mode(&certificate.files().key)), (0o700, 0o600));
        let other = DevelopmentCertificate::provide(None).unwrap();
        assert_ne!(other.ca(), certificate.ca());
        drop(certificate);
        assert!(!directory.exists() && other.ca().exists());
    }

    #[test]
    fn a_named_directory_keeps_its_certificate() {
        let place = tempfile::tempdir().unwrap();
        let directory = place.path().join("new");
        let provide = || DevelopmentCertificate::provide(Some(&directory));
        let first = provide().unwrap();
        let ca = read_to_string(first.ca()).unwrap();
        assert_eq!(mode(&first.files().key), 0o600);
        assert!(!ca.contains("PRIVATE"), "the authority's key is written nowhere");
        drop(first);
        assert_eq!(read_to_string(provide().unwrap().ca()).unwrap(), ca);
        remove_file(directory.join(KEY)).unwrap();
        let error = format!("{:#}", provide().unwrap_err());
        assert!(error.ends_with("key.pem is missing, remove the other files too"), "{error}");
    }
}

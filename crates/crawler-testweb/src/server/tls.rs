//! A certificate authority of the server's own, new at each start.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, IsCa,
    Issuer, KeyPair, KeyUsagePurpose,
};
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::server::NoServerSessionStorage;
use tokio_rustls::TlsAcceptor;

use crate::config::{Naming, Resumption};
use crate::error::WebError;
use crate::host;
use crate::web::Web;

/// The authority, and the server's settings with a certificate it signed.
pub(super) struct Authority {
    pem: String,
    path: PathBuf,
    settings: Arc<ServerConfig>,
}

impl Authority {
    /// Signs one certificate for all hosts and writes the authority's own to a temporary file.
    pub(super) fn new(web: &Web) -> Result<Self, WebError> {
        let mut params = named("crawler testweb authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
        let key = KeyPair::generate()?;
        let certificate = params.self_signed(&key)?;
        let settings = server_config(web, &Issuer::from_params(&params, &key))?;
        let pem = certificate.pem();
        let path = write_pem(&pem)?;
        Ok(Self { pem, path, settings: Arc::new(settings) })
    }

    pub(super) fn pem(&self) -> &str {
        &self.pem
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn acceptor(&self) -> TlsAcceptor {
        TlsAcceptor::from(Arc::clone(&self.settings))
    }
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Authority").field("path", &self.path).finish_non_exhaustive()
    }
}

impl Drop for Authority {
    fn drop(&mut self) {
        // At worst a small file stays in the temporary directory.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn server_config(web: &Web, issuer: &Issuer<'_, &KeyPair>) -> Result<ServerConfig, WebError> {
    let names = match web.config().naming {
        Naming::Names => vec![format!("*.{}", host::DOMAIN)],
        Naming::Addresses => (0..web.config().hosts).map(|host| web.host_name(host)).collect(),
    };
    let mut params = CertificateParams::new(names)?;
    params.distinguished_name = named("crawler testweb").distinguished_name;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate()?;
    let certificate = params.signed_by(&key, issuer)?;
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
    let mut settings = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key)?;
    settings.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    match web.config().resumption {
        Resumption::Tickets => settings.ticketer = aws_lc_rs::Ticketer::new()?,
        Resumption::None => {
            settings.send_tls13_tickets = 0;
            settings.session_storage = Arc::new(NoServerSessionStorage {});
        }
    }
    Ok(settings)
}

fn named(name: &str) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

/// How many names are tried for the file.
const FILE_TRIES_MAX: u32 = 1000;

/// A file that did not exist before, so that nobody else's is followed or overwritten.
fn write_pem(pem: &str) -> Result<PathBuf, WebError> {
    let dir = std::env::temp_dir();
    let failed = |path: &Path| {
        let path = path.display().to_string();
        move |source| WebError::CaFile { path, source }
    };
    let (mut file, path) = create(&dir).map_err(failed(&dir))?;
    file.write_all(pem.as_bytes()).map_err(failed(&path))?;
    Ok(path)
}

fn create(dir: &Path) -> std::io::Result<(File, PathBuf)> {
    let mut tries = 0;
    loop {
        let path = dir.join(format!("testweb-ca-{}-{tries}.pem", std::process::id()));
        match OpenOptions::new().write(true).create_new(true).open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() != std::io::ErrorKind::AlreadyExists => return Err(error),
            Err(error) if tries == FILE_TRIES_MAX => return Err(error),
            Err(_) => tries += 1,
        }
    }
}

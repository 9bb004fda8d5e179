//! Trust and TLS settings.

use crate::config::{FetchConfig, Http2};
use crate::setup::FetchSetupError;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{ClientConfig, RootCertStore};
use std::path::Path;
use std::sync::Arc;

/// Server names whose sessions are remembered for resumption; a host visit resumes within seconds,
/// so this need only cover the hosts of one shard that are visited at about the same time.
const SESSIONS_MAX: usize = 4096;

/// The certificate authorities trusted by a crawl: the system's, the bundled ones of Mozilla and
/// those of `ca_files`. Loaded once and shared by the fetchers of all shards.
#[derive(Clone, Debug)]
pub struct TlsRoots {
    store: Arc<RootCertStore>,
    provider: Arc<CryptoProvider>,
}

impl TlsRoots {
    /// Reads the system's store (what is unreadable there is logged and skipped) and `ca_files`.
    ///
    /// # Errors
    /// [`FetchSetupError::CaFile`] for a configured file that is unreadable or holds no certificate.
    pub fn load(config: &FetchConfig) -> Result<Self, FetchSetupError> {
        let native = rustls_native_certs::load_native_certs();
        for error in &native.errors {
            tracing::debug!(%error, "system certificate skipped");
        }
        let mut store = RootCertStore::empty();
        store.add_parsable_certificates(native.certs);
        for anchor in webpki_roots::TLS_SERVER_ROOTS {
            if !store.roots.contains(anchor) {
                store.roots.push(anchor.clone());
            }
        }
        for path in &config.ca_files {
            add_ca_file(&mut store, path)
                .map_err(|reason| FetchSetupError::CaFile { path: path.clone(), reason })?;
        }
        Ok(Self { store: Arc::new(store), provider: Arc::new(aws_lc_rs::default_provider()) })
    }

    /// Settings for one fetcher, with a session memory of its own.
    pub(crate) fn client_config(&self, http2: Http2) -> Result<Arc<ClientConfig>, FetchSetupError> {
        let mut config = ClientConfig::builder_with_provider(Arc::clone(&self.provider))
            .with_safe_default_protocol_versions()
            .map_err(|error| FetchSetupError::Tls(error.to_string()))?
            .with_root_certificates(Arc::clone(&self.store))
            .with_no_client_auth();
        config.resumption = Resumption::in_memory_sessions(SESSIONS_MAX);
        config.alpn_protocols = match http2 {
            Http2::Off => vec![b"http/1.1".to_vec()],
            Http2::ByAlpn => vec![b"h2".to_vec(), b"http/1.1".to_vec()],
        };
        Ok(Arc::new(config))
    }
}

fn add_ca_file(store: &mut RootCertStore, path: &Path) -> Result<(), String> {
    let pem = std::fs::read(path).map_err(|error| error.to_string())?;
    let mut added = 0_usize;
    for certificate in CertificateDer::pem_slice_iter(&pem) {
        let certificate = certificate.map_err(|error| error.to_string())?;
        store.add(certificate).map_err(|error| error.to_string())?;
        added += 1;
    }
    if added == 0 { Err("no certificate in it".to_owned()) } else { Ok(()) }
}

//! Trust and TLS settings.

use crate::config::{FetchConfig, Http2};
use crate::setup::FetchSetupError;
use rustls::client::Resumption;
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use rustls::{CipherSuite, ClientConfig, NamedGroup, RootCertStore};
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
        Ok(Self { store: Arc::new(store), provider: Arc::new(provider()) })
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

/// The library's algorithms, the least work first, for servers that leave the choice to the client (RFC 8446
/// 4.1.2): AES-128 with SHA-256, which processors have instructions for, and X25519 alone. What is
/// crawled is public, so that nothing is gained by hiding it from computers to come; a server that
/// insists on a hybrid key exchange gets it after one more round trip (4.1.4).
fn provider() -> CryptoProvider {
    let mut provider = aws_lc_rs::default_provider();
    provider.cipher_suites.sort_by_key(|suite| !is_aes_128(suite.suite()));
    provider.kx_groups.sort_by_key(|group| group.name() == NamedGroup::X25519MLKEM768);
    provider
}

fn is_aes_128(suite: CipherSuite) -> bool {
    matches!(
        suite,
        CipherSuite::TLS13_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256
            | CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256
    )
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_work_is_offered_first_and_the_rest_after_it() {
        let (ours, all) = (provider(), aws_lc_rs::default_provider());
        assert_eq!(ours.cipher_suites[0].suite(), CipherSuite::TLS13_AES_128_GCM_SHA256);
        assert_eq!(ours.kx_groups[0].name(), NamedGroup::X25519);
        assert_eq!(ours.kx_groups.last().unwrap().name(), NamedGroup::X25519MLKEM768);
        assert_eq!(ours.cipher_suites.len(), all.cipher_suites.len());
        assert_eq!(ours.kx_groups.len(), all.kx_groups.len());
    }
}

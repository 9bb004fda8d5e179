//! What every request sees.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use crawler_engine::{AuditEntry, CrawlHandle};
use crawler_url::WireUrl;
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;

use crate::problem::Problem;
use crate::process::Process;
use crate::sampler::Sampler;
use crate::token::Token;

/// Streams of events at once: each costs a task and a buffer.
pub(crate) const STREAMS_MAX: usize = 64;
/// Calls into the engine at once; each may take a thread for a while.
pub(crate) const BLOCKING_MAX: usize = 4;

/// The server's state.
pub(crate) struct Admin {
    pub(crate) crawl: CrawlHandle,
    pub(crate) process: Arc<dyn Process>,
    pub(crate) data_dir: PathBuf,
    /// Names of this server other than addresses and localhost.
    pub(crate) hosts: Vec<String>,
    /// Whether only this machine can reach it.
    pub(crate) is_local: bool,
    pub(crate) token: Token,
    pub(crate) started_at_ms: u64,
    pub(crate) sampler: Sampler,
    pub(crate) streams: Arc<Semaphore>,
    pub(crate) stopping: CancellationToken,
}

impl Admin {
    /// Runs what may block for a while where it holds up nobody else.
    pub(crate) async fn blocking<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Result<T, Problem> {
        let admin = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || work(&admin)).await;
        done.map_err(|error| {
            tracing::error!(%error, "an admin request failed");
            Problem::internal(
                "the request failed in a way that is a defect of this program; the log has more",
            )
        })
    }

    /// Writes down what an operator did; who follows the events is told.
    pub(crate) fn note(&self, entry: AuditEntry) {
        tracing::info!(actor = entry.actor, "operator: {}", text_of(&entry));
        if let Err(error) = self.crawl.audit(entry) {
            tracing::error!(%error, "what an operator did could not be written down");
        }
    }

    /// The URL that is meant by a text.
    pub(crate) fn url(&self, text: &str) -> Result<WireUrl, Problem> {
        let url = WireUrl::parse(text).or_else(|_| self.process.parse_seed(text));
        url.map_err(|reason| Problem::not_found(format!("`{text}` {reason}")))
    }
}

/// What an operator did, in a line.
pub(crate) fn text_of(entry: &AuditEntry) -> String {
    let about = [&entry.target, &entry.detail].into_iter().flatten();
    about.fold(entry.action.clone(), |text, part| format!("{text} {part}"))
}

/// Who asks.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Peer(pub(crate) SocketAddr);

impl Peer {
    /// The beginning of an audit entry.
    pub(crate) fn did(self, action: &str) -> AuditEntry {
        let (actor, action) = (self.0.ip().to_string(), action.to_owned());
        AuditEntry { actor, action, ..AuditEntry::default() }
    }
}

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let unknown = Self(SocketAddr::from(([0, 0, 0, 0], 0)));
        Ok(parts.extensions.get().copied().unwrap_or(unknown))
    }
}

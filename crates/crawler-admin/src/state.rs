//! What every request sees.

use std::path::PathBuf;
use std::sync::Arc;

use crawler_engine::CrawlHandle;
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
            Problem::new(
                axum::http::StatusCode::INTERNAL_SERVER_ERROR,
                "the request failed in a way that is a defect of this program; the log has more",
            )
        })
    }
}

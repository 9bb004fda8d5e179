//! Trying until a server takes what it is given.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::backoff::Backoff;
use crate::error::ResultError;

/// What became of an attempt.
pub(super) enum Outcome<T> {
    Done(T),
    /// A later attempt may do better; the server may have said when.
    Failed {
        why: String,
        asked: Option<Duration>,
    },
    /// No later attempt would; what to tell.
    Refused(String),
}

/// A count of attempts that failed.
#[derive(Debug, Clone, Default)]
pub(super) struct Failures(Arc<AtomicU64>);

impl Failures {
    pub(super) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// Something to be delivered, as often as it takes.
pub(super) trait Attempt {
    /// What the server says of it.
    type Done;

    /// Whom logs name.
    const SERVER: &'static str;

    /// Tries once.
    fn once(&self) -> impl Future<Output = Outcome<Self::Done>> + Send;
}

/// Tries again and again while the server cannot be reached or is not well.
///
/// # Errors
/// When it refuses.
pub(super) async fn until_done<A: Attempt>(
    attempt: A,
    backoff: Backoff,
    failures: Failures,
) -> Result<A::Done, ResultError> {
    let mut failed = 0_u32;
    loop {
        match attempt.once().await {
            Outcome::Done(done) => {
                if failed > 0 {
                    tracing::info!("{} takes pages again", A::SERVER);
                }
                return Ok(done);
            }
            Outcome::Refused(why) => return Err(ResultError::Other(why)),
            Outcome::Failed { why, asked } => {
                failures.0.fetch_add(1, Ordering::Relaxed);
                if failed == 0 {
                    let server = A::SERVER;
                    tracing::warn!("{server} takes no pages: {why}; trying again until it does");
                }
                failed = failed.saturating_add(1);
                tokio::time::sleep(backoff.delay(failed, asked)).await;
            }
        }
    }
}

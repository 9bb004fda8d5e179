//! Waits for a server in short turns, so that a wish to stop is heard in between.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use tokio::runtime::{Builder, Runtime};

use crate::error::ResultError;

/// How long one turn takes at most.
pub(super) const TURN: Duration = Duration::from_millis(250);

/// What a delivery does; dropping it ends it.
type Task<T> = Pin<Box<dyn Future<Output = Result<T, ResultError>> + Send>>;

/// A runtime for one delivery at a time.
pub(super) struct Waiting<T> {
    runtime: Runtime,
    task: Option<Task<T>>,
}

impl<T> Waiting<T> {
    pub(super) fn new() -> Result<Self, ResultError> {
        let runtime = Builder::new_current_thread().enable_all().build();
        let runtime = runtime
            .map_err(|error| ResultError::Other(format!("cannot start a runtime: {error}")))?;
        Ok(Self { runtime, task: None })
    }

    /// Begins what `begin` says unless something is under way, and goes on with it for one turn;
    /// what came of it, if it has ended.
    ///
    /// # Errors
    /// Those of the delivery.
    pub(super) fn turn(
        &mut self,
        begin: impl FnOnce() -> Task<T>,
    ) -> Result<Option<T>, ResultError> {
        let task = self.task.get_or_insert_with(begin);
        let turn = async { tokio::time::timeout(TURN, task).await };
        let Ok(ended) = self.runtime.block_on(turn) else { return Ok(None) };
        self.task = None;
        ended.map(Some)
    }

    /// Forgets what is under way.
    pub(super) fn drop_task(&mut self) {
        self.task = None;
    }
}

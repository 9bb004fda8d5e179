//! How many answers a connection gives before it is closed.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use tokio::sync::Notify;

use crate::config::WebConfig;

/// The answers that one connection has left; clones share them.
#[derive(Clone)]
pub(super) struct Quota(Option<Arc<Left>>);

struct Left {
    answers: AtomicU32,
    spent: Notify,
}

/// Whether an answer is the last one of its connection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Yes,
    No,
}

impl Quota {
    /// What each connection of a web begins with.
    pub(super) fn of(config: &WebConfig) -> Self {
        Self(config.answers_per_connection.map(|answers| {
            Arc::new(Left { answers: AtomicU32::new(answers.get()), spent: Notify::new() })
        }))
    }

    /// Takes one answer. Those begun before the connection closed come after the last one.
    pub(super) fn take(&self) -> Last {
        let Some(left) = &self.0 else { return Last::No };
        let take = |answers: u32| Some(answers.saturating_sub(1));
        let before = left.answers.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take);
        if before.is_ok_and(|answers| answers > 1) {
            return Last::No;
        }
        left.spent.notify_one();
        Last::Yes
    }

    /// Waits for the last answer; for ever on a connection that stays open.
    pub(super) async fn spent(&self) {
        match &self.0 {
            Some(left) => left.spent.notified().await,
            None => std::future::pending().await,
        }
    }
}

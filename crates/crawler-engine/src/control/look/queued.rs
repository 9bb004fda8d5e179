//! The queue of a host.

use std::ops::ControlFlow;

use crawler_frontier::QueuePlace;
use crawler_url::{HostKey, WireUrl};

use crate::control::ControlError;
use crate::handle::CrawlHandle;

/// URLs in one answer.
const LIMIT_MAX: usize = 1_000;

/// A URL that waits or is being fetched.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedView {
    /// As it will be requested.
    pub url: WireUrl,
    /// Links from a seed.
    pub depth: u16,
    /// The page it was found on.
    pub via: Option<Box<str>>,
    /// Attempts that have failed.
    pub attempts: u8,
}

/// A part of a host's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueuedPage {
    /// In the order in which they will be fetched.
    pub urls: Vec<QueuedView>,
    /// What to ask for the next part with, if there is one.
    pub next_cursor: Option<String>,
}

impl CrawlHandle {
    /// The queue of a host as of the last commit, behind the place that `cursor` tells.
    ///
    /// # Errors
    /// [`ControlError::Invalid`] for a cursor that no answer gave, [`ControlError::Ending`] when the
    /// store is closed, and when it cannot be read.
    pub fn queued_urls(
        &self,
        host: &HostKey,
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<QueuedPage, ControlError> {
        let after = cursor.map(read_cursor).transpose()?;
        let limit = limit.clamp(1, LIMIT_MAX);
        let guard = self.shared().control.reader();
        let reader = guard.as_ref().ok_or(ControlError::Ending)?;
        let (mut urls, mut last, mut has_more) = (Vec::new(), None, false);
        reader.for_each_queued_of(host.hash(), after, &mut |_, item| {
            if urls.len() == limit {
                has_more = true;
                return ControlFlow::Break(());
            }
            last = Some((item.class, item.place.unwrap_or_default()));
            let (depth, via, attempts) = (item.depth, item.via, item.attempts);
            urls.push(QueuedView { url: item.url, depth, via, attempts });
            ControlFlow::Continue(())
        })?;
        let next = last.filter(|_| has_more);
        Ok(QueuedPage { urls, next_cursor: next.map(|(class, place)| format!("{class}.{place}")) })
    }
}

fn read_cursor(text: &str) -> Result<QueuePlace, ControlError> {
    let parts = text.split_once('.');
    let place = parts.and_then(|(class, place)| {
        Some(QueuePlace { class: class.parse().ok()?, place: place.parse().ok()? })
    });
    place.ok_or_else(|| ControlError::bad_cursor(text))
}

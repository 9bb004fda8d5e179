//! What happens, told to whoever listens as it happens.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering::SeqCst};
use std::time::Duration;

use tokio::sync::broadcast;

use crate::phase::Phase;

/// Events that a slow listener may fall behind before it misses the oldest.
const BEHIND_MAX: usize = 1024;

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CrawlEvent {
    /// A URL has ended.
    Ended(UrlEnded),
    /// The crawl is in another phase.
    Phase(Phase),
}

/// How a URL has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UrlEnded {
    /// When, in milliseconds since 1970.
    pub at_ms: u64,
    /// As requested.
    pub url: String,
    /// In which way.
    pub end: EndKind,
    /// HTTP status; none if there was no response.
    pub status: Option<u16>,
    /// Why there was none, by the reasons of [`Counters`](crate::Counters).
    pub reason: Option<&'static str>,
    /// Bytes received.
    pub bytes: u64,
    /// From the connection to the last byte; zero if nothing was asked.
    pub elapsed: Duration,
    /// The shard.
    pub shard: u16,
    /// Hops from a seed.
    pub depth: u16,
    /// Media type of the response, without parameters.
    pub mime: Option<String>,
}

/// The ways in which a URL ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndKind {
    /// There was a response.
    Fetched,
    /// There was none in all attempts.
    Failed,
    /// It was not asked for.
    Skipped,
}

/// Passes events on. Without listeners nothing is built: whoever has something to tell asks first.
#[derive(Debug)]
pub(crate) struct Events {
    sender: broadcast::Sender<Arc<CrawlEvent>>,
    is_heard: AtomicBool,
}

impl Events {
    pub(crate) fn new() -> Self {
        Self { sender: broadcast::Sender::new(BEHIND_MAX), is_heard: AtomicBool::new(false) }
    }

    /// Whether anybody listens; one load of an atomic.
    pub(crate) fn is_heard(&self) -> bool {
        self.is_heard.load(SeqCst)
    }

    pub(crate) fn subscribe(&self) -> broadcast::Receiver<Arc<CrawlEvent>> {
        let receiver = self.sender.subscribe();
        self.is_heard.store(true, SeqCst);
        receiver
    }

    pub(crate) fn tell(&self, event: CrawlEvent) {
        if self.sender.send(Arc::new(event)).is_err() {
            self.is_heard.store(false, SeqCst);
            // One who came meanwhile is not to be overlooked.
            self.is_heard.store(self.sender.receiver_count() > 0, SeqCst);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_reach_listeners_and_nobody_else_costs_anything() {
        let events = Events::new();
        assert!(!events.is_heard());
        let mut listener = events.subscribe();
        assert!(events.is_heard());
        events.tell(CrawlEvent::Phase(Phase::Paused));
        assert_eq!(*listener.try_recv().unwrap(), CrawlEvent::Phase(Phase::Paused));
        drop(listener);
        events.tell(CrawlEvent::Phase(Phase::Running));
        assert!(!events.is_heard());
        let _again = events.subscribe();
        assert!(events.is_heard());
    }
}

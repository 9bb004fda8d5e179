//! URLs as they end, no more of them than a person or a page can take in.

use std::sync::Arc;

use crawler_engine::{CrawlEvent, UrlEnded};
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;

use crate::api::FetchEvent;

/// Events let through in a second.
const PER_SECOND_MAX: u32 = 50;

/// What a stream of events hears of the URLs that end.
pub(crate) struct Fetches {
    events: Receiver<Arc<CrawlEvent>>,
    sent: u32,
    dropped: u64,
}

impl Fetches {
    pub(crate) fn new(events: Receiver<Arc<CrawlEvent>>) -> Self {
        Self { events, sent: 0, dropped: 0 }
    }

    /// The next URL that has ended, once there may be one; `None` when the crawl has gone.
    pub(crate) async fn next(&mut self) -> Option<FetchEvent> {
        if self.sent >= PER_SECOND_MAX {
            return std::future::pending().await;
        }
        loop {
            match self.events.recv().await {
                Ok(event) => {
                    if let CrawlEvent::Ended(ended) = &*event {
                        self.sent += 1;
                        return Some(view(ended));
                    }
                }
                Err(RecvError::Lagged(missed)) => self.dropped += missed,
                Err(RecvError::Closed) => return None,
            }
        }
    }

    /// A second is over: how many were dropped in it. Those that wait are not looked at one by one:
    /// a fast crawl has thousands of them.
    pub(crate) fn next_second(&mut self) -> u64 {
        if self.sent >= PER_SECOND_MAX {
            self.dropped += self.events.len() as u64;
            self.events = self.events.resubscribe();
        }
        self.sent = 0;
        std::mem::take(&mut self.dropped)
    }
}

fn view(ended: &UrlEnded) -> FetchEvent {
    FetchEvent {
        at_ms: ended.at_ms,
        url: ended.url.clone(),
        status: ended.status,
        reason: ended.reason.map(str::to_owned),
        bytes: ended.bytes,
        elapsed_ms: u64::try_from(ended.elapsed.as_millis()).unwrap_or(u64::MAX),
        shard: ended.shard,
        depth: ended.depth,
        mime: ended.mime.clone(),
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use crawler_engine::{EndKind, Phase};
    use tokio::sync::broadcast;

    use super::*;

    fn ended(at_ms: u64) -> Arc<CrawlEvent> {
        Arc::new(CrawlEvent::Ended(UrlEnded {
            at_ms,
            url: "https://a.example/".to_owned(),
            end: EndKind::Fetched,
            status: Some(200),
            reason: None,
            bytes: 7,
            elapsed: Duration::from_millis(3),
            shard: 1,
            depth: 2,
            mime: None,
        }))
    }

    #[test]
    fn so_many_events_a_second_and_the_rest_is_counted() {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let sender = broadcast::Sender::new(256);
        let mut fetches = Fetches::new(sender.subscribe());
        let taken = |fetches: &mut Fetches| {
            let next = async {
                tokio::select! {
                    biased;
                    event = fetches.next() => event,
                    () = std::future::ready(()) => None,
                }
            };
            runtime.block_on(next)
        };
        assert!(sender.send(Arc::new(CrawlEvent::Phase(Phase::Running))).is_ok());
        for at_ms in 0..70 {
            assert!(sender.send(ended(at_ms)).is_ok());
        }
        for at_ms in 0..u64::from(PER_SECOND_MAX) {
            assert_eq!(taken(&mut fetches).unwrap().at_ms, at_ms);
        }
        assert_eq!(taken(&mut fetches), None);
        assert_eq!(fetches.next_second(), 20);
        assert!(sender.send(ended(99)).is_ok());
        assert_eq!(taken(&mut fetches).unwrap().at_ms, 99);
        assert_eq!(fetches.next_second(), 0);
        for at_ms in 0..300 {
            assert!(sender.send(ended(at_ms)).is_ok());
        }
        assert_eq!(taken(&mut fetches).unwrap().at_ms, 300 - 256);
        assert_eq!(fetches.next_second(), 300 - 256);
    }
}

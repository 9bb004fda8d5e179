//! Sends metrics and a sample of the fetches to a collector, by OTLP over HTTP with JSON
//! (opentelemetry-proto 1.x). A collector that is away costs the crawl nothing but a warning.

mod spans;

use std::io;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::{Duration, SystemTime};

use crawler_engine::{CrawlEvent, CrawlHandle};
use http::header::CONTENT_TYPE;
use serde_json::{Value, json};
use tokio::sync::broadcast::{Receiver, error::RecvError};
use tokio::sync::oneshot;

use spans::Spans;

/// How often is sent.
const INTERVAL: Duration = Duration::from_secs(10);
/// How long a collector may take to answer.
const ANSWER_TIMEOUT: Duration = Duration::from_secs(5);
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// Sends until it is dropped, and then once more.
pub(crate) struct Exporter {
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Begins to send to `endpoint`, the collector's URL without `/v1/…`.
    ///
    /// # Errors
    /// When the thread or what it sends with cannot be set up.
    pub(crate) fn start(endpoint: String, crawl: CrawlHandle) -> io::Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let client = reqwest::Client::builder().timeout(ANSWER_TIMEOUT).build();
        let client = client.map_err(io::Error::other)?;
        let (stop, stopped) = oneshot::channel();
        let events = crawl.subscribe();
        let sender = Sender { client, endpoint, crawl, spans: Spans::default(), is_failing: false };
        let thread = std::thread::Builder::new()
            .name("otlp".to_owned())
            .spawn(move || runtime.block_on(sender.run(events, stopped)))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        drop(self.stop.take());
        // What it was about to tell is told; the timeout bounds it.
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

struct Sender {
    client: reqwest::Client,
    endpoint: String,
    crawl: CrawlHandle,
    spans: Spans,
    /// The last attempt failed, and the user knows.
    is_failing: bool,
}

impl Sender {
    async fn run(
        mut self,
        mut events: Receiver<Arc<CrawlEvent>>,
        mut stopped: oneshot::Receiver<()>,
    ) {
        let mut turns = tokio::time::interval_at(tokio::time::Instant::now() + INTERVAL, INTERVAL);
        loop {
            tokio::select! {
                event = events.recv() => match event {
                    Ok(event) => self.spans.take(&event),
                    // It is a sample anyway.
                    Err(RecvError::Lagged(_)) => {}
                    // The crawl is gone; it says so by the other channel too.
                    Err(RecvError::Closed) => break,
                },
                _ = turns.tick() => self.send().await,
                _ = &mut stopped => break,
            }
        }
        while let Ok(event) = events.try_recv() {
            self.spans.take(&event);
        }
        self.send().await;
    }

    /// Sends what there is. What cannot be sent is given up: the next metrics tell more.
    async fn send(&mut self) {
        let metrics = crawler_admin::metrics::otlp(&self.crawl, VERSION, SystemTime::now());
        let sent = self.post("metrics", &enclosed("Metrics", "metrics", &metrics)).await;
        let spans = self.spans.drain();
        let sent = match sent {
            Ok(()) if !spans.is_empty() => {
                self.post("traces", &enclosed("Spans", "spans", &spans)).await
            }
            sent => sent,
        };
        if let (Err(why), false) = (&sent, self.is_failing) {
            tracing::warn!("telemetry does not reach {}: {why}; the crawl goes on", self.endpoint);
        }
        self.is_failing = sent.is_err();
    }

    async fn post(&self, signal: &str, body: &Value) -> Result<(), String> {
        let url = format!("{}/v1/{signal}", self.endpoint);
        let request = self.client.post(url).header(CONTENT_TYPE, "application/json");
        let answer = request.body(body.to_string()).send().await;
        match answer.and_then(reqwest::Response::error_for_status) {
            Ok(_) => Ok(()),
            Err(error) => Err(error.without_url().to_string()),
        }
    }
}

/// What every export is wrapped in: who tells it, and by which part of the program.
fn enclosed(kind: &str, list: &str, items: &[Value]) -> Value {
    let text = |key: &str, value: &str| json!({ "key": key, "value": { "stringValue": value } });
    let pid = json!({
        "key": "process.pid", "value": { "intValue": std::process::id().to_string() },
    });
    let resource = [text("service.name", "crawler"), text("service.version", VERSION), pid];
    json!({
        format!("resource{kind}"): [{
            "resource": { "attributes": resource },
            format!("scope{kind}"): [{ "scope": { "name": "crawler", "version": VERSION }, list: items }],
        }],
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_export_says_who_tells_it() {
        let export = enclosed("Spans", "spans", &[json!(1)]);
        let resource = &export["resourceSpans"][0];
        assert_eq!(resource["resource"]["attributes"][0]["value"]["stringValue"], "crawler");
        assert_eq!(resource["scopeSpans"][0]["spans"], json!([1]));
        let export = enclosed("Metrics", "metrics", &[]);
        assert_eq!(export["resourceMetrics"][0]["scopeMetrics"][0]["metrics"], json!([]));
    }
}

//! Fetches as spans.

use crawler_engine::{CrawlEvent, EndKind, UrlEnded};
use serde_json::{Value, json};

/// Fetches told each time; the others are left out.
const SPANS_MAX: usize = 512;
/// `SPAN_KIND_CLIENT`.
const CLIENT: u8 = 3;
/// `STATUS_CODE_ERROR`.
const ERROR: u8 = 2;

/// The fetches to be told next.
#[derive(Debug, Default)]
pub(super) struct Spans(Vec<Value>);

impl Spans {
    /// Takes note of an event, if it is a fetch and there is room.
    pub(super) fn take(&mut self, event: &CrawlEvent) {
        if let CrawlEvent::Ended(ended) = event
            && ended.end != EndKind::Skipped
            && self.0.len() < SPANS_MAX
        {
            self.0.push(span(ended, fastrand::u128(1..), fastrand::u64(1..)));
        }
    }

    pub(super) fn drain(&mut self) -> Vec<Value> {
        std::mem::take(&mut self.0)
    }
}

/// A trace of its own for each fetch, with attributes by OpenTelemetry's names for HTTP clients.
fn span(ended: &UrlEnded, trace: u128, id: u64) -> Value {
    let ended_at = u128::from(ended.at_ms) * 1_000_000;
    let begun_at = ended_at.saturating_sub(ended.elapsed.as_nanos());
    let mut attributes = vec![
        text("http.request.method", "GET"),
        text("url.full", &ended.url),
        number("crawler.shard", u64::from(ended.shard)),
        number("crawler.depth", u64::from(ended.depth)),
        number("http.response.size", ended.bytes),
    ];
    attributes.extend(ended.status.map(|it| number("http.response.status_code", u64::from(it))));
    attributes.extend(ended.reason.map(|reason| text("error.type", reason)));
    let status = match ended.reason {
        Some(reason) => json!({ "code": ERROR, "message": reason }),
        None => json!({}),
    };
    json!({
        "traceId": format!("{trace:032x}"),
        "spanId": format!("{id:016x}"),
        "name": "GET",
        "kind": CLIENT,
        "startTimeUnixNano": begun_at.to_string(),
        "endTimeUnixNano": ended_at.to_string(),
        "attributes": attributes,
        "status": status,
    })
}

fn text(key: &str, value: &str) -> Value {
    json!({ "key": key, "value": { "stringValue": value } })
}

fn number(key: &str, value: u64) -> Value {
    json!({ "key": key, "value": { "intValue": value.to_string() } })
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn ended(end: EndKind) -> UrlEnded {
        UrlEnded {
            at_ms: 1_700_000_000_500,
            url: "http://a.example/".to_owned(),
            end,
            status: (end == EndKind::Fetched).then_some(404),
            reason: (end != EndKind::Fetched).then_some("dns"),
            bytes: 7,
            elapsed: Duration::from_millis(250),
            shard: 1,
            depth: 2,
            mime: None,
        }
    }

    #[test]
    fn a_fetch_is_a_span() {
        let fetched = span(&ended(EndKind::Fetched), 10, 11);
        assert_eq!(fetched["traceId"], "0000000000000000000000000000000a");
        assert_eq!(fetched["spanId"], "000000000000000b");
        assert_eq!(fetched["startTimeUnixNano"], "1700000000250000000");
        assert_eq!(fetched["endTimeUnixNano"], "1700000000500000000");
        let attributes = fetched["attributes"].as_array().unwrap();
        assert!(attributes.contains(&number("http.response.status_code", 404)), "{fetched}");
        assert_eq!(fetched["status"], json!({}));
        let failed = span(&ended(EndKind::Failed), 10, 11);
        assert_eq!(failed["status"], json!({ "code": 2, "message": "dns" }));
    }

    #[test]
    fn spans_are_bounded_and_skips_are_none() {
        let mut spans = Spans::default();
        spans.take(&CrawlEvent::Ended(ended(EndKind::Skipped)));
        assert_eq!(spans.drain().len(), 0);
        for _ in 0..=SPANS_MAX {
            spans.take(&CrawlEvent::Ended(ended(EndKind::Failed)));
        }
        assert_eq!(spans.drain().len(), SPANS_MAX);
        assert_eq!(spans.drain().len(), 0);
    }
}

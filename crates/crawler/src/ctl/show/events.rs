//! Events, one a line.

use crawler_admin::api::{Event, FetchEvent, Status};
use serde_json::json;

use super::status::state;
use super::time::{duration, now_ms, time_of_day};
use crate::ctl::RawEvent;
use crate::numbers::{bytes, count, rate};
use crate::terminal::escape;

/// What an event means; none if a newer crawl has sent it.
pub(crate) fn parse(raw: &RawEvent) -> Option<Event> {
    // Read by its own type: within a tagged enum, serde takes numbers as keys of maps for text.
    if raw.event == "status" {
        return serde_json::from_str(&raw.data).ok().map(|status| Event::Status(Box::new(status)));
    }
    let data: serde_json::Value = serde_json::from_str(&raw.data).ok()?;
    serde_json::from_value(json!({"event": raw.event, "data": data})).ok()
}

/// An event as a line of JSON.
pub(crate) fn json_line(raw: &RawEvent) -> String {
    let event = serde_json::Value::from(raw.event.as_str());
    format!("{{\"event\":{event},\"data\":{}}}\n", raw.data)
}

/// An event as a line of text.
pub(crate) fn line(raw: &RawEvent) -> String {
    match parse(raw) {
        Some(Event::Status(status)) => status_line(&status),
        Some(Event::Fetch(fetch)) => fetch_line(&fetch),
        Some(Event::Operator { at_ms, text }) => {
            format!("{}  operator: {}\n", time_of_day(at_ms), escape(&text))
        }
        Some(Event::Dropped { events }) => {
            format!("{}  {} events are not shown\n", time_of_day(now_ms()), count(events))
        }
        None => format!("{}: {}\n", escape(&raw.event), escape(&raw.data)),
    }
}

fn status_line(it: &Status) -> String {
    format!(
        "{}  {}: {} pages/s, {}/s, {} fetched, {} queued, {} in flight\n",
        time_of_day(now_ms()),
        escape(&state(it)),
        rate(it.rates.pages_per_second),
        bytes(it.rates.bytes_per_second),
        count(it.totals.fetched),
        count(it.totals.queued),
        count(it.totals.in_flight)
    )
}

fn fetch_line(it: &FetchEvent) -> String {
    format!(
        "{}  {:<12}  {:>9}  {:>7}  {}\n",
        time_of_day(it.at_ms),
        escape(&result(it)),
        bytes(it.bytes as f64),
        duration(it.elapsed_ms),
        escape(&it.url)
    )
}

/// How a fetch ended: its status, or the reason why there is none.
pub(crate) fn result(it: &FetchEvent) -> String {
    match (it.status, &it.reason) {
        (Some(status), _) => status.to_string(),
        (None, Some(reason)) => reason.clone(),
        (None, None) => "failed".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_with_counts_by_status_is_understood() {
        let status = crate::top::tests::status("paused");
        let data = serde_json::to_string(&status).unwrap();
        let raw = RawEvent { event: "status".to_owned(), data };
        assert_eq!(parse(&raw), Some(Event::Status(status)));
        assert!(line(&raw).contains("  paused: 184 pages/s, 3.9 MB/s, 1,234,567 fetched"));
    }

    #[test]
    fn events_become_lines() {
        let raw = |event: &str, data: &str| RawEvent { event: event.into(), data: data.into() };
        let fetch = r#"{"at_ms":3723000,"url":"http://a/\u001b","status":null,"reason":"timeout",
            "bytes":0,"elapsed_ms":30000,"shard":0,"depth":1,"mime":null}"#;
        let shown = "01:02:03  timeout             0 B   30.0 s  http://a/\\u{1b}\n";
        assert_eq!(line(&raw("fetch", fetch)), shown);
        let operator = raw("operator", r#"{"at_ms":0,"text":"pause"}"#);
        assert_eq!(line(&operator), "00:00:00  operator: pause\n");
        let json = "{\"event\":\"operator\",\"data\":{\"at_ms\":0,\"text\":\"pause\"}}\n";
        assert_eq!(json_line(&operator), json);
        assert_eq!(line(&raw("news", "{}")), "news: {}\n");
    }
}

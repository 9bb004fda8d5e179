//! Hosts: a table of many, lines for one.

use crawler_admin::api::{HostOverride, HostPriority, HostState, HostView};

use super::lines::Lines;
use super::table::{Align, Table};
use super::time::{date, duration, now_ms, until, wait};
use crate::numbers::{bytes, count};

/// A table.
pub(crate) fn hosts(hosts: &[HostView]) -> Table {
    let mut table = Table::new(&[
        ("HOST", Align::Flexible),
        ("STATE", Align::Left),
        ("QUEUED", Align::Right),
        ("FETCHED", Align::Right),
        ("ERRORS", Align::Right),
        ("DELAY", Align::Right),
        ("WAITS", Align::Right),
        ("SHARD", Align::Right),
    ]);
    let now = now_ms();
    for host in hosts {
        table.row([
            host.host.clone(),
            state(host.state).to_owned(),
            count(host.queued),
            count(host.fetched),
            count(host.errors.into()),
            duration(host.delay_ms),
            waits(host, now),
            host.shard.to_string(),
        ]);
    }
    table
}

/// How long a host with something to fetch waits.
pub(crate) fn waits(host: &HostView, now_ms: u64) -> String {
    match host.state {
        HostState::Blocked | HostState::Idle => String::new(),
        _ => wait(host.next_fetch_at_ms, now_ms),
    }
}

/// A state in words.
pub(crate) fn state(state: HostState) -> &'static str {
    match state {
        HostState::Ready => "ready",
        HostState::Waiting => "waiting",
        HostState::BackingOff => "backing off",
        HostState::Dead => "dead",
        HostState::Blocked => "blocked",
        HostState::Idle => "idle",
    }
}

/// Everything about one host, as `key: value` lines.
pub(crate) fn host(it: &HostView) -> String {
    let now = now_ms();
    let waits = wait(it.next_fetch_at_ms, now);
    let mut lines = vec![
        ("host", it.host.clone()),
        ("state", state(it.state).to_owned()),
        ("queued", count(it.queued)),
        ("fetched", format!("{}, {}", count(it.fetched), bytes(it.bytes as f64))),
        ("failed", count(it.failed)),
        ("skipped", count(it.skipped)),
        ("errors", count(it.errors.into())),
        ("delay", duration(it.delay_ms)),
        (
            "next_fetch",
            if waits.is_empty() { "any time".to_owned() } else { format!("in {waits}") },
        ),
        ("answers_in", it.response_ms.map_or_else(|| "unknown".to_owned(), duration)),
        ("backoff_level", it.backoff_level.to_string()),
        ("failures_in_a_row", count(it.failures_in_a_row.into())),
        ("shard", it.shard.to_string()),
    ];
    lines.extend(it.overridden.as_ref().map(changes).unwrap_or_default());
    let mut text = Lines::default();
    for (key, value) in lines {
        text.put(key, value);
    }
    text.text
}

/// What the operator has changed.
fn changes(it: &HostOverride) -> Vec<(&'static str, String)> {
    let priority = it.priority.map(|priority| match priority {
        HostPriority::High => "high",
        HostPriority::Normal => "normal",
        HostPriority::Low => "low",
    });
    let lines = [
        ("changed/delay", it.delay_ms.map(duration)),
        ("changed/concurrency", it.concurrency.map(|n| n.to_string())),
        ("changed/max_pages", it.max_pages.map(count)),
        ("changed/max_bytes", it.max_bytes.map(|n| bytes(n as f64))),
        ("changed/max_errors", it.max_errors.map(|n| n.to_string())),
        ("changed/priority", priority.map(str::to_owned)),
        ("changed/blocked", it.blocked_until_ms.map(until)),
        ("changed/reason", it.reason.clone()),
        ("changed/ends", it.expires_at_ms.map(date)),
    ];
    lines.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

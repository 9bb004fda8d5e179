//! The state of a crawl, as `key: value` lines.

use std::time::Duration;

use crawler_admin::api::{ShardStatus, State, Status};

use super::lines::Lines;
use crate::numbers::{bytes, clock, count, rate};

/// All that matters of a status.
pub(crate) fn status(it: &Status) -> String {
    let mut lines = Lines::default();
    lines.put("state", state(it));
    lines.put("crawl", format_args!("{}, process {}, crawler {}", it.data_dir, it.pid, it.version));
    let elapsed = Duration::try_from_secs_f64(it.elapsed_secs).unwrap_or_default();
    lines.put("elapsed", format_args!("{}, generation {}", clock(elapsed), it.generation));
    lines.gap();
    lines.put("pages_per_second", rate(it.rates.pages_per_second));
    lines.put("received_per_second", bytes(it.rates.bytes_per_second));
    lines.put("failed_per_second", rate(it.rates.failed_per_second));
    lines.put("why_not_faster", &it.why_not_faster.sentence);
    for part in it.why_not_faster.parts.iter().filter(|part| part.share >= 0.0005) {
        lines.put(&format!("idle/{}", part.reason), format_args!("{:.1} %", part.share * 100.0));
    }
    lines.gap();
    totals(&mut lines, it);
    lines.gap();
    for shard in &it.shards {
        lines.put(&format!("shard/{}", shard.shard), shard_line(shard));
    }
    lines.gap();
    let of = it.memory_limit_bytes.map(|limit| format!(" of {}", bytes(limit as f64)));
    lines.put("memory", bytes(it.memory_bytes as f64) + &of.unwrap_or_default());
    if let Some(free) = it.disk_free_bytes {
        lines.put("disk_free", bytes(free as f64));
    }
    lines.put("restarts", it.restarts);
    lines.put("stalls", it.stalls);
    lines.put("accounting_error", it.accounting_error);
    lines.text
}

/// The state in a word, with what it means where the word does not tell.
pub(crate) fn state(it: &Status) -> String {
    match (it.state, &it.held) {
        (State::Held, Some(why)) => format!("held: {why}"),
        (State::Waiting, _) => "waiting for seeds".to_owned(),
        (state, _) => word(state).to_owned(),
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Starting => "starting",
        State::Running => "running",
        State::Paused => "paused",
        State::Held => "held",
        State::Waiting => "waiting",
        State::Draining => "draining",
        State::Stopping => "stopping",
        State::Stopped => "stopped",
    }
}

fn totals(lines: &mut Lines, it: &Status) {
    let totals = &it.totals;
    lines.put(
        "fetched",
        format_args!("{}, {}", count(totals.fetched), bytes(totals.wire_bytes as f64)),
    );
    lines.each("status", &it.status);
    lines.put("failed", count(totals.failed));
    lines.each("failed", &it.failed);
    lines.put("skipped", count(totals.skipped));
    lines.each("skipped", &it.skipped);
    lines.put("retried", count(totals.retried));
    lines.put("queued", count(totals.queued));
    lines.put("in_flight", count(totals.in_flight));
    lines.put("seen", count(totals.seen));
    lines.put(
        "hosts",
        format_args!(
            "{}: {} asked now, {} ready, {} waiting",
            count(it.hosts.known),
            count(it.hosts.in_flight),
            count(it.hosts.ready),
            count(it.hosts.waiting)
        ),
    );
}

fn shard_line(shard: &ShardStatus) -> String {
    let of = match shard.in_flight_max {
        0 => String::new(),
        max => format!(" of {max}"),
    };
    format!(
        "{:.0} % CPU, {}{of} in flight, {} queued, {} fetched",
        f64::from(shard.busy_permille) / 10.0,
        shard.in_flight,
        count(shard.queued),
        count(shard.fetched)
    )
}

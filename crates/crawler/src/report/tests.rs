use crawler_engine::{Counters, FollowerState, IdleReason, Phase, QueueHolders};

use super::*;

fn snapshot() -> Snapshot {
    let counters = Counters {
        discovered: 130,
        fetched: 110,
        skipped: [("robots".into(), 7), ("host_limit".into(), 3)].into(),
        failed: [("timeout".into(), 10)].into(),
        status: [(200, 100), (404, 10)].into(),
        wire_bytes: 1_000_000,
        ..Counters::default()
    };
    Snapshot {
        phase: Phase::Stopped,
        held: None,
        waiting: false,
        pid: 1,
        generation: 0,
        elapsed_secs: 10.0,
        counters,
        queued: 0,
        in_flight: 0,
        seen: 130,
        hosts_known: 4,
        hosts_ready: 0,
        hosts_snoozed: 0,
        hosts_in_flight: 0,
        hosts_backing_off: 0,
        restarts: 0,
        stalls: 0,
        accounting_error: 0,
        shards: Vec::new(),
        followers: std::collections::BTreeMap::new(),
        idle: IdleReport {
            run: [(IdleReason::Politeness, 7.0), (IdleReason::Cpu, 3.0), (IdleReason::Body, 0.001)]
                .into_iter()
                .collect(),
            queue_held_by: Some(QueueHolders { hosts: 14, share: 0.96 }),
            ..IdleReport::default()
        },
    }
}

#[test]
fn formats_and_sinks_are_told_while_they_are_followed() {
    let state = |behind_bytes, attempts_failed, has_failed| FollowerState {
        behind_bytes,
        behind_secs: 12.3,
        attempts_failed,
        has_failed,
    };
    let mut snapshot = snapshot();
    snapshot.followers = [
        ("content".to_owned(), state(0, 0, false)),
        ("links".to_owned(), state(5, 0, true)),
        ("webhook".to_owned(), state(2_000_000, 3, false)),
    ]
    .into();
    let told = |snapshot: &Snapshot| {
        let text = state_block(snapshot, "x", Path::new("/nonexistent"));
        let is_of_them = |line: &&str| line.starts_with("made/") || line.starts_with("not_taken/");
        text.lines().filter(is_of_them).map(str::to_owned).collect::<Vec<_>>()
    };
    assert!(told(&snapshot).is_empty());
    snapshot.phase = Phase::Running;
    assert_eq!(
        told(&snapshot),
        [
            "made/content: has all pages",
            "made/links: has failed: the log says why",
            "made/webhook: 2.0 MB of the page list behind, for 12 s",
            "not_taken/webhook: 3",
        ]
    );
}

#[test]
fn the_block_is_stable() {
    let finish = Finish::DiskFull("crawl/warc\u{1b}[2J".to_owned());
    let report =
        FinalReport { finish, snapshot: snapshot(), laggards: vec!["http://a/\n".to_owned()] };
    let text = final_block(&report, 10, Path::new("/nonexistent"));
    let used = text.find("memory_peak_bytes").unwrap();
    let expected = "\
finish_reason: disk_full
finish_detail: crawl/warc\\u{1b}[2J
elapsed_seconds: 10.00
pages_this_run: 100
pages_per_second: 10.0

pages: 110
status/200: 100
status/404: 10
revisited: 0
retried: 0
robots_txt: 0
sitemaps: 0
feeds: 0
sitemaps_and_feeds_cut: 0

wire_bytes: 1000000
content_bytes: 0
warc_bytes: 0

skipped: 10
skipped/host_limit: 3
skipped/robots: 7
failed: 10
failed/timeout: 10

urls_discovered: 130
urls_queued: 0
urls_in_flight: 0
urls_seen: 130
links_found: 0
hosts: 4
generation: 0

shards: 0
shard_restarts: 0
shard_stalls: 0
accounting_error: 0

idle/politeness: 70.0 %
idle/cpu: 30.0 %
why_not_faster: 70 % of capacity waits for politeness, 30 % waits for the processor: \
14 hosts hold 96 % of the queue

output: /nonexistent

";
    assert_eq!(&text[..used], expected);
    assert!(text.ends_with("not_awaited: http://a/\\n\n"));
}

#[test]
fn a_crawl_without_time_has_no_speed() {
    assert_eq!(ratio(5, 0.0), "0.0");
    assert_eq!(ratio(5, 2.0), "2.5");
}

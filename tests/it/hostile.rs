//! A crawl of a web that means harm ends, stays small, stays polite, and tells everything by reason.

use std::collections::BTreeMap;
use std::time::Duration;

use crawler_testweb::{HostileConfig, HostileServer, Outcome};
use serde_json::Value;

use crate::data::{assert_consistent, pages, records, skipped, stats};
use crate::harness::Place;

/// Hosts that ask for half a minute of quiet are waited for.
const PATIENCE: Duration = Duration::from_secs(90);
/// An unoptimised build, with two shards that may each have two of the largest bodies open at once, takes
/// more than one that is shipped; short of memory it would shed URLs, as it should.
const RSS_BYTES_MAX: u64 = 400 << 20;
const DEPTH: &str = "4";
/// The password in a link of one page.
const SECRET: &str = "hunter2";

fn serve() -> HostileServer {
    let manners = HostileConfig {
        names: 300,
        host_gap: Duration::from_millis(100),
        address_gap: Duration::from_millis(10),
        ..HostileConfig::default()
    };
    HostileServer::start(&manners).unwrap()
}

#[test]
fn everything_ends_as_it_must() {
    let server = serve();
    let place = Place::new();
    place.write("seeds.txt", &server.seeds().join("\n"));
    let dns = server.dns_addr().to_string();
    let flags = [
        ["--seeds", "seeds.txt"],
        ["--output", "crawl"],
        ["--allow-net", HostileServer::NETWORK],
        ["--dns-server", &dns],
        ["--delay", "100ms"],
        ["--ip-delay", "10ms"],
        ["--connect-timeout", "3s"],
        ["--first-byte-timeout", "3s"],
        ["--timeout", "6s"],
        ["--retries", "1"],
        ["--depth", DEPTH],
        ["--workers", "2"],
        ["--max-rss", "400M"],
        ["--progress", "off"],
        ["--log-level", "trace"],
    ];
    let ended = place.crawler(flags.concat()).start().ends_within(0, PATIENCE);
    assert_eq!(ended.stat("finish_reason"), "done");
    assert_consistent(&ended, &place.data());
    let manners = server.manners();
    assert_eq!(manners.violations(), 0, "{manners}");
    assert_outcomes(&server, &place);
    assert!(ended.number("memory_peak_bytes") <= RSS_BYTES_MAX, "{}", ended.text());
    assert_nothing_leaks(&place, &ended.text(), &ended.stderr);
}

/// What the crawl says of each URL is what the web expects, and the counts are those of the rows.
fn assert_outcomes(server: &HostileServer, place: &Place) {
    let rows = pages(&place.data()).into_iter().chain(skipped(&place.data()));
    let mut found: BTreeMap<_, _> = rows.map(|row| (text(&row, "url"), said(&row))).collect();
    let counters = &stats(&place.data()).unwrap()["counters"];
    let tally: BTreeMap<_, _> = found.values().fold(BTreeMap::new(), |mut tally, said| {
        *tally.entry(said.clone()).or_insert(0) += 1;
        tally
    });
    for (said, n) in tally {
        let words: Vec<_> = said.split(' ').collect();
        let counter = match words[..] {
            [_, "partial", why] => &counters["partial"][why],
            [end @ ("failed" | "skipped"), why] => &counters[end][why],
            _ => continue,
        };
        assert_eq!(counter.as_u64(), Some(n), "{said}");
    }
    let mut wrong = Vec::new();
    for (url, outcome) in server.expected() {
        let said = found.remove(&url).unwrap_or_else(|| "nothing".to_owned());
        if said != outcome.to_string() {
            wrong.push(format!("{url}: {said}, not {outcome}"));
        }
    }
    let whole = Outcome::Page { status: 200, partial: None }.to_string();
    let (endless, surplus): (BTreeMap<_, _>, _) =
        found.into_iter().partition(|(url, said)| server.is_endless(url) && *said == whole);
    assert!(wrong.is_empty() && surplus.is_empty(), "{wrong:#?} surplus {surplus:#?}");
    let deepest = endless.keys().filter(|url| url.contains("/again/again/again/")).count();
    assert_eq!(deepest, 1, "as deep as --depth and no deeper: {endless:#?}");
}

/// What a row says, in the words of an [`Outcome`].
fn said(row: &Value) -> String {
    match (row["status"].as_u64(), row["truncated"].as_str().or(row["undecoded"].as_str())) {
        (Some(status), None) => status.to_string(),
        (Some(status), Some(why)) => format!("{status} partial {why}"),
        (None, _) if is_failure(row) => format!("failed {}", text(row, "reason")),
        (None, _) => format!("skipped {}", text(row, "reason")),
    }
}

/// Both ends are rows of one report; the statistics tell them apart.
fn is_failure(row: &Value) -> bool {
    !matches!(row["reason"].as_str(), Some("robots" | "address_refused"))
}

fn text(row: &Value, field: &str) -> String {
    row[field].as_str().unwrap().to_owned()
}

/// No terminal is made to do anything by what servers send, and no password is kept.
fn assert_nothing_leaks(place: &Place, stdout: &str, stderr: &str) {
    for said in [stdout, stderr] {
        let acts = said.chars().find(|c| c.is_control() && *c != '\n' || *c == '\u{202e}');
        assert_eq!(acts, None, "{said}");
        assert!(!said.contains(SECRET));
    }
    let title =
        pages(&place.data()).into_iter().find(|row| text(row, "url").contains("title-codes"));
    assert!(
        title.unwrap()["title"].as_str().unwrap().contains("owned"),
        "it was there to be shown"
    );
    for row in pages(&place.data()).iter().chain(&skipped(&place.data())) {
        assert!(!row.to_string().contains(SECRET), "{row}");
    }
    for record in records(&place.data()) {
        let head: Vec<_> = record.headers().collect();
        assert!(!format!("{head:?}").contains(SECRET), "{head:?}");
    }
}

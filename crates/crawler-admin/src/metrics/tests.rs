//! The text is held against the rules of `OpenMetrics` 1.0 and against the document that lists it.

use std::collections::{BTreeMap, BTreeSet};

use super::families::{ALL, Family};
use super::process::ProcessUse;
use super::scrape::Scrape;
use super::text;

/// A crawl with something of everything, and reasons that are none of ours.
fn scrape() -> Scrape {
    let many: BTreeMap<String, u64> = (0..200).map(|n| (format!("made_up_{n:03}"), 1)).collect();
    let shard = |shard: u16| {
        serde_json::json!({
            "shard": shard, "fetched": 5, "in_flight": 2, "in_flight_max": 64, "queued": 7,
            "busy_permille": 250, "idle": { "politeness": 80.5, "cpu": 19.5 },
        })
    };
    let snapshot = serde_json::json!({
        "phase": "running", "held": null, "pid": 1, "generation": 1, "elapsed_secs": 100.0,
        "counters": {
            "discovered": 30, "fetched": 10, "status": { "200": 8, "404": 1, "599": 1, "999": 0 },
            "failed": { "dns": 2, "Quoted\"\n": 3, "": 1 }, "skipped": many,
            "requeued": { "dns": 4 }, "wire_bytes": 1000, "robots_outcomes": { "found": 3 },
        },
        "queued": 14, "in_flight": 4, "seen": 30, "hosts_known": 3, "hosts_ready": 1,
        "hosts_snoozed": 1, "hosts_in_flight": 1, "hosts_backing_off": 2, "restarts": 0, "stalls": 0,
        "accounting_error": 0, "shards": [shard(0), shard(1)],
        "followers": { "parquet": { "behind_bytes": 10, "behind_secs": 1.5, "attempts_failed": 0,
            "has_failed": false } },
    });
    Scrape {
        snapshot: serde_json::from_value(snapshot).unwrap(),
        timings: crawler_engine::TimingReport::default(),
        process: ProcessUse {
            cpu_secs: Some(1.5),
            resident_bytes: Some(1e6),
            virtual_bytes: Some(2e6),
            open_files: Some(9.0),
            open_files_max: Some(1024.0),
            threads: Some(4.0),
            started_at_secs: Some(1.7e9),
        },
        version: "1.2.3",
    }
}

/// One sample line: name, labels, value.
#[derive(Debug, Clone, PartialEq)]
struct Sample {
    name: String,
    labels: Vec<(String, String)>,
    value: f64,
}

/// What was said of one family.
#[derive(Debug, Default)]
struct Told {
    kind: String,
    has_help: bool,
    samples: Vec<Sample>,
}

/// Reads an exposition by the rules of `OpenMetrics` 1.0; the error names the line.
fn parse(text: &str) -> Result<BTreeMap<String, Told>, String> {
    let body = text.strip_suffix("# EOF\n").ok_or("no `# EOF` at the end")?;
    let mut families: BTreeMap<String, Told> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    let mut current = String::new();
    for line in body.lines() {
        let wrong = |why: &str| format!("{why}: {line}");
        if let Some(rest) = line.strip_prefix("# ") {
            let [keyword, name, detail] = rest.splitn(3, ' ').collect::<Vec<_>>()[..] else {
                return Err(wrong("no descriptor"));
            };
            if name != current && families.contains_key(name) {
                return Err(wrong("a family is told in two places"));
            }
            name.clone_into(&mut current);
            let told = families.entry(current.clone()).or_default();
            match keyword {
                "HELP" if !detail.is_empty() => told.has_help = true,
                "TYPE" => detail.clone_into(&mut told.kind),
                _ => return Err(wrong("unknown keyword, or no help")),
            }
            continue;
        }
        let sample = sample(line).ok_or_else(|| wrong("no sample"))?;
        let told = families.get_mut(&current).ok_or_else(|| wrong("a sample without family"))?;
        let suffix = sample.name.strip_prefix(&current).ok_or_else(|| wrong("another family"))?;
        let is_fit = match told.kind.as_str() {
            "counter" => suffix == "_total" && sample.value >= 0.0,
            "gauge" => suffix.is_empty(),
            "info" => suffix == "_info",
            "histogram" => matches!(suffix, "_bucket" | "_sum" | "_count"),
            _ => false,
        };
        if !is_fit {
            return Err(wrong("a sample that its type does not have"));
        }
        if !seen.insert(line.rsplit_once(' ').map(|(series, _)| series)) {
            return Err(wrong("a series is told twice"));
        }
        told.samples.push(sample);
    }
    Ok(families)
}

fn sample(line: &str) -> Option<Sample> {
    let (series, value) = line.rsplit_once(' ')?;
    let value = if value == "+Inf" { f64::INFINITY } else { value.parse().ok()? };
    let (name, labels) = match series.split_once('{') {
        None => (series, ""),
        Some((name, rest)) => (name, rest.strip_suffix('}')?),
    };
    let is_name = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|b| b.is_ascii_lowercase() || b == b'_' || b.is_ascii_digit())
    };
    let label = |pair: &str| {
        let (key, value) = pair.split_once("=\"")?;
        let value = value.strip_suffix('"')?;
        (is_name(key) && !value.contains(['"', '\n'])).then(|| (key.to_owned(), value.to_owned()))
    };
    let labels: Option<Vec<_>> =
        labels.split(',').filter(|pair| !pair.is_empty()).map(label).collect();
    is_name(name).then_some(Sample { name: name.to_owned(), labels: labels?, value })
}

#[test]
fn the_reader_of_these_tests_refuses_what_is_wrong() {
    let head = "# HELP a Help\n# TYPE a counter\n";
    let table: &[(String, bool)] = &[
        (format!("{head}a_total 1\n# EOF\n"), true),
        (format!("{head}a_total{{b=\"c\"}} 1\n# EOF\n"), true),
        (format!("{head}a_total 1\n"), false),
        (format!("{head}a 1\n# EOF\n"), false),
        (format!("{head}a_total -1\n# EOF\n"), false),
        (format!("{head}a_total 1\na_total 2\n# EOF\n"), false),
        (format!("{head}a_total one\n# EOF\n"), false),
        (format!("{head}a_total{{b=\"c}} 1\n# EOF\n"), false),
        ("a_total 1\n# EOF\n".to_owned(), false),
    ];
    for (text, is_right) in table {
        assert_eq!(parse(text).is_ok(), *is_right, "{text}");
    }
}

#[test]
fn every_family_is_told_as_it_is_described() {
    let families = parse(&text(scrape())).unwrap();
    assert_eq!(families.len(), ALL.len());
    for family in ALL {
        let told = &families[family.name];
        assert!(told.has_help, "{family:?}");
        assert_eq!(told.kind, kind(family), "{family:?}");
        for sample in &told.samples {
            let keys: Vec<_> = sample.labels.iter().map(|(key, _)| key.as_str()).collect();
            let keys: Vec<_> = keys.into_iter().filter(|key| *key != "le").collect();
            assert_eq!(keys, family.labels, "{sample:?}");
        }
    }
}

#[test]
fn labels_are_bounded_and_nothing_is_lost_by_it() {
    let families = parse(&text(scrape())).unwrap();
    for (name, told) in &families {
        assert!(told.samples.len() <= 70, "{name}");
    }
    let sum = |name: &str| families[name].samples.iter().map(|it| it.value).sum::<f64>();
    assert_eq!(
        (sum("crawler_skipped"), sum("crawler_failed"), sum("crawler_fetch")),
        (200.0, 10.0, 10.0)
    );
    let failed: Vec<_> =
        families["crawler_failed"].samples.iter().map(|it| &it.labels[0].1).collect();
    assert_eq!(failed, ["dns", "other"]);
}

#[test]
fn a_histogram_adds_up_to_its_count() {
    let families = parse(&text(scrape())).unwrap();
    let told = &families["crawler_fetch_seconds"];
    let buckets: Vec<_> = told.samples.iter().filter(|it| it.name.ends_with("_bucket")).collect();
    let bound = |it: &Sample| it.labels[0].1.clone();
    assert_eq!(buckets.first().map(|it| bound(it)).as_deref(), Some("0.00025"));
    assert_eq!(buckets.last().map(|it| bound(it)).as_deref(), Some("+Inf"));
    assert!(buckets.windows(2).all(|pair| pair[0].value <= pair[1].value));
}

#[test]
fn a_collector_is_told_the_same() {
    let at = std::time::UNIX_EPOCH + std::time::Duration::from_secs(1_700_000_000);
    let told = super::otlp_of(&scrape(), at);
    let families = parse(&text(scrape())).unwrap();
    assert_eq!(told.len(), families.len());
    for metric in &told {
        let family = &families[metric["name"].as_str().unwrap()];
        let form = match family.kind.as_str() {
            "counter" => "sum",
            "histogram" => "histogram",
            _ => "gauge",
        };
        let points = metric[form]["dataPoints"].as_array().unwrap();
        for point in points {
            assert_eq!(point["timeUnixNano"], "1700000000000000000", "{metric}");
        }
        if form == "histogram" {
            let bounds = points[0]["explicitBounds"].as_array().unwrap().len();
            assert_eq!(points[0]["bucketCounts"].as_array().unwrap().len(), bounds + 1);
            continue;
        }
        let value = |point: &serde_json::Value| point["asDouble"].as_f64().unwrap();
        let values: Vec<f64> = points.iter().map(value).collect();
        let expected: Vec<f64> = family.samples.iter().map(|it| it.value).collect();
        assert_eq!(values, expected, "{metric}");
    }
}

fn kind(family: &Family) -> &'static str {
    use prometheus_client::metrics::MetricType::{Counter, Gauge, Histogram, Info, Unknown};
    match family.kind {
        Counter => "counter",
        Gauge => "gauge",
        Histogram => "histogram",
        Info => "info",
        Unknown => "unknown",
    }
}

/// The row of a family in `docs/metrics.md`.
fn row(family: &Family) -> String {
    let suffix = match kind(family) {
        "counter" => "_total",
        "info" => "_info",
        _ => "",
    };
    let labels = family.labels.join(", ");
    format!("| `{}{suffix}` | {} | {labels} | {} |", family.name, kind(family), family.help)
}

#[test]
fn the_document_lists_every_metric() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/metrics.md");
    let document = std::fs::read_to_string(path).unwrap();
    let listed: Vec<&str> = document.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<String> = ALL.iter().map(row).collect();
    assert_eq!(listed, expected, "put these rows into docs/metrics.md:\n{}\n", expected.join("\n"));
}

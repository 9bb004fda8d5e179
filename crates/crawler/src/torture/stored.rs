//! What a data directory holds, read with nobody writing there.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Context as _;
use crawler_engine::{Snapshot, read_stats};
use crawler_store::{WarcCodec, WarcReader};
use serde_json::Value;

use super::require;

/// Where a record is: WARC file and offset.
type Place = (String, u64);

/// Examples shown of many.
const SHOWN_MAX: usize = 5;

/// The captures of a data directory, found the same in all its files.
#[derive(Debug)]
pub(super) struct Stored {
    /// URLs of each generation, one for each row.
    by_generation: BTreeMap<u64, Vec<String>>,
    pub(super) stats: Snapshot,
}

/// How the pages of one generation compare with those that must be there.
#[derive(Debug, Default)]
pub(super) struct Whole {
    pub(super) pages: u64,
    pub(super) lost: u64,
    pub(super) duplicates: u64,
    examples: String,
}

impl Stored {
    /// Reads every record of every WARC file, every index row and every page row, and requires
    /// that they tell of the same captures and that the counts add up.
    pub(super) fn read(data: &Path) -> anyhow::Result<Self> {
        let stats = read_stats(data)?.context("there is no stats.json")?;
        let captures = captures(&data.join("warc"))?;
        let index = index_rows(&data.join("cdxj/index.cdxj"))?;
        require_same("index.cdxj", &index, &captures)?;
        let mut pages = Vec::new();
        let mut by_generation: BTreeMap<u64, Vec<String>> = BTreeMap::new();
        for row in json_lines(&data.join("pages/pages.jsonl"))? {
            let warc = &row["warc"];
            let url = text(&row["url"])?;
            pages.push(((text(&warc["file"])?, number(&warc["offset"])?), url.clone()));
            by_generation.entry(number(&row["generation"])?).or_default().push(url);
        }
        require_same("pages.jsonl", &pages, &captures)?;
        let skipped = json_lines(&data.join("reports/skipped.jsonl"))?.len() as u64;
        add_up(&stats, pages.len() as u64, skipped)?;
        Ok(Self { by_generation, stats })
    }

    /// Pages of a generation.
    pub(super) fn pages(&self, generation: u32) -> u64 {
        self.urls(generation).len() as u64
    }

    /// Requires that every page of a generation is one that must be there, and is there once.
    pub(super) fn require_part_of(
        &self,
        expected: &BTreeSet<String>,
        generation: u32,
    ) -> anyhow::Result<()> {
        let part = self.compare(expected, generation);
        require(part.duplicates == 0, || {
            format!("{} URLs are stored twice or wrongly: {}", part.duplicates, part.examples)
        })
    }

    /// Compares the pages of a generation with those that must be there.
    pub(super) fn compare(&self, expected: &BTreeSet<String>, generation: u32) -> Whole {
        compare(self.urls(generation), expected)
    }

    fn urls(&self, generation: u32) -> &[String] {
        self.by_generation.get(&u64::from(generation)).map_or(&[], Vec::as_slice)
    }
}

impl Whole {
    /// Requires that no page is lost or twice there.
    pub(super) fn judge(&self) -> anyhow::Result<()> {
        let Self { lost, duplicates, examples, .. } = self;
        require(*lost == 0 && *duplicates == 0, || {
            format!("{lost} URLs are lost, {duplicates} are stored twice or wrongly: {examples}")
        })
    }
}

fn compare(urls: &[String], expected: &BTreeSet<String>) -> Whole {
    let distinct: BTreeSet<&String> = urls.iter().collect();
    let missing: Vec<&String> = expected.iter().filter(|url| !distinct.contains(url)).collect();
    let mut seen = BTreeSet::new();
    let surplus = urls.iter().filter(|url| !expected.contains(*url) || !seen.insert(*url));
    let surplus: Vec<&String> = surplus.collect();
    let (lost, duplicates) = (missing.len() as u64, surplus.len() as u64);
    let examples: Vec<&str> =
        surplus.into_iter().chain(missing).take(SHOWN_MAX).map(String::as_str).collect();
    Whole { pages: urls.len() as u64, lost, duplicates, examples: examples.join(", ") }
}

/// The counts of `stats.json` against each other and against the rows.
fn add_up(stats: &Snapshot, pages: u64, skipped: u64) -> anyhow::Result<()> {
    let counters = &stats.counters;
    let rows_skipped = stats.skipped_total() + stats.failed_total();
    for (what, a, b) in [
        ("fetched and the rows of pages.jsonl", counters.fetched, pages),
        ("skipped + failed and the rows of skipped.jsonl", rows_skipped, skipped),
        (
            "discovered and fetched + skipped + failed + queued",
            counters.discovered,
            counters.ended() + stats.queued,
        ),
        ("accounting_error and 0", stats.accounting_error.unsigned_abs(), 0),
        ("shard restarts and 0", stats.restarts, 0),
    ] {
        require(a == b, || format!("stats.json: {what} differ: {a} and {b}"))?;
    }
    Ok(())
}

/// Where the responses are and of which URL; every record of every file is read.
fn captures(dir: &Path) -> anyhow::Result<BTreeMap<Place, String>> {
    let mut captures = BTreeMap::new();
    for entry in fs::read_dir(dir).with_context(|| format!("cannot list {}", dir.display()))? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        require(WarcCodec::of_name(&name).is_some(), || format!("{name} was left in warc/"))?;
        for record in WarcReader::open(&path)? {
            let record = record.map_err(|error| super::Broken(error.to_string()))?;
            if matches!(record.kind(), "response" | "revisit") {
                let url = record.header("WARC-Target-URI").unwrap_or_default();
                captures.insert((name.clone(), record.offset()), url.to_owned());
            }
        }
    }
    Ok(captures)
}

fn index_rows(path: &Path) -> anyhow::Result<Vec<(Place, String)>> {
    let rows = lines(path)?;
    rows.iter()
        .map(|row| {
            let json = row.splitn(3, ' ').nth(2).unwrap_or_default();
            let row: Value = serde_json::from_str(json)
                .map_err(|error| super::Broken(format!("{}: {error}: {row}", path.display())))?;
            let offset = text(&row["offset"])?.parse().context("offset of an index row")?;
            Ok(((text(&row["filename"])?, offset), text(&row["url"])?))
        })
        .collect()
}

/// Each row has its record, each record its row.
fn require_same(
    file: &str,
    rows: &[(Place, String)],
    captures: &BTreeMap<Place, String>,
) -> anyhow::Result<()> {
    let mut seen = BTreeSet::new();
    for ((warc, offset), url) in rows {
        let place = (warc.clone(), *offset);
        require(seen.insert(place.clone()), || {
            format!("{file} has two rows for the record at {offset} of {warc}")
        })?;
        require(captures.get(&place) == Some(url), || {
            format!("{file} says that {url} is at {offset} of {warc}, where it is not")
        })?;
    }
    require(rows.len() == captures.len(), || {
        format!("{file} has {} rows, the WARC files have {} captures", rows.len(), captures.len())
    })
}

fn json_lines(path: &Path) -> anyhow::Result<Vec<Value>> {
    let parse = |line: &String| {
        serde_json::from_str(line)
            .map_err(|error| super::Broken(format!("{}: {error}: {line}", path.display())).into())
    };
    lines(path)?.iter().map(parse).collect()
}

fn lines(path: &Path) -> anyhow::Result<Vec<String>> {
    let text =
        fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?;
    require(text.is_empty() || text.ends_with('\n'), || {
        format!("{} ends within a row", path.display())
    })?;
    Ok(text.lines().map(str::to_owned).collect())
}

fn text(value: &Value) -> anyhow::Result<String> {
    let text = value.as_str();
    Ok(text.ok_or_else(|| super::Broken(format!("a row has {value} for a text")))?.to_owned())
}

fn number(value: &Value) -> anyhow::Result<u64> {
    Ok(value.as_u64().ok_or_else(|| super::Broken(format!("a row has {value} for a number")))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(offset: u64, url: &str) -> (Place, String) {
        (("a.warc.gz".to_owned(), offset), url.to_owned())
    }

    #[test]
    fn a_row_without_its_record_is_noticed_and_the_other_way_round() {
        let captures = BTreeMap::from([at(1, "u"), at(2, "v")]);
        let same = |rows: &[(Place, String)]| require_same("rows", rows, &captures).is_ok();
        assert!(same(&[at(2, "v"), at(1, "u")]));
        assert!(!same(&[at(1, "u")]));
        assert!(!same(&[at(1, "u"), at(1, "u")]));
        assert!(!same(&[at(1, "u"), at(2, "w")]));
        assert!(!same(&[at(1, "u"), at(3, "v")]));
    }

    #[test]
    fn what_is_missing_foreign_or_twice_is_counted() {
        let texts = |urls: &[&str]| urls.iter().map(|url| (*url).to_owned()).collect::<Vec<_>>();
        let expected = texts(&["a", "b", "c"]).into_iter().collect();
        for (urls, lost, duplicates) in [
            (&["a", "b", "c"][..], 0, 0),
            (&["a", "b"], 1, 0),
            (&["a", "b", "c", "c"], 0, 1),
            (&["a", "b", "x"], 1, 1),
        ] {
            let whole = compare(&texts(urls), &expected);
            assert_eq!((whole.lost, whole.duplicates), (lost, duplicates), "{urls:?}");
            assert_eq!(whole.judge().is_ok(), lost + duplicates == 0);
        }
    }
}

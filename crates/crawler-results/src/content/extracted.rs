//! `extracted/RULE.jsonl`: the fields that rules name; and the same as Parquet.

use std::path::PathBuf;
use std::sync::Arc;

use crawler_content::{RuleRow, Rules};
use serde::Serialize;

use super::follower::PageFollower;
use super::page::{Counts, Made, PageBody, PageMaker};
use crate::parquet::{RULE_FILE_BYTES, RuleFiles};

/// What the rows of rules are written as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowsAs {
    /// JSON lines.
    Json,
    /// JSON lines, and Parquet files of these.
    JsonAndParquet,
}

/// Makes the rows of `rules`, those of each in a file of its name in `extracted/`, and if wanted in a
/// folder of its name in `parquet/extracted/`.
#[must_use]
pub fn extracted(data_dir: PathBuf, rules: Rules, n_threads: usize, rows: RowsAs) -> PageFollower {
    let paths = rules.0.iter().map(|rule| format!("extracted/{}.jsonl", rule.name)).collect();
    let table = |rule| RuleFiles::new(&data_dir, rule, RULE_FILE_BYTES);
    let tables = match rows {
        RowsAs::Json => Vec::new(),
        RowsAs::JsonAndParquet => rules.0.iter().map(table).collect(),
    };
    let maker = Arc::new(Extracted(rules));
    PageFollower::new("extracted", data_dir, n_threads, maker, paths).with_tables(tables)
}

/// A row as it is written.
#[derive(Debug, Serialize)]
pub struct ExtractedRow<'a> {
    /// The page.
    pub url: &'a str,
    /// When it was fetched, if that is known: RFC 3339.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ts: Option<&'a str>,
    /// Name of the rule.
    pub rule: &'a str,
    /// What it found.
    #[serde(flatten)]
    pub row: &'a RuleRow,
}

struct Extracted(Rules);

impl PageMaker for Extracted {
    fn is_for(&self, url: &str) -> bool {
        self.0.any_for(url)
    }

    fn make(&self, page: &PageBody) -> Made {
        let mut made = Made { counts: Counts { pages: 1, ..Counts::default() }, ..Made::default() };
        let Some(parsed) = page.elements() else { return made };
        for (rule_idx, rule) in self.0.0.iter().enumerate() {
            if !rule.is_for(&page.url) {
                continue;
            }
            let found = rule.rows(&parsed);
            let mut lines = Vec::new();
            for row in &found.rows {
                let written =
                    ExtractedRow { url: &page.url, ts: Some(&page.ts), rule: &rule.name, row };
                if serde_json::to_writer(&mut lines, &written).is_ok() {
                    lines.push(b'\n');
                }
                made.counts.problems += row.problems.len() as u64;
            }
            made.counts.rows += found.rows.len() as u64;
            made.counts.incomplete += found.incomplete as u64;
            made.lines.push((rule_idx, lines));
        }
        made
    }

    fn failed(&self, _page: &PageBody, _why: &str) -> Made {
        Made { counts: Counts { pages: 1, failed: 1, ..Counts::default() }, ..Made::default() }
    }
}

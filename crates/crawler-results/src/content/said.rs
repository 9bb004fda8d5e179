//! `content/content.jsonl`: what each page says.

use std::path::PathBuf;
use std::sync::Arc;

use crawler_content::{Content, Extent, Fields, read};
use serde::Serialize;

use super::follower::PageFollower;
use super::page::{Counts, Made, PageBody, PageMaker};

/// Makes a row of each HTML page with `fields` of what it says, in `content/content.jsonl`.
#[must_use]
pub fn content(data_dir: PathBuf, fields: Fields, n_threads: usize) -> PageFollower {
    let paths = vec!["content/content.jsonl".to_owned()];
    PageFollower::new("content", data_dir, n_threads, Arc::new(Said(fields)), paths)
}

pub(super) struct Said(pub(super) Fields);

/// A row of the file.
#[derive(Serialize)]
struct Row<'a> {
    url: &'a str,
    ts: &'a str,
    digest: &'a str,
    #[serde(flatten)]
    content: Content,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

impl PageMaker for Said {
    fn is_for(&self, _url: &str) -> bool {
        true
    }

    fn make(&self, page: &PageBody) -> Made {
        let content = page.parsed().map(|parsed| read(parsed, self.0, Extent::Main));
        row(page, content.unwrap_or_default(), None)
    }

    fn failed(&self, page: &PageBody, why: &str) -> Made {
        row(page, Content::default(), Some(format!("the page could not be read: {why}")))
    }
}

fn row(page: &PageBody, content: Content, problem: Option<String>) -> Made {
    let failed = u64::from(problem.is_some());
    let PageBody { url, ts, digest, .. } = page;
    let row = Row { url, ts, digest, content, problem };
    let Ok(mut line) = serde_json::to_vec(&row) else { return Made::default() };
    line.push(b'\n');
    Made {
        lines: vec![(0, line)],
        counts: Counts { pages: 1, rows: 1, failed, ..Counts::default() },
    }
}

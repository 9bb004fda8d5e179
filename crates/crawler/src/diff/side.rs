//! The pages of one side, by URL, each as it was last.

use std::io::Write as _;
use std::path::Path;

use crawler_store::{LineSorter, SortedLines};
use serde_json::Value;

use crate::rows::Rows;

/// A page as it was last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) url: String,
    pub(crate) ts: String,
    pub(crate) status: u64,
    pub(crate) digest: String,
    /// The server said that it was as before (304).
    pub(crate) is_not_modified: bool,
}

/// Pages in the order of their URLs.
pub(crate) struct Side {
    lines: SortedLines,
    next: Option<Page>,
}

impl Side {
    /// Reads the pages of a crawl, those of one generation or all, and sorts them in `spill_dir`.
    pub(crate) fn read(
        data_dir: &Path,
        generation: Option<u64>,
        spill_dir: &Path,
    ) -> anyhow::Result<Self> {
        let mut rows = Rows::open(data_dir, "pages/pages.jsonl")?;
        let mut sorter = LineSorter::new(spill_dir);
        let mut line = Vec::new();
        while let Some(row) = rows.next()? {
            if generation.is_some_and(|wanted| row.value["generation"] != wanted) {
                continue;
            }
            if write_line(&row.value, &mut line) {
                sorter.push(&line)?;
            } else {
                rows.count_damaged();
            }
        }
        rows.tell_damaged();
        Ok(Self { lines: sorter.finish()?, next: None })
    }

    /// The next page.
    pub(crate) fn next(&mut self) -> anyhow::Result<Option<Page>> {
        let Some(mut page) = (match self.next.take() {
            Some(page) => Some(page),
            None => self.read_one()?,
        }) else {
            return Ok(None);
        };
        // Captures of one URL are sorted by their time.
        while let Some(next) = self.read_one()? {
            if next.url != page.url {
                self.next = Some(next);
                break;
            }
            page = next;
        }
        Ok(Some(page))
    }

    fn read_one(&mut self) -> anyhow::Result<Option<Page>> {
        Ok(self.lines.next_line()?.and_then(read_line))
    }
}

/// Puts what is compared into `line`: `url TAB ts TAB status TAB digest TAB not-modified`. `false`
/// when the row has not what every row has. A tab sorts before all that a URL may hold.
fn write_line(row: &Value, line: &mut Vec<u8>) -> bool {
    let text = |name| row[name].as_str().filter(|text| !text.contains(char::is_control));
    let (Some(url), Some(ts), Some(status), Some(digest)) =
        (text("url"), text("ts"), row["status"].as_u64(), text("digest"))
    else {
        return false;
    };
    let is_not_modified = row["revisit"] == "server_not_modified";
    line.clear();
    // Writing to a Vec cannot fail.
    let _ = write!(line, "{url}\t{ts}\t{status}\t{digest}\t{is_not_modified}");
    true
}

fn read_line(line: &[u8]) -> Option<Page> {
    let mut parts = std::str::from_utf8(line).ok()?.split('\t');
    let mut part = || parts.next();
    Some(Page {
        url: part()?.to_owned(),
        ts: part()?.to_owned(),
        status: part()?.parse().ok()?,
        digest: part()?.to_owned(),
        is_not_modified: part()? == "true",
    })
}

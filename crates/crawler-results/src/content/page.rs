//! A page to make rows of, and what is made of it.

use bytes::Bytes;
use crawler_content::Page;
use crawler_extract::is_html;
use crawler_fetch::DecodeLimits;
use crawler_url::WireUrl;

use crate::body::stored_page;
use crate::error::ResultError;
use crate::follow::PageRow;

/// Bytes of a body that are read: one more than [`Page::parse`] looks at, which then tells of the cut.
const BODY_BYTES_MAX: usize = (8 << 20) + 1;

/// A stored HTML page.
#[derive(Debug)]
pub(super) struct PageBody {
    pub(super) url: String,
    pub(super) ts: String,
    pub(super) digest: String,
    mime: Option<String>,
    body: Bytes,
}

impl PageBody {
    /// The page that a row tells of, if it is HTML that a server gave as what was asked for.
    pub(super) fn read(
        data_dir: &std::path::Path,
        row: &PageRow<'_>,
    ) -> Result<Option<Self>, ResultError> {
        if !(200..300).contains(&row.status) {
            return Ok(None);
        }
        let mime = row.mime.as_deref();
        // What has a type that is no page's need not be read at all.
        if mime.is_some_and(|mime| mime.contains('/')) && !is_html(mime, b"") {
            return Ok(None);
        }
        let limits = DecodeLimits { bytes_max: BODY_BYTES_MAX, ..DecodeLimits::default() };
        let Some(stored) = stored_page(data_dir, row, limits)? else { return Ok(None) };
        Ok(is_html(mime, &stored.body).then(|| Self {
            url: row.url.to_string(),
            ts: row.ts.to_string(),
            digest: row.digest.to_string(),
            mime: mime.map(str::to_owned),
            body: stored.body,
        }))
    }

    /// Its tree; none when the URL in the list is none, which cannot be.
    pub(super) fn parsed(&self) -> Option<Page> {
        let url = WireUrl::parse(&self.url).ok()?;
        Some(Page::parse(&self.body, self.mime.as_deref(), &url))
    }
}

/// Makes rows of a page; on any thread.
pub(super) trait PageMaker: Send + Sync {
    /// Whether it makes any of pages at `url`.
    fn is_for(&self, url: &str) -> bool;

    /// The rows of a page.
    fn make(&self, page: &PageBody) -> Made;

    /// The row of a page at which a reader failed, if it shall have one.
    fn failed(&self, page: &PageBody, why: &str) -> Made;
}

/// What was made of a page.
#[derive(Debug, Default)]
pub(super) struct Made {
    /// Whole lines, with the number of the file that they are for.
    pub(super) lines: Vec<(usize, Vec<u8>)>,
    pub(super) counts: Counts,
}

/// Told in the position file of a follower.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
pub(super) struct Counts {
    /// Pages that were read.
    pub(super) pages: u64,
    /// Rows that were made of them.
    pub(super) rows: u64,
    /// Pages at which a reader failed.
    pub(super) failed: u64,
    /// Values that were not of their type.
    pub(super) problems: u64,
    /// Elements that make no row, since they lack a required field.
    pub(super) incomplete: u64,
}

impl Counts {
    pub(super) fn add(&mut self, more: Self) {
        self.pages += more.pages;
        self.rows += more.rows;
        self.failed += more.failed;
        self.problems += more.problems;
        self.incomplete += more.incomplete;
    }
}

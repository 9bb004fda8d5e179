//! The list of pages: documents that a person would open, of all that is stored.

use std::io::Write;
use std::path::Path;

use serde_json::json;

use crate::error::ResultError;
use crate::follow::{PageRow, PageRows};

/// Where a person begins.
pub(super) struct MainPage {
    pub(super) url: String,
    pub(super) ts: String,
}

/// Writes the pages among the first `pages_to` bytes of the page list to `entry`; gives their number
/// and the first of the least depth.
pub(super) fn write(
    data_dir: &Path,
    pages_to: u64,
    path: &Path,
    entry: &mut dyn Write,
) -> Result<(u64, Option<MainPage>), ResultError> {
    let head = json!({"format": "json-pages-1.0", "id": "pages", "title": "All Pages"});
    let failed = || ResultError::io("write", path);
    entry.write_all(format!("{head}\n").as_bytes()).map_err(failed())?;
    let mut rows = PageRows::open(data_dir, 0)?;
    let mut count = 0;
    let mut main: Option<(u16, MainPage)> = None;
    while let Some(row) = rows.next_before(pages_to)? {
        if !is_page(&row) {
            continue;
        }
        count += 1;
        let mut page = json!({"id": count.to_string(), "url": row.url, "ts": row.ts});
        if let Some(title) = &row.title {
            page["title"] = title.as_ref().into();
        }
        entry.write_all(format!("{page}\n").as_bytes()).map_err(failed())?;
        if main.as_ref().is_none_or(|(depth, _)| row.depth < *depth) {
            let page = MainPage { url: row.url.to_string(), ts: row.ts.to_string() };
            main = Some((row.depth, page));
        }
    }
    Ok((count, main.map(|(_, page)| page)))
}

/// An HTML document with its content.
fn is_page(row: &PageRow<'_>) -> bool {
    let mime = row.mime.as_deref().unwrap_or_default();
    let essence = mime.split(';').next().unwrap_or_default().trim();
    let is_html = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|html| essence.eq_ignore_ascii_case(html));
    row.status == 200 && row.revisit.is_none() && is_html
}

//! What the output files say of a URL.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use crawler_url::WireUrl;
use serde::{Deserialize, Serialize};

/// The last row about a page.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct PageRow {
    /// As it was requested.
    pub(crate) url: String,
    /// When.
    pub(crate) ts: String,
    pub(crate) status: u16,
    pub(crate) depth: u16,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<String>,
    #[serde(default)]
    pub(crate) digest: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) redirect: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) revisit: Option<String>,
}

/// The last row about a URL that was not fetched.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SkippedRow {
    pub(crate) url: String,
    pub(crate) ts: String,
    pub(crate) reason: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) via: Option<String>,
    pub(crate) depth: u16,
    pub(crate) attempts: u8,
}

/// A row that is about one URL.
pub(crate) trait Row: for<'de> Deserialize<'de> {
    fn url(&self) -> &str;
}

impl Row for PageRow {
    fn url(&self) -> &str {
        &self.url
    }
}

impl Row for SkippedRow {
    fn url(&self) -> &str {
        &self.url
    }
}

/// The last row of a file whose URL `is_it`; rows without the `host` in them are not parsed. `None`
/// too when there is no file. A row cut short by a crash, and any other that is none, is passed over.
pub(crate) fn last_row<R: Row>(
    path: &Path,
    host: &str,
    is_it: &dyn Fn(&WireUrl) -> bool,
) -> io::Result<Option<R>> {
    let mut found = None;
    for_each_line(path, host, &mut |line| {
        let row = serde_json::from_str::<R>(line).ok();
        if let Some(row) = row.filter(|row| WireUrl::parse(row.url()).is_ok_and(|url| is_it(&url)))
        {
            found = Some(row);
        }
        true
    })?;
    Ok(found)
}

/// URL of the first page stored with this content, unless it is `url`.
pub(crate) fn first_with(path: &Path, digest: &str, url: &str) -> io::Result<Option<String>> {
    if digest.is_empty() {
        return Ok(None);
    }
    let mut first: Option<PageRow> = None;
    for_each_line(path, digest, &mut |line| {
        first = serde_json::from_str(line).ok().filter(|row: &PageRow| row.digest == digest);
        first.is_none()
    })?;
    Ok(first.map(|row| row.url).filter(|first| first != url))
}

/// Visits the lines that hold `needle` until `visit` has had enough.
pub(crate) fn for_each_line(
    path: &Path,
    needle: &str,
    visit: &mut dyn FnMut(&str) -> bool,
) -> io::Result<()> {
    let file = match File::open(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        opened => opened?,
    };
    let mut lines = BufReader::with_capacity(1 << 18, file);
    let mut line = Vec::new();
    while lines.read_until(b'\n', &mut line)? > 0 {
        let text = std::str::from_utf8(&line).unwrap_or_default();
        if text.contains(needle) && !visit(text) {
            break;
        }
        line.clear();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: &str = r#"{"url":"http://e.com/a","ts":"1","status":200,"depth":0,"digest":"sha1:A"}
{"url":"http://f.com/a","ts":"2","status":200,"depth":1,"digest":"sha1:A","via":"http://e.com/a"}
{"url":"http://e.com/a","ts":"3","status":304,"depth":0,"digest":"sha1:A"}
{"url":"http://e.com/a","#;

    #[test]
    fn the_last_whole_row_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("pages.jsonl");
        std::fs::write(&path, PAGES).unwrap();
        let it = WireUrl::parse("http://e.com/a").unwrap();
        let row: PageRow = last_row(&path, "e.com", &|url| *url == it).unwrap().unwrap();
        assert_eq!((row.ts.as_str(), row.status), ("3", 304));
        let none: Option<PageRow> = last_row(&path, "g.com", &|_| true).unwrap();
        assert_eq!(none, None);
        let none: Option<PageRow> = last_row(&dir.path().join("no"), "e.com", &|_| true).unwrap();
        assert_eq!(none, None);
        let first = |url| first_with(&path, "sha1:A", url).unwrap();
        assert_eq!(first("http://f.com/a").as_deref(), Some("http://e.com/a"));
        assert_eq!(first("http://e.com/a"), None);
        assert_eq!(first_with(&path, "", "http://f.com/a").unwrap(), None);
    }
}

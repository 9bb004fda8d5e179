//! Pages in files: HTML, or WARC of this crawler or another.

use std::fs;
use std::io;
use std::path::Path;

use anyhow::Context as _;
use bytes::Bytes;
use crawler_extract::is_html;
use crawler_fetch::{DecodeLimits, decode};
use crawler_store::{WarcReader, WarcRecord, dechunked, split_http};
use crawler_url::WireUrl;

use super::{SourcePage, Trial};
use crate::cli::header;

/// What an HTML file is read as without `--url`.
const NOWHERE: &str = "http://localhost/";

/// Whether a source is a file rather than a URL.
pub(crate) fn is_file(source: &str) -> bool {
    !source.contains("://") && Path::new(source).is_file()
}

/// Tries the pages of a file; an HTML file is read as the page at `url`.
///
/// # Errors
/// When it cannot be read, or its rows not be written.
pub(crate) fn read_file<W: io::Write>(
    path: &Path,
    url: Option<&WireUrl>,
    trial: &mut Trial<W>,
) -> anyhow::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if name.contains(".warc") {
        return read_warc(path, trial);
    }
    let body = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
    let nowhere = WireUrl::parse(NOWHERE)?;
    let page = SourcePage {
        url: url.unwrap_or(&nowhere),
        is_url_known: url.is_some(),
        ts: None,
        content_type: None,
        body: &body,
    };
    trial.page(&page).context("cannot write the rows")
}

fn read_warc<W: io::Write>(path: &Path, trial: &mut Trial<W>) -> anyhow::Result<()> {
    let reader = WarcReader::open(path)?;
    for record in reader {
        let record = record?;
        if record.kind() == "response" {
            try_record(&record, trial)?;
        }
    }
    Ok(())
}

fn try_record<W: io::Write>(record: &WarcRecord, trial: &mut Trial<W>) -> anyhow::Result<()> {
    let parts = split_http(record.block());
    let is_page = parts.status.is_some_and(|status| (200..300).contains(&status));
    // WARC/0.18 and some writers since have the URL in angle brackets.
    let target = record.header("WARC-Target-URI").unwrap_or_default().trim_matches(['<', '>']);
    let Some(url) = WireUrl::parse(target).ok().filter(|_| is_page) else { return Ok(()) };
    let content_type = header(parts.head, "content-type");
    let coding = header(parts.head, "content-encoding");
    let body = Bytes::from(dechunked(parts.head, parts.body).into_owned());
    let decoded = decode(&body, coding.as_deref(), DecodeLimits::default());
    if !is_html(content_type.as_deref(), &decoded.bytes) {
        return Ok(());
    }
    let page = SourcePage {
        url: &url,
        is_url_known: true,
        ts: record.header("WARC-Date"),
        content_type: content_type.as_deref(),
        body: &decoded.bytes,
    };
    trial.page(&page).context("cannot write the rows")
}

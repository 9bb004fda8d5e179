//! A page that is not stored yet: fetched once, as politely as any.

use std::path::PathBuf;
use std::{env, fs, io, process};

use anyhow::{Context as _, bail};
use crawler_engine::Sitemaps;
use crawler_fetch::DecodeLimits;
use crawler_results::{PageRows, stored_page};
use crawler_url::WireUrl;

use super::{SourcePage, Trial};
use crate::rows::Rows;
use crate::settings::{self, Settings};

/// Fetches a page by a crawl of its own that follows nothing but redirects, and tries it.
///
/// # Errors
/// When it is not fetched: why.
pub(crate) fn fetch<W: io::Write>(
    url: &WireUrl,
    settings: &Settings,
    trial: &mut Trial<W>,
) -> anyhow::Result<()> {
    let dir = Scratch::new()?;
    let mut settings = settings.clone();
    settings.output.clone_from(&dir.0);
    settings.depth = Some(0);
    settings.sitemaps = Sitemaps::Off;
    let auth = settings.auth.clone();
    let mut config = settings::resolve(settings, vec![url.clone()]);
    settings::add_credentials(&mut config, &auth, |name| env::var(name).ok())?;
    let crawl = crawler_engine::start(config)?;
    let _ = crawl.wait();
    try_pages(&dir, url, trial)
}

fn try_pages<W: io::Write>(
    dir: &Scratch,
    asked: &WireUrl,
    trial: &mut Trial<W>,
) -> anyhow::Result<()> {
    let end = fs::metadata(dir.0.join("pages/pages.jsonl")).map_or(0, |list| list.len());
    let mut last_status = None;
    if end > 0 {
        let mut rows = PageRows::open(&dir.0, 0)?;
        while let Some(row) = rows.next_before(end)? {
            last_status = Some(row.status);
            if !(200..300).contains(&row.status) {
                continue;
            }
            let Some(stored) = stored_page(&dir.0, &row, DecodeLimits::default())? else {
                continue;
            };
            let page = SourcePage {
                url: &WireUrl::parse(&row.url)?,
                is_url_known: true,
                ts: Some(&row.ts),
                content_type: row.mime.as_deref(),
                body: &stored.body,
            };
            return trial.page(&page).context("cannot write the rows");
        }
    }
    if let Some(status) = last_status {
        bail!("{asked} was answered with status {status}");
    }
    let why = reason(dir)?;
    bail!("{asked} was not fetched: {}", why.as_deref().unwrap_or("the reason is not known"))
}

/// Why nothing was fetched.
fn reason(dir: &Scratch) -> anyhow::Result<Option<String>> {
    let mut rows = Rows::open(&dir.0, "reports/skipped.jsonl")?;
    let row = rows.next()?;
    Ok(row.and_then(|row| {
        let reason = row.value.get("reason")?.as_str()?.to_owned();
        let detail = row.value.get("detail").and_then(|detail| detail.as_str());
        Some(detail.map_or(reason.clone(), |detail| format!("{reason} ({detail})")))
    }))
}

/// A directory that goes when it is not needed any more.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> anyhow::Result<Self> {
        let dir = env::temp_dir().join(format!("crawler-extract-{}", process::id()));
        // What a process of the same number left has no owner any more.
        match fs::remove_dir_all(&dir) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                return Err(error).with_context(|| format!("cannot remove {}", dir.display()));
            }
            _ => {}
        }
        fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Left behind it is only in the way of nobody; the system clears the folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

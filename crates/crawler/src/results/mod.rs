//! The formats and sinks that follow a crawl, each on a thread of its own.

mod complete;
mod progress;
mod sinks;

use std::path::Path;
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use crawler_engine::{CrawlHandle, Finish};
use crawler_extract::Assets;
use crawler_results::{
    Follower, ResultError, Role, RowsAs, compressed_pages, content, extracted, follow,
    parquet_links, parquet_pages,
};

use crate::rules;
use crate::settings::{Format, Settings};
pub(crate) use complete::{complete, complete_by, complete_rows};
use progress::{Awaited, Progress};

/// Something that is made of the committed pages.
pub(crate) type AnyFollower = Box<dyn Follower + Send>;

/// The formats and sinks that the settings ask for.
///
/// # Errors
/// All mistakes in the extraction rules; when a sink cannot be set up.
pub(crate) fn chosen(settings: &Settings) -> anyhow::Result<Vec<AnyFollower>> {
    let formats = settings.formats.iter();
    let mut followers: Vec<_> = formats.filter_map(|format| follower(*format, settings)).collect();
    let has_parquet = settings.formats.contains(&Format::Parquet);
    let rows = if has_parquet { RowsAs::JsonAndParquet } else { RowsAs::Json };
    followers.extend(rule_rows(settings, rows)?);
    followers.extend(sinks::chosen(settings)?);
    Ok(followers)
}

/// What makes rows by the extraction rules; `None` if there are no rules.
fn rule_rows(settings: &Settings, rows: RowsAs) -> anyhow::Result<Option<AnyFollower>> {
    let rules = rules::load(&settings.extract_rules)?;
    if rules.0.is_empty() {
        return Ok(None);
    }
    let data_dir = settings.output.clone();
    Ok(Some(Box::new(extracted(data_dir, rules, content_threads(settings), rows))))
}

/// What makes a format; `None` if the crawl itself does.
fn follower(format: Format, settings: &Settings) -> Option<AnyFollower> {
    let data_dir = &settings.output;
    match format {
        Format::Warc | Format::WarcZst => None,
        Format::Parquet => Some(parquet_pages(data_dir)),
        Format::Links => {
            let assets = if settings.assets { Assets::Include } else { Assets::Skip };
            Some(parquet_links(data_dir, assets))
        }
        Format::JsonlZst => Some(compressed_pages(data_dir)),
        Format::Content => {
            let fields = settings.content.iter().copied().collect();
            Some(Box::new(content(data_dir.clone(), fields, content_threads(settings))))
        }
    }
}

/// Threads that read what pages say: shards need theirs.
fn content_threads(settings: &Settings) -> usize {
    settings.content_threads.unwrap_or_else(|| usize::from(settings.workers.get()).div_ceil(2))
}

/// Followers at work.
pub(crate) struct Results {
    crawl: CrawlHandle,
    threads: Vec<(&'static str, JoinHandle<Result<u64, ResultError>>)>,
}

impl Results {
    /// Starts them; one that gathers what others make stands behind them.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub(crate) fn begin(
        followers: Vec<AnyFollower>,
        crawl: &CrawlHandle,
        data_dir: &Path,
    ) -> anyhow::Result<Self> {
        let makers = Awaited::default();
        let start = |mut follower: AnyFollower| {
            let (name, data_dir) = (follower.name(), data_dir.to_owned());
            let (at_work, awaited) = match follower.role() {
                Role::Makes => (Some(makers.one_more()), Awaited::default()),
                Role::Sends => (None, Awaited::default()),
                Role::Gathers => (None, makers.clone()),
            };
            let progress = Progress::of(name, crawl.clone(), awaited);
            let run = move || {
                let _at_work = at_work;
                follow(&mut *follower, &data_dir, &progress).inspect_err(|error| {
                    tracing::error!(
                        format = name,
                        "{error}; the crawl goes on, and the next run makes the rest"
                    );
                })
            };
            let thread = std::thread::Builder::new().name(format!("results-{name}")).spawn(run);
            Ok((
                name,
                thread.with_context(|| format!("cannot start the thread that makes {name}"))?,
            ))
        };
        let threads = followers.into_iter().map(start).collect::<anyhow::Result<_>>()?;
        Ok(Self { crawl: crawl.clone(), threads })
    }

    /// Waits until everything is made of what the crawl committed; after an interrupted crawl only
    /// for what they hold.
    ///
    /// # Errors
    /// Names those that did not get so far.
    pub(crate) fn finish(self, finish: &Finish) -> anyhow::Result<()> {
        let committed = self.crawl.committed_pages_bytes().unwrap_or(0);
        let is_late = self.threads.iter().any(|(_, thread)| !thread.is_finished());
        if is_late && *finish == Finish::Done {
            tracing::info!("the crawl has ended; its results are being completed");
        }
        let mut failed = Vec::new();
        for (name, thread) in self.threads {
            match thread.join() {
                Ok(Ok(sealed)) if sealed < committed => tracing::warn!(
                    format = name,
                    "{} of the page list are left for the next run",
                    crate::numbers::bytes(committed.saturating_sub(sealed) as f64)
                ),
                Ok(Ok(_)) => {}
                Ok(Err(error)) => failed.push(format!("{name}: {error}")),
                Err(_) => failed.push(format!("{name}: its thread has failed")),
            }
        }
        if failed.is_empty() {
            return Ok(());
        }
        bail!("not all results were made; the pages are safe. {}", failed.join("; "))
    }
}

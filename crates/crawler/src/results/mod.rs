//! The formats and sinks that follow a crawl, each on a thread of its own.

mod progress;

use std::path::Path;
use std::thread::JoinHandle;

use anyhow::{Context as _, bail};
use crawler_engine::{CrawlHandle, Finish};
use crawler_results::{Follower, ResultError, content, extracted, follow};

use crate::rules;
use crate::settings::{Format, Settings};
use progress::Progress;

/// Something that is made of the committed pages.
pub(crate) type AnyFollower = Box<dyn Follower + Send>;

/// The formats and sinks that the settings ask for.
///
/// # Errors
/// All mistakes in the extraction rules.
pub(crate) fn chosen(settings: &Settings) -> anyhow::Result<Vec<AnyFollower>> {
    let mut followers: Vec<AnyFollower> = Vec::new();
    let data_dir = || settings.output.clone();
    let n_threads =
        settings.content_threads.unwrap_or_else(|| usize::from(settings.workers.get()).div_ceil(2));
    if settings.formats.contains(&Format::Content) {
        let fields = settings.content.iter().copied().collect();
        followers.push(Box::new(content(data_dir(), fields, n_threads)));
    }
    let rules = rules::load(&settings.extract_rules)?;
    if !rules.0.is_empty() {
        followers.push(Box::new(extracted(data_dir(), rules, n_threads)));
    }
    Ok(followers)
}

/// Followers at work.
pub(crate) struct Results {
    crawl: CrawlHandle,
    threads: Vec<(&'static str, JoinHandle<Result<u64, ResultError>>)>,
}

impl Results {
    /// Starts them.
    ///
    /// # Errors
    /// When a thread cannot be started.
    pub(crate) fn begin(
        followers: Vec<AnyFollower>,
        crawl: &CrawlHandle,
        data_dir: &Path,
    ) -> anyhow::Result<Self> {
        let start = |mut follower: AnyFollower| {
            let (name, data_dir) = (follower.name(), data_dir.to_owned());
            let progress = Progress::of(crawl.clone());
            let run = move || {
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

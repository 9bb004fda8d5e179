//! Formats of a crawl that is not running.

use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use crawler_engine::committed_pages;
use crawler_results::{Follower, Look, RowsAs, Source, follow};

use super::{AnyFollower, follower, rule_rows};
use crate::exit::Exit;
use crate::numbers;
use crate::settings::{Format, Settings};

/// Makes of all committed pages what `format` makes of them while crawling.
pub(crate) fn complete(format: Format, settings: &Settings) -> anyhow::Result<Exit> {
    let Some(follower) = follower(format, settings) else {
        bail!("the crawl itself makes this format");
    };
    let rows = match format {
        Format::Parquet => rule_rows(settings, RowsAs::JsonAndParquet)?,
        _ => None,
    };
    complete_all([follower].into_iter().chain(rows), settings)
}

/// Makes the rows of the extraction rules of all committed pages.
pub(crate) fn complete_rows(settings: &Settings, rows: RowsAs) -> anyhow::Result<Exit> {
    let Some(follower) = rule_rows(settings, rows)? else {
        bail!("there are no rules: name a file with [[extract]] tables with --config FILE");
    };
    complete_all([follower], settings)
}

fn complete_all(
    followers: impl IntoIterator<Item = AnyFollower>,
    settings: &Settings,
) -> anyhow::Result<Exit> {
    for mut follower in followers {
        let bytes = complete_by(&mut *follower, &settings.output)?;
        let size = numbers::bytes(bytes as f64);
        eprintln!("{}: all {size} of the page list are in it", follower.name());
    }
    Ok(Exit::Done)
}

/// Gives `follower` all committed pages of `data_dir` that it does not have. Returns the bytes of the
/// page list.
pub(crate) fn complete_by(follower: &mut dyn Follower, data_dir: &Path) -> anyhow::Result<u64> {
    // Held until the end, so that no crawl begins meanwhile.
    let Some(pages) = committed_pages(data_dir)? else {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    };
    if pages.bytes > 0 {
        follow(follower, data_dir, &AtItsEnd(pages.bytes))?;
    }
    Ok(pages.bytes)
}

/// A page list to which nothing is added.
struct AtItsEnd(u64);

impl Source for AtItsEnd {
    fn look(&self) -> Look {
        Look::Finished(self.0)
    }

    fn wait(&self) {}

    fn elapsed(&self) -> Duration {
        Duration::ZERO
    }
}

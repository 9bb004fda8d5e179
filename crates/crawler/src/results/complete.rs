//! Formats of a crawl that is not running.

use std::time::Duration;

use anyhow::bail;
use crawler_engine::committed_pages;
use crawler_results::{Look, Source, follow};

use super::follower;
use crate::exit::Exit;
use crate::numbers;
use crate::settings::{Format, Settings};

/// Makes of all committed pages what `format` makes of them while crawling.
pub(crate) fn complete(format: Format, settings: &Settings) -> anyhow::Result<Exit> {
    let data_dir = &settings.output;
    let pages = committed_pages(data_dir)?;
    let (Some(pages), Some(mut follower)) = (pages, follower(format, settings)) else {
        bail!("there is no crawl in {}: name its directory with --output DIR", data_dir.display());
    };
    if pages.bytes > 0 {
        follow(&mut *follower, data_dir, &AtItsEnd(pages.bytes))?;
    }
    let size = numbers::bytes(pages.bytes as f64);
    eprintln!("{}: all {size} of the page list are in it", follower.name());
    Ok(Exit::Done)
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

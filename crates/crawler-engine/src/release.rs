//! Letting a template of URLs go that was taken for a trap.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};

use crawler_frontier::transfer::Feed;
use crawler_frontier::{FrontierDb, FrontierError};
use crawler_url::WireUrl;
use serde::Deserialize;

use crate::clock;
use crate::start::{StartError, read_checkpoint, take_lock};
use crate::transfer::Account;
use crate::traps::{TRAP, write_report};

/// Why a template cannot be let go.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ReleaseError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// It is not in quarantine.
    #[error("{template} is not in quarantine in {}; `crawler traps` lists what is", dir.display())]
    Unknown {
        /// What was asked for.
        template: String,
        /// The data directory.
        dir: PathBuf,
    },
    /// The list of refused links cannot be read, or the list of traps not be written.
    #[error("{}: {source}", path.display())]
    Report {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl From<FrontierError> for ReleaseError {
    fn from(error: FrontierError) -> Self {
        Self::Start(error.into())
    }
}

/// Takes `template` out of quarantine for good and queues the links into it that were refused; the
/// next run fetches them. Gives how many were new. No crawl may run there.
///
/// # Errors
/// When it is not in quarantine, and when the directory cannot be read or written. The links are
/// queued before the template is let go: what fails half-way can be done again.
pub fn release_trap(data_dir: &Path, template: &str) -> Result<u64, ReleaseError> {
    let unknown =
        || ReleaseError::Unknown { template: template.to_owned(), dir: data_dir.to_owned() };
    let store = data_dir.join("store");
    if !store.is_dir() {
        return Err(unknown());
    }
    let _lock = take_lock(data_dir)?;
    let mut frontier = FrontierDb::open(&store)?;
    let mut checkpoint = read_checkpoint(data_dir, &frontier)?.ok_or_else(unknown)?;
    let mut traps = checkpoint.traps.iter_mut();
    let trap = traps.find(|trap| trap.template == template && !trap.released);
    trap.ok_or_else(unknown)?.released = true;
    let path = data_dir.join("reports/skipped.jsonl");
    let queued_before = frontier.reader().queued()?;
    let file = File::open(&path).map_err(|source| ReleaseError::Report { path, source })?;
    let rows = BufReader::new(file).split(b'\n').map_while(Result::ok);
    let mut feed = Feed::begin(&mut frontier, clock::now())?;
    for link in rows.filter_map(|row| refused(&row, template)) {
        feed.offer_link(link.url, link.via, link.depth)?;
    }
    let mut account = Account::new(checkpoint, queued_before);
    feed.commit(|queued| account.payload(queued))?;
    let new = feed.queued();
    write_report(data_dir, &account.checkpoint.traps)
        .map_err(|source| ReleaseError::Report { path: data_dir.join("reports"), source })?;
    Ok(new)
}

/// A link that was refused, as its row tells.
#[derive(Deserialize)]
struct RefusedLink {
    url: WireUrl,
    reason: String,
    detail: Option<String>,
    via: Option<Box<str>>,
    depth: u16,
}

/// The link of a row, if it was refused because of `template`.
fn refused(row: &[u8], template: &str) -> Option<RefusedLink> {
    let link: RefusedLink = serde_json::from_slice(row).ok()?;
    (link.reason == TRAP && link.detail.as_deref() == Some(template)).then_some(link)
}

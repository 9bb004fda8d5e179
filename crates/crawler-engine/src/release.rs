//! Letting a template of URLs go that was taken for a trap.

use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};

use crawler_frontier::seen::SeenLimits;
use crawler_frontier::{
    Candidate, Frontier, FrontierDb, FrontierError, FrontierLimits, Hops, Source,
};
use crawler_url::{Canonicalizer, ShardCount, ShardId, WireUrl};
use serde::Deserialize;

use crate::clock;
use crate::start::{StartError, read_checkpoint, take_lock};
use crate::traps::{TRAP, write_report};
use crate::writer::Checkpoint;

/// One URL at a time is on its way in, so that little room will do.
const LIMITS: FrontierLimits = FrontierLimits {
    host_concurrency: 1,
    urls_in_memory: 16 << 10,
    hosts_in_memory: 1 << 10,
    seen: SeenLimits {
        fresh_keys: 512 << 10,
        batch_keys: 128 << 10,
        batch_bytes: 16 << 20,
        recent_slots: 1 << 17,
    },
};

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
    let rules = checkpoint.canonical.clone().unwrap_or_default();
    let canonicalizer =
        Canonicalizer::keyed(frontier.reader().fingerprint_seed()).with_rules(&rules);
    let file = File::open(&path).map_err(|source| ReleaseError::Report { path, source })?;
    let rows = BufReader::new(file).split(b'\n').map_while(Result::ok);
    let links = rows.filter_map(|row| candidate(&row, template, &canonicalizer));
    let new = queue(&mut frontier, links, &mut checkpoint)?;
    write_report(data_dir, &checkpoint.traps)
        .map_err(|source| ReleaseError::Report { path: data_dir.join("reports"), source })?;
    Ok(new)
}

/// What is to be fetched of a row.
fn candidate(row: &[u8], template: &str, canonicalizer: &Canonicalizer) -> Option<Candidate> {
    #[derive(Deserialize)]
    struct Row {
        url: WireUrl,
        reason: String,
        detail: Option<String>,
        via: Option<Box<str>>,
        depth: u16,
    }
    let row: Row = serde_json::from_slice(row).ok()?;
    (row.reason == TRAP && row.detail.as_deref() == Some(template)).then(|| Candidate {
        fingerprint: canonicalizer.fingerprint(&row.url),
        url: row.url,
        via: row.via,
        depth: row.depth,
        redirects: 0,
        hops: Hops::default(),
        source: Source::Link,
    })
}

/// Queues the new ones among `links` and commits them with the checkpoint.
fn queue(
    db: &mut FrontierDb,
    links: impl Iterator<Item = Candidate>,
    checkpoint: &mut Checkpoint,
) -> Result<u64, ReleaseError> {
    db.assign(ShardCount::ONE)?;
    let (ring, bell) = sync_channel(1);
    let wake = Arc::new(move || {
        // A full channel rings already; without a listener there is nobody to wake.
        let _ = ring.try_send(());
    });
    let mut frontier = Frontier::recover(db.reader(), ShardId(0), ShardCount::ONE, LIMITS, wake)?;
    let mut new = 0;
    for link in links {
        new += u64::from(frontier.admit([link], clock::now())?.new);
        while !frontier.has_room() {
            new += decided(&mut frontier, &bell)?;
        }
    }
    while frontier.undecided() > 0 {
        frontier.judge();
        new += decided(&mut frontier, &bell)?;
    }
    checkpoint.counters.discovered += new;
    let payload = serde_json::to_vec(checkpoint)
        .map_err(|error| FrontierError::Encode { detail: error.to_string() })?;
    db.commit(frontier.take_ops(), &payload)?;
    Ok(new)
}

/// Waits for the seen set, and takes in what it lets through.
fn decided(frontier: &mut Frontier, bell: &Receiver<()>) -> Result<u64, FrontierError> {
    // The sender lives as long as the frontier; were it gone, there would be nothing to wait for.
    let _ = bell.recv();
    Ok(u64::from(frontier.admit_judged(clock::now(), usize::MAX)?.new))
}

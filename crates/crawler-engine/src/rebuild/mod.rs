//! A frontier made anew from what a crawl has stored, when its own is beyond repair.
//!
//! The new one is made beside the old one and takes its place when it is whole, so that a rebuild
//! can be interrupted and repeated at any time.

mod links;
mod rows;

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crawler_frontier::transfer::Feed;
use crawler_frontier::{FrontierDb, FrontierError};
use crawler_store::{MendedStore, mend_found};
use crawler_url::{CanonicalRules, Fingerprint, WireUrl};

use crate::clock;
use crate::counters::Counters;
use crate::repair::{free_dir, put_results_aside};
use crate::start::{StartError, has_results, take_lock};
use crate::transfer::Account;
use crate::writer::Checkpoint;
use links::StoredLinks;
use rows::{Page, for_each_page, for_each_skipped};

/// URLs between two commits.
const COMMIT_URLS: usize = 100_000;

/// What a rebuild brought back.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct Rebuilt {
    /// What was done to the output files, in sentences.
    pub done: Vec<String>,
    /// URLs that are stored or reported, and so are not fetched again.
    pub seen: u64,
    /// URLs queued: links of stored pages that are neither.
    pub queued: u64,
    /// Seeds remembered.
    pub seeds: u64,
    /// Stored pages whose record could not be read for its links.
    pub unread: u64,
    /// Where the old frontier was put.
    pub aside: PathBuf,
}

/// Puts the frontier of `data_dir` aside, whatever its state, and makes one from the page list, the
/// report of skipped URLs and the links in stored pages. Output files are mended before, as far as
/// they need it. `None` when nothing is stored there.
///
/// URLs are known by `rules`, and `product_token` is our own name in robots directives. The queue
/// is that of no scope: the next runs judge each URL before they fetch it.
///
/// # Errors
/// When the directory is in use, or cannot be read or written.
pub fn rebuild(
    data_dir: &Path,
    rules: &CanonicalRules,
    product_token: &str,
) -> Result<Option<Rebuilt>, StartError> {
    if !has_results(data_dir) {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let failed = |source| StartError::DataDir { dir: data_dir.to_owned(), source };
    let (store, new) = (data_dir.join("store"), data_dir.join("store.new"));
    remove_dir(&new).map_err(failed)?;
    let aside = free_dir(data_dir);
    fs::create_dir_all(&aside).map_err(failed)?;
    let mut rebuilt = Rebuilt { aside, ..Rebuilt::default() };
    let MendedStore { positions, done, .. } = mend_found(data_dir, &rebuilt.aside)?;
    rebuilt.done = done;
    let mut frontier = FrontierDb::open(&new)?;
    frontier.set_rules(rules.clone());
    let mut checkpoint = Checkpoint { positions: Some(positions), ..Checkpoint::empty() };
    checkpoint.is_rebuilt = true;
    checkpoint.at = clock::now();
    let seeds = remember(data_dir, &mut frontier, &mut checkpoint.counters, &mut rebuilt)?;
    let links = StoredLinks { data_dir, product_token };
    queue_links(&links, &mut frontier, checkpoint, &seeds, &mut rebuilt)?;
    frontier.close()?;
    drop(frontier);
    rebuilt.done.extend(put_results_aside(data_dir, &rebuilt.aside)?);
    replace(&store, &new, &rebuilt.aside).map_err(failed)?;
    File::open(data_dir).and_then(|dir| dir.sync_all()).map_err(failed)?;
    Ok(Some(rebuilt))
}

/// Marks as seen what is stored or reported, counts it, and gives the seeds among it.
fn remember(
    data_dir: &Path,
    frontier: &mut FrontierDb,
    counters: &mut Counters,
    rebuilt: &mut Rebuilt,
) -> Result<BTreeSet<String>, StartError> {
    let canonicalizer = frontier.canonicalizer();
    let mut prints: Vec<Fingerprint> = Vec::new();
    let mut seeds = BTreeSet::new();
    let mut outcome = Ok(());
    let mut mark = |frontier: &mut FrontierDb, url: &WireUrl| {
        prints.push(canonicalizer.fingerprint(url));
        if outcome.is_ok() && prints.len() >= COMMIT_URLS {
            outcome = frontier.mark_seen(&prints).map(|new| rebuilt.seen += new);
            prints.clear();
        }
    };
    for_each_page(data_dir, |page| {
        counters.fetched += 1;
        *counters.status.entry(page.status).or_default() += 1;
        counters.wire_bytes += page.wire_bytes;
        if page.is_seed() {
            seeds.insert(page.url.as_str().to_owned());
        }
        mark(frontier, &page.url);
    })?;
    for_each_skipped(data_dir, |row| {
        let by_reason = if row.attempts > 0 { &mut counters.failed } else { &mut counters.skipped };
        *by_reason.entry(row.reason.clone().into()).or_default() += 1;
        if row.is_seed() {
            seeds.insert(row.url.as_str().to_owned());
        }
        mark(frontier, &row.url);
    })?;
    outcome?;
    if !prints.is_empty() {
        rebuilt.seen += frontier.mark_seen(&prints)?;
    }
    counters.discovered = counters.ended();
    Ok(seeds)
}

/// Queues the links of stored pages that are not seen.
fn queue_links(
    links: &StoredLinks<'_>,
    frontier: &mut FrontierDb,
    checkpoint: Checkpoint,
    seeds: &BTreeSet<String>,
    rebuilt: &mut Rebuilt,
) -> Result<(), StartError> {
    let mut account = Account::new(checkpoint, 0);
    let mut feed = Feed::begin(frontier, clock::now())?;
    for seed in seeds.iter().filter_map(|seed| WireUrl::parse(seed).ok()) {
        feed.add_seed(&seed);
        rebuilt.seeds += 1;
    }
    let (mut offered, mut outcome) = (0, Ok(()));
    for_each_page(links.data_dir, |page| {
        if outcome.is_ok() {
            outcome = offer(links, &page, &mut feed, &mut account, &mut offered, rebuilt);
        }
    })?;
    outcome?;
    feed.commit(|queued| account.payload(queued))?;
    rebuilt.queued = feed.queued();
    Ok(())
}

fn offer(
    links: &StoredLinks<'_>,
    page: &Page,
    feed: &mut Feed<'_>,
    account: &mut Account,
    offered: &mut usize,
    rebuilt: &mut Rebuilt,
) -> Result<(), FrontierError> {
    let Some((links, depth)) = links.of(page) else {
        rebuilt.unread += 1;
        return Ok(());
    };
    *offered += links.len();
    for link in links {
        feed.offer_link(link, Some(page.url.as_str().into()), depth)?;
    }
    if *offered >= COMMIT_URLS {
        *offered = 0;
        feed.commit(|queued| account.payload(queued))?;
    }
    Ok(())
}

/// Puts the old store, if there is one left, aside and the new one in its place.
fn replace(store: &Path, new: &Path, aside: &Path) -> io::Result<()> {
    if store.exists() {
        fs::rename(store, aside.join("store"))?;
    }
    fs::rename(new, store)
}

/// Removes what an interrupted rebuild has left.
fn remove_dir(dir: &Path) -> io::Result<()> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

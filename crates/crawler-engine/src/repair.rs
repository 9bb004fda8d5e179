//! Checking a data directory as a whole, and mending it.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crawler_frontier::{FrontierDb, FrontierError, Ops};
use crawler_store::{
    FileFinding, SkippedRow, append_skipped_rows, check_store, encode_skipped, mend_store,
};
use crawler_url::WireUrl;
use crawler_url::scope::OutOfScope;
use serde::Deserialize;

use crate::start::{StartError, read_checkpoint, take_lock};
use crate::traps::TRAP;
use crate::writer::Checkpoint;

/// Reason of a URL whose stored page was lost, in `reports/skipped.jsonl` and the counters.
const LOST: &str = "capture_lost";

/// What a repair did.
#[derive(Debug)]
#[non_exhaustive]
pub struct Repaired {
    /// What was wrong and what was done about it, in sentences; empty when all was sound.
    pub done: Vec<String>,
    /// URLs whose stored page could not be saved.
    pub lost_urls: Vec<String>,
    /// Where the damaged files were put.
    pub aside: PathBuf,
}

/// Reads everything in `data_dir`: every row of the frontier's store, every record and row of the
/// output. `None` when no crawl began there. Changes nothing but what a start cuts off.
///
/// # Errors
/// When the directory is in use or cannot be read. Damage is a finding, no error.
pub fn check(data_dir: &Path) -> Result<Option<Vec<FileFinding>>, StartError> {
    let dir = data_dir.join("store");
    if !dir.is_dir() {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let found = |problem: String| FileFinding { path: dir.clone(), problems: vec![problem] };
    let frontier = match FrontierDb::open(&dir) {
        Ok(frontier) => frontier,
        Err(error @ (FrontierError::Damaged { .. } | FrontierError::Format { .. })) => {
            return Ok(Some(vec![found(error.to_string())]));
        }
        Err(error) => return Err(error.into()),
    };
    let mut findings = match frontier.read_all() {
        Ok(_) => vec![FileFinding { path: dir.clone(), problems: Vec::new() }],
        Err(error) => vec![found(error.to_string())],
    };
    match read_checkpoint(data_dir, &frontier) {
        Ok(Some(Checkpoint { positions: Some(positions), .. })) => {
            findings.extend(check_store(data_dir, &positions)?);
        }
        // Nothing was stored yet.
        Ok(_) => {}
        Err(error) => findings.push(found(error.to_string())),
    }
    Ok(Some(findings))
}

/// Mends what [`check`] finds, as far as there is a sound way: first the store, then the output
/// files up to where the store says they end. What is replaced is put into `damaged-N` first.
/// `None` when no crawl began there.
///
/// # Errors
/// When there is no sound way; the error says what else can be done.
pub fn repair(data_dir: &Path) -> Result<Option<Repaired>, StartError> {
    let dir = data_dir.join("store");
    if !dir.is_dir() {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let aside = free_dir(data_dir);
    let opened = FrontierDb::open_mended(&dir, &aside, &mut |visit| {
        for name in ["pages/pages.jsonl", "reports/skipped.jsonl"] {
            for_each_url(&data_dir.join(name), visit);
        }
    });
    let (mut frontier, mended) = opened.map_err(FrontierError::beyond_mending)?;
    frontier.read_all().map_err(FrontierError::beyond_mending)?;
    let mut repaired = Repaired { done: mended.done, lost_urls: Vec::new(), aside };
    if !repaired.done.is_empty() {
        forget_results(data_dir, &mut repaired)?;
    }
    if let Some(checkpoint) = read_checkpoint(data_dir, &frontier)? {
        mend_output(data_dir, &mut frontier, checkpoint, &mut repaired)?;
    }
    // Refused, and rightly, unless nothing had to be put there.
    let _ = fs::remove_dir(&repaired.aside);
    Ok(Some(repaired))
}

/// Mends the output files, reports what was lost, and commits where the files end now.
fn mend_output(
    data_dir: &Path,
    frontier: &mut FrontierDb,
    mut checkpoint: Checkpoint,
    repaired: &mut Repaired,
) -> Result<(), StartError> {
    let Some(positions) = &checkpoint.positions else { return Ok(()) };
    let mended = mend_store(data_dir, positions, &repaired.aside)?;
    if mended.done.is_empty() {
        return Ok(());
    }
    forget_results(data_dir, repaired)?;
    let lost: Vec<u8> = mended.lost_urls.iter().flat_map(|url| lost_row(url)).collect();
    checkpoint.positions = Some(append_skipped_rows(data_dir, mended.positions, &lost)?);
    let count = mended.lost_urls.len() as u64;
    let counters = &mut checkpoint.counters;
    counters.fetched = counters.fetched.saturating_sub(count);
    if count > 0 {
        *counters.failed.entry(LOST.into()).or_default() += count;
    }
    let payload = serde_json::to_vec(&checkpoint)
        .map_err(|source| StartError::Checkpoint { dir: data_dir.to_owned(), source })?;
    frontier.commit(Ops::default(), &payload)?;
    repaired.done.extend(mended.done);
    repaired.lost_urls = mended.lost_urls;
    Ok(())
}

/// Puts away how far the formats made of the page list were: it is another list now.
fn forget_results(data_dir: &Path, repaired: &mut Repaired) -> Result<(), StartError> {
    repaired.done.extend(put_results_aside(data_dir, &repaired.aside)?);
    Ok(())
}

/// The same, with what is to be told of it.
pub(crate) fn put_results_aside(
    data_dir: &Path,
    aside: &Path,
) -> Result<Option<String>, StartError> {
    let results = data_dir.join("results");
    if !results.is_dir() {
        return Ok(None);
    }
    let moved =
        fs::create_dir_all(aside).and_then(|()| fs::rename(&results, aside.join("results")));
    moved.map_err(|source| StartError::DataDir { dir: results.clone(), source })?;
    let told = "formats made of the page list are made anew by the next run that asks for them";
    Ok(Some(format!("{}: {told}", results.display())))
}

fn lost_row(url: &str) -> Vec<u8> {
    let detail = Some("the stored page was damaged and could not be saved");
    let row = SkippedRow { url, reason: LOST, detail, via: None, depth: 0, attempts: 1 };
    encode_skipped(&row, SystemTime::now())
}

/// A name that no earlier repair has taken.
pub(crate) fn free_dir(data_dir: &Path) -> PathBuf {
    let mut names = (1_u32..).map(|n| data_dir.join(format!("damaged-{n}")));
    names.find(|dir| !dir.exists()).unwrap_or_else(|| data_dir.join("damaged"))
}

/// Visits the URLs of rows, as far as they can be read.
fn for_each_url(path: &Path, visit: &mut dyn FnMut(&WireUrl)) {
    #[derive(Deserialize)]
    struct Row {
        url: String,
        #[serde(default)]
        reason: Option<String>,
    }
    let Ok(file) = fs::File::open(path) else { return };
    for line in BufReader::new(file).split(b'\n').map_while(Result::ok) {
        let Ok(row) = serde_json::from_slice::<Row>(&line) else { continue };
        // A link that was refused is not a URL that was seen.
        let is_link = |reason: &str| reason == TRAP || OutOfScope::is_reason(reason);
        if row.reason.as_deref().is_some_and(is_link) {
            continue;
        }
        if let Ok(url) = WireUrl::parse(&row.url) {
            visit(&url);
        }
    }
}

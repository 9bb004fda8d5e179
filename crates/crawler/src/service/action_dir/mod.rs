//! A directory to drop orders in. A file counts once it has stood still for one look, so that one that
//! is still being written is not read; whoever moves a whole file in is served just so. A file is moved
//! away only when what it says is done, so that after a crash it is done again: that does no harm.

mod block;
mod config;
mod outcome;
mod seeds;

use std::collections::BTreeMap;
use std::fs::{self, DirEntry};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use crawler_engine::{AuditEntry, CrawlHandle, Phase};

use super::process::CrawlProcess;
use outcome::{Outcome, settle};

/// How often the directory is looked at.
const LOOK: Duration = Duration::from_secs(1);

/// Heeds the directory until the crawl has stopped, on a thread of its own. It is made if need be.
///
/// # Errors
/// When it cannot be made, or no thread be started.
pub(super) fn watch(
    dir: PathBuf,
    crawl: CrawlHandle,
    process: Arc<CrawlProcess>,
) -> anyhow::Result<()> {
    fs::create_dir_all(&dir)
        .with_context(|| format!("cannot make the action directory {}", dir.display()))?;
    std::thread::Builder::new()
        .name("action-dir".to_owned())
        .spawn(move || {
            let mut seen = Seen::new();
            while crawl.wait_timeout(LOOK).is_none() {
                if !matches!(crawl.phase(), Phase::Running | Phase::Paused) {
                    continue;
                }
                match look(&dir, &mut seen) {
                    Ok(ready) => ready.iter().for_each(|path| heed(path, &dir, &crawl, &process)),
                    Err(error) => {
                        tracing::warn!(%error, "cannot read the action directory {}", dir.display());
                    }
                }
            }
        })
        .context("cannot start the thread of the action directory")?;
    Ok(())
}

/// What a file looked like: it has changed when this has.
type Look = (u64, Option<SystemTime>);
/// Files that wait, as they looked.
type Seen = BTreeMap<PathBuf, Look>;

/// What a file asks for, by its name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Order {
    Seeds,
    Block,
    Config,
}

impl Order {
    fn of(path: &Path) -> Option<Self> {
        let name = path.file_name()?.to_str()?;
        match path.extension()?.to_str()? {
            _ if name.starts_with('.') => None,
            "seeds" => Some(Self::Seeds),
            "block" => Some(Self::Block),
            "config" => Some(Self::Config),
            _ => None,
        }
    }
}

/// The orders that have stood still since the last look, by name.
fn look(dir: &Path, seen: &mut Seen) -> io::Result<Vec<PathBuf>> {
    let mut now = Seen::new();
    for entry in fs::read_dir(dir)? {
        let entry = entry?;
        if Order::of(&entry.path()).is_some()
            && let Some(look) = look_of(&entry)
        {
            now.insert(entry.path(), look);
        }
    }
    let before = std::mem::replace(seen, now);
    let stands_still = |(path, look): &(&PathBuf, &Look)| before.get(*path) == Some(*look);
    Ok(seen.iter().filter(stands_still).map(|(path, _)| path.clone()).collect())
}

/// Nothing of a file that has gone, or is none.
fn look_of(entry: &DirEntry) -> Option<Look> {
    let meta = entry.metadata().ok().filter(fs::Metadata::is_file)?;
    Some((meta.len(), meta.modified().ok()))
}

fn heed(path: &Path, dir: &Path, crawl: &CrawlHandle, process: &CrawlProcess) {
    let outcome = match Order::of(path) {
        Some(Order::Seeds) => seeds::add(path, crawl),
        Some(Order::Block) => block::block(path, crawl),
        Some(Order::Config) => Some(config::lay_over(path, crawl, process)),
        None => return,
    };
    // An ending crawl leaves the order to the next one.
    let Some(outcome) = outcome else { return };
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entry = AuditEntry {
        actor: "action directory".to_owned(),
        action: "file".to_owned(),
        target: Some(name),
        detail: Some(outcome.summary.clone()),
        ..AuditEntry::default()
    };
    if let Err(error) = crawl.audit(entry) {
        tracing::error!(%error, "what an order did could not be written down");
    }
    report(path, &outcome);
    if let Err(error) = settle(path, dir, &outcome) {
        tracing::error!(%error, "cannot move {} away, so it is done again", path.display());
    }
}

fn report(path: &Path, outcome: &Outcome) {
    let (file, summary) = (path.display(), &outcome.summary);
    if outcome.is_done() {
        tracing::info!("{file}: {summary}");
    } else {
        tracing::warn!("{file}: {summary}; the reasons are beside it in failed/");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_order_counts_once_it_stands_still() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.seeds");
        let mut seen = Seen::new();
        let mut ready = || look(dir.path(), &mut seen).unwrap();
        fs::write(&path, "x").unwrap();
        for other in [".b.seeds", "c.seeds.tmp", "d.txt", "seeds"] {
            fs::write(dir.path().join(other), "x").unwrap();
        }
        fs::create_dir(dir.path().join("e.seeds")).unwrap();
        assert!(ready().is_empty(), "it may still be written");
        assert_eq!(ready(), std::slice::from_ref(&path));
        fs::write(&path, "xx").unwrap();
        assert!(ready().is_empty(), "it was written");
        assert_eq!(ready(), std::slice::from_ref(&path));
        fs::remove_file(&path).unwrap();
        assert!(ready().is_empty());
    }
}

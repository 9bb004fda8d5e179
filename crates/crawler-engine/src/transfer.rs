//! Taking a frontier out of a data directory, and bringing one or a list of URLs in, while no crawl
//! runs there.

use std::fs;
use std::path::{Path, PathBuf};

use crawler_frontier::transfer::{self, Feed, Item, Restore, RestoreError, Totals};
use crawler_frontier::{FrontierDb, FrontierError};
use crawler_politeness::UnixMillis;
use crawler_url::{CanonicalRules, Fingerprint, WireUrl};

use crate::clock;
use crate::counters::Counters;
use crate::lock::DirLock;
use crate::start::{StartError, has_results, read_checkpoint, take_lock};
use crate::writer::Checkpoint;

/// URLs between two commits of a list.
const COMMIT_URLS: u64 = 100_000;

/// Visits everything in the frontier of `data_dir`; `None` when no crawl began there.
///
/// # Errors
/// As [`start()`](crate::start()): the directory is in use, damaged or of another format; and what
/// `visit` says.
pub fn export_frontier<E: From<StartError>>(
    data_dir: &Path,
    visit: &mut dyn FnMut(&Item) -> Result<(), E>,
) -> Result<Option<Totals>, E> {
    let store = data_dir.join("store");
    if !store.is_dir() {
        return Ok(None);
    }
    let _lock = take_lock(data_dir)?;
    let frontier = FrontierDb::open(&store).map_err(StartError::from)?;
    let mut visit = |item: Item| visit(&item).map_err(Stopped::Visitor);
    match transfer::export(&frontier, &mut visit) {
        Ok(totals) => Ok(Some(totals)),
        Err(Stopped::Visitor(error)) => Err(error),
        Err(Stopped::Frontier(error)) => Err(StartError::from(error).into()),
    }
}

/// Why a visit ended early.
enum Stopped<E> {
    Visitor(E),
    Frontier(FrontierError),
}

impl<E> From<FrontierError> for Stopped<E> {
    fn from(error: FrontierError) -> Self {
        Self::Frontier(error)
    }
}

/// Why nothing, or no more, can be brought in.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The data directory cannot be used.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The export cannot be restored.
    #[error(transparent)]
    Restore(#[from] RestoreError),
}

impl From<FrontierError> for ImportError {
    fn from(error: FrontierError) -> Self {
        Self::Start(error.into())
    }
}

/// A data directory that something is brought into. No crawl can use it meanwhile.
#[derive(Debug)]
pub struct Import {
    data_dir: PathBuf,
    frontier: FrontierDb,
    _lock: DirLock,
}

impl Import {
    /// Opens a data directory, making it when there is none. Whether a URL is known is told by the
    /// rules of the crawl there, and before its first run by `rules`.
    ///
    /// # Errors
    /// As [`start()`](crate::start()).
    pub fn open(data_dir: &Path, rules: &CanonicalRules) -> Result<Self, StartError> {
        fs::create_dir_all(data_dir)
            .map_err(|source| StartError::DataDir { dir: data_dir.to_owned(), source })?;
        let lock = take_lock(data_dir)?;
        let mut frontier = FrontierDb::open(&data_dir.join("store"))?;
        if frontier.payload().is_none() && has_results(data_dir) {
            return Err(StartError::LostFrontier { dir: data_dir.to_owned() });
        }
        if frontier.rules().is_none() || !frontier.knows_urls()? {
            frontier.set_rules(rules.clone());
        }
        Ok(Self { data_dir: data_dir.to_owned(), frontier, _lock: lock })
    }

    /// Restores an export; the frontier must be empty. Counting begins anew: what the crawl had
    /// fetched lies in the directory it came from. If it fails nothing of it is left behind.
    ///
    /// # Errors
    /// When the items are no whole export, when one is an error, and when the disk cannot be
    /// written.
    pub fn restore<E: From<ImportError>>(
        mut self,
        items: &mut dyn Iterator<Item = Result<Item, E>>,
    ) -> Result<Totals, E> {
        let restored = restore(&mut self.frontier, items);
        if let Err(Unrestored::Begun(_)) = &restored {
            let Self { data_dir, frontier, _lock, .. } = self;
            drop(frontier);
            let store = data_dir.join("store");
            fs::remove_dir_all(&store)
                .map_err(|source| ImportError::Start(StartError::DataDir { dir: store, source }))?;
        }
        restored.map_err(|error| match error {
            Unrestored::Refused(error) | Unrestored::Begun(error) => error,
        })
    }

    /// Queues a list of URLs, in its order.
    ///
    /// # Errors
    /// When the store cannot be written, when its checkpoint cannot be understood, and when a URL
    /// is an error.
    pub fn queue<E: From<ImportError>>(
        mut self,
        remember_as_seeds: bool,
        urls: &mut dyn Iterator<Item = Result<WireUrl, E>>,
    ) -> Result<Brought, E> {
        let mut account =
            Account::open(&self.data_dir, &self.frontier).map_err(ImportError::from)?;
        let failed = |error: FrontierError| ImportError::from(error);
        let mut feed = Feed::begin(&mut self.frontier, clock::now()).map_err(failed)?;
        for (n, url) in (1_u64..).zip(urls) {
            let url = match url {
                Ok(url) => url,
                Err(error) => {
                    feed.commit(|queued| account.payload(queued)).map_err(failed)?;
                    return Err(error);
                }
            };
            if remember_as_seeds {
                feed.add_seed(&url);
            }
            feed.offer(url).map_err(failed)?;
            if n % COMMIT_URLS == 0 {
                feed.commit(|queued| account.payload(queued)).map_err(failed)?;
            }
        }
        feed.commit(|queued| account.payload(queued)).map_err(failed)?;
        Ok(Brought { new: feed.queued(), known: feed.known() })
    }

    /// Remembers a list of URLs as seen, so that they are not fetched.
    ///
    /// # Errors
    /// When the store cannot be written, and when a URL is an error.
    pub fn mark_seen<E: From<ImportError>>(
        mut self,
        urls: &mut dyn Iterator<Item = Result<WireUrl, E>>,
    ) -> Result<Brought, E> {
        let mut brought = Brought::default();
        let canonicalizer = self.frontier.canonicalizer();
        let mut prints = Vec::new();
        for url in urls {
            match url {
                Ok(url) => prints.push(canonicalizer.fingerprint(&url)),
                Err(error) => {
                    self.mark(&mut prints, &mut brought)?;
                    return Err(error);
                }
            }
            if prints.len() as u64 == COMMIT_URLS {
                self.mark(&mut prints, &mut brought)?;
            }
        }
        self.mark(&mut prints, &mut brought)?;
        Ok(brought)
    }

    fn mark(
        &mut self,
        prints: &mut Vec<Fingerprint>,
        brought: &mut Brought,
    ) -> Result<(), ImportError> {
        if prints.is_empty() {
            return Ok(());
        }
        let new = self.frontier.mark_seen(prints)?;
        brought.new += new;
        brought.known += prints.len() as u64 - new;
        prints.clear();
        Ok(())
    }
}

/// What came of a list of URLs.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Brought {
    /// URLs that are queued, or seen, since.
    pub new: u64,
    /// URLs that were known before, repeats in the list included.
    pub known: u64,
}

/// Keeps the crawl's counters true while URLs are queued behind its back.
pub(crate) struct Account {
    pub(crate) checkpoint: Checkpoint,
    /// URLs that were discovered and are not queued.
    ended: u64,
}

impl Account {
    fn open(data_dir: &Path, frontier: &FrontierDb) -> Result<Self, StartError> {
        let checkpoint = read_checkpoint(data_dir, frontier)?.unwrap_or_else(Checkpoint::empty);
        let queued = frontier.reader().queued()?;
        Ok(Self::new(checkpoint, queued))
    }

    /// Of a store with so many URLs queued.
    pub(crate) fn new(checkpoint: Checkpoint, queued: u64) -> Self {
        let ended = checkpoint.counters.discovered.saturating_sub(queued);
        Self { checkpoint, ended }
    }

    pub(crate) fn payload(&mut self, queued: u64) -> Result<Vec<u8>, FrontierError> {
        self.checkpoint.counters.discovered = self.ended + queued;
        serde_json::to_vec(&self.checkpoint)
            .map_err(|error| FrontierError::Encode { detail: error.to_string() })
    }
}

/// How far a restore came.
enum Unrestored<E> {
    /// Nothing was changed.
    Refused(E),
    /// Part of it is in the store.
    Begun(E),
}

fn restore<E: From<ImportError>>(
    frontier: &mut FrontierDb,
    items: &mut dyn Iterator<Item = Result<Item, E>>,
) -> Result<Totals, Unrestored<E>> {
    let first =
        items.next().unwrap_or_else(|| Err(ImportError::from(RestoreError::CutShort).into()));
    let first = first.map_err(Unrestored::Refused)?;
    let failed = |error: RestoreError| E::from(ImportError::from(error));
    let mut restore =
        Restore::begin(frontier, first).map_err(|error| Unrestored::Refused(failed(error)))?;
    for item in items {
        let item = item.map_err(Unrestored::Begun)?;
        restore.take(item).map_err(|error| Unrestored::Begun(failed(error)))?;
    }
    let mut account = Account { checkpoint: Checkpoint::empty(), ended: 0 };
    let payload = account.payload(restore.queued());
    let payload = payload.map_err(|error| Unrestored::Begun(failed(error.into())))?;
    restore.finish(&payload).map_err(|error| Unrestored::Begun(failed(error)))
}

impl Checkpoint {
    /// Of a directory without captures.
    pub(crate) fn empty() -> Self {
        Self {
            positions: None,
            counters: Counters::default(),
            traps: Vec::new(),
            addresses: Vec::new(),
            skipped_from: 0,
            at: UnixMillis::default(),
            is_rebuilt: false,
        }
    }
}

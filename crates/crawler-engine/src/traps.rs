//! Templates of URLs that bring nothing new, for the whole crawl.

use std::fs;
use std::io;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use crawler_politeness::UnixMillis;
use crawler_url::HostKey;
use serde::{Deserialize, Serialize};

use crate::shared::locked;

/// Templates in quarantine at most; the list is committed with every step of the crawl.
const TRAPS_MAX: usize = 512;
/// The list for people, in a data directory.
const REPORT_FILE: &str = "reports/traps.jsonl";
/// Reason of a refused link to a URL of a template in quarantine, in `reports/skipped.jsonl`.
pub(crate) const TRAP: &str = "trap";

/// When a template is taken for a trap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TrapRule {
    /// Pages of a template to look at, and again after as many.
    pub pages: u32,
    /// It is a trap when a smaller part of them, in percent, had content that was new.
    pub yield_percent: u8,
}

/// A template in quarantine: links to its URLs are listed, and one a minute is followed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trap {
    /// What its URLs have in common.
    pub template: String,
    /// Their host.
    pub host: HostKey,
    /// Pages that were looked at.
    pub pages: u32,
    /// Those of them that brought something new.
    pub new: u32,
    /// When that was found.
    pub at_ms: UnixMillis,
    /// The operator has let it go: it is never taken for a trap again.
    #[serde(default)]
    pub released: bool,
}

/// All of them; shards add, the store writer makes them durable.
#[derive(Debug)]
pub(crate) struct TrapList {
    traps: Mutex<Vec<Trap>>,
    is_changed: AtomicBool,
}

impl TrapList {
    pub(crate) fn new(traps: Vec<Trap>) -> Self {
        Self { traps: Mutex::new(traps), is_changed: AtomicBool::new(true) }
    }

    pub(crate) fn all(&self) -> Vec<Trap> {
        locked(&self.traps).clone()
    }

    /// Lets a template go for good.
    pub(crate) fn release(&self, template: &str) {
        let mut traps = locked(&self.traps);
        for trap in traps.iter_mut().filter(|trap| trap.template == template) {
            trap.released = true;
        }
        self.is_changed.store(true, Ordering::Relaxed);
    }

    /// Whether there was room for one more.
    pub(crate) fn add(&self, trap: Trap) -> bool {
        let mut traps = locked(&self.traps);
        let has_room = traps.len() < TRAPS_MAX;
        if has_room {
            traps.push(trap);
            self.is_changed.store(true, Ordering::Relaxed);
        }
        has_room
    }

    /// Writes the list for people, if it changed.
    pub(crate) fn report(&self, data_dir: &Path) -> io::Result<()> {
        if !self.is_changed.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        write_report(data_dir, &self.all())
    }
}

/// The file is whole at any time, and is not there when the list is empty.
pub(crate) fn write_report(data_dir: &Path, traps: &[Trap]) -> io::Result<()> {
    let path = data_dir.join(REPORT_FILE);
    if traps.is_empty() && !path.exists() {
        return Ok(());
    }
    let mut text = String::new();
    for trap in traps {
        text.push_str(&serde_json::to_string(trap)?);
        text.push('\n');
    }
    let temporary = path.with_extension("jsonl.tmp");
    fs::write(&temporary, text)?;
    fs::rename(&temporary, &path)
}

/// The templates in quarantine and those let go, as the crawl in `data_dir` last told.
///
/// # Errors
/// When the list cannot be read, or holds something else.
pub fn read_traps(data_dir: &Path) -> io::Result<Vec<Trap>> {
    match fs::read_to_string(data_dir.join(REPORT_FILE)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Vec::new()),
        text => text?.lines().map(|line| Ok(serde_json::from_str(line)?)).collect(),
    }
}

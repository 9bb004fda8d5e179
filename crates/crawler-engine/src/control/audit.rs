//! `operator/audit.jsonl`: what operators did, a row for each action.

use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast;

use super::ControlError;
use super::operator::{make_dir, operator_dir};
use crate::clock;
use crate::handle::CrawlHandle;
use crate::shared::locked;

const AUDIT_FILE: &str = "audit.jsonl";
/// Bytes at the end of the file in which the last actions are looked for.
const TAIL_BYTES: u64 = 1 << 20;
/// Actions that a slow listener may fall behind before it misses the oldest.
const BEHIND_MAX: usize = 64;
/// Who acts when a change ends by itself.
const OURSELVES: &str = "crawler";

/// One action.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// When; set when it is written.
    #[serde(default)]
    pub at_ms: u64,
    /// Who: an address, a signal, a file.
    pub actor: String,
    /// What, in one word.
    pub action: String,
    /// To what: a host, a template, a file.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    /// More about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
    /// Why, if somebody said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl AuditEntry {
    /// Something that no operator did.
    pub(super) fn own(action: &str, target: Option<&str>) -> Self {
        Self {
            actor: OURSELVES.to_owned(),
            action: action.to_owned(),
            target: target.map(str::to_owned),
            ..Self::default()
        }
    }
}

/// The file; one row is written at a time.
#[derive(Debug)]
pub(crate) struct AuditLog {
    data_dir: PathBuf,
    turn: Mutex<()>,
    /// Tells whoever listens.
    told: broadcast::Sender<Arc<AuditEntry>>,
}

impl AuditLog {
    pub(super) fn new(data_dir: PathBuf) -> Self {
        Self { data_dir, turn: Mutex::new(()), told: broadcast::Sender::new(BEHIND_MAX) }
    }

    fn path(&self) -> PathBuf {
        operator_dir(&self.data_dir).join(AUDIT_FILE)
    }

    fn append(&self, mut entry: AuditEntry) -> io::Result<()> {
        entry.at_ms = clock::now().0;
        let mut row = serde_json::to_vec(&entry)?;
        row.push(b'\n');
        // Nobody may be listening.
        let _ = self.told.send(Arc::new(entry));
        let _turn = locked(&self.turn);
        make_dir(&self.data_dir, &operator_dir(&self.data_dir))?;
        let mut file = OpenOptions::new().create(true).append(true).open(self.path())?;
        file.write_all(&row)?;
        file.sync_data()
    }

    /// The same, where there is nobody to tell that it failed.
    pub(super) fn note(&self, entry: AuditEntry) {
        if let Err(error) = self.append(entry) {
            tracing::warn!(%error, "cannot write {}", self.path().display());
        }
    }

    fn last(&self, limit: usize) -> io::Result<Vec<AuditEntry>> {
        let mut file = match File::open(self.path()) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            file => file?,
        };
        let from = file.metadata()?.len().saturating_sub(TAIL_BYTES);
        file.seek(SeekFrom::Start(from))?;
        let mut tail = Vec::new();
        file.take(TAIL_BYTES).read_to_end(&mut tail)?;
        // A first row that was cut, or a last one that a crash cut, is no entry.
        let rows = tail.split(|byte| *byte == b'\n').rev();
        Ok(rows.filter_map(|row| serde_json::from_slice(row).ok()).take(limit).collect())
    }
}

impl CrawlHandle {
    /// Writes down what an operator did. Durable when it returns.
    ///
    /// # Errors
    /// [`ControlError::NotSaved`].
    pub fn audit(&self, entry: AuditEntry) -> Result<(), ControlError> {
        let log = &self.shared().control.audit;
        log.append(entry).map_err(|source| ControlError::NotSaved { dir: log.path(), source })
    }

    /// What operators do from now on, by whatever way.
    #[must_use]
    pub fn operations(&self) -> broadcast::Receiver<Arc<AuditEntry>> {
        self.shared().control.audit.told.subscribe()
    }

    /// The last actions, the newest first, as far as they stand in the file's last megabyte.
    ///
    /// # Errors
    /// [`ControlError::Read`] when the file cannot be read.
    pub fn audit_log(&self, limit: usize) -> Result<Vec<AuditEntry>, ControlError> {
        let log = &self.shared().control.audit;
        log.last(limit).map_err(|source| ControlError::Read { path: log.path(), source })
    }
}

//! What was uploaded, durably: `results/uploads.jsonl`.

use std::collections::HashMap;
use std::fs::{self, File, OpenOptions};
use std::io::{ErrorKind, Write};
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::object::{Lines, Object, Rows};
use super::target::S3Target;
use crate::error::ResultError;

/// One line of the list.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(in crate::sink) enum Entry {
    /// Where all of it goes; the first line.
    Target(String),
    /// These rows become objects: noted before, so that no later run cuts them otherwise.
    Rows(Rows),
    /// So do these lines.
    Lines(Lines),
    /// The parts of an object are sent under this id.
    Parts { key: String, id: String },
    /// An object is there, and is what it should be.
    Object { key: String, bytes: u64, etag: Option<String>, written: Option<u64> },
}

/// Writes lines at the end of the list.
#[derive(Debug, Clone)]
pub(in crate::sink) struct Notes {
    file: Arc<File>,
    path: Arc<Path>,
}

impl Notes {
    /// Writes one durably.
    pub(in crate::sink) fn add(&self, entry: &Entry) -> Result<(), ResultError> {
        let write = || {
            let mut line = serde_json::to_vec(entry)?;
            line.push(b'\n');
            (&*self.file).write_all(&line)?;
            self.file.sync_data()
        };
        write().map_err(ResultError::io("write", &self.path))
    }
}

/// The list as it stands.
#[derive(Debug)]
pub(in crate::sink) struct Ledger {
    pub(in crate::sink) notes: Notes,
    /// Rows that have become objects or are about to, the newest last; of the others those of which
    /// an object is missing.
    rows: Vec<Rows>,
    /// Lines likewise.
    lines: Vec<Lines>,
    /// How far the lines of each file have become objects or are about to.
    lines_to: HashMap<String, u64>,
    /// Bytes and time of what is there.
    done: HashMap<String, (u64, Option<u64>)>,
    /// Ids of parts whose object is not there.
    parts: HashMap<String, String>,
}

impl Ledger {
    /// Reads the list of `data_dir`, or begins one.
    ///
    /// # Errors
    /// When it is of another target, or cannot be read or written.
    pub(in crate::sink) fn open(data_dir: &Path, target: &S3Target) -> Result<Self, ResultError> {
        let folder = data_dir.join("results");
        let path = folder.join("uploads.jsonl");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == ErrorKind::NotFound => String::new(),
            Err(error) => return Err(ResultError::io("read", &path)(error)),
        };
        fs::create_dir_all(&folder).map_err(ResultError::io("create", &folder))?;
        let file = OpenOptions::new().append(true).create(true).open(&path);
        let file = file.map_err(ResultError::io("open", &path))?;
        // A crash may have left half a line.
        let whole = text.rfind('\n').map_or(0, |end| end + 1);
        file.set_len(whole as u64).map_err(ResultError::io("cut", &path))?;
        File::open(&folder)
            .and_then(|folder| folder.sync_all())
            .map_err(ResultError::io("write", &folder))?;
        let notes = Notes { file: Arc::new(file), path: path.as_path().into() };
        let mut ledger = Self {
            notes,
            rows: Vec::new(),
            lines: Vec::new(),
            lines_to: HashMap::new(),
            done: HashMap::new(),
            parts: HashMap::new(),
        };
        ledger.read(&text[..whole], target, &path)?;
        if whole == 0 {
            ledger.notes.add(&Entry::Target(target.to_string()))?;
        }
        Ok(ledger)
    }

    fn read(&mut self, text: &str, target: &S3Target, path: &Path) -> Result<(), ResultError> {
        let mut offset = 0;
        for line in text.lines() {
            let entry = serde_json::from_str(line).map_err(|error| ResultError::Position {
                path: path.to_owned(),
                reason: format!("at byte {offset}: {error}"),
            })?;
            match entry {
                Entry::Target(to) if to != target.to_string() => {
                    return Err(ResultError::Other(format!(
                        "{} lists what was uploaded to {to}; to upload all of it to {target} too, remove \
                         that file and results/upload.json",
                        path.display()
                    )));
                }
                Entry::Target(_) => {}
                Entry::Rows(rows) => self.rows.push(rows),
                Entry::Lines(lines) => self.expect(lines),
                Entry::Parts { key, id } => drop(self.parts.insert(key, id)),
                Entry::Object { key, bytes, written, .. } => {
                    self.parts.remove(&key);
                    self.done.insert(key, (bytes, written));
                }
            }
            offset += line.len() + 1;
        }
        Ok(())
    }

    /// Whether the object is there as it should be.
    pub(in crate::sink) fn has(&self, object: &Object) -> bool {
        self.done.get(&object.key) == Some(&(object.to - object.from, object.written))
    }

    /// The newest rows that have become objects or are about to.
    pub(in crate::sink) fn rows(&self) -> Rows {
        self.rows.last().copied().unwrap_or(Rows { pages: (0, 0), cdxj: (0, 0) })
    }

    /// The objects of rows that are not there.
    pub(in crate::sink) fn undone_rows(&mut self, data_dir: &Path) -> Vec<Object> {
        let newest = self.rows();
        let mut rows = std::mem::take(&mut self.rows);
        let mut undone = Vec::new();
        rows.retain(|rows| {
            let before = undone.len();
            undone.extend(rows.objects(data_dir).into_iter().filter(|object| !self.has(object)));
            undone.len() > before || *rows == newest
        });
        self.rows = rows;
        undone
    }

    /// Up to where the lines of a file have become objects or are about to.
    pub(in crate::sink) fn lines_to(&self, file: &str) -> u64 {
        self.lines_to.get(file).copied().unwrap_or_default()
    }

    /// The objects of lines that are not there.
    pub(in crate::sink) fn undone_lines(&mut self, data_dir: &Path) -> Vec<Object> {
        let mut lines = std::mem::take(&mut self.lines);
        lines.retain(|lines| !self.has(&lines.object(data_dir)));
        self.lines = lines;
        self.lines.iter().map(|lines| lines.object(data_dir)).collect()
    }

    fn expect(&mut self, lines: Lines) {
        self.lines_to.insert(lines.file.clone(), lines.bytes.1);
        self.lines.push(lines);
    }

    /// The id of parts that an earlier run sent of it.
    pub(in crate::sink) fn stale_parts(&self, key: &str) -> Option<String> {
        self.parts.get(key).cloned()
    }

    /// Rows up to these become objects from here on.
    pub(in crate::sink) fn begin(&mut self, rows: Rows) -> Result<(), ResultError> {
        self.notes.add(&Entry::Rows(rows))?;
        self.rows.push(rows);
        Ok(())
    }

    /// These lines become an object.
    pub(in crate::sink) fn begin_lines(&mut self, lines: Lines) -> Result<(), ResultError> {
        self.notes.add(&Entry::Lines(lines.clone()))?;
        self.expect(lines);
        Ok(())
    }

    /// An object is there.
    pub(in crate::sink) fn add(
        &mut self,
        object: &Object,
        etag: Option<String>,
    ) -> Result<(), ResultError> {
        let (key, bytes) = (object.key.clone(), object.to - object.from);
        self.notes.add(&Entry::Object { key, bytes, etag, written: object.written })?;
        self.parts.remove(&object.key);
        self.done.insert(object.key.clone(), (bytes, object.written));
        Ok(())
    }
}

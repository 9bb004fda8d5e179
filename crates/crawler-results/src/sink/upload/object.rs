//! What is to be uploaded.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};

use crate::error::ResultError;

/// Bytes of a file that become an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::sink) struct Object {
    /// Its name below the prefix.
    pub(in crate::sink) key: String,
    pub(in crate::sink) path: PathBuf,
    pub(in crate::sink) from: u64,
    pub(in crate::sink) to: u64,
    /// When the file was last written, in milliseconds since 1970, if it may be written anew.
    pub(in crate::sink) written: Option<u64>,
}

/// Committed rows and the lines of the index that belong to them, in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sink) struct Rows {
    pub(in crate::sink) pages: (u64, u64),
    pub(in crate::sink) cdxj: (u64, u64),
}

impl Rows {
    /// The objects they become: their names sort as they follow each other.
    pub(in crate::sink) fn objects(self, data_dir: &Path) -> [Object; 2] {
        let part = |file: &str, name: &str, ending: &str, (from, to): (u64, u64)| Object {
            key: format!("{name}-{from:015}-{to:015}.{ending}"),
            path: data_dir.join(file),
            from,
            to,
            written: None,
        };
        [
            part("pages/pages.jsonl", "pages/pages", "jsonl", self.pages),
            part("cdxj/index.cdxj", "cdxj/index", "cdxj", self.cdxj),
        ]
    }
}

/// Where the lines end that begin at byte `from` of the index: as many as there are rows.
///
/// # Errors
/// When it has fewer.
pub(in crate::sink) fn index_end(
    data_dir: &Path,
    from: u64,
    rows: u64,
) -> Result<u64, ResultError> {
    let path = data_dir.join("cdxj").join("index.cdxj");
    let io = |action| ResultError::io(action, &path);
    let mut file = File::open(&path).map_err(io("open"))?;
    file.seek(SeekFrom::Start(from)).map_err(io("read"))?;
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let (mut end, mut line) = (from, Vec::new());
    for _ in 0..rows {
        line.clear();
        end += reader.read_until(b'\n', &mut line).map_err(io("read"))? as u64;
        if line.last() != Some(&b'\n') {
            let reason = "the page list has more rows than it".to_owned();
            return Err(ResultError::Malformed { path: path.clone(), offset: end, reason });
        }
    }
    Ok(end)
}

#[derive(Deserialize)]
struct ClosedWarc {
    file: String,
    bytes: u64,
}

/// The complete WARC files: those before `current`, which is the one of the last committed row; with
/// none given, all. A file that was closed since is not committed as such.
///
/// # Errors
/// When the list of WARC files cannot be read.
pub(in crate::sink) fn warcs(
    data_dir: &Path,
    current: Option<&str>,
) -> Result<Vec<Object>, ResultError> {
    let path = data_dir.join("reports").join("warcs.jsonl");
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(ResultError::io("read", &path)(error)),
    };
    // The last line may be half written.
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    let mut objects = Vec::new();
    for line in whole.lines() {
        let closed: ClosedWarc = serde_json::from_str(line).map_err(|error| {
            let reason = error.to_string();
            ResultError::Malformed { path: path.clone(), offset: 0, reason }
        })?;
        if current == Some(closed.file.as_str()) {
            break;
        }
        objects.push(Object {
            key: format!("warc/{}", closed.file),
            path: data_dir.join("warc").join(&closed.file),
            from: 0,
            to: closed.bytes,
            written: None,
        });
    }
    Ok(objects)
}

/// The Parquet files, except those written after `settled`: they may be written anew.
///
/// # Errors
/// When the folder cannot be read.
pub(in crate::sink) fn parquet(
    data_dir: &Path,
    settled: Option<SystemTime>,
) -> Result<Vec<Object>, ResultError> {
    let mut objects = Vec::new();
    let mut folders = vec![data_dir.join("parquet")];
    while let Some(folder) = folders.pop() {
        let entries = match fs::read_dir(&folder) {
            Ok(entries) => entries,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ResultError::io("read", &folder)(error)),
        };
        for entry in entries {
            let path = entry.map_err(ResultError::io("read", &folder))?.path();
            let Ok(about) = fs::metadata(&path) else { continue };
            if about.is_dir() {
                folders.push(path);
                continue;
            }
            let written = about.modified().unwrap_or(UNIX_EPOCH);
            let is_settled = settled.is_none_or(|settled| written < settled);
            let Some(key) = path.strip_prefix(data_dir).ok().and_then(Path::to_str) else {
                continue;
            };
            if is_settled && key.ends_with(".parquet") {
                let since_1970 = written.duration_since(UNIX_EPOCH).unwrap_or_default();
                let written = Some(since_1970.as_millis() as u64);
                objects.push(Object {
                    key: key.to_owned(),
                    from: 0,
                    to: about.len(),
                    written,
                    path,
                });
            }
        }
    }
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(objects)
}

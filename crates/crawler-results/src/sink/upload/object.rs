//! What is to be uploaded.

use std::collections::BTreeMap;
use std::fs::{self, File, Metadata};
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
    /// The objects they become.
    pub(in crate::sink) fn objects(self, data_dir: &Path) -> [Object; 2] {
        [
            part(data_dir, "pages/pages.jsonl", self.pages),
            part(data_dir, "cdxj/index.cdxj", self.cdxj),
        ]
    }
}

/// Bytes of a file to which a follower adds lines.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::sink) struct Lines {
    /// Its path in the data directory.
    pub(in crate::sink) file: String,
    pub(in crate::sink) bytes: (u64, u64),
}

impl Lines {
    /// The object they become.
    pub(in crate::sink) fn object(&self, data_dir: &Path) -> Object {
        part(data_dir, &self.file, self.bytes)
    }
}

/// A part of a file that grows: the names of its objects sort as they follow each other.
fn part(data_dir: &Path, file: &str, (from, to): (u64, u64)) -> Object {
    let (name, ending) = file.rsplit_once('.').unwrap_or((file, ""));
    Object {
        key: format!("{name}-{from:015}-{to:015}.{ending}"),
        path: data_dir.join(file),
        from,
        to,
        written: None,
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

/// Followers that add lines to files.
const LINE_MAKERS: [&str; 2] = ["content", "extracted"];

/// The files to which followers add lines, with what of them is sealed: that stays as it is.
///
/// # Errors
/// When what they have noted cannot be read.
pub(in crate::sink) fn sealed_lines(data_dir: &Path) -> Result<BTreeMap<String, u64>, ResultError> {
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct Noted {
        state: State,
    }
    #[derive(Default, Deserialize)]
    #[serde(default)]
    struct State {
        files: BTreeMap<String, u64>,
    }
    let mut sealed = BTreeMap::new();
    for maker in LINE_MAKERS {
        let path = data_dir.join("results").join(format!("{maker}.json"));
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
            Err(error) => return Err(ResultError::io("read", &path)(error)),
        };
        let noted: Noted = serde_json::from_slice(&bytes)
            .map_err(|error| ResultError::Position { path, reason: error.to_string() })?;
        sealed.extend(noted.state.files);
    }
    Ok(sealed)
}

/// The Parquet files that followers make. While these are at work (`settled` is given) only those that
/// were not written since then: a newer one may be written anew.
///
/// # Errors
/// When a folder cannot be read.
pub(in crate::sink) fn made(
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
            // A file that its maker renamed meanwhile is met under its new name another time.
            let Ok(about) = fs::metadata(&path) else { continue };
            if about.is_dir() {
                folders.push(path);
            } else {
                objects.extend(made_file(data_dir, path, &about, settled));
            }
        }
    }
    objects.sort_by(|one, other| one.key.cmp(&other.key));
    Ok(objects)
}

fn made_file(
    data_dir: &Path,
    path: PathBuf,
    about: &Metadata,
    settled: Option<SystemTime>,
) -> Option<Object> {
    let written = about.modified().unwrap_or(UNIX_EPOCH);
    let is_parquet = path.extension().is_some_and(|ending| ending == "parquet");
    let is_ready = is_parquet && settled.is_none_or(|settled| written < settled);
    let key = path.strip_prefix(data_dir).ok()?.to_str().filter(|_| is_ready)?.to_owned();
    let since_1970 = written.duration_since(UNIX_EPOCH).unwrap_or_default();
    let written = Some(since_1970.as_millis() as u64);
    Some(Object { key, from: 0, to: about.len(), written, path })
}

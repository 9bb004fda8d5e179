//! The rows about captures, against the captures. A file of rows is read once to judge it and, if it
//! is to be mended, once more to copy what may stay: none of it is held in memory.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, BufWriter, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};

use crawler_url::{WireUrl, surt};
use serde_json::Value;

use super::captures::Captures;
use super::{Place, sync_folder};
use crate::error::StoreError;
use crate::read::{CdxjRow, ROW_BYTES_MAX, WarcReader, WarcRecord, http};

/// Which rows a file has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RowFile {
    Cdxj,
    Pages,
    /// Rows that speak of no record.
    Alone,
}

/// What the committed part of a file consists of.
#[derive(Debug)]
pub(super) struct Rows {
    pub(super) path: PathBuf,
    /// Something is behind the committed part.
    pub(super) has_tail: bool,
    /// Rows whose record is not there.
    pub(super) stray: Vec<(Place, String)>,
    kind: RowFile,
    committed: u64,
    /// How many lines are no rows, and where the first of them begins.
    unreadable: u64,
    first_unreadable: u64,
    short: Option<(u64, u64)>,
    /// Numbers of the captures that have no row.
    missing: Vec<usize>,
}

/// What is to be done with a line.
enum Judged {
    Kept,
    /// One that says the same stands before it.
    Repeated,
    Stray(Place, String),
    NoRow,
}

/// Judges the lines of a file in their order.
struct Judge<'a> {
    kind: RowFile,
    captures: &'a Captures,
    /// Captures whose row was met.
    met: Vec<bool>,
}

impl Judge<'_> {
    fn new(kind: RowFile, captures: &Captures) -> Judge<'_> {
        let met = if kind == RowFile::Alone { 0 } else { captures.len() };
        Judge { kind, captures, met: vec![false; met] }
    }

    fn judge(&mut self, line: &[u8]) -> Judged {
        if !line.ends_with(b"\n") {
            return Judged::NoRow;
        }
        if self.kind == RowFile::Alone {
            let is_row = serde_json::from_slice::<Value>(line).is_ok();
            return if is_row { Judged::Kept } else { Judged::NoRow };
        }
        let Some((place, url)) = place_of(self.kind, line) else { return Judged::NoRow };
        let capture = self.captures.find(&place.0, place.1, &url);
        match capture.and_then(|capture| self.met.get_mut(capture)) {
            None => Judged::Stray(place, url),
            Some(met) if *met => Judged::Repeated,
            Some(met) => {
                *met = true;
                Judged::Kept
            }
        }
    }
}

impl Rows {
    pub(super) fn read(
        path: PathBuf,
        committed: u64,
        kind: RowFile,
        captures: &Captures,
    ) -> Result<Self, StoreError> {
        let mut judge = Judge::new(kind, captures);
        let mut rows = Self {
            path,
            has_tail: false,
            stray: Vec::new(),
            kind,
            committed,
            unreadable: 0,
            first_unreadable: 0,
            short: None,
            missing: Vec::new(),
        };
        let path = rows.path.clone();
        let found = for_each_line(&path, committed, |at, line| {
            match judge.judge(line) {
                Judged::Kept | Judged::Repeated => {}
                Judged::Stray(place, url) => rows.stray.push((place, url)),
                Judged::NoRow => {
                    if rows.unreadable == 0 {
                        rows.first_unreadable = at;
                    }
                    rows.unreadable += 1;
                }
            }
            Ok(())
        })?;
        rows.has_tail = found > committed;
        rows.short = (found < committed).then_some((found, committed));
        let numbered = judge.met.iter().enumerate();
        rows.missing = numbered.filter(|(_, met)| !**met).map(|(number, _)| number).collect();
        Ok(rows)
    }

    /// What is wrong, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some((found, committed)) = self.short {
            problems.push(format!("it has {found} bytes, {committed} were committed"));
        }
        if self.unreadable > 0 {
            let (count, first) = (self.unreadable, self.first_unreadable);
            problems.push(format!("{count} lines are no rows, the first at byte {first}"));
        }
        if let Some(((file, offset), url)) = self.stray.first() {
            problems.push(format!(
                "{} rows have no record in a WARC file, the first is {url} at byte {offset} of {file}",
                self.stray.len()
            ));
        }
        if !self.missing.is_empty() {
            problems.push(format!("{} captures have no row", self.missing.len()));
        }
        problems
    }

    /// Replaces the file by its rows that may stay and those that were missing, made from the
    /// records in `warc_dir`; gives its length.
    pub(super) fn write(&self, captures: &Captures, warcs: &Warcs) -> Result<u64, StoreError> {
        let new = self.path.with_extension("mended");
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir).map_err(StoreError::io("create folder", dir))?;
        }
        let failed = || StoreError::io("write", &new);
        let mut file = BufWriter::new(File::create(&new).map_err(StoreError::io("create", &new))?);
        let mut bytes = 0;
        let mut judge = Judge::new(self.kind, captures);
        for_each_line(&self.path, self.committed, |_, line| {
            if matches!(judge.judge(line), Judged::Kept) {
                bytes += line.len() as u64;
                file.write_all(line).map_err(failed())?;
            }
            Ok(())
        })?;
        for (name, offset) in self.missing.iter().filter_map(|number| captures.place(*number)) {
            let record = warcs.record(name, offset)?;
            let row = match self.kind {
                RowFile::Cdxj => cdxj_row(name, &record),
                _ => page_row(name, &record),
            };
            bytes += row.len() as u64;
            file.write_all(&row).map_err(failed())?;
        }
        let file = file.into_inner().map_err(std::io::IntoInnerError::into_error);
        file.and_then(|file| file.sync_all()).map_err(failed())?;
        fs::rename(&new, &self.path).map_err(StoreError::io("rename", &new))?;
        sync_folder(&self.path)?;
        Ok(bytes)
    }
}

/// Where the records are read again.
pub(super) struct Warcs {
    /// Name and path of each file, sorted by name.
    pub(super) paths: Vec<(String, PathBuf)>,
}

impl Warcs {
    fn record(&self, name: &str, offset: u64) -> Result<WarcRecord, StoreError> {
        let at = self.paths.binary_search_by(|(other, _)| other.as_str().cmp(name));
        let path = at.ok().and_then(|at| self.paths.get(at)).map_or(Path::new(name), |it| &it.1);
        let gone = || StoreError::malformed(path, offset, "the record that was here is gone");
        WarcReader::open_at(path, offset)?.next().unwrap_or_else(|| Err(gone()))
    }
}

/// Visits the committed lines, each with where it begins; gives the length of the file.
fn for_each_line(
    path: &Path,
    committed: u64,
    mut visit: impl FnMut(u64, &[u8]) -> Result<(), StoreError>,
) -> Result<u64, StoreError> {
    let file = match File::open(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
        file => file.map_err(StoreError::io("open", path))?,
    };
    let len = file.metadata().map_err(StoreError::io("inspect", path))?.len();
    let mut source = BufReader::new(file.take(committed));
    let (mut at, mut line) = (0, Vec::new());
    loop {
        line.clear();
        let mut bounded = (&mut source).take(ROW_BYTES_MAX as u64);
        let read = bounded.read_until(b'\n', &mut line).map_err(StoreError::io("read", path))?;
        if read == 0 {
            return Ok(len);
        }
        visit(at, &line)?;
        at += read as u64;
    }
}

fn place_of(kind: RowFile, line: &[u8]) -> Option<(Place, String)> {
    if kind == RowFile::Cdxj {
        let row = CdxjRow::parse(line).ok()?;
        return Some(((row.file()?.to_owned(), row.offset()), row.url().to_owned()));
    }
    let row: Value = serde_json::from_slice(line).ok()?;
    let place = (row["warc"]["file"].as_str()?.to_owned(), row["warc"]["offset"].as_u64()?);
    Some((place, row["url"].as_str()?.to_owned()))
}

/// The index row of a record.
fn cdxj_row(file: &str, record: &WarcRecord) -> Vec<u8> {
    let header = |name| record.header(name).unwrap_or_default();
    let url = header("WARC-Target-URI");
    let key = WireUrl::parse(url).map_or_else(|_| url.to_owned(), |url| surt(&url));
    let timestamp: String =
        header("WARC-Date").chars().filter(char::is_ascii_digit).take(14).collect();
    let mut fields = vec![("url", url.to_owned())];
    let http = http::split_http(record.block());
    let mime =
        if record.kind() == "revisit" { Some("warc/revisit".to_owned()) } else { mime(http.head) };
    fields.extend(mime.map(|mime| ("mime", mime)));
    fields.push(("status", http.status.unwrap_or(0).to_string()));
    fields.extend(record.header("WARC-Payload-Digest").map(|digest| ("digest", digest.to_owned())));
    fields.push(("length", record.length().to_string()));
    fields.push(("offset", record.offset().to_string()));
    fields.push(("filename", file.to_owned()));
    let fields: Vec<String> = fields
        .iter()
        .map(|(name, value)| format!("\"{name}\": {}", Value::from(value.as_str())))
        .collect();
    format!("{key} {timestamp} {{{}}}\n", fields.join(", ")).into_bytes()
}

/// A row of `pages.jsonl` with what the record tells: title, depth, via, language, outlinks and
/// timings are not known any more.
fn page_row(file: &str, record: &WarcRecord) -> Vec<u8> {
    let header = |name| record.header(name).unwrap_or_default();
    let http = http::split_http(record.block());
    let mut row = serde_json::json!({
        "url": header("WARC-Target-URI"),
        "ts": header("WARC-Date"),
        "status": http.status.unwrap_or(0),
        "depth": 0,
        "hops": "",
        "digest": header("WARC-Payload-Digest"),
        "wire_bytes": http.body.len(),
        "outlinks": 0,
        "protocol": "",
        "generation": 1,
        "rebuilt": true,
        "warc": { "file": file, "offset": record.offset(), "length": record.length() },
    });
    if let (Some(mime), Some(row)) = (mime(http.head), row.as_object_mut()) {
        row.insert("mime".to_owned(), mime.into());
    }
    format!("{row}\n").into_bytes()
}

/// The media type that a head tells, without parameters.
fn mime(head: &[u8]) -> Option<String> {
    let text = String::from_utf8_lossy(head);
    let (_, value) = text
        .lines()
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case("content-type"))?;
    let mime = value.trim().split([';', ' ', '\t']).next().unwrap_or_default();
    (!mime.is_empty()).then(|| mime.to_owned())
}

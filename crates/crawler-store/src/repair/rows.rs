//! The rows about captures, against the captures.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::path::PathBuf;

use crawler_url::{WireUrl, surt};
use serde_json::Value;

use super::{Place, Stored};
use crate::error::StoreError;
use crate::read::{CdxjRow, ROW_BYTES_MAX, WarcRecord, http};

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
    kept: Vec<Vec<u8>>,
    made: Vec<Vec<u8>>,
    /// Where lines begin that are no rows.
    unreadable: Vec<u64>,
    short: Option<(u64, u64)>,
}

impl Rows {
    pub(super) fn read(
        path: PathBuf,
        committed: u64,
        kind: RowFile,
        captures: &BTreeMap<Place, Stored>,
    ) -> Result<Self, StoreError> {
        let mut rows = Self {
            path,
            has_tail: false,
            stray: Vec::new(),
            kept: Vec::new(),
            made: Vec::new(),
            unreadable: Vec::new(),
            short: None,
        };
        let mut seen = BTreeSet::new();
        let found = rows.for_each_line(committed, |rows, at, line| match kind {
            RowFile::Alone => {
                rows.keep_if(at, line, serde_json::from_slice::<Value>(line).is_ok());
            }
            _ => match place_of(kind, line) {
                None => rows.unreadable.push(at),
                Some((place, url)) => {
                    let stored = captures.get(&place).is_some_and(|it| it.url == url);
                    if stored && seen.insert(place.clone()) {
                        rows.kept.push(line.to_vec());
                    } else if !stored {
                        rows.stray.push((place, url));
                    }
                }
            },
        })?;
        rows.has_tail = found > committed;
        rows.short = (found < committed).then_some((found, committed));
        if kind != RowFile::Alone {
            let missing = captures.iter().filter(|(place, _)| !seen.contains(*place));
            rows.made = missing
                .map(|(_, stored)| match kind {
                    RowFile::Cdxj => stored.cdxj_row.clone(),
                    _ => stored.page_row.clone(),
                })
                .collect();
        }
        Ok(rows)
    }

    fn keep_if(&mut self, at: u64, line: &[u8], is_row: bool) {
        if is_row { self.kept.push(line.to_vec()) } else { self.unreadable.push(at) }
    }

    /// Visits the committed lines; gives the length of the file.
    fn for_each_line(
        &mut self,
        committed: u64,
        mut visit: impl FnMut(&mut Self, u64, &[u8]),
    ) -> Result<u64, StoreError> {
        let path = self.path.clone();
        let file = match File::open(&path) {
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(0),
            file => file.map_err(StoreError::io("open", &path))?,
        };
        let len = file.metadata().map_err(StoreError::io("inspect", &path))?.len();
        let mut source = BufReader::new(file.take(committed));
        let (mut at, mut line) = (0, Vec::new());
        loop {
            line.clear();
            let mut bounded = (&mut source).take(ROW_BYTES_MAX as u64);
            let read =
                bounded.read_until(b'\n', &mut line).map_err(StoreError::io("read", &path))?;
            if read == 0 {
                return Ok(len);
            }
            if line.ends_with(b"\n") {
                visit(self, at, &line);
            } else {
                self.unreadable.push(at);
            }
            at += read as u64;
        }
    }

    /// What is wrong, in words.
    pub(super) fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if let Some((found, committed)) = self.short {
            problems.push(format!("it has {found} bytes, {committed} were committed"));
        }
        if let Some(first) = self.unreadable.first() {
            let count = self.unreadable.len();
            problems.push(format!("{count} lines are no rows, the first at byte {first}"));
        }
        if let Some(((file, offset), url)) = self.stray.first() {
            problems.push(format!(
                "{} rows have no record in a WARC file, the first is {url} at byte {offset} of {file}",
                self.stray.len()
            ));
        }
        if !self.made.is_empty() {
            problems.push(format!("{} captures have no row", self.made.len()));
        }
        problems
    }

    /// Replaces the file; gives its length.
    pub(super) fn write(&self) -> Result<u64, StoreError> {
        let new = self.path.with_extension("mended");
        if let Some(dir) = self.path.parent() {
            fs::create_dir_all(dir).map_err(StoreError::io("create folder", dir))?;
        }
        let bytes = self.kept.concat().len() + self.made.concat().len();
        let mut file = File::create(&new).map_err(StoreError::io("create", &new))?;
        for row in self.kept.iter().chain(&self.made) {
            file.write_all(row).map_err(StoreError::io("write", &new))?;
        }
        file.sync_all().map_err(StoreError::io("sync", &new))?;
        fs::rename(&new, &self.path).map_err(StoreError::io("rename", &new))?;
        Ok(bytes as u64)
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
pub(super) fn cdxj_row(file: &str, record: &WarcRecord) -> Vec<u8> {
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
pub(super) fn page_row(file: &str, record: &WarcRecord) -> Vec<u8> {
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

//! Rows of the CDXJ index: parsing one, and finding those of a key in a large file.

use std::borrow::Cow;
use std::fs::File;
use std::io::{ErrorKind, Read, Seek, SeekFrom};
use std::path::{Component, Path};

use memchr::memmem::Finder;
use serde::Deserialize;

use crate::error::StoreError;

/// A longer line is no row: a URL has at most a few thousand bytes and stands there twice.
pub(crate) const ROW_BYTES_MAX: usize = 1 << 20;

/// The file is searched in pieces of this size.
const CHUNK_BYTES: usize = 4 * ROW_BYTES_MAX;

/// Takes a row: the file, where in it the row begins, and the line.
pub(super) type RowVisit<'a> = dyn FnMut(&Path, u64, &[u8]) -> Result<(), StoreError> + 'a;

/// One row: `surt timestamp14 {json`.
#[derive(Debug)]
pub(crate) struct CdxjRow<'a> {
    pub(crate) timestamp: &'a str,
    fields: Fields<'a>,
    offset: u64,
    length: u64,
}

#[derive(Debug, Deserialize)]
struct Fields<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    #[serde(borrow, default)]
    mime: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    status: Option<Cow<'a, str>>,
    #[serde(borrow, default)]
    digest: Option<Cow<'a, str>>,
    #[serde(borrow)]
    length: Cow<'a, str>,
    #[serde(borrow)]
    offset: Cow<'a, str>,
    #[serde(borrow)]
    filename: Cow<'a, str>,
}

impl<'a> CdxjRow<'a> {
    /// Takes a line apart, with or without its line end.
    pub(crate) fn parse(line: &'a [u8]) -> Result<Self, String> {
        let text = std::str::from_utf8(line).map_err(|error| error.to_string())?;
        let mut parts = text.splitn(3, ' ');
        let (Some(_key), Some(timestamp), Some(json)) = (parts.next(), parts.next(), parts.next())
        else {
            return Err("index row has fewer than three parts".to_owned());
        };
        let fields: Fields<'a> =
            serde_json::from_str(json).map_err(|error| format!("index row: {error}"))?;
        let number = |name: &str, text: &str| {
            text.parse().map_err(|_| format!("index row: {name} {text:?} is no number"))
        };
        let offset = number("offset", &fields.offset)?;
        let length = number("length", &fields.length)?;
        Ok(Self { timestamp, fields, offset, length })
    }

    pub(crate) fn url(&self) -> &str {
        &self.fields.url
    }

    pub(crate) fn mime(&self) -> Option<&str> {
        self.fields.mime.as_deref()
    }

    pub(crate) fn status(&self) -> Option<u16> {
        self.fields.status.as_deref().and_then(|status| status.parse().ok())
    }

    pub(crate) fn digest(&self) -> Option<&str> {
        self.fields.digest.as_deref()
    }

    pub(crate) fn offset(&self) -> u64 {
        self.offset
    }

    pub(crate) fn length(&self) -> u64 {
        self.length
    }

    /// The file name; `None` when it would lead out of the folder.
    pub(crate) fn file(&self) -> Option<&str> {
        let name = self.fields.filename.as_ref();
        let mut components = Path::new(name).components();
        let plain =
            matches!((components.next(), components.next()), (Some(Component::Normal(_)), None));
        plain.then_some(name)
    }
}

/// Calls `visit` with the file, the offset and the line of every whole row from byte `from` on, where
/// a row begins, whose key is `key`, in file order. A missing file has no rows.
pub(super) fn scan(
    path: &Path,
    from: u64,
    key: &str,
    visit: &mut RowVisit<'_>,
) -> Result<(), StoreError> {
    let mut file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(StoreError::io("open", path)(error)),
    };
    // The buffer costs more than a look-up in what is sorted.
    if file.metadata().map_err(StoreError::io("read", path))?.len() <= from {
        return Ok(());
    }
    file.seek(SeekFrom::Start(from)).map_err(StoreError::io("seek in", path))?;
    let needle = format!("\n{key} ");
    let finder = Finder::new(needle.as_bytes());
    // The buffer begins with the line end before its first row; the file has none before its
    // first, so it is put there.
    let mut buffer = vec![0; CHUNK_BYTES];
    let mut filled = 1;
    if let Some(first) = buffer.first_mut() {
        *first = b'\n';
    }
    let mut buffer_offset = from; // of the byte after that line end
    loop {
        let read =
            read_some(&mut file, &mut buffer, filled).map_err(StoreError::io("read", path))?;
        if read == 0 {
            return Ok(()); // what is left has no line end: a row being written
        }
        filled += read;
        let Some(end) = memchr::memrchr(b'\n', buffer.get(..filled).unwrap_or_default()) else {
            return Ok(());
        };
        if end == 0 {
            if filled == buffer.len() {
                return Err(StoreError::malformed(
                    path,
                    buffer_offset,
                    "line is too long for a row",
                ));
            }
            continue;
        }
        let rows = buffer.get(..=end).unwrap_or_default();
        for at in finder.find_iter(rows) {
            let row = rows.get(at + 1..).unwrap_or_default();
            let row_end = memchr::memchr(b'\n', row).unwrap_or(row.len());
            visit(path, buffer_offset + at as u64, row.get(..row_end).unwrap_or_default())?;
        }
        buffer.copy_within(end..filled, 0);
        filled -= end;
        buffer_offset += end as u64;
    }
}

fn read_some(file: &mut File, buffer: &mut [u8], from: usize) -> std::io::Result<usize> {
    let room = buffer.get_mut(from..).unwrap_or_default();
    loop {
        match file.read(room) {
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            other => return other,
        }
    }
}

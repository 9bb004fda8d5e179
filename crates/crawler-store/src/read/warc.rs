//! Iterates over the records of a WARC file that has one gzip member or zstd frame per record, or records
//! that are not compressed, as other programs write them.

use std::borrow::Cow;
use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::member::{HEADER_BYTES_MAX, Next, PLAIN, inflate, next_member, plain_record};
use crate::error::StoreError;

/// A member that inflates to more is refused.
const RECORD_BYTES_MAX: u64 = 1 << 30;
/// Bytes read from the file at once.
const READ_BYTES: usize = 64 * 1024;

/// Reads the records of one file in order; after an error it ends, because where the next member
/// begins is unknown then.
#[derive(Debug)]
pub struct WarcReader<R = BufReader<File>> {
    path: PathBuf,
    source: Counted<R>,
    ended: bool,
}

/// A record with its header taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarcRecord {
    offset: u64,
    length: u64,
    headers: Vec<(String, String)>,
    /// The whole record, inflated.
    data: Vec<u8>,
    block: std::ops::Range<usize>,
}

impl WarcReader {
    /// Reads from the start of the file.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the file cannot be opened.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        Self::open_at(path, 0)
    }

    /// Reads from the record that begins at `offset`.
    ///
    /// # Errors
    /// [`StoreError::Io`] when the file cannot be opened.
    pub fn open_at(path: &Path, offset: u64) -> Result<Self, StoreError> {
        let mut file = File::open(path).map_err(StoreError::io("open", path))?;
        file.seek(SeekFrom::Start(offset)).map_err(StoreError::io("seek in", path))?;
        Ok(Self::new(path, BufReader::with_capacity(READ_BYTES, file), offset))
    }
}

impl<R: BufRead> WarcReader<R> {
    /// Reads from any source that stands at `offset` of a file; `path` is for error texts.
    #[must_use]
    pub fn new(path: &Path, source: R, offset: u64) -> Self {
        let source = Counted { inner: source, offset };
        Self { path: path.to_owned(), source, ended: false }
    }

    /// Up to where the file was read.
    pub(crate) fn position(&self) -> u64 {
        self.source.offset
    }

    fn read_record(&mut self) -> Result<Option<WarcRecord>, StoreError> {
        let begins = self.source.offset;
        let next = next_member(&mut self.source).map_err(|error| match error.kind() {
            ErrorKind::InvalidData | ErrorKind::UnexpectedEof => {
                StoreError::malformed(&self.path, begins, error.to_string())
            }
            _ => StoreError::io("read", &self.path)(error),
        })?;
        let read = self.source.offset;
        let offset = if next == Next::Plain { read - PLAIN.len() as u64 } else { read };
        let malformed = |reason: String| StoreError::malformed(&self.path, offset, reason);
        let data = match next {
            Next::End => return Ok(None),
            Next::Plain => plain_record(&mut self.source, RECORD_BYTES_MAX + 1)
                .map_err(StoreError::io("read", &self.path))?
                .ok_or_else(|| malformed("record header has no end or no Content-Length".into()))?,
            Next::Member(codec) => {
                inflate(codec, &mut self.source, RECORD_BYTES_MAX + 1).map_err(&malformed)?
            }
        };
        if data.len() as u64 > RECORD_BYTES_MAX {
            return Err(malformed(format!("record has more than {RECORD_BYTES_MAX} bytes")));
        }
        let length = self.source.offset - offset;
        WarcRecord::parse(offset, length, data).map(Some).map_err(|reason| malformed(reason.into()))
    }
}

impl<R: BufRead> Iterator for WarcReader<R> {
    type Item = Result<WarcRecord, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let record = self.read_record().transpose();
        self.ended = !matches!(record, Some(Ok(_)));
        record
    }
}

impl WarcRecord {
    /// Where the record's member begins in the file.
    #[must_use]
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// Length of the member in bytes.
    #[must_use]
    pub fn length(&self) -> u64 {
        self.length
    }

    /// `WARC-Type`, or an empty string.
    #[must_use]
    pub fn kind(&self) -> &str {
        self.header("WARC-Type").unwrap_or_default()
    }

    /// First value of a header, by name in any case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        let mut headers = self.headers.iter();
        headers.find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// All headers in order.
    pub fn headers(&self) -> impl Iterator<Item = (&str, &str)> {
        self.headers.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The whole record, inflated.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        &self.data
    }

    /// The record block, for HTTP types head and payload.
    #[must_use]
    pub fn block(&self) -> &[u8] {
        self.data.get(self.block.clone()).unwrap_or_default()
    }

    fn parse(offset: u64, length: u64, data: Vec<u8>) -> Result<Self, Cow<'static, str>> {
        const HEADER_END: &[u8] = b"\r\n\r\n";
        const RECORD_END: &[u8] = b"\r\n\r\n";
        if !data.starts_with(b"WARC/1.") {
            return Err("no WARC/1.x record begins here".into());
        }
        let searched = data.get(..data.len().min(HEADER_BYTES_MAX)).unwrap_or_default();
        let header_end =
            memchr::memmem::find(searched, HEADER_END).ok_or("record header has no end")?;
        let text = String::from_utf8_lossy(data.get(..header_end).unwrap_or_default());
        let headers = parse_headers(&text)?;
        let stated = headers
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case("Content-Length"))
            .ok_or("record has no Content-Length")?;
        let block_bytes: usize =
            stated.1.parse().map_err(|_| format!("Content-Length {:?} is no number", stated.1))?;
        let start = header_end + HEADER_END.len();
        let end = start.checked_add(block_bytes).ok_or("Content-Length is too large")?;
        if data.get(end..) != Some(RECORD_END) {
            let found = data.len().saturating_sub(start);
            return Err(format!(
                "Content-Length is {block_bytes} but {found} bytes with the record end follow"
            )
            .into());
        }
        Ok(Self { offset, length, headers, data, block: start..end })
    }
}

fn parse_headers(text: &str) -> Result<Vec<(String, String)>, Cow<'static, str>> {
    let lines = text.split("\r\n").skip(1);
    lines
        .map(|line| {
            let (name, value) = line.split_once(':').ok_or("record header line has no colon")?;
            Ok((name.trim().to_owned(), value.trim().to_owned()))
        })
        .collect()
}

/// Counts what is consumed, so that the offset of the next member is known.
#[derive(Debug)]
struct Counted<R> {
    inner: R,
    offset: u64,
}

impl<R: BufRead> Read for Counted<R> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(out)?;
        self.offset += read as u64;
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Counted<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.inner.fill_buf()
    }

    fn consume(&mut self, bytes: usize) {
        self.offset += bytes as u64;
        self.inner.consume(bytes);
    }
}

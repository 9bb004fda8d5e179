//! The durable form of the seen set: a log of fingerprints.
//!
//! A header of 16 bytes (magic, format, generation) is followed by blocks: checksum (8 bytes),
//! count (4), and that many fingerprints of 16 bytes, integers little endian. The checksum is
//! xxh3 over count and fingerprints, seeded with the block's offset, so that a block that strayed
//! to another place is found as well. How far the log is valid stands in the checkpoint row, not
//! in the log: what lies behind was never committed.

use crate::error::FrontierError;
use crawler_url::Fingerprint;
use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use xxhash_rust::xxh3::xxh3_64_with_seed;

/// A log open for appending.
#[derive(Debug)]
pub(crate) struct SeenLog {
    path: PathBuf,
    file: File,
    len: u64,
    buffer: Vec<u8>,
}

const MAGIC: &[u8; 8] = b"seenlog\n";
const FORMAT: u32 = 1;
/// Bytes of an empty log.
pub(crate) const HEADER_LEN: u64 = 16;
const CHECKSUM_LEN: usize = 8;
const COUNT_LEN: usize = 4;
/// Bounds the memory a reader needs, whatever a damaged count says.
const BLOCK_FINGERPRINTS_MAX: usize = 1 << 16;
/// Buffer kept between commits.
const BUFFER_BYTES_MAX: usize = 4 << 20;
const READ_BYTES: usize = 1 << 20;

/// Where the log of `generation` lies.
pub(crate) fn path(dir: &Path, generation: u32) -> PathBuf {
    dir.join(format!("seen-{generation}.log"))
}

impl SeenLog {
    /// Makes an empty log, durable with its name, in place of one that was never committed.
    pub(crate) fn create(dir: &Path, generation: u32) -> Result<Self, FrontierError> {
        let path = path(dir, generation);
        let create = || {
            let mut file = File::create(&path)?;
            file.write_all(&header(generation))?;
            file.sync_all()?;
            File::open(dir)?.sync_all()?;
            Ok(file)
        };
        let file = create().map_err(|error| FrontierError::io(&path, error))?;
        Ok(Self { path, file, len: HEADER_LEN, buffer: Vec::new() })
    }

    /// Opens a log, checks it and cuts off what lies behind its committed length.
    pub(crate) fn open(dir: &Path, generation: u32, len: u64) -> Result<Self, FrontierError> {
        let path = path(dir, generation);
        read(&path, generation, len, &mut |_| Ok(()))?;
        let open = || {
            let mut file = OpenOptions::new().write(true).open(&path)?;
            if file.metadata()?.len() > len {
                file.set_len(len)?;
                file.sync_all()?;
            }
            file.seek(SeekFrom::Start(len))?;
            Ok(file)
        };
        let file = open().map_err(|error| FrontierError::io(&path, error))?;
        Ok(Self { path, file, len, buffer: Vec::new() })
    }

    /// Appends and syncs. After an error the log must be opened again.
    pub(crate) fn append(&mut self, fingerprints: &[Fingerprint]) -> Result<(), FrontierError> {
        if fingerprints.is_empty() {
            return Ok(());
        }
        self.buffer.clear();
        for block in fingerprints.chunks(BLOCK_FINGERPRINTS_MAX) {
            push_block(&mut self.buffer, self.len, block);
        }
        let written = self.file.write_all(&self.buffer).and_then(|()| self.file.sync_data());
        written.map_err(|error| FrontierError::io(&self.path, error))?;
        self.len += self.buffer.len() as u64;
        if self.buffer.capacity() > BUFFER_BYTES_MAX {
            self.buffer = Vec::new();
        }
        Ok(())
    }

    pub(crate) fn len(&self) -> u64 {
        self.len
    }
}

/// Visits every fingerprint of the first `len` bytes of a log, each block only after its checksum
/// was found right.
pub(crate) fn read(
    path: &Path,
    generation: u32,
    len: u64,
    visit: &mut dyn FnMut(Fingerprint) -> Result<(), FrontierError>,
) -> Result<(), FrontierError> {
    let file = File::open(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => FrontierError::damaged(path, "it is missing"),
        _ => FrontierError::io(path, error),
    })?;
    let mut log = Reading { path, input: BufReader::with_capacity(READ_BYTES, file), at: 0, len };
    let mut found = [0; HEADER_LEN as usize];
    log.fill(&mut found)?;
    if found != header(generation) {
        return Err(FrontierError::damaged(path, "its header does not match"));
    }
    let mut block = Vec::new();
    while log.at < len {
        log.block(&mut block)?;
        for bytes in block.as_chunks::<{ Fingerprint::LEN }>().0 {
            visit(Fingerprint::from_bytes(*bytes))?;
        }
    }
    Ok(())
}

struct Reading<'a> {
    path: &'a Path,
    input: BufReader<File>,
    at: u64,
    len: u64,
}

impl Reading<'_> {
    /// Reads one block's fingerprints into `block`.
    fn block(&mut self, block: &mut Vec<u8>) -> Result<(), FrontierError> {
        let at = self.at;
        let mut checksum = [0; CHECKSUM_LEN];
        self.fill(&mut checksum)?;
        let mut count = [0; COUNT_LEN];
        self.fill(&mut count)?;
        let fingerprints = u32::from_le_bytes(count) as usize;
        if fingerprints == 0 || fingerprints > BLOCK_FINGERPRINTS_MAX {
            return Err(self.damaged(at, "has an impossible length"));
        }
        block.clear();
        block.extend_from_slice(&count);
        block.resize(COUNT_LEN + fingerprints * Fingerprint::LEN, 0);
        self.fill(&mut block[COUNT_LEN..])?;
        if xxh3_64_with_seed(block, at) != u64::from_le_bytes(checksum) {
            return Err(self.damaged(at, "does not match its checksum"));
        }
        block.drain(..COUNT_LEN);
        Ok(())
    }

    fn fill(&mut self, bytes: &mut [u8]) -> Result<(), FrontierError> {
        let end = self.at + bytes.len() as u64;
        if end > self.len {
            return Err(self.damaged(self.at, "reaches beyond the committed length"));
        }
        self.input.read_exact(bytes).map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                let detail = format!("it ends before byte {end}; {} were committed", self.len);
                FrontierError::damaged(self.path, detail)
            }
            _ => FrontierError::io(self.path, error),
        })?;
        self.at = end;
        Ok(())
    }

    fn damaged(&self, at: u64, what: &str) -> FrontierError {
        FrontierError::damaged(self.path, format!("the block at byte {at} {what}"))
    }
}

fn header(generation: u32) -> [u8; HEADER_LEN as usize] {
    let mut header = [0; HEADER_LEN as usize];
    header[..8].copy_from_slice(MAGIC);
    header[8..12].copy_from_slice(&FORMAT.to_le_bytes());
    header[12..].copy_from_slice(&generation.to_le_bytes());
    header
}

/// Adds a block to `buffer`, which will be written at `buffer_at`.
fn push_block(buffer: &mut Vec<u8>, buffer_at: u64, fingerprints: &[Fingerprint]) {
    let start = buffer.len();
    let body = start + CHECKSUM_LEN;
    buffer.extend_from_slice(&[0; CHECKSUM_LEN]);
    buffer.extend_from_slice(&(fingerprints.len() as u32).to_le_bytes());
    for fingerprint in fingerprints {
        buffer.extend_from_slice(&fingerprint.to_bytes());
    }
    let checksum = xxh3_64_with_seed(&buffer[body..], buffer_at + start as u64);
    buffer[start..body].copy_from_slice(&checksum.to_le_bytes());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crawler_url::HostHash;

    fn prints(range: std::ops::Range<u64>) -> Vec<Fingerprint> {
        range.map(|n| Fingerprint { host: HostHash(n << 50), url: n }).collect()
    }

    fn read_all(path: &Path, len: u64) -> Result<Vec<Fingerprint>, FrontierError> {
        let mut found = Vec::new();
        read(path, 1, len, &mut |print| {
            found.push(print);
            Ok(())
        })?;
        Ok(found)
    }

    /// A log of three blocks, and its bytes.
    fn log(dir: &Path) -> (PathBuf, Vec<u8>) {
        let mut log = SeenLog::create(dir, 1).unwrap();
        log.append(&prints(0..3)).unwrap();
        log.append(&[]).unwrap();
        log.append(&prints(3..4)).unwrap();
        log.append(&prints(4..9)).unwrap();
        let path = path(dir, 1);
        let bytes = std::fs::read(&path).unwrap();
        assert_eq!(bytes.len() as u64, log.len());
        assert_eq!(log.len(), HEADER_LEN + 3 * 12 + 9 * 16);
        (path, bytes)
    }

    #[test]
    fn fingerprints_come_back_in_order() {
        let dir = tempfile::tempdir().unwrap();
        let (path, bytes) = log(dir.path());
        assert_eq!(read_all(&path, bytes.len() as u64).unwrap(), prints(0..9));
        assert_eq!(read_all(&path, HEADER_LEN).unwrap(), []);
    }

    #[test]
    fn a_block_never_grows_beyond_its_bound() {
        let dir = tempfile::tempdir().unwrap();
        let many = prints(0..BLOCK_FINGERPRINTS_MAX as u64 + 2);
        let mut log = SeenLog::create(dir.path(), 1).unwrap();
        log.append(&many).unwrap();
        assert_eq!(log.len(), HEADER_LEN + 2 * 12 + many.len() as u64 * 16);
        assert_eq!(read_all(&path(dir.path(), 1), log.len()).unwrap(), many);
    }

    #[test]
    fn what_was_not_committed_is_cut_off() {
        let dir = tempfile::tempdir().unwrap();
        let (path, bytes) = log(dir.path());
        let committed = HEADER_LEN + 2 * 12 + 4 * 16;
        let mut log = SeenLog::open(dir.path(), 1, committed).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().len(), committed);
        log.append(&prints(4..9)).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), bytes, "and written again at the same place");
    }

    #[test]
    fn every_flipped_bit_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (path, good) = log(dir.path());
        for at in 0..good.len() {
            let mut bytes = good.clone();
            bytes[at] ^= 1 << (at % 8);
            std::fs::write(&path, &bytes).unwrap();
            let error = SeenLog::open(dir.path(), 1, good.len() as u64).unwrap_err();
            assert!(matches!(error, FrontierError::Damaged { .. }), "byte {at}: {error}");
            assert!(error.to_string().contains("seen-1.log"), "byte {at}: {error}");
        }
    }

    #[test]
    fn every_truncation_is_found() {
        let dir = tempfile::tempdir().unwrap();
        let (path, good) = log(dir.path());
        for len in 0..good.len() {
            std::fs::write(&path, &good[..len]).unwrap();
            let error = SeenLog::open(dir.path(), 1, good.len() as u64).unwrap_err();
            assert!(matches!(error, FrontierError::Damaged { .. }), "{len} bytes: {error}");
        }
        std::fs::remove_file(&path).unwrap();
        let error = SeenLog::open(dir.path(), 1, good.len() as u64).unwrap_err();
        assert!(error.to_string().contains("missing"), "{error}");
    }

    #[test]
    fn a_block_at_another_place_and_a_foreign_log_are_found() {
        let dir = tempfile::tempdir().unwrap();
        let (path, good) = log(dir.path());
        let (first, second) = (16..16 + 60, 76..76 + 28);
        let swapped = [&good[..16], &good[second], &good[first], &good[104..]].concat();
        std::fs::write(&path, swapped).unwrap();
        let error = SeenLog::open(dir.path(), 1, good.len() as u64).unwrap_err();
        assert!(error.to_string().contains("block at byte 16"), "{error}");
        std::fs::write(&path, &good).unwrap();
        std::fs::rename(&path, super::path(dir.path(), 2)).unwrap();
        let error = SeenLog::open(dir.path(), 2, good.len() as u64).unwrap_err();
        assert!(error.to_string().contains("header"), "{error}");
    }
}

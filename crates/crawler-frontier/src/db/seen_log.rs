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
    fingerprints.iter().for_each(|print| buffer.extend_from_slice(&print.to_bytes()));
    let checksum = xxh3_64_with_seed(&buffer[body..], buffer_at + start as u64);
    buffer[start..body].copy_from_slice(&checksum.to_le_bytes());
}

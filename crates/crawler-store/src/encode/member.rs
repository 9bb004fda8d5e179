//! Compressed records: a gzip member or a zstd frame each.

use libdeflater::{CompressionLvl, Compressor as Deflate};
use zstd::bulk::Compressor as Zstd;
use zstd::zstd_safe::compress_bound;

use crate::codec::WarcCodec;

/// What is compressed already is passed through: this finds at once that it does not get smaller.
const ZSTD_LEVEL_STORED: i32 = -50;
/// Web pages get about as small as by gzip's fastest level, in less time; a higher level saves a few
/// percent of the file and takes longer than gzip.
const ZSTD_LEVEL_FAST: i32 = 1;

/// Records shorter than this are stored as they are: requests, metadata, redirects. A compressor clears
/// its tables for each member, which takes longer (libdeflate 30 µs, zstd 15 µs) than all else that is
/// done with such a record, and would save some 150 bytes of it.
const COMPRESSED_BYTES_MIN: usize = 1024;

/// How hard a record is compressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effort {
    /// Not at all: stored blocks, for what is compressed already.
    Stored,
    /// The fastest level that compresses.
    Fast,
}

/// Compresses records one by one; keeps its compressors from record to record.
pub struct MemberWriter {
    stored: Compressor,
    fast: Compressor,
}

impl std::fmt::Debug for MemberWriter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MemberWriter").finish_non_exhaustive()
    }
}

enum Compressor {
    Gzip(Deflate),
    Zstd(Zstd<'static>),
}

impl MemberWriter {
    /// Makes members of this codec.
    #[must_use]
    pub fn new(codec: WarcCodec) -> Self {
        Self {
            stored: Compressor::new(codec, Effort::Stored),
            fast: Compressor::new(codec, Effort::Fast),
        }
    }

    /// Appends a whole record to `out` as one member.
    pub fn append_record(&mut self, record: &[u8], out: &mut Vec<u8>) {
        self.append(record, Effort::Fast, out);
    }

    /// The same with a choice.
    pub(super) fn append(&mut self, record: &[u8], effort: Effort, out: &mut Vec<u8>) {
        let start = out.len();
        let effort = if record.len() < COMPRESSED_BYTES_MIN { Effort::Stored } else { effort };
        for compressor in self.by_preference(effort) {
            out.resize(start + compressor.bound(record.len()), 0);
            let room = out.get_mut(start..).unwrap_or_default();
            // Fails only for want of room, of which the bound leaves enough.
            if let Some(written) = compressor.compress(record, room) {
                out.truncate(start + written);
                return;
            }
        }
    }

    fn by_preference(&mut self, effort: Effort) -> [&mut Compressor; 2] {
        match effort {
            Effort::Stored => [&mut self.stored, &mut self.fast],
            Effort::Fast => [&mut self.fast, &mut self.stored],
        }
    }
}

impl Compressor {
    fn new(codec: WarcCodec, effort: Effort) -> Self {
        match (codec, effort) {
            (WarcCodec::Gzip, Effort::Stored) => Self::gzip(0),
            (WarcCodec::Gzip, Effort::Fast) => Self::gzip(1),
            (WarcCodec::Zstd, Effort::Stored) => Self::zstd(ZSTD_LEVEL_STORED),
            (WarcCodec::Zstd, Effort::Fast) => Self::zstd(ZSTD_LEVEL_FAST),
        }
    }

    fn gzip(level: i32) -> Self {
        Self::Gzip(Deflate::new(CompressionLvl::new(level).unwrap_or_default()))
    }

    /// Frames have their content's size and checksum, as the IIPC's text demands (section 4.1); the
    /// size is there because all of the content is known when a frame begins.
    fn zstd(level: i32) -> Self {
        let mut zstd = Zstd::default();
        // Both are parameters that zstd has, with values in their ranges.
        let _ = zstd.set_compression_level(level);
        let _ = zstd.include_checksum(true);
        Self::Zstd(zstd)
    }

    /// Bytes that a record of this length becomes at most.
    fn bound(&mut self, len: usize) -> usize {
        match self {
            Self::Gzip(deflate) => deflate.gzip_compress_bound(len),
            Self::Zstd(_) => compress_bound(len),
        }
    }

    fn compress(&mut self, record: &[u8], room: &mut [u8]) -> Option<usize> {
        match self {
            Self::Gzip(deflate) => deflate.gzip_compress(record, room).ok(),
            Self::Zstd(zstd) => zstd.compress_to_buffer(record, room).ok(),
        }
    }
}
